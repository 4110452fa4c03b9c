"""Numbers of registers and scenarios that cannot be, and those that the thermal network can follow only in part."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.constructions import LEAST_LAYERS, SURFACE_RESISTANCE, element_layers
from citytwin.energy.envelope import surfaces
from citytwin.energy.lanes import Lanes
from citytwin.energy.measures import SET_POINT
from citytwin.energy.network_parameters import LARGEST_WINDOW_U
from citytwin.model.buildings import OVERRIDES, Buildings
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings

LARGEST = {"g_window": 1.0, "heat_recovery": 1.0, "n50": 100.0}
LARGEST |= dict.fromkeys(("u_wall", "u_roof", "u_floor", "u_window"), 10.0)
"""Of overrides: shares, and what nothing that is built exceeds (assumption), so that a wrong unit is seen."""
LARGEST_CHANGE_K = 10.0
"""Of the heating set-point, either way; an assumption."""
NOT_ZERO = ("u_wall", "u_roof", "u_floor", "u_window", "g_window")
U_VALUES = {"wall": "u_wall", "roof": "u_roof", "ground_floor": "u_floor", "outer_floor": "u_outer_floor"}


def check_overrides(buildings: Buildings) -> None:
    """Refuse overrides that no building can have.

    Parameters
    ----------
    buildings : Buildings

    Raises
    ------
    ValueError
        A U-value or g-value that is not above 0, a share above 1, a U-value above 10 W/(m2 K), an n50 above 100 1/h, a
        set-point moved by more than 10 K, or a number that is negative or infinite; names the building. A property
        that nothing reads, such as a misspelt one.

    Examples
    --------
    >>> import citytwin as ct
    >>> import numpy as np
    >>> from citytwin.model import Source
    >>> flats = ct.synthetic.apartment_blocks(1970, 1).buildings()
    >>> check_overrides(flats)
    >>> check_overrides(flats.with_columns(Source.SCENARIO, 90, u_wall=np.zeros(1)))
    Traceback (most recent call last):
        ...
    ValueError: u_wall of building 'synthetic_0' is 0: it must be above 0
    """
    strange = sorted(set(buildings.overrides) - {*OVERRIDES, SET_POINT})
    if strange:
        raise ValueError(
            f"buildings have no property {', '.join(strange)}; there are {', '.join((*OVERRIDES, SET_POINT))}"
        )
    change = buildings.override(SET_POINT)
    rule = f"it must be at most {LARGEST_CHANGE_K:g} K either way"
    _refuse(buildings, SET_POINT, change, np.abs(change) > LARGEST_CHANGE_K, rule)
    for name in OVERRIDES:
        given = buildings.override(name)
        known = ~np.isnan(given)
        least = "above 0" if name in NOT_ZERO else "at least 0"
        low = (given <= 0) if name in NOT_ZERO else (given < 0)
        _refuse(buildings, name, given, known & (low | np.isinf(given)), f"it must be {least}")
        most = LARGEST.get(name, np.inf)
        _refuse(buildings, name, given, known & (given > most), f"it must be at most {most:g}")


def check_setpoints(lanes: Lanes) -> None:
    """Refuse heating set-points that are moved up to those of cooling: a zone would be heated and cooled at once.

    Parameters
    ----------
    lanes : Lanes
        Central ones, without draws: one a building.

    Raises
    ------
    ValueError
        Names the building.
    """
    change = np.nan_to_num(lanes.override(SET_POINT))
    heating, cooling = lanes.by_use("heating_setpoint") + change, lanes.by_use("cooling_setpoint")
    for row in np.flatnonzero((change > 0) & (heating >= cooling)):
        raise ValueError(
            f"set-points of building {str(lanes.buildings.id[row])!r} cross: heating {heating[row]:g}, cooling "
            f"{cooling[row]:g} degC"
        )


def _refuse(buildings: Buildings, name: str, given: NDArray[np.float64], bad: NDArray[np.bool_], rule: str) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ValueError(f"{name} of building {str(buildings.id[row])!r} is {given[row]:g}: {rule}")


def input_findings(lanes: Lanes) -> Findings:
    """Findings about U-values that the layers of the tables, or the glass of windows, follow in part only.

    Parameters
    ----------
    lanes : Lanes
        Central ones, without draws: one a building.
    """
    found = surfaces(lanes)
    ids = lanes.buildings.id
    rows: list[Finding] = []
    for element, name in U_VALUES.items():
        u = getattr(found, name)
        limit = 1.0 / (sum(SURFACE_RESISTANCE[element]) + LEAST_LAYERS)
        beyond = element_layers(lanes, element, u).beyond
        for row in np.flatnonzero(beyond & (u <= limit)):
            message = f"{name} of {u[row]:.2f} W/(m2 K) is above that of the bare layers, which are thinned"
            rows.append(
                Finding(1620, "CONSTRUCTION_BEYOND_TABLE", str(ids[row]), action=Action.DEGRADED, message=message)
            )
        for row in np.flatnonzero(u > limit):
            message = f"{name} of {u[row]:.2f} W/(m2 K) is more than bare surfaces conduct: layers have {limit:.2f}"
            rows.append(
                Finding(1621, "U_VALUE_LIMITED", str(ids[row]), severity=Severity.WARNING, action=Action.DEGRADED,
                        message=message)
            )  # fmt: skip
    for row in np.flatnonzero(found.u_window > LARGEST_WINDOW_U):
        u_window = found.u_window[row]
        message = f"u_window of {u_window:.2f} W/(m2 K) is more than bare faces conduct: {LARGEST_WINDOW_U:.2f} counts"
        rows.append(
            Finding(1621, "U_VALUE_LIMITED", str(ids[row]), severity=Severity.WARNING, action=Action.DEGRADED,
                    message=message)
        )  # fmt: skip
    return Findings.of(rows)
