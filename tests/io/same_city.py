"""Whether two models are the same city, to the last bit: two readers, two thread counts, before and after saving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec
import numpy as np
from lxml import etree

from citytwin.model.attributes import TYPES, AttributeTable
from citytwin.model.city import CityModel
from citytwin.model.city_tables import Extras

COLUMNS = {
    "objects": ("kind", "parent"),
    "surfaces": ("object", "kind", "lod", "parent", "solid", "feature"),
    "rings": ("surface_rings", "ring_vertices"),
    "solids": ("object", "lod", "offsets", "surface", "reversed"),
}
TEXTS = {"objects": ("id",), "surfaces": ("id", "polygon_id")}


def assert_same_city(first: CityModel, second: CityModel, *, provenance: bool = False) -> None:
    """Fail with the name of the first column that differs, and the first row of it.

    Columns of objects, surfaces, rings and solids must be the same in type, length and value, vertices bit by bit,
    attributes in order for every row, extras as canonical XML or JSON in order for every object, recorded findings in
    any order, and counts and reference systems. `provenance` compares what was read, too.
    """
    for table, names in COLUMNS.items():
        for name in names:
            _same_array(f"{table}.{name}", getattr(getattr(first, table), name), getattr(getattr(second, table), name))
    for table, names in TEXTS.items():
        for name in names:
            _same_rows(f"{table}.{name}", getattr(getattr(first, table), name), getattr(getattr(second, table), name))
    _same_array("origin", first.origin, second.origin)
    _same_array("vertices", first.vertices, second.vertices)
    _same_rows("objects.attributes", _entries(first.objects.attributes), _entries(second.objects.attributes))
    features = first.surfaces.feature_attributes, second.surfaces.feature_attributes
    _same_rows("surfaces.feature_attributes", *map(_entries, features))
    _same_rows("extras", _contents(first.extras), _contents(second.extras))
    for name in ("crs", "vertical_crs", "counts", "mapping"):
        assert getattr(first, name) == getattr(second, name), name
    only_first, only_second = _findings(first) - _findings(second), _findings(second) - _findings(first)
    assert not only_first, f"only the first has the findings {_few(only_first)}; only the second {_few(only_second)}"
    assert not only_second, f"only the second has the findings {_few(only_second)}"
    if provenance:
        assert first.provenance == second.provenance


def _same_array(name: str, first: np.ndarray, second: np.ndarray) -> None:
    assert first.dtype == second.dtype, f"{name}: {first.dtype} and {second.dtype}"
    assert first.shape == second.shape, f"{name}: {first.shape} and {second.shape}"
    if first.dtype.kind == "f":
        bits = np.dtype(f"u{first.dtype.itemsize}")
        differs = np.ascontiguousarray(first).view(bits) != np.ascontiguousarray(second).view(bits)
    else:
        differs = first != second
    if differs.any():
        row = tuple(int(i) for i in np.argwhere(differs)[0])
        raise AssertionError(
            f"{name}{list(row)}: {first[row]!r} and {second[row]!r} ({int(differs.sum())} of {differs.size} differ)"
        )


def _same_rows(name: str, first: Iterable[object], second: Iterable[object]) -> None:
    one, other = list(first), list(second)
    for row, (a, b) in enumerate(zip(one, other, strict=False)):
        assert a == b, f"{name}[{row}]: {a!r} and {b!r}"
    assert len(one) == len(other), f"{name}: {len(one)} and {len(other)} rows"


def _entries(table: AttributeTable) -> list[tuple[int, str, str, str, str, str]]:
    """Row, name, type, place, unit and value of every entry, by row and then as in the document."""
    return [
        (
            int(table.row[entry]),
            table.keys[table.key[entry]],
            TYPES[table.type[entry]],
            table.places[table.place[entry]],
            table.units[table.unit[entry]],
            table.value[int(entry)],
        )
        for entry in np.argsort(table.row, kind="stable")
    ]


def _contents(extras: Extras) -> list[tuple[int, str, str]]:
    return [
        (int(extras.object[row]), extras.place[int(row)], canonical(extras.content[int(row)]))
        for row in np.argsort(extras.object, kind="stable")
    ]


def canonical(content: str) -> str:
    """XML in canonical form, JSON with sorted keys; anything else as it is."""
    if content.startswith("<"):
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True)
        try:
            return etree.tostring(etree.fromstring(content.encode(), parser), method="c14n", exclusive=True).decode()
        except etree.C14NError:
            return content
    try:
        return msgspec.json.encode(msgspec.json.decode(content), order="sorted").decode()
    except msgspec.DecodeError:
        return content


def _findings(city: CityModel) -> Counter[tuple[object, ...]]:
    table = city.recorded
    columns = (getattr(table, name).tolist() for name in table.__dataclass_fields__)
    return Counter(zip(*columns, strict=True))


def _few(findings: Counter[tuple[object, ...]]) -> str:
    return f"{sorted(findings.elements(), key=str)[:3]} ({findings.total()})"
