"""The stock: constructions by year of permit, use profiles, spreads and efficiencies, every number with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.constructions import Constructions, build_constructions
from citytwin.energy.period_table import (
    BASE_USES,
    Cited,
    PeriodTable,
    Permit,
    at_permit,
    cited_of,
    period_table,
    weighted,
)
from citytwin.energy.refurbishment import Refurbishment, build_refurbishment
from citytwin.energy.weekly import weekly_rows
from citytwin.errors import CityReadError
from citytwin.model.demand import HeatSystem
from citytwin.model.enums import Carrier, Use
from citytwin.model.reference import CONFIDENCE, read_reference

MODES = ("standard", "operated")
_TABLES = {
    "stock": "stock_fi.csv",
    "use": "use_fi.csv",
    "stand_ins": "stand_ins_fi.csv",
    "constants": "constants.csv",
    "uncertainty": "uncertainty.csv",
    "systems": "systems_fi.csv",
    "materials": "materials.csv",
    "constructions": "constructions_fi.csv",
    "refurbishment": "refurbishment_fi.csv",
    "draw_off": "draw_off.csv",
    "profiles": "profiles_en16798.csv",
}
_KEYS = {
    "stock": ("quantity", "use", "permit_from", "permit_to"),
    "use": ("use", "mode", "quantity"),
    "constants": ("name",),
    "uncertainty": ("parameter",),
    "systems": ("carrier", "end_use"),
    "materials": ("material",),
    "constructions": ("element", "use", "permit_from", "permit_to", "layer", "material"),
    "refurbishment": ("quantity", "use", "age_from", "age_to"),
    "draw_off": ("use", "day"),
    "profiles": ("use", "quantity", "day"),
}
_NUMBERS = ("value", "sd", "sd_imputed", "shared", "permit_from", "permit_to", "age_from", "age_to")
_ABOVE_ZERO = (
    "u_wall", "u_roof", "u_floor", "u_outer_floor", "u_window", "g_perpendicular", "hot_water_distribution",
    "room_height", "heat_capacity", "mass_area_factor",
)  # fmt: skip
_SHARES = (
    "heat_recovery", "g_perpendicular", "hot_water_distribution", "attic_share", "lighting_usage", "appliance_usage",
    "person_usage",
)  # fmt: skip
PROFILES = ("fi", "en16798")
WEEKLY = ("people", "appliances", "lighting")
"""Gains that may have a profile by hour; without one they are on while in use."""


class Spread(NamedTuple):
    """How far a parameter may lie from its central value; see ``uncertainty.csv``.

    Parameters
    ----------
    relative : bool
        True for a log-normal factor, False for a normal difference in the unit of the parameter.
    sd, sd_imputed : float
        Standard deviation (of the logarithm where relative), and where the column `imputed_by` of the building is
        imputed or missing.
    imputed_by : str
        Column of :class:`~citytwin.model.Buildings`.
    shared : float
        Share of the variance that all buildings of an archetype have in common.
    """

    relative: bool
    sd: float
    sd_imputed: float
    imputed_by: str
    shared: float


@dataclass(frozen=True, eq=False)
class Stock:
    """Tables that turn use and age into building physics. Made by :func:`load_stock`.

    Parameters
    ----------
    periods : mapping of quantity to PeriodTable
    uses : mapping of (mode, quantity) to tuple of Cited by use class
        Modes are ``standard`` and ``operated``.
    stand_ins : float64 array (10, 10)
        Share of each use class that stands in for another: OTHER and UNKNOWN have no rows of their own.
    constants : mapping of name to Cited
    spreads : mapping of parameter to Spread
    systems : mapping of heat source to HeatSystem
    constructions : Constructions
    refurbishment : Refurbishment
    weekly : mapping of name to mapping of use class to float64 array (168,)
        Hours of the week that begins on Monday, of the classes that have rows: :data:`WEEKLY` as shares of the power,
        and ``draw_off`` of hot water in any unit.
    changed : tuple of str
        What the user overrode, and profiles of other countries.
    """

    periods: Mapping[str, PeriodTable]
    uses: Mapping[tuple[str, str], tuple[Cited, ...]]
    stand_ins: NDArray[np.float64]
    constants: Mapping[str, Cited]
    spreads: Mapping[str, Spread]
    systems: Mapping[str, HeatSystem]
    constructions: Constructions
    refurbishment: Refurbishment
    weekly: Mapping[str, Mapping[Use, NDArray[np.float64]]]
    changed: tuple[str, ...] = ()

    def constant(self, name: str) -> float:
        """Value of a constant."""
        return self.constants[name].value

    def shares(self, use_shares: NDArray[np.floating]) -> NDArray[np.float64]:
        """Use shares (n, 10) with OTHER and UNKNOWN replaced by the classes that stand in for them."""
        given = np.asarray(use_shares, np.float64)
        columns = self.stand_ins.T
        return np.stack([weighted(given, column, np.flatnonzero(column).tolist()) for column in columns], axis=1)

    def by_use(self, quantity: str, mode: str) -> NDArray[np.float64]:
        """Values (10,) of a quantity of the use profiles; NaN for OTHER and UNKNOWN."""
        return np.array([cited.value for cited in self.uses[mode, quantity]])

    def table(self, quantity: str, refurbished: bool = False) -> PeriodTable:
        """Table of a quantity as built, or its expectation over the states of refurbishment."""
        expected = self.refurbishment.expected if refurbished else {}
        return expected.get(quantity) or self.periods[quantity]

    def refurbished(self, mode: str) -> bool:
        """Whether buildings have a probable state of refurbishment in a mode: in operated use, unless told."""
        return self.constant(f"refurbished_{mode}") > 0

    def by_period(
        self, quantity: str, shares: NDArray[np.float64], permit: Permit, refurbished: bool = False
    ) -> NDArray[np.float64]:
        """Mean (n,) over the shares (n, 10) of a quantity at the time of permit, see :meth:`table`."""
        table = self.table(quantity, refurbished)
        return weighted(shares, at_permit(table.values, table.edges, permit))

    def of_use(self, quantity: str, use: Use, permit: Permit) -> NDArray[np.float64]:
        """Values (n,) of a quantity for one use class at the time of permit."""
        table = self.periods[quantity]
        return at_permit(table.values[use : use + 1], table.edges, permit)[0]

    def confidence(self, quantity: str, shares: NDArray[np.float64], permit: Permit) -> NDArray[np.float64]:
        """Confidence 0-100 of :meth:`by_period`."""
        table = self.periods[quantity]
        return weighted(shares, at_permit(table.confidence, table.edges, permit))

    def permit(
        self, shares: NDArray[np.float64], year_built: NDArray[np.float64], spread: NDArray[np.float64]
    ) -> Permit:
        """Time of permit from the year of completion (n,) and its spread (n,); the default year where that is NaN."""
        known = np.where(np.isnan(year_built), self.constant("default_year"), year_built)
        return Permit(known - weighted(shares, self.by_use("permit_lag", "standard")), spread)

    def archetype(self, use: str, year_built: float = np.nan, mode: str = "operated") -> dict[str, Cited]:
        """Every number the tables hold for a use class and a year of completion.

        Parameters
        ----------
        use : str
            Word of a use class; for ``other`` and ``unknown`` the class with the largest share stands in.
        year_built : float, default NaN
            Year of completion; where NaN the default year is used.
        mode : {"operated", "standard"}

        Raises
        ------
        ValueError
            Unknown use class or mode.

        Examples
        --------
        >>> load_stock().archetype("apartment", 1965)["u_wall"].value
        0.81
        """
        code = Use.from_word(use)
        if mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")
        row = np.zeros((1, len(Use)))
        row[0, code] = 1.0
        shares = self.shares(row)
        permit = float(self.permit(shares, np.array([year_built]), np.zeros(1)).year[0])
        base = int(np.argmax(shares[0]))
        found = {
            quantity: table.cited[base][int(np.searchsorted(table.edges, permit, side="right"))]
            for quantity, table in self.periods.items()
        }
        found |= {quantity: cited[base] for (m, quantity), cited in self.uses.items() if m == mode}
        if base != code:
            found = {name: cited._replace(confidence="low") for name, cited in found.items()}
        return found


def load_stock(overrides: Mapping[str, Any] | str | Path | None = None, profiles: str = "fi") -> Stock:
    """Read the stock tables, with the user's own numbers in place of the shipped ones.

    Parameters
    ----------
    overrides : mapping or path of a TOML file, optional
        Rows by table: ``stock``, ``use``, ``constants``, ``uncertainty``, ``systems``, ``materials``,
        ``constructions``, ``refurbishment``, ``draw_off``, ``profiles``. A row has the columns of the CSV file it
        overrides; ``source`` is needed, ``year``, ``licence`` and ``confidence`` (default medium) are not. Rows of
        ``stock`` and ``refurbishment`` overlay the shipped periods for the years or ages they name; rows of
        ``constructions`` of one element, use and period are all layers of a construction, from outside to inside.
    profiles : {"fi", "en16798"}
        How buildings are used: as Decree 1010/2017 says, or, for other countries, hour by hour as EN 16798-1:2019,
        Annex C, where it has a profile; constructions stay those of Finland until they are overridden.

    Returns
    -------
    Stock

    Raises
    ------
    CityReadError
        The file cannot be opened or is not TOML.
    ValueError
        Unknown table, column, use class, mode, quantity or `profiles`, a row without source, a number that is none or
        that its quantity cannot have, a profile without 24 values, or set-points that cross.

    Examples
    --------
    >>> own = {"stock": [{"quantity": "u_wall", "use": "apartment", "permit_from": 1960, "permit_to": 1976,
    ...                   "value": 0.55, "unit": "W/(m2 K)", "source": "survey of the city, 2024"}]}
    >>> load_stock(own).archetype("apartment", 1965)["u_wall"].value
    0.55
    """
    if profiles not in PROFILES:
        raise ValueError(f"profiles must be one of {', '.join(PROFILES)}, not {profiles!r}")
    if overrides is None:
        return _shipped(profiles)
    if isinstance(overrides, str | Path):
        overrides = _own_tables(Path(overrides))
    rows = _shipped_rows(profiles)
    changed = list(_shipped(profiles).changed)
    for table, own in overrides.items():
        if table not in _KEYS:
            raise ValueError(f"no stock table {table!r}; there are {', '.join(_KEYS)}")
        for given in own:
            rows[table].append(_checked(table, given))
            changed.append(f"{table}: {' '.join(str(given.get(key, '')) for key in _KEYS[table])}".strip())
    return replace(_build(rows), changed=tuple(changed))


def _own_tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CityReadError(error.strerror or str(error), path, advice="Name a TOML file of stock tables") from error
    except ValueError as error:
        raise CityReadError(f"not TOML: {error}", path, advice="See load_stock for the tables it may hold") from error


def _shipped_rows(profiles: str) -> dict[str, list[Mapping[str, str]]]:
    """Rows of the shipped tables; the Finnish use has no profiles by hour."""
    rows = {table: list(read_reference(__package__, name)) for table, name in _TABLES.items()}
    if profiles == "fi":
        rows["profiles"] = []
    else:
        rows["use"] += read_reference(__package__, f"use_{profiles}.csv")
    return rows


@cache
def _shipped(profiles: str) -> Stock:
    stock = _build(_shipped_rows(profiles))
    return stock if profiles == "fi" else replace(stock, changed=(f"profiles: {profiles}",))


def _checked(table: str, given: Mapping[str, Any]) -> dict[str, str]:
    """A user's row as text, complete, or ValueError."""
    shipped = read_reference(__package__, _TABLES[table])
    unknown = set(given) - set(shipped[0])
    if unknown:
        raise ValueError(f"stock table {table!r} has no column {', '.join(sorted(unknown))}")
    if not given.get("source"):
        raise ValueError(f"a row of stock table {table!r} has no source: say where the number comes from")
    row = dict.fromkeys(shipped[0], "") | {"year": "0", "licence": "user", "confidence": "medium"}
    row |= {key: str(value) for key, value in given.items()} | {"origin": "user"}
    needed = [key for key in _KEYS[table] if not key.endswith(("_from", "_to")) and not row[key]]
    if needed:
        raise ValueError(f"a row of stock table {table!r} has no {', '.join(needed)}")
    for key in ("quantity", "name", "parameter", "carrier", "end_use", "day"):
        known = {shipped_row.get(key) for shipped_row in shipped}
        if key in row and row[key] not in known:
            raise ValueError(f"stock table {table!r} has no {key} {row[key]!r}")
    if row["confidence"] not in CONFIDENCE:
        raise ValueError(f"confidence must be one of {', '.join(CONFIDENCE)}, not {row['confidence']!r}")
    if "mode" in row and row["mode"] not in ("any", *MODES):
        raise ValueError(f"mode must be one of any, {', '.join(MODES)}, not {row['mode']!r}")
    _check_numbers(table, row)
    return row


