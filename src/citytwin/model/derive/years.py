"""Years of completion: from a register, else from dated neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.floors import REGISTER, Sourced
from citytwin.model.derive.tables import assumption
from citytwin.model.enums import Source, Status, is_today

NEIGHBOUR_CONFIDENCE = 30


def derive_years(
    register: NDArray[np.float64],
    status: NDArray[np.int8],
    xy: NDArray[np.float64],
) -> Sourced:
    """Year of completion of each building.

    An undated building of today takes the median year (the lower one of two) of the dated buildings of today in its
    cell of a fixed grid, else in its cell and the eight around it, else NaN: nothing nearby is known. Cells are
    ``year_cell`` wide and fixed in the CRS, so that the year depends neither on order nor on tiles with a margin of two
    cells. A planned building or one under construction without a year takes ``new_building_year``.

    Parameters
    ----------
    register : float64 array (n,)
        NaN where missing.
    status : int8 array (n,)
    xy : float64 array (n, 2)
        Place of each building in the CRS, m; NaN where unknown.
    """
    today = is_today(status)
    coming = (status == Status.PLANNED) | (status == Status.UNDER_CONSTRUCTION)
    given = ~np.isnan(register)
    placed = np.isfinite(xy[:, 0]) & np.isfinite(xy[:, 1])
    width, _ = assumption("year_cell")
    cell = np.floor(np.where(placed[:, None], xy, 0.0) / width).astype(np.int64)
    donors = np.flatnonzero(given & today & placed)
    seekers = np.flatnonzero(~given & today & placed)
    near = _median_by_cell(cell[donors], register[donors], cell[seekers])
    shifts = np.array([(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)])
    around = (cell[donors][:, None] + shifts).reshape(-1, 2)
    far = _median_by_cell(around, np.repeat(register[donors], len(shifts)), cell[seekers])
    value = register.copy()
    value[seekers] = np.where(np.isnan(near), far, near)
    value[~given & coming] = assumption("new_building_year")[0]
    imputed = ~given & ~np.isnan(value)
    return Sourced(
        value,
        np.select([given, imputed], [Source.REGISTER, Source.IMPUTED], Source.MISSING).astype(np.int8),
        np.select([given, imputed], [REGISTER, NEIGHBOUR_CONFIDENCE], 0).astype(np.int8),
    )


def _median_by_cell(
    cell: NDArray[np.int64], value: NDArray[np.float64], wanted: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Lower median of the values in each wanted cell, NaN where it is empty."""
    both = np.concatenate([cell, wanted])
    both = both - both.min(0, initial=np.iinfo(np.int64).max)
    cells, group = np.unique(both[:, 0] * (both[:, 1].max(initial=0) + 1) + both[:, 1], return_inverse=True)
    donor, seeker = group[: len(cell)], group[len(cell) :]
    order = np.lexsort((value, donor))
    counts = np.bincount(donor, minlength=len(cells))
    middle = np.cumsum(counts) - counts + np.maximum(counts - 1, 0) // 2
    median = np.full(len(cells), np.nan)
    filled = counts > 0
    median[filled] = value[order[middle[filled]]]
    return median[seeker]
