"""Meters: what was metered where and when, checked, in kWh, and what it adds up to by building."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.join import OWN_ID, key_text
from citytwin.model.meter_checks import checked_rows, implausible
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table, offsets_of
from citytwin.model.units import unit_factor

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from citytwin.model.buildings import Buildings
    from citytwin.model.city import CityModel

CARRIERS = ("district_heat", "electricity", "gas", "oil", "wood", "district_cooling")
INTERVALS = {"hour": "h", "day": "D", "month": "M", "year": "Y"}
HOURS_A_YEAR = 8766.0
_JOULE_PER_KWH = 3.6e6


class MeterSums(NamedTuple):
    """Energy of some buildings and how much of the time it covers.

    Parameters
    ----------
    kwh : float64 array (n,) or (n, 12)
        What was read; NaN where nothing was.
    coverage : float64 array of the same shape
        Share of the hours for which there is a reading, over all meters of the building; 0 where there is no meter.
    """

    kwh: NDArray[np.float64]
    coverage: NDArray[np.float64]

    def complete(self, at_least: float = 0.98) -> NDArray[np.float64]:
        """The energy where the coverage is at least this, else NaN."""
        return np.where(self.coverage >= at_least, self.kwh, np.nan)


@dataclass(frozen=True, eq=False)
class Meters:
    """Readings of meters, one row a meter, carrier and interval, sorted in this order. Made by :meth:`of_table`.

    Parameters
    ----------
    key : object array (m,) of str
        What the reading belongs to; the id of a building after :meth:`at_buildings`.
    meter : object array (m,) of str
        Key of the table the reading was in: several meters may belong to one building.
    time : datetime64[h] array (m,)
        Begin of the interval, local time.
    carrier : object array (m,) of str, one of :data:`CARRIERS`
    kwh : float64 array (m,)
        Finite and not negative.
    interval : {"hour", "day", "month", "year"}
    findings : Findings
    provenance : Provenance
    """

    key: NDArray[np.object_]
    meter: NDArray[np.object_]
    time: NDArray[np.datetime64]
    carrier: NDArray[np.object_]
    kwh: NDArray[np.float64]
    interval: str
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.kwh)

    def __repr__(self) -> str:
        meters = len({*zip(self.meter.tolist(), self.carrier.tolist(), strict=True)})
        return (
            f"Meters({meters} meters, {len(self)} readings by {self.interval}, {self.kwh.sum() / 1000:.0f} MWh, "
            f"years {', '.join(map(str, self.years)) or 'none'})"
        )

    @classmethod
    def of_table(
        cls,
        table: pd.DataFrame,
        key: str = "key",
        time: str = "time",
        value: str = "kWh",
        carrier: str = "carrier",
        unit: str | None = None,
        interval: str = "month",
        source: str = "meters",
    ) -> Meters:
        """Readings of a tidy table: one row a key, time and carrier.

        Nothing is lost silently: readings that are missing, negative or contradict each other are left out, and a
        finding a meter says how many; so do gaps between its first and its last reading.

        Parameters
        ----------
        table : DataFrame
        key, time, value : str
            Columns: what the meter belongs to, the begin of the interval in local time (a year will do where `interval`
            is ``year``), and the energy.
        carrier : str
            Column of carriers, or one of :data:`CARRIERS` for the whole table.
        unit : str, optional
            Unit of `value`, by ``units.csv``: Wh, kWh, MWh, GWh, MJ, GJ, TJ, kBtu, MMBtu, therms. By default the name
            of the column says it: ``kWh``, ``heat_mwh`` or ``NaturalGas(therms)``.
        interval : {"hour", "day", "month", "year"}
        source : str
            Named in errors and findings.

        Raises
        ------
        CityReadError
            A column is missing, the unit is unknown or none of energy, a carrier is unknown, or a time is none or may
            have day and month swapped.
        ValueError
            Unknown `interval`.

        Examples
        --------
        >>> import pandas as pd
        >>> readings = pd.DataFrame({"key": ["a", "a"], "time": ["2025-01", "2025-02"], "heat_mwh": [12.0, 11.0]})
        >>> meters = Meters.of_table(readings, value="heat_mwh", carrier="district_heat")
        >>> meters.monthly(["a"], "district_heat").kwh[0, :3]
        array([12000., 11000.,    nan])
        """
        if interval not in INTERVALS:
            raise ValueError(f"interval must be one of {', '.join(INTERVALS)}, not {interval!r}")
        for name in (key, time, value):
            if name not in table.columns:
                advice = f"Columns are {', '.join(map(str, table.columns))}"
                raise CityReadError(f"there is no column {name!r}", source, advice=advice)
        kwh = _numbers(table[value], value, source) * _kwh_per(value, unit, source)
        read = cls(
            key=np.array([key_text(k) for k in table[key]], dtype=object),
            meter=np.array([key_text(k) for k in table[key]], dtype=object),
            time=_begins(table[time], interval, source),
            carrier=_carriers(table, carrier, source),
            kwh=kwh,
            interval=interval,
        )
        rows, findings = checked_rows(read.key, read.carrier, read.time, kwh, INTERVALS[interval], source)
        counts = {"read": len(read), "used": len(rows), "refused": len(read) - len(rows)}
        return replace(
            read,
            **{name: getattr(read, name)[rows] for name in ("key", "meter", "time", "carrier", "kwh")},
            findings=findings,
            provenance=Provenance(parameters={f"meters:{source}": counts}),
        )

    @property
    def years(self) -> tuple[int, ...]:
        """Calendar years with readings, ascending."""
        return tuple(int(y) + 1970 for y in np.unique(self.time.astype("datetime64[Y]").astype(np.int64)))

    def at_buildings(
        self, buildings: Buildings, city: CityModel | None = None, on: str = "building_id", split: str = "refuse"
    ) -> Meters:
        """The same readings with the ids of buildings as keys.

        Parameters
        ----------
        buildings : Buildings
        city : CityModel, optional
            The one the buildings come from; needed where `on` is an attribute of it.
        on : str, default "building_id"
            What the keys are: ids of the buildings, or the name of an attribute such as ``VTJ_PRT``.
        split : {"refuse", "floor_area"}
            What happens to a meter that several buildings share by their attribute: its readings are left out, or
            shared out by heated floor area. A finding tells either.

        Returns
        -------
        Meters
            With findings about keys without a building, and about energy per floor area that no unit explains.

        Raises
        ------
        CityReadError
            The city has no such attribute.
        ValueError
            Unknown `split`, or an attribute without a city.
        """
        if split not in ("refuse", "floor_area"):
            raise ValueError(f"split must be refuse or floor_area, not {split!r}")
        owners: dict[str, list[int]] = {}
        for row, name in enumerate(_building_keys(buildings, city, on)):
            if name:
                owners.setdefault(name, []).append(row)
        area = np.where(buildings.heated_floor_area > 0, buildings.heated_floor_area, 0.0)
        findings: list[Finding] = []
        source_row, target_row, share = [], [], []
        distinct, place = np.unique(self.meter.astype(str), return_inverse=True)
        order = np.argsort(place, kind="stable")
        offsets = offsets_of(np.bincount(place, minlength=len(distinct)))
        for number, name in enumerate(distinct.tolist()):
            readings, rows = order[offsets[number] : offsets[number + 1]], owners.get(name, [])
            refused = not rows or (len(rows) > 1 and (split == "refuse" or area[rows].sum() <= 0))
            if refused or len(rows) > 1:
                findings.append(_shared_finding(name, rows, refused, on))
            if refused:
                continue
            parts = area[rows] / area[rows].sum() if len(rows) > 1 else np.ones(1)
            for row, part in zip(rows, parts.tolist(), strict=True):
                source_row.append(readings)
                target_row.append(np.full(len(readings), row))
                share.append(np.full(len(readings), part))
        at = np.concatenate([np.zeros(0, np.int64), *source_row])
        target = np.concatenate([np.zeros(0, np.int64), *target_row])
        joined = replace(
            self,
            key=np.array(buildings.id[target], dtype=object),
            meter=np.array(self.meter[at], dtype=object),
            time=self.time[at],
            carrier=np.array(self.carrier[at], dtype=object),
            kwh=self.kwh[at] * np.concatenate([np.zeros(0), *share]),
            provenance=self.provenance.with_parameters(meters_joined_on=on),
        )
        years = joined._hours(np.arange(len(joined))) / HOURS_A_YEAR
        odd = implausible(joined.key, joined.carrier, joined.kwh, years, buildings)
        return replace(joined, findings=self.findings + Findings.of(findings) + odd)

    def annual(self, keys: Sequence[str], carrier: str | tuple[str, ...], year: int | None = None) -> MeterSums:
        """Energy of a calendar year (n,) of each key, with its coverage.

        Parameters
        ----------
        keys : sequence of str (n)
            For example ``demand.building`` after :meth:`at_buildings`.
        carrier : str or tuple of str
            Of :data:`CARRIERS`; several are added up.
        year : int, optional
            Default: the only one there is.

        Raises
        ------
        ValueError
            Unknown carrier, no readings of that year, or several years and none named.
        """
        rows, owner, begin, counts = self._selected(keys, carrier, year)
        kwh = np.bincount(owner, self.kwh[rows], minlength=len(keys)).astype(np.float64)
        covered = np.bincount(owner, self._hours(rows), minlength=len(keys))
        end = (begin.astype("datetime64[Y]") + 1).astype("datetime64[h]")
        hours = float((end - begin).astype(np.int64))
        return _sums(kwh, covered / np.maximum(counts * hours, 1.0))

    def monthly(self, keys: Sequence[str], carrier: str | tuple[str, ...], year: int | None = None) -> MeterSums:
        """Energy of the months of a calendar year (n, 12) of each key, with its coverage.

        Parameters and errors as :meth:`annual`; further a :class:`ValueError` where readings are by year.
        """
        if self.interval == "year":
            raise ValueError("these meters were read once a year: there are no months")
        rows, owner, begin, counts = self._selected(keys, carrier, year)
        first = begin.astype("datetime64[M]")
        month = (self.time[rows].astype("datetime64[M]") - first).astype(np.int64)
        cell = owner * 12 + month
        size = 12 * len(keys)
        kwh = np.bincount(cell, self.kwh[rows], minlength=size).astype(np.float64).reshape(-1, 12)
        covered = np.bincount(cell, self._hours(rows), minlength=size).reshape(-1, 12)
        edges = (first + np.arange(13)).astype("datetime64[h]").astype(np.int64)
        return _sums(kwh, covered / np.maximum(counts[:, None] * np.diff(edges), 1.0))

    def to_pandas(self) -> pd.DataFrame:
        """The tidy table: key, meter, time, carrier, kwh."""
        import pandas as pd

        columns = {name: getattr(self, name) for name in ("key", "meter", "time", "carrier", "kwh")}
        columns["time"] = self.time.astype("datetime64[s]")
        return pd.DataFrame(columns)

    def _hours(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Length of the intervals of some rows, h."""
        begin = self.time[rows].astype(f"datetime64[{INTERVALS[self.interval]}]")
        return ((begin + 1).astype("datetime64[h]") - begin.astype("datetime64[h]")).astype(np.float64)

    def _selected(
        self, keys: Sequence[str], carrier: str | tuple[str, ...], year: int | None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], np.datetime64, NDArray[np.float64]]:
        """Rows of some keys, carriers and one year; the key of each; begin of the year; meters of each key."""
        wanted = (carrier,) if isinstance(carrier, str) else tuple(carrier)
        for word in wanted:
            _known_carrier(word)
        if year is None:
            if len(self.years) != 1:
                raise ValueError(f"name one of the years {', '.join(map(str, self.years)) or '(there is none)'}")
            year = self.years[0]
        if year not in self.years:
            raise ValueError(f"there are no readings of {year}; there are of {', '.join(map(str, self.years))}")
        place = {str(key): row for row, key in enumerate(keys)}
        of_key = np.array([place.get(key, -1) for key in self.key.tolist()], np.int64)
        ours = (of_key >= 0) & np.isin(self.carrier.astype(str), wanted)
        pairs = {*zip(of_key[ours].tolist(), self.meter[ours].tolist(), self.carrier[ours].tolist(), strict=True)}
        counts = np.bincount([owner for owner, _, _ in pairs], minlength=len(keys)).astype(np.float64)
        begin = np.datetime64(f"{year:04d}-01-01", "h")
        rows = np.flatnonzero(ours & (self.time.astype("datetime64[Y]") == begin.astype("datetime64[Y]")))
        return rows, of_key[rows], begin, counts


