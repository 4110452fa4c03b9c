"""What CityGML 2.0 offers a writer: classes, their properties in the order of the schema, and their attributes.

OGC 12-019, annex A, the schemas of the modules.
"""

from __future__ import annotations

from typing import NamedTuple

from citytwin.io.citygml_names import CORE_TYPES, SURFACE_KINDS, XAL
from citytwin.model.enums import ObjectKind, SurfaceKind

NAMESPACES = {
    "core": "http://www.opengis.net/citygml/2.0",
    "gml": "http://www.opengis.net/gml",
    "xlink": "http://www.w3.org/1999/xlink",
    "xAL": XAL,
    **{
        prefix: f"http://www.opengis.net/citygml/{module}/2.0"
        for prefix, module in {
            "app": "appearance",
            "bldg": "building",
            "brid": "bridge",
            "dem": "relief",
            "frn": "cityfurniture",
            "gen": "generics",
            "grp": "cityobjectgroup",
            "luse": "landuse",
            "tran": "transportation",
            "tun": "tunnel",
            "veg": "vegetation",
            "wtr": "waterbody",
        }.items()
    },
}
ALWAYS = ("core", "bldg", "gen", "app", "gml", "xlink", "xAL")
"""Prefixes that every document declares; the others where they are used."""


class Class(NamedTuple):
    """A class of city objects.

    Parameters
    ----------
    prefix, tag : str
    solid, surface : str
        Property for solids and for polygons, with a brace for the LoD; "" where there is none.
    solid_lods, surface_lods : range
    within : str
        Property of its parent; "" where it stands at top level only.
    """

    prefix: str
    tag: str
    solid: str = "lod{}Solid"
    surface: str = "lod{}MultiSurface"
    solid_lods: range = range(1, 5)
    surface_lods: range = range(1, 5)
    within: str = ""


_ROOM = range(4, 5)
CLASSES = {
    ObjectKind.BUILDING: Class("bldg", "Building"),
    ObjectKind.BUILDING_PART: Class("bldg", "BuildingPart", within="consistsOfBuildingPart"),
    ObjectKind.BUILDING_ROOM: Class("bldg", "Room", solid_lods=_ROOM, surface_lods=_ROOM, within="interiorRoom"),
    ObjectKind.BRIDGE: Class("brid", "Bridge"),
    ObjectKind.BRIDGE_PART: Class("brid", "BridgePart", within="consistsOfBridgePart"),
    ObjectKind.TUNNEL: Class("tun", "Tunnel"),
    ObjectKind.TUNNEL_PART: Class("tun", "TunnelPart", within="consistsOfTunnelPart"),
    ObjectKind.ROAD: Class("tran", "Road", ""),
    ObjectKind.RAILWAY: Class("tran", "Railway", ""),
    ObjectKind.SQUARE: Class("tran", "Square", ""),
    ObjectKind.TRACK: Class("tran", "Track", ""),
    ObjectKind.WATER_BODY: Class("wtr", "WaterBody", surface_lods=range(2)),
    ObjectKind.PLANT_COVER: Class("veg", "PlantCover", "lod{}MultiSolid"),
    ObjectKind.SOLITARY_VEGETATION: Class("veg", "SolitaryVegetationObject", "lod{}Geometry", "lod{}Geometry"),
    ObjectKind.LAND_USE: Class("luse", "LandUse", "", surface_lods=range(5)),
    ObjectKind.CITY_FURNITURE: Class("frn", "CityFurniture", "lod{}Geometry", "lod{}Geometry"),
    ObjectKind.RELIEF: Class("dem", "ReliefFeature", "", "reliefComponent", surface_lods=range(5)),
    ObjectKind.CITY_OBJECT_GROUP: Class("grp", "CityObjectGroup", "geometry", "geometry"),
    ObjectKind.GENERIC: Class("gen", "GenericCityObject", "lod{}Geometry", "lod{}Geometry", range(5), range(5)),
}
"""Kinds that CityGML 2.0 has."""

