"""Alternatives as data: the TOML schema of measures and costs."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from citytwin.errors import ScenarioError
from citytwin.model.buildings import OVERRIDES

TODAY = "today"
Ids = tuple[str, ...]
UValue = Annotated[float, Meta(gt=0, le=7)]
Share = Annotated[float, Meta(gt=0, le=1)]
Price = Annotated[float, Meta(ge=0, le=1e9)]
HeatSource = Literal["district_heat", "electricity", "ground_source_heat_pump", "oil", "gas", "wood"]


class Selection(Struct, frozen=True, forbid_unknown_fields=True):
    """Buildings a measure applies to: those of `ids` that also fulfil `where`; without both, all eligible ones.

    Parameters
    ----------
    ids : tuple of str, optional
        Building ids; an unknown one is an error.
    where : str, optional
        Condition on the columns of ``buildings.parquet`` or on attributes of the city, see
        :func:`citytwin.scenario.selection.select`.
    """

    ids: Annotated[Ids, Meta(min_length=1)] | None = None
    where: str | None = None


class Retrofit(Selection, frozen=True, forbid_unknown_fields=True):
    """New properties of the envelope and the ventilation of buildings that stand and are heated.

    Parameters
    ----------
    u_wall, u_roof, u_floor, u_window : float, optional
        Thermal transmittance, W/(m2 K).
    g_window : float, optional
        Total solar energy transmittance of the glazing at normal incidence.
    heat_recovery : float, optional
        Annual efficiency of ventilation heat recovery.
    n50 : float, optional
        Air change at 50 Pa, 1/h.
    """

    u_wall: UValue | None = None
    u_roof: UValue | None = None
    u_floor: UValue | None = None
    u_window: UValue | None = None
    g_window: Share | None = None
    heat_recovery: Annotated[float, Meta(ge=0, le=0.95)] | None = None
    n50: Annotated[float, Meta(gt=0, le=20)] | None = None

    def targets(self) -> dict[str, float]:
        """Properties that are set, by their names in :data:`citytwin.model.buildings.OVERRIDES`."""
        return {name: getattr(self, name) for name in OVERRIDES if getattr(self, name) is not None}


class Pv(Selection, frozen=True, forbid_unknown_fields=True):
    """Photovoltaics on the roof faces of buildings that stand.

    Parameters
    ----------
    min_irradiation_kwh_m2 : float
        Roof faces with less annual irradiation stay free.
    usable_share : float
        Share of a face's area that modules cover.
    """

    min_irradiation_kwh_m2: Annotated[float, Meta(ge=0, le=3000)] = 800.0
    usable_share: Share = 0.5


class Build(Selection, frozen=True, forbid_unknown_fields=True):
    """Planned buildings and those under construction are taken as built.

    Parameters
    ----------
    demolish_overlapped : bool
        Take away the standing buildings that the new ones overlap by more than half of their footprint. Overlaps are
        findings in any case.
    """

    demolish_overlapped: bool = False


class Demolish(Selection, frozen=True, forbid_unknown_fields=True):
    """Standing buildings are taken away; `ids` or `where` must say which."""


class HeatSourceChange(Selection, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another heat source for buildings that stand and are heated.

    Parameters
    ----------
    to : str
        ``district_heat``, ``electricity``, ``ground_source_heat_pump``, ``oil``, ``gas`` or ``wood``.
    """

    to: HeatSource


class Alternative(Struct, frozen=True, forbid_unknown_fields=True):
    """One alternative: measures in the order demolish, build, retrofit, heat_source, pv.

    Parameters
    ----------
    name : str
    description : str
    demolish, build, retrofit, heat_source, pv : tuples of measures
    """

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    description: str = ""
    demolish: tuple[Demolish, ...] = ()
    build: tuple[Build, ...] = ()
    retrofit: tuple[Retrofit, ...] = ()
    heat_source: tuple[HeatSourceChange, ...] = ()
    pv: tuple[Pv, ...] = ()


class EnergyPrices(Struct, frozen=True, forbid_unknown_fields=True):
    """Price of delivered energy by carrier, currency/kWh; None where it is not known."""

    district_heat: Price | None = None
    electricity: Price | None = None
    oil: Price | None = None
    gas: Price | None = None
    wood: Price | None = None


