"""Storeys, floor areas and windows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.tables import assumption
from citytwin.model.enums import Source, Use

STOREY_M = (2.7, 6.0)
"""Least and greatest mean storey height that makes a number of storeys agree with the volume."""
MEASURED, REGISTER, DERIVED = 95, 90, 70
"""Confidence of values of these sources where nothing weakens them."""


@dataclass(frozen=True, eq=False)
class Sourced:
    """Values of a column with source and confidence, arrays (n,)."""

    value: NDArray[np.float64]
    source: NDArray[np.int8]
    confidence: NDArray[np.int8]


def by_use(quantity: str, shares: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Value of an assumption for each building, weighted by its use shares, and its confidence (n,)."""
    rows = [assumption(quantity, use.word) for use in Use]
    value = shares.astype(np.float64) @ np.array([value for value, _ in rows])
    confidence = np.array([confidence for _, confidence in rows])[shares.argmax(1)]
    return value, confidence


def register_column(value: NDArray[np.float64], contradicted: NDArray[np.bool_] | None = None) -> Sourced:
    """A register column as it is; values that geometry contradicts keep little confidence."""
    given = ~np.isnan(value)
    source = np.where(given, Source.REGISTER, Source.MISSING).astype(np.int8)
    weak = np.zeros(len(value), bool) if contradicted is None else contradicted
    confidence = np.where(given, np.where(weak, 30, REGISTER), 0).astype(np.int8)
    return Sourced(value, source, confidence)


def derive_storeys(
    register: NDArray[np.float64], roof_height: NDArray[np.float64], shares: NDArray[np.float32]
) -> Sourced:
    """Storeys of a register, else the mean height of the highest roof over the storey height of the use, at least 1."""
    storey, confidence = by_use("storey_height", shares)
    derived = np.maximum(np.rint(roof_height / storey), 1.0)
    given = ~np.isnan(register)
    known = given | ~np.isnan(derived)
    return Sourced(
        np.where(given, register, derived),
        np.select([given, known], [Source.REGISTER, Source.IMPUTED], Source.MISSING).astype(np.int8),
        np.select([given, known], [REGISTER, confidence], 0).astype(np.int8),
    )


def derive_gross_area(
    storeys: Sourced,
    volume: NDArray[np.float64],
    footprint_area: NDArray[np.float64],
    shares: NDArray[np.float32],
) -> Sourced:
    """Gross floor area from geometry, m2.

    Footprint times registered storeys where the mean storey height that follows is plausible; else, as for a tower on a
    podium, volume over the storey height of the use.
    """
    storey, confidence = by_use("storey_height", shares)
    mean_storey = volume / footprint_area / storeys.value
    fits = (storeys.source == Source.REGISTER) & (mean_storey >= STOREY_M[0]) & (mean_storey <= STOREY_M[1])
    value = np.where(fits, footprint_area * storeys.value, volume / storey)
    known = ~np.isnan(value)
    return Sourced(
        value,
        np.select([fits, known], [Source.DERIVED, Source.IMPUTED], Source.MISSING).astype(np.int8),
        np.select([fits, known], [DERIVED, confidence], 0).astype(np.int8),
    )


def derive_heated_area(total: Sourced, permitted: Sourced, gross: Sourced, heated: NDArray[np.bool_]) -> Sourced:
    """Heated net floor area, m2: total area of a register, else permitted area, else gross area from geometry.

    Net over gross is ``heated_per_gross``, gross over permitted ``gross_per_permitted``. Register values that geometry
    contradicts are passed over. Unheated buildings have 0.
    """
    net, net_confidence = assumption("heated_per_gross")
    gross_per_permitted, permitted_confidence = assumption("gross_per_permitted")
    usable_total = total.confidence == REGISTER
    usable_permitted = permitted.confidence == REGISTER
    cases = [~heated, usable_total, usable_permitted, ~np.isnan(gross.value)]
    weak = min(net_confidence, permitted_confidence)
    return Sourced(
        np.select(
            cases, [0.0, net * total.value, net * gross_per_permitted * permitted.value, net * gross.value], np.nan
        ),
        np.select(cases, [Source.DERIVED, Source.REGISTER, Source.REGISTER, gross.source], Source.MISSING).astype(
            np.int8
        ),
        np.select(cases, [DERIVED, net_confidence, weak, np.minimum(gross.confidence, net_confidence)], 0).astype(
            np.int8
        ),
    )


def derive_windows(
    gross: Sourced,
    exposed_wall_area: NDArray[np.float64],
    shares: NDArray[np.float32],
    openings: NDArray[np.float64] | None = None,
) -> Sourced:
    """Window area, m2: that of the window surfaces of the model where a building has any.

    Else a share of the gross floor area from geometry, no more than a share of the exposed walls.

    Parameters
    ----------
    gross : Sourced
    exposed_wall_area : float64 array (n,), m2
    shares : float32 array (n, 10)
    openings : float64 array (n,), m2, optional
        Exposed area of window surfaces, as models of LoD3 have them; 0 where there are none.
    """
    per_floor, confidence = by_use("window_per_floor", shares)
    most, _ = assumption("window_per_wall_max")
    seen = np.zeros(len(shares)) if openings is None else openings
    value = np.where(seen > 0, seen, np.minimum(per_floor * gross.value, most * exposed_wall_area))
    known = ~np.isnan(value)
    cases = [seen > 0, known]
    return Sourced(
        value,
        np.select(cases, [Source.DERIVED, Source.IMPUTED], Source.MISSING).astype(np.int8),
        np.select(cases, [MEASURED, confidence], 0).astype(np.int8),
    )
