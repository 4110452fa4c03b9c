"""Trees as ellipsoids that let part of the light through, and the season they carry leaves.

The shadow of a crown lets through, averaged over its area, the transmissivity measured for trees of its habit. The
extinction coefficient follows from that for light at 45 degrees, so that a crown of any size is as dense as those that
were measured: what is known of trees is how much passes, not how many leaves a cubic metre holds.

Trunks cast no shadow, and light scattered by leaves is lost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.kernels.bvh import Bvh, build_bvh
from citytwin.kernels.crown_transmission import Crowns, crown_corners, crown_transmission, visible_through_crowns
from citytwin.kernels.patch_visibility import visible_fraction
from citytwin.model.reference import read_reference
from citytwin.model.sun import day_of_hour
from citytwin.model.trees import Trees
from citytwin.model.triangles import GRID_M
from citytwin.solar.samples import T_MIN_M
from citytwin.solar.scene import rounded

HABITS = ("deciduous", "evergreen")
STATES = ("leaf_on", "leaf_off")
HALF_YEAR_DAYS = 182
SURFACES_A_BLOCK = 64

SMALLEST_AXIS_M = 0.05
"""Semi-axes of crowns are at least so long."""


def default_transmissivity() -> dict[str, tuple[float, float]]:
    """Transmissivity of crowns with and without leaves by habit, from ``tree_transmissivity.csv``.

    Examples
    --------
    >>> default_transmissivity()["deciduous"]
    (0.03, 0.46)
    """
    rows = read_reference("citytwin.solar", "tree_transmissivity.csv")
    table = {(row["habit"], row["state"]): float(row["transmissivity"]) for row in rows}
    return {habit: (table[habit, STATES[0]], table[habit, STATES[1]]) for habit in HABITS}


def shadow_transmissivity(depth: float) -> float:
    r"""Mean share of parallel light that passes an ellipsoid, over its shadow.

    .. math:: \bar T = 2 \frac{1 - (1 + \tau) e^{-\tau}}{\tau^2}

    Chords of a sphere of diameter D in parallel light have the density :math:`2 l / D^2`, those of an ellipsoid are
    the same but for a factor.

    Parameters
    ----------
    depth : float
        Optical depth :math:`\tau` of the longest chord.

    Examples
    --------
    >>> round(shadow_transmissivity(1.0), 6)
    0.528482
    """
    if depth < 1e-3:
        return 1.0 - 2.0 * depth / 3.0 + 0.25 * depth**2
    return 2.0 * (1.0 - (1.0 + depth) * math.exp(-depth)) / depth**2


def optical_depth(transmissivity: float) -> float:
    """Optical depth of the longest chord of a crown whose shadow lets a share of the light through.

    Raises
    ------
    ValueError
        The transmissivity is not above 0 and up to 1.

    Examples
    --------
    >>> round(optical_depth(0.03), 2), optical_depth(1.0)
    (8.15, 0.0)
    """
    if not 0.0 < transmissivity <= 1.0:
        raise ValueError(f"a transmissivity must be above 0 and up to 1, not {transmissivity}")
    if transmissivity == 1.0:
        return 0.0
    low, high = 0.0, math.sqrt(2.0 / transmissivity)
    for _ in range(80):
        middle = 0.5 * (low + high)
        if shadow_transmissivity(middle) > transmissivity:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def crowns_of(
    trees: Trees,
    origin: NDArray[np.float64],
    shift: NDArray[np.float64],
    reach: float = np.inf,
    transmissivity: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[Bvh, Crowns]:
    """Crowns about a cell of the grid, ready for the kernels.

    Parameters
    ----------
    trees : Trees
    origin : float64 array (3,), m
        Of the city, in the CRS.
    shift : float64 array (3,), m
        Corner of the cell relative to that origin; crowns are placed relative to it.
    reach : float, m
        Trees farther from the cell of 1 km are left out.
    transmissivity : mapping, optional
        By habit (``"deciduous"``, ``"evergreen"``) with and without leaves. Default: :func:`default_transmissivity`.

    Returns
    -------
    Bvh, Crowns

    Raises
    ------
    ValueError
        A transmissivity is not above 0 and up to 1.
    """
    foot = rounded(trees.position + (trees.origin - origin)) - shift
    radius = trees.crown_radius[:, None]
    near = ((foot[:, :2] + radius >= -reach) & (foot[:, :2] - radius <= GRID_M + reach)).all(1)
    foot, height, base = foot[near], trees.height[near], trees.crown_base[near]
    across = np.maximum(trees.crown_radius[near], SMALLEST_AXIS_M)
    along = np.maximum(0.5 * (height - base), SMALLEST_AXIS_M)
    centre = foot + np.column_stack([np.zeros((len(foot), 2)), 0.5 * (height + base)])
    by_habit = default_transmissivity() if transmissivity is None else transmissivity
    depth = np.array([[optical_depth(share) for share in by_habit[habit]] for habit in HABITS])
    longest = 2.0 / np.sqrt(0.5 / across**2 + 0.5 / along**2)
    extinction = depth[trees.evergreen[near].astype(np.int64)] / longest[:, None]
    crowns = Crowns(
        centre.astype(np.float32),
        np.column_stack([1.0 / across, 1.0 / along]).astype(np.float32),
        extinction.astype(np.float32),
    )
    return build_bvh(crown_corners(crowns)), crowns


def transmission(
    crown_bvh: Bvh, crowns: Crowns, origins: NDArray[np.floating], directions: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Share of the light of each ray that gets through the crowns.

    Parameters
    ----------
    crown_bvh, crowns : Bvh, Crowns
        From :func:`crowns_of`.
    origins : array (n, 3), m
        Relative to the corner of the cell.
    directions : array (n, 3) or (3,), unit length

    Returns
    -------
    float32 array (n, 2)
        Leaf-on and leaf-off.
    """
    start = np.ascontiguousarray(origins, np.float32)
    towards = np.ascontiguousarray(np.broadcast_to(directions, start.shape), np.float32)
    return crown_transmission(crown_bvh, crowns, start, towards)