class Costs(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A dated cost table of the user; nothing is assumed where a price is missing.

    Parameters
    ----------
    date : date
        Price level.
    source : str
        Where the prices come from.
    currency : str
    wall_m2, roof_m2, floor_m2, window_m2 : float, optional
        Currency per m2 of element.
    heat_recovery_m2, airtightness_m2 : float, optional
        Currency per m2 of heated floor area.
    heat_source_kw : float, optional
        Currency per kW of heating peak.
    pv_kwp : float, optional
    build_m2, demolish_m2 : float, optional
        Currency per m2 of gross floor area.
    energy_kwh : EnergyPrices
    """

    date: datetime.date
    source: Annotated[str, Meta(min_length=1)]
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "EUR"
    wall_m2: Price | None = None
    roof_m2: Price | None = None
    floor_m2: Price | None = None
    window_m2: Price | None = None
    heat_recovery_m2: Price | None = None
    airtightness_m2: Price | None = None
    heat_source_kw: Price | None = None
    pv_kwp: Price | None = None
    build_m2: Price | None = None
    demolish_m2: Price | None = None
    energy_kwh: EnergyPrices = EnergyPrices()


class _Document(Struct, forbid_unknown_fields=True):
    alternative: Annotated[tuple[Alternative, ...], Meta(min_length=1)]
    costs: Costs | None = None


def load_alternatives(path: str | Path) -> tuple[Alternative, ...]:
    """Alternatives of a TOML file.

    Every ``[[alternative]]`` has a name, a description and lists of measures. Types are strict: an unknown key, a value
    of another type or out of its range is an error with its line.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    tuple of Alternative
        In the order of the file.

    Raises
    ------
    ScenarioError
        The file is missing, not TOML or against the schema, two alternatives bear the same name, or one is called
        ``today``.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> text = '''
    ... [[alternative]]
    ... name = "Renovated towers"
    ... [[alternative.retrofit]]
    ... where = "use == 'apartment' and storeys >= 6"
    ... u_wall = 0.17
    ... u_window = 0.9
    ... '''
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "alternatives.toml"
    ...     _ = path.write_text(text)
    ...     load_alternatives(path)[0].retrofit[0].targets()
    {'u_wall': 0.17, 'u_window': 0.9}
    """
    alternatives = _load(path).alternative
    names = [alternative.name for alternative in alternatives]
    for name in names:
        if name == TODAY:
            raise ScenarioError(f"{path}: {name!r} is the city as it is: give the alternative another name")
        if names.count(name) > 1:
            raise ScenarioError(f"{path}: {names.count(name)} alternatives are named {name!r}")
    return alternatives


def load_costs(path: str | Path) -> Costs | None:
    """The ``[costs]`` of a TOML file of alternatives.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    Costs or None
        None where the file has none.

    Raises
    ------
    ScenarioError
        As :func:`load_alternatives`.
    """
    return _load(path).costs


def _load(path: str | Path) -> _Document:
    try:
        text = Path(path).read_text("utf-8")
    except OSError as error:
        raise ScenarioError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not UTF-8 text") from error
    return _decode(text, path, _Document)


T = TypeVar("T")


def _decode(text: str, path: str | Path, kind: type[T]) -> T:
    try:
        return msgspec.toml.decode(text, type=kind)
    except msgspec.ValidationError as error:
        raise ScenarioError(_sentence(str(error), text, path)) from None
    except msgspec.DecodeError as error:
        at = re.search(r"\(at line (\d+), column \d+\)", str(error))
        place = f"{path}:{at[1]}" if at else str(path)
        raise ScenarioError(f"{place}: not valid TOML: {str(error).split(' (at')[0]}") from None


def _sentence(message: str, text: str, path: str | Path) -> str:
    """Message of msgspec as one sentence with the line it is about."""
    what, _, where = message.partition(" - at ")
    place = where.strip("`") or "$"
    unknown = re.search("unknown field `(.+)`", what)
    if unknown:
        place += f".{unknown[1]}"
        what = f"unknown key {unknown[1]!r}"
    elif missing := re.search("missing required field `(.+)`", what):
        what = f"{place.removeprefix('$.') if place != '$' else 'the file'} needs the key {missing[1]!r}"
    else:
        what = f"{place.rpartition('.')[2]}: {what[0].lower()}{what[1:].replace('`', '')}"
    lines = _lines(text)
    while place not in lines:
        place = re.sub(r"(\[\d+\]|\.[^.\[]+)$", "", place)
    line = lines[place]
    return f"{path}:{line}: {what}" if line else f"{path}: {what}"


def _lines(text: str) -> dict[str, int]:
    """Line of each table header and key by its path as msgspec writes it; "$" is line 0."""
    lines, table = {"$": 0}, "$"
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[\[?)\s*([\w.-]+)\s*\]", line):
            table = "$"
            *parents, last = header[2].split(".")
            for name in parents:
                table += f".{name}"
                table += f"[{counts[table] - 1}]" if table in counts else ""
            table += f".{last}"
            if header[1] == "[[":
                counts[table] = counts.get(table, 0) + 1
                lines.setdefault(table, number)
                table += f"[{counts[table] - 1}]"
            lines[table] = number
        elif key := re.match(r'\s*"?([\w-]+)"?\s*=', line):
            lines[f"{table}.{key[1]}"] = number
    return lines
