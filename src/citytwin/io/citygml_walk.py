"""Walks over the members of a CityGML document and puts what it understands into columns."""

from __future__ import annotations

from array import array
from typing import Any, NamedTuple

from lxml import etree

from citytwin.errors import CityReadError
from citytwin.io._columns import AttributeColumns, CityColumns, TextColumn
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import LodFilter
from citytwin.io.citygml_names import (
    APPEARANCES,
    COLLECTIONS,
    EXTERIORS,
    GML,
    GML_ID,
    HREF,
    INSTALLATIONS,
    INTERIORS,
    KINDS,
    LINEAR_RING,
    OBJECT_KINDS,
    ORIENTABLE,
    PLAIN,
    POLYGON_LIKE,
    ROOF_EDGE,
    RULES,
    SOLID,
    SOLID_COLLECTIONS,
    XAL,
    Do,
    Rule,
)
from citytwin.io.citygml_rings import RingTexts
from citytwin.model.enums import ObjectKind, SurfaceKind


class Link(NamedTuple):
    """Reference from a geometry to surfaces elsewhere in the document."""

    target: str
    owner: int
    in_solid: bool


class _Owner(NamedTuple):
    """What the properties at hand belong to: an object, or a boundary surface of it (`feature`), inside a `wall`."""

    object: int
    kind: int = SurfaceKind.UNKNOWN
    feature: int = -1
    wall: int = -1
    id: str = ""


