"""Rolling terrain as a sum of three plane waves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.synthetic.splitmix import uniform

WAVES = ((1900.0, 7.0), (760.0, 3.0), (310.0, 1.25))
"""Wavelength and amplitude, m. The steepest slope is 7.3 %."""
STEP_M = 2.0**-6


def ground_height(xy: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """Height (n,) of the ground in metres at the points `xy` (n, 2), between 0.75 and 23.25 m.

    Heights are whole multiples of 2**-6 m, so that heights above them stay exact.
    """
    wave = np.arange(len(WAVES))
    direction = 2.0 * np.pi * uniform(seed, "terrain direction", wave)
    phase = 2.0 * np.pi * uniform(seed, "terrain phase", wave)
    height = np.full(len(xy), 12.0)
    for (length, amplitude), angle, shift in zip(WAVES, direction, phase, strict=True):
        along = (xy[:, 0] * np.cos(angle) + xy[:, 1] * np.sin(angle)) / length
        height += amplitude * np.sin(2.0 * np.pi * along + shift)
    return np.floor(height / STEP_M) * STEP_M
