"""Findings while an input is read: about rows of objects, whose identifiers are put in at the end."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding


class Note(NamedTuple):
    """A finding about the object in a row, whose identifier is put in at the end; -1 for none."""

    row: int
    finding: Finding


class Notes:
    """Notes up to a limit, counted by code beyond.

    Parameters
    ----------
    limit : int

    Attributes
    ----------
    notes : list of Note
    left_out : Counter
        Findings beyond the limit, by code and name.
    degraded : set of int
        Objects that are not read in full.
    first : int
        Row that rows of notes count from.
    """

    def __init__(self, limit: int) -> None:
        self.notes: list[Note] = []
        self.left_out: Counter[tuple[int, str]] = Counter()
        self.degraded: set[int] = set()
        self.first = 0
        self._limit = limit

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
        """Record a finding about the object in `row`, -1 for none."""
        self.add(Note(row, Finding(code, name, "", surface_id, severity, action, message)))

    def degrade(self, row: int, code: int, name: str, message: str, surface_id: str = "") -> None:
        """Record that an object is not read in full."""
        self.degraded.add(self.first + row)
        self.note(row, code, name, message, surface_id, action=Action.DEGRADED)

    def add(self, note: Note) -> None:
        """Take a note, or count it beyond the limit."""
        row, finding = note
        if len(self.notes) < self._limit:
            self.notes.append(Note(self.first + row if row >= 0 else -1, finding))
        else:
            self.left_out[finding.code, finding.name] += 1
