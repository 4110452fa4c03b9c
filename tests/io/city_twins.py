"""Whether two models are the same city in another order of rows: as before writing and after reading again."""

from __future__ import annotations

from typing import Any

import numpy as np

from citytwin.io._grouping import Grouping
from citytwin.model.attributes import AttributeTable
from citytwin.model.city import CityModel
from tests.io.same_city import canonical


def described(city: CityModel, scale: float | None = 0.001) -> dict[str, Any]:
    """Everything a city holds, by identifiers instead of rows; coordinates as multiples of a scale, or exactly.

    Polygons of solids are told by their corners, so that copies of shared polygons count as such.
    """
    objects, surfaces = city.objects, city.surfaces
    grouping = Grouping(city)
    corners = city.vertices + city.origin if scale is None else np.round(city.vertices / scale).astype(np.int64)
    shift = (0, 0, 0) if scale is None else np.round(city.origin / scale).astype(np.int64)
    corners = corners + shift

    def rings(surface: int, turned: bool = False) -> Any:
        found = [corners[start:stop].tolist() for start, stop in grouping.rings(surface)]
        found = [[ring[0], *ring[:0:-1]] for ring in found] if turned else found
        return tuple(tuple(map(tuple, ring)) for ring in found)

    def polygon(surface: int) -> Any:
        feature, wall = int(surfaces.feature[surface]), int(surfaces.parent[surface])
        return (
            int(surfaces.lod[surface]),
            int(surfaces.kind[surface]),
            surfaces.id[surface],
            surfaces.polygon_id[surface],
            entries(surfaces.feature_attributes, feature),
            surfaces.id[wall] if wall >= 0 else None,
            rings(surface),
        )

    def solid(row: int) -> Any:
        return int(city.solids.lod[row]), sorted(rings(*entry) for entry in grouping.solid_entries(row))

    def whole(row: int) -> dict[str, Any]:
        parent = int(objects.parent[row])
        extras = [(city.extras.place[extra], canonical(city.extras.content[extra])) for extra in grouping.extras[row]]
        return {
            "kind": int(objects.kind[row]) if row >= 0 else None,
            "parent": objects.id[parent] if parent >= 0 else None,
            "attributes": entries(objects.attributes, row),
            "surfaces": sorted(map(polygon, grouping.surfaces[row])),
            "solids": sorted(map(solid, grouping.solids[row])),
            "extras": sorted(extras),
        }

    return {
        "crs": (city.crs, city.vertical_crs),
        "order": list(objects.id),
        "features": features(city),
        "document": sorted(
            (city.extras.place[extra], canonical(city.extras.content[extra])) for extra in grouping.extras[-1]
        ),
        **{f"object {objects.id[row]}": whole(row) for row in range(len(objects))},
    }


def entries(table: AttributeTable, row: int) -> tuple[tuple[str, ...], ...]:
    """Name, text, type, place and unit of every attribute of a row, in order."""
    return tuple(value[1:] for value in table.entries(row)) if row >= 0 else ()


def features(city: CityModel) -> list[tuple[int, str, int]]:
    """Object, identifier and number of polygons of each boundary surface that has any."""
    surfaces = city.surfaces
    rows = np.flatnonzero(surfaces.feature >= 0)
    _, first, count = np.unique(surfaces.feature[rows], return_index=True, return_counts=True)
    ids = [city.objects.id[int(row)] for row in surfaces.object[rows[first]]]
    return sorted(zip(ids, surfaces.id[rows[first]], count.tolist(), strict=True))


def assert_twins(
    first: CityModel, second: CityModel, scale: float | None = 0.001, *, but: tuple[str, ...] = ()
) -> None:
    """Fail with the first difference between two cities; `but` names parts that may differ."""
    one, other = described(first, scale), described(second, scale)
    for name in (*one, *(name for name in other if name not in one)):
        if name in but or one.get(name) == other.get(name):
            continue
        a, b = one.get(name), other.get(name)
        if isinstance(a, dict) and isinstance(b, dict):
            part = next((part for part in a if a[part] != b[part] and part not in but), None)
            if part is None:
                continue
            name, a, b = f"{name}: {part}", a[part], b[part]
        if isinstance(a, list | tuple) and isinstance(b, list | tuple):
            pairs = zip(a, b, strict=False)
            place, pair = next(((i, p) for i, p in enumerate(pairs) if p[0] != p[1]), (-1, (len(a), len(b))))
            raise AssertionError(f"{name}[{place}]: {str(pair[0])[:600]} and {str(pair[1])[:600]}")
        raise AssertionError(f"{name}: {str(a)[:600]} and {str(b)[:600]}")
