"""Names of reference systems as files write them: codes in every spelling, aliases, systems joined to one name.

Nothing here asks the registry: whether a code exists, and what it stands for, is told by
:mod:`citytwin.model.crs_registry`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from citytwin.model.reference import read_reference

_CODE = re.compile(
    r"""(?P<authority>EPSG|ESRI)
        (?:                                      # EPSG:3879  EPSG::3879  EPSG/0/3879  EPSG:6.12:3068  EPSG:3879+3900
            (?:/|::?) (?:v?[0-9.]*[:/])? (?:geographicCRS:|projectedCRS:|verticalCRS:)?
          | \.xml\#                              # http://www.opengis.net/gml/srs/epsg.xml#25832
          | \.io/                                # https://epsg.io/3879
          | [ _-]?                               # EPSG3879
        )
        (?P<code>\d{4,9}) (?P<second> \s*\+\s*\d{4,9})?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BARE_CODE = re.compile(r"\s*(?:SRID\s*[=:]\s*)?(\d{4,6})\s*\Z", re.IGNORECASE)
_FORMAL = ("urn:", "http:", "https:")
_SEPARATORS = (r"[:*,;#]", r"[:*,;#/]", r"[:*,;#/+]")
"""How parts of a name are told apart: the coarsest way that yields a known name counts."""

_FILES = re.compile(
    r"\b(?:proj|init|grids|file)\s*=|grids|EXTENSION|PARAMETERFILE|BOUNDCRS|difference file", re.IGNORECASE
)
_SCAFFOLD = re.compile(r"(URN|HTTPS?|FGUUID|DEF|CRS|OGC|XOGC|ADV|IGNF|WWWOPENGISNET|[0-9]*)\Z")


@dataclass(frozen=True)
class SrsName:
    """What a ``srsName`` says.

    Parameters
    ----------
    text : str
        As written.
    horizontal, vertical : str or None
        ``"EPSG:3879"`` and the like. A compound code stays in `horizontal` until the registry is asked.
    registry_order : bool
        True for URN and URL forms, whose axis order is that of the registry; short forms mean east-north.
    alias : bool
        True where the name is not one of the registry and was looked up.
    unread : str
        Part of an alias that is not known.
    """

    text: str
    horizontal: str | None
    vertical: str | None
    registry_order: bool
    alias: bool = False
    unread: str = ""


def parse_srs_name(text: str) -> SrsName | None:
    """Codes in a name of a reference system, or None where it holds none that is known.

    Understood are ``EPSG:3879``, ``EPSG:25832+5783``, ``EPSG:25832+EPSG:5783``, ``urn:ogc:def:crs:EPSG::3879``,
    ``urn:x-ogc:def:crs:EPSG:6.12:3068``, ``http://www.opengis.net/def/crs/EPSG/0/6697``, ``...epsg.xml#25832``,
    ``SRID=3879``, compound forms of these, and the names of ``crs_aliases.csv``, also joined by ``*``, ``/``, ``+``
    or ``,`` as in ``urn:adv:crs:``; blanks, underscores, hyphens and case do not matter in those.

    Examples
    --------
    >>> parse_srs_name("urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::5717")
    SrsName(text='urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::5717', horizontal='EPSG:3879', vertical='EPSG:5717', ...)
    >>> parse_srs_name("urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016").vertical
    'EPSG:7837'
    >>> parse_srs_name("ETRS-GK25 / N2000").horizontal
    'EPSG:3879'
    >>> parse_srs_name("#local-CRS-1")
    """
    if is_definition(text):
        return None
    name = text.strip()
    codes = _codes(name)
    if codes:
        # A third code would be that of a coordinate system or an operation.
        return SrsName(text, codes[0], codes[1] if len(codes) > 1 else None, name.lower().startswith(_FORMAL))
    if bare := _BARE_CODE.match(name):
        return SrsName(text, f"EPSG:{bare[1]}", None, False, True)
    return _from_aliases(text)


def parse_vertical_name(text: str) -> str | None:
    """Code of a system of heights by code or short name, None where it is none that is known.

    Examples
    --------
    >>> parse_vertical_name("N2000"), parse_vertical_name("urn:ogc:def:crs:EPSG::5717")
    ('EPSG:3900', 'EPSG:5717')
    """
    codes = [] if is_definition(text) else _codes(text)
    if codes:
        return codes[0]
    row = _aliases().get(plain(text))
    return (row["vertical"] or None) if row is not None else None


def is_definition(text: str) -> bool:
    """Whether a text defines a system instead of naming it: well-known text, PROJ string or PROJJSON."""
    text = text.strip()
    return text.endswith("]") or text.startswith("{") or ("+proj=" in text)


def may_open_files(text: str) -> bool:
    """Whether a definition can make PROJ open a file that it names: a grid of shifts, or a list of definitions.

    Examples
    --------
    >>> may_open_files("+proj=pipeline +step +proj=hgridshift +grids=/etc/passwd"), may_open_files("EPSG:3879")
    (True, False)
    """
    return _FILES.search(text) is not None


def plain(name: str) -> str:
    """A name without case, blanks, underscores and the like; plus signs are kept: CH1903 and CH1903+ differ."""
    return re.sub(r"[^A-Z0-9+]", "", name.upper())


def _codes(name: str) -> list[str]:
    found = []
    for match in _CODE.finditer(name):
        authority = match["authority"].upper()
        found.append(f"{authority}:{match['code']}")
        if match["second"]:
            found.append(f"{authority}:{match['second'].strip(' +')}")
    return found


@cache
def _aliases() -> dict[str, Mapping[str, str]]:
    return {plain(row["alias"]): row for row in read_reference("citytwin.model", "crs_aliases.csv")}


def _from_aliases(text: str) -> SrsName | None:
    if (whole := _aliases().get(plain(text))) is not None:
        return _alias_name(text, [whole], "")
    for separators in _SEPARATORS:
        words = [word for word in re.split(separators, text) if not _SCAFFOLD.match(plain(word))]
        rows = [row for word in words if (row := _aliases().get(plain(word))) is not None]
        if any(row["horizontal"] for row in rows):
            return _alias_name(text, rows, ", ".join(word.strip() for word in words if plain(word) not in _aliases()))
    return None


def _alias_name(text: str, rows: list[Mapping[str, str]], unread: str) -> SrsName | None:
    horizontal = next((row for row in rows if row["horizontal"]), None)
    if horizontal is None:
        return None
    vertical = next((row["vertical"] for row in rows if row["vertical"]), None)
    return SrsName(text, horizontal["horizontal"], vertical, horizontal["order"] == "registry", True, unread)
