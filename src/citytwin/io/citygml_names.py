"""Names of CityGML 1.0 and 2.0 (OGC 08-007r1, OGC 12-019) in Clark notation, and what the reader does with each."""

from __future__ import annotations

from typing import NamedTuple

from citytwin.model.enums import ObjectKind, SurfaceKind

GML = "http://www.opengis.net/gml"
XAL = "urn:oasis:names:tc:ciq:xsdschema:xAL:2.0"
HREF = "{http://www.w3.org/1999/xlink}href"
GML_ID = f"{{{GML}}}id"
VERSIONS = ("1.0", "2.0")
CORE = tuple(f"http://www.opengis.net/citygml/{v}" for v in VERSIONS)
BUILDING = tuple(f"http://www.opengis.net/citygml/building/{v}" for v in VERSIONS)
GENERICS = tuple(f"http://www.opengis.net/citygml/generics/{v}" for v in VERSIONS)
APPEARANCE = tuple(f"http://www.opengis.net/citygml/appearance/{v}" for v in VERSIONS)
CITYGML_3 = "http://www.opengis.net/citygml/3.0"


class Do:
    """What the reader does with a property; plain numbers, as they are compared for every property."""

    GENERIC, LEAF, MEASURE, SET, REFERENCE, ADDRESS = range(6)
    GEOMETRY, BOUNDARY, OPENING, INSTALLATION, PART, ENVELOPE = range(6, 12)


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
"""Attributes every city object or building may have, with the type the schema gives them."""

_OF_GML = ("name", "description")
_OF_CORE = ("creationDate", "terminationDate", "relativeToTerrain", "relativeToWater")

SURFACE_KINDS = {
    "WallSurface": SurfaceKind.WALL,
    "RoofSurface": SurfaceKind.ROOF,
    "GroundSurface": SurfaceKind.GROUND,
    "ClosureSurface": SurfaceKind.CLOSURE,
    "OuterCeilingSurface": SurfaceKind.OUTER_CEILING,
    "OuterFloorSurface": SurfaceKind.OUTER_FLOOR,
    "Window": SurfaceKind.WINDOW,
    "Door": SurfaceKind.DOOR,
    "InteriorWallSurface": SurfaceKind.INTERIOR,
    "CeilingSurface": SurfaceKind.INTERIOR,
    "FloorSurface": SurfaceKind.INTERIOR,
}
"""Thematic surfaces of a building (OGC 12-019 clause 10.3.3), also the semantic types of CityJSON."""

ROOF_EDGE = "RoofEdge"
"""Role of a LoD0 geometry that is no footprint."""


def _rules() -> dict[str, Rule]:
    rules: dict[str, Rule] = {f"{{{GML}}}boundedBy": Rule(Do.ENVELOPE)}
    for name in _OF_GML:
        rules[f"{{{GML}}}{name}"] = Rule(Do.LEAF, name, CORE_TYPES[name])
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
        for lod in range(1, 5):
            for name in ("Solid", "MultiSurface", "Geometry"):
                rules[f"{{{building}}}lod{lod}{name}"] = Rule(Do.GEOMETRY, lod=10 * lod)
        rules[f"{{{building}}}boundedBy"] = Rule(Do.BOUNDARY)
        rules[f"{{{building}}}opening"] = Rule(Do.OPENING)
        rules[f"{{{building}}}outerBuildingInstallation"] = Rule(Do.INSTALLATION)
        rules[f"{{{building}}}consistsOfBuildingPart"] = Rule(Do.PART)
        rules[f"{{{building}}}address"] = Rule(Do.ADDRESS)
    return rules


RULES = _rules()
KINDS = {f"{{{space}}}{name}": kind for space in BUILDING for name, kind in SURFACE_KINDS.items()}
KINDS |= {f"{{{space}}}BuildingInstallation": SurfaceKind.INSTALLATION for space in BUILDING}
OBJECT_KINDS = {
    **{f"{{{space}}}Building": ObjectKind.BUILDING for space in BUILDING},
    **{f"{{{space}}}BuildingPart": ObjectKind.BUILDING_PART for space in BUILDING},
}
PLAIN = frozenset(
    tag
    for tag, rule in RULES.items()
    if rule.do == Do.GENERIC or (rule.do == Do.LEAF and rule.type not in ("code", "measure"))
)
"""Attributes without a unit: a text, or a ``gen:value`` with a text."""
CITY_MODELS = frozenset(f"{{{space}}}CityModel" for space in CORE)
MEMBERS = frozenset({f"{{{space}}}cityObjectMember" for space in CORE} | {f"{{{GML}}}featureMember"})
APPEARANCES = frozenset(f"{{{space}}}appearanceMember" for space in (*CORE, *APPEARANCE))

POLYGON = f"{{{GML}}}Polygon"
ORIENTABLE = f"{{{GML}}}OrientableSurface"
SOLID = f"{{{GML}}}Solid"
POS_LIST = f"{{{GML}}}posList"
POS = f"{{{GML}}}pos"
COORDINATES = f"{{{GML}}}coordinates"
LINEAR_RING = f"{{{GML}}}LinearRing"
EXTERIORS = frozenset({f"{{{GML}}}exterior", f"{{{GML}}}outerBoundaryIs"})
INTERIORS = frozenset({f"{{{GML}}}interior", f"{{{GML}}}innerBoundaryIs"})
POLYGON_LIKE = frozenset(f"{{{GML}}}{name}" for name in ("Polygon", "PolygonPatch", "Triangle", "Rectangle"))
COLLECTIONS = frozenset(
    f"{{{GML}}}{name}"
    for name in (
        "MultiSurface",
        "CompositeSurface",
        "Surface",
        "PolyhedralSurface",
        "TriangulatedSurface",
        "Tin",
        "OrientableSurface",
        "MultiGeometry",
        "GeometricComplex",
        "Shell",
    )
)
FLAT_COLLECTIONS = frozenset(f"{{{GML}}}{name}" for name in ("MultiSurface", "CompositeSurface"))
SURFACE_MEMBERS = frozenset(f"{{{GML}}}{name}" for name in ("surfaceMember", "surfaceMembers"))
SOLID_COLLECTIONS = frozenset(f"{{{GML}}}{name}" for name in ("MultiSolid", "CompositeSolid"))
