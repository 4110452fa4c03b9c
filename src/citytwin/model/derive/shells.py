"""Surfaces that bound buildings: their kind, and the volume of the shells they form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.derive.grouping import sum_by
from citytwin.model.derive.tables import assumption
from citytwin.model.enums import GroupKind, SurfaceKind
from citytwin.model.ragged import offsets_of, row_of, take_ragged, take_rings

NO_GROUP = -1
ROOF_TILT_MAX = 75.0
WALL_TILT_MAX = 135.0
"""Tilt in degrees up to which a surface without a kind is a roof (mansards included) or a wall; above it is a floor."""


@dataclass(frozen=True, eq=False)
class Shells:
    """Active surfaces of buildings, one row each, and what their shells enclose.

    Parameters
    ----------
    row : int64 array (m,)
        Row in the surfaces of the city.
    building, object : int64 arrays (m,)
    kind : int8 array (m,)
        :class:`~citytwin.model.enums.GroupKind`, or NO_GROUP for closure surfaces, installations and LoD0.
    normal : float64 array (m, 3)
        Outward area vector, m2: turned round where a shell is inside out.
    area, z_low, z_high : float64 arrays (m,)
        m2, m, m.
    flat : bool array (m,)
        True for LoD0: an outline without height.
    surface_rings, ring_vertices : int64 arrays
        Offsets of the m surfaces.
    vertices : float64 array (k, 3)
        Metres relative to the origin of the city.
    volume : float64 array (n_buildings,)
        m3; NaN where a shell encloses none that can be told.
    n_open, n_turned : int64 arrays (n_buildings,)
        Defective edges of the shells, see :class:`citytwin.kernels.edge_closure.EdgeClosure`.
    n_loose_open : int64 array (n_buildings,)
        Open edges of shells that no solid of the data describes.
    loose_inside_out : bool array (n_buildings,)
        Whether such a shell is inside out.
    """

    row: NDArray[np.int64]
    building: NDArray[np.int64]
    object: NDArray[np.int64]
    kind: NDArray[np.int8]
    normal: NDArray[np.float64]
    area: NDArray[np.float64]
    z_low: NDArray[np.float64]
    z_high: NDArray[np.float64]
    flat: NDArray[np.bool_]
    surface_rings: NDArray[np.int64]
    ring_vertices: NDArray[np.int64]
    vertices: NDArray[np.float64]
    volume: NDArray[np.float64]
    n_open: NDArray[np.int64]
    n_turned: NDArray[np.int64]
    n_loose_open: NDArray[np.int64]
    loose_inside_out: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.row)

    def rings_of(self, rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Ring offsets, vertex offsets and vertex rows of some surfaces."""
        return take_rings(self.surface_rings, self.ring_vertices, rows)

    def plan_boxes(
        self, rows: NDArray[np.integer]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Least x, least y, greatest x, greatest y of some surfaces, m."""
        if not len(rows):
            return (np.empty(0),) * 4
        surface_rings, ring_vertices, kept = self.rings_of(rows)
        starts = ring_vertices[surface_rings[:-1]]
        x, y = self.vertices[kept, 0], self.vertices[kept, 1]
        low, high = np.minimum.reduceat, np.maximum.reduceat
        return low(x, starts), low(y, starts), high(x, starts), high(y, starts)

    def plan_length(self, rows: NDArray[np.integer]) -> NDArray[np.float64]:
        """Diagonal of the box in plan of some surfaces, m: the length of a vertical wall."""
        x0, y0, x1, y1 = self.plan_boxes(rows)
        return np.hypot(x1 - x0, y1 - y0)


def build_shells(city: CityModel, building_of_object: NDArray[np.int64], n: int) -> Shells:
    """Active surfaces of the `n` buildings, classified, with the volumes they enclose.

    A shell is closed when each edge is used once in each direction; its volume is then the signed volume of its
    triangles. An open shell gives the volume between its roofs and its lowest point, by the divergence theorem for the
    field (0, 0, z): exact where only vertical walls are missing or do not meet edge to edge; without what roofs that
    hang over the floors add.

    Parameters
    ----------
    city : CityModel
    building_of_object : int64 array (n_objects,)
        -1 where an object belongs to no building.
    n : int
    """
    surfaces = city.surfaces
    row = _active_rows(city, building_of_object, n)
    obj = surfaces.object[row].astype(np.int64)
    building = building_of_object[obj]
    faces = _faces(city, row, obj)
    volume = _volumes(city, faces)
    per_building = _sum_shells(volume, faces.n_solids, building_of_object[faces.object], n)
    inside_out = np.zeros(len(city.objects), bool)
    inside_out[faces.object[volume.signed < 0]] = True

    normal = np.where(inside_out[obj][:, None], -surfaces.normal[row], surfaces.normal[row])
    surface_rings, ring_vertices, kept = take_rings(city.rings.surface_rings, city.rings.ring_vertices, row)
    vertices = city.vertices[kept]
    starts = ring_vertices[surface_rings[:-1]]
    heights = vertices[:, 2]
    z_low = np.minimum.reduceat(heights, starts) if len(row) else np.empty(0)
    z_high = np.maximum.reduceat(heights, starts) if len(row) else np.empty(0)
    flat = surfaces.lod[row] < 10
    return Shells(
        row=row,
        building=building,
        object=obj,
        kind=_classify(surfaces.kind[row], normal, z_low, flat, building, n),
        normal=normal,
        area=np.linalg.norm(normal, axis=1),
        z_low=z_low,
        z_high=z_high,
        flat=flat,
        surface_rings=surface_rings,
        ring_vertices=ring_vertices,
        vertices=vertices,
        **per_building,
    )


def _active_rows(city: CityModel, building_of_object: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Active surfaces of buildings with at least a triangle; LoD0 outlines only where a building has nothing else."""
    rows = city.active
    rings = city.rings
    exterior = np.diff(rings.ring_vertices)
    first_ring = np.minimum(rings.surface_rings[:-1], max(len(exterior) - 1, 0))
    has_ring = np.diff(rings.surface_rings) > 0
    corners = np.where(has_ring, exterior[first_ring], 0) if len(exterior) else np.zeros(len(has_ring), np.int64)
    rows = rows[(corners[rows] >= 3) & (building_of_object[city.surfaces.object[rows]] >= 0)]
    building = building_of_object[city.surfaces.object[rows]]
    solid = city.surfaces.lod[rows] >= 10
    deeper = np.zeros(n, bool)
    deeper[building[solid]] = True
    return rows[solid | ~deeper[building]]


@dataclass(frozen=True, eq=False)
class _Faces:
    """Faces of shells: of each object its solids in the active LoD, else its active surfaces.

    The first shells are those of solids, of which `solid` gives the rows.
    """

    object: NDArray[np.int64]
    offsets: NDArray[np.int64]
    surface: NDArray[np.int64]
    reversed: NDArray[np.bool_]
    solid: NDArray[np.int64]

    @property
    def n_solids(self) -> int:
        """Shells that solids describe."""
        return len(self.solid)


def _faces(city: CityModel, row: NDArray[np.int64], obj: NDArray[np.int64]) -> _Faces:
    lod = np.full(len(city.objects), -1, np.int16)
    lod[obj] = city.surfaces.lod[row]
    lod[lod < 10] = -1
    solids = city.solids
    chosen = np.flatnonzero((lod[solids.object] >= 0) & (solids.lod == lod[solids.object]))
    solid_offsets, entries = take_ragged(solids.offsets, chosen)
    has_solid = np.zeros(len(city.objects), bool)
    has_solid[solids.object[chosen]] = True
    loose = (lod[obj] >= 0) & ~has_solid[obj]
    order = np.argsort(obj[loose], kind="stable")
    owners, counts = np.unique(obj[loose], return_counts=True)
    return _Faces(
        object=np.concatenate([solids.object[chosen].astype(np.int64), owners]),
        offsets=offsets_of(np.concatenate([np.diff(solid_offsets), counts])),
        surface=np.concatenate([solids.surface[entries].astype(np.int64), row[loose][order]]),
        reversed=np.concatenate([solids.reversed[entries], np.zeros(len(order), bool)]),
        solid=chosen,
    )


@dataclass(frozen=True, eq=False)
class _Volumes:
    """Results of each shell: signed volume in m3, NaN where it cannot be told, and defective edges."""

    signed: NDArray[np.float64]
    n_open: NDArray[np.int32]
    n_turned: NDArray[np.int32]


def _volumes(city: CityModel, faces: _Faces) -> _Volumes:
    """Volumes that the check of the city knows of its closed solids, and those of the other shells."""
    n_open, n_turned = _defective_edges(city, faces)
    is_open = (n_open > 0) | (n_turned > 0)
    signed = np.empty(len(faces.object))
    signed[: faces.n_solids] = city.validity.volume[faces.solid]
    rest = np.flatnonzero(is_open | (np.arange(len(signed)) >= faces.n_solids))
    if len(rest):
        signed[rest] = _triangle_volumes(city, faces, rest, is_open[rest])
    return _Volumes(signed, n_open, n_turned)


def _triangle_volumes(
    city: CityModel, faces: _Faces, shells: NDArray[np.int64], is_open: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Signed volume of some shells (k,), m3; of open ones that under their roofs."""
    from citytwin.kernels.ear_clipping import triangulate
    from citytwin.kernels.signed_volume import signed_volumes

    offsets, entries = take_ragged(faces.offsets, shells)
    used, local = np.unique(faces.surface[entries], return_inverse=True)
    surface_rings, ring_vertices, kept = take_rings(city.rings.surface_rings, city.rings.ring_vertices, used)
    vertices = np.ascontiguousarray(city.vertices[kept])
    clipped = triangulate(surface_rings, ring_vertices, vertices)
    face_triangles, chosen = take_ragged(clipped.offsets, local)
    face = row_of(face_triangles)
    owner = row_of(offsets)[face].astype(np.int32)
    sign = np.where(faces.reversed[entries], -1, 1).astype(np.int8)[face]
    triangles = clipped.triangles[chosen]
    signed = signed_volumes(vertices, triangles, owner, sign, len(shells))
    return np.where(is_open, _volume_under_roofs(vertices, triangles, owner, sign, len(shells)), signed)


def _defective_edges(city: CityModel, faces: _Faces) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Open edges and edges used twice in the same direction of each shell: known of solids, counted of the others."""
    from citytwin.kernels.edge_closure import edge_closure

    known = city.validity
    start = faces.offsets[faces.n_solids]
    loose = edge_closure(
        faces.offsets[faces.n_solids :] - start,
        faces.surface[start:].astype(np.int32),
        faces.reversed[start:],
        city.rings.surface_rings,
        city.rings.ring_vertices,
        city.vertices,
        known.tolerances.reach,
    )
    return (
        np.concatenate([known.n_open[faces.solid], loose.n_open]),
        np.concatenate([known.n_turned[faces.solid], loose.n_same_direction]),
    )


def _volume_under_roofs(
    vertices: NDArray[np.float64],
    triangles: NDArray[np.int32],
    owner: NDArray[np.int32],
    sign: NDArray[np.int8],
    n: int,
) -> NDArray[np.float64]:
    """Sum of plan area times height above the lowest vertex, (n,) m3; NaN where the sum is not positive.

    Where roofs hang over, their plan is larger than that of the floors and the volume shrinks by the ratio.
    """
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    plan = 0.5 * ((b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])) * sign
    z = np.stack([a[:, 2], b[:, 2], c[:, 2]])
    lowest = np.full(n, np.inf)
    np.minimum.at(lowest, owner, z.min(0))
    volume = sum_by(owner, plan * (z.mean(0) - lowest[owner]), n)
    roof, floor = sum_by(owner, plan.clip(min=0), n), -sum_by(owner, plan.clip(max=0), n)
    overhangs = (floor > 0) & (roof > floor)
    volume *= np.divide(floor, roof, out=np.ones(n), where=overhangs)
    return np.where(volume > 0, volume, np.nan)


def _sum_shells(volume: _Volumes, n_solids: int, building: NDArray[np.int64], n: int) -> dict[str, NDArray]:
    def total(values: NDArray) -> NDArray[np.float64]:
        return sum_by(building, values, n)

    has_shell = np.bincount(building, minlength=n) > 0
    loose = np.arange(len(building)) >= n_solids
    inside_out = np.zeros(n, bool)
    inside_out[building[loose & (volume.signed < 0)]] = True
    return {
        "volume": np.where(has_shell, total(np.abs(volume.signed)), np.nan),
        "n_open": total(volume.n_open).astype(np.int64),
        "n_turned": total(volume.n_turned).astype(np.int64),
        "n_loose_open": total(np.where(loose, volume.n_open, 0)).astype(np.int64),
        "loose_inside_out": inside_out,
    }


def _classify(
    kind: NDArray[np.int8],
    normal: NDArray[np.float64],
    z_low: NDArray[np.float64],
    flat: NDArray[np.bool_],
    building: NDArray[np.int64],
    n: int,
) -> NDArray[np.int8]:
    """Group of each surface: its own kind, else by tilt.

    CityGML's OuterFloorSurface faces up, as on a loggia, and counts as a roof; OuterCeilingSurface faces down and is a
    floor over outdoor air.
    """
    from citytwin.kernels.newell import tilts

    named = {
        SurfaceKind.WALL: GroupKind.WALL,
        SurfaceKind.DOOR: GroupKind.WALL,
        SurfaceKind.WINDOW: GroupKind.WALL,
        SurfaceKind.ROOF: GroupKind.ROOF,
        SurfaceKind.GROUND: GroupKind.GROUND,
    }
    group = np.full(len(kind), NO_GROUP, np.int8)
    for surface_kind, group_kind in named.items():
        group[kind == surface_kind] = group_kind
    by_tilt = np.isin(kind, (SurfaceKind.UNKNOWN, SurfaceKind.OUTER_CEILING, SurfaceKind.OUTER_FLOOR))
    tilt = tilts(normal)
    group[by_tilt & (tilt <= ROOF_TILT_MAX)] = GroupKind.ROOF
    group[by_tilt & (tilt > ROOF_TILT_MAX) & (tilt <= WALL_TILT_MAX)] = GroupKind.WALL
    floor = by_tilt & (tilt > WALL_TILT_MAX)
    lowest = np.full(n, np.inf)
    np.minimum.at(lowest, building, z_low)
    on_ground = (kind == SurfaceKind.UNKNOWN) & (z_low <= lowest[building] + assumption("floor_gap")[0])
    group[floor] = np.where(on_ground[floor], GroupKind.GROUND, GroupKind.OUTER_FLOOR)
    group[flat] = NO_GROUP
    return group
