"""Repairs of single polygons: repeated points, and holes that stand twice, outside, or turned the wrong way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.city_tables import Rings
from citytwin.model.enums import Action
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import offsets_of, row_of, take_ragged
from citytwin.model.validity import NAMES, Tolerances, surface_names
from citytwin.model.validity_polygons import fitted_planes


def drop_repeated_points(city: CityModel, tolerances: Tolerances) -> CityModel:
    """City whose rings hold no point twice in a row, where three points or more are left of each ring.

    A hole of fewer than three points goes; an exterior of fewer stays as it is.
    """
    from citytwin.kernels.ring_simplicity import CONSECUTIVE_POINTS_SAME, ring_simplicity

    rings = city.rings
    planes, _ = fitted_planes(city, tolerances.planarity)
    codes = ring_simplicity(
        rings.surface_rings, rings.ring_vertices, city.vertices, planes, tolerances.reach, tolerances.touch
    )
    short = np.flatnonzero(codes == CONSECUTIVE_POINTS_SAME)
    is_exterior = np.zeros(len(codes), bool)
    is_exterior[rings.surface_rings[:-1][np.diff(rings.surface_rings) > 0]] = True
    keep_point, keep_ring = np.ones(len(city.vertices), bool), np.ones(len(codes), bool)
    surface = row_of(rings.surface_rings)
    changed: list[tuple[int, int, str]] = []
    for ring in short:
        start, stop = rings.ring_vertices[ring], rings.ring_vertices[ring + 1]
        kept = _apart(city.vertices[start:stop], tolerances.reach)
        if kept.sum() >= 3:
            keep_point[start:stop] = kept
            message = f"{(~kept).sum()} points that stand twice in a row are taken once"
            changed.append((int(surface[ring]), 102, message))
        elif not is_exterior[ring]:
            keep_ring[ring] = False
            keep_point[start:stop] = False
            changed.append((int(surface[ring]), 101, "a hole of fewer than three points is left out"))
    if not changed:
        return city
    sizes = np.bincount(row_of(rings.ring_vertices)[keep_point], minlength=len(codes))[keep_ring]
    counts = np.bincount(surface[keep_ring], minlength=len(city.surfaces))
    found = healed_polygons(city, changed)
    return with_rings(city, offsets_of(counts), offsets_of(sizes), city.vertices[keep_point], found)


def _apart(points: NDArray[np.float64], reach: float) -> NDArray[np.bool_]:
    """Points of a ring (n,) to keep: each further than `reach` from the one kept before it."""
    kept = np.ones(len(points), bool)
    last = 0
    for i in range(1, len(points)):
        if np.linalg.norm(points[i] - points[last]) <= reach:
            kept[i] = False
        else:
            last = i
    while last > 0 and np.linalg.norm(points[last] - points[0]) <= reach:
        kept[last] = False
        last = int(np.flatnonzero(kept)[-1])
    return kept


def mend_holes(city: CityModel, tolerances: Tolerances) -> CityModel:
    """City without holes that stand twice or outside their polygon, and with the others turned against it."""
    from citytwin.kernels import ring_relations as relations

    rings = city.rings
    checked = np.ones(len(city.surfaces), bool)
    checked[_rows_with(city, tolerances, (101, 102, 104, 203))] = False
    planes, _ = fitted_planes(city, tolerances.planarity)
    flags, of_ring = relations.ring_relations(
        rings.surface_rings, rings.ring_vertices, city.vertices, planes, checked, tolerances.touch
    )
    if not flags.any():
        return city
    surface = row_of(rings.surface_rings)
    alone = (of_ring & (relations.INTERSECTION_RINGS | relations.INNER_RINGS_NESTED)) == 0
    dropped = alone & ((of_ring & relations.INNER_RING_OUTSIDE) > 0)
    copies = np.flatnonzero(alone & ((of_ring & relations.DUPLICATED_RINGS) > 0))
    dropped[copies[~_cover_exterior(city, copies)]] = True
    turned = ~dropped & ((of_ring & relations.ORIENTATION_SAME) > 0)
    twice, outside = (
        dropped & ((of_ring & flag) > 0) for flag in (relations.DUPLICATED_RINGS, relations.INNER_RING_OUTSIDE)
    )
    changed = [
        (int(surface[ring]), code, message)
        for code, message, mask in (
            (202, "a hole that stands twice is taken once", twice),
            (206, "a hole outside the exterior ring is left out", outside),
            (208, "a hole that turns like the exterior ring is turned round", turned),
        )
        for ring in np.flatnonzero(mask)
    ]
    if not changed:
        return city
    order = turned_order(rings.ring_vertices, turned)
    offsets, kept = take_ragged(rings.ring_vertices, np.flatnonzero(~dropped))
    counts = np.bincount(surface[~dropped], minlength=len(city.surfaces))
    found = healed_polygons(city, changed)
    return with_rings(city, offsets_of(counts), offsets, city.vertices[order[kept]], found)


def _cover_exterior(city: CityModel, holes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each hole is as large as the exterior of its polygon: without it the polygon would be another one."""
    from citytwin.kernels.newell import ring_normal

    rings = city.rings
    exterior = rings.surface_rings[row_of(rings.surface_rings)[holes]]

    def area(ring: int) -> float:
        start, stop = int(rings.ring_vertices[ring]), int(rings.ring_vertices[ring + 1])
        return float(np.linalg.norm(ring_normal(start, stop, city.vertices)))

    return np.array([area(h) >= (1 - 1e-6) * area(e) for h, e in zip(holes, exterior, strict=True)], bool)


def _rows_with(city: CityModel, tolerances: Tolerances, codes: tuple[int, ...]) -> NDArray[np.int64]:
    """Surfaces with one of some codes of polygons."""
    from citytwin.kernels.ear_clipping import triangulate
    from citytwin.model.validity_polygons import polygon_defects

    clipped = triangulate(city.rings.surface_rings, city.rings.ring_vertices, city.vertices)
    defects = polygon_defects(city, clipped, tolerances)
    return defects.row[np.isin(defects.code, codes)]


def turned_order(ring_vertices: NDArray[np.int64], turned: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Vertex rows (n,) with some rings (k,) turned round, each from its own first point."""
    ring = row_of(ring_vertices)
    start, length = ring_vertices[ring], np.diff(ring_vertices)[ring]
    place = np.arange(len(ring)) - start
    return np.where(turned[ring], start + (length - place) % length, np.arange(len(ring)))


def with_rings(
    city: CityModel,
    surface_rings: NDArray[np.int64],
    ring_vertices: NDArray[np.int64],
    vertices: NDArray[np.float64],
    found: list[Finding],
) -> CityModel:
    """The same city with other rings for its surfaces, and more findings."""
    rings = Rings(surface_rings, ring_vertices)
    vertices = np.ascontiguousarray(vertices)
    surfaces = replace(city.surfaces, rings=rings, vertices=vertices)
    recorded = city.recorded + Findings.of(found)
    return replace(city, rings=rings, vertices=vertices, surfaces=surfaces, recorded=recorded)


def healed_polygons(city: CityModel, changed: list[tuple[int, int, str]]) -> list[Finding]:
    """Records of repairs, each of a surface row, by code and message."""
    names = surface_names(city, np.array([row for row, _, _ in changed], np.int64))
    owners = city.surfaces.object[[row for row, _, _ in changed]].tolist()
    return [
        Finding(code, NAMES[code], city.objects.id[owner], name, action=Action.HEALED, message=message)
        for (_, code, message), owner, name in zip(changed, owners, names, strict=True)
    ]
