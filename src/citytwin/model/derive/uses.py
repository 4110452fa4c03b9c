"""Use of buildings as shares of use classes, and whether they are heated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.attribute_map import Column, Meaning
from citytwin.model.derive.codes import resolve
from citytwin.model.derive.notes import Notes
from citytwin.model.derive.tables import assumption
from citytwin.model.enums import Severity, Source, Use
from citytwin.model.reference import CONFIDENCE


@dataclass(frozen=True, eq=False)
class Uses:
    """Use of each building.

    Parameters
    ----------
    use : int8 array (n,)
        Class with the greatest share.
    shares : float32 array (n, 10)
        Rows sum to 1.
    source, confidence : int8 arrays (n,)
    unheated : bool array (n,)
        True where the use says that the building is not heated.
    name : object array (n,) of str
        Of the use in the table, "" where it is unknown.
    """

    use: NDArray[np.int8]
    shares: NDArray[np.float32]
    source: NDArray[np.int8]
    confidence: NDArray[np.int8]
    unheated: NDArray[np.bool_]
    name: NDArray[np.object_]


def derive_uses(column: Column, meaning: Meaning, storeys: NDArray[np.float64], notes: Notes) -> Uses:
    """Use by the code lists of ``use_classes.csv``.

    "Residential" without more is a block of flats from three storeys on (``apartment_storeys_min``), else small houses.
    A use that no list knows stays unknown and gets a note.

    Parameters
    ----------
    column, meaning : Column, Meaning
        Of the use.
    storeys : float64 array (n,)
    notes : Notes
    """
    n = len(storeys)
    which, found = resolve(column, meaning, "use_classes.csv")
    shares = np.zeros((n, len(Use)), np.float64)
    confidence, source = np.zeros(n, np.int8), np.full(n, Source.MISSING, np.int8)
    unheated, name = np.zeros(n, bool), np.full(n, "", object)
    high = storeys >= assumption("apartment_storeys_min")[0]
    for i, rows in enumerate(found):
        chosen = which == i
        if not rows:
            for building in np.flatnonzero(chosen):
                message = f"no code list knows the use {column.text[building]!r} ({column.attribute[building]})"
                notes.add(building, 1705, "CODE_UNKNOWN", message, Severity.WARNING)
            continue
        if rows[0]["use"] == "unknown":
            continue
        split = False
        for row in rows:
            if row["use"] == "residential":
                shares[chosen & high, Use.APARTMENT] += float(row["share"])
                shares[chosen & ~high, Use.SMALL_RESIDENTIAL] += float(row["share"])
                split = True
            else:
                shares[chosen, Use.from_word(row["use"])] += float(row["share"])
        source[chosen] = Source.DERIVED if split else Source.REGISTER
        confidence[chosen] = min(90, CONFIDENCE[rows[0]["confidence"]])
        unheated[chosen] = rows[0]["heated"] == "no"
        name[chosen] = rows[0]["name"]
    unknown = shares.sum(1) == 0
    shares[unknown, Use.UNKNOWN] = 1.0
    return Uses(
        use=shares.argmax(1).astype(np.int8),
        shares=shares.astype(np.float32),
        source=source,
        confidence=confidence,
        unheated=unheated,
        name=name,
    )


def derive_heated(
    uses: Uses,
    heating_method: Column,
    method_meaning: Meaning,
    footprint_area: NDArray[np.float64],
    notes: Notes,
) -> NDArray[np.bool_]:
    """Whether each building is heated (n,); each unheated one gets a note with the reason.

    Unheated are buildings whose use is (car parks, kiosks, sheds, substations), that a register gives no heating, or
    whose footprint is below ``unheated_footprint_max``.
    """
    which, found = resolve(heating_method, method_meaning, "heat_sources.csv")
    none = np.array([bool(rows) and rows[0]["carrier"] == "none" for rows in found] + [False], bool)
    without_heating = none[which]
    limit = assumption("unheated_footprint_max")[0]
    small = footprint_area < limit
    unheated = uses.unheated | without_heating | small
    for row in np.flatnonzero(unheated):
        if uses.unheated[row]:
            reason = f"its use is {uses.name[row]}"
        elif without_heating[row]:
            reason = "the register gives it no fixed heating"
        else:
            reason = f"its footprint of {footprint_area[row]:.1f} m2 is below {limit:.0f} m2"
        notes.add(row, 1706, "UNHEATED", f"taken as unheated: {reason}")
    return ~unheated
