"""CityModel: the semantic city as flat arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city_tables import Extras, Objects, Rings, Solids, Surfaces
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze, row_of
from citytwin.model.triangles import Triangles, triangulate

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from citytwin.model.buildings import Buildings
    from citytwin.model.validity import Tolerances, Validity

NOT_ENVELOPE = (SurfaceKind.WINDOW, SurfaceKind.DOOR, SurfaceKind.INSTALLATION, SurfaceKind.INTERIOR)
"""Kinds that close no shell of a building."""


@dataclass(frozen=True, eq=False)
class CityModel:
    """A semantic city model: objects, surfaces, rings and vertices, frozen.

    Built by :func:`citytwin.read_city`, :func:`citytwin.synthetic.city` or
    :func:`citytwin.model.assemble.assemble_city`; every edit returns a new model.

    Parameters
    ----------
    objects, surfaces, rings, solids : tables
    vertices : float64 array (n, 3)
        Metres east, north, up, relative to `origin`.
    origin : float64 array (3,)
        South-west corner of the 1 km cell that holds the south-west corner of the model; height 0.
    crs : str or None
        Horizontal CRS, for example ``"EPSG:3879"``; None for a local one.
    vertical_crs : str or None
        None where the data do not say.
    recorded : Findings
        What reading, joining and editing had to say; :attr:`findings` adds what geometry shows.
    extras : Extras
    provenance : Provenance
    counts : mapping
        ``read``, ``degraded``, ``refused``, ``total`` of top-level city objects; healed ones count as read.
    mapping : mapping
        What attributes of this city mean, on top of ``model/derive/attributes_fi.toml``; see :meth:`with_mapping`.
    """

    objects: Objects
    surfaces: Surfaces
    rings: Rings
    solids: Solids
    vertices: NDArray[np.float64]
    origin: NDArray[np.float64]
    crs: str | None
    vertical_crs: str | None
    recorded: Findings
    extras: Extras
    provenance: Provenance
    counts: Mapping[str, int]
    mapping: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        freeze(self.vertices, self.origin)

    def __repr__(self) -> str:
        return (
            f"CityModel({self.n_buildings} buildings, {len(self.surfaces)} surfaces, crs={self.crs}, "
            f"{len(self.recorded)} findings recorded)"
        )

    @property
    def n_buildings(self) -> int:
        """Top-level buildings."""
        return int(((self.objects.kind == ObjectKind.BUILDING) & (self.objects.parent < 0)).sum())

    @cached_property
    def findings(self) -> Findings:
        """Everything odd about the model: `recorded`, then the defects of its geometry, found on first use."""
        return self.recorded + self.validity.findings

    @cached_property
    def validity(self) -> Validity:
        """Defects of the geometry, and the defective edges of each solid; see :meth:`with_tolerances`."""
        from citytwin.model.validity import examine

        return examine(self)

    def with_tolerances(self, tolerances: Tolerances) -> CityModel:
        """The same model, its geometry judged by other tolerances than those of val3dity.

        Examples
        --------
        >>> import citytwin as ct
        >>> from citytwin.model.validity import Tolerances
        >>> ct.synthetic.city(2).with_tolerances(Tolerances(planarity=0.05)).validity.tolerances.planarity
        0.05
        """
        from citytwin.model.validity import examine

        other = replace(self)
        other.__dict__["validity"] = examine(self, tolerances)
        return other

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """(6,) least x, y, z and greatest x, y, z in the CRS; NaN where there is no vertex."""
        if not len(self.vertices):
            return np.full(6, np.nan)
        return np.concatenate([self.vertices.min(0) + self.origin, self.vertices.max(0) + self.origin])

    @cached_property
    def active(self) -> NDArray[np.int64]:
        """Rows of the surfaces the analyses use: those of buildings and their parts.

        Of each object the deepest LoD with boundary surfaces, else the deepest there is; a building's own geometry
        gives way to that of its parts where theirs is deeper. LoD4, openings, installations and interiors are left out.
        """
        surfaces = self.surfaces
        outer = ~np.isin(surfaces.kind, NOT_ENVELOPE) & self.of_building[surfaces.object] & (surfaces.lod < 40)
        semantic = outer & (surfaces.kind != SurfaceKind.UNKNOWN)
        score = np.where(outer, surfaces.lod.astype(np.int32) + 1000 * semantic, -1)
        best = np.full(len(self.objects), -1, np.int32)
        np.maximum.at(best, surfaces.object, score)
        best_part = np.full(len(self.objects), -1, np.int32)
        parts = np.flatnonzero(self.of_building & (self.objects.parent >= 0))
        np.maximum.at(best_part, self.objects.root[parts], best[parts])
        best = np.where(best < best_part, -2, best)
        chosen = (score == best[surfaces.object]) & (surfaces.parent < 0) & outer
        return np.flatnonzero(chosen)

    @cached_property
    def of_building(self) -> NDArray[np.bool_]:
        """Objects that are buildings or their parts, bool (n,); storeys, units and rooms are neither."""
        return np.isin(self.objects.kind, (ObjectKind.BUILDING, ObjectKind.BUILDING_PART))

    def buildings(self, context: CityModel | None = None) -> Buildings:
        """Buildings derived from geometry and attributes, parts folded in; see :class:`Buildings`.

        Parameters
        ----------
        context : CityModel, optional
            Neighbours that can share walls with these buildings without being rows themselves.
        """
        if context is None:
            return self._buildings
        from citytwin.model.derive import derive_buildings

        return derive_buildings(self, context=context)

    @cached_property
    def _buildings(self) -> Buildings:
        from citytwin.model.derive import derive_buildings

        return derive_buildings(self)

    def triangles(self, rows: NDArray[np.integer] | None = None) -> Triangles:
        """Triangles of the active surfaces, or of the given rows of `surfaces`; owner is the surface row."""
        return triangulate(self, self.active if rows is None else rows)

    def select(
        self,
        ids: Iterable[str] | None = None,
        bbox: tuple[float, float, float, float] | None = None,
        rows: NDArray[np.integer] | None = None,
    ) -> CityModel:
        """Model of some top-level objects with everything that belongs to them.

        Parameters
        ----------
        ids : iterable of str, optional
            Identifiers of top-level objects. An unknown one raises ValueError.
        bbox : (min_x, min_y, max_x, max_y), optional
            Keeps objects with a vertex inside, in the CRS of the model. Corners in another order raise ValueError.
        rows : int array, optional
            Rows of top-level objects.
        """
        from citytwin.model.subset import select_rows

        keep = np.zeros(len(self.objects), bool)
        if rows is not None:
            keep[rows] = True
        elif ids is not None:
            wanted = list(ids)
            unknown = [i for i in wanted if i not in self.objects.id.lookup]
            if unknown:
                raise ValueError(f"no object with id {unknown[0]!r} ({len(unknown)} of {len(wanted)} ids are unknown)")
            keep[[self.objects.id.lookup[i] for i in wanted]] = True
        else:
            keep[:] = True
        if bbox is not None:
            if not (bbox[0] <= bbox[2] and bbox[1] <= bbox[3]):
                raise ValueError(f"bbox must be (min_x, min_y, max_x, max_y), not {tuple(map(float, bbox))}")
            keep &= self._touches(bbox)
        return select_rows(self, np.flatnonzero(keep[self.objects.root]))

    def _touches(self, bbox: tuple[float, float, float, float]) -> NDArray[np.bool_]:
        low = np.array(bbox[:2]) - self.origin[:2]
        high = np.array(bbox[2:]) - self.origin[:2]
        inside = ((self.vertices[:, :2] >= low) & (self.vertices[:, :2] <= high)).all(1)
        ring = row_of(self.rings.ring_vertices)[inside]
        surface = row_of(self.rings.surface_rings)[ring]
        hit = np.zeros(len(self.objects), bool)
        hit[self.objects.root[self.surfaces.object[surface]]] = True
        return hit

    def join(self, table: pd.DataFrame, on: str, source: str = "table") -> CityModel:
        """Attributes of a table added to the buildings with the same key.

        Parameters
        ----------
        table : DataFrame
            One row a key; every other column becomes an attribute with place ``join:<source>``.
        on : str
            Column of the table and attribute of the model, or ``building_id`` for its own identifiers. Duplicate keys
            or no match at all raise CityReadError. Rows without a building, and columns that no analysis reads, are
            findings.
        source : str
            Name of the table, for provenance.
        """
        from citytwin.model.join import join_table

        return join_table(self, table, on, source)

    @staticmethod
    def concat(cities: Iterable[CityModel]) -> CityModel:
        """One model of several in the same CRS. An id in two models is a finding."""
        from citytwin.model.subset import concat_cities

        return concat_cities(list(cities))

    def with_mapping(self, mapping: Mapping[str, Any]) -> CityModel:
        """The same model with more meanings of attributes; buildings derived from it know them.

        Parameters
        ----------
        mapping : mapping
            In the form of ``model/derive/attributes_fi.toml``: by meaning, attribute names and rules.

        Raises
        ------
        ValueError
            A field or kind is unknown, or a new meaning is incomplete.

        Examples
        --------
        >>> import citytwin as ct
        >>> city = ct.synthetic.city(2).with_mapping({"year_built": {"names": ["anno"]}})
        >>> city.mapping["year_built"]["names"]
        ['anno']
        """
        from citytwin.model.derive.attribute_map import load_meanings

        load_meanings(mapping)
        return replace(self, mapping=mapping)

    def with_findings(self, findings: Findings) -> CityModel:
        """The same model with more findings."""
        return replace(self, recorded=self.recorded + findings)

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """Footprints and columns of the buildings, index ``building_id``."""
        return self.buildings().to_geopandas()

    def to_crs(
        self, crs: str | CRS | None = None, vertical_crs: str | CRS | None = None, grid: str | Path | None = None
    ) -> CityModel:
        """The model in another reference system; see :func:`citytwin.reproject`."""
        from citytwin.model.crs_reproject import reproject

        return reproject(self, crs, vertical_crs, grid)

    def save(self, directory: str | Path) -> None:
        """Write the model as memory-mappable arrays; :func:`citytwin.open_city` opens it again.

        Parameters
        ----------
        directory : path-like
            New or empty, or an earlier snapshot, which is replaced.

        Raises
        ------
        OutputError
            The folder cannot be written or holds something else.
        """
        from citytwin.io.store import save_city

        save_city(self, directory)
