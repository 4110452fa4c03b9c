"""Scans of small documents, for the tests of the kernels of the CityGML scanner."""

import numpy as np

from citytwin.io._limits import ReadLimits
from citytwin.io._lods import lod_filter
from citytwin.io.citygml_scan import ScanContext, ScanResult, scan_members

SPACES = {
    "core": "http://www.opengis.net/citygml/2.0",
    "bldg": "http://www.opengis.net/citygml/building/2.0",
    "gen": "http://www.opengis.net/citygml/generics/2.0",
    "gml": "http://www.opengis.net/gml",
    "xlink": "http://www.w3.org/1999/xlink",
}
LIMITS = ReadLimits()


def scanned(data: bytes, start: int = 0) -> ScanResult:
    context = ScanContext.of(SPACES, 3, lod_filter(None), LIMITS)
    return scan_members(np.frombuffer(data, np.uint8), start, len(data), context)


def member(*properties: str) -> bytes:
    """A member with one building."""
    text = "".join(properties)
    return f"<core:cityObjectMember><bldg:Building>{text}</bldg:Building></core:cityObjectMember>".encode()


def declared(element: str) -> str:
    """An element with the namespaces it needs."""
    name, rest = element[1:].split(">", 1)
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
    return f"<{name} {spaces}>{rest}"
