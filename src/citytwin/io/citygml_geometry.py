"""Surfaces, solids and the links between them, from GML elements to columns."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
from lxml import etree

from citytwin.errors import CityReadError
from citytwin.io._columns import CityColumns, TextColumn
from citytwin.io._finish import LinkColumns
from citytwin.io._limits import ReadLimits
from citytwin.io.citygml_names import (
    COLLECTIONS,
    EXTERIORS,
    FLAT_COLLECTIONS,
    GML_ID,
    HREF,
    INTERIORS,
    LINEAR_RING,
    ORIENTABLE,
    POLYGON,
    POLYGON_LIKE,
    POS_LIST,
    SOLID,
    SOLID_COLLECTIONS,
    SURFACE_MEMBERS,
)
from citytwin.io.citygml_rings import RingTexts

Range = tuple[int, int, int]
"""First entry, the one behind the last, and the orientation to take them with."""


_MEMBER, _POLYGON, _EXTERIOR, _INTERIOR, _RING = range(5)
"""Elements a collection of polygons is mostly made of; plain numbers, as they are compared for every element."""

_STEPS = {
    **dict.fromkeys(SURFACE_MEMBERS, _MEMBER),
    POLYGON: _POLYGON,
    **dict.fromkeys(EXTERIORS, _EXTERIOR),
    **dict.fromkeys(INTERIORS, _INTERIOR),
    LINEAR_RING: _RING,
}


class GeometryReader:
    """Reads GML geometry into polygon, ring, solid and link columns.

    Identifiers are resolved member by member, where nearly all links end, and kept packed for those that lead to
    another member.

    Parameters
    ----------
    name : str
        Of the document, for errors.
    limits : ReadLimits
    columns : CityColumns
    """

    def __init__(self, name: str, limits: ReadLimits, columns: CityColumns) -> None:
        self.name = name
        self.limits = limits
        self.columns = columns
        self.rings = RingTexts(name, limits, columns)
        self.document_dimension = 3
        self.dimension = 3
        self.owner = -1
        self._in_solid = False
        self._named: dict[str, int | Range] = {}
        self._range_id = TextColumn()
        self._ranges = array("i")
        self._targets: list[str] = []
        self._late: dict[int, str] = {}
        self._link_start = array("i")
        self._link_stop = array("i")
        self._link_sign = array("b")
        self._link_owner = array("i")
        self._link_in_solid = array("b")
        self._add_entry, self._add_sign = columns.entry.append, columns.entry_sign.append
        self._add_owner, self._add_line = columns.polygon_owner.append, columns.polygon_line.append
        self._add_id, self._add_ring = columns.polygon_id.append, columns.ring_polygon.append

    def begin(self, geometry: Any, owner: int) -> None:
        """What follows belongs to `owner`; take reference system and dimension of the outermost geometry."""
        self.owner = owner
        self._in_solid = False
        if name := geometry.get("srsName"):
            self.columns.srs_names.add(name)
        self.dimension = {"2": 2, "3": 3}.get(geometry.get("srsDimension"), self.document_dimension)

    def geometry(self, geometry: Any, level: int = 0) -> bool:
        """Read a surface, a solid or a collection of solids; False where it is something else."""
        tag = geometry.tag
        if tag == SOLID:
            self._solid(geometry)
        elif tag in POLYGON_LIKE or tag in COLLECTIONS:
            self.surface(geometry, 1, level)
        elif tag in SOLID_COLLECTIONS:
            self.check_level(level, geometry)
            return all([self.geometry(solid, level + 1) for member in geometry for solid in member])
        else:
            return False
        return True

    def _solid(self, solid: Any) -> None:
        columns = self.columns
        start = len(columns.entry)
        self._in_solid = True
        for shell in solid:
            href = shell.get(HREF)
            if href is not None:
                self.link(href, 1)
            for surface in shell:
                self.surface(surface, 1, 0)
        self._in_solid = False
        columns.solid_object.append(columns.owner_object[self.owner])
        columns.solid_lod.append(columns.owner_lod[self.owner])
        columns.solid_start.append(start)
        columns.solid_stop.append(len(columns.entry))
        if identifier := solid.get(GML_ID):
            self._name_range(identifier, start, 1)

    def surface(self, element: Any, sign: int, level: int) -> None:
        """Read polygons and collections of them; `sign` is -1 inside an odd number of reversed orientable surfaces."""
        tag = element.tag
        if tag in POLYGON_LIKE:
            self._polygon(element, sign)
        elif tag in COLLECTIONS:
            self.check_level(level, element)
            start = len(self.columns.entry)
            if tag in FLAT_COLLECTIONS:
                self._sweep(element, sign, level)
            else:
                inner = -sign if tag == ORIENTABLE and element.get("orientation") == "-" else sign
                for member in element:
                    href = member.get(HREF)
                    if href is not None:
                        self.link(href, inner)
                    for surface in member:
                        self.surface(surface, inner, level + 1)
            if identifier := element.get(GML_ID):
                self._name_range(identifier, start, sign)
        else:
            self._not_read(element, "no surface that is understood")

    def _sweep(self, collection: Any, sign: int, level: int) -> None:
        """Read a collection in one pass over all elements below it, which costs half of going down level by level.

        What is not of the most frequent kinds is handed on, and its content passed over.
        """
        polygon = -1
        skip = 0
        elements = collection.iter()
        next(elements)
        for element in elements:
            if skip:
                skip -= 1
                continue
            step = _STEPS.get(element.tag)
            if step == _MEMBER:
                href = element.get(HREF)
                if href is not None:
                    self.link(href, sign)
            elif step == _POLYGON:
                polygon = self._open_polygon(element, sign)
            elif step == _EXTERIOR:
                continue
            elif step == _RING:
                first = next(elements) if len(element) == 1 else element
                if first.tag == POS_LIST:
                    self.rings.add_list(first, self.dimension)
                    self._add_ring(polygon)
                else:
                    self._ring(polygon, element)
                    skip = _below(first)
            elif step == _INTERIOR:
                skip = 0 if self._has_ring(polygon) else _below(element)
            else:
                skip = _below(element)
                above = _STEPS.get(element.getparent().tag)
                if above == _MEMBER:
                    self.surface(element, sign, level + 1)
                elif above == _EXTERIOR or above == _INTERIOR:
                    self._ring(polygon, element)

    def _open_polygon(self, polygon: Any, sign: int) -> int:
        """Add a polygon without rings and return its row."""
        row = len(self.columns.polygon_owner)
        identifier = polygon.get(GML_ID, "")
        if identifier:
            named = self._named
            if identifier in named:
                self._duplicate(identifier)
            else:
                start = len(self.columns.entry)
                named[identifier] = start if sign > 0 else (start, start + 1, sign)
        self._add_entry(row)
        self._add_sign(sign)
        self._add_owner(self.owner)
        self._add_line(polygon.sourceline)
        self._add_id(identifier)
        return row

    def _ring(self, row: int, ring: Any) -> None:
        """Add a ring to the last polygon, which is `row`; the first is its exterior."""
        if ring.tag == LINEAR_RING:
            self.rings.add(ring, self.dimension)
            self._add_ring(row)
        else:
            self._not_read(ring, "no gml:LinearRing")

    def _has_ring(self, row: int) -> bool:
        """Whether the last polygon, which is `row`, has a ring already."""
        rings = self.columns.ring_polygon
        return len(rings) > 0 and rings[-1] == row

    def _polygon(self, polygon: Any, sign: int) -> None:
        row = self._open_polygon(polygon, sign)
        exteriors = [ring for side in polygon if side.tag in EXTERIORS for ring in side]
        if exteriors and exteriors[0].tag == LINEAR_RING:
            for ring in (exteriors[0], *(ring for side in polygon if side.tag in INTERIORS for ring in side)):
                self._ring(row, ring)
        elif exteriors:
            self._not_read(exteriors[0], "no gml:LinearRing")

    def _not_read(self, element: Any, what: str) -> None:
        """Keep an element that is not understood and degrade its object."""
        columns = self.columns
        row = columns.owner_object[self.owner]
        columns.add_extra(row, qualified(element), fragment(element), self.limits.extras_bytes)
        message = f"line {element.sourceline}: {qualified(element)} is {what} and kept as it is written"
        columns.degrade(row, 1008, "GEOMETRY_NOT_READ", message)

    def _name_range(self, identifier: str, start: int, sign: int) -> None:
        """Remember that an identifier stands for the entries from `start` to the last one."""
        if identifier in self._named:
            self._duplicate(identifier)
        else:
            self._named[identifier] = (start, len(self.columns.entry), sign)

    def _duplicate(self, identifier: str) -> None:
        row = self.columns.owner_object[self.owner]
        message = "two geometries of the object bear this gml:id; links go to the first"
        self.columns.findings.add(1001, "DUPLICATE_ID", self.columns.object_id[row], identifier, message)

    def link(self, href: str, sign: int) -> None:
        """Add a reference to geometry elsewhere."""
        self._add_entry(~len(self._link_owner))
        self._add_sign(sign)
        self._targets.append(href)
        self._link_owner.append(self.owner)
        self._link_in_solid.append(self._in_solid)

    def close_member(self) -> None:
        """Resolve the links of one member inside it, and parse its rings where enough have come together."""
        named = self._named
        for href in self._targets:
            found = named.get(href[1:]) if href[:1] == "#" else None
            if found is None:
                self._late[len(self._link_start)] = href
                found = (0, 0, 0)
            start, stop, sign = (found, found + 1, 1) if isinstance(found, int) else found
            self._link_start.append(start)
            self._link_stop.append(stop)
            self._link_sign.append(sign)
        self._targets.clear()
        for identifier, entries in named.items():
            if not isinstance(entries, int):
                self._range_id.append(identifier)
                self._ranges.extend(entries)
        named.clear()
        self._range_id.pack()
        self.rings.flush()

    def close(self) -> LinkColumns:
        """Resolve the links that lead out of their member; what is left is dangling or external, and a finding."""
        self.rings.flush(1)
        found = self._places({href[1:] for href in self._late.values() if href[:1] == "#"})
        for link, href in self._late.items():
            place = found.get(href[1:]) if href[:1] == "#" else None
            if place is not None:
                self._link_start[link], self._link_stop[link], self._link_sign[link] = place
                continue
            row = self.columns.owner_object[self._link_owner[link]]
            if href[:1] == "#":
                self.columns.degrade(row, 1005, "XLINK_DANGLING", f"{href} is nowhere in the file")
            else:
                self.columns.degrade(row, 1006, "XLINK_EXTERNAL", f"{href[:200]} leads out of the file, not opened")
        return LinkColumns(
            np.array(self._link_start, np.int64),
            np.array(self._link_stop, np.int64),
            np.array(self._link_sign, np.int8),
            np.array(self._link_owner, np.int32),
            np.array(self._link_in_solid, bool),
        )

    def _places(self, wanted: set[str]) -> dict[str, Range]:
        """Entries of identifiers anywhere in the document."""
        found: dict[str, Range] = {}
        if not wanted:
            return found
        for place, identifier in enumerate(self._range_id.strings()):
            if identifier in wanted and identifier not in found:
                start, stop, sign = self._ranges[3 * place : 3 * place + 3]
                found[identifier] = (start, stop, sign)
        entries = np.flatnonzero(np.array(self.columns.entry) >= 0)
        for row, identifier in enumerate(self.columns.polygon_id.strings()):
            if identifier in wanted and identifier not in found:
                entry = int(entries[row])
                found[identifier] = (entry, entry + 1, self.columns.entry_sign[entry])
        return found

    def check_level(self, level: int, element: Any) -> None:
        """Raise CityReadError where elements are nested too deep."""
        if level > self.limits.nesting:
            raise CityReadError(
                f"nested more than {self.limits.nesting} levels deep",
                self.name,
                line=element.sourceline,
                gml_id=element.get(GML_ID),
                advice="Raise limits.nesting if that is meant",
            )


def local(element: Any) -> str:
    """Name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def qualified(element: Any) -> str:
    """Name of an element as written, with its prefix."""
    return f"{element.prefix}:{local(element)}" if element.prefix else local(element)


def fragment(element: Any) -> str:
    """An element as XML that stands for itself: with the namespaces it uses, or all where a value may name one."""
    text = etree.tostring(element, method="c14n", exclusive=True, with_tail=False).decode()
    if ":type=" in text:
        return str(etree.tostring(element, encoding="unicode", with_tail=False))
    return text


def _below(element: Any) -> int:
    """Number of elements below an element."""
    return sum(1 for _ in element.iter()) - 1
