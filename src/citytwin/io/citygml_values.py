"""Attributes of CityGML that are more than a text: addresses, references, sets, measures and data types."""

from __future__ import annotations

from typing import Any

from citytwin.io._columns import AttributeColumns
from citytwin.io.citygml_fragments import local
from citytwin.io.citygml_names import GENERIC_TYPES_3, GENERICS, HIGHEST, RULES, XALS, Do, Rule

_SET_3 = f"{{{GENERICS[2]}}}GenericAttributeSet"
_NAME_3, _VALUE_3 = (f"{{{GENERICS[2]}}}{name}" for name in ("name", "value"))
_TYPES_3 = {f"{{{GENERICS[2]}}}{name}": type for name, type in GENERIC_TYPES_3.items()}

_XAL_3_NAMES = {
    ("Country", "NameElement"): "CountryName",
    ("AdministrativeArea", "NameElement"): "AdministrativeAreaName",
    ("SubAdministrativeArea", "NameElement"): "SubAdministrativeAreaName",
    ("Locality", "NameElement"): "LocalityName",
    ("SubLocality", "NameElement"): "DependentLocalityName",
    ("Thoroughfare", "NameElement"): "ThoroughfareName",
    ("Thoroughfare", "Number"): "ThoroughfareNumber",
    ("Premises", "NameElement"): "PremiseName",
    ("Premises", "Number"): "PremiseNumber",
    ("PostCode", "Identifier"): "PostalCodeNumber",
}
"""Words of xAL 2.0 for leaves of xAL 3.0, by the element they are in."""

_XAL_LEAVES = tuple(f"{{{space}}}*" for space in XALS)
_XAL_3 = f"{{{XALS[1]}}}"
_XAL_3_LEAVES = frozenset(leaf for _, leaf in _XAL_3_NAMES)


def add_leaf(child: Any, rule: Rule, row: int, attributes: AttributeColumns) -> None:
    """Add a core attribute with its unit of measure or code space."""
    unit = child.get("uom" if rule.type == "measure" else "codeSpace", "")
    attributes.add(row, child.text or "", rule.name, rule.type, "core", unit)


def add_measures(child: Any, rule: Rule, row: int, attributes: AttributeColumns, place: str = "generic") -> None:
    """Add a generic attribute with the unit of its value."""
    for value in child:
        attributes.add(row, value.text or "", child.get("name", ""), rule.type, place, value.get("uom", ""))


def add_set(child: Any, row: int, attributes: AttributeColumns, place: str = "set:") -> None:
    """Add the attributes of a generic attribute set, whose name goes into their place, and of sets in it."""
    place += child.get("name", "")
    for attribute in child:
        rule = RULES.get(attribute.tag)
        if rule is None:
            continue
        if rule.do == Do.SET:
            add_set(attribute, row, attributes, f"{place}/")
        elif rule.do in (Do.GENERIC, Do.MEASURE):
            add_measures(attribute, rule, row, attributes, place)


def add_generic_3(child: Any, row: int, attributes: AttributeColumns, place: str = "") -> None:
    """Add what a ``genericAttribute`` of CityGML 3.0 holds: an attribute, or a set of them."""
    for attribute in child:
        parts = {part.tag: part for part in attribute}
        name = (parts[_NAME_3].text or "") if _NAME_3 in parts else ""
        kind = _TYPES_3.get(attribute.tag)
        if kind is not None and _VALUE_3 in parts:
            value = parts[_VALUE_3]
            unit = value.get("codeSpace" if kind == "code" else "uom", "")
            attributes.add(row, value.text or "", name, kind, place or "generic", unit)
        elif attribute.tag == _SET_3:
            for part in attribute:
                if len(part):
                    add_generic_3(part, row, attributes, f"{place}/{name}" if place else f"set:{name}")


def add_reference(child: Any, row: int, attributes: AttributeColumns) -> None:
    """Add the leaves of an external reference."""
    for leaf in child.iter():
        if not len(leaf):
            attributes.add(row, leaf.text or "", f"externalReference.{local(leaf)}", "string", "core")


def add_data(child: Any, name: str, row: int, attributes: AttributeColumns) -> None:
    """Add the leaves of a data type as attributes ``name.leaf``."""
    for leaf in child.iter():
        if len(leaf) or leaf is child:
            continue
        unit, space = leaf.get("uom"), leaf.get("codeSpace")
        kind = "measure" if unit is not None else "code" if space is not None else "string"
        attributes.add(row, leaf.text or "", f"{name}.{local(leaf)}", kind, "core", unit or space or "")


def add_height(child: Any, row: int, attributes: AttributeColumns) -> None:
    """Add a ``con:Height``: from the ground to the top it is the measured height of CityGML 2.0, else ``height``.

    Its references and status follow as ``height.highReference`` and so on.
    """
    for height in child:
        parts = {local(part): part for part in height}
        value = parts.pop("value", None)
        high = (parts["highReference"].text or "").strip() if "highReference" in parts else ""
        if value is not None:
            name = "measuredHeight" if high in HIGHEST else "height"
            attributes.add(row, value.text or "", name, "measure", "core", value.get("uom", ""))
        for name, part in parts.items():
            attributes.add(row, part.text or "", f"height.{name}", "string", "core", part.get("codeSpace", ""))


def add_address(address: Any, row: int, attributes: AttributeColumns) -> None:
    """Add the texts of an xAL address under their names in xAL 2.0."""
    for leaf in address.iter(*_XAL_LEAVES):
        text = (leaf.text or "").strip()
        if text:
            name = local(leaf)
            if name in _XAL_3_LEAVES and leaf.tag.startswith(_XAL_3):
                name = _XAL_3_NAMES.get((local(leaf.getparent()), name), name)
            attributes.add(row, text, name, "string", "address")
