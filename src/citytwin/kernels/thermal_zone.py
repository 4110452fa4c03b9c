"""Arrays that a thermal model of zones takes and gives."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class StateSpace(NamedTuple):
    """Linear models of n zones with S states, K shared drives and M sun streams; float64.

    State i of a zone follows ``pole_i x_i + drive_i . u + sun_i . s + gain_i p + port_i q`` from hour to hour, q being
    the heat put into the air node in W. The states are scaled so that the air temperature is their sum plus what the
    direct terms give within the hour.
    """

    pole: NDArray[np.float64]
    """(n, S): share of a state that is left after an hour, -1 < pole < 1."""
    drive: NDArray[np.float64]
    """(n, S, K): K per unit of each shared drive."""
    sun: NDArray[np.float64]
    """(n, S, M): K per unit of each sun stream, for example K/W."""
    gain: NDArray[np.float64]
    """(n, S): K per unit of the gains of the profile."""
    port: NDArray[np.float64]
    """(n, S): K/W of heat put into the air node; its sum with `direct_port` is above 0."""
    direct_drive: NDArray[np.float64]
    """(n, K)."""
    direct_sun: NDArray[np.float64]
    """(n, M)."""
    direct_gain: NDArray[np.float64]
    """(n,)."""
    direct_port: NDArray[np.float64]
    """(n,)."""


class Zones(NamedTuple):
    """Zones, one entry a lane; float64 of shape (n,) unless stated."""

    row: NDArray[np.int64]
    """Row of the sun streams."""
    profile: NDArray[np.int64]
    """Row of the profiles."""
    space: StateSpace
    """The zones with the air exchange that they have in every hour."""
    ventilation: NDArray[np.float64]
    """(n, 2): conductance to outdoor air on top of that of `space` in the first and the second ventilation state,
    W/K."""
    airing: NDArray[np.float64]
    """(n, 2): largest conductance that airing adds against overheating (opened windows, heat recovery passed by) in the
    first and the second ventilation state, W/K; 0 where there is none."""
    airing_above: NDArray[np.float64]
    """Air temperature above which it is used, degrees Celsius; not below the heating set-point."""
    heating_offset: NDArray[np.float64]
    """Added to the heating set-point of the profile, K."""
    cooling_offset: NDArray[np.float64]
    """Added to the cooling set-point of the profile, K."""
    heating_limit: NDArray[np.float64]
    """Largest heating power, W; inf where unlimited, 0 where there is none."""
    cooling_limit: NDArray[np.float64]
    """Largest cooling power, W, likewise."""
    weight: NDArray[np.float64]
    """Weight in the hourly totals; 0 for zones that only serve statistics."""

    def take(self, start: int, stop: int) -> "Zones":
        """Zones `start` to `stop`, as views."""
        columns = self._asdict()
        space = StateSpace(*(column[start:stop] for column in columns.pop("space")))
        return Zones(space=space, **{name: column[start:stop] for name, column in columns.items()})


class Profiles(NamedTuple):
    """Profiles of use, arrays of shape (p, period): entry h of the year reads column ``h % period``."""

    gains: NDArray[np.float64]
    """Internal gains, in the unit that ``StateSpace.gain`` is per, for example W/m2 of floor."""
    heating_setpoint: NDArray[np.float64]
    """Degrees Celsius."""
    cooling_setpoint: NDArray[np.float64]
    """Degrees Celsius."""
    ventilation_state: NDArray[np.int8]
    """0 or 1: column of ``Zones.ventilation``."""


class Climate(NamedTuple):
    """What all zones share, by hour; its float type is that of the computation."""

    temp_air: NDArray[np.floating]
    """(hours,): outdoor air, degrees Celsius; also the supply air of ventilation states and airing."""
    drives: NDArray[np.floating]
    """(K, hours): shared drives, for example outdoor temperature, sky minus air temperature in K, 1."""
    weights: NDArray[np.floating]
    """(w, hours): weights of the sums of heating, for example 1/COP by outdoor temperature; w may be 0."""
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
    cooling_peak_hour: NDArray[np.int64]
    """(n,), first hour of the peak, -1 where nothing is cooled."""
    overheating: NDArray[np.float64]
    """(n,), K h of air temperature above the limit in summer."""
    weighted: NDArray[np.float64]
    """(n, w): sum over the year of heating power times each of ``Climate.weights``."""
    total: NDArray[np.float64]
    """(2, hours): weighted sum of heating and of cooling, W."""
    balance: NDArray[np.float64]
    """(n, 6), W h: gains and sun, each as the heat at the air node that acts alike in the long run; loss through the
    envelope and the air exchange of ``Zones.space`` less what the other drives bring, loss through the ventilation
    state, loss through airing, rise of stored heat. Heating - cooling + the first two equals the other four. (0, 6)
    where not asked for."""
    hourly: NDArray[np.float32]
    """(3, n, hours): heating W, cooling W, air temperature in degrees Celsius; (3, 0, 0) where not asked for."""
