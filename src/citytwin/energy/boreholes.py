"""Heat from energy wells on a plot: a rule of thumb that says what could be, not a design."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.model._cast import as_floats
from citytwin.model.reference import read_reference

GROUNDS = ("crystalline_rock", "clay")
CONFIDENCE = 40
"""Of every result: orders of magnitude, to be verified."""

FloatColumn = NDArray[np.float64]


class BoreholePotential(NamedTuple):
    """What wells on some plots could give, float64 arrays (n,); confidence is low.

    Parameters
    ----------
    wells : number of wells
    length_m : metres of well
    heat_kwh : from the ground in a year, plots for themselves
    power_kw : from the ground
    lasting_kwh : from the ground in a year for decades where all plots around do the same
    """

    wells: FloatColumn
    length_m: FloatColumn
    heat_kwh: FloatColumn
    power_kw: FloatColumn
    lasting_kwh: FloatColumn

    def coverage(self, heat_kwh: ArrayLike, seasonal_performance: ArrayLike) -> FloatColumn:
        """Share of a heat need that the wells could last for (n,), at most 1.

        Of the heat Q of a pump with seasonal performance S the ground gives Q (1 - 1/S).

        Parameters
        ----------
        heat_kwh : float or array (n,)
        seasonal_performance : float or array (n,)
            Above 1.
        """
        performance = as_floats(
            np.broadcast_to(seasonal_performance, self.wells.shape), "seasonal_performance", (None,), 1.0
        )
        heat = np.full(self.wells.shape, heat_kwh) if np.ndim(heat_kwh) == 0 else heat_kwh
        need = as_floats(heat, "heat_kwh", self.wells.shape, 0.0) * (1.0 - 1.0 / performance)
        able = np.minimum(self.heat_kwh, self.lasting_kwh)
        return np.minimum(np.divide(able, need, out=np.ones(len(need)), where=need > 0), 1.0)


@cache
def _table() -> dict[str, float]:
    return {row["name"]: float(row["value"]) for row in read_reference(__package__, "boreholes.csv")}


def borehole_potential(
    plot_area: ArrayLike,
    built_area: ArrayLike = 0.0,
    ground: str = "crystalline_rock",
    depth_m: float | None = None,
) -> BoreholePotential:
    r"""Heat and power of as many energy wells as a plot holds.

    One well for each square of the least distance on the open ground. A well gives heat and power by its length. What
    lasts is also bound by the heat of the ground under the plot: :math:`A (c\,h\,\Delta T / t + q)` with the plot A,
    the heat capacity c, the depth h, the cooling :math:`\Delta T` borne within the time t and the geothermal flux q;
    sides give nothing where neighbours do the same.

    Parameters
    ----------
    plot_area : float or float array (n,), m2
    built_area : float or float array (n,), m2
        Of it built over.
    ground : {"crystalline_rock", "clay"}
    depth_m : float, optional
        Default that of ``boreholes.csv``.

    Returns
    -------
    BoreholePotential

    Raises
    ------
    ValueError
        Unknown ground, negative areas, more built than plot, or a depth that is not above 0.

    References
    ----------
    Rows of ``boreholes.csv``; all of them are orders of magnitude to be verified.

    Examples
    --------
    >>> found = borehole_potential(2000.0, built_area=650.0)
    >>> found.wells.tolist(), found.heat_kwh.tolist(), bool(found.lasting_kwh[0] < found.heat_kwh[0])
    ([6.0], [162000.0], True)
    """
    table = _table()
    if ground not in GROUNDS:
        raise ValueError(f"ground must be one of {', '.join(GROUNDS)}, not {ground!r}")
    plot = as_floats(np.atleast_1d(plot_area), "plot_area", (None,), 0.0)
    built = as_floats(np.broadcast_to(built_area, plot.shape), "built_area", plot.shape, 0.0)
    if (built > plot).any():
        row = int(np.argmax(built - plot))
        raise ValueError(
            f"built_area must not exceed plot_area, but is {built[row]:g} of {plot[row]:g} m2 in row {row}"
        )
    depth = table["depth"] if depth_m is None else float(depth_m)
    if not (np.isfinite(depth) and depth > 0):
        raise ValueError(f"depth_m must be above 0, not {depth_m}")
    wells = np.floor((plot - built) / table["spacing"] ** 2)
    length = wells * depth
    stored = table[f"{ground}_capacity"] * depth * table["allowed_cooling"] / table["horizon"] / 3.6
    return BoreholePotential(
        wells=wells,
        length_m=length,
        heat_kwh=length * table[f"{ground}_heat"],
        power_kw=length * table[f"{ground}_power"] / 1000.0,
        lasting_kwh=plot * (stored + 8.76 * table["heat_flux"]),
    )
