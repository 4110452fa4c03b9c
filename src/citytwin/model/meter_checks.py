"""What can be wrong with readings of meters, as findings a meter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings

if TYPE_CHECKING:
    from citytwin.model.buildings import Buildings

PLAUSIBLE_KWH_M2 = (0.5, 3_000.0)
"""Energy of one carrier in a year per m2 heated floor area outside of which a unit is doubted; an assumption."""


def checked_rows(
    key: NDArray[np.object_],
    carrier: NDArray[np.object_],
    begin: NDArray[np.datetime64],
    energy: NDArray[np.float64],
    step: str,
    source: str,
) -> tuple[NDArray[np.int64], Findings]:
    """Rows of the readings that can be used, by key, carrier and time, and what was odd about the others.

    Parameters
    ----------
    key, carrier : object arrays (m,) of str
    begin : datetime64[h] array (m,)
    energy : float64 array (m,)
        NaN where missing.
    step : str
        numpy's code of the interval.
    source : str
        Named in the findings.
    """
    names = np.array([f"{k}\0{c}" for k, c in zip(key, carrier, strict=True)], dtype=str)
    meters, meter = np.unique(names, return_inverse=True)
    order = np.lexsort((energy, begin.astype(np.int64), meter))
    meter, time, kwh = meter[order], begin[order].astype(np.int64), energy[order]
    keyless = key[order] == ""
    missing = ~np.isfinite(kwh)
    negative = ~missing & (kwh < 0)
    usable = ~(keyless | missing | negative)

    rows = np.flatnonzero(usable)
    new_slot = np.ones(len(rows), bool)
    new_slot[1:] = (np.diff(meter[rows]) != 0) | (np.diff(time[rows]) != 0)
    slot = np.cumsum(new_slot) - 1
    first = rows[new_slot]
    # readings of a slot are sorted by energy: they agree where the last equals the first
    last = rows[np.append(new_slot[1:], True)] if len(rows) else rows
    contradictory = kwh[last] > kwh[first]
    repeated = np.bincount(slot, minlength=len(first)) - 1
    kept = first[~contradictory]

    units = begin[order].astype(f"datetime64[{step}]").astype(np.int64)
    n = len(meters)
    lowest, highest = np.full(n, np.iinfo(np.int64).max), np.full(n, np.iinfo(np.int64).min)
    named = np.flatnonzero(~keyless)
    np.minimum.at(lowest, meter[named], units[named])
    np.maximum.at(highest, meter[named], units[named])
    seen = highest >= lowest
    gaps = np.where(seen, np.where(seen, highest - lowest, 0) + 1 - np.bincount(meter[kept], minlength=n), 0)

    per_meter = [
        (gaps, Finding(1640, "METER_GAP", severity=Severity.WARNING),
         "{} intervals between first and last row have no reading that can be used"),
        (np.bincount(meter[first[~contradictory]], repeated[~contradictory], minlength=n),
         Finding(1641, "METER_REPEATED", action=Action.HEALED), "{} readings repeat another and are left out"),
        (np.bincount(meter[first[contradictory]], repeated[contradictory] + 1, minlength=n),
         Finding(1642, "METER_CONTRADICTORY", severity=Severity.ERROR, action=Action.REFUSED),
         "{} readings of the same time differ and are left out"),
        (np.bincount(meter[negative & ~keyless], minlength=n),
         Finding(1643, "METER_NEGATIVE", severity=Severity.ERROR, action=Action.REFUSED),
         "{} negative readings are left out"),
    ]  # fmt: skip
    findings = []
    for counts, finding, text in per_meter:
        for row in np.flatnonzero(counts > 0).tolist():
            name, word = meters[row].split("\0")
            message = f"{source}, {word}: " + text.format(int(counts[row]))
            findings.append(finding._replace(object_id=name, message=message))
    if keyless.any():
        message = f"{source}: {int(keyless.sum())} readings name no key and are left out"
        findings.append(Finding(1644, "METER_WITHOUT_BUILDING", "", "", Severity.ERROR, Action.REFUSED, message))
    return order[kept], Findings.of(findings)


def implausible(
    building: NDArray[np.object_],
    carrier: NDArray[np.object_],
    energy: NDArray[np.float64],
    years: NDArray[np.float64],
    buildings: Buildings,
) -> Findings:
    """Buildings whose energy per floor area and year suggests another unit; readings (m,) last `years` (m,) each."""
    if not len(energy):
        return Findings.of()
    row_of_id = {str(name): row for row, name in enumerate(buildings.id)}
    words, word = np.unique(carrier.astype(str), return_inverse=True)
    row = np.array([row_of_id[name] for name in building.tolist()], np.int64)
    cell = row * len(words) + word
    size = len(buildings) * len(words)
    kwh = np.bincount(cell, energy, minlength=size)
    covered = np.bincount(cell, years, minlength=size)
    area = np.repeat(buildings.heated_floor_area, len(words))
    judged = (covered > 0.9) & (area > 0) & (kwh > 0)
    intensity = np.divide(kwh, covered * area, out=np.ones(size), where=judged)
    low, high = PLAUSIBLE_KWH_M2
    return Findings.of(
        Finding(
            1646, "METER_IMPLAUSIBLE", str(buildings.id[at // len(words)]), severity=Severity.WARNING,
            message=f"{intensity[at]:.3g} kWh/(m2 a) of {words[at % len(words)]}: is the unit right?",
        )
        for at in np.flatnonzero(judged & ((intensity < low) | (intensity > high))).tolist()
    )  # fmt: skip
