"""Cleaning of rings against a slow twin that goes ring by ring."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from citytwin.io._rings import clean_rings, copy_polygons, reverse_rings
from citytwin.model.ragged import offsets_of

POINT = st.integers(0, 2).map(lambda i: (float(i), float(i * i), 0.0))
POLYGONS = st.lists(st.lists(st.lists(POINT, max_size=6), max_size=3), max_size=5)


def columns(polygons: list[list[list[tuple[float, ...]]]]) -> tuple[NDArray, NDArray, NDArray]:
    rings = [ring for polygon in polygons for ring in polygon]
    points = [point for ring in rings for point in ring]
    return (
        offsets_of(np.array([len(polygon) for polygon in polygons], np.int64)),
        offsets_of(np.array([len(ring) for ring in rings], np.int64)),
        np.array(points, float).reshape(-1, 3),
    )


def naive(polygons: list[list[list[tuple[float, ...]]]]) -> tuple[list[int], list[list[list[tuple[float, ...]]]]]:
    kept, result = [], []
    for row, polygon in enumerate(polygons):
        rings = []
        for place, ring in enumerate(polygon):
            clean = [p for i, p in enumerate(ring) if i == 0 or p != ring[i - 1]]
            if len(clean) > 1 and clean[0] == clean[-1]:
                clean.pop()
            if len(clean) >= 3:
                rings.append(clean)
            elif place == 0:
                break
        if rings:
            kept.append(row)
            result.append(rings)
    return kept, result


@given(POLYGONS)
def test_clean_rings_equals_its_twin(polygons: list[list[list[tuple[float, ...]]]]) -> None:
    got = clean_rings(*columns(polygons), closed=True)
    kept, expected = naive(polygons)
    surface_rings, ring_vertices, coordinates = columns(expected)
    assert got.kept.tolist() == kept
    assert got.surface_rings.tolist() == surface_rings.tolist()
    assert got.ring_vertices.tolist() == ring_vertices.tolist()
    assert got.coordinates.tolist() == coordinates.tolist()


def test_reverse_keeps_the_first_point() -> None:
    rings, points, xyz = columns([[[(0, 0, 0), (1, 1, 0), (2, 4, 0)]], [[(0, 0, 0), (1, 1, 0), (2, 4, 0), (0, 1, 0)]]])
    turned = reverse_rings(rings, points, xyz, np.array([False, True]))
    assert turned[:, 0].tolist() == [0, 1, 2, 0, 0, 2, 1]


def test_copy() -> None:
    rings, points, xyz = columns([[[(0, 0, 0), (1, 1, 0), (2, 4, 0)]], [[(5, 0, 0), (1, 1, 0), (2, 4, 0), (0, 1, 0)]]])
    rings, points, xyz = copy_polygons(rings, points, xyz, np.array([1, 1]))
    assert rings.tolist() == [0, 1, 2, 3, 4]
    assert points.tolist() == [0, 3, 7, 11, 15]
    assert xyz[[3, 7, 11], 0].tolist() == [5, 5, 5]
