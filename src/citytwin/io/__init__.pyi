from ._limits import ReadLimits
from .citygml_splice import write_back
from .citygml_writer import write_citygml
from .cityjson_writer import write_cityjson
from .footprints import read_footprints
from .mapping import read_mapping
from .network import read_network
from .read import read_city, snapshot
from .store import open_city, save_city
from .tables import read_table
from .weather import read_weather

__all__ = [
    "ReadLimits",
    "open_city",
    "read_city",
    "read_footprints",
    "read_mapping",
    "read_network",
    "read_table",
    "read_weather",
    "save_city",
    "snapshot",
    "write_back",
    "write_citygml",
    "write_cityjson",
]
