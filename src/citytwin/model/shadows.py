"""ShadowSeries: what lies in shadow in plan at some moments, today and with an alternative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze, freeze_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

STATES = ("today", "alternative", "new", "removed")
"""Shadow of today's city, of the alternative, what only the alternative shades, what only today's city shades."""


@dataclass(frozen=True, eq=False)
class ShadowSeries:
    """Shadows on the ground, one row a moment and state. Built by :func:`citytwin.solar.shadow_series`.

    Parameters
    ----------
    day : object array (n,) of date
    hour : float64 array (n,)
        Reading of the clock that `conventions` names.
    altitude, azimuth : float64 arrays (n,), degrees
        Of the sun; azimuth from grid north.
    state : object array (n,) of str
        One of :data:`STATES`; only ``today`` where there is no alternative.
    shape : object array (n,) of shapely polygons and multipolygons
        In the CRS, footprints of the buildings that cast them included; empty where the sun is too low.
    footprints_today, footprints_alternative : object arrays of shapely polygons
        Of the buildings of either state; the second is empty without an alternative.
    crs : str or None
    conventions : mapping
    synthetic : bool
        Whether the city was generated.
    findings, provenance
    """

    day: NDArray[np.object_]
    hour: NDArray[np.float64]
    altitude: NDArray[np.float64]
    azimuth: NDArray[np.float64]
    state: NDArray[np.object_]
    shape: NDArray[np.object_] = field(repr=False)
    footprints_today: NDArray[np.object_] = field(repr=False)
    footprints_alternative: NDArray[np.object_] = field(repr=False)
    crs: str | None
    conventions: Mapping[str, Any] = field(repr=False)
    synthetic: bool = False
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.hour)

    def __repr__(self) -> str:
        days = ", ".join(map(str, self.days))
        what = "today and an alternative" if self.has_alternative else "today"
        return f"ShadowSeries({what}; {days}, {len(set(self.hour))} hours; {self.conventions['time']})"

    @property
    def days(self) -> tuple[date, ...]:
        """Dates of the series, in order."""
        return tuple(dict.fromkeys(self.day))

    @property
    def has_alternative(self) -> bool:
        """Whether an alternative is compared with today."""
        return "alternative" in self.state

    @property
    def area_m2(self) -> NDArray[np.float64]:
        """Area of each shape (n,), m2, with the footprints of the buildings that cast it."""
        import shapely

        area: NDArray[np.float64] = shapely.area(self.shape)
        return area

    @cached_property
    def open_ground_m2(self) -> NDArray[np.float64]:
        """Area of each shape outside the footprints of all buildings of either state (n,), m2."""
        import shapely

        built = shapely.union_all(np.concatenate([self.footprints_today, self.footprints_alternative]))
        area: NDArray[np.float64] = shapely.area(shapely.difference(self.shape, built))
        freeze(area)
        return area

    def at(self, day: date, hour: float) -> dict[str, int]:
        """Row of each state at one moment, by state; empty where the series has no such moment."""
        rows = np.flatnonzero((self.day == day) & (self.hour == hour))
        return {str(self.state[row]): int(row) for row in rows}

    def to_pandas(self) -> pd.DataFrame:
        """One row a moment and state, without shapes."""
        import pandas as pd

        return pd.DataFrame(
            {
                "date": [str(day) for day in self.day],
                "hour": self.hour,
                "state": self.state,
                "sun_altitude": self.altitude,
                "sun_azimuth": self.azimuth,
                "area_m2": self.area_m2,
                "open_ground_m2": self.open_ground_m2,
            }
        )

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """The same with shapes, always multipolygons."""
        import geopandas as gpd
        import shapely

        shapes = [shapely.MultiPolygon(shapely.get_parts(shape).tolist()) for shape in self.shape]
        return gpd.GeoDataFrame(self.to_pandas(), geometry=shapes, crs=self.crs)
