"""Irradiation point by point: where on a roof or a facade the sun falls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import freeze, row_of

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True, eq=False)
class SampleMap:
    """Annual irradiation of the outdoor samples of surfaces, each for an equal part of the area of its surface.

    Parameters
    ----------
    surface : int32 array (n,)
        Row of each surface in the city, in the order of the irradiation.
    offsets : int64 array (n + 1,)
        First sample of each surface.
    points : float64 array (k, 3), m
        In the reference system of the city.
    annual : float32 array (k,), kWh/m2
        The mean over the samples of a surface is the irradiation of the surface. What sky and sun bring is cast from
        the sample; reflections, which are known for the surface, are spread evenly.
    crs : str or None
    """

    surface: NDArray[np.int32]
    offsets: NDArray[np.int64]
    points: NDArray[np.float64] = field(repr=False)
    annual: NDArray[np.float32] = field(repr=False)
    crs: str | None = None

    def __post_init__(self) -> None:
        freeze(self.surface, self.offsets, self.points, self.annual)

    def __len__(self) -> int:
        return len(self.annual)

    def to_pandas(self) -> pd.DataFrame:
        """One row a sample: surface, coordinates in m, annual irradiation in kWh/m2."""
        import pandas as pd

        x, y, z = self.points.T
        surface = self.surface[row_of(self.offsets)]
        return pd.DataFrame({"surface": surface, "x": x, "y": y, "z": z, "annual_kwh_m2": self.annual})

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """The same with points, heights included."""
        import geopandas as gpd

        points = gpd.points_from_xy(*self.points.T)
        return gpd.GeoDataFrame(self.to_pandas().drop(columns=list("xyz")), geometry=points, crs=self.crs)
