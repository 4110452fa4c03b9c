"""Collections whose members are all written alike, asked with a few path expressions instead of element by element."""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree

from citytwin.io.citygml_gml import GML

_XLINK = "http://www.w3.org/1999/xlink"


@cache
def _path(expression: str, gml: str) -> Any:
    return etree.XPath(expression, namespaces={"g": gml, "x": _XLINK}, smart_strings=False)


class Chains:
    """Path expressions over a collection in which every member is a chain of single elements down to a position list.

    Parameters
    ----------
    gml : str
        Namespace of GML.
    path : str
        Names of the elements of a chain, the polygon being the fourth from the end.
    """

    def __init__(self, gml: str, *path: str) -> None:
        first, *rest = (f"g:{name}" for name in path)
        chain = "/".join([first, *(f"{step}[1]" for step in rest)])
        alike = f"count(descendant::*) = {len(path)} * count(*) and count({chain}) = count(*)"
        self._attributes = _path(f"({alike}) * (1 + count(descendant::*/@*)) - 1", gml)
        self._ids = _path("/".join([first, *rest][:-3]) + "/@g:id", gml)
        self._position_list = f"{{{gml}}}{path[-1]}"

    def attributes(self, collection: Any) -> int:
        """Attributes below a collection; -1 where not all of its members are chains.

        Each member contributes at most one chain, so that there are as many chains as members only if each holds one;
        then no other element is left.
        """
        return int(self._attributes(collection))

    def ids(self, collection: Any) -> list[str]:
        """Identifiers of the polygons that have one."""
        ids: list[str] = self._ids(collection)
        return ids

    def position_lists(self, collection: Any) -> list[Any]:
        """The position lists."""
        return list(collection.iter(self._position_list))


@cache
def members_of(gml: str) -> Chains:
    """Chains from a surface member to its position list."""
    return Chains(gml, "surfaceMember", "Polygon", "exterior", "LinearRing", "posList")


@cache
def triangles_of(gml: str) -> Chains:
    """Chains from a triangle to its position list."""
    return Chains(gml, "Triangle", "exterior", "LinearRing", "posList")


def links_only(collection: Any, gml: str) -> list[str]:
    """What the members of a collection refer to; nothing where one of them holds something itself."""
    hrefs: list[str] = _path("self::*[not(*/*)]/g:surfaceMember/@x:href", gml)(collection)
    return hrefs if len(hrefs) == len(collection) else []


def polygons_below(element: Any, gml: str) -> int:
    """Polygons, patches, triangles and rectangles in an element, itself included."""
    names = ("Polygon", "PolygonPatch", "Triangle", "Rectangle")
    counts = "+".join(f"count(descendant-or-self::g:{name})" for name in names)
    return int(_path(counts, gml)(element))


def systems_below(collection: Any) -> list[str]:
    """Values of ``srsName`` of the elements below a collection."""
    names: list[str] = _path("descendant::*/@srsName", GML)(collection)
    return names


def dimensions_below(collection: Any) -> list[str]:
    """Values of ``srsDimension`` of the elements below a collection."""
    values: list[str] = _path("descendant::*/@srsDimension", GML)(collection)
    return values


def has_links(collection: Any) -> bool:
    """Whether an element below a collection refers to another one."""
    return bool(_path("boolean(descendant::*/@x:href)", GML)(collection))
