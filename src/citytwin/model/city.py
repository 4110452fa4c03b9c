"""CityModel: the semantic city as flat arrays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.attributes import Attribute, AttributeTable
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze, row_of
from citytwin.model.strings import Strings
from citytwin.model.triangles import Triangles, triangulate

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from citytwin.model.buildings import Buildings

NOT_ENVELOPE = (SurfaceKind.WINDOW, SurfaceKind.DOOR, SurfaceKind.INSTALLATION, SurfaceKind.INTERIOR)
"""Kinds that close no shell of a building."""


@dataclass(frozen=True, eq=False)
class Objects:
    """City objects, one row each.

    Parameters
    ----------
    id : Strings (n,)
        gml:id or CityJSON key.
    kind : int8 array (n,)
        :class:`~citytwin.model.enums.ObjectKind`.
    parent : int32 array (n,)
        Row of the building a part belongs to, -1 at top level.
    attributes : AttributeTable over the n rows
    """

    id: Strings
    kind: NDArray[np.int8]
    parent: NDArray[np.int32]
    attributes: AttributeTable

    def __post_init__(self) -> None:
        freeze(self.kind, self.parent)

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def root(self) -> NDArray[np.int32]:
        """Top-level object of each object, int32 (n,)."""
        root = np.where(self.parent < 0, np.arange(len(self)), self.parent)
        while (self.parent[root] >= 0).any():
            root = np.where(self.parent[root] >= 0, self.parent[root], root)
        return root.astype(np.int32)


@dataclass(frozen=True, eq=False)
class Rings:
    """Vertices of every ring, not closed by a repeated point.

    Parameters
    ----------
    surface_rings : int64 array (n_surfaces + 1,)
        First ring of each surface. The first ring is its exterior, the rest are holes.
    ring_vertices : int64 array (n_rings + 1,)
        First vertex of each ring.
    """

    surface_rings: NDArray[np.int64]
    ring_vertices: NDArray[np.int64]

    def __post_init__(self) -> None:
        freeze(self.surface_rings, self.ring_vertices)


class SurfaceAttributes:
    """Attributes of boundary surfaces, seen per polygon: ``surfaces.attributes["Area"]``."""

    def __init__(self, table: AttributeTable, feature: NDArray[np.int32]) -> None:
        self.table = table
        self._feature = feature

    def __contains__(self, name: object) -> bool:
        return name in self.table

    def __iter__(self) -> Any:
        return iter(self.table)

    def __getitem__(self, name: str) -> Attribute:
        column = self.table[name]
        none = self._feature < 0
        if not self.table.n:
            return column
        values, mask = column.values[self._feature], column.mask[self._feature] | none
        return Attribute(name, values, mask, column.unit, column.place, column.repeats)


@dataclass(frozen=True, eq=False)
class Surfaces:
    """Polygons with their meaning, one row a polygon.

    A boundary surface (``bldg:WallSurface``) may hold several polygons: they share `id` and `feature`.

    Parameters
    ----------
    object : int32 array (n,)
        Row in :class:`Objects`.
    kind : int8 array (n,)
        :class:`~citytwin.model.enums.SurfaceKind`; UNKNOWN for polygons without a boundary surface.
    lod : int8 array (n,)
        Level of detail in tenths: 20 is LoD2, 22 is LoD2.2.
    parent : int32 array (n,)
        For a window or door, a row of the wall it is in, else -1.
    solid : int32 array (n,)
        First solid that uses the polygon, else -1.
    feature : int32 array (n,)
        Boundary surface, -1 where there is none.
    id : Strings (n,)
        Identifier of the boundary surface, "" where there is none.
    polygon_id : Strings (n,)
    feature_attributes : AttributeTable over the boundary surfaces
    rings : Rings
    vertices : float64 array (m, 3), metres relative to the origin of the model
    """

    object: NDArray[np.int32]
    kind: NDArray[np.int8]
    lod: NDArray[np.int8]
    parent: NDArray[np.int32]
    solid: NDArray[np.int32]
    feature: NDArray[np.int32]
    id: Strings
    polygon_id: Strings
    feature_attributes: AttributeTable
    rings: Rings = field(repr=False)
    vertices: NDArray[np.float64] = field(repr=False)

    def __post_init__(self) -> None:
        freeze(self.object, self.kind, self.lod, self.parent, self.solid, self.feature, self.vertices)

    def __len__(self) -> int:
        return len(self.object)

    @cached_property
    def attributes(self) -> SurfaceAttributes:
        """Attributes of the boundary surfaces, aligned with the polygons."""
        return SurfaceAttributes(self.feature_attributes, self.feature)

    @cached_property
    def normal(self) -> NDArray[np.float64]:
        """Area vectors (n, 3), m2: direction is the outer normal, length the area without holes."""
        from citytwin.kernels.newell import normals

        return normals(self.rings.surface_rings, self.rings.ring_vertices, self.vertices)

    @cached_property
    def area(self) -> NDArray[np.float64]:
        """Area (n,), m2, holes taken out."""
        from citytwin.kernels.newell import areas

        return areas(self.normal)

    @cached_property
    def azimuth(self) -> NDArray[np.float64]:
        """Direction the surface faces (n,), degrees clockwise from north; NaN where it is flat."""
        from citytwin.kernels.newell import azimuths

        return azimuths(self.normal)

    @cached_property
    def tilt(self) -> NDArray[np.float64]:
        """Angle between normal and zenith (n,), degrees: 0 faces up, 90 is a wall, 180 faces down."""
        from citytwin.kernels.newell import tilts

        return tilts(self.normal)


@dataclass(frozen=True, eq=False)
class Solids:
    """Closed shells as lists of surfaces.

    Parameters
    ----------
    object : int32 array (n,)
    lod : int8 array (n,), tenths
    offsets : int64 array (n + 1,)
    surface : int32 array (m,)
        Rows in :class:`Surfaces`.
    reversed : bool array (m,)
        True where the shell uses the polygon with its orientation turned (``gml:OrientableSurface`` "-").
    """

    object: NDArray[np.int32]
    lod: NDArray[np.int8]
    offsets: NDArray[np.int64]
    surface: NDArray[np.int32]
    reversed: NDArray[np.bool_]

    def __post_init__(self) -> None:
        freeze(self.object, self.lod, self.offsets, self.surface, self.reversed)

    def __len__(self) -> int:
        return len(self.object)


@dataclass(frozen=True, eq=False)
class Extras:
    """What the model does not understand, kept as bytes with its place.

    Parameters
    ----------
    object : int32 array (n,)
        Row in :class:`Objects`.
    place : Strings (n,)
        Qualified name of the element, or member name.
    content : Strings (n,)
        The element as written (XML fragment or JSON text).
    """

    object: NDArray[np.int32]
    place: Strings
    content: Strings

    def __post_init__(self) -> None:
        freeze(self.object)

    def __len__(self) -> int:
        return len(self.object)


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
    findings : Findings
    extras : Extras
    provenance : Provenance
    counts : mapping
        ``read``, ``degraded``, ``refused``, ``total`` of top-level city objects; healed ones count as read.
    """

    objects: Objects
    surfaces: Surfaces
    rings: Rings
    solids: Solids
    vertices: NDArray[np.float64]
    origin: NDArray[np.float64]
    crs: str | None
    vertical_crs: str | None
    findings: Findings
    extras: Extras
    provenance: Provenance
    counts: Mapping[str, int]

    def __post_init__(self) -> None:
        freeze(self.vertices, self.origin)

    def __repr__(self) -> str:
        return (
            f"CityModel({self.n_buildings} buildings, {len(self.surfaces)} surfaces, crs={self.crs}, "
            f"{len(self.findings)} findings)"
        )

    @property
    def n_buildings(self) -> int:
        """Top-level buildings."""
        return int(((self.objects.kind == ObjectKind.BUILDING) & (self.objects.parent < 0)).sum())

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """(6,) least x, y, z and greatest x, y, z in the CRS; NaN where there is no vertex."""
        if not len(self.vertices):
            return np.full(6, np.nan)
        return np.concatenate([self.vertices.min(0) + self.origin, self.vertices.max(0) + self.origin])

    @cached_property
    def active(self) -> NDArray[np.int64]:
        """Rows of the surfaces the analyses use.

        Of each object the deepest LoD with boundary surfaces, else the deepest there is; a building's own geometry
        gives way to that of its parts where theirs is deeper. Openings, installations and interiors are left out.
        """
        surfaces = self.surfaces
        outer = ~np.isin(surfaces.kind, NOT_ENVELOPE)
        semantic = outer & (surfaces.kind != SurfaceKind.UNKNOWN)
        score = np.where(outer, surfaces.lod.astype(np.int32) + 1000 * semantic, -1)
        best = np.full(len(self.objects), -1, np.int32)
        np.maximum.at(best, surfaces.object, score)
        best_part = np.full(len(self.objects), -1, np.int32)
        parts = np.flatnonzero(self.objects.parent >= 0)
        np.maximum.at(best_part, self.objects.root[parts], best[parts])
        best = np.where(best < best_part, -2, best)
        chosen = (score == best[surfaces.object]) & (surfaces.parent < 0) & outer
        return np.flatnonzero(chosen)

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
            Keeps objects with a vertex inside, in the CRS of the model.
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
            Column of the table and attribute of the model. Duplicate keys or no match at all raise CityReadError;
            rows without a building become one finding.
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

    def with_findings(self, findings: Findings) -> CityModel:
        """The same model with more findings."""
        return replace(self, findings=self.findings + findings)

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """Footprints and columns of the buildings, index ``building_id``."""
        return self.buildings().to_geopandas()

    def save(self, directory: str | Path) -> None:
        """Write the model as memory-mappable arrays; :func:`citytwin.open_city` opens it again."""
        from citytwin.io.store import save_city

        save_city(self, directory)


def empty_extras() -> Extras:
    """Extras without a row."""
    return Extras(np.empty(0, np.int32), Strings.empty(0), Strings.empty(0))
