"""Findings: what is odd about the data, as rows that travel with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Action, Severity
from citytwin.model.ragged import freeze

if TYPE_CHECKING:
    import pandas as pd


class Finding(NamedTuple):
    """One oddity.

    Codes 101-999 are those of val3dity (https://val3dity.readthedocs.io/2.5/errors/); codes from 1000 are ours and
    listed in ``docs/findings.md``.
    """

    code: int
    name: str
    object_id: str = ""
    surface_id: str = ""
    severity: Severity = Severity.INFO
    action: Action = Action.KEPT
    message: str = ""


@dataclass(frozen=True, eq=False)
class Findings:
    """Immutable table of findings, one array a column.

    Examples
    --------
    >>> table = Findings.of([Finding(302, "SHELL_NOT_CLOSED", "b1", severity=Severity.WARNING)])
    >>> len(table), table.name[0]
    (1, 'SHELL_NOT_CLOSED')
    >>> table
    Findings(1: 0 error, 1 warning, 0 info)
    """

    code: NDArray[np.int16]
    name: NDArray[np.object_]
    object_id: NDArray[np.object_]
    surface_id: NDArray[np.object_]
    severity: NDArray[np.int8]
    action: NDArray[np.int8]
    message: NDArray[np.object_]

    def __post_init__(self) -> None:
        freeze(self.code, self.name, self.object_id, self.surface_id, self.severity, self.action, self.message)

    @classmethod
    def of(cls, rows: Iterable[Finding] = ()) -> Findings:
        """Table of the given rows."""
        rows = list(rows)

        def text(field: str) -> NDArray[np.object_]:
            return np.array([getattr(row, field) for row in rows], dtype=object)

        return cls(
            code=np.array([row.code for row in rows], np.int16),
            name=text("name"),
            object_id=text("object_id"),
            surface_id=text("surface_id"),
            severity=np.array([row.severity for row in rows], np.int8),
            action=np.array([row.action for row in rows], np.int8),
            message=text("message"),
        )

    def __len__(self) -> int:
        return len(self.code)

    def __repr__(self) -> str:
        counts = (f"{int((self.severity == severity).sum())} {severity.word}" for severity in reversed(Severity))
        return f"Findings({len(self)}: {', '.join(counts)})"

    def __add__(self, other: Findings) -> Findings:
        return Findings(*(np.concatenate([getattr(self, f), getattr(other, f)]) for f in self.__dataclass_fields__))

    def where(self, mask: NDArray[np.bool_]) -> Findings:
        """Rows where `mask` (n,) is True."""
        return Findings(*(getattr(self, f)[mask] for f in self.__dataclass_fields__))

    def to_pandas(self) -> pd.DataFrame:
        """Table with words for severity and action."""
        import pandas as pd

        return pd.DataFrame(
            {
                "code": self.code,
                "name": self.name,
                "object_id": self.object_id,
                "surface_id": self.surface_id,
                "severity": Severity.words(self.severity),
                "action": Action.words(self.action),
                "message": self.message,
            }
        )
