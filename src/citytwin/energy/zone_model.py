"""What every thermal model makes of the lanes of some buildings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.thermal_zone import StateSpace


class ZoneModel(NamedTuple):
    """Thermal models of m lanes.

    Parameters
    ----------
    space : StateSpace
    ventilation : float64 array (m, 2), W/K
        Conductance to outdoor air of each ventilation state on top of what `space` holds.
    exact : bool array (m,)
        False where the method had to depart from the building: a loss that it cannot couple was limited, or a network
        that could not be balanced was reduced to its slow modes.
    """

    space: StateSpace
    ventilation: NDArray[np.float64]
    exact: NDArray[np.bool_]
