"""Buildings that stand inside one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.model.derive.contacts import GAP_M
from citytwin.model.derive.notes import Notes
from citytwin.model.derive.plan import Polygons
from citytwin.model.enums import Severity, Status, is_today

LEAST_AREA_M2 = 1.0
LEAST_HEIGHT_M = 0.5


def note_overlaps(
    shape: Polygons,
    bottom: NDArray[np.float64],
    height: NDArray[np.float64],
    status: NDArray[np.int8],
    notes: Notes,
) -> None:
    """One note for each of two buildings whose footprints and heights overlap.

    The common part of the footprints must be above 1 m2 and wider than the gap that party walls allow. Between two
    buildings of today it is a warning, else, as where a planned building replaces others, information.

    Parameters
    ----------
    shape : object array (n,)
        Footprints, None where there is none.
    bottom, height : float64 arrays (n,), m
    status : int8 array (n,)
    notes : Notes
    """
    import shapely

    rows = np.flatnonzero(shapely.area(shape) > LEAST_AREA_M2)
    if len(rows) < 2:
        return
    here, there = shapely.STRtree(shape[rows]).query(shape[rows], predicate="intersects")
    here, there = rows[here[here < there]], rows[there[here < there]]
    top = bottom + height
    common_height = np.minimum(top[here], top[there]) - np.maximum(bottom[here], bottom[there])
    tall = common_height > LEAST_HEIGHT_M
    here, there, common_height = here[tall], there[tall], common_height[tall]
    common = shapely.intersection(shape[here], shape[there])
    area, length = shapely.area(common), shapely.length(common)
    wide = (area > LEAST_AREA_M2) & (2 * area > GAP_M * length)
    today = is_today(status)
    for a, b, m2, m in zip(here[wide], there[wide], area[wide], common_height[wide], strict=True):
        severity = Severity.WARNING if today[a] and today[b] else Severity.INFO
        for one, other in ((a, b), (b, a)):
            message = (
                f"overlaps {notes.ids[other]} ({Status(status[other]).word}) "
                f"on {m2:.1f} m2 of plan and {m:.1f} m of height"
            )
            notes.add(one, 601, "BUILDINGPARTS_OVERLAP", message, severity)
