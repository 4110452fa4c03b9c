"""A small synthetic city and its weather as files, for tests that go in by the front door."""

from __future__ import annotations

import calendar
from pathlib import Path

import citytwin as ct

PLANS = """
[costs]
date = 2026-01-01
source = "by hand"
wall_m2 = 100
pv_kwp = 1000
[[alternative]]
name = "Walls"
[[alternative.retrofit]]
u_wall = 0.1
[[alternative]]
name = "Sun"
[[alternative.pv]]
min_irradiation_kwh_m2 = 500
"""


def write_city(path: Path) -> Path:
    """Four synthetic buildings as CityGML."""
    ct.write_citygml(ct.synthetic.city(4, seed=1), path)
    return path


def write_weather(path: Path) -> Path:
    """A synthetic year at Helsinki in the form of the reference years of the Finnish Meteorological Institute."""
    year = ct.synthetic.weather(60.19, 24.94, ct.synthetic.helsinki_normals(), utc_offset_h=2)
    lines = ["# synthetic year for tests", "YEAR;MON;DAY;HOUR;TEMP;RH;WS;GHI;DHI;DNI"]
    columns = (year.temp_air, year.relative_humidity, year.wind_speed, year.ghi, year.dhi, year.dni)
    row = 0
    for month in range(1, 13):
        for day in range(1, calendar.monthrange(2001, month)[1] + 1):
            for hour in range(24):
                # the row of hour h holds the mean over the hour that ends then
                values = ";".join(f"{column[row - 1]:.2f}" for column in columns)
                lines.append(f"2001;{month};{day};{hour};{values}")
                row += 1
    path.write_text("\n".join(lines) + "\n")
    return path
