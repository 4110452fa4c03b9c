"""Attribute tables of the city objects and boundary surfaces of CityJSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from citytwin.io._json import Rows, Unfit
from citytwin.io.cityjson_attributes import OddAttributes, attribute_table
from citytwin.io.cityjson_extras import Keeper
from citytwin.io.cityjson_geometry import Semantics, VertexList, standing_alone
from citytwin.io.cityjson_names import KNOWN_SEMANTICS
from citytwin.io.cityjson_objects import Objects
from citytwin.io.cityjson_owners import Features, Placed
from citytwin.kernels.json_tape import ARRAY, NUMBERS, OBJECT
from citytwin.model.attributes import AttributeTable
from citytwin.model.enums import ObjectKind


def object_attributes(
    keeper: Keeper, objects: Objects, n: int, vertices: Callable[[int], VertexList]
) -> AttributeTable:
    """Attributes and addresses of the `n` city objects that have rows.

    Objects of a type that has no kind of its own bear it as the core attribute ``type``.

    Parameters
    ----------
    keeper : Keeper
    objects : Objects
    n : int
    vertices : callable
        Gives the vertices that an object points to.

    Raises
    ------
    Unfit
    """
    tape = keeper.tape
    odd = OddAttributes()
    types = tape.members(objects.node, "type")
    own = np.flatnonzero(objects.feature < 0)
    for place in own[(objects.kind[own] == ObjectKind.OTHER) & (types[own] >= 0)].tolist():
        odd.add(int(types[place]), int(objects.row[place]), objects.type[place], "type", "string")
    addresses = tape.members(objects.node, "address", OBJECT, ARRAY, NUMBERS)
    for place in own[addresses[own] >= 0].tolist():
        _add_addresses(keeper, odd, int(objects.row[place]), int(addresses[place]), vertices(place))
    rows, owners = _attribute_rows(keeper, objects, own)

    def keep(row: int, owner: int) -> None:
        keeper.keep(owner, f"attributes.{tape.names[tape.key[row]]}", row)

    return attribute_table(tape, rows, objects.row[owners], n, odd, keep)


def _attribute_rows(keeper: Keeper, objects: Objects, of: Rows) -> tuple[Rows, Rows]:
    """Rows of the attributes of some objects, and the object of each."""
    holders = keeper.tape.members(objects.node[of], "attributes", OBJECT)
    present = np.flatnonzero(holders >= 0)
    rows, place = keeper.tape.children(holders[present])
    return rows, of[present[place]]


def _add_addresses(keeper: Keeper, odd: OddAttributes, row: int, at: int, vertices: VertexList) -> None:
    content = keeper.tape.value(at)
    for entry in content if isinstance(content, list) else [content]:
        if not isinstance(entry, dict):
            raise Unfit(at, "an address is no object")
        for name, value in entry.items():
            if isinstance(value, str | int | float):
                odd.add(at, row, str(value), name, "string", "address")
            else:
                keeper.columns.add_extra(row, f"address.{name}", _part(value, at, vertices))


def _part(value: Any, at: int, vertices: VertexList) -> str:
    """A part of an address as JSON; a location as a geometry that stands alone."""
    if isinstance(value, dict) and "boundaries" in value:
        return standing_alone(value, at, vertices)
    return msgspec.json.encode(value).decode()


def feature_attributes(
    keeper: Keeper, objects: Objects, semantics: Semantics, features: Features, placed: list[Placed], n: int
) -> AttributeTable:
    """Attributes of the `n` boundary surfaces: of installations, semantic surfaces, and those of templates.

    Types that are no kind of surface, and other constructive parts than installations, are the core attribute ``type``.

    Parameters
    ----------
    keeper : Keeper
    objects : Objects
    semantics : Semantics
        Of geometries that are no templates.
    features : Features
        Of `semantics`.
    placed : list of Placed
    n : int
    """
    tape = keeper.tape
    odd = OddAttributes()
    parts = np.flatnonzero(objects.feature >= 0)
    for place in parts.tolist():
        if not objects.type[place].endswith("Installation"):
            odd.add(int(objects.node[place]), int(objects.feature[place]), objects.type[place], "type", "string")
    for source in features.source[semantics.is_odd[features.source]].tolist():
        row = int(features.row[source])
        odd.add(int(semantics.node[source]), row, semantics.type[source], "type", "string")
    for template in placed:
        for row, surface in enumerate(template.surfaces, template.first_feature):
            if surface.type:
                odd.add(template.node, row, surface.type, "type", "string")
            for value in surface.attributes:
                odd.add(template.node, row, value.value, value.name, value.type, value.place, value.unit)
    of_parts, part = _attribute_rows(keeper, objects, parts)
    members, surface_of = keeper.unknown(semantics.node[features.source], KNOWN_SEMANTICS)
    rows = np.concatenate([of_parts, members])
    owners = np.concatenate([objects.feature[part], features.row[features.source[surface_of]]])

    def keep(row: int, owner: int) -> None:
        number = owner - len(parts)
        holder = int(parts[owner] if number < 0 else features.holder[number])
        identifier = objects.id[holder]
        if number >= 0:
            identifier = tape.texts(semantics.id[features.source[number : number + 1]])[0]
        keeper.keep(int(objects.row[holder]), f"#{identifier}/attributes.{tape.names[tape.key[row]]}", row)

    return attribute_table(tape, rows, owners, n, odd, keep)
