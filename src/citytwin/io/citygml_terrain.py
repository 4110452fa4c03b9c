"""Triangles of a relief taken in one by one while the relief is being parsed, as it may be larger than memory."""

from __future__ import annotations

from array import array
from typing import Any, NamedTuple

from citytwin.io.citygml_gml import EXTERIORS, LINEAR_RINGS, PATCHES, POS_LISTS, TRIANGLES, TRIANGULATED
from citytwin.io.citygml_modules import spaces

_RELIEF = tuple(f"{{{space}}}" for space in spaces("relief"))
_ABOVE = ("tin", "TINRelief", "reliefComponent", "ReliefFeature")
"""Elements of the relief module around a triangulated surface, from the inside; a member holds the last."""


class Taken(NamedTuple):
    """Position lists of the first triangles of a surface, and the lines they are in."""

    texts: list[str]
    lines: array[int]


class Terrain:
    """Triangles that are not in the tree any more, by the element that held them."""

    def __init__(self) -> None:
        self._taken: dict[Any, Taken] = {}
        self._left: Any = None

    def triangle_ended(self, triangle: Any) -> None:
        """Take a triangle that has just been parsed out of the tree, unless it is written in an unusual way.

        From the first unusual one of a surface on, all are left where they are.
        """
        patches = triangle.getparent()
        if patches is self._left:
            return
        taken = self._taken.get(patches)
        positions = _positions(triangle)
        is_first = taken is None
        if positions is None or (is_first and (triangle.getprevious() is not None or not _is_terrain(patches))):
            self._left = patches
            return
        if taken is None:
            taken = self._taken[patches] = Taken([], array("i"))
        taken.texts.append(positions.text or "")
        taken.lines.append(positions.sourceline)
        triangle.clear()
        previous = triangle.getprevious()
        if previous is not None:
            patches.remove(previous)

    def pop(self, patches: Any) -> Taken | None:
        """What was taken from an element; its first child is then the last triangle taken, emptied."""
        return self._taken.pop(patches, None)

    def forget(self) -> None:
        """Drop what nobody asked for."""
        self._taken.clear()
        self._left = None


def _is_terrain(patches: Any) -> bool:
    """Whether an element is that of the patches of a triangulated relief."""
    surface = patches.getparent()
    if patches.tag not in PATCHES or surface is None or surface.tag not in TRIANGULATED:
        return False
    names = [element.tag for element in surface.iterancestors()]
    return len(names) == len(_ABOVE) + 2 and all(
        name.startswith(_RELIEF) and name.endswith(f"}}{local}") for name, local in zip(names, _ABOVE, strict=False)
    )


def _positions(triangle: Any) -> Any:
    """The position list of a triangle without attributes, hole or other children, or None."""
    element = triangle
    for tags in (TRIANGLES, EXTERIORS, LINEAR_RINGS):
        if element.tag not in tags or len(element) != 1 or element.keys():
            return None
        element = element[0]
    is_plain = element.tag in POS_LISTS and not len(element) and not element.keys()
    return element if is_plain else None
