"""What a reader collected from a document or a piece of one, as arrays that can be put one behind the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.io._notes import Note
from citytwin.model.attributes import AttributeTable
from citytwin.model.city_tables import Extras
from citytwin.model.strings import Strings


@dataclass(frozen=True, eq=False)
class Collected:
    """Objects, boundary surfaces, polygons, rings, solids, links, extras and notes of consecutive members.

    Polygons with the same object, kind, LoD, boundary surface and wall share an *owner*. Polygons and links to
    geometry are *entries*, in document order; a solid is a range of entries.

    Parameters
    ----------
    object_id : Strings (n_objects,)
        "" where an object has none.
    object_kind, object_parent : int8, int32 array (n_objects,)
    object_attributes : AttributeTable over the objects
    degraded : int32 array (k,)
        Objects that are not read in full, ascending.
    feature_id : Strings (n_features,)
        Identifiers of boundary surfaces, openings and installations.
    feature_attributes : AttributeTable over the features
    owner_object, owner_kind, owner_lod, owner_feature, owner_wall : int32, int8, int8, int32, int32 array (n_owners,)
        `owner_wall` is the feature an opening is in; -1 for no feature and no wall.
    polygon_owner : int32 array (n_polygons,)
    polygon_id : Strings (n_polygons,)
    polygon_rings : int32 array (n_polygons,)
        Rings of each polygon, the first of which is its exterior.
    ring_points : int64 array (n_rings,)
        Points of each ring as written.
    coordinates : float64 array (n_points, 3)
    entry : int32 array (n_entries,)
        Polygon, or the complement of a link.
    entry_sign : int8 array (n_entries,)
        -1 where the geometry is used turned round.
    solid_object, solid_lod : int32, int8 array (n_solids,)
    solid_start, solid_stop : int32 array (n_solids,)
        Entries of each solid.
    link_start, link_stop : int32 array (n_links,)
        Entries a link stands for; 0 to 0 where it is not resolved yet or leads nowhere.
    link_sign : int8 array (n_links,)
        Orientation those entries have when they are reached through the link; 0 where it is not resolved.
    link_owner : int32 array (n_links,)
    link_in_solid : bool array (n_links,)
    late_link : int32 array (n_late,)
        Links that lead out of their member.
    late_target : Strings (n_late,)
        What these are written as.
    range_id : Strings (n_ranges,)
        Identifiers of surfaces and solids that are no single polygon.
    range_start, range_stop, range_sign : int32, int32, int8 array (n_ranges,)
        Entries each of these stands for.
    extras : Extras
    notes : list of Note
    left_out : Counter
        Findings beyond the limit, by code and name.
    srs_names : frozenset of str
    flat_rings : int
        Rings without heights.
    placed_link : int32 array (k,)
        Links whose surfaces are put in place by a matrix and a point.
    placed_matrix : float64 array (k, 3, 4)
        From coordinates of their own to metres east, north and up of the point.
    placed_point : float64 array (k, 3)
        As written, like `coordinates`.
    prototype_owner : int32 array (p,)
        Owners of polygons in coordinates of their own, which only placed links lead to.
    """

    object_id: Strings
    object_kind: NDArray[np.int8]
    object_parent: NDArray[np.int32]
    object_attributes: AttributeTable
    degraded: NDArray[np.int32]
    feature_id: Strings
    feature_attributes: AttributeTable
    owner_object: NDArray[np.int32]
    owner_kind: NDArray[np.int8]
    owner_lod: NDArray[np.int8]
    owner_feature: NDArray[np.int32]
    owner_wall: NDArray[np.int32]
    polygon_owner: NDArray[np.int32]
    polygon_id: Strings
    polygon_rings: NDArray[np.int32]
    ring_points: NDArray[np.int64]
    coordinates: NDArray[np.float64]
    entry: NDArray[np.int32]
    entry_sign: NDArray[np.int8]
    solid_object: NDArray[np.int32]
    solid_lod: NDArray[np.int8]
    solid_start: NDArray[np.int32]
    solid_stop: NDArray[np.int32]
    link_start: NDArray[np.int32]
    link_stop: NDArray[np.int32]
    link_sign: NDArray[np.int8]
    link_owner: NDArray[np.int32]
    link_in_solid: NDArray[np.bool_]
    late_link: NDArray[np.int32]
    late_target: Strings
    range_id: Strings
    range_start: NDArray[np.int32]
    range_stop: NDArray[np.int32]
    range_sign: NDArray[np.int8]
    extras: Extras
    notes: list[Note]
    left_out: Counter[tuple[int, str]]
    srs_names: frozenset[str]
    flat_rings: int
    placed_link: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    placed_matrix: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 3, 4)))
    placed_point: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 3)))
    prototype_owner: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    @property
    def n_objects(self) -> int:
        """City objects."""
        return len(self.object_kind)


_ROWS = {
    "object": ("object_parent", "degraded", "owner_object", "solid_object"),
    "feature": ("owner_feature", "owner_wall"),
    "owner": ("polygon_owner", "link_owner", "prototype_owner"),
    "entry": ("solid_start", "solid_stop", "link_start", "link_stop", "range_start", "range_stop"),
    "link": ("late_link", "placed_link"),
}
"""Columns that hold rows of another table: they are shifted when parts are put together, but for -1."""

_PLAIN = (
    "object_kind",
    "owner_kind",
    "owner_lod",
    "polygon_rings",
    "ring_points",
    "coordinates",
    "entry_sign",
    "solid_lod",
    "link_sign",
    "link_in_solid",
    "range_sign",
    "placed_matrix",
    "placed_point",
)
_TEXTS = ("object_id", "feature_id", "polygon_id", "late_target", "range_id")


def concat(parts: Sequence[Collected]) -> Collected:
    """Parts of one document, at least one, in its order, as one."""
    if len(parts) == 1:
        return parts[0]
    lengths = {
        "object": [part.n_objects for part in parts],
        "feature": [len(part.feature_id) for part in parts],
        "owner": [len(part.owner_object) for part in parts],
        "polygon": [len(part.polygon_owner) for part in parts],
        "entry": [len(part.entry) for part in parts],
        "link": [len(part.link_owner) for part in parts],
    }
    starts = {name: np.cumsum([0, *counts])[:-1].tolist() for name, counts in lengths.items()}

    def shifted(name: str, table: str) -> NDArray[np.int32]:
        columns = [getattr(part, name) for part in parts]
        joined = np.concatenate(columns)
        shift = np.repeat(np.array(starts[table], np.int32), [len(column) for column in columns])
        return np.where(joined < 0, joined, joined + shift).astype(np.int32)

    columns: dict[str, Any] = {name: shifted(name, table) for table, names in _ROWS.items() for name in names}
    columns |= {name: np.concatenate([getattr(part, name) for part in parts]) for name in _PLAIN}
    columns |= {name: Strings.concat(getattr(part, name) for part in parts) for name in _TEXTS}
    for name in ("link_start", "link_stop"):
        columns[name][columns["link_sign"] == 0] = 0
    columns["entry"] = np.concatenate(
        [
            np.where(part.entry < 0, part.entry - link, part.entry + polygon).astype(np.int32)
            for part, link, polygon in zip(parts, starts["link"], starts["polygon"], strict=True)
        ]
    )
    for name in ("object_attributes", "feature_attributes"):
        columns[name] = AttributeTable.concat(getattr(part, name) for part in parts)
    columns["extras"] = Extras(
        np.concatenate(
            [
                np.where(part.extras.object < 0, -1, part.extras.object + start).astype(np.int32)
                for part, start in zip(parts, starts["object"], strict=True)
            ]
        ),
        Strings.concat(part.extras.place for part in parts),
        Strings.concat(part.extras.content for part in parts),
    )
    columns["notes"] = [
        Note(note.row + start if note.row >= 0 else -1, note.finding)
        for part, start in zip(parts, starts["object"], strict=True)
        for note in part.notes
    ]
    return Collected(
        **columns,
        left_out=sum((part.left_out for part in parts), Counter()),
        srs_names=frozenset[str]().union(*(part.srs_names for part in parts)),
        flat_rings=sum(part.flat_rings for part in parts),
    )
