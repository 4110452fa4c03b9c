"""Geometry of footprints: areas told from the rest, brought to metres, made valid."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.io._limits import ReadLimits
from citytwin.io._log import Log
from citytwin.io.footprints_table import FootprintTable
from citytwin.model.crs import Settled, settle
from citytwin.model.enums import Action, Severity

Shapes = NDArray[Any]
POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7
_KINDS = {0: "point", 1: "line", 2: "line", 4: "point", 5: "line", COLLECTION: "collection without polygons"}
_REASONS = (
    ("Hole lies outside", 206, "INNER_RING_OUTSIDE"),
    ("Holes are nested", 207, "INNER_RINGS_NESTED"),
    ("Interior is disconnected", 205, "POLYGON_INTERIOR_DISCONNECTED"),
    ("Duplicate Rings", 202, "DUPLICATED_RINGS"),
    ("Too few points", 101, "TOO_FEW_POINTS"),
)
"""How GEOS words a defect, and the code of val3dity for it; any other is a self-intersection."""
TANGLED = 2_000
"""Points of a broken polygon that is still rebuilt; the effort grows with the square of their number."""


class Plan(NamedTuple):
    """Polygons of a table in metres.

    Attributes
    ----------
    polygon : object array (k,)
        Valid, exteriors counter-clockwise, holes clockwise.
    owner : int64 array (k,)
        Row of the table.
    ground : float64 array (n,)
        Least height in the geometry of each row, NaN where it has none.
    settled : Settled
        Reference system and what was decided about it.
    """

    polygon: Shapes
    owner: NDArray[np.int64]
    ground: NDArray[np.float64]
    settled: Settled


class Rings(NamedTuple):
    """Polygons as offsets and points, rings without a repeated last point."""

    polygon_rings: NDArray[np.int64]
    ring_vertices: NDArray[np.int64]
    xy: NDArray[np.float64]


def not_areas(shape: Shapes) -> Counter[str]:
    """Features whose geometry is no area, by kind."""
    return Counter(_KINDS[code] for code in _codes(shape).tolist() if code in _KINDS)


def is_area(shape: Shapes) -> NDArray[np.bool_]:
    """Whether geometries (n,) can be footprints: polygons, and what is missing or empty but may be one."""
    return ~np.isin(_codes(shape), list(_KINDS))


def _codes(shape: Shapes) -> NDArray[np.int64]:
    """Kind of each geometry; a collection with polygons counts as a multipolygon, an empty one as none."""
    import shapely

    codes = shapely.get_type_id(shape).astype(np.int64)
    codes[shapely.is_empty(shape)] = -1
    for row in np.flatnonzero(codes == COLLECTION):
        kinds = shapely.get_type_id(_flattened(shape[row : row + 1])[0])
        codes[row] = MULTIPOLYGON if (kinds == POLYGON).any() else COLLECTION
    return codes


def _flattened(shape: Shapes) -> tuple[Shapes, NDArray[np.int64]]:
    """Single geometries, and the row each comes from."""
    import shapely

    parts, owner = shapely.get_parts(shape, return_index=True)
    while (shapely.get_type_id(parts) > POLYGON).any():
        parts, place = shapely.get_parts(parts, return_index=True)
        owner = owner[place]
    return parts, owner


def plan_of(table: FootprintTable, crs: str | None, path: str, limits: ReadLimits, log: Log) -> Plan:
    """Polygons of a table, projected by the CRS guard and made valid; every defect goes to `log`.

    Raises
    ------
    CrsError
        See :func:`citytwin.model.crs.settle`.
    """
    import shapely

    n = len(table)
    polygon, owner = _flattened(table.shape)
    areal = shapely.get_type_id(polygon) == POLYGON
    filled = areal & ~shapely.is_empty(polygon)
    for row in np.unique(owner[~areal]).tolist():
        log.degrade(row, 1008, "GEOMETRY_NOT_READ", "points and lines beside the polygons are left out")
    polygon, owner = _within_limits(polygon[filled], owner[filled], limits, log)
    coordinates, place = shapely.get_coordinates(polygon, include_z=True, return_index=True)
    has_z = ~np.isnan(coordinates[:, 2])
    has_z &= (coordinates[has_z, 2] != 0).any()
    settled = settle(np.nan_to_num(coordinates), table.srs_names, crs, path)
    ground = np.full(n, np.inf)
    np.minimum.at(ground, owner[place[has_z]], settled.coordinates[has_z, 2])
    polygon = shapely.set_coordinates(shapely.force_2d(polygon), settled.coordinates[:, :2])
    polygon, owner = _valid(_without_repeats(polygon), owner, log)
    ground[np.isinf(ground)] = np.nan
    return Plan(shapely.orient_polygons(polygon), owner, ground, settled)


def _within_limits(
    polygon: Shapes, owner: NDArray[np.int64], limits: ReadLimits, log: Log
) -> tuple[Shapes, NDArray[np.int64]]:
    """Polygons without those of rows that have wild coordinates or too many points."""
    import shapely

    xyz, place = shapely.get_coordinates(polygon, include_z=True, return_index=True)
    wild = ~(np.abs(xyz[:, :2]) <= limits.coordinate).all(1) | (np.abs(xyz[:, 2]) > limits.coordinate)
    bad = np.unique(owner[place[wild]])
    for row in bad.tolist():
        message = "a coordinate is no number or beyond limits.coordinate: the geometry is left out"
        log.degrade(row, 1008, "GEOMETRY_NOT_READ", message)
    points = shapely.get_num_coordinates(polygon)
    per_row = np.bincount(owner, weights=6 * points)
    large = np.union1d(owner[points > limits.ring_points], np.flatnonzero(per_row > limits.object_vertices))
    for row in large.tolist():
        message = f"{per_row[row]:.0f} vertices are beyond limits.object_vertices or limits.ring_points"
        log.degrade(row, 1012, "OBJECT_TOO_LARGE", message)
    kept = ~np.isin(owner, np.union1d(bad, large))
    return polygon[kept], owner[kept]


def _without_repeats(polygon: Shapes) -> Shapes:
    """Polygons without points that stand twice in a row; those of which too little would be left stay as they are."""
    import shapely

    try:
        return shapely.remove_repeated_points(polygon)
    except shapely.GEOSException:
        return polygon if len(polygon) == 1 else np.concatenate([_without_repeats(part) for part in polygon[:, None]])


def _valid(polygon: Shapes, owner: NDArray[np.int64], log: Log) -> tuple[Shapes, NDArray[np.int64]]:
    """Polygons whose insides are well defined; those that are not are rebuilt from the area they enclose."""
    import shapely

    valid = shapely.is_valid(polygon)
    tangled = ~valid & (shapely.get_num_coordinates(polygon) > TANGLED)
    for row in owner[tangled].tolist():
        message = f"a polygon of more than {TANGLED} points whose lines cross is left out"
        log.degrade(row, 104, "RING_SELF_INTERSECTION", message)
    polygon, owner, valid = polygon[~tangled], owner[~tangled], valid[~tangled]
    broken = np.flatnonzero(~valid)
    if not len(broken):
        return polygon, owner
    reasons = shapely.is_valid_reason(polygon[broken])
    repaired = _rebuilt(polygon[broken])
    for place, reason, shape in zip(broken.tolist(), reasons.tolist(), repaired.tolist(), strict=True):
        code, name = next(((code, name) for words, code, name in _REASONS if words in reason), (104, None))
        name = name or "RING_SELF_INTERSECTION"
        row = int(owner[place])
        if shape.area > 0:
            message = f"{reason}: the footprint is rebuilt from the {shape.area:.1f} m2 that its rings enclose"
            log.note(row, code, name, message, severity=Severity.WARNING, action=Action.HEALED)
        else:
            log.degrade(row, code, name, f"{reason}: the polygon encloses no area and is left out")
    sound = np.delete(np.arange(len(polygon)), broken)
    pieces, origin = _flattened(repaired)
    filled = shapely.area(pieces) > 0
    joined = np.concatenate([polygon[sound], pieces[filled]])
    rows = np.concatenate([owner[sound], owner[broken[origin[filled]]]])
    order = np.argsort(rows, kind="stable")
    return joined[order], rows[order]


def _rebuilt(polygon: Shapes) -> Shapes:
    """Areas that exteriors enclose, without their holes; holes outside enclose nothing."""
    import shapely

    shape = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
    outer = shapely.make_valid(
        shapely.polygons(shapely.get_exterior_ring(polygon)), method="structure", keep_collapsed=False
    )
    beyond = shapely.area(shape) > shapely.area(outer)
    shape[beyond] = shapely.intersection(shape[beyond], outer[beyond])
    return shape


def rings_of(polygon: Shapes) -> Rings:
    """Rings of polygons, exteriors first."""
    import shapely

    if not len(polygon):
        return Rings(np.zeros(1, np.int64), np.zeros(1, np.int64), np.empty((0, 2)))
    _, xy, (ring_vertices, polygon_rings) = shapely.to_ragged_array(polygon, include_z=False)
    ring_vertices = ring_vertices.astype(np.int64)
    keep = np.ones(len(xy), bool)
    keep[ring_vertices[1:] - 1] = False
    return Rings(polygon_rings.astype(np.int64), ring_vertices - np.arange(len(ring_vertices)), xy[keep])
