"""Closed shells over a footprint: which corners bound which face, once for all buildings of a form.

A form is a list of faces over numbered corners; buildings of one form differ in the coordinates of the corners only.
All lengths are whole multiples of a power of two, so that coordinates are exact: walls that two buildings share
coincide to the last bit, and faces are plane.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import SurfaceKind

Ring = tuple[int, ...]


class Form(NamedTuple):
    """Faces of a shell over its corners, normals outwards.

    Attributes
    ----------
    corner : int64 array (m,)
        Corner of each vertex of each ring.
    ring_length : int64 array (n_rings,)
    face_rings : int64 array (n_faces,)
        Rings of each face.
    kind : int8 array (n_faces,), :class:`~citytwin.model.enums.SurfaceKind`
    """

    corner: NDArray[np.int64]
    ring_length: NDArray[np.int64]
    face_rings: NDArray[np.int64]
    kind: NDArray[np.int8]


class Plots(NamedTuple):
    """Buildings of one form, before they are put together.

    Attributes
    ----------
    building : int64 array (n,)
        Number of the building in the city.
    form : Form
    corners : float64 array (n, n_corners, 3)
        Metres in the CRS of the city, z above the ground of the building.
    storeys : int64 array (n,)
    footprint_area : float64 array (n,), m2
    volume : float64 array (n,), m3
    """

    building: NDArray[np.int64]
    form: Form
    corners: NDArray[np.float64]
    storeys: NDArray[np.int64]
    footprint_area: NDArray[np.float64]
    volume: NDArray[np.float64]


class Frame(NamedTuple):
    """Where buildings stand: `origin` (n, 2) in the CRS and `axis` (n, 2), the direction of their length u.

    The depth v runs to the left of u. An axis need not have length 1 exactly: see :data:`DIRECTIONS`.
    """

    origin: NDArray[np.float64]
    axis: NDArray[np.float64]

    def place(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, k, 2) in the CRS of the points `uv` (n, k, 2)."""
        left = np.stack([-self.axis[:, 1], self.axis[:, 0]], axis=-1)
        return self.origin[:, None] + uv[..., :1] * self.axis[:, None] + uv[..., 1:] * left[:, None]

    @property
    def scale(self) -> NDArray[np.float64]:
        """Metres in the CRS per metre of u and v (n,)."""
        return np.hypot(self.axis[:, 0], self.axis[:, 1])


QUARTERS = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
"""East, north, west, south."""
DIRECTIONS = np.concatenate([np.array([[64, 0], [62, 16], [57, 29], [45, 45], [29, 57], [16, 62]]) / 64.0])
"""Six directions from 0 to 75 degrees with components that are multiples of 1/64: lengths stay within 0.6 %."""


