"""Which rays of an irradiated city an edit touches, and what their surfaces see afterwards.

What is added can change a ray only by stopping it, what is removed only by having stopped it. So the rays of each
building that point at the changed triangles are cast at a tree of these alone. A ray that was free from all of a
surface's points and is stopped from some now needs no more than that; only rays that were stopped from some points
before are cast in the new scene. Where a surface is partly buried in buildings, or seen from its back, all its rays are
cast anew, since its points may change. An answer does not depend on the tree that finds it, so that the outcome is that
of a full run, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.bvh import Bvh, build_bvh
from citytwin.kernels.grid_samples import Samples, grid_samples
from citytwin.kernels.newell import normals as area_vectors
from citytwin.kernels.patch_visibility import visible_directions, visible_fraction
from citytwin.kernels.reinhart import extend_behind
from citytwin.model.city import CityModel
from citytwin.model.ragged import offsets_of, row_of, take_ragged
from citytwin.model.sky_dome import Exposure, SkyDome
from citytwin.model.triangles import GRID_M
from citytwin.solar.exposure import above_horizon, through_crowns
from citytwin.solar.samples import BURIED_SHARE, LIFT_M, PATCH_REACH, SPACING_M, T_MIN_M, look_at_sky
from citytwin.solar.scene import Receivers, cell_rings
from citytwin.solar.sun_rays import Obstacles
from citytwin.solar.surroundings import Surroundings

FEW_POINTS = 254
"""Points of a surface up to which 255 steps tell all of them from all but one."""

NEARLY_BEHIND = np.float32(1e-4 - 1e-6)
"""Cosine of incidence below which no ray is cast, less what float32 may lose."""

SPARE_PATCHES = 4
"""A surface that sees only so many patches more than a buried point may is looked at as a whole, to be safe."""

PART_OF_SKY = 5
"""Points of a partly buried surface are asked about every so many-th patch first."""

BOX_M = 0.1
"""Margin of boxes: more than samples are lifted and triangles are padded."""

BUILDINGS_A_BLOCK = 16
SURFACES_A_BLOCK = 64

Rings = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Change:
    """Surfaces an edit reaches, as they are afterwards.

    Parameters
    ----------
    rows : int64 array (k,)
        Of the exposure, ascending.
    normal, share, area, turned : arrays (k, ...)
        As in :class:`citytwin.solar.samples.SurfaceSky`.
    visible : uint8 array (l, k, d)
        As in :class:`citytwin.model.sky_dome.Exposure`.
    """

    rows: NDArray[np.int64]
    normal: NDArray[np.float64]
    visible: NDArray[np.uint8]
    share: NDArray[np.float64]
    area: NDArray[np.float64]
    turned: NDArray[np.bool_]


def look_again(
    exposure: Exposure,
    city: CityModel,
    receivers: Receivers,
    block: NDArray[np.float64],
    scene: Obstacles,
    dome: SkyDome,
    around: Surroundings,
    adding: bool,
    fresh: NDArray[np.int64] | None = None,
) -> Change:
    """Look again at the surfaces that an edit reaches.

    Parameters
    ----------
    exposure : Exposure
        Of `receivers`, before the edit.
    city : CityModel
    receivers : Receivers
    block : float64 array (m, 3, 3)
        Triangles that are added or removed, relative to the origin of the city.
    scene : Obstacles
        All that stands after the edit.
    dome, around : SkyDome, Surroundings
        As `exposure` was made with. Where there are trees or a horizon, every surface that is reached is looked at as a
        whole.
    adding : bool
        True where the block is added, False where it is removed.
    fresh : int64 array, optional
        Rows that were not looked at before.
    """
    unknown = np.zeros(len(exposure.surface), bool)
    unknown[[] if fresh is None else fresh] = True
    sizes = np.diff(receivers.offsets)
    cells, cell_of = np.unique(receivers.cell, axis=0, return_inverse=True)

    changes, changed = [], Obstacles(block, around.halo_m)
    for k, cell in enumerate(cells):
        rows = np.flatnonzero(np.repeat(cell_of == k, sizes))
        offsets = np.append(0, np.cumsum(sizes[cell_of == k]))
        shift = np.array([*(GRID_M * cell), 0.0]) - city.origin
        near = changed.around(shift)
        if len(near):
            view = _Cell(exposure, rows, offsets, cell_rings(city, receivers.surface[rows], shift), dome)
            changes.append(view.change(near, scene, shift, around, city.origin, adding, unknown[rows]))
    change = _joined(changes, exposure.visible)
    return (
        change
        if around.horizon is None
        else replace(change, visible=above_horizon(change.visible, dome, around.horizon))
    )


def aimed_at(
    block: NDArray[np.floating],
    points: NDArray[np.float64],
    group: NDArray[np.int64],
    n_groups: int,
    directions: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Whether a ray from anywhere in the box of a group of points (k, 3) can meet the box of a block, bool (g, d)."""
    low, high = np.full((n_groups, 3), np.inf), np.full((n_groups, 3), -np.inf)
    np.minimum.at(low, group, points)
    np.maximum.at(high, group, points)
    corners = block.reshape(-1, 3).astype(np.float64)
    near = (corners.min(0) - high - BOX_M)[:, None, :]
    far = (corners.max(0) - low + BOX_M)[:, None, :]
    slope = np.where(np.abs(directions) < 1e-9, 1e-9, directions)
    enter = np.minimum(near / slope, far / slope).max(2)
    leave = np.maximum(near / slope, far / slope).min(2)
    return leave >= np.maximum(enter, 0.0)