def _check_numbers(table: str, row: Mapping[str, str]) -> None:
    """Refuse a row whose numbers are none, or none that the quantity can have."""
    name = row.get("quantity") or row.get("name") or row.get("parameter") or row.get("carrier") or ""
    where = f"a row of stock table {table!r} ({name})" if name else f"a row of stock table {table!r}"
    found = {}
    for key in _NUMBERS:
        if key in row and (row[key] or not key.endswith(("_from", "_to"))):
            try:
                found[key] = float(row[key])
            except ValueError:
                raise ValueError(f"{where}: {key} must be a number, not {row[key]!r}") from None
            if not np.isfinite(found[key]):
                raise ValueError(f"{where}: {key} must be finite, not {row[key]}")
    for span in ("permit", "age"):
        if found.get(f"{span}_from", -np.inf) >= found.get(f"{span}_to", np.inf):
            raise ValueError(f"{where}: {span}_from must be below {span}_to, not {row[f'{span}_from']}")
    value = found.get("value", 1.0)
    if table == "systems" or name in _ABOVE_ZERO:
        if value <= 0.0:
            raise ValueError(f"{where}: value must be above 0, not {row['value']}")
    elif table != "constants" and min(value, found.get("sd", 0.0), found.get("sd_imputed", 0.0)) < 0.0:
        raise ValueError(f"{where}: no number of it may be negative")
    if (name in _SHARES and value > 1.0) or not 0.0 <= found.get("shared", 0.0) <= 1.0:
        raise ValueError(f"{where}: a share must lie between 0 and 1")


