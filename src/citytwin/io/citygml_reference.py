"""The reference reader of CityGML: lxml takes a document apart, the walker puts its members into columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from citytwin.errors import CityReadError
from citytwin.io._collected import Collected
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import LodFilter
from citytwin.io._streams import Joined, Stream
from citytwin.io._xml import members
from citytwin.io.citygml_gml import TRIANGLES
from citytwin.io.citygml_names import APPEARANCES, CITY_MODELS, MEMBERS
from citytwin.io.citygml_walk import Walker

ENTRIES = 50_000
EXTRA_BYTES = 1 << 24
"""Polygons and links, and bytes of extras, after which columns are handed on."""


def collect_reference(
    stream: Stream | Joined, limits: ReadLimits, wanted: LodFilter, dimension: int = 3
) -> Iterator[Collected]:
    """Columns of consecutive members of a document, some members at a time.

    Parameters
    ----------
    stream : Stream
    limits : ReadLimits
    wanted : callable
        Whether geometry of a LoD, in tenths, is kept.
    dimension : int
        Of coordinates, unless the document says otherwise.

    Raises
    ------
    CityReadError
        Not well-formed, no CityGML, malformed coordinates, or beyond a limit.
    """
    walker = Walker(stream.name, limits, wanted)
    walker.geometry.document_dimension = dimension
    checked = False

    def below(element: Any) -> None:
        if element.tag in TRIANGLES:
            walker.geometry.terrain.triangle_ended(element)

    for element in members(stream, MEMBERS | APPEARANCES | TRIANGLES, below):
        root = element.getparent()
        if not checked:
            check_root((element if root is None else root).tag, stream.name)
            checked = True
        if root is not None:
            walker.child(element)
        if len(walker.columns.entry) > ENTRIES or walker.columns.extra_bytes > EXTRA_BYTES:
            walker.close()
            yield walker.columns.collected()
            dimension = walker.geometry.document_dimension
            walker = Walker(stream.name, limits, wanted)
            walker.geometry.document_dimension = dimension
    walker.close()
    yield walker.columns.collected()


def check_root(tag: str, name: str) -> None:
    """Raise CityReadError where the root element is not a CityModel of CityGML 1.0, 2.0 or 3.0."""
    if tag not in CITY_MODELS:
        raise CityReadError(
            f"the root element is {tag}, not a CityGML CityModel", name, advice="Choose a CityGML 1.0, 2.0 or 3.0 file"
        )
