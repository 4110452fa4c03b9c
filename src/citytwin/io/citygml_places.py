"""Where results go in a CityGML document: the byte for new properties of each building, and what was added before."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Source
from citytwin.io._xml_bytes import ByteWalk, Tag
from citytwin.io.citygml_nodes import DIALECTS, ENERGY, MARK, SET, Dialect, Layout, prefixes_of

_BUILDINGS = {(dialect.building, "Building"): dialect for dialect in DIALECTS}
_APPEARANCES = frozenset(f"http://www.opengis.net/citygml/appearance/{version}" for version in ("1.0", "2.0"))


class Place(NamedTuple):
    """Where the results of one building go.

    Parameters
    ----------
    identifier : str
    dialect : Dialect
    at : int
        Byte to insert at: behind the last property that has to stand before; inside an empty tag, before its ``/``.
    own : tuple of (int, int)
        Bytes of what was added by an earlier call, white space before it included.
    layout : Layout
    closing : str
        Name of the building element where it is an empty tag, else "".
    """

    identifier: str
    dialect: Dialect
    at: int
    own: tuple[tuple[int, int], ...]
    layout: Layout
    closing: str


@dataclass
class _Child:
    """The property of a building the walk is inside of."""

    tag: Tag
    leads: bool
    own: bool
    in_set: bool = False


@dataclass
class _Open:
    """A building the walk is inside of."""

    dialect: Dialect
    identifier: str
    level: int
    name: str
    tag: Tag
    bindings: Mapping[str, str]
    blank: str
    at: int
    leading: bool = True
    first_blank: str | None = None
    child: _Child | None = None
    own: list[tuple[int, int]] = field(default_factory=list)


class PlaceFinder:
    """Places of all buildings of a document, found in one pass.

    Parameters
    ----------
    source : Source
    limits : ReadLimits

    Attributes
    ----------
    places : list of Place
    encoding : str
        Codec of the document.
    size : int
        Bytes of the document.
    """

    def __init__(self, source: Source, limits: ReadLimits) -> None:
        self.places: list[Place] = []
        self._level = 0
        self._bindings: dict[str, str] = {}
        self._outer: list[tuple[int, dict[str, str]]] = []
        self._buildings: list[_Open] = []
        self._text = ""
        self._prefixes: tuple[Mapping[str, str], dict[str, str]] = ({}, {})
        with source.open(limits) as stream:
            self._walk = ByteWalk(stream, self._start, self._end)
            self.size = self._walk.run()
        self.encoding = self._walk.encoding

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._level += 1
        if attributes:
            self._declare(attributes)
        if self._buildings:
            self._inside(self._buildings[-1], name, attributes)
        if name.endswith("Building"):
            dialect = _BUILDINGS.get(self._resolve(name))
            if dialect is not None:
                self._open(dialect, name, attributes)

    def _end(self, name: str) -> None:
        if self._buildings:
            building = self._buildings[-1]
            below = self._level - building.level
            if below == 1:
                self._end_child(building)
            elif below == 0:
                self._close(self._buildings.pop())
            elif below == 3 and building.child and building.child.in_set:
                self._walk.on_text(None)
                building.child.own |= self._text.strip() == SET
        if self._outer and self._outer[-1][0] == self._level:
            self._bindings = self._outer.pop()[1]
        self._level -= 1

    def _declare(self, attributes: Mapping[str, str]) -> None:
        """Take note of the prefixes an element declares."""
        declared = {key[6:]: space for key, space in attributes.items() if key == "xmlns" or key[:6] == "xmlns:"}
        if declared:
            self._outer.append((self._level, self._bindings))
            self._bindings = {**self._bindings, **declared}

    def _resolve(self, name: str) -> tuple[str, str]:
        """Namespace and local name."""
        prefix, _, local = name.rpartition(":")
        return self._bindings.get(prefix, ""), local

    def _id(self, dialect: Dialect, attributes: Mapping[str, str]) -> str:
        """The gml:id among the attributes, or ""."""
        wanted = (dialect.gml, "id")
        return next((v for key, v in attributes.items() if key[-3:] == ":id" and self._resolve(key) == wanted), "")

    def _open(self, dialect: Dialect, name: str, attributes: Mapping[str, str]) -> None:
        tag = self._walk.tag()
        identifier, blank = self._id(dialect, attributes), self._walk.blank_before(tag.start)
        self._buildings.append(_Open(dialect, identifier, self._level, name, tag, self._bindings, blank, tag.stop))

    def _inside(self, building: _Open, name: str, attributes: Mapping[str, str]) -> None:
        """Take note of a property of a building, and of what tells that it is our own."""
        below = self._level - building.level
        if below == 1:
            building.child = self._child(building, name, attributes)
        elif below == 2 and building.child:
            space, local = self._resolve(name)
            building.child.in_set = local == "GenericAttributeSet"
            if (space, local) == (ENERGY, "EnergyDemand"):
                building.child.own = self._id(building.dialect, attributes).startswith(MARK)
        elif below == 3 and building.child and building.child.in_set:
            self._text = ""
            if self._resolve(name) == (building.dialect.generics, "name"):
                self._walk.on_text(self._take)

    def _take(self, text: str) -> None:
        self._text += text

    def _child(self, building: _Open, name: str, attributes: Mapping[str, str]) -> _Child:
        space, local = self._resolve(name)
        dialect = building.dialect
        title = attributes.get("name", "")
        own = space == dialect.generics and (
            title == SET if local == "genericAttributeSet" else dialect.version == "1.0" and title.startswith(f"{SET}:")
        )
        place = self._walk.place
        tag = self._walk.tag() if building.leading or own else Tag(place, place, False)
        if building.first_blank is None:
            building.first_blank = self._walk.blank_before(place)
        building.leading &= (
            space in (dialect.gml, dialect.generics, ENERGY)
            or space in _APPEARANCES
            or (space == dialect.core and local in dialect.leading)
        )
        return _Child(tag, building.leading and space != ENERGY, own)

    def _end_child(self, building: _Open) -> None:
        child = building.child
        assert child is not None
        if not (child.own or child.leads):
            return
        stop = child.tag.stop if child.tag.empty else self._walk.end_of_end_tag()
        if child.own:
            blank = self._walk.blank_before(child.tag.start)
            building.own.append((child.tag.start - len(blank.encode(self._walk.encoding)), stop))
        else:
            building.at = stop

    def _close(self, building: _Open) -> None:
        at, tag = building.at, building.tag
        if tag.empty:
            at = tag.stop - len("/>".encode(self._walk.encoding))
        if self._prefixes[0] != building.bindings:
            self._prefixes = (building.bindings, prefixes_of(building.bindings))
        line, step = layout_of(building.blank, building.first_blank or "")
        layout = Layout(self._prefixes[1], line, step)
        closing = building.name if tag.empty else ""
        own = tuple(building.own)
        self.places.append(Place(building.identifier, building.dialect, at, own, layout, closing))


def layout_of(blank: str, first: str) -> tuple[str, str]:
    """Line break with indentation, and step, of properties, from the white space before a building and its first."""
    end = next((end for end in ("\r\n", "\n", "\r") if end in first), "")
    if not end:
        return "", ""
    inner, outer = first.rpartition(end)[2], blank.rpartition(end)[2]
    step = inner.removeprefix(outer) if end in blank and inner.startswith(outer) else ""
    return sys.intern(end + inner), sys.intern(step or ("\t" if "\t" in inner else "  "))
