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

from citytwin.errors import CityReadError
from citytwin.model.demand import HeatSystem
from citytwin.model.enums import Carrier, Use
from citytwin.model.reference import CONFIDENCE, read_reference

MODES = ("standard", "operated")
BASE_USES = tuple(u for u in Use if u not in (Use.UNKNOWN, Use.OTHER))
_RESIDENTIAL = (Use.SMALL_RESIDENTIAL, Use.APARTMENT)
_TABLES = {
    "stock": "stock_fi.csv",
    "use": "use_fi.csv",
    "stand_ins": "stand_ins_fi.csv",
    "constants": "constants.csv",
    "uncertainty": "uncertainty.csv",
    "systems": "systems_fi.csv",
}
_KEYS = {
    "stock": ("quantity", "use", "permit_from", "permit_to"),
    "use": ("use", "mode", "quantity"),
    "constants": ("name",),
    "uncertainty": ("parameter",),
    "systems": ("carrier", "end_use"),
}


class Cited(NamedTuple):
    """One number and where it comes from.

    Parameters
    ----------
    value : float
    unit, source, licence : str
    year : int
        Of the source.
    confidence : {"high", "medium", "low"}
        Low where the number is an assumption or has not been checked against its source.
    """

    value: float
    unit: str
    source: str
    year: int
    licence: str
    confidence: str


class PeriodTable(NamedTuple):
    """One quantity by year of permit and use class.

    Parameters
    ----------
    edges : float64 array (e,)
        Years at which the value may change, ascending.
    cited : tuple of tuples of Cited
        By use class, then by period (e + 1).
    values : float64 array (10, e + 1)
    confidence : float64 array (10, e + 1)
        0-100.
    """

    edges: NDArray[np.float64]
    cited: tuple[tuple[Cited, ...], ...]
    values: NDArray[np.float64]
    confidence: NDArray[np.float64]


class Permit(NamedTuple):
    """Time of permit of some buildings.

    Parameters
    ----------
    year : float64 array (n,)
    spread : float64 array (n,)
        Standard deviation; where it is not 0 the tables are averaged over the periods by their probability, so that a
        guessed year just behind a change of the code does not decide alone.
    """

    year: NDArray[np.float64]
    spread: NDArray[np.float64]


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
    changed : tuple of str
        What the user overrode.
    """

    periods: Mapping[str, PeriodTable]
    uses: Mapping[tuple[str, str], tuple[Cited, ...]]
    stand_ins: NDArray[np.float64]
    constants: Mapping[str, Cited]
    spreads: Mapping[str, Spread]
    systems: Mapping[str, HeatSystem]
    changed: tuple[str, ...] = ()

    def constant(self, name: str) -> float:
        """Value of a constant."""
        return self.constants[name].value

    def shares(self, use_shares: NDArray[np.floating]) -> NDArray[np.float64]:
        """Use shares (n, 10) with OTHER and UNKNOWN replaced by the classes that stand in for them."""
        given = np.asarray(use_shares, np.float64)
        return np.stack([weighted(given, column, tuple(Use)) for column in self.stand_ins.T], axis=1)

    def by_use(self, quantity: str, mode: str) -> NDArray[np.float64]:
        """Values (10,) of a quantity of the use profiles; NaN for OTHER and UNKNOWN."""
        return np.array([cited.value for cited in self.uses[mode, quantity]])

    def by_period(self, quantity: str, shares: NDArray[np.float64], permit: Permit) -> NDArray[np.float64]:
        """Mean (n,) over the shares (n, 10) of a quantity at the time of permit."""
        table = self.periods[quantity]
        return weighted(shares, _at(table.values, table.edges, permit))

    def of_use(self, quantity: str, use: Use, permit: Permit) -> NDArray[np.float64]:
        """Values (n,) of a quantity for one use class at the time of permit."""
        table = self.periods[quantity]
        return _at(table.values[use : use + 1], table.edges, permit)[0]

    def confidence(self, quantity: str, shares: NDArray[np.float64], permit: Permit) -> NDArray[np.float64]:
        """Confidence 0-100 of :meth:`by_period`."""
        table = self.periods[quantity]
        return weighted(shares, _at(table.confidence, table.edges, permit))

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


def _at(values: NDArray[np.float64], edges: NDArray[np.float64], permit: Permit) -> NDArray[np.float64]:
    """Values by period (u, e + 1) at the time of permit, (u, n)."""
    known = values[:, np.searchsorted(edges, permit.year, side="right")]
    if not permit.spread.any():
        return known
    from scipy.special import ndtr

    guessed = permit.spread > 0
    before = ndtr((edges[:, None] - permit.year) / np.where(guessed, permit.spread, 1.0))
    chance = np.diff(np.vstack([np.zeros_like(permit.year), before, np.ones_like(permit.year)]), axis=0)
    mean = np.zeros_like(known)
    for period, probability in enumerate(chance):
        mean += values[:, period, None] * probability
    return np.where(guessed, mean, known)


def weighted(
    shares: NDArray[np.float64], values: NDArray[np.float64], uses: Sequence[int] = BASE_USES
) -> NDArray[np.float64]:
    """Mean (n,) with the shares (n, 10) of values by use class, (10,) or (10, n).

    Added up class by class, unlike a matrix product, so that a row's last digits do not depend on the other rows.
    """
    total = np.zeros(len(shares))
    for use in uses:
        total += shares[:, use] * values[use]
    return total


def load_stock(overrides: Mapping[str, Any] | str | Path | None = None) -> Stock:
    """Read the stock tables, with the user's own numbers in place of the shipped ones.

    Parameters
    ----------
    overrides : mapping or path of a TOML file, optional
        Rows by table: ``stock``, ``use``, ``constants``, ``uncertainty``, ``systems``. A row has the columns of the CSV
        file it overrides; ``source`` is needed, ``year``, ``licence`` and ``confidence`` (default medium) are not. Rows
        of ``stock`` overlay the shipped periods for the years they name.

    Returns
    -------
    Stock

    Raises
    ------
    CityReadError
        The file cannot be opened or is not TOML.
    ValueError
        Unknown table, column, use class or quantity, or a row without source.

    Examples
    --------
    >>> own = {"stock": [{"quantity": "u_wall", "use": "apartment", "permit_from": 1960, "permit_to": 1976,
    ...                   "value": 0.55, "unit": "W/(m2 K)", "source": "survey of the city, 2024"}]}
    >>> load_stock(own).archetype("apartment", 1965)["u_wall"].value
    0.55
    """
    if overrides is None:
        return _shipped()
    if isinstance(overrides, str | Path):
        overrides = _own_tables(Path(overrides))
    rows = {table: list(read_reference(__package__, name)) for table, name in _TABLES.items()}
    changed = []
    for table, own in overrides.items():
        if table not in _KEYS:
            raise ValueError(f"no stock table {table!r}; there are {', '.join(_KEYS)}")
        for given in own:
            rows[table].append(_checked(table, given, rows[table]))
            changed.append(f"{table}: {' '.join(str(given.get(key, '')) for key in _KEYS[table])}".strip())
    return replace(_build(rows), changed=tuple(changed))


def _own_tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CityReadError(error.strerror or str(error), path, advice="Name a TOML file of stock tables") from error
    except ValueError as error:
        raise CityReadError(f"not TOML: {error}", path, advice="See load_stock for the tables it may hold") from error


@cache
def _shipped() -> Stock:
    return _build({table: read_reference(__package__, name) for table, name in _TABLES.items()})


def _checked(table: str, given: Mapping[str, Any], shipped: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """A user's row as text, complete, or ValueError."""
    unknown = set(given) - set(shipped[0])
    if unknown:
        raise ValueError(f"stock table {table!r} has no column {', '.join(sorted(unknown))}")
    if not given.get("source"):
        raise ValueError(f"a row of stock table {table!r} has no source: say where the number comes from")
    row = dict.fromkeys(shipped[0], "") | {"year": "0", "licence": "user", "confidence": "medium"}
    row |= {key: str(value) for key, value in given.items()}
    needed = [key for key in _KEYS[table] if not key.startswith("permit") and not row[key]]
    if needed:
        raise ValueError(f"a row of stock table {table!r} has no {', '.join(needed)}")
    for key in ("quantity", "name", "parameter", "carrier", "end_use"):
        known = {shipped_row.get(key) for shipped_row in shipped}
        if key in row and row[key] not in known:
            raise ValueError(f"stock table {table!r} has no {key} {row[key]!r}")
    if row["confidence"] not in CONFIDENCE:
        raise ValueError(f"confidence must be one of {', '.join(CONFIDENCE)}, not {row['confidence']!r}")
    return row


