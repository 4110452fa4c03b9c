"""Building parts among footprints: which building each lies in, and what they leave of its outline."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.attributes import AttributeTable
from citytwin.model.derive.plan import union_by

PART, BUILDING = "building:part", "building"
LEAST_SHARE = 0.01
"""Remains of an outline below this share of it are slivers and belong to the parts."""


def is_part(attributes: AttributeTable) -> NDArray[np.bool_]:
    """Rows (n,) that are tagged as part of a building and not as a building."""

    def tagged(key: str) -> NDArray[np.bool_]:
        column = attributes.get(key)
        if column is None:
            return np.zeros(attributes.n, bool)
        return ~np.isin(column.as_text().astype(str), ("", "no"))

    return tagged(PART) & ~tagged(BUILDING)


def find_parents(polygon: NDArray[Any], owner: NDArray[np.int64], part: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Building (n,) whose outline holds a point inside the largest polygon of each part; the smallest one, else -1.

    Parameters
    ----------
    polygon : object array (k,), owner : int64 array (k,)
        Polygons and the row of each.
    part : bool array (n,)
    """
    import shapely

    parent = np.full(len(part), -1, np.int32)
    if not part[owner].any():
        return parent
    area = shapely.area(polygon)
    order = np.lexsort((area, owner))
    largest = order[np.flatnonzero(np.diff(owner[order], append=-1))]
    inside = largest[part[owner[largest]]]
    outlines = np.flatnonzero(~part[owner])
    points = shapely.point_on_surface(polygon[inside])
    which, outline = shapely.STRtree(polygon[outlines]).query(points, predicate="within")
    best = np.lexsort((-area[outlines[outline]], which))
    parent[owner[inside[which[best]]]] = owner[outlines[outline[best]]]
    return parent


def remains(
    polygon: NDArray[Any], owner: NDArray[np.int64], parent: NDArray[np.int32], solid: NDArray[np.bool_]
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int64]]:
    """Outlines of buildings without the ground of their parts.

    Parameters
    ----------
    polygon : object array (k,), owner : int64 array (k,)
    parent : int32 array (n,)
    solid : bool array (n,)
        Rows that have a height: only such parts take ground.

    Returns
    -------
    polygon : object array (m,), owner : int64 array (m,)
        What is left of the outlines of buildings that have such parts.
    cut : int64 array
        Places in `polygon` of these outlines.
    """
    import shapely

    taking = np.flatnonzero((parent[owner] >= 0) & solid[owner])
    ground = union_by(polygon[taking], parent[owner[taking]], len(parent))
    cut = np.flatnonzero(~shapely.is_missing(ground[owner]))
    left = shapely.difference(polygon[cut], ground[owner[cut]])
    pieces, place = shapely.get_parts(left, return_index=True)
    kept = (shapely.get_type_id(pieces) == 3) & (shapely.area(pieces) > LEAST_SHARE * shapely.area(polygon[cut])[place])
    return shapely.orient_polygons(pieces[kept]), owner[cut][place[kept]], cut
