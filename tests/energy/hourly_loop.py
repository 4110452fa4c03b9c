"""One year of state-space models hour by hour in plain arrays: many lanes at a time, one equation a line."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from citytwin.kernels.thermal_zone import StateSpace

WARM_UP_DAYS = 40


class Use(NamedTuple):
    """What is done to a zone, (hours, n) each: profile of the gains, set-points, and extra air exchange in W/K."""

    gains: np.ndarray
    heat_above: np.ndarray
    cool_below: np.ndarray
    exchange: np.ndarray


class Year(NamedTuple):
    """Hourly heating and cooling in W and air temperature at the end of the hour, (hours, n) each."""

    heating: np.ndarray
    cooling: np.ndarray
    air: np.ndarray


def run(space: StateSpace, drives: np.ndarray, suns: np.ndarray, use: Use, start_days: int = WARM_UP_DAYS) -> Year:
    """A year of lanes; drives (hours, K) with outdoor air first, suns (hours, n, M). The last days run before it.

    It starts from the steady state under the mean of those days.
    """
    hours, n = use.gains.shape
    states = np.einsum("nsk,hk->hns", space.drive, drives) + np.einsum("nsm,hnm->hns", space.sun, suns)
    states += space.gain * use.gains[:, :, None]
    direct = drives @ space.direct_drive.T + np.einsum("nm,hnm->hn", space.direct_sun, suns)
    direct += space.direct_gain * use.gains
    port = space.direct_port + space.port.sum(1)
    x = states[-24 * start_days :].mean(0) / (1.0 - space.pole)
    result = Year(*(np.zeros((hours, n)) for _ in range(3)))
    for h in (*range(hours - 24 * start_days, hours), *range(hours)):
        y = space.pole * x + states[h]
        free, extra, out = y.sum(1) + direct[h], use.exchange[h], drives[h, 0]
        base, per_watt = (free + port * extra * out) / (1.0 + port * extra), port / (1.0 + port * extra)
        heat = np.maximum((use.heat_above[h] - base) / per_watt, 0.0)
        cool = np.maximum((base - use.cool_below[h]) / per_watt, 0.0)
        air = base + per_watt * (heat - cool)
        x = y + space.port * ((heat - cool) + extra * (out - air))[:, None]
        result.heating[h], result.cooling[h], result.air[h] = heat, cool, air
    return result
