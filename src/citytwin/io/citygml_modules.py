"""What the thematic modules of CityGML hold: city objects, boundary surfaces, their properties and attributes.

Each table goes by module, in the words of its namespace, and then by name. A name that only some versions have stands
here like any other.
"""

from __future__ import annotations

from citytwin.model.enums import ObjectKind, SurfaceKind

VERSIONS = ("1.0", "2.0", "3.0")


def spaces(module: str) -> tuple[str, ...]:
    """Namespaces of a module in the versions of CityGML, "" for the core."""
    return tuple(f"http://www.opengis.net/citygml/{module}{'/' if module else ''}{version}" for version in VERSIONS)


OBJECTS = {
    "building": {
        "Building": ObjectKind.BUILDING,
        "BuildingPart": ObjectKind.BUILDING_PART,
        "BuildingUnit": ObjectKind.BUILDING_UNIT,
        "Storey": ObjectKind.STOREY,
        "Room": ObjectKind.BUILDING_ROOM,
        "BuildingRoom": ObjectKind.BUILDING_ROOM,
    },
    "bridge": {
        "Bridge": ObjectKind.BRIDGE,
        "BridgePart": ObjectKind.BRIDGE_PART,
        "BridgeRoom": ObjectKind.OTHER,
    },
    "tunnel": {
        "Tunnel": ObjectKind.TUNNEL,
        "TunnelPart": ObjectKind.TUNNEL_PART,
        "HollowSpace": ObjectKind.OTHER,
    },
    "transportation": {
        "Road": ObjectKind.ROAD,
        "Railway": ObjectKind.RAILWAY,
        "Square": ObjectKind.SQUARE,
        "Track": ObjectKind.TRACK,
        "Waterway": ObjectKind.WATERWAY,
        "TransportationComplex": ObjectKind.OTHER,
    },
    "waterbody": {"WaterBody": ObjectKind.WATER_BODY},
    "vegetation": {
        "PlantCover": ObjectKind.PLANT_COVER,
        "SolitaryVegetationObject": ObjectKind.SOLITARY_VEGETATION,
    },
    "landuse": {"LandUse": ObjectKind.LAND_USE},
    "cityfurniture": {"CityFurniture": ObjectKind.CITY_FURNITURE},
    "relief": {"ReliefFeature": ObjectKind.RELIEF},
    "cityobjectgroup": {"CityObjectGroup": ObjectKind.CITY_OBJECT_GROUP},
    "generics": {
        "GenericCityObject": ObjectKind.GENERIC,
        "GenericOccupiedSpace": ObjectKind.GENERIC,
        "GenericUnoccupiedSpace": ObjectKind.GENERIC,
        "GenericLogicalSpace": ObjectKind.GENERIC,
    },
    "construction": {"OtherConstruction": ObjectKind.OTHER_CONSTRUCTION},
}
"""City objects. Of those whose kind does not tell their class, the class becomes the attribute ``type``."""

CLASS_IS_LOST = frozenset(
    {"BridgeRoom", "HollowSpace", "TransportationComplex"}
    | {"GenericOccupiedSpace", "GenericUnoccupiedSpace", "GenericLogicalSpace"}
)

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

SURFACES = {
    "building": SURFACE_KINDS | {"BuildingInstallation": SurfaceKind.INSTALLATION},
    "bridge": SURFACE_KINDS | {"BridgeInstallation": SurfaceKind.INSTALLATION},
    "tunnel": SURFACE_KINDS | {"TunnelInstallation": SurfaceKind.INSTALLATION},
    "construction": SURFACE_KINDS | {"WindowSurface": SurfaceKind.WINDOW, "DoorSurface": SurfaceKind.DOOR},
    "": {"ClosureSurface": SurfaceKind.CLOSURE},
}
"""Boundary surfaces, openings and installations whose kind says what they are."""

FEATURES = {
    "building": {
        "IntBuildingInstallation": SurfaceKind.INTERIOR,
        "BuildingFurniture": SurfaceKind.INTERIOR,
        "BuildingConstructiveElement": SurfaceKind.INSTALLATION,
    },
    "bridge": {
        "IntBridgeInstallation": SurfaceKind.INTERIOR,
        "BridgeFurniture": SurfaceKind.INTERIOR,
        "BridgeConstructionElement": SurfaceKind.INSTALLATION,
        "BridgeConstructiveElement": SurfaceKind.INSTALLATION,
    },
    "tunnel": {
        "IntTunnelInstallation": SurfaceKind.INTERIOR,
        "TunnelFurniture": SurfaceKind.INTERIOR,
        "TunnelConstructiveElement": SurfaceKind.INSTALLATION,
    },
    "transportation": dict.fromkeys(
        (
            "TrafficArea",
            "AuxiliaryTrafficArea",
            "Section",
            "Intersection",
            "TrafficSpace",
            "AuxiliaryTrafficSpace",
            "ClearanceSpace",
            "Marking",
            "Hole",
            "HoleSurface",
        ),
        SurfaceKind.UNKNOWN,
    ),
    "waterbody": dict.fromkeys(("WaterSurface", "WaterGroundSurface", "WaterClosureSurface"), SurfaceKind.UNKNOWN),
    "relief": dict.fromkeys(("TINRelief", "RasterRelief", "MassPointRelief", "BreaklineRelief"), SurfaceKind.UNKNOWN),
    "generics": {"GenericThematicSurface": SurfaceKind.UNKNOWN},
}
"""Other things with surfaces inside a city object: their name becomes the attribute ``type``."""

