"""Sample points on surfaces and what they see of the sky."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.bvh import Bvh
from citytwin.kernels.grid_samples import grid_samples
from citytwin.kernels.newell import normals as area_vectors
from citytwin.kernels.patch_visibility import visible_directions, visible_fraction
from citytwin.kernels.reinhart import extend_behind
from citytwin.model.ragged import offsets_of, row_of, take_ragged

SPACING_M = 2.0
LIFT_M = 0.02
"""Height of samples over their surface: enough not to meet it again after rounding."""

BURIED_SHARE = 2.5 / 145.0
"""A sample that sees no more than this share of the patches is inside a building or between two."""

TURNED_SHARE = 0.5
"""Share of samples that must be outdoors on the other side for a buried surface to be turned round."""

PATCH_REACH = 0.25
"""Sine of the angle behind a surface up to which Tregenza's patches count as its own: more than one is wide."""

SURFACES_A_BLOCK = 64
T_MIN_M = np.float32(1e-4)


class SurfaceSky(NamedTuple):
    """What surfaces see.

    Parameters
    ----------
    normal : float64 array (n, 3)
        Unit vector to the outside; zeros for a surface without area.
    visible : uint8 array (n, d)
        Share of the outdoor part that sees each direction, 255 is all.
    share : float64 array (n,)
        Share of the samples that are outdoors.
    area : float64 array (n,), m2
        Outdoor part of the surface.
    turned : bool array (n,)
        True where the normal points against the orientation of the polygon.
    points : float64 array (k, 3)
        Samples outdoors.
    offsets : int64 array (n + 1,)
        First sample of each surface.
    """

    normal: NDArray[np.float64]
    visible: NDArray[np.uint8]
    share: NDArray[np.float64]
    area: NDArray[np.float64]
    turned: NDArray[np.bool_]
    points: NDArray[np.float64]
    offsets: NDArray[np.int64]


def look_at_sky(
    bvh: Bvh,
    rings: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    directions: NDArray[np.float64],
    n_patches: int,
) -> SurfaceSky:
    """Cast rays from a 2 m grid of samples on each surface into the sky.

    Samples that see next to nothing are dropped: party walls and what is inside other buildings. A surface all of whose
    samples are dropped is looked at from its other side; if that is outdoors, the polygon is turned the wrong way.
    Surfaces of which every sample sees some patches need no second look. Patches just behind the plane of a surface
    are taken to be as visible as those just before it.

    Parameters
    ----------
    bvh : Bvh
    rings : tuple
        Offsets, offsets and vertices of the surfaces.
    directions : float64 array (d, 3)
    n_patches : int
        The first so many directions are the patches of a sky.
    """
    surface_rings, ring_vertices, vertices = rings
    normal = area_vectors(surface_rings, ring_vertices, vertices)
    area = np.linalg.norm(normal, axis=1)
    normal /= np.where(area > 0.0, area, 1.0)[:, None]
    points, offsets = grid_samples(surface_rings, ring_vertices, vertices, normal, SPACING_M, LIFT_M)
    rays = directions.astype(np.float32)
    visible = visible_shares(bvh, points, offsets, normal, rays)
    share = (np.diff(offsets) > 0).astype(np.float64)
    turned = np.zeros(len(normal), bool)

    few = int(BURIED_SHARE * n_patches)
    doubtful = np.flatnonzero((share > 0.0) & ((visible[:, :n_patches] == 255).sum(1) <= few))
    part_offsets, rows = take_ragged(offsets, doubtful)
    outdoors = np.ones(len(points), bool)
    moved, outdoors[rows], turned[doubtful] = _outdoors(
        bvh, points[rows], part_offsets, normal[doubtful], rays[:n_patches], few
    )
    points[rows] = moved
    normal[turned] *= -1.0
    kept = np.bincount(row_of(offsets)[outdoors], minlength=len(normal))
    share[doubtful] = kept[doubtful] / np.diff(offsets)[doubtful]
    points, offsets = points[outdoors], offsets_of(kept)
    part_offsets, rows = take_ragged(offsets, doubtful)
    visible[doubtful] = visible_shares(bvh, points[rows], part_offsets, normal[doubtful], rays)
    patches = np.ascontiguousarray(visible[:, :n_patches])
    extend_behind(patches, normal, directions[:n_patches], PATCH_REACH / np.sqrt((n_patches - 1) / 144))
    visible[:, :n_patches] = patches
    return SurfaceSky(normal, visible, share, area * share, turned, points, offsets)


def _outdoors(
    bvh: Bvh,
    points: NDArray[np.float64],
    offsets: NDArray[np.int64],
    normal: NDArray[np.float64],
    rays: NDArray[np.float32],
    few: int,
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Samples, whether each is outdoors, and whether each surface is turned; those of turned surfaces change sides."""
    owner, n_samples = row_of(offsets), np.diff(offsets)
    outdoors = _seen(bvh, points, offsets, normal, rays) > few
    buried = np.bincount(owner[outdoors], minlength=len(normal)) == 0
    turned_offsets, rows = take_ragged(offsets, np.flatnonzero(buried))
    behind = points[rows] - 2.0 * LIFT_M * normal[owner[rows]]
    seen = _seen(bvh, behind, turned_offsets, -normal[buried], rays) > few
    turned = np.bincount(owner[rows[seen]], minlength=len(normal)) >= TURNED_SHARE * n_samples
    turned &= buried
    moved = turned[owner[rows]]
    points = points.copy()
    points[rows[moved]], outdoors[rows[moved]] = behind[moved], seen[moved]
    return points, outdoors, turned


def visible_shares(
    bvh: Bvh,
    points: NDArray[np.float64],
    offsets: NDArray[np.int64],
    normal: NDArray[np.float64],
    rays: NDArray[np.float32],
) -> NDArray[np.uint8]:
    """Share of each surface that sees each direction, 255 is all.

    Parameters
    ----------
    bvh : Bvh
    points : float64 array (k, 3)
    offsets : int64 array (n + 1,)
        First sample of each surface.
    normal : float64 array (n, 3)
    rays : float32 array (d, 3)

    Returns
    -------
    uint8 array (n, d)
    """
    origins, facing = points.astype(np.float32), normal.astype(np.float32)
    weights = np.ones(len(origins), np.float32)

    def look(start: int, stop: int) -> NDArray[np.uint8]:
        return visible_fraction(bvh, origins, weights, offsets, facing, rays, T_MIN_M, start, stop)

    return np.concatenate([np.empty((0, len(rays)), np.uint8), *map_blocks(look, len(normal), SURFACES_A_BLOCK)])


def _seen(
    bvh: Bvh,
    points: NDArray[np.float64],
    offsets: NDArray[np.int64],
    normal: NDArray[np.float64],
    rays: NDArray[np.float32],
) -> NDArray[np.int32]:
    """Number of patches each sample sees, int32 (k,)."""
    origins, facing = points.astype(np.float32), normal.astype(np.float32)

    def count(start: int, stop: int) -> NDArray[np.int32]:
        return visible_directions(bvh, origins, offsets, facing, rays, T_MIN_M, start, stop)

    return np.concatenate([np.empty(0, np.int32), *map_blocks(count, len(normal), SURFACES_A_BLOCK)])
