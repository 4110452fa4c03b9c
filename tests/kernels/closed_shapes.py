"""Solids for the tests of shells: lists of polygons, each a list of rings, and their arrays."""

import numpy as np

from citytwin.kernels.edge_closure import edge_closure
from tests.kernels.shapes import csr

TOLERANCE = 0.001


class Arrays:
    """What the kernels of shells take, for solids given as lists of polygons."""

    def __init__(self, *solids, turned=(), matrix=None):
        self.offsets = np.cumsum([0, *map(len, solids)])
        n = int(self.offsets[-1])
        self.surfaces = np.arange(n, dtype=np.int32)
        self.reversed = np.isin(np.arange(n), turned)
        self.rings, self.points, vertices = csr([polygon for solid in solids for polygon in solid])
        self.vertices = vertices if matrix is None else np.ascontiguousarray(vertices @ matrix.T)
        self.closure = edge_closure(
            self.offsets, self.surfaces, self.reversed, self.rings, self.points, self.vertices, TOLERANCE
        )


def turned_round(solid):
    """The same polygons, facing the other way."""
    return [[ring[::-1] for ring in polygon] for polygon in solid]