def _cited(row: Mapping[str, str]) -> Cited:
    return Cited(float(row["value"]), row["unit"], row["source"], int(row["year"]), row["licence"], row["confidence"])


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
    return Stock(
        periods={q: _period_table(q, [r for r in tables["stock"] if r["quantity"] == q]) for q in quantities},
        uses=_use_profiles(tables["use"]),
        stand_ins=stand_ins,
        constants={row["name"]: _cited(row) for row in tables["constants"]},
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
    )


def _applies(row_use: str, use: Use) -> int:
    """How closely a row's use fits a class: 3 the class itself, 2 its group, 1 all, 0 not at all."""
    group = "residential" if use in _RESIDENTIAL else "non_residential"
    return {use.word: 3, group: 2, "all": 1}.get(row_use, 0)


def _period_table(quantity: str, rows: Sequence[Mapping[str, str]]) -> PeriodTable:
    """Table of one quantity; of the rows that cover a period the closest use wins, then the last row."""
    spans = [(float(r["permit_from"] or -np.inf), float(r["permit_to"] or np.inf)) for r in rows]
    for row in rows:
        if row["use"] not in ("all", "residential", "non_residential"):
            Use.from_word(row["use"])
    edges = sorted({edge for span in spans for edge in span if np.isfinite(edge)})
    starts = [-np.inf, *edges]
    no_row = Cited(np.nan, "", "", 0, "", "low")
    cited: list[tuple[Cited, ...]] = []
    for use in Use:
        chosen: list[Cited] = []
        for start in starts:
            fitting = [
                (_applies(row["use"], use), number)
                for number, (row, (first, stop)) in enumerate(zip(rows, spans, strict=True))
                if _applies(row["use"], use) and first <= start < stop
            ]
            if not fitting and use in BASE_USES:
                raise ValueError(f"no value of {quantity} for {use.word} permitted from {start}")
            chosen.append(_cited(rows[max(fitting)[1]]) if fitting and use in BASE_USES else no_row)
        cited.append(tuple(chosen))
    return PeriodTable(
        np.array(edges),
        tuple(cited),
        np.array([[c.value for c in row] for row in cited]),
        np.array([[CONFIDENCE[c.confidence] for c in row] for row in cited], float),
    )


def _use_profiles(rows: Iterable[Mapping[str, str]]) -> dict[tuple[str, str], tuple[Cited, ...]]:
    """Rows by mode and quantity: what is operated like the standard has no row of its own."""
    found: dict[tuple[str, str], dict[Use, Cited]] = {}
    quantities: dict[str, None] = {}
    for row in rows:
        quantities[row["quantity"]] = None
        found.setdefault((row["mode"], row["quantity"]), {})[Use.from_word(row["use"])] = _cited(row)
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
    return table
