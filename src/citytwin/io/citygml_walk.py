"""Walks over the members of a CityGML document and puts what it understands into columns."""

from __future__ import annotations

from typing import Any, NamedTuple

from citytwin.io._columns import AttributeColumns, CityColumns
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import LodFilter
from citytwin.io.citygml_geometry import GeometryReader, fragment, local, qualified
from citytwin.io.citygml_names import (
    APPEARANCES,
    GML,
    GML_ID,
    HREF,
    KINDS,
    OBJECT_KINDS,
    PLAIN,
    ROOF_EDGE,
    RULES,
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
        self._properties(element, owner, owner.object, self.columns.object_attributes, self._object_codes, level)

    def _feature(self, surface: Any, owner: _Owner, wall: int, level: int) -> None:
        """Read a boundary surface, an opening of the boundary surface `wall`, or an installation."""
        kind = KINDS.get(surface.tag)
        if kind is None:
            self._extra(owner, surface)
            return
        if owner.kind == SurfaceKind.INSTALLATION:
            kind = SurfaceKind.INSTALLATION
        identifier = surface.get(GML_ID, "")
        feature = self.columns.add_feature(identifier)
        inner = _Owner(owner.object, kind, feature, wall, identifier)
        self._properties(surface, inner, feature, self.columns.feature_attributes, self._feature_codes, level)

    def _properties(
        self, element: Any, owner: _Owner, row: int, attributes: AttributeColumns, codes: _Codes, level: int
    ) -> None:
        """Read what an object or boundary surface has, in document order.

        `row` is that of the owner in the table the `attributes` belong to, `codes` are those of the attribute names
        that each element without a unit has had so far.
        """
        add_row, add_code, add_text = attributes.row.append, attributes.code.append, attributes.text.append
        for child in element:
            tag = child.tag
            known = codes.get(tag)
            if known is None:
                self._property(child, owner, row, attributes, level)
                continue
            name = child.get("name")
            code = known.get(name)
            if code is None:
                rule = RULES[tag]
                generic = (name or "", rule.type, "generic", "")
                key = generic if rule.do == Do.GENERIC else (rule.name, rule.type, "core", "")
                code = known[name] = attributes.codes.setdefault(key, len(attributes.codes))
            add_row(row)
            add_code(code)
            add_text((child[0].text if len(child) else child.text) or "")

    def _property(self, child: Any, owner: _Owner, row: int, attributes: AttributeColumns, level: int) -> None:
        """Read one property other than an attribute without a unit; the arguments are those of :meth:`_properties`."""
        rule = RULES.get(child.tag)
        if rule is None:
            self._extra(owner, child)
            return
        do = rule.do
        if do == Do.BOUNDARY:
            for surface in child:
                self._feature(surface, owner, -1, level)
        elif do == Do.GEOMETRY:
            self._geometry_property(child, rule, owner)
        elif do == Do.LEAF:
            unit = child.get("codeSpace", "") if rule.type == "code" else child.get("uom", "")
            attributes.add(row, child.text or "", rule.name, rule.type, "core", unit)
        elif do == Do.MEASURE:
            for value in child:
                attributes.add(row, value.text or "", child.get("name", ""), rule.type, unit=value.get("uom", ""))
        elif do == Do.ENVELOPE:
            self._envelope(child)
        elif do == Do.REFERENCE:
            for leaf in child.iter():
                if not len(leaf):
                    name = f"externalReference.{local(leaf)}"
                    attributes.add(row, leaf.text or "", name, "string", "core")
        elif do == Do.PART:
            for part in child:
                if part.tag in OBJECT_KINDS:
                    self._object(part, owner.object, level + 1)
                else:
                    self._extra(owner, part)
        elif do == Do.SET:
            self._attribute_set(child, row, attributes, f"set:{child.get('name', '')}", level)
        elif do == Do.ADDRESS:
            for leaf in child.iter(f"{{{XAL}}}*"):
                if text := (leaf.text or "").strip():
                    attributes.add(row, text, local(leaf), "string", "address")
        elif do == Do.OPENING:
            for opening in child:
                self._feature(opening, owner, owner.feature, level)
        else:
            for installation in child:
                self._feature(installation, owner, -1, level)

    def _attribute_set(self, element: Any, row: int, attributes: AttributeColumns, place: str, level: int) -> None:
        self.geometry.check_level(level, element)
        for child in element:
            rule = RULES.get(child.tag)
            if rule is not None and rule.do == Do.SET:
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
