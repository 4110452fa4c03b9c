"""The one gate from what users pass to what kernels take: contiguous arrays of one dtype, one shape, in range."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def as_floats(
    values: ArrayLike,
    name: str,
    shape: tuple[int | None, ...] = (None,),
    low: float = -np.inf,
    high: float = np.inf,
    missing: bool = False,
) -> NDArray[np.float64]:
    """Contiguous float64 array of the wanted shape.

    Parameters
    ----------
    values : array-like
        Numbers; None and masked entries become NaN.
    name : str
        Named in errors.
    shape : tuple
        Lengths of the axes, None where any length will do.
    low, high : float
        Closed range of the values, in the unit of the argument.
    missing : bool
        Whether NaN is allowed.

    Raises
    ------
    TypeError
        The values are no numbers.
    ValueError
        Wrong shape, not finite, or out of range.

    Examples
    --------
    >>> as_floats([1, 2], "area_m2", low=0)
    array([1., 2.])
    """
    if isinstance(values, np.ma.MaskedArray):
        values = np.where(np.ma.getmaskarray(values), np.nan, np.ma.getdata(values))
    try:
        array = np.ascontiguousarray(values, np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be numbers, not {type(values).__name__} of something else") from None
    array = array.reshape(np.shape(values))
    _check_shape(array, name, shape)
    if np.isinf(array).any() or (not missing and np.isnan(array).any()):
        raise ValueError(f"{name} must be finite, {int((~np.isfinite(array)).sum())} of {array.size} values are not")
    outside = (array < low) | (array > high)
    if outside.any():
        first = float(array[outside].flat[0])
        raise ValueError(f"{name} must lie between {low:g} and {high:g}, but holds {first:g}")
    return array


def as_rows(values: ArrayLike, name: str, n: int) -> NDArray[np.int64]:
    """Contiguous int64 row numbers, each from 0 to `n` - 1; a bool mask (n,) becomes the rows where it is True.

    Raises
    ------
    TypeError
        The values are not whole numbers.
    ValueError
        More than one axis, or a row out of range.

    Examples
    --------
    >>> as_rows([True, False, True], "rows", 3)
    array([0, 2])
    """
    array: NDArray[Any] = np.asarray(values)
    _check_shape(array, name, (None,))
    if array.dtype == np.bool_:
        _check_shape(array, name, (n,))
        return np.flatnonzero(array).astype(np.int64)
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be whole numbers, not {array.dtype}")
    if array.size and (array.min() < 0 or array.max() >= n):
        raise ValueError(f"{name} must lie between 0 and {n - 1}, but reach from {array.min()} to {array.max()}")
    return np.ascontiguousarray(array, np.int64)


def _check_shape(array: NDArray[Any], name: str, shape: tuple[int | None, ...]) -> None:
    fits = array.ndim == len(shape) and all(
        want in (None, have) for want, have in zip(shape, array.shape, strict=False)
    )
    if not fits:
        wanted = ", ".join("n" if length is None else str(length) for length in shape)
        raise ValueError(f"{name} must have shape ({wanted}), not {array.shape}")
