"""What the weather readers share: rows in calendar order, numbers through one gate, short gaps filled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import WeatherError
from citytwin.model.attributes import NUMBER
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding
from citytwin.model.sun import MONTH_DAYS
from citytwin.model.weather import HOURS

LONGEST_GAP_H = 6
"""Hours of missing temperature, humidity or wind in a row that are bridged by a straight line."""

IRRADIANCE = (0.0, 1600.0)


@dataclass(frozen=True)
class HourlyRows:
    """Data rows of a weather file, split into fields.

    Parameters
    ----------
    path : Path
    rows : list of list of str
        8,760 rows in calendar order.
    lines : list of int
        Line of each row in the file, from 1.
    """

    path: Path
    rows: list[list[str]]
    lines: list[int]

    def numbers(
        self, column: int, name: str, low: float, high: float, missing: float | None = None
    ) -> NDArray[np.float64]:
        """One column as float64 (8760,); NaN where the file has its code for missing.

        Parameters
        ----------
        column : int
        name : str
            Used in errors.
        low, high : float
            Range outside which a value is refused.
        missing : float, optional
            Values from this on say that there is none.

        Raises
        ------
        WeatherError
            A row has no such field, or it is no plain decimal number, or out of range.
        """
        values = np.empty(len(self.rows))
        for i, row in enumerate(self.rows):
            text = row[column].strip() if column < len(row) else ""
            if not NUMBER.match(text):
                what = f"{name} is {text!r}, which is no number" if text else f"there is no value for {name}"
                raise WeatherError(what, self.path, self.lines[i], advice="Write decimal numbers with a point")
            value = float(text)
            if missing is not None and value >= missing:
                value = np.nan
            elif not low <= value <= high:
                raise WeatherError(
                    f"{name} is {text}, outside {low:g} to {high:g}", self.path, self.lines[i], advice="Check the units"
                )
            values[i] = value
        return values

    def known(self, column: int, low: float, high: float) -> NDArray[np.float64]:
        """A column that may be lacking, float64 (8760,): NaN where there is no plain number within the range."""
        values = np.full(len(self.rows), np.nan)
        for i, row in enumerate(self.rows):
            text = row[column].strip() if column < len(row) else ""
            if NUMBER.match(text) and low <= float(text) <= high:
                values[i] = float(text)
        return values

    def filled(self, values: NDArray[np.float64], name: str, findings: list[Finding]) -> NDArray[np.float64]:
        """The column with gaps of up to 6 hours bridged by a straight line, which is a finding.

        Raises
        ------
        WeatherError
            A gap is longer.
        """
        gaps = np.isnan(values)
        if not gaps.any():
            return values
        bounds = np.flatnonzero(np.diff(np.concatenate([[False], gaps, [False]]).astype(np.int8)))
        starts, lengths = bounds[::2], bounds[1::2] - bounds[::2]
        if lengths.max() > LONGEST_GAP_H:
            start = int(starts[lengths.argmax()])
            raise WeatherError(
                f"{name} is missing for {lengths.max()} hours in a row", self.path, self.lines[start],
                advice=f"Fill gaps of more than {LONGEST_GAP_H} hours from a station nearby",
            )  # fmt: skip
        known = np.flatnonzero(~gaps)
        message = f"{name} is missing in {gaps.sum()} hours and interpolated"
        findings.append(
            Finding(1401, "WEATHER_GAP_FILLED", severity=Severity.INFO, action=Action.HEALED, message=message)
        )
        return np.interp(np.arange(len(values)), known, values[known], period=len(values))


def in_calendar_order(
    path: Path, rows: Sequence[list[str]], lines: Sequence[int], first_field: int, first_hour: int
) -> HourlyRows:
    """Rows checked to be the 8,760 hours of one nominal year in order, leap days taken out.

    Parameters
    ----------
    path : Path
    rows : list of list of str
        With month, day and hour in three fields side by side.
    lines : list of int
    first_field : int
        Field of the month.
    first_hour : int
        Hour of the first row of a day, 0 or 1.

    Raises
    ------
    WeatherError
        An hour is missing, doubled or out of order, or the file stops early or goes on.
    """
    expected = [
        (month + 1, day, hour)
        for month, days in enumerate(MONTH_DAYS)
        for day in range(1, days + 1)
        for hour in range(first_hour, first_hour + 24)
    ]
    kept: list[list[str]] = []
    kept_lines: list[int] = []
    for row, line in zip(rows, lines, strict=True):
        stamp = tuple(field.strip() for field in row[first_field : first_field + 3])
        if len(stamp) < 3 or not all(field.isascii() and field.isdecimal() for field in stamp):
            raise WeatherError(
                f"month, day and hour are {', '.join(stamp)!r}", path, line, advice="Each row is one hour"
            )
        found = tuple(int(field) for field in stamp)
        if found[:2] == (2, 29):
            continue
        if len(kept) == HOURS:
            raise WeatherError(
                f"there are more than {HOURS} hours", path, line, advice="One year of one-hour rows is read"
            )
        wanted = expected[len(kept)]
        if found != wanted:
            raise WeatherError(
                "month {} day {} hour {} follows where month {} day {} hour {} should".format(*found, *wanted),
                path, line,
                advice=f"The file has {len(rows)} rows; it must have the {HOURS} hours of a year in order",
            )  # fmt: skip
        kept.append(row)
        kept_lines.append(line)
    if len(kept) < HOURS:
        raise WeatherError(
            f"the year has {len(kept)} hours instead of {HOURS}", path, lines[-1] if lines else None,
            advice="The file is cut off; fetch it again",
        )  # fmt: skip
    return HourlyRows(path, kept, kept_lines)
