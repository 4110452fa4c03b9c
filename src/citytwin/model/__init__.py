"""The model: named, frozen, numpy-backed tables. No physics, and no files but height grids that a caller names."""

from citytwin.model.battery_use import BatteryUse
from citytwin.model.buildings import Buildings
from citytwin.model.calibration import Calibration
from citytwin.model.certificate import EValues
from citytwin.model.city import CityModel
from citytwin.model.crs_reproject import reproject
from citytwin.model.delivered import DeliveredEnergy
from citytwin.model.demand import EnergyDemand
from citytwin.model.demand_table import DemandTable
from citytwin.model.emissions import Emissions
from citytwin.model.enums import Carrier, Grade, GroupKind, ObjectKind, Source, Status, SurfaceKind, Use
from citytwin.model.findings import Finding, Findings
from citytwin.model.healing import heal
from citytwin.model.heat_pump_use import HeatPumpUse
from citytwin.model.irradiation import Irradiation
from citytwin.model.meters import Meters
from citytwin.model.network import Network
from citytwin.model.provenance import InputFile, Provenance
from citytwin.model.pv import PvYield
from citytwin.model.pv_economics import PvEconomics
from citytwin.model.pv_ranking import PvRanking
from citytwin.model.pv_sites import PvSites
from citytwin.model.pv_use import PvUse
from citytwin.model.sensitivity import Sensitivity
from citytwin.model.trees import Trees
from citytwin.model.triangles import Triangles
from citytwin.model.twin import Twin
from citytwin.model.validity import Tolerances
from citytwin.model.weather import Weather

__all__ = [
    "BatteryUse",
    "Buildings",
    "Calibration",
    "Carrier",
    "CityModel",
    "DeliveredEnergy",
    "DemandTable",
    "EValues",
    "Emissions",
    "EnergyDemand",
    "Finding",
    "Findings",
    "Grade",
    "GroupKind",
    "HeatPumpUse",
    "InputFile",
    "Irradiation",
    "Meters",
    "Network",
    "ObjectKind",
    "Provenance",
    "PvEconomics",
    "PvRanking",
    "PvSites",
    "PvUse",
    "PvYield",
    "Sensitivity",
    "Source",
    "Status",
    "SurfaceKind",
    "Tolerances",
    "Trees",
    "Triangles",
    "Twin",
    "Use",
    "Weather",
    "heal",
    "reproject",
]