def _sums(kwh: NDArray[np.float64], coverage: NDArray[np.float64]) -> MeterSums:
    return MeterSums(np.where(coverage > 0, kwh, np.nan), coverage)


def _numbers(column: pd.Series, name: str, source: str) -> NDArray[np.float64]:
    try:
        return np.array(column.astype("float64"), np.float64)
    except (TypeError, ValueError) as error:
        advice = "Energy is written in digits, with a point; leave missing readings empty"
        raise CityReadError(f"column {name!r} holds no numbers: {error}", source, advice=advice) from None


def _kwh_per(value: str, unit: str | None, source: str) -> float:
    """Factor to kWh by the unit, or by the one that the name of the column ends with."""
    named = unit if unit is not None else re.split(r"[(\[_ ]", value.strip().rstrip(")] "))[-1]
    try:
        return unit_factor(named, "J") / _JOULE_PER_KWH
    except ValueError as error:
        advice = "Name the unit of energy, as unit='MWh' or in the name of the column, as heat_mwh or Gas(therms)"
        raise CityReadError(f"column {value!r}: {error}", source, advice=advice) from None


def _begins(column: pd.Series, interval: str, source: str) -> NDArray[np.datetime64]:
    """Begin of the interval each time lies in, datetime64[h]."""
    import pandas as pd

    advice = "Write times as 2025-01-31"
    if interval == "year" and column.dtype.kind in "iuf":
        column = column.map(lambda year: f"{int(year):04d}-01-01", na_action="ignore")
    elif column.dtype.kind in "iuf" and column.notna().any():
        raise CityReadError(
            f"times by {interval} are numbers, such as {column.dropna().iloc[0]}", source, advice=advice
        )
    elif column.dtype.kind not in "iufM":
        # day and month are told apart only where the year stands first
        either = column[column.astype(str).str.match(r"\s*\d{1,2}[./-]\d{1,2}[./-]").to_numpy(bool)]
        if len(either):
            raise CityReadError(f"the day of {either.iloc[0]!r} may be its month", source, advice=advice)
    try:
        parsed = pd.to_datetime(column)
    except (ValueError, TypeError, OverflowError) as error:
        raise CityReadError(f"a time cannot be read: {error}", source, advice=advice) from None
    if parsed.isna().any():
        row = int(np.flatnonzero(parsed.isna())[0])
        raise CityReadError(f"row {row} has no time", source, advice=advice)
    if parsed.dt.tz is not None:
        parsed = parsed.dt.tz_localize(None)
    begin: NDArray[Any] = parsed.to_numpy().astype(f"datetime64[{INTERVALS[interval]}]")
    return begin.astype("datetime64[h]")


