"""Hours of a week by use class, from rows that give a day hour by hour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.period_table import closeness
from citytwin.model.enums import Use

WEEK = 168
"""Hours of a week that begins on Monday, as the nominal year does."""
HOURS = tuple(f"h{hour}" for hour in range(24))
DAYS = ("workday", "weekend")


def weekly_rows(rows: Iterable[Mapping[str, str]], what: str) -> dict[Use, NDArray[np.float64]]:
    """Values by hour of the week (168,) of each use class that has rows; the closest use wins.

    Parameters
    ----------
    rows : iterable of mappings
        With ``use``, ``day`` (``workday`` or ``weekend``) and 24 values ``h0`` to ``h23``.
    what : str
        What the rows are about, for messages.

    Raises
    ------
    ValueError
        A row without 24 numbers of at least 0, another day, or a use with one day only.
    """
    best: dict[tuple[Use, str], tuple[int, NDArray[np.float64]]] = {}
    for row in rows:
        if row["day"] not in DAYS:
            raise ValueError(f"day of {what} must be {' or '.join(DAYS)}, not {row['day']!r}")
        given = [row.get(hour, "") for hour in HOURS]
        count = sum(value not in ("", None) for value in given)
        if count != 24:
            raise ValueError(f"{what} of {row['use']} on a {row['day']} has {count} values instead of 24")
        values = np.array([float(value) for value in given])
        if not (np.isfinite(values) & (values >= 0)).all():
            raise ValueError(f"{what} of {row['use']} on a {row['day']} has values that are negative or not numbers")
        for use in Use:
            fit = closeness(row["use"], use)
            if fit and fit >= best.get((use, row["day"]), (0, values))[0]:
                best[use, row["day"]] = (fit, values)
    found = {}
    for use in Use:
        days = [best[use, day][1] for day in DAYS if (use, day) in best]
        if len(days) == 1:
            raise ValueError(f"{what} of {use.word} has only one of {' and '.join(DAYS)}")
        if days:
            found[use] = np.concatenate([np.tile(days[0], 5), np.tile(days[1], 2)])
    return found
