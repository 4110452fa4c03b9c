"""Arrays that a thermal model of zones takes and gives."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Zones(NamedTuple):
    """Zones, one entry a lane; all but the two index arrays are float64 of shape (n,) unless stated.

    Conductances are in W/K. `h_ve` must be above 0, and `h_em` is the conductance between mass and outdoor air that
    remains of the opaque envelope in series behind `h_ms`.
    """

    row: NDArray[np.int64]
    """Row of the solar arrays."""
    profile: NDArray[np.int64]
    """Row of the profiles."""
    h_ve: NDArray[np.float64]
    """(n, 2): ventilation and infiltration in the first and the second ventilation state."""
    h_w: NDArray[np.float64]
    """Windows and other elements without mass."""
    h_em: NDArray[np.float64]
    h_ms: NDArray[np.float64]
    """Mass to surface node, 9.1 W/(m2 K) times the effective mass area."""
    h_is: NDArray[np.float64]
    """Surface to air node, 3.45 W/(m2 K) times the total internal area."""
    capacity: NDArray[np.float64]
    """Internal heat capacity, W h/K."""
    mass_share: NDArray[np.float64]
    """Share of radiant gains that the mass node takes, effective mass area over total internal area."""
    gain_scale: NDArray[np.float64]
    """Factor on the internal gains of the profile, for example the floor area in m2."""
    glazing_scale: NDArray[np.float64]
    """Factor on the transmitted solar gains of the row."""
    opaque_scale: NDArray[np.float64]
    """Factor on the solar gains through opaque elements of the row."""
    drives: NDArray[np.float64]
    """(n, k): heat into the mass node, W per unit of each shared drive."""
    heating_offset: NDArray[np.float64]
    """Added to the heating set-point of the profile, K."""
    cooling_offset: NDArray[np.float64]
    """Added to the cooling set-point of the profile, K."""
    heating_limit: NDArray[np.float64]
    """Largest heating power, W; inf where unlimited, 0 where there is none."""
    cooling_limit: NDArray[np.float64]
    """Largest cooling power, W, likewise."""
    airing: NDArray[np.float64]
    """(n, 2): largest conductance that airing adds against overheating (opened windows, heat recovery passed by) in the
    first and the second ventilation state, W/K; 0 where there is none."""
    airing_above: NDArray[np.float64]
    """Air temperature above which it is used, degrees Celsius; not below the heating set-point."""
    weight: NDArray[np.float64]
    """Weight in the hourly totals; 0 for zones that only serve statistics."""


class Profiles(NamedTuple):
    """Profiles of use, arrays of shape (p, period): entry h of the year reads column ``h % period``."""

    gains: NDArray[np.float64]
    """Internal gains, W per unit of `gain_scale`."""
    heating_setpoint: NDArray[np.float64]
    """Degrees Celsius."""
    cooling_setpoint: NDArray[np.float64]
    """Degrees Celsius."""
    ventilation_state: NDArray[np.int8]
    """0 or 1: column of `h_ve`."""


class Climate(NamedTuple):
    """What all zones share, by hour; its float type is that of the computation."""

    temp_air: NDArray[np.floating]
    """(hours,): outdoor air, degrees Celsius; also the supply air, recovery is part of `h_ve`."""
    drives: NDArray[np.floating]
    """(k, hours): shared drives of the mass node, for example sky minus air temperature in K."""
    month_of_day: NDArray[np.int64]
    """(hours / 24,): 0-11."""
    summer_start: int
    """First hour in which overheating counts."""
    summer_stop: int
    """First hour in which it no longer counts."""


class Loads(NamedTuple):
    """What the zones need; energy in W h, power in W (hourly means)."""

    heating: NDArray[np.float64]
    """(n, 12), W h."""
    cooling: NDArray[np.float64]
    """(n, 12), W h."""
    heating_peak: NDArray[np.float64]
    """(n,), W."""
    heating_peak_hour: NDArray[np.int64]
    """(n,), first hour of the peak, -1 where nothing is heated."""
    cooling_peak: NDArray[np.float64]
    """(n,), W."""
    overheating: NDArray[np.float64]
    """(n,), K h of air temperature above the limit in summer."""
    total: NDArray[np.float64]
    """(2, hours): weighted sum of heating and of cooling, W."""
    balance: NDArray[np.float64]
    """(n, 6), W h: gains, heat into the mass node from outside; ventilation loss, loss through windows, loss through
    opaque elements, rise of stored heat. Heating - cooling + the first two equals the other four. (0, 6) where not
    asked for."""
    hourly: NDArray[np.float32]
    """(3, n, hours): heating W, cooling W, air temperature in degrees Celsius; (3, 0, 0) where not asked for."""
