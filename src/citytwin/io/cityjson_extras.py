"""What of CityJSON the model has no columns for, kept as it is written, with findings where it is worth one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from citytwin.io._columns import CityColumns
from citytwin.io._json import JsonTape, Rows
from citytwin.io.cityjson_geometry import OTHER, TEMPLATE, Geometries, VertexList, standing_alone
from citytwin.io.cityjson_names import KNOWN_FEATURE, KNOWN_GEOMETRY, KNOWN_MEMBERS, LOOSE_GEOMETRY
from citytwin.io.cityjson_objects import Objects
from citytwin.kernels.json_tape import ESCAPED, STRING


class Keeper:
    """Adds values of a tape to the extras of columns."""

    def __init__(self, tape: JsonTape, columns: CityColumns) -> None:
        self.tape, self.columns = tape, columns

    def keep(self, object_row: int, place: str, row: int) -> None:
        """Keep a value as it is written."""
        self.columns.add_extra(object_row, place, self.tape.raw(row).decode())

    def unknown(self, of: Rows, known: frozenset[str]) -> tuple[Rows, Rows]:
        """Members of objects that have other names than the known ones, and the index of their object."""
        members, owners = self.tape.children(of)
        odd = ~np.isin(self.tape.key[members], [self.tape.name_code(name) for name in known])
        return members[odd], owners[odd]


def keep_object_members(keeper: Keeper, objects: Objects) -> None:
    """Keep the members of city objects that the specification does not know, and who is in a group."""
    tape = keeper.tape
    members, owners = keeper.unknown(objects.node, KNOWN_MEMBERS)
    for row, owner in zip(members.tolist(), owners.tolist(), strict=True):
        place = tape.names[tape.key[row]]
        if objects.feature[owner] >= 0:
            place = f"#{objects.id[owner]}/{place}"
        keeper.keep(int(objects.row[owner]), place, row)
    children = tape.members(objects.node, "children")
    for owner in np.flatnonzero(children >= 0).tolist():
        if objects.type[owner] == "CityObjectGroup" and objects.feature[owner] < 0:
            keeper.keep(int(objects.row[owner]), "children", int(children[owner]))
    address = tape.members(objects.node, "address")
    for owner in np.flatnonzero((address >= 0) & (objects.feature >= 0)).tolist():
        keeper.keep(int(objects.row[owner]), f"#{objects.id[owner]}/address", int(address[owner]))


def keep_feature_members(keeper: Keeper, objects: Objects, features: Rows) -> None:
    """Keep the members of features that are not in the specification; note features named like none of their objects.

    Parameters
    ----------
    keeper : Keeper
    objects : Objects
    features : int64 array (k,)
        Roots that are features, by index.
    """
    tape = keeper.tape
    first = np.searchsorted(objects.root, features)
    last = np.searchsorted(objects.root, features, "right")
    ids = tape.members(tape.roots[features], "id", STRING, ESCAPED)
    named = dict(zip(np.flatnonzero(ids >= 0).tolist(), tape.words(ids[ids >= 0]), strict=True))
    main: dict[int, int] = {}
    for feature, (begin, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        if begin == end:
            continue
        identifier = named.get(feature, objects.id[begin])
        if identifier in objects.id[begin:end]:
            main[feature] = objects.id.index(identifier, begin, end)
        else:
            main[feature] = begin
            message = f"the feature is called {identifier!r}, and none of its objects is"
            keeper.columns.note(int(objects.row[begin]), 1017, "FEATURE_ID_UNKNOWN", message)
    members, owners = keeper.unknown(tape.roots[features], KNOWN_FEATURE)
    for row, owner in zip(members.tolist(), owners.tolist(), strict=True):
        row_of_main = int(objects.row[main[owner]]) if owner in main else -1
        keeper.keep(row_of_main, f"CityJSONFeature.{tape.names[tape.key[row]]}", row)


def keep_geometry_members(
    keeper: Keeper,
    objects: Objects,
    geometries: Geometries,
    vertices: Callable[[int], VertexList],
) -> None:
    """Keep materials, textures and whatever else geometries have, and geometries without surfaces.

    Parameters
    ----------
    keeper : Keeper
    objects : Objects
    geometries : Geometries
        Of the objects.
    vertices : callable
        Gives the vertices that an object points to.
    """
    tape, columns = keeper.tape, keeper.columns
    place = np.arange(len(geometries.node)) - np.searchsorted(geometries.holder, geometries.holder)
    members, owners = keeper.unknown(geometries.node, KNOWN_GEOMETRY)
    loose = geometries.depth[owners] == OTHER
    for row, owner in zip(members[~loose].tolist(), owners[~loose].tolist(), strict=True):
        object_row = int(objects.row[geometries.holder[owner]])
        keeper.keep(object_row, f"geometry.{place[owner]}.{tape.names[tape.key[row]]}", row)
    for number in np.flatnonzero(geometries.depth == OTHER).tolist():
        holder, kind = int(geometries.holder[number]), geometries.type[number]
        row, node = int(objects.row[holder]), int(geometries.node[number])
        if kind in LOOSE_GEOMETRY:
            content = standing_alone(tape.value(node), node, vertices(holder))
            columns.add_extra(row, f"geometry.{kind}", content)
            columns.note(row, 1008, "GEOMETRY_NOT_READ", f"a {kind} is kept as an extra")
        else:
            keeper.keep(row, f"geometry.{kind}", node)
            columns.degrade(row, 1008, "GEOMETRY_NOT_READ", f"a {kind} is no known geometry and kept as it is written")
    for holder in geometries.holder[(geometries.lod < 0) & (geometries.depth != TEMPLATE)].tolist():
        columns.note(int(objects.row[holder]), 1016, "LOD_NOT_SAID", "a geometry without lod is taken as LoD0")
