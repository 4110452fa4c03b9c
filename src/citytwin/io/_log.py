"""What is odd about one input: noted piece by piece, told as findings in the end."""

from __future__ import annotations

from collections import Counter

import numpy as np

from citytwin.io._collected import Collected
from citytwin.io._notes import Note, Notes
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.strings import Strings

MOJIBAKE = b"\xc3\x83\xc2"
"""UTF-8 read as Latin-1 and written as UTF-8 again."""


class Log(Notes):
    """Findings of one input in the order of its objects, up to a limit and summarised by code beyond.

    Parameters
    ----------
    limit : int
        Rows of the table.

    Attributes
    ----------
    srs_names : set of str
        Names of reference systems.
    dangling : bool
        Whether a link leads to an identifier that is not in its piece.
    extra_bytes : int
        Bytes of extras that are kept.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(2 * limit)
        self.srs_names: set[str] = set()
        self.dangling = False
        self.extra_bytes = 0
        self._rows = limit
        self._flat_rings = 0
        self._doubtful: dict[str, tuple[int, str]] = {}

    def begin(self, collected: Collected, first_object: int) -> None:
        """Take over what a reader noted; rows count from `first_object` from now on."""
        self.first = first_object
        for note in collected.notes:
            self.add(note)
        self.left_out.update(collected.left_out)
        self.degraded.update((collected.degraded + first_object).tolist())
        self.srs_names |= collected.srs_names
        self._flat_rings += collected.flat_rings
        for table, what in (
            (collected.object_attributes, "objects"),
            (collected.feature_attributes, "boundary surfaces"),
        ):
            for texts in (Strings.of(table.keys), table.value):
                self._look_for_mojibake(texts, what)

    def _look_for_mojibake(self, texts: Strings, what: str) -> None:
        """Record texts that look like UTF-8 read as Latin-1 once too often; they are kept as they are."""
        data = texts.data.tobytes()
        count = data.count(MOJIBAKE)
        if count:
            row = int(np.searchsorted(texts.offsets, data.index(MOJIBAKE), side="right")) - 1
            before, example = self._doubtful.get(what, (0, texts[row][:40]))
            self._doubtful[what] = (before + count, example)

    def table(self, object_id: Strings) -> Findings:
        """All findings; `object_id` are the identifiers of all objects of the input."""
        for places in object_id.repeated().values():
            message = f"{len(places)} objects bear this id"
            self.notes.append(Note(places[0], Finding(1001, "DUPLICATE_ID", "", "", Severity.ERROR, message=message)))
        notes = sorted(self.notes, key=lambda note: (note.row < 0, note.row))
        left_out = Counter(self.left_out)
        left_out.update((finding.code, finding.name) for _, finding in notes[self._rows :])
        rows = [finding._replace(object_id=object_id[row] if row >= 0 else "") for row, finding in notes[: self._rows]]
        if self._flat_rings:
            message = f"{self._flat_rings} rings have no heights and lie at 0"
            rows.append(Finding(1007, "NO_HEIGHT", severity=Severity.WARNING, message=message))
        for what, (count, example) in self._doubtful.items():
            message = f"{count} attributes of {what} look like UTF-8 read as Latin-1, such as {example!r}"
            rows.append(Finding(1011, "TEXT_ENCODING_DOUBTFUL", message=message))
        rest = ", ".join(f"{count} of {code} {name}" for (code, name), count in sorted(left_out.items()))
        if rest:
            rows.append(Finding(1010, "FINDINGS_CUT", severity=Severity.WARNING, message=f"not listed: {rest}"))
        return Findings.of(rows)
