"""Collections whose members are all written alike, asked with a few path expressions instead of element by element."""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree

from citytwin.io.citygml_gml import EXTERIORS, GML, LINEAR_RINGS, POLYGONS, POS_LISTS, SURFACE_MEMBERS

DIMENSIONS = {"2": 2, "3": 3}
"""Values of ``srsDimension``."""

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
        self._attributes = _path(f"({alike}) * (1 + count(.//@*) - count(@*)) - 1", gml)
        self._ids = _path("/".join([first, *rest][:-3]) + "/@g:id", gml)
        self._position_list = f"{{{gml}}}{path[-1]}"

    def attributes(self, collection: Any) -> int:
        """Attributes below a collection; -1 where not all of its members are chains.

        Each member contributes at most one chain, so that there are as many chains as members only if each holds one;
        then no other element is left.
        """
        return int(self._attributes(collection))

    def take(self, collection: Any, dimension: int) -> tuple[list[str], list[Any], list[str]] | None:
        """Identifiers of the polygons, none or one each, position lists, and names of reference systems.

        None where members are not all chains, or something below the collection is a link or not of `dimension`.
        """
        attributes = self.attributes(collection)
        if attributes < 0:
            return None
        ids: list[str] = self._ids(collection) if attributes else []
        if (ids and len(ids) != len(collection)) or "" in ids:
            return None
        systems: list[str] = []
        if attributes > len(ids):
            if has_links(collection) or any(DIMENSIONS.get(t) != dimension for t in dimensions_below(collection)):
                return None
            systems = systems_below(collection)
        return ids, list(collection.iter(self._position_list)), systems


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


@cache
def _polygons(gml: str) -> tuple[str, ...]:
    return tuple(f"{{{gml}}}{name}" for name in ("Polygon", "PolygonPatch", "Triangle", "Rectangle"))


def polygons_below(element: Any, gml: str) -> int:
    """Polygons, patches, triangles and rectangles in an element, itself included."""
    return len(list(element.iter(*_polygons(gml))))


def systems_below(collection: Any) -> list[str]:
    """Values of ``srsName`` of the elements below a collection."""
    return [name for name in _path("descendant::*/@srsName", GML)(collection) if name]


def dimensions_below(collection: Any) -> list[str]:
    """Values of ``srsDimension`` of the elements below a collection."""
    values: list[str] = _path("descendant::*/@srsDimension", GML)(collection)
    return values


def has_links(collection: Any) -> bool:
    """Whether an element below a collection refers to another one."""
    return bool(_path("boolean(descendant::*/@x:href)", GML)(collection))


def chain_of(member: Any) -> tuple[Any, Any] | None:
    """Polygon and position list of a surface member that is a chain without a link or a system of its own, or None.

    For one or two members this is faster than path expressions.
    """
    if len(member) != 1 or member.tag not in SURFACE_MEMBERS or member.attrib:
        return None
    polygon = member[0]
    if len(polygon) != 1 or polygon.tag not in POLYGONS or polygon.get("srsName") or polygon.get("srsDimension"):
        return None
    side = polygon[0]
    if len(side) != 1 or side.tag not in EXTERIORS or side.attrib:
        return None
    ring = side[0]
    if len(ring) != 1 or ring.tag not in LINEAR_RINGS or ring.get("srsName") or ring.get("srsDimension"):
        return None
    positions = ring[0]
    return (polygon, positions) if positions.tag in POS_LISTS and not positions.get("srsName") else None
