"""Measures on buildings as data: what they change, what they cost, what their making emits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.lanes import central_permit
from citytwin.energy.stock import Cited, Stock
from citytwin.model.buildings import OVERRIDES, Buildings
from citytwin.model.element_sizes import SIZE_OF, element_sizes
from citytwin.model.enums import Carrier, Source
from citytwin.model.reference import CONFIDENCE, read_reference

TABLE = "measures_fi.csv"
SET_POINT = "heating_setpoint_change"
LOWER_IS_BETTER = ("u_wall", "u_roof", "u_floor", "u_window", "n50")
HIGHER_IS_BETTER = ("heat_recovery",)
PRICES = ("wall_m2", "roof_m2", "floor_m2", "window_m2", "heat_recovery_m2", "airtightness_m2", "heat_source_kw")
MODULE = "A1-A3"
"""Module of EN 15978 that the embodied carbon of measures is of: making of the products."""

PACKAGES: Mapping[str, tuple[str, ...]] = {
    "as_is": (),
    "windows": ("windows",),
    "envelope": ("wall_insulation", "roof_insulation", "floor_insulation", "windows"),
    "deep": ("wall_insulation", "roof_insulation", "floor_insulation", "windows", "heat_recovery"),
    "heat_pump": ("ground_source_heat_pump",),
    "deep_heat_pump": (
        "wall_insulation", "roof_insulation", "floor_insulation", "windows", "heat_recovery", "ground_source_heat_pump",
    ),
}  # fmt: skip
"""Packages of measures by name, the first one empty."""


class Measure(NamedTuple):
    """One measure.

    Parameters
    ----------
    name : str
    targets : dict of property to Cited
        By the names in :data:`citytwin.model.buildings.OVERRIDES`, or ``heating_setpoint_change`` in K.
    carrier : str or None
        New heat source.
    size : str
        Name of the size that price and embodied carbon are per, such as ``wall_m2``.
    price : Cited or None
        EUR per size; None where the table has none.
    embodied : Cited or None
        kg CO2e per size, module A1-A3 of EN 15978.
    """

    name: str
    targets: dict[str, Cited]
    carrier: str | None
    size: str
    price: Cited | None
    embodied: Cited | None

    @property
    def confidence(self) -> int:
        """0-100, of the weakest number of price and embodied carbon; 0 where one is missing."""
        numbers = (self.price, self.embodied)
        return min(0 if cited is None else CONFIDENCE[cited.confidence] for cited in numbers)


def load_measures(own: Iterable[Mapping[str, Any]] = ()) -> dict[str, Measure]:
    """Measures by name, with the user's own rows in place of the shipped ones or beside them.

    The shipped prices are examples of several countries and years: give your own before they decide anything.

    Parameters
    ----------
    own : iterable of mappings, optional
        Rows with the columns of ``measures_fi.csv``: `measure`, `property`, `value` and `source` are needed. `property`
        is one of :data:`citytwin.model.buildings.OVERRIDES`, ``heating_setpoint_change``, ``carrier``, ``embodied``, or
        the name of a price such as ``wall_m2``.

    Raises
    ------
    ValueError
        A row without source, unknown column or property, a value that is no number, or a measure that changes nothing
        or elements of two kinds.

    Examples
    --------
    >>> own = [{"measure": "wall_insulation", "property": "wall_m2", "value": 180, "source": "tenders of 2025"}]
    >>> load_measures(own)["wall_insulation"].price.value
    180.0
    """
    rows = [dict(row) for row in read_reference(__package__, TABLE)]
    columns = set(rows[0])
    for given in own:
        missing = [name for name in ("measure", "property", "value", "source") if given.get(name) in (None, "")]
        if missing or set(given) - columns:
            raise ValueError(
                f"a row of measures needs measure, property, value and source and may have {', '.join(sorted(columns))}"
                f": {dict(given)}"
            )
        row = {"unit": "", "year": "0", "licence": "user", "confidence": "medium"}
        row |= {key: str(value) for key, value in given.items()}
        if row["confidence"] not in CONFIDENCE:
            raise ValueError(f"confidence must be one of {', '.join(CONFIDENCE)}, not {row['confidence']!r}")
        rows.append(row)
    by_name: dict[str, dict[str, Mapping[str, str]]] = {}
    for row in rows:
        by_name.setdefault(row["measure"], {})[row["property"]] = row
    return {name: _measure(name, properties) for name, properties in by_name.items()}


@cache
def shipped_measures() -> Mapping[str, Measure]:
    """The measures of ``measures_fi.csv`` by name."""
    return load_measures()


def _measure(name: str, rows: Mapping[str, Mapping[str, str]]) -> Measure:
    known = (*OVERRIDES, SET_POINT, "carrier", "embodied", *PRICES)
    unknown = [prop for prop in rows if prop not in known]
    if unknown:
        raise ValueError(f"measure {name!r} has no property {', '.join(unknown)}; there are {', '.join(known)}")
    carrier = rows["carrier"]["value"] if "carrier" in rows else None
    if carrier is not None:
        Carrier.from_word(carrier)
    targets = {prop: _cited(name, rows[prop]) for prop in rows if prop in (*OVERRIDES, SET_POINT)}
    sizes = {SIZE_OF[prop] for prop in (*targets, *(["carrier"] if carrier else []))}
    if len(sizes) != 1:
        raise ValueError(f"measure {name!r} must change one kind of element, not {', '.join(sorted(sizes)) or 'none'}")
    (size,) = sizes
    strangers = [prop for prop in rows if prop in PRICES and prop != size]
    if strangers:
        raise ValueError(f"measure {name!r} goes by {size}, but has a price by {', '.join(strangers)}")
    price, embodied = (_cited(name, rows[prop]) if prop in rows else None for prop in (size, "embodied"))
    return Measure(name, targets, carrier, size, price, embodied)


def _cited(name: str, row: Mapping[str, str]) -> Cited:
    try:
        value, year = float(row["value"]), int(row["year"])
    except ValueError:
        raise ValueError(f"measure {name!r}: {row['property']} needs numbers as value and year, not {row}") from None
    if not np.isfinite(value) or (row["property"] != SET_POINT and value < 0):
        raise ValueError(f"measure {name!r}: {row['property']} must be finite and not negative, not {value}")
    return Cited(value, row["unit"], row["source"], year, row["licence"], row["confidence"])


def improves(buildings: Buildings, column: str, value: float, stock: Stock) -> NDArray[np.bool_]:
    """Whether a property would be better than the present one (n,); always for what has no order, such as ``g_window``.

    Parameters
    ----------
    buildings : Buildings
    column : str
        One of :data:`citytwin.model.buildings.OVERRIDES`.
    value : float
    stock : Stock
        Says what buildings have that no register or scenario tells about, with their probable refurbishment.
    """
    if column not in LOWER_IS_BETTER + HIGHER_IS_BETTER:
        return np.ones(len(buildings), bool)
    shares, permit = stock.shares(buildings.use_shares), central_permit(buildings, stock)
    table = stock.by_period(column, shares, permit, stock.refurbished("operated"))
    given = buildings.override(column)
    present = np.where(np.isnan(given), table, given)
    return present < value if column in HIGHER_IS_BETTER else present > value


class Renovated(NamedTuple):
    """Buildings after some measures.

    Parameters
    ----------
    buildings : Buildings
    applied : dict of measure name to bool array (n,)
        Where the measure makes something better; elsewhere nothing is done, bought or made.
    """

    buildings: Buildings
    applied: dict[str, NDArray[np.bool_]]


def renovate(buildings: Buildings, measures: Sequence[Measure], stock: Stock) -> Renovated:
    """Buildings with some measures carried out, in their order, where they make anything better.

    A measure with a property that has an order (U-values, leakage, heat recovery) is carried out where one such
    property gets better; others, such as shading, everywhere. A heat source is replaced where it is another one.

    Parameters
    ----------
    buildings : Buildings
    measures : sequence of Measure
    stock : Stock

    Examples
    --------
    >>> import numpy as np
    >>> import citytwin as ct
    >>> old = ct.synthetic.city(3, seed=1).buildings()
    >>> old = old.with_columns(ct.model.Source.REGISTER, 90, year_built=np.full(3, 1965.0))
    >>> done = ct.energy.renovate(old, [ct.energy.load_measures()["windows"]], ct.energy.load_stock())
    >>> done.applied["windows"].tolist(), done.buildings.override("u_window").tolist()
    ([True, True, True], [0.7, 0.7, 0.7])
    """
    applied = {}
    for measure in measures:
        ordered = [name for name in measure.targets if name in LOWER_IS_BETTER + HIGHER_IS_BETTER]
        if measure.carrier is not None:
            where = buildings.carrier != Carrier.from_word(measure.carrier)
        else:
            decisive = ordered or list(measure.targets)
            where = np.logical_or.reduce(
                [improves(buildings, name, measure.targets[name].value, stock) for name in decisive]
            )
        columns: dict[str, NDArray[Any]] = {
            name: np.where(where, cited.value, np.nan) for name, cited in measure.targets.items()
        }
        if measure.carrier is not None:
            columns["carrier"] = np.where(where, Carrier.from_word(measure.carrier), -1)
        buildings = buildings.with_columns(Source.SCENARIO, 95, **columns)
        applied[measure.name] = where
    return Renovated(buildings, applied)


class Work(NamedTuple):
    """What some measures take.

    Parameters
    ----------
    cost_eur : float64 array (n,)
        Sum of what has a price.
    embodied_kg : float64 array (n,)
        kg CO2e, module A1-A3, of what has a number.
    unpriced, uncounted : tuples of str
        Measures without price, and without embodied carbon, that are carried out somewhere.
    price_years : tuple of int
        Years of the prices that were added up.
    confidence : int
        0-100, of the weakest price or embodied carbon; 100 where nothing is done.
    """

    cost_eur: NDArray[np.float64]
    embodied_kg: NDArray[np.float64]
    unpriced: tuple[str, ...]
    uncounted: tuple[str, ...]
    price_years: tuple[int, ...]
    confidence: int


def work_of(
    renovated: Renovated, measures: Sequence[Measure], heating_peak_kw: NDArray[np.floating] | None = None
) -> Work:
    """Cost and embodied carbon of measures that were carried out.

    Size of the element times price and times embodied carbon, module A1-A3 of EN 15978, where the measure is applied.

    Parameters
    ----------
    renovated : Renovated
    measures : sequence of Measure
        Those of `renovated`.
    heating_peak_kw : float array (n,), optional
        Of the renovated buildings; needed where a heat source is replaced.

    Raises
    ------
    ValueError
        A heat source is replaced and the heating peak is not given.
    """
    n = len(renovated.buildings)
    sizes = element_sizes(renovated.buildings, heating_peak_kw)
    cost, embodied = np.zeros(n), np.zeros(n)
    done = [measure for measure in measures if renovated.applied[measure.name].any()]
    for measure in done:
        if measure.size not in sizes:
            raise ValueError(f"measure {measure.name!r} goes by {measure.size}: give the heating peak")
        size = np.where(renovated.applied[measure.name], sizes[measure.size], 0.0)
        cost += size * (0.0 if measure.price is None else measure.price.value)
        embodied += size * (0.0 if measure.embodied is None else measure.embodied.value)
    return Work(
        cost,
        embodied,
        tuple(measure.name for measure in done if measure.price is None),
        tuple(measure.name for measure in done if measure.embodied is None),
        tuple(sorted({measure.price.year for measure in done if measure.price is not None and measure.price.value})),
        min((measure.confidence for measure in done), default=100),
    )