def _build(tables: Mapping[str, Sequence[Mapping[str, str]]]) -> Stock:
    quantities = dict.fromkeys(row["quantity"] for row in tables["stock"])
    stand_ins = np.diag([1.0 if use in BASE_USES else 0.0 for use in Use])
    for row in tables["stand_ins"]:
        stand_ins[Use.from_word(row["use"]), Use.from_word(row["stand_in"])] = float(row["share"])
    systems: dict[str, HeatSystem] = {}
    for carrier in (member.word for member in Carrier):
        by_end = {row["end_use"]: row for row in tables["systems"] if row["carrier"] == carrier}
        systems[carrier] = HeatSystem(
            by_end["heating"]["delivered"], float(by_end["heating"]["value"]), float(by_end["hot_water"]["value"])
        )
    periods = {q: period_table(q, [r for r in tables["stock"] if r["quantity"] == q]) for q in quantities}
    constants = {row["name"]: cited_of(row) for row in tables["constants"]}
    return Stock(
        periods=periods,
        uses=_use_profiles(tables["use"]),
        stand_ins=stand_ins,
        constants=constants,
        spreads={
            row["parameter"]: Spread(
                row["kind"] == "relative",
                float(row["sd"]),
                float(row["sd_imputed"]),
                row["imputed_by"],
                float(row["shared"]),
            )
            for row in tables["uncertainty"]
        },
        systems=systems,
        constructions=build_constructions(tables["constructions"], tables["materials"]),
        weekly={
            name: weekly_rows((row for row in tables["profiles"] if row["quantity"] == name), f"profile of {name}")
            for name in WEEKLY
        }
        | {"draw_off": weekly_rows(tables["draw_off"], "profile of draw_off")},
        refurbishment=build_refurbishment(tables["refurbishment"], periods, constants["reference_year"].value),
    )


