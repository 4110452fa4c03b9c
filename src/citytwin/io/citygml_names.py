"""Names of CityGML 1.0, 2.0 and 3.0 in Clark notation, and what the reader does with each.

OGC 08-007r1 for version 1.0, OGC 12-019 for 2.0, OGC 20-010 and 21-006r2 for 3.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from citytwin.io.citygml_gml import GML, GMLS
from citytwin.io.citygml_modules import (
    CHILDREN,
    CLASS_IS_LOST,
    DATA,
    FEATURES,
    GEOMETRIES,
    IMPLICIT,
    LEAVES,
    OBJECTS,
    PLACES,
    SURFACES,
    spaces,
)
from citytwin.io.citygml_modules import SURFACE_KINDS as SURFACE_KINDS
from citytwin.model.enums import ObjectKind, SurfaceKind

_Kind = TypeVar("_Kind", ObjectKind, SurfaceKind)

XAL = "urn:oasis:names:tc:ciq:xsdschema:xAL:2.0"
XALS = (XAL, "urn:oasis:names:tc:ciq:xal:3")
ENERGY = "{http://www.sig3d.org/citygml/2.0/energy/1.0}"
"""Start of the names of the Energy ADE 1.0."""

CORE = spaces("")
BUILDING = spaces("building")
GENERICS = spaces("generics")
CITYGML_3 = CORE[2]


class Do:
    """What the reader does with a property; plain numbers, as they are compared for every property."""

    GENERIC, LEAF, MEASURE, SET, REFERENCE, ADDRESS = range(6)
    GEOMETRY, BOUNDARY, OPENING, INSTALLATION, PART, ENVELOPE = range(6, 12)
    CHILD, PLACE, IMPLICIT, GENERIC_3, DATA, HEIGHT, GROUP = range(12, 19)


class Rule(NamedTuple):
    """One property: what to do, and the name, type or role that goes with it."""

    do: int
    name: str = ""
    type: str = ""
    lod: int = -1


GENERIC_TYPES = {
    "stringAttribute": "string",
    "intAttribute": "int",
    "doubleAttribute": "double",
    "dateAttribute": "date",
    "uriAttribute": "uri",
    "measureAttribute": "measure",
}
GENERIC_TYPES_3 = {name[0].upper() + name[1:]: type for name, type in GENERIC_TYPES.items()} | {"CodeAttribute": "code"}
CORE_TYPES = {
    "name": "string",
    "description": "string",
    "creationDate": "date",
    "terminationDate": "date",
    "relativeToTerrain": "string",
    "relativeToWater": "string",
    "class": "code",
    "function": "code",
    "usage": "code",
    "yearOfConstruction": "int",
    "yearOfDemolition": "int",
    "roofType": "code",
    "measuredHeight": "measure",
    "storeysAboveGround": "int",
    "storeysBelowGround": "int",
    "storeyHeightsAboveGround": "measure",
    "storeyHeightsBelowGround": "measure",
}
"""Attributes every city object or building of CityGML 2.0 may have, with the type the schema gives them."""

MODULE_TYPES = {name: type for leaves in LEAVES.values() for name, type in leaves.items() if name not in CORE_TYPES}
"""Attributes of other modules and of CityGML 3.0."""

_OF_GML = ("name", "description")
_OF_CORE = ("creationDate", "terminationDate", "relativeToTerrain", "relativeToWater")

ROOF_EDGE = "RoofEdge"
"""Role of a LoD0 geometry that is no footprint."""

HIGHEST = ("highestRoofEdge", "highestPoint", "topOfConstruction", "")
"""High references of a ``con:Height`` that is what CityGML 2.0 calls the measured height."""


def _rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for gml in GMLS:
        rules[f"{{{gml}}}boundedBy"] = Rule(Do.ENVELOPE)
        for name in _OF_GML:
            rules[f"{{{gml}}}{name}"] = Rule(Do.LEAF, name, CORE_TYPES[name])
    for core, building, generics in zip(CORE, BUILDING, GENERICS, strict=True):
        for name in _OF_CORE:
            rules[f"{{{core}}}{name}"] = Rule(Do.LEAF, name, CORE_TYPES[name])
        for name in CORE_TYPES.keys() - set(_OF_GML) - set(_OF_CORE):
            rules[f"{{{building}}}{name}"] = Rule(Do.LEAF, name, CORE_TYPES[name])
        for name, kind in GENERIC_TYPES.items():
            rules[f"{{{generics}}}{name}"] = Rule(Do.MEASURE if kind == "measure" else Do.GENERIC, name, kind)
        rules[f"{{{generics}}}genericAttributeSet"] = Rule(Do.SET)
        rules[f"{{{core}}}externalReference"] = Rule(Do.REFERENCE)
        rules[f"{{{building}}}lod0FootPrint"] = Rule(Do.GEOMETRY, lod=0)
        rules[f"{{{building}}}lod0RoofEdge"] = Rule(Do.GEOMETRY, ROOF_EDGE, lod=0)
        rules[f"{{{building}}}boundedBy"] = Rule(Do.BOUNDARY)
        rules[f"{{{building}}}opening"] = Rule(Do.OPENING)
        rules[f"{{{building}}}outerBuildingInstallation"] = Rule(Do.INSTALLATION)
        rules[f"{{{building}}}consistsOfBuildingPart"] = Rule(Do.PART)
        rules[f"{{{building}}}address"] = Rule(Do.ADDRESS)
    return rules | _module_rules() | _rules_of_version_3()


def _module_rules() -> dict[str, Rule]:
    """Rules for modules other than the building one, and for what that one has besides."""
    rules: dict[str, Rule] = {}

    def add(module: str, name: str, rule: Rule) -> None:
        rules.update({f"{{{space}}}{name}": rule for space in spaces(module)})

    for module, leaves in LEAVES.items():
        for name, kind in leaves.items():
            add(module, name, Rule(Do.LEAF, name, kind))
    for do, table in ((Do.CHILD, CHILDREN), (Do.PLACE, PLACES)):
        for module, names in table.items():
            for name in names:
                add(module, name, Rule(do))
    for module, ends in GEOMETRIES.items():
        for lod in range(1 if module == "building" else 0, 5):
            for end in ends:
                add(module, f"lod{lod}{end}", Rule(Do.GEOMETRY, lod=10 * lod))
    for module in IMPLICIT:
        for lod in range(5):
            add(module, f"lod{lod}ImplicitRepresentation", Rule(Do.IMPLICIT, lod=10 * lod))
    for module in ("bridge", "tunnel", "waterbody"):
        add(module, "boundedBy", Rule(Do.BOUNDARY))
    for module in ("bridge", "tunnel"):
        add(module, "opening", Rule(Do.OPENING))
        add(module, "address", Rule(Do.ADDRESS))
    add("relief", "tin", Rule(Do.GEOMETRY))
    add("cityobjectgroup", "groupMember", Rule(Do.GROUP))
    return rules


def _rules_of_version_3() -> dict[str, Rule]:
    """Rules for what only CityGML 3.0 has."""
    core, building, construction = (spaces(module)[2] for module in ("", "building", "construction"))
    rules = {
        f"{{{core}}}boundary": Rule(Do.BOUNDARY),
        f"{{{core}}}genericAttribute": Rule(Do.GENERIC_3),
        f"{{{construction}}}fillingSurface": Rule(Do.OPENING),
        f"{{{construction}}}filling": Rule(Do.OPENING),
        f"{{{construction}}}height": Rule(Do.HEIGHT),
        f"{{{construction}}}address": Rule(Do.ADDRESS),
        f"{{{building}}}buildingPart": Rule(Do.PART),
    }
    for module, names in DATA.items():
        rules |= {f"{{{spaces(module)[2]}}}{name}": Rule(Do.DATA, name) for name in names}
    return rules


RULES = _rules()
"""What to do with a property, by its name."""


def _tags(kinds: Mapping[str, Mapping[str, _Kind]]) -> dict[str, _Kind]:
    """Kinds by full name, of kinds by module and name."""
    return {
        f"{{{space}}}{name}": kind
        for module, names in kinds.items()
        for space in spaces(module)
        for name, kind in names.items()
    }


KINDS = _tags(SURFACES)
"""Kinds of boundary surfaces, openings and installations."""

FEATURE_KINDS = _tags(FEATURES)
"""Kinds of the surfaces of things whose name becomes the attribute ``type``."""

OBJECT_KINDS = _tags(OBJECTS)
"""Kinds of city objects."""

TYPED = frozenset(tag for tag in OBJECT_KINDS if tag.rpartition("}")[2] in CLASS_IS_LOST)
"""City objects whose name becomes the attribute ``type``."""

PLAIN = frozenset(
    tag
    for tag, rule in RULES.items()
    if rule.do == Do.GENERIC or (rule.do == Do.LEAF and rule.type not in ("code", "measure") and rule.name != "name")
)
"""Attributes without a unit or code space: a text, or a ``gen:value`` with a text."""

CITY_MODELS = frozenset(f"{{{space}}}CityModel" for space in CORE)
MEMBERS = frozenset(
    {f"{{{space}}}cityObjectMember" for space in CORE} | {f"{{{GML}}}featureMember", f"{{{CITYGML_3}}}featureMember"}
)
APPEARANCES = frozenset(f"{{{space}}}appearanceMember" for space in (*CORE, *spaces("appearance")))
RELIEF_LODS = frozenset(f"{{{space}}}lod" for space in spaces("relief"))
XAL_ADDRESSES = frozenset(f"{{{space}}}xalAddress" for space in CORE)
