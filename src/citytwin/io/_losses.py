"""What a writer cannot say in its format, counted and reported as findings."""

from __future__ import annotations

from collections import Counter

from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings

CODES = {
    "RESULT_LEFT_OUT": (1042, "a result that is no finite number is left out"),
    "OBJECT_CHANGED": (1043, "the format has no such kind of object"),
    "SOLID_LEFT_OUT": (1044, "the format has no solids of such an object; their polygons are written"),
    "LOD_LEFT_OUT": (1051, "the format has one refinement of a level of detail; of several the finest is written"),
    "LOD_ROUNDED": (1052, "the format has whole levels of detail only"),
    "SEMANTICS_LEFT_OUT": (1053, "the format has no boundary surface of this kind or level of detail"),
    "EXTRA_LEFT_OUT": (1054, "content that was kept as written has no place in the format"),
    "ATTRIBUTE_CHANGED": (1055, "the format has no such type, unit or place of an attribute"),
    "CRS_LEFT_OUT": (1056, "the format has no way to say the reference system"),
    "POLYGON_COPIED": (1057, "a polygon shared by objects is written for each of them"),
    "TEXT_CHANGED": (1058, "the format does not allow a character"),
    "ID_LEFT_OUT": (1059, "the format has no place for identifiers of polygons"),
    "OBJECT_LEFT_OUT": (1060, "the format cannot hold such an object inside another"),
}


class Losses:
    """Counter of losses by kind, each with an example."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._example: dict[str, str] = {}

    def add(self, name: str, example: str, count: int = 1) -> None:
        """Count one kind of loss."""
        if count:
            self._count[name] += count
            self._example.setdefault(name, example)

    def table(self) -> Findings:
        """One finding a kind, in the order of the codes."""
        return Findings.of(
            Finding(
                CODES[name][0],
                name,
                severity=Severity.INFO,
                action=Action.DEGRADED,
                message=f"{CODES[name][1]}: {self._count[name]} times, such as {self._example[name]}",
            )
            for name in CODES
            if self._count[name]
        )
