"""Cumulative skies: radiance and direct sun summed over the year, its months, or the hours of day of each month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.sky_dome import SkyDome, sky_sums
from citytwin.model.sun import month_of_hour

HOURS_A_DAY = 24
GROUPINGS = ("year", "month", "month_hour")


class HourGroups(NamedTuple):
    """Hours of a sky that are summed together.

    Parameters
    ----------
    group : int64 array (h,)
        Group of each hour of the sky, from 0; every group has an hour.
    month : int64 array (k,)
        Month of each group, 0-11; -1 for the year.
    hour_of_day : int64 array (k,)
        Hour of day of each group, 0-23 in local standard time; -1 for all.
    """

    group: NDArray[np.int64]
    month: NDArray[np.int64]
    hour_of_day: NDArray[np.int64]

    @property
    def n(self) -> int:
        """Number of groups."""
        return len(self.month)


def hour_groups(hour: NDArray[np.int64], by: str = "month") -> HourGroups:
    """Groups of the hours of a sky.

    Parameters
    ----------
    hour : int64 array (h,)
        Hours of the year, as ``SkyDome.hour``.
    by : {"year", "month", "month_hour"}
        One group; 12, the dark months of the polar night included; or one for each hour of day of each month that has
        any light, fewer than 200 of 288.

    Raises
    ------
    ValueError
        Unknown grouping.

    Examples
    --------
    >>> import numpy as np
    >>> groups = hour_groups(np.array([12, 36, 13, 8312]), "month_hour")
    >>> groups.group.tolist(), groups.month.tolist(), groups.hour_of_day.tolist()
    ([0, 0, 1, 2], [0, 0, 11], [12, 13, 8])
    """
    if by == "year":
        return HourGroups(np.zeros(len(hour), np.int64), np.array([-1]), np.array([-1]))
    month = month_of_hour()[hour]
    if by == "month":
        return HourGroups(month, np.arange(12), np.full(12, -1))
    if by == "month_hour":
        keys, group = np.unique(month * HOURS_A_DAY + hour % HOURS_A_DAY, return_inverse=True)
        return HourGroups(group.astype(np.int64), keys // HOURS_A_DAY, keys % HOURS_A_DAY)
    raise ValueError(f"grouping {by!r} does not exist; there are {', '.join(map(repr, GROUPINGS))}")


def cumulative_sky(dome: SkyDome, by: str = "month") -> tuple[NDArray[np.float64], HourGroups]:
    """Cumulative radiances of a sky and the groups of its hours.

    Parameters
    ----------
    dome : SkyDome
        That of an irradiation, ``irradiation.dome``.
    by : {"year", "month", "month_hour"}

    Returns
    -------
    radiance : float64 array (d, k), W h/(m2 sr)
    groups : HourGroups
    """
    groups = hour_groups(dome.hour, by)
    return sky_sums(dome.radiance, groups.group, groups.n), groups
