from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from citytwin.io._extrude import extrude
from citytwin.io.footprints_shapes import rings_of
from citytwin.model.enums import SurfaceKind


def volume_and_edges(prisms):
    """Volume by the divergence theorem over fans of each ring, and the directed edges that have no partner."""
    volume, edges = 0.0, {}
    for face in range(len(prisms.kind)):
        for ring in range(prisms.surface_rings[face], prisms.surface_rings[face + 1]):
            points = prisms.coordinates[prisms.ring_vertices[ring] : prisms.ring_vertices[ring + 1]]
            for a, b in pairwise(points[1:]):
                volume += np.dot(points[0], np.cross(a, b)) / 6.0
            for a, b in zip(points, np.roll(points, -1, axis=0), strict=True):
                edges[tuple(a), tuple(b)] = edges.get((tuple(a), tuple(b)), 0) + 1
    return volume, {edge for edge, count in edges.items() if count != edges.get(edge[::-1])}


@st.composite
def stars(draw):
    """Star-shaped polygons, half of them with a hole."""
    count = draw(st.integers(3, 12))
    radius = np.array(draw(st.lists(st.floats(4.0, 20.0), min_size=count, max_size=count)))
    angle = np.arange(count) * 2 * np.pi / count
    outline = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    holes = [outline * 0.25] if draw(st.booleans()) else []
    return shapely.Polygon(outline, holes)


@given(st.lists(st.tuples(stars(), st.floats(-5, 5), st.floats(0.5, 50)), min_size=1, max_size=4))
def test_prisms_are_closed_and_enclose_area_times_height(plots):
    polygons = shapely.orient_polygons(np.array([polygon for polygon, _, _ in plots]))
    bottom = np.array([b for _, b, _ in plots])
    height = np.array([h for _, _, h in plots])
    for row, polygon in enumerate(polygons):
        one = slice(row, row + 1)
        prism = extrude(*rings_of(polygons[one]), bottom[one], (bottom + height)[one], np.zeros(1, bool))
        volume, alone = volume_and_edges(prism)
        assert not alone
        assert volume == pytest.approx(polygon.area * height[row], rel=1e-9)
    together = extrude(*rings_of(polygons), bottom, bottom + height, np.zeros(len(plots), bool))
    assert volume_and_edges(together)[0] == pytest.approx((shapely.area(polygons) * height).sum(), rel=1e-9)


def test_faces_of_each_prism_stand_together():
    polygons = shapely.orient_polygons(
        np.array([shapely.box(0, 0, 1, 1), shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6))])
    )
    prisms = extrude(*rings_of(polygons), np.zeros(2), np.ones(2), np.array([False, True]))
    ground, wall, roof, floor = SurfaceKind.GROUND, SurfaceKind.WALL, SurfaceKind.ROOF, SurfaceKind.OUTER_FLOOR
    assert prisms.kind.tolist() == [ground, *[wall] * 4, roof, floor, *[wall] * 8, roof]
    assert prisms.solid_surfaces.tolist() == [0, 6, 16]
    assert np.diff(prisms.surface_rings).tolist() == [1] * 6 + [2] + [1] * 8 + [2]
    assert np.diff(prisms.ring_vertices).tolist() == [4] * 18


def test_nothing_gives_nothing():
    empty = np.empty(0)
    prisms = extrude(*rings_of(np.empty(0, object)), empty, empty, np.empty(0, bool))
    assert (len(prisms.kind), prisms.coordinates.shape) == (0, (0, 3))