class Walker:
    """State of one reading: columns, rings still to be parsed, identifiers and links.

    Parameters
    ----------
    name : str
        Of the document, for errors.
    limits : ReadLimits
    wanted : callable
        Whether geometry of a LoD, in tenths, is kept.
    """

    def __init__(self, name: str, limits: ReadLimits, wanted: LodFilter) -> None:
        self.name = name
        self.limits = limits
        self.wanted = wanted
        self.columns = CityColumns(limits.findings)
        self.rings = RingTexts(name, limits, self.columns)
        self.links: list[Link] = []
        self.link_start = array("i")
        self.link_stop = array("i")
        self.link_sign = array("b")
        self._named: dict[str, tuple[int, int, int]] = {}
        self._all_names = TextColumn()
        self._all_ranges = array("i")
        self._document_dimension = 3
        self._dimension = 3
        self._owner = -1
        self._generic: tuple[dict[str, dict[str | None, int]], dict[str, dict[str | None, int]]] = (
            {tag: {} for tag in PLAIN},
            {tag: {} for tag in PLAIN},
        )
        self._in_solid = False

    def head(self, root: Any) -> None:
        """Read the envelope that stands before the members."""
        for child in root:
            if child.tag == f"{{{GML}}}boundedBy":
                self._envelope(child)
                for envelope in child:
                    self._document_dimension = 2 if envelope.get("srsDimension") == "2" else 3

    def member(self, member: Any) -> None:
        """Read one member of the city model."""
        if member.tag in APPEARANCES:
            self._extra(_Owner(-1), member)
            return
        for element in member:
            if element.tag in OBJECT_KINDS:
                self._object(element, -1, 0)
            else:
                self._other(element)
        self._close_links()
        self.rings.flush()
        self.columns.pack()

    def tail(self, root: Any) -> None:
        """Read what is left below the root once all members are gone."""
        for child in root:
            if len(child) and child.tag != f"{{{GML}}}boundedBy":
                self._extra(_Owner(-1), child)
        self._close_late_links()
        self.rings.flush(1)

    def _other(self, element: Any) -> None:
        row = self.columns.add_object(self._identifier(element), ObjectKind.OTHER, -1)
        self._extra(_Owner(row), element)
        self.columns.degrade(row, 1004, "OBJECT_NOT_MODELLED", f"{_qualified(element)} is kept as it is written")

    def _identifier(self, element: Any) -> str:
        identifier = element.get(GML_ID)
        if identifier:
            return str(identifier)
        made = f"object-{len(self.columns.object_id) + 1}"
        self.columns.findings.add(
            1002, "MISSING_ID", made, message=f"{_qualified(element)} has no gml:id and is called so"
        )
        return made

    def _object(self, element: Any, parent: int, level: int) -> None:
        self._check_level(level, element)
        row = self.columns.add_object(self._identifier(element), OBJECT_KINDS[element.tag], parent)
        self._properties(element, _Owner(row), level)

    def _properties(self, element: Any, owner: _Owner, level: int) -> None:
        """Read the properties of an object or boundary surface, in document order."""
        of_feature = owner.feature >= 0
        attributes = self.columns.feature_attributes if of_feature else self.columns.object_attributes
        row = owner.feature if of_feature else owner.object
        generic = self._generic[of_feature]
        add_row, add_code, add_text = attributes.row.append, attributes.code.append, attributes.text.append
        for child in element:
            tag = child.tag
            known = generic.get(tag)
            if known is not None:
                name = child.get("name")
                code = known.get(name)
                if code is None:
                    plain = RULES[tag]
                    named = (name or "", plain.type, "generic", "")
                    key = named if plain.do is Do.GENERIC else (plain.name, plain.type, "core", "")
                    code = known[name] = attributes.codes.setdefault(key, len(attributes.codes))
                add_row(row)
                add_code(code)
                add_text((child[0].text if len(child) else child.text) or "")
                continue
            rule = RULES.get(tag)
            if rule is None:
                self._extra(owner, child)
                continue
            do = rule.do
            if do is Do.MEASURE:
                for value in child:
                    attributes.add(row, value.text or "", child.get("name", ""), rule.type, unit=value.get("uom", ""))
            elif do is Do.BOUNDARY:
                for surface in child:
                    self._feature(surface, owner, -1, level)
            elif do is Do.GEOMETRY:
                self._geometry_property(child, rule, owner)
            elif do is Do.LEAF:
                unit = child.get("codeSpace", "") if rule.type == "code" else child.get("uom", "")
                attributes.add(row, child.text or "", rule.name, rule.type, "core", unit)
            elif do is Do.ENVELOPE:
                self._envelope(child)
            elif do is Do.REFERENCE:
                for leaf in child.iter():
                    if not len(leaf):
                        name = f"externalReference.{_local(leaf)}"
                        attributes.add(row, leaf.text or "", name, "string", "core")
            elif do is Do.PART:
                for part in child:
                    if part.tag in OBJECT_KINDS:
                        self._object(part, owner.object, level + 1)
                    else:
                        self._extra(owner, part)
            elif do is Do.SET:
                self._attribute_set(child, row, attributes, f"set:{child.get('name', '')}", level)
            elif do is Do.ADDRESS:
                for leaf in child.iter(f"{{{XAL}}}*"):
                    if text := (leaf.text or "").strip():
                        attributes.add(row, text, _local(leaf), "string", "address")
            elif do is Do.OPENING:
                for opening in child:
                    self._feature(opening, owner, owner.feature, level)
            else:
                for installation in child:
                    self._installation(installation, owner, level)

    def _attribute_set(self, element: Any, row: int, attributes: AttributeColumns, place: str, level: int) -> None:
        self._check_level(level, element)
        for child in element:
            rule = RULES.get(child.tag)
            if rule is not None and rule.do is Do.SET:
                self._attribute_set(child, row, attributes, f"{place}/{child.get('name', '')}", level + 1)
            elif rule is not None and rule.do in (Do.GENERIC, Do.MEASURE):
                for value in child:
                    unit = value.get("uom", "")
                    attributes.add(row, value.text or "", child.get("name", ""), rule.type, place, unit)

    def _feature(self, surface: Any, owner: _Owner, wall: int, level: int) -> None:
        """Read a boundary surface, or an opening of the boundary surface `wall`."""
        kind = KINDS.get(surface.tag)
        if kind is None:
            self._extra(owner, surface)
            return
        if owner.kind == SurfaceKind.INSTALLATION:
            kind = SurfaceKind.INSTALLATION
        identifier = surface.get(GML_ID, "")
        feature = self.columns.add_feature(identifier)
        self._properties(surface, _Owner(owner.object, kind, feature, wall, identifier), level)

    def _installation(self, element: Any, owner: _Owner, level: int) -> None:
        if element.tag not in INSTALLATIONS:
            self._extra(owner, element)
            return
        identifier = element.get(GML_ID, "")
        feature = self.columns.add_feature(identifier)
        self._properties(element, _Owner(owner.object, SurfaceKind.INSTALLATION, feature, -1, identifier), level)

    def _extra(self, owner: _Owner, element: Any) -> None:
        place = _qualified(element)
        if owner.id:
            place = f"#{owner.id}/{place}"
        self.columns.add_extra(owner.object, place, _fragment(element), self.limits.extras_bytes)

    def _envelope(self, element: Any) -> None:
        for envelope in element:
            if name := envelope.get("srsName"):
                self.columns.srs_names.add(name)

    def _geometry_property(self, element: Any, rule: Rule, owner: _Owner) -> None:
        """Read ``lod2Solid``, ``lod0FootPrint`` and the like."""
        if not self.wanted(rule.lod):
            return
        feature = owner.feature
        if rule.name == ROOF_EDGE:
            feature = self.columns.add_feature("")
            self.columns.feature_attributes.add(feature, ROOF_EDGE, "lod0", "string", "core")
        self._owner = self.columns.add_owner(owner.object, owner.kind, rule.lod, feature, owner.wall)
        self._in_solid = False
        href = element.get(HREF)
        if href is not None:
            self._link(href, 1)
        for geometry in element:
            self._geometry(geometry, element, owner, 0)

    def _geometry(self, geometry: Any, element: Any, owner: _Owner, level: int) -> None:
        self._check_level(level, geometry)
        self._note_system(geometry)
        tag = geometry.tag
        if tag == SOLID:
            self._solid(geometry, owner)
        elif tag in POLYGON_LIKE or tag in COLLECTIONS:
            self._surface(geometry, 1, 0)
        elif tag in SOLID_COLLECTIONS:
            for member in geometry:
                for solid in member:
                    self._geometry(solid, element, owner, level + 1)
        else:
            self._extra(owner, element)
            self.columns.findings.add(
                1008,
                "GEOMETRY_NOT_READ",
                self.columns.object_id[owner.object],
                owner.id,
                f"{_qualified(geometry)} in {_qualified(element)} is kept as it is written",
            )

    def _note_system(self, geometry: Any) -> None:
        if name := geometry.get("srsName"):
            self.columns.srs_names.add(name)
        self._dimension = {"2": 2, "3": 3}.get(geometry.get("srsDimension"), self._document_dimension)

    def _solid(self, solid: Any, owner: _Owner) -> None:
        columns = self.columns
        start = len(columns.entry)
        self._in_solid = True
        for shell in solid:
            href = shell.get(HREF)
            if href is not None:
                self._link(href, 1)
            for surface in shell:
                self._surface(surface, 1, 0)
        self._in_solid = False
        columns.solid_object.append(owner.object)
        columns.solid_lod.append(columns.owner_lod[self._owner])
        columns.solid_start.append(start)
        columns.solid_stop.append(len(columns.entry))
        if identifier := solid.get(GML_ID):
            self._name(identifier, start, 1)

    def _surface(self, element: Any, sign: int, level: int) -> None:
        """Read polygons and collections of them, `sign` is -1 inside an oddly reversed OrientableSurface."""
        tag = element.tag
        if tag in POLYGON_LIKE:
            self._polygon(element, sign)
        elif tag in COLLECTIONS:
            self._check_level(level, element)
            start = len(self.columns.entry)
            inner = -sign if tag == ORIENTABLE and element.get("orientation") == "-" else sign
            for member in element:
                href = member.get(HREF)
                if href is not None:
                    self._link(href, inner)
                    continue
                for surface in member:
                    self._surface(surface, inner, level + 1)
            if identifier := element.get(GML_ID):
                self._name(identifier, start, sign)
        else:
            self._not_read(element, "no surface that is understood")

    def _polygon(self, polygon: Any, sign: int) -> None:
        columns = self.columns
        if name := polygon.get("srsName"):
            columns.srs_names.add(name)
        identifier = polygon.get(GML_ID, "")
        start = len(columns.entry)
        columns.entry.append(len(columns.polygon_owner))
        columns.entry_sign.append(sign)
        columns.polygon_owner.append(self._owner)
        columns.polygon_flip.append(sign < 0 and not self._in_solid)
        columns.polygon_line.append(polygon.sourceline)
        columns.polygon_id.append(identifier)
        if identifier:
            self._name(identifier, start, sign)
        exterior = None
        interiors = []
        for side in polygon:
            if side.tag in EXTERIORS:
                for ring in side:
                    exterior = ring
            elif side.tag in INTERIORS:
                interiors += list(side)
        count = 0
        if exterior is not None and self._is_ring(exterior):
            self.rings.add(exterior, self._dimension)
            count = 1
            for ring in interiors:
                if self._is_ring(ring):
                    self.rings.add(ring, self._dimension)
                    count += 1
        columns.polygon_rings.append(columns.polygon_rings[-1] + count)

    def _is_ring(self, ring: Any) -> bool:
        if ring.tag == LINEAR_RING:
            return True
        self._not_read(ring, "no gml:LinearRing")
        return False

    def _not_read(self, element: Any, what: str) -> None:
        row = self.columns.owner_object[self._owner]
        self._extra(_Owner(row), element)
        message = f"line {element.sourceline}: {_qualified(element)} is {what} and kept as it is written"
        self.columns.degrade(row, 1008, "GEOMETRY_NOT_READ", message)

    def _name(self, identifier: str, start: int, sign: int) -> None:
        """Remember which entries an identifier stands for, from `start` to the last one."""
        stop = len(self.columns.entry)
        if identifier in self._named:
            row = self.columns.owner_object[self._owner]
            self.columns.findings.add(
                1001,
                "DUPLICATE_ID",
                self.columns.object_id[row],
                identifier,
                "two geometries of the object bear this gml:id; links go to the first",
            )
            return
        self._named[identifier] = (start, stop, sign)

    def _link(self, href: str, sign: int) -> None:
        self.columns.entry.append(~len(self.links))
        self.columns.entry_sign.append(sign)
        self.links.append(Link(href, self._owner, self._in_solid))

    def _close_links(self) -> None:
        """Resolve the links of one member inside it; archive its identifiers for links from elsewhere."""
        named = self._named
        for link in self.links[len(self.link_start) :]:
            start, stop, sign = named.get(link.target[1:], (0, 0, 0)) if link.target[:1] == "#" else (0, 0, 0)
            self.link_start.append(start)
            self.link_stop.append(stop)
            self.link_sign.append(sign)
        for identifier, entries in named.items():
            self._all_names.append(identifier)
            self._all_ranges.extend(entries)
        self._all_names.pack()
        named.clear()

    def _close_late_links(self) -> None:
        """Resolve the links that lead out of their member; what is left is dangling or external."""
        late = [i for i, sign in enumerate(self.link_sign) if sign == 0]
        if not late:
            return
        wanted = {self.links[i].target[1:] for i in late if self.links[i].target[:1] == "#"}
        found: dict[str, int] = {}
        for place, identifier in enumerate(self._all_names.strings() if wanted else ()):
            if identifier in wanted:
                found.setdefault(identifier, place)
        for i in late:
            target = self.links[i].target
            place = found.get(target[1:], -1) if target[:1] == "#" else -1
            if place >= 0:
                start, stop, sign = self._all_ranges[3 * place : 3 * place + 3]
                self.link_start[i], self.link_stop[i], self.link_sign[i] = start, stop, sign
                continue
            row = self.columns.owner_object[self.links[i].owner]
            if target[:1] == "#":
                self.columns.degrade(row, 1005, "XLINK_DANGLING", f"{target} is nowhere in the file")
            else:
                self.columns.degrade(
                    row, 1006, "XLINK_EXTERNAL", f"{target[:200]} leads out of the file and is not opened"
                )

    def _check_level(self, level: int, element: Any) -> None:
        if level > self.limits.nesting:
            raise CityReadError(
                f"nested more than {self.limits.nesting} levels deep",
                self.name,
                line=element.sourceline,
                gml_id=element.get(GML_ID),
                advice="Raise limits.nesting if that is meant",
            )


def _qualified(element: Any) -> str:
    """Name of an element as written, with its prefix."""
    local = _local(element)
    return f"{element.prefix}:{local}" if element.prefix else local


def _fragment(element: Any) -> str:
    """An element as XML that stands for itself: with the namespaces it uses, or all where a value may name one."""
    text = etree.tostring(element, method="c14n", exclusive=True, with_tail=False).decode()
    if ":type=" in text:
        return str(etree.tostring(element, encoding="unicode", with_tail=False))
    return text


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
