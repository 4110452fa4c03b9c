"""Ragged arrays as values and offsets (CSR), the layout of shapely 2 and GeoArrow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def freeze(*arrays: NDArray[np.generic]) -> None:
    """Make arrays read-only."""
    for array in arrays:
        array.flags.writeable = False


def freeze_table(table: object) -> None:
    """Make the arrays of a dataclass read-only, and those in its dictionaries."""
    for value in vars(table).values():
        for array in value.values() if isinstance(value, dict) else [value]:
            if isinstance(array, np.ndarray):
                freeze(array)


def offsets_of(lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """Offsets (n + 1,) int64 of rows with the given lengths (n,)."""
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def take_ragged(offsets: NDArray[np.integer], rows: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Offsets and flat value indices of a selection of rows.

    Parameters
    ----------
    offsets : int array (n + 1,)
    rows : int array (k,)
        Rows to keep, in the order wanted.

    Returns
    -------
    new_offsets : int64 array (k + 1,)
    flat : int64 array (new_offsets[-1],)
        Index into the values of the old array.

    Examples
    --------
    >>> import numpy as np
    >>> take_ragged(np.array([0, 2, 5]), np.array([1]))
    (array([0, 3]), array([2, 3, 4]))
    """
    starts = np.asarray(offsets[:-1], np.int64)[rows]
    lengths = np.diff(offsets).astype(np.int64)[rows]
    new = offsets_of(lengths)
    flat = np.arange(new[-1], dtype=np.int64) + np.repeat(starts - new[:-1], lengths)
    return new, flat


def take_rings(
    surface_rings: NDArray[np.integer], ring_vertices: NDArray[np.integer], rows: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Ring offsets, vertex offsets and flat vertex indices of a selection of surfaces; see :func:`take_ragged`."""
    new_rings, rings = take_ragged(surface_rings, rows)
    new_vertices, vertices = take_ragged(ring_vertices, rings)
    return new_rings, new_vertices, vertices


def row_of(offsets: NDArray[np.integer]) -> NDArray[np.int64]:
    """Row each value belongs to, int64 (offsets[-1],)."""
    return np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))
