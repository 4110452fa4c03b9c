"""Attributes and addresses of city objects and their surfaces as CityGML 2.0."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.sax.saxutils import quoteattr

from citytwin.io._losses import Losses
from citytwin.io._xml_text import content, legal
from citytwin.io.citygml_names import CORE_TYPES, GENERIC_TYPES, MODULE_TYPES
from citytwin.io.citygml_schema import leaf_prefix
from citytwin.model.attributes import AttributeValue

Chunk = tuple[str, str]
"""Name of a property and its text, "generic" for generic attributes."""

_GENERIC_ELEMENT = {kind: element for element, kind in GENERIC_TYPES.items()}
_ADDRESS = ("Address", "CountryName", "LocalityName", "ThoroughfareNumber", "ThoroughfareName", "PostalCodeNumber")
_TYPES = {**MODULE_TYPES, **CORE_TYPES}


class LeafWriter:
    """Attributes as elements.

    Parameters
    ----------
    losses : Losses
        Takes what has to change its type or place.
    """

    def __init__(self, losses: Losses) -> None:
        self._losses = losses

    def chunks(self, entries: Iterable[AttributeValue], prefix: str) -> list[Chunk]:
        """Properties of a class of the module `prefix`, in the order of the entries."""
        chunks: list[Chunk] = []
        references: list[dict[str, str]] = []
        addresses: list[dict[str, str]] = []
        sets: dict[str, list[str]] = {}
        place_of_set: dict[str, int] = {}
        for entry in entries:
            part = entry.name.removeprefix("externalReference.")
            if entry.place == "core" and part != entry.name:
                _put(references, part, entry.value)
            elif entry.place == "core" and entry.name in ("lod0", "type"):
                continue
            elif entry.place == "core" and leaf_prefix(entry.name, prefix):
                chunks.append((entry.name, self._leaf(entry, leaf_prefix(entry.name, prefix))))
            elif entry.place == "address" and entry.name in _ADDRESS:
                _put(addresses, entry.name, entry.value)
            elif entry.place.startswith("set:"):
                name = entry.place[4:]
                if name not in sets:
                    place_of_set[name] = len(chunks)
                    chunks.append(("generic", ""))
                sets.setdefault(name, []).append(self._generic(entry))
            else:
                if entry.place != "generic":
                    self._losses.add("ATTRIBUTE_CHANGED", f"{entry.name} from {entry.place} is a generic attribute")
                chunks.append(("generic", self._generic(entry)))
        chunks += [("externalReference", self._reference(reference)) for reference in references]
        for name, items in sets.items():
            chunks[place_of_set[name]] = ("generic", _nested_sets(name.split("/"), items))
        chunks += [("address", self._address(address, prefix)) for address in addresses]
        return chunks

    def text(self, text: str) -> str:
        """Text as the content of an element."""
        return content(legal(text, self._losses))

    def _leaf(self, entry: AttributeValue, prefix: str) -> str:
        attribute = "uom" if _TYPES.get(entry.name) == "measure" else "codeSpace"
        unit = f" {attribute}={quoteattr(entry.unit)}" if entry.unit else ""
        return f"<{prefix}:{entry.name}{unit}>{self.text(entry.value)}</{prefix}:{entry.name}>"

    def _generic(self, entry: AttributeValue) -> str:
        element = _GENERIC_ELEMENT.get(entry.type)
        if element is None:
            self._losses.add("ATTRIBUTE_CHANGED", f"{entry.name} of type {entry.type} is a string")
            element = "stringAttribute"
        unit = f" uom={quoteattr(entry.unit)}" if entry.type == "measure" else ""
        name = quoteattr(legal(entry.name, self._losses))
        return f"<gen:{element} name={name}><gen:value{unit}>{self.text(entry.value)}</gen:value></gen:{element}>"

    def _reference(self, reference: dict[str, str]) -> str:
        leaf = self._leaf_of(reference, "core")
        rest = leaf("name") + leaf("uri")
        return (
            f"<core:externalReference>{leaf('informationSystem')}<core:externalObject>{rest}</core:externalObject>"
            "</core:externalReference>"
        )

    def _address(self, address: dict[str, str], prefix: str) -> str:
        leaf = self._leaf_of(address, "xAL")
        street = leaf("ThoroughfareNumber") + leaf("ThoroughfareName")
        code = leaf("PostalCodeNumber")
        locality = (
            leaf("LocalityName")
            + (f'<xAL:Thoroughfare Type="Street">{street}</xAL:Thoroughfare>' if street else "")
            + (f"<xAL:PostalCode>{code}</xAL:PostalCode>" if code else "")
        )
        inner = leaf("CountryName") + (f'<xAL:Locality Type="Town">{locality}</xAL:Locality>' if locality else "")
        details = leaf("Address") + (f"<xAL:Country>{inner}</xAL:Country>" if inner else "")
        return (
            f"<{prefix}:address><core:Address><core:xalAddress><xAL:AddressDetails>{details}</xAL:AddressDetails>"
            f"</core:xalAddress></core:Address></{prefix}:address>"
        )

    def _leaf_of(self, texts: dict[str, str], prefix: str) -> Callable[[str], str]:
        """Writer of one of several texts by name; "" where there is none."""

        def leaf(name: str) -> str:
            return f"<{prefix}:{name}>{self.text(texts[name])}</{prefix}:{name}>" if name in texts else ""

        return leaf


def _put(groups: list[dict[str, str]], name: str, value: str) -> None:
    """Add a leaf to the last group, or to a new one where that has it already."""
    if not groups or name in groups[-1]:
        groups.append({})
    groups[-1][name] = value


def _nested_sets(names: list[str], items: list[str]) -> str:
    inner = "".join(items)
    for name in reversed(names):
        inner = f"<gen:genericAttributeSet name={quoteattr(name)}>{inner}</gen:genericAttributeSet>"
    return inner
