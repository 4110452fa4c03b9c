"""Walks over the members of a CityGML document and puts what it understands into columns."""

from __future__ import annotations

from typing import Any, NamedTuple

from citytwin.io._columns import AttributeColumns, CityColumns
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import LodFilter
from citytwin.io.citygml_geometry import GeometryReader, fragment, local, qualified
from citytwin.io.citygml_names import (
    APPEARANCES,
    EXTERIORS,
    FLAT_COLLECTIONS,
    GML,
    GML_ID,
    HREF,
    INTERIORS,
    KINDS,
    LINEAR_RING,
    OBJECT_KINDS,
    PLAIN,
    POLYGON,
    POS_LIST,
    ROOF_EDGE,
    RULES,
    SURFACE_MEMBERS,
    XAL,
    Do,
    Rule,
)
from citytwin.model.enums import ObjectKind, SurfaceKind


class _Owner(NamedTuple):
    """What the properties at hand belong to: an object, or a boundary surface of it (`feature`), inside a `wall`."""

    object: int
    kind: int = SurfaceKind.UNKNOWN
    feature: int = -1
    wall: int = -1
    id: str = ""


_Codes = dict[str, dict[str | None, int]]


class Walker:
    """State of one reading of a document.

    Parameters
    ----------
    name : str
        Of the document, for errors.
    limits : ReadLimits
    wanted : callable
        Whether geometry of a LoD, in tenths, is kept.
    """

    def __init__(self, name: str, limits: ReadLimits, wanted: LodFilter) -> None:
        self.limits = limits
        self.wanted = wanted
        self.columns = CityColumns(limits.findings)
        self.geometry = GeometryReader(name, limits, self.columns)
        self._object_codes: _Codes = {tag: {} for tag in PLAIN}
        self._feature_codes: _Codes = {tag: {} for tag in PLAIN}

    def head(self, root: Any) -> None:
        """Read the envelope that stands before the members."""
        for child in root:
            if child.tag == f"{{{GML}}}boundedBy":
                self._envelope(child)
                for envelope in child:
                    self.geometry.document_dimension = 2 if envelope.get("srsDimension") == "2" else 3

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
        self.geometry.close_member()
        self.columns.pack()

    def tail(self, root: Any) -> None:
        """Read what is left below the root once all members are gone."""
        for child in root:
            if len(child) and child.tag != f"{{{GML}}}boundedBy":
                self._extra(_Owner(-1), child)

    def _other(self, element: Any) -> None:
        row = self.columns.add_object(self._identifier(element), ObjectKind.OTHER, -1)
        self._extra(_Owner(row), element)
        self.columns.degrade(row, 1004, "OBJECT_NOT_MODELLED", f"{qualified(element)} is kept as it is written")

    def _identifier(self, element: Any) -> str:
        identifier = element.get(GML_ID)
        if identifier:
            return str(identifier)
        made = f"object-{len(self.columns.object_id) + 1}"
        self.columns.findings.add(1002, "MISSING_ID", made, message=f"a {qualified(element)} without gml:id")
        return made

    def _object(self, element: Any, parent: int, level: int) -> None:
        self.geometry.check_level(level, element)
        owner = _Owner(self.columns.add_object(self._identifier(element), OBJECT_KINDS[element.tag], parent))
        attributes = self.columns.object_attributes
        for child in element:
            known = self._object_codes.get(child.tag)
            if known is None:
                self._property(child, owner, owner.object, attributes, level)
            else:
                text = child[0].text if len(child) else child.text
                _add_plain(attributes, owner.object, known, child, text)

    def _feature(self, surface: Any, owner: _Owner, wall: int, level: int) -> None:
        """Read a boundary surface, an opening of the boundary surface `wall`, or an installation.

        All elements below it are gone through in one sweep, which costs half of going down level by level; what is not
        of the most frequent kinds is handed on and its content passed over.
        """
        kind = KINDS.get(surface.tag)
        if kind is None:
            self._extra(owner, surface)
            return
        if owner.kind == SurfaceKind.INSTALLATION:
            kind = SurfaceKind.INSTALLATION
        identifier = surface.get(GML_ID, "")
        feature = self.columns.add_feature(identifier)
        inner = _Owner(owner.object, kind, feature, wall, identifier)
        attributes, geometry, codes = self.columns.feature_attributes, self.geometry, self._feature_codes
        collection = ""
        start = polygon = -1
        skip = 0
        elements = surface.iter()
        next(elements)
        for element in elements:
            if skip:
                skip -= 1
                continue
            tag = element.tag
            known = codes.get(tag)
            if known is not None and (start < 0 or element.getparent() is surface):
                text = next(elements).text if len(element) else element.text
                _add_plain(attributes, feature, known, element, text)
            elif tag in SURFACE_MEMBERS:
                href = element.get(HREF)
                if href is not None:
                    geometry.link(href, 1)
            elif tag == POLYGON:
                polygon = geometry.open_polygon(element, 1)
            elif tag in EXTERIORS:
                continue
            elif tag == LINEAR_RING:
                positions = element[0] if len(element) == 1 else None
                if positions is not None and positions.tag == POS_LIST:
                    next(elements)
                    geometry.add_positions(polygon, positions)
                else:
                    geometry.add_ring(polygon, element)
                    skip = _below(element)
            elif tag in INTERIORS:
                skip = 0 if geometry.has_ring(polygon) else _below(element)
            elif self._is_flat(element):
                if collection:
                    geometry.name_range(collection, start, 1)
                outermost = next(elements)
                collection = outermost.get(GML_ID, "")
                start = len(self.columns.entry)
                geometry.begin(outermost, self.columns.add_owner(owner.object, kind, RULES[tag].lod, feature, wall))
            else:
                skip = _below(element)
                parent = element.getparent()
                if parent is surface:
                    if collection:
                        geometry.name_range(collection, start, 1)
                        collection = ""
                    self._property(element, inner, feature, attributes, level)
                elif parent.tag in SURFACE_MEMBERS:
                    geometry.surface(element, 1, 1)
                elif parent.tag in EXTERIORS or parent.tag in INTERIORS:
                    geometry.add_ring(polygon, element)
        if collection:
            geometry.name_range(collection, start, 1)

    def _is_flat(self, element: Any) -> bool:
        """Whether a property holds one plain collection of surfaces that is wanted."""
        rule = RULES.get(element.tag)
        return (
            rule is not None
            and rule.do is Do.GEOMETRY
            and len(element) == 1
            and element[0].tag in FLAT_COLLECTIONS
            and rule.name != ROOF_EDGE
            and self.wanted(rule.lod)
            and element.get(HREF) is None
        )

    def _property(self, child: Any, owner: _Owner, row: int, attributes: AttributeColumns, level: int) -> None:
        """Read one property, other than plain attributes, of an object or boundary surface.

        `row` is that of the owner in the table the `attributes` belong to.
        """
        rule = RULES.get(child.tag)
        if rule is None:
            self._extra(owner, child)
            return
        do = rule.do
        if do is Do.BOUNDARY:
            for surface in child:
                self._feature(surface, owner, -1, level)
        elif do is Do.GEOMETRY:
            self._geometry_property(child, rule, owner)
        elif do is Do.LEAF:
            unit = child.get("codeSpace", "") if rule.type == "code" else child.get("uom", "")
            attributes.add(row, child.text or "", rule.name, rule.type, "core", unit)
        elif do is Do.MEASURE:
            for value in child:
                attributes.add(row, value.text or "", child.get("name", ""), rule.type, unit=value.get("uom", ""))
        elif do is Do.ENVELOPE:
            self._envelope(child)
        elif do is Do.REFERENCE:
            for leaf in child.iter():
                if not len(leaf):
                    name = f"externalReference.{local(leaf)}"
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
                    attributes.add(row, text, local(leaf), "string", "address")
        elif do is Do.OPENING:
            for opening in child:
                self._feature(opening, owner, owner.feature, level)
        else:
            for installation in child:
                self._feature(installation, owner, -1, level)

    def _attribute_set(self, element: Any, row: int, attributes: AttributeColumns, place: str, level: int) -> None:
        self.geometry.check_level(level, element)
        for child in element:
            rule = RULES.get(child.tag)
            if rule is not None and rule.do is Do.SET:
                self._attribute_set(child, row, attributes, f"{place}/{child.get('name', '')}", level + 1)
            elif rule is not None and rule.do in (Do.GENERIC, Do.MEASURE):
                for value in child:
                    unit = value.get("uom", "")
                    attributes.add(row, value.text or "", child.get("name", ""), rule.type, place, unit)

    def _extra(self, owner: _Owner, element: Any) -> None:
        place = qualified(element)
        if owner.id:
            place = f"#{owner.id}/{place}"
        self.columns.add_extra(owner.object, place, fragment(element), self.limits.extras_bytes)

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
        row = self.columns.add_owner(owner.object, owner.kind, rule.lod, feature, owner.wall)
        self.geometry.begin(element, row)
        href = element.get(HREF)
        if href is not None:
            self.geometry.link(href, 1)
        for geometry in element:
            self.geometry.begin(geometry, row)
            if not self.geometry.geometry(geometry):
                self._extra(owner, element)
                self.columns.findings.add(
                    1008,
                    "GEOMETRY_NOT_READ",
                    self.columns.object_id[owner.object],
                    owner.id,
                    f"{qualified(geometry)} in {qualified(element)} is kept as it is written",
                )


def _add_plain(
    attributes: AttributeColumns, row: int, known: dict[str | None, int], element: Any, text: str | None
) -> None:
    """Append an attribute without a unit; `known` are the codes of the names its element has had so far."""
    name = element.get("name")
    code = known.get(name)
    if code is None:
        rule = RULES[element.tag]
        generic = (name or "", rule.type, "generic", "")
        key = generic if rule.do is Do.GENERIC else (rule.name, rule.type, "core", "")
        code = known[name] = attributes.codes.setdefault(key, len(attributes.codes))
    attributes.row.append(row)
    attributes.code.append(code)
    attributes.text.append(text or "")


def _below(element: Any) -> int:
    """Number of elements below an element."""
    return sum(1 for _ in element.iter()) - 1
