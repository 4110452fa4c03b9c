"""Attributes of a building by a tree of elements."""

from xml.etree import ElementTree


def attributes(text):
    """Name, value and unit of the leaves and generic attributes directly below an element, in order."""
    found = []
    for child in ElementTree.fromstring(text):
        if len(child):
            found += [(child.get("name"), value.text or "", value.get("uom", "")) for value in child]
        else:
            unit = child.get("uom") or child.get("codeSpace") or ""
            found.append((child.tag.rpartition("}")[2], child.text or "", unit))
    return found
