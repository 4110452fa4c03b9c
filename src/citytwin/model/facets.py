"""Facets: plane parts of buildings, and the sums of sun that they count for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import freeze_table
from citytwin.model.sky_dome import WHOLE, Exposure, SkyDome, gains_of

if TYPE_CHECKING:
    from citytwin.kernels.facet_sun import Uses

TABLE = 512
"""Steps of the cosine in tables of what covers let through."""


@dataclass(frozen=True, eq=False)
class Facets:
    r"""Surfaces of buildings with one normal each, and what they count for; all ragged, building after building.

    A building has `streams` sums, for instance the sun on its windows, walls and roofs.

    Parameters
    ----------
    streams : int
    offsets : int64 array (b + 1,)
        Facets of each building.
    normal : float64 array (n, 3)
    row_offsets : int64 array (n + 1,)
        Surfaces of each facet.
    row : int64 array (k,)
        Rows of the irradiation.
    share : float32 array (k,)
        Of each surface in its facet; they sum to 1.
    use_offsets : int64 array (n + 1,)
        Uses of each facet.
    stream : int64 array (u,)
        Sum of its building that a facet counts for.
    weight : float32 array (u,)
    cover : int64 array (u,)
        Row of `covers`.
    covers : float64 array (c, 2)
        Weight w and coefficient a of glass covers that let through :math:`1 - w (1 - K_a(\cos\theta))`, see
        :func:`citytwin.kernels.martin_ruiz.incidence_modifier`; a weight of 0 is no cover.
    """

    streams: int
    offsets: NDArray[np.int64]
    normal: NDArray[np.float64]
    row_offsets: NDArray[np.int64]
    row: NDArray[np.int64]
    share: NDArray[np.float32]
    use_offsets: NDArray[np.int64]
    stream: NDArray[np.int64]
    weight: NDArray[np.float32]
    cover: NDArray[np.int64]
    covers: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze_table(self)


def facet_hours(
    exposure: Exposure, dome: SkyDome, rows: NDArray[np.int64], facets: Facets, start: int, stop: int
) -> NDArray[np.float32]:
    """Sums of buildings `start` to `stop` in the hours of a dome, float32 ((stop - start) * streams, h).

    Parameters
    ----------
    exposure : Exposure
    dome : SkyDome
    rows : int64 array (n,)
        Row of each surface of the irradiation in `exposure`.
    facets : Facets
    start, stop : int

    Notes
    -----
    Everything up to the hours is linear in what a surface sees, so that the surfaces of a facet, and the facets of a
    sum, are added up first; see :func:`citytwin.model.sky_dome.hours_of` for the sum over patches and sun.
    """
    from citytwin.kernels.facet_sun import Uses, add_facet_sun, weighted_rows
    from citytwin.kernels.sky_irradiance import add_sky, add_weighted_gains

    first, last = facets.offsets[start], facets.offsets[stop]
    a, b = facets.row_offsets[first], facets.row_offsets[last]
    c, d = facets.use_offsets[first], facets.use_offsets[last]
    row, share, normal = rows[facets.row[a:b]], facets.share[a:b], facets.normal[first:last]
    row_offsets = facets.row_offsets[first : last + 1] - a
    building = np.repeat(np.arange(stop - start), np.diff(facets.offsets[start : stop + 1]))
    facet = np.repeat(np.arange(last - first), np.diff(facets.use_offsets[first : last + 1]))
    target = facets.streams * building[facet] + facets.stream[c:d]
    uses = Uses(facets.use_offsets[first : last + 1] - c, target, facets.weight[c:d], facets.cover[c:d])
    transmitted, diffuse = _tables(facets.covers)
    result = np.zeros((facets.streams * (stop - start), len(dome.hour)), np.float32)
    for k, (leaf, lit) in enumerate(zip(dome.leaf, dome.response, strict=True)):
        begin, end = int(dome.state[k]), int(dome.state[k + 1])
        visible = weighted_rows(exposure.visible[leaf], row, share / WHOLE, row_offsets)
        response = weighted_rows(exposure.response[lit], row, share, row_offsets)
        gains = np.zeros((len(result), len(dome.sky.direction)), np.float32)
        for loss, factor in _parts(facets.covers, uses):
            used = np.flatnonzero(factor)
            here = np.unique(facet[used])
            one = gains_of(visible[here], response[here], normal[here], dome, loss)
            add_weighted_gains(one, factor[used], np.searchsorted(here, facet[used]), target[used], gains)
        add_sky(gains, dome.radiance, begin, end, result)
        add_facet_sun(visible, response, normal, uses, transmitted, diffuse, dome.sun, begin, end, result)
    return result


def _parts(covers: NDArray[np.float64], uses: Uses) -> list[tuple[float, NDArray[np.float32]]]:
    """Coefficients of covers and the factor (u,) each has in the uses: the bare part, then behind glass."""
    bare = uses.weight * (1.0 - covers[uses.cover, 0])
    found = [(0.0, bare.astype(np.float32))]
    for k, (weight, coefficient) in enumerate(covers.tolist()):
        if weight != 0.0:
            factor = np.where(uses.cover == k, uses.weight * weight, 0.0)
            found.append((coefficient, factor.astype(np.float32)))
    return found


def _tables(covers: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What each cover lets through by the cosine of incidence (c, TABLE + 2), and of uniform radiance (c,)."""
    from citytwin.kernels.martin_ruiz import hemispherical_modifier, incidence_modifier

    cosine = np.append(np.arange(TABLE + 1) / TABLE, 1.0)
    straight = np.ones((len(covers), len(cosine)))
    diffuse = np.ones(len(covers))
    for k, (weight, loss) in enumerate(covers.tolist()):
        straight[k] -= weight * (1.0 - np.array([incidence_modifier(c, loss) for c in cosine.tolist()]))
        diffuse[k] -= weight * (1.0 - hemispherical_modifier(loss))
    return straight.astype(np.float32), diffuse.astype(np.float32)
