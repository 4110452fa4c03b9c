"""One roof or wall with nothing around it, and what stands on it."""

import numpy as np

from citytwin.model.assemble import assemble_city
from citytwin.model.enums import SurfaceKind
from tests.solar.boxes import CORNER


def plane(tilt, width=10.0, kind=SurfaceKind.ROOF):
    """One south-facing face of 10 m x 10 m with nothing around it."""
    b = np.radians(tilt)
    up = np.array([0.0, np.cos(b), np.sin(b)]) * 10
    east = np.array([width, 0.0, 0.0])
    return faces([np.array([0 * up, east, east + up, up])], kind)


def faces(polygons, kind=SurfaceKind.ROOF, height=10.0):
    """One building with some faces, given as corners (k, 3)."""
    corners = [CORNER + np.array([0.0, 0.0, height]) + np.asarray(polygon, float) for polygon in polygons]
    n = len(corners)
    return assemble_city(
        object_id=["b0"], object_kind=np.array([0]), object_parent=np.array([-1]), surface_object=np.zeros(n, int),
        surface_kind=np.full(n, kind), surface_lod=np.full(n, 20), surface_rings=np.arange(n + 1),
        ring_vertices=np.cumsum([0, *map(len, corners)]), coordinates=np.concatenate(corners), crs="EPSG:3879",
    )  # fmt: skip
