"""The Energy ADE 1.0 as attributes: zones, constructions, set-points, floor areas, volumes and demands.

``energy_ade.csv`` says what each element becomes. An attribute is named after the class it describes and its property,
such as ``ThermalZone.infiltrationRate``. Its place begins with ``energy`` and leads to the element it is in, such as
``energy:thermalZone[0]/boundedBy[3]``, so that values of the same zone can be told from those of the next.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any, NamedTuple

from citytwin.io._columns import AttributeColumns
from citytwin.io.citygml_fragments import local
from citytwin.io.citygml_gml import GML, GML_ID, HREF
from citytwin.io.citygml_names import ENERGY, RULES, Do
from citytwin.model.reference import read_reference

_UNITS = ("uom", "unit", "codeSpace")
_KNOWN = frozenset({*_UNITS, GML_ID, HREF})
_NAMESPACES = (ENERGY, f"{{{GML}}}")
_PERIOD = "TimePeriod"
"""The one class whose properties are of GML."""


class _Column(NamedTuple):
    """What a property becomes: the end of a name, and a type; ``object`` for one that holds or refers to something."""

    name: str
    type: str


@cache
def _columns() -> dict[tuple[str, str], _Column]:
    """Columns by class and property; those without property name the classes that begin a name of their own."""
    rows = read_reference(__package__, "energy_ade.csv")
    return {(row["class"], row["property"]): _Column(row["name"], row["type"]) for row in rows}


@cache
def _classes() -> frozenset[str]:
    return frozenset(name for name, _ in _columns())


class EnergyReader:
    """Reads the properties the Energy ADE adds to city objects."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._of: tuple[int, int] = (-1, -1)
        self._row = -1

    def property(self, child: Any, row: int, attributes: AttributeColumns) -> bool:
        """Read one property of the city object in `row`; False where something of it is in no column."""
        if self._of != (id(attributes), row):
            self._of = (id(attributes), row)
            self._counts.clear()
        self._row, self._attributes = row, attributes
        return self._property(child, "Building", "", "energy:", self._counts)

    def object(self, element: Any, row: int, attributes: AttributeColumns) -> bool:
        """Read a construction, material or the like that is a city object itself; False as for a property."""
        self._row, self._attributes = row, attributes
        kind = local(element)
        return (kind, "") in _columns() and self._object(element, "", "energy:", False)

    def _object(self, element: Any, prefix: str, path: str, with_id: bool = True) -> bool:
        """Read what stands inside a property."""
        kind = local(element)
        if not element.tag.startswith(_NAMESPACES) or kind not in _classes():
            return False
        own = _columns().get((kind, ""))
        prefix = prefix if own is None else own.name
        if own is not None and with_id and (identifier := element.get(GML_ID)):
            self._add(identifier, f"{prefix}.id", "string", path)
        counts: Counter[str] = Counter()
        complete = True
        for child in element:
            complete &= self._property(child, kind, prefix, path, counts)
        return complete

    def _property(self, child: Any, kind: str, prefix: str, path: str, counts: Counter[str]) -> bool:
        """Read one property of an object of a class; `counts` are those of its properties so far."""
        is_known = child.tag.startswith(ENERGY) or kind == _PERIOD
        column = _columns().get((kind, local(child))) if is_known else None
        if column is None:
            return self._shared(child, prefix, path)
        if not _KNOWN.issuperset(child.keys()):
            return False
        name = ".".join(filter(None, (prefix, column.name)))
        if column.type != "object":
            unit = next((value for key in _UNITS if (value := child.get(key))), "")
            self._add((child.text or "").strip(), name, column.type, path, unit)
            return not len(child)
        inner = f"{path}{'' if path.endswith(':') else '/'}{local(child)}[{counts[local(child)]}]"
        counts[local(child)] += 1
        if href := child.get(HREF):
            self._add(href, name or local(child), "uri", path)
        complete = True
        for element in child:
            complete &= self._object(element, name, inner)
        return complete

    def _shared(self, child: Any, prefix: str, path: str) -> bool:
        """Read a property every city object may have."""
        rule = RULES.get(child.tag)
        if rule is None or len(child) > 1:
            return rule is not None and rule.do == Do.ENVELOPE
        if rule.do == Do.ENVELOPE:
            return True
        if rule.do == Do.LEAF and not len(child):
            unit = child.get("codeSpace", "") or child.get("uom", "")
            self._add((child.text or "").strip(), f"{prefix}.{rule.name}", rule.type, path, unit)
            return True
        if rule.do in (Do.GENERIC, Do.MEASURE) and len(child):
            value = child[0]
            self._add(value.text or "", f"{prefix}.{child.get('name', '')}", rule.type, path, value.get("uom", ""))
            return True
        return False

    def _add(self, text: str, name: str, type: str, path: str, unit: str = "") -> None:
        place = path.removesuffix(":")
        self._attributes.add(self._row, " ".join(text.split()), name, type, place, unit)
