"""City objects of a model as the objects of CityJSON 2.0."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from citytwin.io._grouping import OPENINGS, Grouping
from citytwin.io._losses import Losses
from citytwin.io.citygml_names import ROOF_EDGE, SURFACE_KINDS
from citytwin.io.cityjson_kept import (
    MEMBER,
    SURFACE_MEMBERS,
    Entry,
    as_written,
    entries_of_row,
    members_of,
    to_json,
    usual_kinds,
)
from citytwin.io.cityjson_names import FEATURES, OBJECT_KINDS
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, SurfaceKind

OBJECT_TYPES = {kind: name for name, kind in reversed(OBJECT_KINDS.items()) if not name.startswith("+")} | {
    ObjectKind.TRACK: "Road",
    ObjectKind.OTHER: "GenericCityObject",
}
"""Type of each kind; those of TRACK and OTHER, which CityJSON lacks, go with a note of the kind."""

NOTED_KINDS = (ObjectKind.OTHER, ObjectKind.TRACK)

_SURFACE_TYPE = {kind: name for name, kind in reversed(SURFACE_KINDS.items())}
_INSTALLATIONS = {
    ObjectKind.BRIDGE: "BridgeInstallation",
    ObjectKind.BRIDGE_PART: "BridgeInstallation",
    ObjectKind.TUNNEL: "TunnelInstallation",
    ObjectKind.TUNNEL_PART: "TunnelInstallation",
}
_CLASS = Entry("type", "", "string", "core")
"""How a reader notes the type of an object that has no kind."""

_INSIDE = ("geometry", "address")
"""Kept members that may point to vertices, whose numbers no longer hold: they go along as text."""

Members = dict[str, Any]


class ObjectWriter:
    """Objects of a city as plain values.

    Parameters
    ----------
    city : CityModel
    losses : Losses
        Takes what the format cannot say.
    numbers : int array (n_vertices,)
        Number of each vertex of the model in the list that is written. May be filled anew between two objects.
    """

    def __init__(self, city: CityModel, losses: Losses, numbers: NDArray[np.integer]) -> None:
        self.ids = list(city.objects.id)
        self.grouping = Grouping(city)
        self.object_kinds = usual_kinds(city.objects.attributes)
        self.surface_kinds = usual_kinds(city.surfaces.feature_attributes)
        self._city = city
        self._losses = losses
        self._numbers = numbers
        self._kind, self._feature = city.surfaces.kind, city.surfaces.feature
        self._feature_id, self._polygon_id = city.surfaces.id, city.surfaces.polygon_id
        self._numbered: dict[int, int] = {}
        losses.add("SEMANTICS_LEFT_OUT", "boundary surface without polygons", self.grouping.bare_features)

    def objects(self, row: int) -> Iterator[tuple[str, Members]]:
        """An object and its installations, with their identifiers."""
        objects = self._city.objects
        kind = ObjectKind(objects.kind[row])
        surfaces = self.grouping.surfaces[row]
        self._numbered = self._nameless(surfaces)
        installations = list(self._installations(row, kind, surfaces))
        content = self._object(row, kind, [s for s in surfaces if self._kind_of(s) != SurfaceKind.INSTALLATION])
        if objects.parent[row] >= 0:
            content["parents"] = [self.ids[objects.parent[row]]]
        children = [self.ids[part] for part in self.grouping.parts[row]]
        children += [name for name, _ in installations]
        if children:
            content["children"] = children
        yield self.ids[row], content
        yield from installations

    def _nameless(self, surfaces: list[int]) -> dict[int, int]:
        """Numbers for the boundary surfaces of an object that their identifiers do not tell from each other."""
        features: dict[int, str] = {}
        for surface in surfaces:
            features.setdefault(int(self._feature[surface]), self._feature_id[surface])
        count = Counter(features.values())
        alike = [feature for feature, name in features.items() if feature >= 0 and (not name or count[name] > 1)]
        return {feature: number for number, feature in enumerate(alike)}

    def _object(self, row: int, kind: ObjectKind, surfaces: list[int]) -> Members:
        entries = entries_of_row(self._city.objects.attributes, row)
        record: Members = {}
        word = OBJECT_TYPES[kind]
        if kind == ObjectKind.OTHER and entries and entries[0][2:] == _CLASS[2:] and _is_other(entries[0]):
            word, entries = entries[0].text, entries[1:]
        elif kind in NOTED_KINDS:
            record["kind"] = kind.word
        record |= as_written(entries, self.object_kinds)
        attributes, addresses = members_of(entries)
        members = to_json(attributes)
        others = self._put_extras(row, members, record)
        geometry = self._geometries(row, surfaces, record)
        _put_record(members, record)
        content: Members = {"type": word}
        if members:
            content["attributes"] = members
        if addresses:
            content["address"] = addresses
        return {**others, **content, "geometry": geometry}

    def _installations(self, row: int, kind: ObjectKind, surfaces: list[int]) -> Iterator[tuple[str, Members]]:
        """Installations and constructive elements of an object, which are objects of their own in CityJSON."""
        by_feature: dict[int, list[int]] = {}
        for surface in surfaces:
            if self._kind_of(surface) == SurfaceKind.INSTALLATION:
                by_feature.setdefault(int(self._feature[surface]), []).append(surface)
        table = self._city.surfaces.feature_attributes
        for number, (feature, members) in enumerate(by_feature.items(), 1):
            name = self._feature_id[members[0]]
            record: Members = {} if name else {"made_id": True}
            entries = entries_of_row(table, feature) if feature >= 0 else []
            word = _INSTALLATIONS.get(kind, "BuildingInstallation")
            if entries and entries[0].name == "type" and entries[0].text in FEATURES:
                word, entries = entries[0].text, entries[1:]
            attributes = self._surface_members(entries, record)
            if name:
                attributes |= self._surface_extras(row, name)
            polygons: dict[str, list[str]] = {}
            geometry = self._loose(row, members, polygons)
            _keep_polygons(record, polygons)
            _put_record(attributes, record)
            content: Members = {"type": word, "attributes": attributes}
            content |= {"parents": [self.ids[row]], "geometry": geometry}
            yield name or f"{self.ids[row]}_installation_{number}", content

    def _geometries(self, row: int, surfaces: list[int], record: Members) -> list[Members]:
        """Solids of an object, and what is in none of them, for each LoD."""
        owner = self._city.surfaces.object
        geometries = []
        polygons: dict[str, list[str]] = {}
        written: set[int] = set()
        for solid in self.grouping.solids[row]:
            entries = self.grouping.solid_entries(solid)
            rows = [surface for surface, _ in entries]
            of_others = (owner[rows] != row) | (self._kind[rows] == SurfaceKind.INSTALLATION)
            for what, copied in (("a solid", of_others), ("two solids", [s in written for s in rows])):
                self._losses.add("POLYGON_COPIED", f"polygons of {what} of {self.ids[row]}", int(np.sum(copied)))
            boundaries = [self._boundary(surface, turned) for surface, turned in entries]
            lod = _lod(int(self._city.solids.lod[solid]))
            geometry: Members = {"type": "Solid", "lod": lod, "boundaries": [boundaries]}
            semantics = self._semantics(row, rows)
            if semantics is not None:
                geometry["semantics"] = {"surfaces": semantics[0], "values": [semantics[1]]}
            geometries.append(geometry)
            polygons.setdefault(lod, []).extend(self._polygon_id[surface] for surface in rows)
            written.update(rows)
        geometries += self._loose(row, [surface for surface in surfaces if surface not in written], polygons)
        _keep_polygons(record, polygons)
        return geometries

    def _loose(self, row: int, surfaces: list[int], polygons: dict[str, list[str]]) -> list[Members]:
        """Polygons outside solids, for each LoD; their identifiers are added to `polygons`."""
        relief = self._city.objects.kind[row] == ObjectKind.RELIEF
        by_lod: dict[int, list[int]] = {}
        for surface in surfaces:
            by_lod.setdefault(int(self._city.surfaces.lod[surface]), []).append(surface)
        geometries = []
        for tenths, rows in by_lod.items():
            boundaries = [self._boundary(surface, False) for surface in rows]
            kind, lod = "CompositeSurface" if relief else "MultiSurface", _lod(tenths)
            geometry: Members = {"type": kind, "lod": lod, "boundaries": boundaries}
            semantics = self._semantics(row, rows)
            if semantics is not None:
                geometry["semantics"] = {"surfaces": semantics[0], "values": semantics[1]}
            geometries.append(geometry)
            polygons.setdefault(lod, []).extend(self._polygon_id[surface] for surface in rows)
        return geometries

    def _kind_of(self, surface: int) -> int:
        """Kind of a polygon as a plain number, which compares faster."""
        return int(self._kind[surface])

    def _boundary(self, surface: int, turned: bool) -> list[list[int]]:
        rings = [self._numbers[start:stop].tolist() for start, stop in self.grouping.rings(surface)]
        return [[ring[0], *ring[:0:-1]] for ring in rings] if turned else rings

    def _semantics(self, row: int, rows: list[int]) -> tuple[list[Members], list[int | None]] | None:
        """Semantic surfaces of a geometry, and the one of each polygon."""
        place: dict[int, int] = {}
        values: list[int | None] = []
        surfaces: list[Members] = []
        for surface in rows:
            feature = int(self._feature[surface])
            if feature < 0 or self._kind_of(surface) == SurfaceKind.INSTALLATION:
                values.append(None)
                continue
            if feature not in place:
                place[feature] = len(surfaces)
                surfaces.append(self._semantic_surface(row, surface, feature))
            values.append(place[feature])
        for surface in rows:
            wall = place.get(self.grouping.wall_feature.get(int(self._feature[surface]), -1))
            if self._kind_of(surface) in OPENINGS and wall is not None:
                own = place[int(self._feature[surface])]
                surfaces[own]["parent"] = wall
                children = surfaces[wall].setdefault("children", [])
                if own not in children:
                    children.append(own)
        return (surfaces, values) if surfaces else None

    def _semantic_surface(self, row: int, surface: int, feature: int) -> Members:
        kind, name = SurfaceKind(self._kind[surface]), self._feature_id[surface]
        entries = entries_of_row(self._city.surfaces.feature_attributes, feature)
        word = _SURFACE_TYPE.get(kind, "")
        if not word:
            word = next((entry.text for entry in entries if entry.name == "type"), f"+{ROOF_EDGE}")
            entries = [entry for entry in entries if entry.name != "type"]
        content: Members = {"type": word}
        record: Members = {}
        number = self._numbered.get(feature)
        if number is not None:
            record["feature"] = number
            _keep(record, "id", name)
        elif name:
            content["id"] = name
        content |= self._surface_members(entries, record)
        if name:
            content |= self._surface_extras(row, name)
        _put_record(content, record)
        return content

    def _surface_members(self, entries: list[Entry], record: Members) -> Members:
        """Attributes of a boundary surface; what they cannot say goes into the record."""
        record |= as_written(entries, self.surface_kinds, SURFACE_MEMBERS)
        return to_json(members_of(entries, SURFACE_MEMBERS)[0])

    def extras(self, row: int) -> Iterator[tuple[str, str]]:
        """Place and content of what was kept as it is written."""
        extras = self._city.extras
        for extra in self.grouping.extras[row]:
            yield extras.place[extra], extras.content[extra]

    def _surface_extras(self, row: int, name: str) -> Members:
        """Kept JSON members of a boundary surface."""
        start = f"#{name}/attributes."
        return {
            place.removeprefix(start): msgspec.json.decode(content)
            for place, content in self.extras(row)
            if place.startswith(start) and not content.startswith("<")
        }

    def _put_extras(self, row: int, attributes: Members, record: Members) -> Members:
        """Put kept content where it was; return members of the object, and keep in the record what has no place."""
        members: Members = {}
        kept = []
        for place, content in self.extras(row):
            area, _, name = place.partition(".")
            if place.startswith("#"):
                if content.startswith("<") or "/attributes." not in place:
                    kept.append([place, content])
            elif content.startswith("<") or area in _INSIDE:
                kept.append([place, content])
            elif area == "attributes":
                attributes[name] = msgspec.json.decode(content)
            else:
                members[place] = msgspec.json.decode(content)
        _keep(record, "extras", kept)
        return members


def _is_other(entry: Entry) -> bool:
    """Whether an attribute is a type of CityJSON without a kind of its own."""
    return entry.name == "type" and (entry.text.startswith("+") or OBJECT_KINDS.get(entry.text) == ObjectKind.OTHER)


def _keep(record: Members, name: str, value: Any) -> None:
    if value:
        record[name] = value


def _keep_polygons(record: Members, polygons: dict[str, list[str]]) -> None:
    """Identifiers of polygons by LoD, where there are any."""
    if any(any(ids) for ids in polygons.values()):
        record["polygons"] = polygons


def _put_record(members: Members, record: Members) -> None:
    """Add what others need not know to the attributes of an object or surface."""
    if record:
        members[MEMBER] = msgspec.json.encode(record).decode()


def _lod(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
