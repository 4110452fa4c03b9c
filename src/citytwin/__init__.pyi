from . import emissions, energy, errors, scenario, solar, synthetic
from .errors import (
    CityReadError,
    CityTwinError,
    CityTwinWarning,
    CrsError,
    MissingExtraError,
    OutputError,
    ScenarioError,
    WeatherError,
)
from .io import open_city, read_city, read_network, read_weather, write_citygml, write_cityjson
from .model import (
    Buildings,
    CityModel,
    Emissions,
    EnergyDemand,
    Findings,
    Irradiation,
    Network,
    Provenance,
    Triangles,
    Twin,
    Weather,
)
from .run import Assessment, assess
from .scenario import Comparison, compare

__all__ = [
    "Assessment",
    "Buildings",
    "CityModel",
    "CityReadError",
    "CityTwinError",
    "CityTwinWarning",
    "Comparison",
    "CrsError",
    "Emissions",
    "EnergyDemand",
    "Findings",
    "Irradiation",
    "MissingExtraError",
    "Network",
    "OutputError",
    "Provenance",
    "ScenarioError",
    "Triangles",
    "Twin",
    "Weather",
    "WeatherError",
    "assess",
    "compare",
    "emissions",
    "energy",
    "errors",
    "open_city",
    "read_city",
    "read_network",
    "read_weather",
    "scenario",
    "solar",
    "synthetic",
    "write_citygml",
    "write_cityjson",
]

__version__: str
