"""Register values that contradict geometry: reported, and geometry is used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.notes import Notes
from citytwin.model.enums import Action, Severity

RATIO = (0.5, 1.6)
"""A register area or volume over that of the geometry outside these bounds contradicts it."""
HEIGHT_M = 1.0
STOREY_M = (2.0, 10.0)
"""Height over registered storeys outside these bounds contradicts them."""


def check_ratio(
    register: NDArray[np.float64],
    geometry: NDArray[np.float64],
    what: tuple[int, str, str, str],
    notes: Notes,
) -> NDArray[np.bool_]:
    """Where a register area or volume contradicts geometry (n,), each with a note.

    Parameters
    ----------
    register, geometry : float64 arrays (n,)
        NaN where missing.
    what : (code, name, quantity, unit)
    notes : Notes
    """
    code, name, quantity, unit = what
    ratio = np.divide(register, geometry, out=np.full(len(register), np.nan), where=geometry > 0)
    wrong = (ratio < RATIO[0]) | (ratio > RATIO[1])
    for row in np.flatnonzero(wrong):
        message = (
            f"{quantity} {register[row]:.0f} {unit} of the register is {ratio[row]:.2f} times the "
            f"{geometry[row]:.0f} {unit} of the geometry, which is used"
        )
        notes.add(row, code, name, message, Severity.WARNING, Action.KEPT)
    return wrong


def check_height(register: NDArray[np.float64], geometry: NDArray[np.float64], notes: Notes) -> NDArray[np.bool_]:
    """Where a measured height differs from geometry by more than 1 m (n,), each with a note."""
    wrong = np.abs(register - geometry) > HEIGHT_M
    for row in np.flatnonzero(wrong):
        message = f"height {register[row]:.1f} m of the data, {geometry[row]:.1f} m of the geometry, which is used"
        notes.add(row, 1703, "HEIGHT_CONTRADICTS", message, Severity.INFO)
    return wrong


def check_storeys(register: NDArray[np.float64], height: NDArray[np.float64], notes: Notes) -> NDArray[np.bool_]:
    """Where a number of storeys cannot stand in the height (n,), each with a note."""
    storey = height / register
    wrong = (storey < STOREY_M[0]) | (storey > STOREY_M[1])
    for row in np.flatnonzero(wrong):
        message = f"{register[row]:.0f} storeys in {height[row]:.1f} m; storeys from geometry are used"
        notes.add(row, 1704, "STOREYS_CONTRADICT", message, Severity.WARNING)
    return wrong
