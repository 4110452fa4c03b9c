"""Buildings, and parts of one building, that stand inside one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.contacts import GAP_M
from citytwin.model.derive.footprint import plan_shapes
from citytwin.model.derive.grouping import sum_by
from citytwin.model.derive.notes import Notes
from citytwin.model.derive.plan import Polygons, rings_of
from citytwin.model.derive.shells import Shells
from citytwin.model.enums import Severity, Status, is_today
from citytwin.model.ragged import offsets_of

LEAST_AREA_M2 = 1.0
LEAST_HEIGHT_M = 0.5


@dataclass(frozen=True, eq=False)
class Bodies:
    """What can stand inside one another: buildings, or the objects of a building that has several.

    Parameters
    ----------
    object : int64 array (n,)
        Row in the objects of the city.
    building : int64 array (n,)
    shape : object array (n,)
        Footprint, None where there is none.
    low, high : float64 arrays (n,), m
    """

    object: NDArray[np.int64]
    building: NDArray[np.int64]
    shape: Polygons
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Limits:
    """How far bodies may overlap: less than `area` in plan, or no wider than `width`, or no taller than `height`."""

    width: float = GAP_M
    area: float = LEAST_AREA_M2
    height: float = LEAST_HEIGHT_M

    @classmethod
    def within(cls, width: float) -> Limits:
        """Limits of overlaps up to `width` in every direction, m; 1 mm and 0.001 m2 at least."""
        width = max(width, 0.001)
        return cls(width, 0.001, width)


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pairs of bodies that overlap, by their rows: area in plan, m2, and greatest common height, m."""

    one: NDArray[np.int64]
    other: NDArray[np.int64]
    area: NDArray[np.float64]
    height: NDArray[np.float64]


def find_bodies(
    shells: Shells,
    shape: Polygons,
    bottom: NDArray[np.float64],
    height: NDArray[np.float64],
    objects: NDArray[np.integer],
) -> Bodies:
    """Bodies of a city.

    Parameters
    ----------
    shells : Shells
    shape : object array (n_buildings,)
        Footprints, None where there is none.
    bottom, height : float64 arrays (n_buildings,), m
    objects : int array (n_buildings,)
        Row of each building in the objects of the city.
    """
    n = len(shape)
    parts, first = np.unique(shells.object, return_index=True)
    owner = shells.building[first]
    several = np.bincount(owner, minlength=n)[owner] > 1
    whole = np.setdiff1d(np.arange(n), owner[several])
    if not several.any():
        return Bodies(objects[whole].astype(np.int64), whole, shape, bottom, bottom + height)
    parts, owner = parts[several], owner[several]
    place = np.searchsorted(parts, shells.object).clip(max=len(parts) - 1)
    group = np.where(parts[place] == shells.object, place, -1)
    low, high = np.full(len(parts), np.inf), np.full(len(parts), -np.inf)
    np.minimum.at(low, group[group >= 0], shells.z_low[group >= 0])
    np.maximum.at(high, group[group >= 0], shells.z_high[group >= 0])
    return Bodies(
        np.concatenate([objects[whole].astype(np.int64), parts]),
        np.concatenate([whole, owner]),
        np.concatenate([shape[whole], plan_shapes(shells, group, len(parts))]),
        np.concatenate([bottom[whole], low]),
        np.concatenate([(bottom + height)[whole], high]),
    )


def find_overlaps(bodies: Bodies, shells: Shells, limits: Limits) -> Overlaps:
    """Bodies that overlap in plan and in height beyond the limits.

    The common part of two footprints is cut into triangles; in the middle of each, the length of the vertical line
    inside both bodies is the common height. Where a body is not closed there, a building reaches from its lowest to its
    highest point, and a part of a building nowhere.

    Parameters
    ----------
    bodies : Bodies
    shells : Shells
    limits : Limits
    """
    import shapely

    none = np.empty(0, np.float64)
    rows = np.flatnonzero(shapely.area(bodies.shape) > limits.area)
    one, other = _near_pairs(bodies, rows, limits)
    if not len(one):
        return Overlaps(one, other, none, none)
    common = shapely.intersection(bodies.shape[one], bodies.shape[other])
    area = shapely.area(common)
    wide = (area > limits.area) & (2 * area > limits.width * shapely.length(common))
    one, other, common = one[wide], other[wide], common[wide]
    if not len(one):
        return Overlaps(one, other, none, none)
    pair, points, piece = _samples(common)
    height = _common_heights(bodies, shells, one[pair], other[pair], points)
    tall = height > limits.height
    total = sum_by(pair[tall], piece[tall], len(one))
    greatest = np.zeros(len(one))
    np.maximum.at(greatest, pair[tall], height[tall])
    found = np.flatnonzero(total > limits.area)
    return Overlaps(one[found], other[found], total[found], greatest[found])