BY_TYPE = {
    "BridgeRoom": Class("brid", "BridgeRoom", solid_lods=_ROOM, surface_lods=_ROOM, within="interiorBridgeRoom"),
    "HollowSpace": Class("tun", "HollowSpace", solid_lods=_ROOM, surface_lods=_ROOM, within="interiorHollowSpace"),
    "TransportationComplex": Class("tran", "TransportationComplex", ""),
}
"""Classes of objects of kind OTHER, by their attribute ``type``."""


class Feature(NamedTuple):
    """A boundary surface, opening, installation or area of an object: property, prefix, class, geometry, least LoD."""

    property: str
    prefix: str
    tag: str
    geometry: str
    least: int


BUILT = ("bldg", "brid", "tun")
_WORD = {"bldg": "Building", "brid": "Bridge", "tun": "Tunnel"}
_SURFACE_TAG = {kind: name for name, kind in reversed(SURFACE_KINDS.items())}
_OPENINGS = (SurfaceKind.WINDOW, SurfaceKind.DOOR)


def feature_of(owner: Class, kind: SurfaceKind, word: str) -> Feature | None:
    """How a feature of an object is written; None where CityGML 2.0 has nothing for it.

    Parameters
    ----------
    owner : Class
    kind : SurfaceKind
    word : str
        Its attribute ``type``, or "".
    """
    prefix = owner.prefix
    if prefix in BUILT:
        return _of_built(owner, kind, word)
    if prefix == "tran" and word in ("TrafficArea", "AuxiliaryTrafficArea"):
        return Feature(word[0].lower() + word[1:], prefix, word, "lod{}MultiSurface", 2)
    if prefix == "wtr" and word in ("WaterSurface", "WaterGroundSurface", "WaterClosureSurface"):
        return Feature("boundedBy", prefix, word, "lod{}Surface", 2)
    if prefix == "dem" and word == "TINRelief":
        return Feature("reliefComponent", prefix, word, "tin", 0)
    return None


def _of_built(owner: Class, kind: SurfaceKind, word: str) -> Feature | None:
    prefix, name = owner.prefix, _WORD[owner.prefix]
    geometry = "lod{}Geometry"
    if kind == SurfaceKind.INSTALLATION and not word:
        return Feature(f"outer{name}Installation", prefix, f"{name}Installation", geometry, 2)
    if prefix == "brid" and word in ("BridgeConstructionElement", "BridgeConstructiveElement"):
        return Feature("outerBridgeConstruction", prefix, "BridgeConstructionElement", geometry, 1)
    if word == f"Int{name}Installation":
        inside = f"interior{name}Installation" if owner.tag != "Room" else "roomInstallation"
        return Feature(inside, prefix, word, geometry, 4)
    if word == f"{name}Furniture" and 4 in owner.surface_lods and owner.surface_lods.start == 4:
        return Feature("interiorFurniture", prefix, word, geometry, 4)
    if word or kind not in _SURFACE_TAG:
        return None
    if kind in _OPENINGS:
        return Feature("opening", prefix, _SURFACE_TAG[kind], "lod{}MultiSurface", 3)
    return Feature("boundedBy", prefix, _SURFACE_TAG[kind], "lod{}MultiSurface", 2)


_ROLES = frozenset({"class", "function", "usage"})
_YEARS = frozenset({"yearOfConstruction", "yearOfDemolition"})
_OF_GML = frozenset({"name", "description"})
_OF_CORE = frozenset({"creationDate", "terminationDate", "relativeToTerrain", "relativeToWater"})
_LEAVES = {
    "bldg": frozenset(CORE_TYPES) - _OF_GML - _OF_CORE,
    "brid": _ROLES | _YEARS | {"isMovable"},
    "tun": _ROLES | _YEARS,
    "tran": _ROLES | {"surfaceMaterial"},
    "wtr": _ROLES | {"waterLevel"},
    "veg": _ROLES | {"species", "height", "averageHeight", "trunkDiameter", "crownDiameter"},
    "dem": frozenset({"lod"}),
}


