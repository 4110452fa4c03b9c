"""Surfaces, solids and the links between them, from GML elements to columns."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import repeat
from typing import Any

from citytwin.errors import CityReadError
from citytwin.io._columns import CityColumns
from citytwin.io._limits import ReadLimits
from citytwin.io.citygml_chains import (
    DIMENSIONS,
    Chains,
    chain_of,
    dimensions_below,
    links_only,
    members_of,
    polygons_below,
    systems_below,
    triangles_of,
)
from citytwin.io.citygml_fragments import fragment, qualified
from citytwin.io.citygml_gml import (
    COLLECTIONS,
    EXTERIORS,
    FLAT_COLLECTIONS,
    GML,
    HREF,
    INTERIORS,
    LINEAR_RINGS,
    ORIENTABLES,
    PATCHED,
    PATCHES,
    POLYGON_LIKE,
    POLYGONS,
    POS_LISTS,
    SOLID_COLLECTIONS,
    SOLIDS,
    SURFACE_MEMBERS,
)
from citytwin.io.citygml_member_links import MemberLinks
from citytwin.io.citygml_rings import RingTexts
from citytwin.io.citygml_terrain import Terrain

_MEMBER, _POLYGON, _EXTERIOR, _INTERIOR, _RING, _COLLECTION = range(6)
"""Elements a collection of polygons is mostly made of; plain numbers, as they are compared for every element."""

_STEPS = {
    **dict.fromkeys(SURFACE_MEMBERS, _MEMBER),
    **dict.fromkeys(POLYGONS, _POLYGON),
    **dict.fromkeys(EXTERIORS, _EXTERIOR),
    **dict.fromkeys(INTERIORS, _INTERIOR),
    **dict.fromkeys(LINEAR_RINGS, _RING),
}
FEW = 2
"""Members of a collection up to which it is faster to look at each element than to ask path expressions."""


class GeometryReader:
    """Reads GML geometry into polygon, ring, solid and link columns.

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
        self.passed_over = 0
        self.dimension = 3
        self.owner = -1
        self.is_prototype = False
        self._in_solid = False
        self.terrain = Terrain()
        self.links = MemberLinks(columns)
        self._add_entry, self._add_sign = columns.entry.append, columns.entry_sign.append
        self._add_owner = columns.polygon_owner.append
        self._add_id, self._add_ring = columns.polygon_id.append, columns.ring_polygon.append
        self.use(GML)

    def use(self, gml: str) -> None:
        """Take identifiers and the common forms of collections from a namespace of GML."""
        self.id_name = f"{{{gml}}}id"
        self.gml = gml
        self._members = members_of(gml)
        self._triangles = triangles_of(gml)

    def begin(self, owner: int) -> None:
        """What follows belongs to `owner`."""
        self.owner = owner
        self._in_solid = False
        self.dimension = self.document_dimension

    def geometry(self, geometry: Any, level: int = 0) -> bool:
        """Read a surface, a solid or a collection of solids; False where it is something else."""
        tag = geometry.tag
        if tag in FLAT_COLLECTIONS:
            self._collection(geometry, tag, 1, level)
        elif tag in SOLIDS:
            self._solid(geometry)
        elif tag in POLYGON_LIKE or tag in COLLECTIONS:
            self.surface(geometry, 1, level)
        elif tag in SOLID_COLLECTIONS:
            return self._solids(geometry, level)
        else:
            return False
        return True

    def linked_solid(self, href: str) -> None:
        """Add a solid made of what a link leads to."""
        self._in_solid = True
        start = len(self.columns.entry)
        self.link(href, 1)
        self._in_solid = False
        self._add_solid(start)

    def _solids(self, collection: Any, level: int) -> bool:
        self.check_level(level, collection)
        outer = self._enter(collection)
        start = len(self.columns.entry)
        understood = True
        for member in collection:
            href = member.get(HREF)
            if href is not None and member.tag.endswith("solidMember"):
                self.linked_solid(href)
            elif href is not None:
                self.link(href, 1)
            for solid in member:
                understood &= self.geometry(solid, level + 1)
        if identifier := collection.get(self.id_name):
            self.links.name_range(identifier, start, len(self.columns.entry), 1, self.owner)
        self.dimension = outer
        return understood

    def _solid(self, solid: Any) -> None:
        outer = self._enter(solid)
        start = len(self.columns.entry)
        self._in_solid = True
        for shell in solid[:]:
            href = shell.get(HREF)
            if href is not None:
                self.link(href, 1)
            for surface in shell[:]:
                self.surface(surface, 1, 0)
        self._in_solid = False
        self._add_solid(start)
        if identifier := solid.get(self.id_name):
            self.links.name_range(identifier, start, len(self.columns.entry), 1, self.owner)
        self.dimension = outer

    def _add_solid(self, start: int) -> None:
        """Add a solid of the entries from `start` on."""
        columns = self.columns
        if self.is_prototype:
            return
        columns.solid_object.append(columns.owner_object[self.owner])
        columns.solid_lod.append(columns.owner_lod[self.owner])
        columns.solid_start.append(start)
        columns.solid_stop.append(len(columns.entry))

    def surface(self, element: Any, sign: int, level: int) -> None:
        """Read polygons and collections of them; `sign` is -1 inside an odd number of reversed orientable surfaces."""
        tag = element.tag
        if tag in COLLECTIONS:
            self._collection(element, tag, sign, level)
        elif tag in POLYGON_LIKE:
            self._polygon(element, sign)
        else:
            self._not_read(element, "no surface that is understood")

    def _collection(self, element: Any, tag: str, sign: int, level: int) -> None:
        """Read a collection of polygons, whose name is `tag`."""
        if level > self.limits.nesting:
            self.check_level(level, element)
        identifier = element.get(self.id_name)
        outer = self._enter(element) if len(element.attrib) > (identifier is not None) else self.dimension
        start = len(self.columns.entry)
        if tag in FLAT_COLLECTIONS:
            if len(element) > FEW or not self._few(element, sign):
                self._flat(element, sign, level)
        elif tag in PATCHED:
            self._patched(element, sign, level)
        else:
            inner = -sign if tag in ORIENTABLES and element.get("orientation") == "-" else sign
            self._nested(element, inner, level)
        if identifier:
            self.links.name_range(identifier, start, len(self.columns.entry), sign, self.owner)
        self.dimension = outer

    def _enter(self, element: Any) -> int:
        """Take reference system and dimension of an element for what is below it; return the dimension around it."""
        outer = self.dimension
        if name := element.get("srsName"):
            self.columns.srs_names.add(name)
        if own := element.get("srsDimension"):
            self.dimension = DIMENSIONS.get(own, outer)
        return outer

    def _nested(self, collection: Any, sign: int, level: int) -> None:
        for member in collection:
            href = member.get(HREF)
            if href is not None:
                self.link(href, sign)
            for surface in member:
                self.surface(surface, sign, level + 1)

    def _patched(self, surface: Any, sign: int, level: int) -> None:
        """Read the patches of a surface; what else it has, such as break lines, is kept."""
        for part in surface:
            if part.tag not in PATCHES:
                self._keep(part)
                continue
            taken = self.terrain.pop(part)
            if taken is not None:
                self._add_polygons(len(taken.texts), sign)
                self.rings.add_texts(taken.texts, taken.lines, self.dimension)
                for patch in part[1:]:
                    self.surface(patch, sign, level + 1)
            elif not self._alike(part, self._triangles, sign):
                for patch in part:
                    self.surface(patch, sign, level + 1)

    def _flat(self, collection: Any, sign: int, level: int) -> None:
        """Read a collection of surface members."""
        if not len(collection[0]) and (hrefs := links_only(collection, self.gml)):
            self.links.add(hrefs, sign, self.owner, self._in_solid)
            return
        if len(collection) > FEW and self._alike(collection, self._members, sign):
            return
        self.columns.srs_names.update(systems_below(collection))
        own = self.dimension
        if all(DIMENSIONS.get(text, own) == own for text in dimensions_below(collection)):
            self._sweep(collection, sign, level)
        else:
            self._nested(collection, sign, level)

    def _few(self, collection: Any, sign: int) -> bool:
        """Read a collection of one or two chains from a surface member to a position list; False where it is none."""
        chains: list[Any] = [chain_of(member) for member in collection[:]]
        if None in chains:
            return False
        for polygon, positions in chains:
            self._add_ring(self._open_polygon(polygon, sign))
            self.rings.add_list(positions, self.dimension)
        return True

    def _alike(self, collection: Any, chains: Chains, sign: int) -> bool:
        """Read a collection whose members are all written alike; False where they are not."""
        taken = chains.take(collection, self.dimension)
        if taken is None:
            return False
        ids, lists, systems = taken
        self.columns.srs_names.update(systems)
        start = len(self.columns.entry)
        self._add_polygons(len(lists), sign, ids)
        for entry, identifier in enumerate(ids, start):
            self.links.name_polygon(identifier, entry, sign, self.owner)
        self.rings.add_texts([p.text or "" for p in lists], [p.sourceline for p in lists], self.dimension)
        return True

    def _add_polygons(self, n: int, sign: int, ids: Sequence[str] = ()) -> None:
        """Add polygons of one ring each."""
        columns = self.columns
        row = len(columns.polygon_owner)
        rows = array("i", range(row, row + n))
        columns.entry += rows
        columns.ring_polygon += rows
        columns.entry_sign += array("b", (sign,)) * n
        columns.polygon_owner += array("i", (self.owner,)) * n
        columns.polygon_id.items += ids or repeat("", n)

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
            parent = element.getparent()
            above = _STEPS.get(parent.tag) if parent is not collection else _COLLECTION
            step = _STEPS.get(element.tag)
            if step == _MEMBER and above == _COLLECTION:
                href = element.get(HREF)
                if href is not None:
                    self.link(href, sign)
            elif step == _POLYGON and above == _MEMBER:
                polygon = self._open_polygon(element, sign)
            elif step == _EXTERIOR and above == _POLYGON:
                continue
            elif step == _RING and (above == _INTERIOR or (above == _EXTERIOR and not self._has_ring(polygon))):
                first = next(elements) if len(element) == 1 else element
                if first.tag in POS_LISTS:
                    self.rings.add_list(first, self.dimension)
                    self._add_ring(polygon)
                else:
                    self._ring(polygon, element)
                    skip = _below(first)
            elif step == _INTERIOR and above == _POLYGON:
                skip = 0 if self._has_ring(polygon) else _below(element)
            else:
                skip = _below(element)
                if above == _MEMBER:
                    self.surface(element, sign, level + 1)
                elif step != _RING and (above == _EXTERIOR or above == _INTERIOR):
                    self._ring(polygon, element)
                elif step is not None or len(element):
                    self._not_read(element, "where the schema has none")

    def _open_polygon(self, polygon: Any, sign: int) -> int:
        """Add a polygon without rings and return its row."""
        row = len(self.columns.polygon_owner)
        identifier = polygon.get(self.id_name, "")
        if identifier:
            self.links.name_polygon(identifier, len(self.columns.entry), sign, self.owner)
        self._add_entry(row)
        self._add_sign(sign)
        self._add_owner(self.owner)
        self._add_id(identifier)
        return row

    def _ring(self, row: int, ring: Any) -> None:
        """Add a ring to the last polygon, which is `row`; the first is its exterior."""
        if ring.tag in LINEAR_RINGS:
            outer = self._enter(ring)
            self.rings.add(ring, self.dimension)
            self._add_ring(row)
            self.dimension = outer
        else:
            self._not_read(ring, "no gml:LinearRing")

    def _has_ring(self, row: int) -> bool:
        """Whether the last polygon, which is `row`, has a ring already."""
        rings = self.columns.ring_polygon
        return len(rings) > 0 and rings[-1] == row

    def _polygon(self, polygon: Any, sign: int) -> None:
        outer = self._enter(polygon)
        row = self._open_polygon(polygon, sign)
        exteriors = [ring for side in polygon if side.tag in EXTERIORS for ring in side]
        if exteriors and exteriors[0].tag in LINEAR_RINGS:
            for ring in (exteriors[0], *(ring for side in polygon if side.tag in INTERIORS for ring in side)):
                self._ring(row, ring)
        elif exteriors:
            self._not_read(exteriors[0], "no gml:LinearRing")
        self.dimension = outer

    def _not_read(self, element: Any, what: str) -> None:
        """Keep an element that is not understood and degrade its object."""
        self._keep(element)
        message = f"{qualified(element)} is {what} and kept as it is written"
        self.columns.degrade(self.columns.owner_object[self.owner], 1008, "GEOMETRY_NOT_READ", message)

    def _keep(self, element: Any) -> None:
        self.passed_over += polygons_below(element, self.gml)
        row = self.columns.owner_object[self.owner]
        self.columns.add_extra(row, qualified(element), fragment(element))

    def link(self, href: str, sign: int) -> None:
        """Add a reference to geometry elsewhere."""
        self.links.add([href], sign, self.owner, self._in_solid)

    def close_member(self) -> None:
        """Resolve the links of one member inside it, and parse its rings where enough have come together."""
        self.links.resolve()
        self.terrain.forget()
        self.rings.flush()

    def check_level(self, level: int, element: Any) -> None:
        """Raise CityReadError where elements are nested too deep."""
        if level > self.limits.nesting:
            raise CityReadError(
                f"nested more than {self.limits.nesting} levels deep",
                self.name,
                line=element.sourceline,
                gml_id=element.get(self.id_name),
                advice="Raise limits.nesting if that is meant",
            )


def _below(element: Any) -> int:
    """Number of elements below an element."""
    return sum(1 for _ in element.iter()) - 1