def _near_pairs(bodies: Bodies, rows: NDArray[np.int64], limits: Limits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs whose boxes overlap further than the limits and whose footprints touch, each once, the lower row first."""
    import shapely

    if len(rows) < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    shapes = bodies.shape[rows]
    here, there = shapely.STRtree(shapes).query(shapes)
    here, there = here[here < there], there[here < there]
    box = shapely.bounds(shapes)
    wide = np.minimum(box[here, 2], box[there, 2]) - np.maximum(box[here, 0], box[there, 0]) > limits.width
    deep = np.minimum(box[here, 3], box[there, 3]) - np.maximum(box[here, 1], box[there, 1]) > limits.width
    low, high = bodies.low[rows], bodies.high[rows]
    tall = np.minimum(high[here], high[there]) - np.maximum(low[here], low[there]) > limits.height
    here, there = here[wide & deep & tall], there[wide & deep & tall]
    shapely.prepare(shapes)
    touching = shapely.intersects(shapes[here], shapes[there])
    here, there = here[touching], there[touching]
    order = np.lexsort((there, here))
    return rows[here[order]], rows[there[order]]


def _samples(shapes: Polygons) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Shape, middle (n, 2) and area of the triangles that shapes are cut into."""
    from citytwin.kernels.ear_clipping import triangulate

    owner, surface_rings, ring_vertices, xy = rings_of(shapes)
    points = np.column_stack([xy, np.zeros(len(xy))])
    clipped = triangulate(surface_rings, ring_vertices, points)
    a, b, c = (xy[clipped.triangles[:, k]] for k in range(3))
    area = 0.5 * np.abs((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0]))
    return owner[clipped.surface], (a + b + c) / 3, area


def _common_heights(
    bodies: Bodies,
    shells: Shells,
    one: NDArray[np.int64],
    other: NDArray[np.int64],
    points: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Height (n,) that two bodies have in common over each point."""
    from citytwin.kernels.ear_clipping import triangulate
    from citytwin.kernels.vertical_overlap import vertical_overlap

    used, place = np.unique(np.concatenate([one, other]), return_inverse=True)
    number = np.full(len(bodies.object) + 1, -1, np.int64)
    number[used] = np.arange(len(used))
    body_of_object = np.full(max(shells.object.max(initial=0), bodies.object.max()) + 1, -1, np.int64)
    body_of_object[bodies.object] = np.arange(len(bodies.object))
    whole = np.full(bodies.building.max() + 1, -1, np.int64)
    whole[bodies.building] = np.arange(len(bodies.object))
    own = body_of_object[shells.object]
    body = number[np.where(own >= 0, own, whole[shells.building])]
    rows = np.flatnonzero((body >= 0) & ~shells.flat)
    rows = rows[np.argsort(body[rows], kind="stable")]
    surface_rings, ring_vertices, kept = shells.rings_of(rows)
    vertices = np.ascontiguousarray(shells.vertices[kept])
    clipped = triangulate(surface_rings, ring_vertices, vertices)
    offsets = clipped.offsets[offsets_of(np.bincount(body[rows], minlength=len(used)))]
    k = len(one)
    height = vertical_overlap(points, place[:k], place[k:], offsets, clipped.triangles, vertices)
    between = np.minimum(bodies.high[one], bodies.high[other]) - np.maximum(bodies.low[one], bodies.low[other])
    between[bodies.building[one] == bodies.building[other]] = 0.0
    return np.where(np.isnan(height), between, height)


def note_overlaps(
    bodies: Bodies, overlaps: Overlaps, status: NDArray[np.int8], names: NDArray[np.object_], notes: Notes
) -> None:
    """One note for each of two buildings that overlap, and one for each two parts of a building that do.

    Between two buildings of today it is a warning, as it is between parts of one, else, as where a planned building
    replaces others, information.

    Parameters
    ----------
    bodies : Bodies
    overlaps : Overlaps
    status : int8 array (n_buildings,)
    names : object array (n,) of str
        Identifier of each body's object.
    notes : Notes
    """
    today = is_today(status)
    between: dict[tuple[int, int], tuple[float, float]] = {}
    for a, b, m2, m in zip(overlaps.one, overlaps.other, overlaps.area, overlaps.height, strict=True):
        pair = sorted((int(bodies.building[a]), int(bodies.building[b])))
        if pair[0] == pair[1]:
            message = f"{names[a]} and {names[b]} overlap on {m2:.1f} m2 of plan and {m:.1f} m of height"
            notes.add(pair[0], 601, "BUILDINGPARTS_OVERLAP", message, Severity.WARNING)
        else:
            area, height = between.get((pair[0], pair[1]), (0.0, 0.0))
            between[pair[0], pair[1]] = (area + m2, max(height, m))
    for (a, b), (m2, m) in between.items():
        severity = Severity.WARNING if today[a] and today[b] else Severity.INFO
        for one, other in ((a, b), (b, a)):
            message = (
                f"overlaps {notes.ids[other]} ({Status(status[other]).word}) "
                f"on {m2:.1f} m2 of plan and {m:.1f} m of height"
            )
            notes.add(one, 601, "BUILDINGPARTS_OVERLAP", message, severity)
