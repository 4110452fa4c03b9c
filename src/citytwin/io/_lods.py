"""Which levels of detail are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

LodFilter = Callable[[int], bool]
Lod = int | float | str


def lod_tenths(lod: Lod) -> int:
    """A level of detail in tenths: 2 and "2" and "2.0" are 20, 2.2 is 22.

    Raises
    ------
    ValueError
        The text or number is no level of detail.
    """
    match = re.fullmatch(r"([0-4])(?:\.([0-9]))?", str(lod).strip())
    if match is None:
        raise ValueError(f"{lod!r} is no level of detail: expected 0 to 4, or one like 2.2")
    return 10 * int(match[1]) + int(match[2] or 0)


def lod_filter(lod: Lod | Iterable[Lod] | None) -> LodFilter:
    """Whether a level, in tenths, is wanted.

    Parameters
    ----------
    lod : int, float, str or several of them, optional
        A whole number stands for all its refinements (2 for 2.0 to 2.3), ``"2.2"`` for itself; None for all.

    Examples
    --------
    >>> wanted = lod_filter([1, "2.2"])
    >>> [tenths for tenths in (0, 10, 13, 20, 22) if wanted(tenths)]
    [10, 13, 22]
    """
    if lod is None:
        return lambda tenths: True
    levels: list[Lod] = [lod] if isinstance(lod, int | float | str) else list(lod)
    exact: set[int] = set()
    for level in levels:
        tenths = lod_tenths(level)
        exact.update(range(tenths, tenths + 10) if isinstance(level, int) else [tenths])
    return exact.__contains__
