"""Buildings: one row a building, parts folded in, every column with its source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Carrier, Grade, Source, Status, Use, is_today
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table, take_ragged

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

FloatColumn = NDArray[np.float64]
CodeColumn = NDArray[np.int8]

SOURCED = (
    "status", "height", "storeys", "volume", "permitted_floor_area", "total_floor_area", "gross_floor_area",
    "heated_floor_area", "window_area", "year_built", "use", "carrier",
)  # fmt: skip
OVERRIDES = ("u_wall", "u_roof", "u_floor", "u_window", "g_window", "heat_recovery", "n50")
"""Properties that a register or a scenario can give and the stock tables need not."""


@dataclass(frozen=True, eq=False)
class Buildings:
    """Buildings of a city, derived from geometry and attributes.

    Units are metres, m2 and m3. Missing is NaN, or the code UNKNOWN. Envelope losses use geometry only: none of the
    floor areas enters an envelope area.

    Parameters
    ----------
    id : object array (n,) of str
    object : int32 array (n,)
        Row of the top-level object in the city.
    status : int8 array (n,), :class:`~citytwin.model.enums.Status`
    heated : bool array (n,)
        False for car parks, kiosks, sheds and substations.
    ground_z : float64 array (n,)
        Height of the lowest ground surface in the vertical system of the city.
    height, storeys, volume : float64 arrays (n,)
    permitted_floor_area, total_floor_area, gross_floor_area, heated_floor_area : float64 arrays (n,)
        Kerrosala; Kokonaisala; from geometry; net heated, the base of every per-m2 load and result.
    footprint_area, wall_area, roof_area, ground_area : float64 arrays (n,)
        `wall_area` holds party walls, `ground_area` the floor on ground.
    window_area : float64 array (n,)
        Glazed area with frames, part of `exposed_wall_area`.
    party_wall_area : float64 array (n,)
        Shared with a heated neighbour of the same city: adiabatic.
    unheated_wall_area : float64 array (n,)
        Shared with an unheated neighbour.
    exposed_wall_area : float64 array (n,)
        Wall area to outdoor air, windows included.
    outer_floor_area : float64 array (n,)
        Floors over outdoor air.
    unheated_floor_area : float64 array (n,)
        Floors over an unheated neighbour, as a car park.
    exposed_perimeter : float64 array (n,)
        Footprint perimeter without party walls.
    year_built : float64 array (n,)
        Year of completion.
    use : int8 array (n,), :class:`~citytwin.model.enums.Use`
    use_shares : float32 array (n, 10)
        Share of floor area by use class, rows sum to 1.
    carrier : int8 array (n,), :class:`~citytwin.model.enums.Carrier`
        Most probable heat source.
    carrier_shares : float32 array (n, 7)
        Probability of each heat source, rows sum to 1.
    quality : int8 array (n,), :class:`~citytwin.model.enums.Grade`
    source : mapping of column name to int8 array (n,), :class:`~citytwin.model.enums.Source`
    confidence : mapping of column name to int8 array (n,), 0-100
    group_offsets : int64 array (n + 1,)
        Facade groups of each building: its envelope to outdoor air and ground by kind and orientation.
    group_kind : int8 array (g,), :class:`~citytwin.model.enums.GroupKind`
    group_azimuth, group_tilt, group_area : float64 arrays (g,)
        Degrees, degrees, m2 of exposed envelope; azimuth NaN where flat.
    surface_group : int32 array (n_surfaces,)
        Facade group of each surface of the city, -1 where it is in none.
    surface_exposed_area : float64 array (n_surfaces,)
        Area of each surface without what it shares with neighbours.
    footprint_offsets : int64 array (n + 1,)
        Rings of each footprint's exterior in `footprint_xy`.
    footprint_xy : float64 array (m, 2)
        In the CRS, closed exterior ring.
    overrides : mapping of name to float64 array (n,)
        By the names in :data:`OVERRIDES`: ``u_...`` W/(m2 K), ``g_window`` (-), ``heat_recovery`` (-), ``n50`` 1/h; NaN
        where the stock tables decide.
    crs : str or None
    findings : Findings
        Of the derivation; those of the reader stay with the city.
    provenance : Provenance
    """

    id: NDArray[np.object_]
    object: NDArray[np.int32]
    status: CodeColumn
    heated: NDArray[np.bool_]
    ground_z: FloatColumn
    height: FloatColumn
    storeys: FloatColumn
    volume: FloatColumn
    permitted_floor_area: FloatColumn
    total_floor_area: FloatColumn
    gross_floor_area: FloatColumn
    heated_floor_area: FloatColumn
    footprint_area: FloatColumn
    wall_area: FloatColumn
    roof_area: FloatColumn
    ground_area: FloatColumn
    window_area: FloatColumn
    party_wall_area: FloatColumn
    unheated_wall_area: FloatColumn
    exposed_wall_area: FloatColumn
    outer_floor_area: FloatColumn
    unheated_floor_area: FloatColumn
    exposed_perimeter: FloatColumn
    year_built: FloatColumn
    use: CodeColumn
    use_shares: NDArray[np.float32]
    carrier: CodeColumn
    carrier_shares: NDArray[np.float32]
    quality: CodeColumn
    source: dict[str, CodeColumn]
    confidence: dict[str, CodeColumn]
    group_offsets: NDArray[np.int64]
    group_kind: CodeColumn
    group_azimuth: FloatColumn
    group_tilt: FloatColumn
    group_area: FloatColumn
    surface_group: NDArray[np.int32]
    surface_exposed_area: FloatColumn
    footprint_offsets: NDArray[np.int64]
    footprint_xy: FloatColumn
    overrides: dict[str, FloatColumn] = field(default_factory=dict)
    crs: str | None = None
    findings: Findings = field(default_factory=Findings.of)
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.id)

    def __repr__(self) -> str:
        return f"Buildings({len(self)}, {int(self.today.sum())} of today, {self.volume.sum():.0f} m3)"

    def rows_of(self, ids: Iterable[str]) -> NDArray[np.int64]:
        """Row of each of the given ids, int64 (k,).

        Raises
        ------
        ValueError
            No building has one of the ids.
        """
        row_of_id = {name: row for row, name in enumerate(self.id)}
        try:
            return np.array([row_of_id[name] for name in ids], np.int64)
        except KeyError as error:
            raise ValueError(f"no building has the id {error.args[0]!r}") from None

    @property
    def today(self) -> NDArray[np.bool_]:
        """Buildings of today's city (n,): existing ones and those whose status is unknown."""
        return is_today(self.status)

    @property
    def simulated(self) -> NDArray[np.bool_]:
        """Buildings an energy model can take (n,): of today, heated, with volume, floor area and envelope."""
        return self.exclusion == ""

    @property
    def exclusion(self) -> NDArray[np.object_]:
        """Why a building is not simulated (n,), "" where it is."""
        reason = np.full(len(self), "", dtype=object)
        size = self.volume + self.heated_floor_area
        usable = np.isfinite(size) & (self.volume > 0) & (self.heated_floor_area > 0) & (self.quality != Grade.E)
        reason[~usable] = "no usable geometry"
        reason[~self.heated] = "unheated"
        for status in (Status.DEMOLISHED, Status.UNDER_CONSTRUCTION, Status.PLANNED):
            reason[self.status == status] = status.word.replace("_", " ")
        return reason

    def take(self, rows: NDArray[np.integer]) -> Buildings:
        """Buildings of the given rows; facade groups and footprints follow."""
        group_offsets, groups = take_ragged(self.group_offsets, rows)
        footprint_offsets, points = take_ragged(self.footprint_offsets, rows)
        new_group = np.full(len(self.group_kind) + 1, -1, np.int32)
        new_group[groups] = np.arange(len(groups))
        ragged = {
            "group_offsets": group_offsets,
            "footprint_offsets": footprint_offsets,
            "footprint_xy": self.footprint_xy[points],
            "surface_group": new_group[self.surface_group],
            "surface_exposed_area": self.surface_exposed_area,
            **{name: getattr(self, name)[groups] for name in GROUP_COLUMNS},
        }
        columns: dict[str, Any] = {}
        for name, value in vars(self).items():
            if name in ragged:
                columns[name] = ragged[name]
            elif isinstance(value, dict):
                columns[name] = {key: array[rows] for key, array in value.items()}
            elif isinstance(value, np.ndarray):
                columns[name] = value[rows]
        return replace(self, **columns)

    def with_columns(self, source: Source, confidence: int, **columns: NDArray[Any]) -> Buildings:
        """The same buildings with columns exchanged; NaN or -1 in a new column keeps the old value.

        Parameters
        ----------
        source : Source
            Recorded for every changed value.
        confidence : int
            0-100, recorded likewise.
        **columns : arrays (n,)
            By name of a column of this table, or of `overrides`. A given use or carrier is certain: its shares follow.
        """
        changed: dict[str, Any] = {"source": dict(self.source), "confidence": dict(self.confidence)}
        overrides = dict(self.overrides)
        for name, new in columns.items():
            given = ~np.isnan(new) if np.issubdtype(new.dtype, np.floating) else new >= 0
            if name in vars(self):
                old = getattr(self, name)
                changed[name] = np.where(given, new, old).astype(old.dtype)
                if name in ("use", "carrier"):
                    shares = getattr(self, f"{name}_shares")
                    certain = np.eye(shares.shape[1], dtype=shares.dtype)[changed[name]]
                    changed[f"{name}_shares"] = np.where(given[:, None], certain, shares)
            else:
                overrides[name] = np.where(given, new, self.override(name))
            for record, value in (("source", int(source)), ("confidence", confidence)):
                before = changed[record].get(name, np.zeros(len(self), np.int8))
                changed[record][name] = np.where(given, value, before).astype(np.int8)
        return replace(self, overrides=overrides, **changed)

    def override(self, name: str) -> FloatColumn:
        """Values (n,) of one of :data:`OVERRIDES`, NaN where the stock tables decide."""
        return self.overrides.get(name, np.full(len(self), np.nan))

    @property
    def imputed_share(self) -> FloatColumn:
        """Share of the sourced columns of each building that are imputed or missing (n,)."""
        weak = [np.isin(self.source[name], (Source.MISSING, Source.IMPUTED)) for name in SOURCED if name in self.source]
        return np.mean(weak, axis=0) if weak else np.zeros(len(self))

    def to_pandas(self) -> pd.DataFrame:
        """Columns with words for codes, index ``building_id``."""
        import pandas as pd

        words = {"status": Status, "use": Use, "carrier": Carrier, "quality": Grade}
        columns: dict[str, Any] = {}
        for name in EXPORTED:
            value = getattr(self, name)
            columns[name] = words[name].words(value) if name in words else value
            if name in self.source:
                columns[f"{name}_source"] = Source.words(self.source[name])
                columns[f"{name}_confidence"] = self.confidence[name]
        columns["imputed_share"] = self.imputed_share
        return pd.DataFrame(columns, index=pd.Index(self.id, name="building_id"))

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """Columns and footprint polygons, index ``building_id``; no polygon where there is no footprint."""
        import geopandas as gpd

        return gpd.GeoDataFrame(self.to_pandas(), geometry=self.footprints(), crs=self.crs)

    def locate(self, frame: pd.DataFrame, building: NDArray[np.object_]) -> gpd.GeoDataFrame:
        """A table about buildings with the footprint of each row's building.

        Parameters
        ----------
        frame : DataFrame of k rows
        building : object array (k,) of str
            Ids; no polygon where there is no such building.
        """
        import geopandas as gpd
        import pandas as pd

        shapes = pd.Series(self.footprints(), index=self.id).reindex(building)
        return gpd.GeoDataFrame(frame, geometry=shapes.to_numpy(), crs=self.crs)

    def footprints(self) -> NDArray[np.object_]:
        """Footprints as shapely polygons in the CRS, object array (n,); None where there is none."""
        import shapely

        shapes = np.full(len(self), None, object)
        for row, (start, stop) in enumerate(pairwise(self.footprint_offsets.tolist())):
            if stop - start >= 4:
                shapes[row] = shapely.Polygon(self.footprint_xy[start:stop])
        return shapes


GROUP_COLUMNS = ("group_kind", "group_azimuth", "group_tilt", "group_area")
EXPORTED = (
    "status", "heated", "ground_z", "height", "storeys", "volume", "permitted_floor_area", "total_floor_area",
    "gross_floor_area", "heated_floor_area", "footprint_area", "wall_area", "roof_area", "ground_area", "window_area",
    "party_wall_area", "unheated_wall_area", "exposed_wall_area", "outer_floor_area", "unheated_floor_area",
    "exposed_perimeter", "year_built", "use", "carrier", "quality",
)  # fmt: skip
