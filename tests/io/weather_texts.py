"""Weather files as text, made from a generated year whose irradiance closes."""

from __future__ import annotations

from functools import cache

import numpy as np

from citytwin import synthetic
from citytwin.model.sun import MONTH_DAYS
from citytwin.model.weather import Weather


@cache
def year() -> Weather:
    """Helsinki by its monthly statistics."""
    return synthetic.weather(60.2, 24.9, synthetic.helsinki_normals(), seed=4, utc_offset_h=2.0)


def stamps() -> list[tuple[int, int, int]]:
    """Month, day and hour 0-23 of the year."""
    return [(m + 1, d, h) for m, days in enumerate(MONTH_DAYS) for d in range(1, days + 1) for h in range(24)]


def fmi_lines() -> list[str]:
    """A reference year: HOUR h is the mean over the hour that ends then, so that the last hour comes first."""
    w = year()
    columns = [np.roll(c, 1) for c in (w.temp_air, w.relative_humidity, w.wind_speed, w.ghi, w.dhi, w.dni)]
    lines = ["#generated", "STEP;YEAR;MON;DAY;HOUR;TEMP;RH;WS;WDIR;GHI;DHI;DNI"]
    for k, (month, day, hour) in enumerate(stamps()):
        t, rh, ws, ghi, dhi, dni = (float(c[k]) for c in columns)
        lines.append(f"{k + 1};2002;{month};{day};{hour};{t:.3f};{rh:.3f};{ws:.3f};0.0;{ghi:.3f};{dhi:.3f};{dni:.3f}")
    return lines


EPW_HEADER = [
    "LOCATION,Helsinki,-,FIN,generated,029740,60.2,24.9,2.0,10.0",
    "DESIGN CONDITIONS,0",
    "TYPICAL/EXTREME PERIODS,0",
    "GROUND TEMPERATURES,0",
    "HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0",
    "COMMENTS 1,none",
    "COMMENTS 2,none",
    "DATA PERIODS,1,1,Data,Sunday, 1/ 1,12/31",
]


def epw_lines(**changes: np.ndarray) -> list[str]:
    """An EnergyPlus weather file; `changes` replace columns of the year, ``infrared`` is that of 0 degrees Celsius."""
    w = year()
    names = ("temp_air", "relative_humidity", "infrared", "ghi", "dni", "dhi", "wind_speed")
    columns = {name: getattr(w, name, np.full(8760, 315.6)) for name in names} | changes
    lines = list(EPW_HEADER)
    for k, (month, day, hour) in enumerate(stamps()):
        t, rh, ir, ghi, dni, dhi, ws = (f"{columns[name][k]:.3f}" for name in names)
        lines.append(
            f"2001,{month},{day},{hour + 1},0,?,{t},99.9,{rh},101325,9999,9999,{ir},{ghi},{dni},{dhi},"
            f"999999,999999,999999,9999,0,{ws},99,99,9999,99999,9,999999999,999,0.999,999,99,999,999,99"
        )
    return lines


def write(path, lines):
    """The lines as a file; returns its path."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