class _Cell:
    """Surfaces of one cell, with their points as :func:`citytwin.solar.samples.look_at_sky` lays them."""

    def __init__(
        self,
        exposure: Exposure,
        rows: NDArray[np.int64],
        offsets: NDArray[np.int64],
        rings: Rings,
        dome: SkyDome,
    ) -> None:
        self.rows, self.offsets, self.rings, self.dome = rows, offsets, rings, dome
        self.rays = dome.direction.astype(np.float32)
        self.n_patches = len(dome.patches.direction)
        self.few = int(BURIED_SHARE * self.n_patches)
        self.visible, self.share, self.area = exposure.visible[:, rows], exposure.share[rows], exposure.area[rows]
        self.outside = exposure.normal[rows]
        vector = area_vectors(*rings)
        length = np.linalg.norm(vector, axis=1)
        self.normal = vector / np.where(length > 0.0, length, 1.0)[:, None]
        self.turned = (self.normal * self.outside).sum(1) < 0.0

    def change(
        self,
        block: NDArray[np.float32],
        scene: Obstacles,
        shift: NDArray[np.float64],
        around: Surroundings,
        origin: NDArray[np.float64],
        adding: bool,
        unknown: NDArray[np.bool_],
    ) -> Change:
        """What the edit changes here."""
        plain = not len(around.trees) and around.horizon is None
        doubtful = (self.share < 1.0) | self.turned
        candidates = ~((self.share == 0.0) & ~self.turned) if adding else np.ones(len(self.rows), bool)
        samples = self._samples(candidates)
        small = np.diff(samples.offsets) <= FEW_POINTS
        front, back = (~self.turned, self.turned) if adding else (np.ones(len(doubtful), bool), doubtful)
        surface, ray, left = self._stopped(build_bvh(block), block, samples, front, back)
        before = self.visible[:, surface, ray].max(0) if adding else self.visible[:, surface, ray].min(0)
        matters = (before > 0 if adding else (before < 255) | doubtful[surface]) | ~small[surface]
        surface, ray, left, before = (values[matters] for values in (surface, ray, left, before))
        tree = scene.tree(shift)
        weights = np.ones(len(samples.points), np.float32)
        partly = (adding and plain) & (self.share > 0.0) & (self.share < 1.0) & ~self.turned & small
        whole = unknown.copy()
        whole[surface] = ((doubtful & ~partly) | ~small)[surface] if plain else True
        once = np.unique(surface[partly[surface]])
        whole[once] = ~self._drop_buried(tree, samples, once, weights)
        single = ~whole[surface]
        surface, ray, left, before = (values[single] for values in (surface, ray, left, before))
        free = (before == 255) & adding & ~partly[surface]
        self.visible[0, surface[free], ray[free]] = left[free]
        self._cast(tree, samples, weights, surface[~free], ray[~free])
        once = np.unique(surface)
        patches = self.rays[: self.n_patches]
        seen = self.visible[0, once, : self.n_patches] == 255
        seen &= self.normal[once].astype(np.float32) @ patches.T > NEARLY_BEHIND
        whole[once[(seen.sum(1) <= self.few + SPARE_PATCHES) & ~partly[once]]] = True
        self._extend_behind(once)
        self._look_whole(tree, np.flatnonzero(whole), around, origin, shift)
        changed = np.union1d(once, np.flatnonzero(whole))
        return Change(
            self.rows[changed], self.outside[changed], self.visible[:, changed], self.share[changed],
            self.area[changed], self.turned[changed],
        )  # fmt: skip

    def _extend_behind(self, surfaces: NDArray[np.int64]) -> None:
        """Patches just behind the plane of surfaces, as :func:`citytwin.solar.samples.look_at_sky` fills them."""
        patches = np.ascontiguousarray(self.visible[0, surfaces, : self.n_patches])
        reach = PATCH_REACH / np.sqrt((self.n_patches - 1) / 144)
        extend_behind(patches, self.outside[surfaces], self.dome.patches.direction, reach)
        self.visible[0, surfaces, : self.n_patches] = patches

    def _samples(self, wanted: NDArray[np.bool_]) -> Samples:
        """Points of some surfaces; none of the others."""
        return grid_samples(*self.rings, np.where(wanted[:, None], self.normal, 0.0), SPACING_M, LIFT_M)

    def _stopped(
        self, tree: Bvh, block: NDArray[np.float32], samples: Samples, front: NDArray[np.bool_], back: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
        """Rays that the block stops from some points: surface, direction and the share that is left, 255 is all.

        Looks from the front of some surfaces and from the back of some.
        """
        owner = row_of(samples.offsets)
        behind = (samples.points - 2.0 * LIFT_M * self.normal[owner]).astype(np.float32)
        points = samples.points.astype(np.float32)
        weights = np.ones(len(points), np.float32)
        facing = self.normal.astype(np.float32)
        aimed = self._aimed(block)

        def look(start: int, stop: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]]:
            found = []
            for building in range(start, stop):
                wanted = np.flatnonzero(aimed[building])
                if not len(wanted):
                    continue
                first, last = int(self.offsets[building]), int(self.offsets[building + 1])
                rays = np.ascontiguousarray(self.rays[wanted])
                for wanted_side, origins, normal in ((front, points, facing), (back, behind, -facing)):
                    if not wanted_side[first:last].any():
                        continue
                    left = visible_fraction(tree, origins, weights, samples.offsets, normal, rays, T_MIN_M, first, last)
                    stopped = (left < 255) & (normal[first:last] @ rays.T > NEARLY_BEHIND)
                    stopped &= (wanted_side[first:last] & (np.diff(samples.offsets[first : last + 1]) > 0))[:, None]
                    surface, ray = np.nonzero(stopped)
                    found.append((first + surface, wanted[ray], left[surface, ray]))
            return found

        parts = [part for found in map_blocks(look, len(self.offsets) - 1, BUILDINGS_A_BLOCK) for part in found]
        empty = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint8))
        surface, ray, left = (np.concatenate(columns) for columns in zip(empty, *parts, strict=True))
        return surface, ray, left

    def _aimed(self, block: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whether rays of a building can meet the block, bool (b, d)."""
        ring = row_of(self.rings[1])
        building = np.searchsorted(self.offsets, row_of(self.rings[0])[ring], side="right") - 1
        return aimed_at(block, self.rings[2], building, len(self.offsets) - 1, self.dome.direction)

    def _drop_buried(
        self, tree: Bvh, samples: Samples, surfaces: NDArray[np.int64], weights: NDArray[np.float32]
    ) -> NDArray[np.bool_]:
        """Give points of partly buried surfaces that are buried no weight; whether no more of them are than before.

        Only points that see too little of a part of the sky are asked about all of it.
        """
        offsets, rows = take_ragged(samples.offsets, surfaces)
        points, facing = samples.points[rows].astype(np.float32), self.normal[surfaces].astype(np.float32)

        def count(offsets: NDArray[np.int64], points: NDArray[np.float32], step: int) -> NDArray[np.int32]:
            rays = np.ascontiguousarray(self.rays[: self.n_patches : step])

            def look(start: int, stop: int) -> NDArray[np.int32]:
                return visible_directions(tree, points, offsets, facing, rays, T_MIN_M, start, stop)

            return np.concatenate([np.empty(0, np.int32), *map_blocks(look, len(surfaces), SURFACES_A_BLOCK)])

        outdoors = count(offsets, points, PART_OF_SKY) > self.few
        unsure = np.flatnonzero(~outdoors)
        of_surface = np.bincount(row_of(offsets)[unsure], minlength=len(surfaces))
        outdoors[unsure] = count(offsets_of(of_surface), points[unsure], 1) > self.few
        weights[rows] = outdoors
        kept = np.bincount(row_of(offsets)[outdoors], minlength=len(surfaces))
        same: NDArray[np.bool_] = kept == np.rint(self.share[surfaces] * np.diff(offsets))
        return same

    def _cast(
        self,
        tree: Bvh,
        samples: Samples,
        weights: NDArray[np.float32],
        surface: NDArray[np.int64],
        ray: NDArray[np.int64],
    ) -> None:
        """Cast single rays of surfaces in the new scene."""
        order = np.argsort(surface, kind="stable")
        surface, ray = surface[order], ray[order]
        present, starts = np.unique(surface, return_index=True)
        bounds = np.append(starts, len(surface))
        offsets, rows = take_ragged(samples.offsets, present)
        points, weight = samples.points[rows].astype(np.float32), weights[rows]
        facing = self.normal[present].astype(np.float32)

        def look(start: int, stop: int) -> None:
            for k in range(start, stop):
                wanted = ray[bounds[k] : bounds[k + 1]]
                rays = np.ascontiguousarray(self.rays[wanted])
                seen = visible_fraction(tree, points, weight, offsets, facing, rays, T_MIN_M, k, k + 1)
                self.visible[0, present[k], wanted] = seen[0]

        map_blocks(look, len(present), SURFACES_A_BLOCK)

    def _look_whole(
        self,
        tree: Bvh,
        surfaces: NDArray[np.int64],
        around: Surroundings,
        origin: NDArray[np.float64],
        shift: NDArray[np.float64],
    ) -> None:
        """Look at some surfaces with all their rays and from both sides, as a full run does."""
        surface_rings, rings = take_ragged(self.rings[0], surfaces)
        ring_vertices, vertices = take_ragged(self.rings[1], rings)
        rings = (surface_rings, ring_vertices, self.rings[2][vertices])
        seen = look_at_sky(tree, rings, self.dome.direction, self.n_patches)
        self.visible[:, surfaces] = through_crowns(tree, seen, self.dome, around.trees, origin, shift, around.halo_m)
        self.outside[surfaces], self.share[surfaces] = seen.normal, seen.share
        self.area[surfaces], self.turned[surfaces] = seen.area, seen.turned


def _joined(changes: list[Change], visible: NDArray[np.uint8]) -> Change:
    """Changes of several cells as one, by ascending row; `visible` gives the shape where there are none."""
    nothing = np.empty(0, np.int64)
    empty = Change(nothing, np.empty((0, 3)), visible[:, :0], np.empty(0), np.empty(0), np.empty(0, bool))
    columns = {
        name: np.concatenate([getattr(change, name) for change in (empty, *changes)], axis=int(name == "visible"))
        for name in vars(empty)
    }
    order = np.argsort(columns["rows"], kind="stable")
    return Change(**{name: c[:, order] if name == "visible" else c[order] for name, c in columns.items()})
