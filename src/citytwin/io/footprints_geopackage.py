"""Footprints of a GeoPackage."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError, CrsError
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Progress, Source
from citytwin.io.footprints_heights import read_identifiers
from citytwin.io.footprints_table import FootprintTable, as_file
from citytwin.model.attributes import TYPES, AttributeTable
from citytwin.model.crs import LOCAL
from citytwin.model.crs_metric import counts_metres
from citytwin.model.crs_names import may_open_files
from citytwin.model.crs_registry import known_system
from citytwin.model.derive.attribute_map import fold
from citytwin.model.strings import Strings

if TYPE_CHECKING:
    import pyarrow as pa

BUILDING_LAYERS = frozenset(
    {"building", "buildings", "footprint", "footprints", "pand", "rakennus", "rakennukset", "batiment", "gebaude"}
)
"""Names of the layer that is taken where there are several, compared without case and accents."""
_HARMLESS = ("non conformant file extension", "Retrying with IMMUTABLE")
_CURVES = frozenset(range(8, 13))
"""Codes of curved geometry in well-known binary, ISO/IEC 13249-3."""

Box = tuple[float, float, float, float]


def read_geopackage(
    source: Source,
    limits: ReadLimits,
    *,
    layer: str | None = None,
    crs: str | None = None,
    bbox: Box | None = None,
    progress: Progress | None = None,
) -> FootprintTable:
    """Features of one polygon layer of a GeoPackage.

    Identifiers are those of a column that is known to hold them, else the primary key.

    Parameters
    ----------
    source : Source
    limits : ReadLimits
    layer : str, optional
        Default the only layer with polygons, or the one that is named like buildings.
    crs : str, optional
        Stated by the caller.
    bbox : (min_x, min_y, max_x, max_y), optional
        In the CRS of the model. Where that is the one of the file, only features whose box meets it are read.
    progress : callable, optional

    Raises
    ------
    CityReadError
        Not a GeoPackage, no layer with polygons, several of them, or none of that name.

    References
    ----------
    OGC 12-128r18, GeoPackage Encoding Standard 1.3.
    """
    from pyogrio import list_layers, read_info
    from pyogrio.raw import read_arrow

    with as_file(source, limits, progress) as file, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            name = _layer(list_layers(file), layer, source.name)
            box = bbox if bbox is not None and _is_metric(crs or read_info(file, layer=name)["crs"]) else None
            meta, table = read_arrow(file, layer=name, bbox=box, return_fids=True)
        except (RuntimeError, ValueError, OSError) as error:
            reason = _without(file, str(error))
            raise CityReadError(
                f"cannot be read as a GeoPackage ({reason})", source.name, advice="Export it again"
            ) from error
    fid, geometry = meta["fid_column"] or "OGC_FID", meta["geometry_name"] or "wkb_geometry"
    attributes, remarks = _attributes(table.drop_columns([c for c in (fid, geometry) if c in table.column_names]))
    own = read_identifiers(attributes)
    shape, unreadable = _shapes(table[geometry].to_numpy())
    system = meta["crs"]
    return FootprintTable(
        shape=shape,
        attributes=attributes,
        identifier=Strings.of(map(str, table[fid].to_pylist())) if own is None else own,
        srs_names=frozenset([] if not system or "Undefined" in system else [system]),
        unreadable=unreadable,
        remarks=(*remarks, *sorted({t for t in (_without(file, str(w.message)) for w in caught) if _matters(t)})),
    )


def _layer(layers: NDArray[np.object_], wanted: str | None, name: str) -> str:
    """Name of the layer to read, of a list of layers and their kinds of geometry."""
    names = [str(layer) for layer, _ in layers]
    areal = [str(layer) for layer, kind in layers if kind is not None and _may_hold_areas(str(kind))]
    if wanted is not None:
        if wanted in areal:
            return wanted
        what = "no polygons" if wanted in names else "not there"
        raise CityReadError(f"layer {wanted!r}: {what}", name, advice=f"Layers with polygons are {', '.join(areal)}")
    if not areal:
        raise CityReadError(
            f"this GeoPackage holds no layer with polygons (layers: {', '.join(names) or 'none'})",
            name,
            advice="A table without footprints can be joined to a city with read_table and city.join",
        )
    chosen = areal if len(areal) == 1 else [layer for layer in areal if fold(layer) in BUILDING_LAYERS]
    if len(chosen) != 1:
        raise CityReadError(
            f"there are {len(areal)} layers with polygons",
            name,
            advice=f"Pass one of {', '.join(areal)} as layer= to citytwin.read_footprints",
        )
    return chosen[0]


def _may_hold_areas(kind: str) -> bool:
    return any(word in kind for word in ("Polygon", "Surface", "Unknown", "GeometryCollection"))


def _is_metric(crs: str | None) -> bool:
    """Whether coordinates in a system stay as they are on the way to the model."""
    if crs is None or crs == LOCAL:
        return crs == LOCAL
    try:
        return not may_open_files(crs) and counts_metres(known_system(crs))
    except CrsError:
        return False


def _attributes(table: pa.Table) -> tuple[AttributeTable, list[str]]:
    """Columns that hold something as attributes, value by value as text; remarks on columns that are none."""
    import pyarrow as pa

    n = table.num_rows
    rows: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    values: list[Strings] = []
    keys: list[str] = []
    types: list[int] = []
    remarks = []
    for name, chunked in zip(table.column_names, table.columns, strict=True):
        kind = _type(chunked.type)
        if kind is None:
            remarks.append(f"column {name!r} of type {chunked.type} is left out")
            continue
        column = pa.concat_arrays(chunked.chunks) if chunked.num_chunks else pa.array([], chunked.type)
        present = column.is_valid().to_numpy(zero_copy_only=False)
        if kind == "double":
            numbers = column.to_numpy(zero_copy_only=False)
            infinite = present & np.isinf(numbers)
            if infinite.any():
                remarks.append(f"{int(infinite.sum())} infinite values of column {name!r} are left out")
            present &= np.isfinite(numbers)
        if not present.any():
            continue
        rows.append(np.flatnonzero(present))
        values.append(_strings(column.filter(pa.array(present))))
        keys.append(name)
        types.append(TYPES.index(kind))
    counts = [len(column) for column in values]
    filled = sum(counts)
    table_of = AttributeTable(
        n=n,
        row=np.concatenate(rows).astype(np.int32),
        key=np.repeat(np.arange(len(keys), dtype=np.int32), counts),
        type=np.repeat(np.array(types, np.int8), counts),
        place=np.zeros(filled, np.int32),
        unit=np.zeros(filled, np.int32),
        value=Strings.concat(values),
        keys=tuple(keys),
        places=("generic",),
        units=("",),
    )
    return table_of, remarks


def _type(kind: Any) -> str | None:
    """Word for an Arrow type; None for what is no attribute."""
    import pyarrow.types as t

    if t.is_boolean(kind):
        return "bool"
    if t.is_integer(kind):
        return "int"
    if t.is_floating(kind):
        return "double"
    if t.is_date(kind):
        return "date"
    return "string" if t.is_string(kind) or t.is_large_string(kind) or t.is_temporal(kind) else None


def _strings(column: Any) -> Strings:
    """Text of an Arrow column without gaps: both sides have the same layout."""
    import pyarrow as pa

    text = column.cast(pa.large_string())
    _, offsets, data = text.buffers()
    bounds = np.frombuffer(offsets, np.int64)[text.offset : text.offset + len(text) + 1]
    content = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
    return Strings(content[bounds[0] : bounds[-1]].copy(), bounds - bounds[0])


def _shapes(binaries: NDArray[np.object_]) -> tuple[Any, dict[int, str]]:
    """Geometries, None where there is none; why those that cannot be read cannot."""
    import shapely

    unreadable: dict[int, str] = {}
    readable = binaries.copy()
    for row, binary in enumerate(binaries.tolist()):
        if binary is not None and _code(binary) in _CURVES:
            unreadable[row] = "curved geometry is not read: convert it to straight lines (CONVERT_TO_LINEAR of GDAL)"
            readable[row] = None
    with np.errstate(invalid="ignore"):
        shape = shapely.from_wkb(readable, on_invalid="ignore")
    for row in np.flatnonzero(shapely.is_missing(shape)).tolist():
        if binaries[row] is not None:
            unreadable.setdefault(row, "the geometry is damaged or of a kind that is not read")
    return shape, unreadable


def _code(binary: bytes) -> int:
    """Code of a geometry in well-known binary, without its dimension."""
    return int.from_bytes(binary[1:5], "little" if binary[:1] == b"\x01" else "big") % 1000


def _without(file: Path | bytes, text: str) -> str:
    """A message of GDAL without the name it gives to bytes in memory."""
    return text if isinstance(file, Path) else " ".join(w for w in text.split() if not w.startswith("/vsimem"))


def _matters(text: str) -> bool:
    return not any(words in text for words in _HARMLESS)
