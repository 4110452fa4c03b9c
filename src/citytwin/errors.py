"""Every error and warning the library raises on its own account.

Programming errors raise :class:`ValueError` or :class:`TypeError`. Bad geometry is not an error: it is a row of
:class:`citytwin.model.Findings`.
"""

from __future__ import annotations

from pathlib import Path


class CityTwinError(Exception):
    """Base of every error that input, environment or output can cause."""


class CityReadError(CityTwinError):
    """An input file cannot be read as what it claims to be.

    Parameters
    ----------
    reason : str
        What is wrong, as one sentence without a full stop.
    path : path-like, optional
        The input file.
    line : int, optional
        Line in the file, counted from 1.
    gml_id : str, optional
        Identifier of the object at fault.
    advice : str, optional
        What the user can do about it.
    """

    def __init__(
        self,
        reason: str,
        path: str | Path | None = None,
        line: int | None = None,
        gml_id: str | None = None,
        advice: str = "",
    ) -> None:
        self.reason = reason
        self.path = None if path is None else str(path)
        self.line = line
        self.gml_id = gml_id
        self.advice = advice
        place = self.path or ""
        if line is not None:
            place += f":{line}"
        if gml_id:
            place += f" ({gml_id})" if place else gml_id
        message = f"{place}: {reason}" if place else reason
        super().__init__(f"{message}. {advice}" if advice else message)


class CrsError(CityReadError):
    """The coordinate reference system is unknown, contradictory or not usable."""


class WeatherError(CityReadError):
    """A weather file is incomplete or contradicts its own place and time."""


class ScenarioError(CityTwinError):
    """An alternative is not valid: unknown key, empty selection or impossible value."""


class MissingExtraError(CityTwinError):
    """An optional package is needed and not installed."""


class OutputError(CityTwinError):
    """A result cannot be written."""


class CityTwinWarning(UserWarning):
    """Category of every warning of the library."""
