"""The classes by which maps and pictures show heat demand, the same in every product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

UPPER_KWH_M2 = (25.0, 50.0, 75.0, 100.0, 130.0, 160.0, np.inf)
COLOURS = ("#ffffd4", "#fee79b", "#fec44f", "#fe9929", "#e1640e", "#b63c02", "#7a2000")
NOT_SIMULATED = "#d5d8dc"


def class_labels() -> list[str]:
    """Legend text of each class."""
    lows = (0.0, *UPPER_KWH_M2[:-1])
    return [
        f"over {low:.0f}" if np.isinf(high) else f"{low:.0f} to {high:.0f}"
        for low, high in zip(lows, UPPER_KWH_M2, strict=True)
    ]


def colours_of(heating_kwh_m2: NDArray[np.float64]) -> list[str]:
    """Colour of each building; grey where it is not simulated (NaN)."""
    classes = np.searchsorted(UPPER_KWH_M2[:-1], heating_kwh_m2, side="left")
    return [
        NOT_SIMULATED if np.isnan(value) else COLOURS[index]
        for value, index in zip(heating_kwh_m2, classes, strict=True)
    ]
