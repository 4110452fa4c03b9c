"""What names mean to the byte scanner, from the tables the walker goes by; what it does not know is for the walker."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from citytwin.io._lods import LodFilter
from citytwin.io.citygml_gml import (
    COLLECTIONS,
    EXTERIORS,
    FLAT_COLLECTIONS,
    GML,
    GML_32,
    GML_ID,
    GML_ID_32,
    GMLS,
    HREF,
    INTERIORS,
    LINEAR_RINGS,
    ORIENTABLES,
    PATCHED,
    PATCHES,
    POLYGON_LIKE,
    POS_LISTS,
    POSITIONS,
    SOLIDS,
    SURFACE_MEMBERS,
)
from citytwin.io.citygml_names import (
    CITYGML_3,
    ENERGY,
    FEATURE_KINDS,
    GENERICS,
    KINDS,
    MEMBERS,
    OBJECT_KINDS,
    PLAIN,
    ROOF_EDGE,
    RULES,
    TYPED,
    XAL,
    XAL_ADDRESSES,
    XALS,
    Do,
)
from citytwin.kernels import citygml_tables as kernel

RULE_TAGS = tuple(RULES)
"""Properties by the number of their rule."""

_PROPERTIES = {
    Do.GENERIC: kernel.P_GENERIC,
    Do.MEASURE: kernel.P_MEASURE,
    Do.SET: kernel.P_SET,
    Do.LEAF: kernel.P_LEAF,
    Do.REFERENCE: kernel.P_REFERENCE,
    Do.ADDRESS: kernel.P_ADDRESS,
    Do.GEOMETRY: kernel.P_GEOMETRY,
    Do.BOUNDARY: kernel.P_BOUNDARY,
    Do.OPENING: kernel.P_OPENING,
    Do.INSTALLATION: kernel.P_INSTALLATION,
    Do.PLACE: kernel.P_BOUNDARY,
    Do.PART: kernel.P_PART,
    Do.CHILD: kernel.P_PART,
    Do.ENVELOPE: kernel.P_ENVELOPE,
}
_ATTRIBUTES = {
    "name": kernel.A_NAME,
    "srsName": kernel.A_SRS,
    "srsDimension": kernel.A_DIMENSION,
    "uom": kernel.A_UOM,
    "codeSpace": kernel.A_CODE_SPACE,
    "orientation": kernel.A_ORIENTATION,
    "xmlns": kernel.A_STRANGE,
}
_COLUMNS = 7
_NESTED = ("baseSurface", "polygonMember", "geometryMember", "geometryMembers")
"""Members of collections other than surface members and patches."""


def _geometry() -> dict[str, int]:
    codes: dict[str, int] = {}
    for tags, code in (
        (COLLECTIONS, kernel.G_COLLECTION),
        (PATCHED, kernel.G_PATCHED),
        (FLAT_COLLECTIONS, kernel.G_FLAT),
        (ORIENTABLES, kernel.G_ORIENTABLE),
        (SOLIDS, kernel.G_SOLID),
        (POLYGON_LIKE, kernel.G_POLYGON),
        (SURFACE_MEMBERS, kernel.G_SURFACE_MEMBER),
        (PATCHES, kernel.G_PATCHES),
        ({f"{{{space}}}{name}" for space in GMLS for name in _NESTED}, kernel.G_MEMBER),
        (EXTERIORS, kernel.G_EXTERIOR),
        (INTERIORS, kernel.G_INTERIOR),
        (LINEAR_RINGS, kernel.G_RING),
        (POS_LISTS, kernel.G_LIST),
        ({tag for tag in POSITIONS if tag.endswith("}pos")}, kernel.G_POSITION),
        ({f"{{{space}}}value" for space in GENERICS}, kernel.G_VALUE),
    ):
        codes.update(dict.fromkeys(tags, code))
    return codes


def _all_meanings() -> dict[str, dict[str, list[int]]]:
    """Meanings of elements by namespace and local name."""
    tables: dict[str, dict[str, list[int]]] = {}

    def put(tag: str, column: int, *values: int) -> None:
        space, _, local = tag[1:].partition("}")
        codes = tables.setdefault(space, {}).setdefault(local, [0] * _COLUMNS)
        codes[column : column + len(values)] = values

    for number, (tag, rule) in enumerate(RULES.items()):
        is_certain = rule.do != Do.GEOMETRY or rule.lod >= 0
        put(
            tag, kernel.PROPERTY, _PROPERTIES.get(rule.do, kernel.P_STRANGE) if is_certain else kernel.P_STRANGE, number
        )
    for tag in FEATURE_KINDS:
        put(tag, kernel.THING, kernel.T_STRANGE)
    for tag, kind in KINDS.items():
        put(tag, kernel.THING, kernel.T_FEATURE)
        put(tag, kernel.THING_KIND, kind)
    for tag, object_kind in OBJECT_KINDS.items():
        put(tag, kernel.THING, kernel.T_STRANGE if tag in TYPED else kernel.T_OBJECT)
        put(tag, kernel.THING_KIND, object_kind)
    for tag in XAL_ADDRESSES:
        put(tag, kernel.THING, kernel.T_ADDRESS)
    for tag, code in _geometry().items():
        put(tag, kernel.GEOMETRY, code)
    for tag in MEMBERS:
        put(tag, kernel.TOP, 1)
    for tag, code in ((GML_ID, kernel.A_ID), (GML_ID_32, kernel.A_ID), (HREF, kernel.A_HREF)):
        put(tag, kernel.ATTRIBUTE, code)
    return tables


_MEANINGS = _all_meanings()


def meanings(uri: str, prefix: str) -> dict[str, list[int]]:
    """Columns of `Names.code` for the names of a namespace, and for attributes without one where there is no prefix."""
    found = {local: list(codes) for local, codes in _MEANINGS.get(uri, {}).items()}
    if prefix:
        found.setdefault("type", [0] * _COLUMNS)[kernel.ATTRIBUTE] = kernel.A_STRANGE
    else:
        for codes in found.values():
            codes[kernel.ATTRIBUTE] = 0
        for name, code in _ATTRIBUTES.items():
            found.setdefault(name, [0] * _COLUMNS)[kernel.ATTRIBUTE] = code
    return found


def namespace_kind(uri: str) -> int:
    """Whether content of a namespace is left to the walker, or is part of an address."""
    if uri == XAL:
        return kernel.IS_ADDRESS
    return kernel.IS_STRANGE if uri in XALS or f"{{{uri}}}" == ENERGY else 0


def is_certain(uris: Collection[str]) -> bool:
    """Whether it is plain which namespace of GML identifiers are in: only one is declared, that of the version."""
    return GML_32 not in uris or (GML not in uris and CITYGML_3 in uris)


def rule_rows(wanted: LodFilter) -> NDArray[np.int64]:
    """Columns UNIT, LOD and ROOF_EDGE (n, 3) of the scanner for every rule."""
    rows = np.full((len(RULES), 3), -1, np.int64)
    for number, (tag, rule) in enumerate(RULES.items()):
        unit = 0 if tag in PLAIN else 1 if rule.type == "measure" else 2
        lod = rule.lod if rule.do == Do.GEOMETRY and wanted(rule.lod) else -1
        rows[number] = unit, lod, len(ROOF_EDGE) if rule.name == ROOF_EDGE else 0
    return rows