def leaf_prefix(name: str, prefix: str) -> str:
    """Prefix of an attribute of a class of the module `prefix`, "" where CityGML 2.0 has no such attribute."""
    if name in _OF_GML:
        return "gml"
    if name in _OF_CORE:
        return "core"
    return prefix if name in _LEAVES.get(prefix, _ROLES) else ""


def _levels(*ends: str) -> tuple[str, ...]:
    return tuple(f"lod{lod}{end}" for lod in range(5) for end in ends)


_START = (
    "description",
    "name",
    "creationDate",
    "terminationDate",
    "externalReference",
    "relativeToTerrain",
    "relativeToWater",
    "generic",
    "class",
    "function",
    "usage",
)
_BUILT_ORDER = (
    *_START,
    "yearOfConstruction",
    "yearOfDemolition",
    "roofType",
    "measuredHeight",
    "storeysAboveGround",
    "storeysBelowGround",
    "storeyHeightsAboveGround",
    "storeyHeightsBelowGround",
    "isMovable",
    "lod0FootPrint",
    "lod0RoofEdge",
    *(f"lod1{end}" for end in ("Solid", "MultiSurface", "MultiCurve", "TerrainIntersection", "Geometry")),
    *(f"lod2{end}" for end in ("Solid", "MultiSurface", "MultiCurve", "TerrainIntersection", "Geometry")),
    "outerBridgeConstruction",
    "outerBuildingInstallation",
    "outerBridgeInstallation",
    "outerTunnelInstallation",
    "interiorBuildingInstallation",
    "interiorBridgeInstallation",
    "interiorTunnelInstallation",
    "boundedBy",
    *(f"lod3{end}" for end in ("Solid", "MultiSurface", "MultiCurve", "TerrainIntersection", "Geometry")),
    *(f"lod4{end}" for end in ("Solid", "MultiSurface", "MultiCurve", "TerrainIntersection", "Geometry")),
    "opening",
    "interiorFurniture",
    "roomInstallation",
    "interiorRoom",
    "interiorBridgeRoom",
    "interiorHollowSpace",
    "consistsOfBuildingPart",
    "consistsOfBridgePart",
    "consistsOfTunnelPart",
    "address",
)
_ROOM_ORDER = (*_START, "lod4Solid", "lod4MultiSurface", "boundedBy", "interiorFurniture", "roomInstallation")
_ORDERS = {
    **dict.fromkeys(BUILT, _BUILT_ORDER),
    "tran": (
        *_START,
        "surfaceMaterial",
        "trafficArea",
        "auxiliaryTrafficArea",
        "lod0Network",
        *_levels("MultiSurface"),
    ),
    "wtr": (
        *_START,
        *(f"lod{lod}{end}" for lod in (0, 1) for end in ("MultiCurve", "MultiSurface")),
        *_levels("Solid"),
        *_levels("Surface"),
        "waterLevel",
        "boundedBy",
    ),
    "veg": (
        *_START,
        "species",
        "height",
        "averageHeight",
        "trunkDiameter",
        "crownDiameter",
        *_levels("Geometry"),
        *_levels("MultiSurface"),
        *_levels("MultiSolid"),
        *_levels("ImplicitRepresentation"),
    ),
    "luse": (*_START, *_levels("MultiSurface")),
    "frn": (*_START, *_levels("Geometry"), *_levels("TerrainIntersection"), *_levels("ImplicitRepresentation")),
    "gen": (*_START, *_levels("Geometry"), *_levels("TerrainIntersection"), *_levels("ImplicitRepresentation")),
    "dem": (*_START, "lod", "extent", "tin", "reliefComponent"),
    "grp": (*_START, "groupMember", "parent", "geometry"),
}
_RANKS = {prefix: {name: rank for rank, name in enumerate(order)} for prefix, order in _ORDERS.items()}
_ROOM_RANKS = {name: rank for rank, name in enumerate(_ROOM_ORDER)}


def rank(name: str, prefix: str, tag: str = "") -> int:
    """Place of a property in the sequence of its class; behind all others where it belongs to an extension."""
    ranks = _ROOM_RANKS if tag in ("Room", "BridgeRoom", "HollowSpace") else _RANKS[prefix]
    return ranks.get(name, len(ranks))
