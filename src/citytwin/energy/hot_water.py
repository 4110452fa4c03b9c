"""Hot water: what is drawn off, and what pipes lose on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from citytwin.energy.lanes import Floats, Lanes
from citytwin.model.enums import Use

HEAT_WH_L_K = 1.16
"""Heat of water, Wh/(l K)."""


@dataclass(frozen=True, eq=False)
class HotWater:
    """Hot water of each lane, float64 arrays (m,), kWh a year.

    Parameters
    ----------
    need : what is drawn off
    distribution : what pipes lose when water is drawn off
    circulation : what pipes lose all the time
    useful : part of both losses that heats rooms, all year round
    """

    need: Floats
    distribution: Floats
    circulation: Floats
    useful: Floats

    @property
    def losses(self) -> Floats:
        """Both losses (m,), kWh a year."""
        return self.distribution + self.circulation

    @property
    def total(self) -> Floats:
        """Need and losses (m,), kWh a year."""
        return self.need + self.losses


def hot_water(lanes: Lanes) -> HotWater:
    """Hot water of each lane.

    The need is either the flat value by floor area of the use profiles (Decree 1010/2017) or, in dwellings, that of
    :func:`person_rule`; the constants ``hot_water_per_person_operated`` and ``_standard`` choose, never both. Pipes
    lose ``need (1 / efficiency - 1)`` while water is drawn off, and the circulation loss of the tables.

    Parameters
    ----------
    lanes : Lanes
        m lanes.

    Examples
    --------
    >>> import citytwin as ct
    >>> from citytwin.energy.lanes import Lanes
    >>> from citytwin.energy.stock import load_stock
    >>> flats = Lanes(ct.synthetic.apartment_blocks(1970, 2).buildings(), load_stock(), "standard")
    >>> water = hot_water(flats)
    >>> (water.need / flats.floor_area).tolist()
    [35.0, 35.0]
    """
    stock, area, factor = lanes.stock, lanes.floor_area, lanes.deviation("hot_water")
    flat = stock.by_use("hot_water", lanes.mode)
    by_person = stock.constant(f"hot_water_per_person_{lanes.mode}") > 0
    need = np.zeros(len(lanes))
    for use in range(lanes.shares.shape[1]):
        share = lanes.shares[:, use]
        if not share.any():
            continue
        if by_person and use in (Use.SMALL_RESIDENTIAL, Use.APARTMENT):
            need += person_rule(share * area, use == Use.SMALL_RESIDENTIAL, lanes)
        else:
            need += share * area * flat[use]
    need = need * factor
    distribution = need * (1.0 / lanes.aged("hot_water_distribution") - 1.0)
    circulation = lanes.aged("circulation_loss") * area * factor
    useful = stock.constant("circulation_useful_share") * (distribution + circulation)
    return HotWater(need, distribution, circulation, useful)


def person_rule(area: Floats, house: bool, lanes: Lanes) -> Floats:
    r"""Need of dwellings by persons, kWh a year (EN 12831-3:2017, Annex B; coefficients to be verified).

    With n equivalent persons in a dwelling of floor area A, :func:`equivalent_persons`, the draw-off is
    :math:`n \min(40.71, 3.26 A / n)` litres of 60 degrees a day, and :math:`Q = 1.16 V \Delta T`.

    Parameters
    ----------
    area : float64 array (m,), m2
        Of all dwellings of a lane; their number follows from the mean area of a dwelling.
    house : bool
        Houses, else flats.
    lanes : Lanes
        For the constants.
    """
    constant = lanes.stock.constant
    mean = constant(f"dwelling_area_{'small_residential' if house else 'apartment'}")
    dwellings = np.maximum(np.rint(area / mean), 1.0)
    persons = dwellings * equivalent_persons(area / dwellings, house)
    litres = np.minimum(constant("hot_water_person_most") * persons, constant("hot_water_person_area") * area)
    return 0.365 * HEAT_WH_L_K * constant("hot_water_rise") * litres


def equivalent_persons(area: Floats, house: bool) -> Floats:
    """Equivalent adults in a dwelling (m,) by its floor area (m,), m2 (EN 12831-3:2017, Annex B; to be verified).

    Examples
    --------
    >>> import numpy as np
    >>> equivalent_persons(np.array([8.0, 57.0]), house=False).round(3).tolist()
    [1.0, 1.824]
    """
    least, middle, slope = (30.0, 70.0, 0.025) if house else (10.0, 50.0, 0.035)
    most = np.select(
        [area < least, area < middle], [np.ones_like(area), 1.75 - 0.01875 * (middle - area)], slope * area
    )
    return np.where(most < 1.75, most, 1.75 + 0.3 * (most - 1.75))