def _use_profiles(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], tuple[Cited, ...]]:
    """Rows by mode and quantity: what is operated like the standard has no row of its own."""
    found: dict[tuple[str, str], dict[Use, Cited]] = {}
    quantities: dict[str, None] = {}
    for row in rows:
        quantities[row["quantity"]] = None
        found.setdefault((row["mode"], row["quantity"]), {})[Use.from_word(row["use"])] = cited_of(row)
    none = Cited(np.nan, "", "", 0, "", "low")
    table = {}
    for mode in MODES:
        for quantity in quantities:
            by_use = {**found.get(("any", quantity), {}), **found.get(("standard", quantity), {})}
            by_use |= found.get((mode, quantity), {})
            missing = [use.word for use in BASE_USES if use not in by_use]
            if missing:
                raise ValueError(f"no {quantity} for {', '.join(missing)}")
            table[mode, quantity] = tuple(by_use.get(use, none) for use in Use)
    _check_setpoints(table)
    return table


def _check_setpoints(table: Mapping[tuple[str, str], tuple[Cited, ...]]) -> None:
    for mode in MODES:
        for use in BASE_USES:
            heating, cooling = (table[mode, f"{name}_setpoint"][use].value for name in ("heating", "cooling"))
            if not heating < cooling:
                raise ValueError(
                    f"set-points of {use.word} cross in {mode} use: heating {heating:g}, cooling {cooling:g} degC"
                )
