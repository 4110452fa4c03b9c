"""The test year of the decree: E-values are calculated with it, whatever weather the city is studied in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from citytwin.errors import WeatherError
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding
from citytwin.model.reference import read_reference
from citytwin.model.sun import month_of_hour

if TYPE_CHECKING:
    from citytwin.model.irradiation import Irradiation
    from citytwin.model.provenance import Provenance
    from citytwin.model.weather import Weather

TABLE = "test_years_fi.csv"
DECREED = "TRY2012"
"""Edition that the decree of 2017 names."""
TOLERANCE_K = 0.1
TOLERANCE_KWH_M2 = 0.6


def edition_of(weather: Weather) -> str | None:
    """Edition of the test year of weather zone I that a weather year is, None where it is none of them.

    A test year is known by its content: all monthly means of air temperature and sums of global irradiation agree with
    the published ones within 0.1 K and 0.6 kWh/m2.

    Parameters
    ----------
    weather : Weather

    References
    ----------
    Decree 1010/2017 (Finland), annex 1; Finnish Meteorological Institute, TRY2020 (CC BY 4.0).
    """
    month = month_of_hour()
    hours = np.bincount(month, minlength=12)
    mean = np.bincount(month, weather.temp_air, 12) / hours
    sun = np.bincount(month, weather.ghi, 12) / 1000.0
    rows = read_reference(__package__, TABLE)
    for edition in dict.fromkeys(row["edition"] for row in rows):
        published = np.array(
            [(float(r["temp_air_c"]), float(r["ghi_kwh_m2"])) for r in rows if r["edition"] == edition]
        )
        if (np.abs(mean - published[:, 0]) <= TOLERANCE_K).all() and (
            np.abs(sun - published[:, 1]) <= TOLERANCE_KWH_M2
        ).all():
            return edition
    return None


def checked_test_year(test_year: Weather, irradiation: Irradiation) -> tuple[str, list[Finding]]:
    """Edition of a test year and what is odd about it.

    Raises
    ------
    WeatherError
        The weather is no test year of zone I, or the irradiation is that of other weather.
    """
    edition = edition_of(test_year)
    if edition is None:
        raise WeatherError(
            f"{test_year.place!r} is no test year of weather zone I (Vantaa), with which E-values are calculated "
            f"wherever the building stands and whatever weather it is studied in",
            advice="Read Vantaa-TRY2020.csv of the Finnish Meteorological Institute and irradiate the city with it",
        )
    if not made_with(irradiation.provenance, test_year):
        raise WeatherError(
            "the irradiation was not computed with the test year",
            advice="Pass ct.solar.irradiate(city, test_year) beside the test year",
        )
    findings = []
    if edition != DECREED:
        message = f"the decree names the test year of 2012; this is {edition}"
        findings.append(Finding(1631, "TEST_YEAR_OF_ANOTHER_EDITION", severity=Severity.INFO, message=message))
    if test_year.synthetic:
        message = f"a year generated from monthly means of {edition} stands in for the test year"
        findings.append(Finding(1632, "TEST_YEAR_GENERATED", severity=Severity.WARNING, message=message))
    return edition, findings


def made_with(provenance: Provenance, weather: Weather) -> bool:
    """Whether inputs and parameters of a weather are among those of a table."""
    inputs, parameters = provenance.inputs, provenance.parameters
    said: dict[str, Any] = dict(weather.provenance.parameters)
    return all(item in inputs for item in weather.provenance.inputs) and all(
        parameters.get(name) == value for name, value in said.items() if name != "generator"
    )
