"""PvSites: faces of buildings that modules fit on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import _Word
from citytwin.model.findings import Findings
from citytwin.model.polygons import surface_polygons
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citytwin.model.city import CityModel

FloatColumn = NDArray[np.float64]


class SiteKind(_Word):
    """What carries the modules."""

    ROOF = 0
    FLAT_ROOF = 1
    FACADE = 2


@dataclass(frozen=True, eq=False)
class PvSites:
    """Sites of modules, one row a face, those of one building side by side.

    Parameters
    ----------
    row : int64 array (n,)
        Of the irradiation the sites were chosen by.
    surface : int32 array (n,)
        Row in ``city.surfaces``.
    building : int32 array (n,)
        Row in the buildings.
    building_id : object array (n,) of str
    kind : int8 array (n,), :class:`SiteKind`
    face_area : float64 array (n,), m2
        Outdoor part of the face.
    usable_area : float64 array (n,), m2
        Without edges, narrow places, windows and what stands in the way.
    area : float64 array (n,), m2
        Of modules.
    kwp : float64 array (n,), kW
        Power under standard test conditions.
    tilt, azimuth : float64 arrays (n,), degrees
        Of the modules; azimuth from north clockwise, NaN where they lie flat.
    rack_cover : float64 array (n,)
        Length of modules over the distance of rows on a flat roof; NaN where modules lie in the plane of the face.
    irradiation : float64 array (n,), kWh/m2
        Annual, of the face.
    module : str
        Class of modules.
    confidence : int
        0-100, of the weakest assumption about what is usable.
    findings : Findings
        Faces that are left out or healed.
    provenance : Provenance
    """

    row: NDArray[np.int64]
    surface: NDArray[np.int32]
    building: NDArray[np.int32]
    building_id: NDArray[np.object_]
    kind: NDArray[np.int8]
    face_area: FloatColumn
    usable_area: FloatColumn
    area: FloatColumn
    kwp: FloatColumn
    tilt: FloatColumn
    azimuth: FloatColumn
    rack_cover: FloatColumn
    irradiation: FloatColumn
    module: str
    confidence: int = 0
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.row)

    def __repr__(self) -> str:
        buildings = len(np.unique(self.building))
        return f"PvSites({len(self)} faces of {buildings} buildings, {self.kwp.sum():.0f} kWp, module={self.module!r})"

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> PvSites:
        """Sites of the given rows, in that order; keep those of one building side by side."""
        columns: dict[str, Any] = {
            name: value[rows] for name, value in vars(self).items() if isinstance(value, np.ndarray)
        }
        return replace(self, **columns)

    def to_pandas(self) -> pd.DataFrame:
        """One row a site, index ``surface``."""
        import pandas as pd

        columns = {
            "building_id": self.building_id,
            "kind": SiteKind.words(self.kind),
            "face_area_m2": self.face_area,
            "usable_area_m2": self.usable_area,
            "pv_area_m2": self.area,
            "pv_kwp": self.kwp,
            "tilt_deg": self.tilt,
            "azimuth_deg": self.azimuth,
            "rack_cover": self.rack_cover,
            "annual_kwh_m2": self.irradiation,
        }
        frame = pd.DataFrame(columns, index=pd.Index(self.surface, name="surface"))
        frame.attrs.update(module=self.module, confidence=self.confidence)
        return frame

    def to_geopandas(self, city: CityModel) -> gpd.GeoDataFrame:
        """The same table with the polygon of each face, heights included."""
        import geopandas as gpd

        return gpd.GeoDataFrame(self.to_pandas(), geometry=surface_polygons(city, self.surface), crs=city.crs)
