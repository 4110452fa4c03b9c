"""Names of CityJSON 1.0 to 2.0 (OGC 20-072r5), and what the reader makes of each."""

from __future__ import annotations

import re

from citytwin.io.citygml_names import CORE_TYPES
from citytwin.model.enums import ObjectKind

VERSION = re.compile(r"(1\.0|1\.1|2\.0)(\.\d+)?")

OBJECT_KINDS = {
    "Building": ObjectKind.BUILDING,
    "BuildingPart": ObjectKind.BUILDING_PART,
    "BuildingStorey": ObjectKind.STOREY,
    "BuildingUnit": ObjectKind.BUILDING_UNIT,
    "BuildingRoom": ObjectKind.BUILDING_ROOM,
    "Bridge": ObjectKind.BRIDGE,
    "BridgePart": ObjectKind.BRIDGE_PART,
    "Tunnel": ObjectKind.TUNNEL,
    "TunnelPart": ObjectKind.TUNNEL_PART,
    "Road": ObjectKind.ROAD,
    "Railway": ObjectKind.RAILWAY,
    "TransportSquare": ObjectKind.SQUARE,
    "Waterway": ObjectKind.WATERWAY,
    "WaterBody": ObjectKind.WATER_BODY,
    "PlantCover": ObjectKind.PLANT_COVER,
    "SolitaryVegetationObject": ObjectKind.SOLITARY_VEGETATION,
    "LandUse": ObjectKind.LAND_USE,
    "CityFurniture": ObjectKind.CITY_FURNITURE,
    "TINRelief": ObjectKind.RELIEF,
    "CityObjectGroup": ObjectKind.CITY_OBJECT_GROUP,
    "GenericCityObject": ObjectKind.GENERIC,
    "+GenericCityObject": ObjectKind.GENERIC,
    "OtherConstruction": ObjectKind.OTHER_CONSTRUCTION,
    "BridgeRoom": ObjectKind.OTHER,
    "BridgeFurniture": ObjectKind.OTHER,
    "BuildingFurniture": ObjectKind.OTHER,
    "TunnelFurniture": ObjectKind.OTHER,
    "TunnelHollowSpace": ObjectKind.OTHER,
}
"""City objects with a row of their own."""

FEATURES = frozenset(
    f"{whole}{part}"
    for whole in ("Building", "Bridge", "Tunnel")
    for part in ("Installation", "ConstructiveElement", "ConstructionElement")
)
"""City objects that become boundary surfaces of the one they are part of."""

KNOWN_MEMBERS = frozenset({"type", "attributes", "geometry", "children", "parents", "geographicalExtent", "address"})
KNOWN_DOCUMENT = frozenset(
    {"type", "version", "transform", "metadata", "CityObjects", "vertices", "geometry-templates"}
)
KNOWN_FEATURE = frozenset({"type", "id", "version", "transform", "CityObjects", "vertices"})
KNOWN_SEMANTICS = frozenset({"type", "parent", "children", "id"})
KNOWN_GEOMETRY = frozenset({"type", "lod", "boundaries", "semantics", "template", "transformationMatrix"})
LOOSE_GEOMETRY = ("MultiPoint", "MultiLineString")
"""Geometries that have no surfaces."""

SURFACE_DEPTH = {"MultiSurface": 0, "CompositeSurface": 0, "Solid": 1, "MultiSolid": 2, "CompositeSolid": 2}
"""Levels of nesting above a list of surfaces."""

INSTANCE = "GeometryInstance"


def is_core(name: str) -> bool:
    """Whether an attribute is one of the schema's own."""
    return name in CORE_TYPES or name.startswith("externalReference.") or name == "lod0"
