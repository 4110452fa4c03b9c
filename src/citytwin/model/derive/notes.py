"""Notes taken during the derivation, by building row; they become findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings


@dataclass
class Notes:
    """Findings by building row.

    Parameters
    ----------
    ids : sequence of str
        Id of each building.
    """

    ids: Sequence[str]
    rows: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def add(
        self,
        row: int | np.integer,
        code: int,
        name: str,
        message: str,
        severity: Severity = Severity.INFO,
        action: Action = Action.KEPT,
    ) -> None:
        """One note about the building in `row`."""
        self.rows.append(int(row))
        self.findings.append(Finding(code, name, self.ids[int(row)], "", severity, action, message))

    def of_first(self, n: int) -> Findings:
        """Findings of the first `n` buildings, by building, code and message."""
        kept = [(row, finding) for row, finding in zip(self.rows, self.findings, strict=True) if row < n]
        return Findings.of(finding for _, finding in sorted(kept, key=lambda item: (item[0], *item[1])))

    def worst(self, n: int, codes: range) -> NDArray[np.int8]:
        """Greatest severity of the notes with some codes, int8 (n,); -1 where a building has none."""
        worst = np.full(n, -1, np.int8)
        for row, finding in zip(self.rows, self.findings, strict=True):
            if finding.code in codes:
                worst[row] = max(worst[row], finding.severity)
        return worst
