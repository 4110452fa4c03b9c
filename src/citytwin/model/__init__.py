"""The model: named, frozen, numpy-backed tables. No files, no physics."""

from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.enums import Carrier, Grade, GroupKind, ObjectKind, Source, Status, SurfaceKind, Use
from citytwin.model.findings import Finding, Findings
from citytwin.model.network import Network
from citytwin.model.provenance import InputFile, Provenance
from citytwin.model.triangles import Triangles
from citytwin.model.twin import Twin
from citytwin.model.weather import Weather

__all__ = [
    "Buildings",
    "Carrier",
    "CityModel",
    "Finding",
    "Findings",
    "Grade",
    "GroupKind",
    "InputFile",
    "Network",
    "ObjectKind",
    "Provenance",
    "Source",
    "Status",
    "SurfaceKind",
    "Triangles",
    "Twin",
    "Use",
    "Weather",
]
