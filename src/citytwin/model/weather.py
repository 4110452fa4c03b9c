"""Weather: a nominal year of 8,760 hours."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model._cast import as_floats
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze

if TYPE_CHECKING:
    import pandas as pd

HOURS = 8760
NOMINAL_YEAR = 2001
RADIATION = ("ghi", "dni", "dhi")
OTHERS = ("temp_air", "relative_humidity", "wind_speed", "sky_temperature", "snow_depth", "albedo")


def _unknown() -> NDArray[np.float64]:
    return np.full(HOURS, np.nan)


@dataclass(frozen=True, eq=False)
class Weather:
    """Hourly means of a nominal 365-day year in local standard time, left-labelled.

    Row h is the mean over the hour that begins h hours after 1 January 00:00 in local standard time, which is
    `utc_offset_h` ahead of UTC.

    Parameters
    ----------
    temp_air : float64 array (8760,), degrees Celsius
    relative_humidity : float64 array (8760,), percent
    wind_speed : float64 array (8760,), m/s
    ghi, dni, dhi : float64 arrays (8760,), W/m2
        Global horizontal, direct normal and diffuse horizontal irradiance, known in every hour and not negative.
    sky_temperature : float64 array (8760,), degrees Celsius
        Effective radiant temperature of the sky.
    latitude, longitude : float, degrees north and east
    altitude : float, m
    utc_offset_h : float
        Hours local standard time is ahead of UTC.
    sun_offset_h : float
        Moment within the hour the sun is evaluated at, hours after its begin; 0.5 for means over the hour.
    place : str
    synthetic : bool
        True where the year was generated, not measured or published.
    findings, provenance
    snow_depth : float64 array (8760,), m
        On the ground; NaN where it is not known, which is the default.
    albedo : float64 array (8760,)
        Of the ground; NaN where it is not known, which is the default.

    Raises
    ------
    ValueError
        A column has another length, or a component of irradiance is missing, infinite or negative in some hour.
    """

    temp_air: NDArray[np.float64]
    relative_humidity: NDArray[np.float64]
    wind_speed: NDArray[np.float64]
    ghi: NDArray[np.float64]
    dni: NDArray[np.float64]
    dhi: NDArray[np.float64]
    sky_temperature: NDArray[np.float64]
    latitude: float
    longitude: float
    altitude: float
    utc_offset_h: float
    sun_offset_h: float = 0.5
    place: str = ""
    synthetic: bool = False
    findings: Findings = field(default_factory=Findings.of)
    provenance: Provenance = field(default_factory=Provenance)
    snow_depth: NDArray[np.float64] = field(default_factory=_unknown)
    albedo: NDArray[np.float64] = field(default_factory=_unknown)

    def __post_init__(self) -> None:
        for name in RADIATION + OTHERS:
            column = as_floats(getattr(self, name), name, (HOURS,), missing=True)
            if name in RADIATION and not (column >= 0.0).all():
                hours = np.flatnonzero(~(column >= 0.0))
                raise ValueError(
                    f"{name} must be known and not negative in every hour, but in {len(hours)} hours it is not: hour "
                    f"{hours[0]} of the year has {column[hours[0]]:g}. Fill gaps, and set small negative readings to 0"
                )
            freeze(column)
            object.__setattr__(self, name, column)

    def __repr__(self) -> str:
        kind = "synthetic " if self.synthetic else ""
        return (
            f"Weather({kind}{self.place!r}, {self.latitude:.3f}N {self.longitude:.3f}E, "
            f"mean {self.temp_air.mean():.1f} C, GHI {self.ghi.sum() / 1000:.0f} kWh/m2)"
        )

    @cached_property
    def index(self) -> pd.DatetimeIndex:
        """Begin of each hour, time-zone aware, year 2001."""
        from datetime import timedelta, timezone

        import pandas as pd

        zone = timezone(timedelta(hours=self.utc_offset_h))
        return pd.date_range(f"{NOMINAL_YEAR}-01-01", periods=HOURS, freq="h", tz=zone)

    def to_pandas(self) -> pd.DataFrame:
        """Table with pvlib's column names, depth of snow in m; ``attrs["interval"]`` states the label."""
        import pandas as pd

        columns = ("temp_air", "relative_humidity", "wind_speed", *RADIATION, "sky_temperature", "snow_depth", "albedo")
        frame = pd.DataFrame({name: getattr(self, name) for name in columns}, index=self.index)
        frame.attrs["interval"] = "left-labelled mean over one hour"
        return frame
