"""The tables of a city model: objects, polygons and their rings, solids, and what the model does not understand."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.attributes import Attribute, AttributeTable
from citytwin.model.ragged import freeze
from citytwin.model.strings import Strings


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


def empty_extras() -> Extras:
    """Extras without a row."""
    return Extras(np.empty(0, np.int32), Strings.empty(0), Strings.empty(0))
