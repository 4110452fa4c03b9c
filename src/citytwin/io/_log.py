"""What is odd about one input: noted piece by piece, told as findings in the end."""

from __future__ import annotations

from collections import Counter

from citytwin.io._collected import Collected, Note
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.strings import Strings

MOJIBAKE = b"\xc3\x83\xc2"
"""UTF-8 read as Latin-1 and written as UTF-8 again."""


class Log:
    """Findings of one input in the order of its objects, up to a limit and summarised by code beyond.

    Parameters
    ----------
    limit : int
        Rows of the table.

    Attributes
    ----------
    srs_names : set of str
        Names of reference systems.
    degraded : set of int
        Objects that are not read in full.
    dangling : bool
        Whether a link leads to an identifier that is not in its piece.
    extra_bytes : int
        Bytes of extras that are kept.
    """

    def __init__(self, limit: int) -> None:
        self.srs_names: set[str] = set()
        self.degraded: set[int] = set()
        self.dangling = False
        self.extra_bytes = 0
        self._limit = limit
        self._first = 0
        self._notes: list[Note] = []
        self._left_out: Counter[tuple[int, str]] = Counter()
        self._flat_rings = 0
        self._doubtful: dict[str, tuple[int, str]] = {}

    def begin(self, collected: Collected, first_object: int) -> None:
        """Take over what a reader noted; rows count from `first_object` from now on."""
        self._first = first_object
        for row, finding in collected.notes:
            self._append(row, finding)
        self._left_out.update(collected.left_out)
        self.degraded.update((collected.degraded + first_object).tolist())
        self.srs_names |= collected.srs_names
        self._flat_rings += collected.flat_rings
        for table, what in (
            (collected.object_attributes, "objects"),
            (collected.feature_attributes, "boundary surfaces"),
        ):
            self._look_for_mojibake(table.value.data.tobytes() + " ".join(table.keys).encode(), what)

    def note(
        self,
        row: int,
        code: int,
        name: str,
        message: str,
        surface_id: str = "",
        severity: Severity = Severity.WARNING,
        action: Action = Action.KEPT,
    ) -> None:
        """Record a finding about the object in `row` of the piece, -1 for none."""
        self._append(row, Finding(code, name, "", surface_id, severity, action, message))

    def degrade(self, row: int, code: int, name: str, message: str, surface_id: str = "") -> None:
        """Record that an object is not read in full."""
        self.degraded.add(self._first + row)
        self.note(row, code, name, message, surface_id, action=Action.DEGRADED)

    def _append(self, row: int, finding: Finding) -> None:
        if len(self._notes) < 2 * self._limit:
            self._notes.append(Note(self._first + row if row >= 0 else -1, finding))
        else:
            self._left_out[finding.code, finding.name] += 1

    def _look_for_mojibake(self, text: bytes, what: str) -> None:
        """Record texts that look like UTF-8 read as Latin-1 once too often; they are kept as they are."""
        count = text.count(MOJIBAKE)
        if count:
            place = text.index(MOJIBAKE)
            before, example = self._doubtful.get(
                what, (0, text[max(place - 12, 0) : place + 12].decode("utf-8", "ignore"))
            )
            self._doubtful[what] = (before + count, example)

    def table(self, object_id: Strings) -> Findings:
        """All findings; `object_id` are the identifiers of all objects of the input."""
        for places in object_id.repeated().values():
            message = f"{len(places)} objects bear this id"
            self._notes.append(Note(places[0], Finding(1001, "DUPLICATE_ID", "", "", Severity.ERROR, message=message)))
        notes = sorted(self._notes, key=lambda note: (note.row < 0, note.row))
        left_out = Counter(self._left_out)
        left_out.update((finding.code, finding.name) for _, finding in notes[self._limit :])
        rows = [finding._replace(object_id=object_id[row] if row >= 0 else "") for row, finding in notes[: self._limit]]
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