_ROLES = {"class": "code", "function": "code", "usage": "code"}
_BUILT = _ROLES | {"yearOfConstruction": "int", "yearOfDemolition": "int"}

LEAVES = {
    "bridge": _BUILT | {"isMovable": "bool"},
    "tunnel": _BUILT,
    "transportation": _ROLES
    | {"surfaceMaterial": "code", "trafficDirection": "string", "granularity": "string", "clearanceHeight": "measure"},
    "waterbody": _ROLES | {"waterLevel": "code"},
    "vegetation": _ROLES
    | {
        "species": "code",
        "height": "measure",
        "averageHeight": "measure",
        "minHeight": "measure",
        "maxHeight": "measure",
        "trunkDiameter": "measure",
        "crownDiameter": "measure",
        "rootBallDiameter": "measure",
        "maxRootBallDepth": "measure",
    },
    "landuse": _ROLES,
    "cityfurniture": _ROLES,
    "relief": {"lod": "int"},
    "cityobjectgroup": _ROLES,
    "generics": _ROLES,
    "construction": _ROLES
    | {
        "conditionOfConstruction": "string",
        "dateOfConstruction": "date",
        "dateOfDemolition": "date",
        "isStructuralElement": "bool",
        "relationToConstruction": "string",
    },
    "building": {"sortKey": "double"},
    "": {"validFrom": "date", "validTo": "date", "spaceType": "string"},
}
"""Attributes of modules other than the building one of CityGML 1.0 and 2.0, with the type the schema gives them."""

DATA = {
    "construction": ("elevation", "constructionEvent", "occupancy"),
    "building": ("elevation", "roomHeight"),
    "transportation": ("occupancy",),
    "": ("area", "volume"),
}
"""Properties that hold one data type, whose leaves become attributes named ``property.leaf``."""

CHILDREN = {
    "building": ("interiorRoom", "buildingRoom", "buildingSubdivision", "buildingUnit", "storey"),
    "bridge": ("consistsOfBridgePart", "bridgePart", "interiorBridgeRoom", "bridgeRoom"),
    "tunnel": ("consistsOfTunnelPart", "tunnelPart", "interiorHollowSpace", "hollowSpace"),
}
"""Properties that hold city objects, besides building parts."""

PLACES = {
    "building": (
        "interiorBuildingInstallation",
        "roomInstallation",
        "interiorFurniture",
        "buildingInstallation",
        "buildingFurniture",
        "buildingConstructiveElement",
    ),
    "bridge": (
        "outerBridgeConstruction",
        "outerBridgeInstallation",
        "interiorBridgeInstallation",
        "bridgeRoomInstallation",
        "interiorFurniture",
        "bridgeInstallation",
        "bridgeFurniture",
        "bridgeConstructiveElement",
    ),
    "tunnel": (
        "outerTunnelInstallation",
        "interiorTunnelInstallation",
        "hollowSpaceInstallation",
        "interiorFurniture",
        "tunnelInstallation",
        "tunnelFurniture",
        "tunnelConstructiveElement",
    ),
    "transportation": (
        "trafficArea",
        "auxiliaryTrafficArea",
        "section",
        "intersection",
        "trafficSpace",
        "auxiliaryTrafficSpace",
        "clearanceSpace",
        "marking",
        "hole",
    ),
    "relief": ("reliefComponent",),
}
"""Properties that hold installations, traffic areas and the like, besides those of a building of CityGML 2.0."""

GEOMETRIES = {
    "building": ("Solid", "MultiSurface", "Geometry"),
    "bridge": ("Solid", "MultiSurface", "Geometry"),
    "tunnel": ("Solid", "MultiSurface", "Geometry"),
    "transportation": ("MultiSurface",),
    "waterbody": ("Solid", "MultiSurface", "Surface"),
    "vegetation": ("Geometry", "MultiSurface", "MultiSolid"),
    "landuse": ("MultiSurface",),
    "cityfurniture": ("Geometry",),
    "generics": ("Geometry",),
    "": ("Solid", "MultiSurface"),
}
"""Ends of the names of geometry properties, behind ``lod0`` to ``lod4``."""

IMPLICIT = ("building", "bridge", "tunnel", "vegetation", "cityfurniture", "generics", "")
"""Modules with properties ``lod0ImplicitRepresentation`` to ``lod4ImplicitRepresentation``."""