def crown_shares(
    bvh: Bvh,
    points: NDArray[np.float64],
    offsets: NDArray[np.int64],
    normal: NDArray[np.float64],
    directions: NDArray[np.float64],
    crowns: tuple[Bvh, Crowns] | None,
) -> NDArray[np.float32]:
    """Share of what surfaces see in each direction that crowns leave, with leaves and without.

    Parameters
    ----------
    bvh : Bvh
        What stops light besides.
    points : float64 array (k, 3), m
    offsets : int64 array (n + 1,)
        First point of each surface.
    normal : float64 array (n, 3)
    directions : float64 array (d, 3)
    crowns : Bvh and Crowns, optional

    Returns
    -------
    float32 array (2, n, d)
        1 in directions that nothing is seen in; of shape (1, 1, 1) without crowns.
    """
    if crowns is None:
        return np.ones((1, 1, 1), np.float32)
    origins, facing, rays = points.astype(np.float32), normal.astype(np.float32), directions.astype(np.float32)
    weights = np.ones(len(origins), np.float32)

    def look(start: int, stop: int) -> NDArray[np.float32]:
        rest = (origins, weights, offsets, facing, rays, T_MIN_M, start, stop)
        free = visible_fraction(bvh, *rest).astype(np.float32)
        return np.where(free > 0, visible_through_crowns(bvh, *crowns, *rest) / np.maximum(free, 1), np.float32(1))

    blocks = map_blocks(look, len(facing), SURFACES_A_BLOCK)
    return np.concatenate([np.empty((2, 0, len(rays)), np.float32), *blocks], axis=1)


def leaf_season(latitude: float, height_m: float = 0.0) -> tuple[float, float]:
    """First and last day of the year with leaves, by the latitude model of EMEP, which is meant for Europe.

    Parameters
    ----------
    latitude : float, degrees north
        In the south the year is shifted by half: the first day is then later than the last.
    height_m : float, m
        Above the sea.

    Examples
    --------
    >>> leaf_season(60.0)
    (120.0, 277.0)
    """
    rows = read_reference("citytwin.solar", "leaf_season.csv")
    rule = {row["quantity"]: float(row["value"]) for row in rows}
    north, up = abs(latitude) - 50.0, rule["height_slope"] * height_m / 1000.0
    first = rule["leaf_on_day"] + rule["leaf_on_slope"] * north + up
    last = rule["leaf_off_day"] + rule["leaf_off_slope"] * north - up
    if latitude < 0.0:
        first, last = first + HALF_YEAR_DAYS, last - (365 - HALF_YEAR_DAYS)
    return first, last


def leaf_state(latitude: float, height_m: float = 0.0, season: tuple[float, float] | None = None) -> NDArray[np.int64]:
    """State of the leaves in each hour of the nominal year: 0 leaf-on, 1 leaf-off, int64 (8760,).

    Parameters
    ----------
    latitude : float, degrees north
    height_m : float, m
    season : (first, last), optional
        Days of the year with leaves. Default: :func:`leaf_season`.

    Examples
    --------
    >>> state = leaf_state(60.2)
    >>> int((state == 0).sum() / 24)
    156
    """
    first, last = leaf_season(latitude, height_m) if season is None else season
    day = day_of_hour()
    leafy = (day >= first) & (day <= last) if first <= last else (day >= first) | (day <= last)
    return np.where(leafy, 0, 1)
