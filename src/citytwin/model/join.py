"""Register tables joined to a city as attributes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from citytwin.errors import CityReadError
from citytwin.model.attributes import AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings

if TYPE_CHECKING:
    import pandas as pd


OWN_ID = ("building_id", "gml:id")
"""Names by which a table may hold the identifiers of the city's own objects."""


def key_text(value: object) -> str:
    """Key as text: 64497.0 and "64497" are the same, missing is ""."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def join_table(city: CityModel, table: pd.DataFrame, on: str, source: str) -> CityModel:
    """Implementation of :meth:`CityModel.join`.

    Raises
    ------
    CityReadError
        `on` is missing on either side, a key occurs twice in the table, or no building has any of the keys.
    """
    if on not in table.columns:
        raise CityReadError(
            f"there is no column {on!r}", source, advice=f"Columns are {', '.join(map(str, table.columns))}"
        )
    attributes = city.objects.attributes
    if on not in attributes and on not in OWN_ID:
        raise CityReadError(
            f"the city has no attribute {on!r} to join on",
            source,
            advice=f"It has {OWN_ID[0]}, {', '.join(sorted(attributes.keys))}",
        )
    keys = [key_text(value) for value in table[on]]
    filled = [key for key in keys if key not in ("", "0")]
    if len(set(filled)) < len(filled):
        twice = next(key for key in filled if filled.count(key) > 1)
        raise CityReadError(
            f"key {on}={twice!r} occurs {filled.count(twice)} times", source, advice="Keep one row a key"
        )
    row_of_key = {key: row for row, key in enumerate(keys) if key not in ("", "0")}
    model_keys = [key_text(value) for value in (attributes[on].as_text() if on in attributes else city.objects.id)]
    hits = [(row, row_of_key[key]) for row, key in enumerate(model_keys) if key in row_of_key]
    if not hits:
        raise CityReadError(
            f"none of the {len(row_of_key)} keys in column {on!r} occurs in the city",
            source,
            advice=f"Keys look like {filled[:2]}, the city's like {[k for k in model_keys if k][:2]}",
        )
    columns = [name for name in table.columns if name != on]
    kinds = {
        name: {"i": "int", "u": "int", "f": "double", "b": "bool", "M": "date"}.get(table[name].dtype.kind, "string")
        for name in columns
    }
    values = [
        AttributeValue(row, str(name), _text(table[name].iloc[line]), kinds[name], f"join:{source}")
        for name in columns
        for row, line in hits
        if _text(table[name].iloc[line]) != ""
    ]
    unused = len(row_of_key) - len({line for _, line in hits})
    findings = []
    if unused:
        message = f"{source}: {unused} of {len(row_of_key)} keys have no building, {len(hits)} buildings joined"
        findings.append(Finding(1101, "JOIN_ROWS_UNUSED", severity=Severity.INFO, message=message))
    if strange := _without_meaning(city, columns):
        message = f"{source}: no analysis reads {', '.join(strange)}; give them a meaning by with_mapping"
        findings.append(Finding(1102, "JOIN_COLUMNS_WITHOUT_MEANING", severity=Severity.INFO, message=message))
    objects = replace(city.objects, attributes=attributes.append(values))
    provenance = city.provenance.with_parameters(**{f"join:{source}": {"on": on, "matched": len(hits)}})
    return replace(city, objects=objects, recorded=city.recorded + Findings.of(findings), provenance=provenance)


def _without_meaning(city: CityModel, columns: list[str]) -> list[str]:
    from citytwin.model.derive.attribute_map import fold, load_meanings

    known = {fold(name) for meaning in load_meanings(city.mapping).values() for name in meaning.names}
    return [str(column) for column in columns if fold(str(column)) not in known]


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, np.generic):
        value = value.item()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