def notched(
    length: NDArray[np.float64], depth: NDArray[np.float64], notch: NDArray[np.float64], step: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Footprints (n, 12, 2) with a recess in each long side, counter-clockwise, six points along v = 0 first.

    Parameters
    ----------
    length, depth : float64 arrays (n,), m
    notch : float64 array (n, 2, 2), m
        Begin and end of the recess along u, on the front and on the back.
    step : float64 array (n,), m
        Depth of the recesses.
    """
    zero = np.zeros_like(length)
    (a, b), (c, d) = notch[:, 0].T, notch[:, 1].T
    u = [zero, a, a, b, b, length, length, d, d, c, c, zero]
    inner = depth - step
    v = [zero, zero, step, step, zero, zero, depth, depth, inner, inner, depth, depth]
    return np.stack([np.stack(u, -1), np.stack(v, -1)], axis=-1)


@lru_cache
def flat_form(n: int) -> Form:
    """Prism over a footprint of `n` corners: corners 0..n-1 on the ground, n..2n-1 at the roof."""
    faces = [(SurfaceKind.GROUND, [tuple(range(n))[::-1]]), *_walls(0, n, n)]
    return _form([*faces, (SurfaceKind.ROOF, [tuple(range(n, 2 * n))])])


@lru_cache
def gabled_form(front: int, back: int) -> Form:
    """Prism under a saddle roof with the ridge along u.

    Corners 0..n-1 on the ground, `front` of them along the front, then `back` along the back; n..2n-1 at the eaves; 2n
    and 2n + 1 the ends of the ridge at the begin and the end of u.
    """
    n = front + back
    begin, end = 2 * n, 2 * n + 1
    ridge_on_wall = {front - 1: (end,), n - 1: (begin,)}
    return _form(
        [
            (SurfaceKind.GROUND, [tuple(range(n))[::-1]]),
            *_walls(0, n, n, ridge_on_wall),
            (SurfaceKind.ROOF, [(*range(n, n + front), end, begin)]),
            (SurfaceKind.ROOF, [(*range(n + front, 2 * n), begin, end)]),
        ]
    )


@lru_cache
def podium_form() -> Form:
    """Block under a narrower one: corners 0..3 ground, 4..7 podium roof, 8..11 foot and 12..15 top of the tower."""
    return _form(
        [
            (SurfaceKind.GROUND, [(3, 2, 1, 0)]),
            *_walls(0, 4, 4),
            (SurfaceKind.ROOF, [(4, 5, 6, 7), (11, 10, 9, 8)]),
            *_walls(8, 12, 4),
            (SurfaceKind.ROOF, [(12, 13, 14, 15)]),
        ]
    )


def flat_corners(frame: Frame, uv: NDArray[np.float64], height: NDArray[np.float64]) -> NDArray[np.float64]:
    """Corners (n, 2k, 3) of :func:`flat_form` over footprints `uv` (n, k, 2) of the given heights (n,)."""
    xy = frame.place(uv)
    foot = np.concatenate([xy, np.zeros_like(xy[..., :1])], axis=-1)
    return np.concatenate([foot, foot + _up(height)], axis=1)


def gabled_corners(
    frame: Frame,
    uv: NDArray[np.float64],
    depth: NDArray[np.float64],
    length: NDArray[np.float64],
    eaves: NDArray[np.float64],
    slope: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Corners (n, 2k + 2, 3) of :func:`gabled_form` over footprints `uv` (n, k, 2).

    The roof rises by `slope` metres a metre of v from `eaves` at v = 0 and v = `depth` to the ridge between them.
    """
    low = flat_corners(frame, uv, eaves)
    k = uv.shape[1]
    low[:, k:, 2] += slope[:, None] * np.minimum(uv[..., 1], depth[:, None] - uv[..., 1])
    middle = depth / 2.0
    ends = np.stack([np.stack([np.zeros_like(length), middle], -1), np.stack([length, middle], -1)], axis=1)
    ridge = np.concatenate([frame.place(ends), np.zeros((len(uv), 2, 1))], axis=-1) + _up(eaves + slope * middle)
    return np.concatenate([low, ridge], axis=1)


def gabled_volume(
    depth: NDArray[np.float64],
    length: NDArray[np.float64],
    notch: NDArray[np.float64],
    step: NDArray[np.float64],
    eaves: NDArray[np.float64],
    slope: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Volume (n,) in m3 under a saddle roof over a footprint of :func:`notched`."""
    whole = length * depth * (eaves + slope * depth / 4.0)
    missing = (notch[..., 1] - notch[..., 0]).sum(1) * step * (eaves + slope * step / 2.0)
    return whole - missing


def notched_area(
    depth: NDArray[np.float64], length: NDArray[np.float64], notch: NDArray[np.float64], step: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Area (n,) in m2 of a footprint of :func:`notched`."""
    return length * depth - (notch[..., 1] - notch[..., 0]).sum(1) * step


def _up(height: NDArray[np.float64]) -> NDArray[np.float64]:
    return height[:, None, None] * np.array([0.0, 0.0, 1.0])


def _walls(low: int, high: int, n: int, extra: dict[int, Ring] | None = None) -> list[tuple[SurfaceKind, list[Ring]]]:
    """Walls from corner ring low.. to corner ring high.. above it, with extra corners at the top of some."""
    top = extra or {}
    sides = [(i, (i + 1) % n) for i in range(n)]
    return [(SurfaceKind.WALL, [(low + i, low + j, high + j, *top.get(i, ()), high + i)]) for i, j in sides]


def _form(faces: list[tuple[SurfaceKind, list[Ring]]]) -> Form:
    rings = [ring for _, face in faces for ring in face]
    return Form(
        corner=np.concatenate([np.array(ring) for ring in rings]),
        ring_length=np.array([len(ring) for ring in rings]),
        face_rings=np.array([len(face) for _, face in faces]),
        kind=np.array([kind for kind, _ in faces], np.int8),
    )
