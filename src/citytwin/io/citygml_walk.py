"""Walks over the members of a CityGML document and puts what it understands into columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from citytwin.errors import CityReadError
from citytwin.io._columns import AttributeColumns, CityColumns
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import LodFilter
from citytwin.io.citygml_chains import polygons_below
from citytwin.io.citygml_energy import EnergyReader
from citytwin.io.citygml_fragments import fragment, local, qualified
from citytwin.io.citygml_geometry import GeometryReader
from citytwin.io.citygml_gml import GML, GML_32, HREF
from citytwin.io.citygml_implicit import read_implicit
from citytwin.io.citygml_names import (
    APPEARANCES,
    CITYGML_3,
    ENERGY,
    FEATURE_KINDS,
    KINDS,
    MEMBERS,
    OBJECT_KINDS,
    PLAIN,
    RELIEF_LODS,
    ROOF_EDGE,
    RULES,
    TYPED,
    XAL_ADDRESSES,
    Do,
    Rule,
)
from citytwin.io.citygml_values import (
    add_address,
    add_data,
    add_generic_3,
    add_height,
    add_leaf,
    add_measures,
    add_reference,
    add_set,
)
from citytwin.model.enums import ObjectKind, SurfaceKind


@dataclass(slots=True)
class Owner:
    """What the properties at hand belong to: an object, or a boundary surface of it (`feature`), inside a `wall`.

    `row` is that in the table of its attributes, `lod` the level of a geometry whose property does not tell it.
    """

    object: int
    row: int
    kind: int = SurfaceKind.UNKNOWN
    feature: int = -1
    wall: int = -1
    id: str = ""
    lod: int = 0


_GEOMETRY, _BOUNDARY, _LEAF = Do.GEOMETRY, Do.BOUNDARY, Do.LEAF
MEMBERS_A_PACK = 32
"""Members after which it is looked whether strings are to be packed."""

_Codes = dict[str, dict[str | None, int]]
_NOBODY = Owner(-1, -1)
_HELD = frozenset({Do.BOUNDARY, Do.OPENING, Do.INSTALLATION, Do.PART, Do.CHILD, Do.PLACE, Do.ADDRESS, Do.IMPLICIT})
"""Properties that hold something, or else refer to it."""


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
        self.energy = EnergyReader()
        self._object_codes: _Codes = {tag: {} for tag in PLAIN}
        self._feature_codes: _Codes = {tag: {} for tag in PLAIN}
        self._version_is_known = False
        self._n_members = 0

    def child(self, element: Any) -> None:
        """Read one element directly below the root."""
        if not self._version_is_known:
            self.geometry.use(GML_32 if element.getparent().tag.startswith(f"{{{CITYGML_3}}}") else GML)
            self._version_is_known = True
        tag = element.tag
        if tag in MEMBERS:
            self.member(element)
        elif tag in RULES and RULES[tag].do == Do.ENVELOPE:
            self._envelope(element)
            for envelope in element:
                self.geometry.document_dimension = 2 if envelope.get("srsDimension") == "2" else 3
        elif tag in APPEARANCES or len(element) or (element.text or "").strip():
            self._extra(_NOBODY, element)

    def member(self, member: Any) -> None:
        """Read one member of the city model."""
        columns = self.columns
        row, before = len(columns.object_id), len(columns.polygon_owner)
        self.geometry.passed_over = 0
        try:
            for element in member:
                kind = OBJECT_KINDS.get(element.tag)
                if kind is not None:
                    self._object(element, kind, -1, 0)
                elif element.tag.startswith(ENERGY):
                    self._energy_object(element)
                else:
                    self._other(element)
        except RecursionError as error:
            raise CityReadError(
                "elements are nested too deep",
                self.geometry.name,
                line=member.sourceline,
                advice="Lower limits.nesting to have the place named",
            ) from error
        if not len(member) and (href := member.get(HREF)) is not None:
            self._extra(_NOBODY, member)
            message = f"a member is {href[:200]}, which leads out of the file and is not opened"
            self.columns.note(-1, 1006, "XLINK_EXTERNAL", message)
        there = polygons_below(member, self.geometry.gml)
        lost = there - self.geometry.passed_over - (len(columns.polygon_owner) - before)
        if lost > 0:
            message = f"{lost} polygons stand where the schema has none and are left out"
            if len(columns.object_id) > row:
                columns.degrade(row, 1008, "GEOMETRY_NOT_READ", message)
            else:
                columns.note(-1, 1008, "GEOMETRY_NOT_READ", message)
        self.geometry.close_member()
        self._n_members += 1
        if self._n_members % MEMBERS_A_PACK == 0:
            columns.pack()

    def close(self) -> None:
        """Parse the rings that are left."""
        self.geometry.rings.flush(1)

    def _other(self, element: Any) -> None:
        row = self.columns.add_object(element.get(self.geometry.id_name, ""), ObjectKind.OTHER, -1)
        self._extra(Owner(row, row), element)
        self.columns.degrade(row, 1004, "OBJECT_NOT_MODELLED", f"{qualified(element)} is kept as it is written")

    def _object(self, element: Any, kind: int, parent: int, level: int) -> None:
        self.geometry.check_level(level, element)
        row = self.columns.add_object(element.get(self.geometry.id_name, ""), kind, parent)
        attributes = self.columns.object_attributes
        if element.tag in TYPED:
            attributes.add(row, local(element), "type", "string", "core")
        self._properties(element, Owner(row, row), attributes, self._object_codes, level)

    def _energy_object(self, element: Any) -> None:
        """Read a construction, material or the like that stands for itself."""
        row = self.columns.add_object(element.get(self.geometry.id_name, ""), ObjectKind.OTHER, -1)
        attributes = self.columns.object_attributes
        attributes.add(row, local(element), "type", "string", "core")
        if not self.energy.object(element, row, attributes):
            self._extra(Owner(row, row), element)

    def _feature(self, surface: Any, owner: Owner, wall: int, level: int) -> None:
        """Read a boundary surface, an opening of the boundary surface `wall`, an installation or the like."""
        tag = surface.tag
        kind = KINDS.get(tag)
        is_typed = kind is None
        if kind is None:
            kind = FEATURE_KINDS.get(tag)
            if kind is None:
                self._extra(owner, surface)
                return
        if owner.kind == SurfaceKind.INSTALLATION:
            kind = SurfaceKind.INSTALLATION
        identifier = surface.get(self.geometry.id_name, "")
        feature = self.columns.add_feature(identifier)
        attributes = self.columns.feature_attributes
        lod = 0
        if is_typed:
            self.geometry.check_level(level, surface)
            level += 1
            attributes.add(feature, local(surface), "type", "string", "core")
            lod = _lod_of(surface)
        inner = Owner(owner.object, feature, kind, feature, wall, identifier, lod)
        self._properties(surface, inner, attributes, self._feature_codes, level)

    def _properties(self, element: Any, owner: Owner, attributes: AttributeColumns, codes: _Codes, level: int) -> None:
        """Read what an object or boundary surface has, in document order.

        `codes` are those of the attribute names that each element without a unit has had so far.
        """
        add_row, add_code, add_text = attributes.row.append, attributes.code.append, attributes.text.append
        row = owner.row
        for child in element[:]:
            tag = child.tag
            known = codes.get(tag)
            if known is None:
                self._property(child, tag, owner, attributes, level)
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

    def _property(self, child: Any, tag: str, owner: Owner, attributes: AttributeColumns, level: int) -> None:
        """Read one property other than an attribute without a unit."""
        rule = RULES.get(tag)
        if rule is None:
            if not tag.startswith(ENERGY) or not self.energy.property(child, owner.row, attributes):
                self._extra(owner, child)
            return
        do = rule.do
        if do == _BOUNDARY and len(child):
            for surface in child[:]:
                self._feature(surface, owner, -1, level)
        elif do == _GEOMETRY:
            self._geometry_property(child, rule, owner)
        elif do == _LEAF:
            add_leaf(child, rule, owner.row, attributes)
        elif do == Do.MEASURE:
            add_measures(child, rule, owner.row, attributes)
        elif do == Do.ENVELOPE:
            self._envelope(child)
        elif do == Do.REFERENCE:
            add_reference(child, owner.row, attributes)
        elif do == Do.SET:
            add_set(child, owner.row, attributes)
        elif do in _HELD:
            self._held(child, rule, owner, attributes, level)
        elif do == Do.GENERIC_3:
            add_generic_3(child, owner.row, attributes)
        elif do == Do.HEIGHT:
            add_height(child, owner.row, attributes)
        elif do == Do.DATA:
            add_data(child, rule.name, owner.row, attributes)
        else:
            self._group_member(child, owner, attributes, level)

    def _held(self, child: Any, rule: Rule, owner: Owner, attributes: AttributeColumns, level: int) -> None:
        """Read a property that holds a boundary surface, a part or the like."""
        do = rule.do
        if do == Do.BOUNDARY or do == Do.INSTALLATION or do == Do.PLACE:
            for surface in child[:]:
                self._feature(surface, owner, -1, level)
        elif do == Do.OPENING:
            for opening in child:
                self._feature(opening, owner, owner.feature, level)
        elif do == Do.ADDRESS:
            for address in child:
                self._address(address, owner, attributes)
        elif do == Do.IMPLICIT:
            for implicit in child:
                self._implicit(child, implicit, rule, owner)
        else:
            for part in child:
                kind = OBJECT_KINDS.get(part.tag)
                if kind is None:
                    self._extra(owner, part)
                else:
                    self._object(part, kind, owner.object, level + 1)
        if not len(child) and child.get(HREF) is not None:
            self._extra(owner, child)

    def _address(self, address: Any, owner: Owner, attributes: AttributeColumns) -> None:
        """Read an address; what it has besides texts, such as points, is kept."""
        for part in address:
            if part.tag in XAL_ADDRESSES:
                add_address(part, owner.row, attributes)
            else:
                self._extra(owner, part)

    def _group_member(self, child: Any, owner: Owner, attributes: AttributeColumns, level: int) -> None:
        """Read a reference to a city object of a group, with its role, or the object itself."""
        for part in child.iter():
            if (href := part.get(HREF)) is not None:
                attributes.add(owner.row, href, "groupMember", "uri", "core")
            if role := part.get("role") or (part.text if local(part) == "role" else ""):
                attributes.add(owner.row, role, "groupMember.role", "string", "core")
            kind = OBJECT_KINDS.get(part.tag)
            if kind is not None:
                if identifier := part.get(self.geometry.id_name):
                    attributes.add(owner.row, f"#{identifier}", "groupMember", "uri", "core")
                self._object(part, kind, -1, level + 1)
                return

    def _extra(self, owner: Owner, element: Any) -> None:
        self.geometry.passed_over += polygons_below(element, self.geometry.gml)
        place = qualified(element)
        if owner.id:
            place = f"#{owner.id}/{place}"
        self.columns.add_extra(owner.object, place, fragment(element))

    def _envelope(self, element: Any) -> None:
        """Take the names of reference systems; nothing else in a ``gml:boundedBy`` means anything."""
        self.geometry.passed_over += polygons_below(element, self.geometry.gml)
        for envelope in element:
            if name := envelope.get("srsName"):
                self.columns.srs_names.add(name)

    def _geometry_property(self, element: Any, rule: Rule, owner: Owner) -> None:
        """Read ``lod2Solid``, ``lod0FootPrint`` and the like."""
        lod = rule.lod if rule.lod >= 0 else owner.lod
        if not self.wanted(lod):
            self.geometry.passed_over += polygons_below(element, self.geometry.gml)
            return
        feature = owner.feature
        if rule.name == ROOF_EDGE:
            feature = self.columns.add_feature("")
            self.columns.feature_attributes.add(feature, ROOF_EDGE, "lod0", "string", "core")
        reader = self.geometry
        reader.begin(self.columns.add_owner(owner.object, owner.kind, lod, feature, owner.wall))
        if not len(element) and (href := element.get(HREF)) is not None:
            if element.tag.endswith("Solid"):
                reader.linked_solid(href)
            else:
                reader.link(href, 1)
        for geometry in element[:]:
            if not reader.geometry(geometry):
                self._extra(owner, element)
                message = f"{qualified(geometry)} in {qualified(element)} is kept as it is written"
                self.columns.note(owner.object, 1008, "GEOMETRY_NOT_READ", message, owner.id)

    def _implicit(self, element: Any, implicit: Any, rule: Rule, owner: Owner) -> None:
        """Read the placement of a geometry in coordinates of its own; one that cannot be read is kept."""
        if not self.wanted(rule.lod):
            self.geometry.passed_over += polygons_below(element, self.geometry.gml)
            return
        row = self.columns.add_owner(owner.object, owner.kind, rule.lod, owner.feature, owner.wall)
        reason = read_implicit(implicit, row, self.geometry)
        if reason:
            self._extra(owner, element)
            self.columns.degrade(owner.object, 1008, "GEOMETRY_NOT_READ", f"{qualified(element)}: {reason}", owner.id)


def _lod_of(component: Any) -> int:
    """Level of detail a component of a relief states, in tenths."""
    for child in component:
        if child.tag in RELIEF_LODS:
            text = (child.text or "").strip()
            return 10 * int(text) if text in ("0", "1", "2", "3", "4") else 0
    return 0