def _known_carrier(word: str) -> None:
    if word not in CARRIERS:
        raise ValueError(f"no carrier {word!r}; there are {', '.join(CARRIERS)}")


def _carriers(table: pd.DataFrame, carrier: str, source: str) -> NDArray[np.object_]:
    given = list(table[carrier]) if carrier in table.columns else [carrier] * len(table)
    try:
        for word in dict.fromkeys(given):
            _known_carrier(word)
    except ValueError as error:
        raise CityReadError(str(error), source, advice="Rename the carriers, or name one for the whole table") from None
    return np.array(given, dtype=object)


def _building_keys(buildings: Buildings, city: CityModel | None, on: str) -> list[str]:
    """Key of each building as text, "" where it has none."""
    if on in OWN_ID:
        return [str(name) for name in buildings.id]
    if city is None:
        raise ValueError(f"{on!r} is an attribute of a city: pass the city as well")
    attributes = city.objects.attributes
    if on not in attributes:
        raise CityReadError(
            f"the city has no attribute {on!r} to join on", advice=f"It has {', '.join(sorted(attributes.keys))}"
        )
    text = attributes[on].as_text()
    return [key_text(text[row]) for row in buildings.object.tolist()]


def _shared_finding(name: str, rows: list[int], refused: bool, on: str) -> Finding:
    if not rows:
        message = f"no building has {on}={name!r}: its readings are left out"
        return Finding(1644, "METER_WITHOUT_BUILDING", name, "", Severity.WARNING, Action.REFUSED, message)
    fate = "its readings are left out" if refused else "its readings are shared out by heated floor area"
    severity, action = (Severity.WARNING, Action.REFUSED) if refused else (Severity.INFO, Action.DEGRADED)
    message = f"{len(rows)} buildings have {on}={name!r}: {fate}"
    return Finding(1645, "METER_OF_SEVERAL_BUILDINGS", name, "", severity, action, message)
