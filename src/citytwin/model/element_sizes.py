"""How much there is of each element that a measure works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from citytwin.model.buildings import Buildings

SIZE_OF = {
    "u_wall": "wall_m2", "u_roof": "roof_m2", "u_floor": "floor_m2", "u_window": "window_m2", "g_window": "window_m2",
    "heat_recovery": "heat_recovery_m2", "n50": "airtightness_m2", "carrier": "heat_source_kw",
    "heating_setpoint_change": "heat_recovery_m2",
}  # fmt: skip
"""Name of the size, and of its price, that work on a property of buildings goes by."""


def element_sizes(
    buildings: Buildings, heating_peak_kw: NDArray[np.floating] | None = None
) -> dict[str, NDArray[np.float64]]:
    """Size of the elements of each building by the name of their price, float64 arrays (n,).

    Walls are `exposed_wall_area` without windows, floors are those on ground, over outdoor air and over unheated space,
    heat recovery and airtightness go by heated floor area, heat sources by heating peak, building and demolition by
    gross floor area.

    Parameters
    ----------
    buildings : Buildings
    heating_peak_kw : float array (n,), optional
        Without it there are no heat sources among the sizes.

    Returns
    -------
    dict of price name to m2 or kW

    Examples
    --------
    >>> import citytwin as ct
    >>> sizes = element_sizes(ct.synthetic.city(3, seed=1).buildings())
    >>> "wall_m2" in sizes, "heat_source_kw" in sizes
    (True, False)
    """
    sizes = {
        "wall_m2": buildings.exposed_wall_area - buildings.window_area,
        "roof_m2": buildings.roof_area,
        "floor_m2": buildings.ground_area + buildings.outer_floor_area + buildings.unheated_floor_area,
        "window_m2": buildings.window_area,
        "heat_recovery_m2": buildings.heated_floor_area,
        "airtightness_m2": buildings.heated_floor_area,
        "build_m2": buildings.gross_floor_area,
        "demolish_m2": buildings.gross_floor_area,
    }
    if heating_peak_kw is not None:
        sizes["heat_source_kw"] = np.asarray(heating_peak_kw, np.float64)
    return sizes
