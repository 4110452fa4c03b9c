"""Which reader an input is for, told by its content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from citytwin.errors import CityReadError
from citytwin.io._collected import Collected
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Source, head_of
from citytwin.io._xml import root_of
from citytwin.io.citygml import collect_citygml, read_citygml
from citytwin.io.citygml_names import CITY_MODELS
from citytwin.io.cityjson import collect_pieces, read_cityjson
from citytwin.io.footprints import footprint_format, read_footprints
from citytwin.model.city import CityModel

_CITYJSON = (b'"CityJSON"', b'"CityJSONFeature"', b'"CityObjects"')


class Format(NamedTuple):
    """A format of city models.

    Parameters
    ----------
    read : callable
        Reads an input as a model.
    collect : callable or None
        Gives the columns of an input a piece at a time; None where the format is read as a whole.
    closed_rings : bool
        Whether rings repeat their first point at the end.
    takes_bbox : bool
        Whether `read` can leave out what lies outside a box.
    """

    read: Callable[..., CityModel]
    collect: Callable[..., Iterator[Collected]] | None = None
    closed_rings: bool = False
    takes_bbox: bool = False


CITYGML = Format(read_citygml, collect_citygml, True)
CITYJSON = Format(read_cityjson, collect_pieces)
FOOTPRINTS = Format(read_footprints, takes_bbox=True)


def format_of(source: Source, limits: ReadLimits, optional: bool) -> Format | None:
    """Format of an input.

    Parameters
    ----------
    source : Source
    limits : ReadLimits
    optional : bool
        Whether the input was found and not named: None is returned where it is no city model.
    """
    head = head_of(source, limits)
    if not optional and footprint_format(head) is not None:
        return FOOTPRINTS
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return CITYJSON if not optional or any(mark in head for mark in _CITYJSON) else None
    if head.startswith(b"SQLite format 3"):
        raise CityReadError(
            "this is an SQLite file and no GeoPackage", source.name, advice="Choose a city model or a GeoPackage"
        )
    if optional and root_of(head, source.name).tag not in CITY_MODELS:
        return None
    return CITYGML
