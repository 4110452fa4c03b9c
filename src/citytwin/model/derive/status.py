"""Whether buildings exist, are planned, under construction or gone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.attribute_map import Column, Meaning, fold
from citytwin.model.derive.notes import Notes
from citytwin.model.enums import Severity, Source, Status


def derive_status(
    column: Column, meaning: Meaning, given: NDArray[np.int8], notes: Notes
) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int8]]:
    """Status, source and confidence of each building, int8 (n,).

    Parameters
    ----------
    column : Column
        Words of a register.
    meaning : Meaning
        Says which status each word means.
    given : int8 array (n,)
        Statuses that replace the derived ones, -1 where there is none.
    notes : Notes
        Takes a note for each word that the meaning does not know; the status is UNKNOWN then.
    """
    n = len(given)
    status, source = np.full(n, Status.UNKNOWN, np.int8), np.full(n, Source.MISSING, np.int8)
    confidence = np.zeros(n, np.int8)
    words = meaning.words or {}
    for i in np.flatnonzero(column.given):
        word = words.get(fold(column.text[i]))
        if word is None:
            notes.add(i, 1705, "CODE_UNKNOWN", f"status {column.text[i]!r} is not in the mapping", Severity.WARNING)
        elif word != "unknown":
            status[i], source[i], confidence[i] = Status.from_word(word), Source.REGISTER, 90
    changed = (given >= 0) & (given != status)
    return (
        np.where(changed, given, status).astype(np.int8),
        np.where(changed, Source.SCENARIO, source).astype(np.int8),
        np.where(changed, 95, confidence).astype(np.int8),
    )
