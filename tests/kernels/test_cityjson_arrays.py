import json
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels import cityjson_arrays as kernel
from tests.naive import cityjson_arrays as naive

LIMIT = 12
RINGS = st.lists(st.integers(0, LIMIT - 1), max_size=4)


def nested(depth):
    shapes = RINGS
    for _ in range(depth + 2):
        shapes = st.lists(shapes, max_size=3)
    return shapes


GEOMETRIES = st.integers(0, 2).flatmap(lambda depth: st.tuples(st.just(depth), nested(depth)))


def buffer_of(values, indent=None):
    texts = [b"" if value is Ellipsis else json.dumps(value, indent=indent).encode() for value in values]
    bounds = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    return np.frombuffer(bytearray(b"".join(texts) + bytes(8)), np.uint8), bounds[:-1], bounds[1:]


def flattened(depths, boundaries, first, indent=None):
    buffer, start, stop = buffer_of(boundaries, indent)
    limit = np.full(len(depths), LIMIT)
    return kernel.flatten_boundaries(buffer, start, stop, np.array(depths, np.int8), np.array(first, np.int64), limit)


def parts(found):
    return [
        column.tolist()
        for column in (
            found.solids, found.solid_shells, found.shell_surfaces, found.surface_rings, found.ring_points, found.index,
        )
    ]  # fmt: skip


@given(st.lists(GEOMETRIES, max_size=4), st.sampled_from([None, 1]))
def test_boundaries_equal_naive(geometries, indent):
    first = [100 * row for row in range(len(geometries))]
    found = flattened([d for d, _ in geometries], [b for _, b in geometries], first, indent)
    assert (found.status, found.geometry) == (kernel.FINE, len(geometries))
    expected = [naive.flatten_boundaries(b, d, f, LIMIT) for (d, b), f in zip(geometries, first, strict=True)]
    assert parts(found) == [list(chain(*columns)) for columns in zip(*expected, strict=True)] or not geometries


ODD = st.recursive(st.integers(-1, LIMIT) | st.sampled_from([None, True, 1.5, "1"]), lambda x: st.lists(x, max_size=3))


@given(st.integers(0, 2), ODD.filter(lambda value: isinstance(value, list)))
def test_odd_boundaries_are_refused_as_naive(depth, boundaries):
    found = flattened([depth], [boundaries], [0])
    assert (found.status == kernel.FINE) == (naive.flatten_boundaries(boundaries, depth, 0, LIMIT) is not None)


def test_the_first_geometry_that_is_wrong_is_named():
    good, beyond, shallow = [[[0, 1, 2]]], [[[0, 1, LIMIT]]], [[0, 1, 2]]
    found = flattened([0, 0, 0], [good, beyond, shallow], [0, 0, 0])
    assert (found.geometry, found.status) == (1, kernel.BEYOND)
    found = flattened([0, 0, 0], [good, shallow, beyond], [0, 0, 0])
    assert (found.geometry, found.status) == (1, kernel.MALFORMED)


def values_for(shape, level):
    """Values as they may stand beside boundaries: as deep, or null in the place of any list."""
    if level == 0:
        return st.none() | st.integers(0, 2)
    lists = st.tuples(*(values_for(part, level - 1) for part in shape)).map(list)
    return lists if level == 3 else st.none() | lists


@given(st.data(), st.lists(GEOMETRIES, max_size=3), st.integers(1, 3))
def test_values_equal_naive(data, geometries, limit):
    values = [
        data.draw(st.just(Ellipsis) | values_for(b, d + 1).filter(lambda v: v is not None)) for d, b in geometries
    ]
    depths = np.array([d for d, _ in geometries], np.int8)
    shape = flattened(depths, [b for _, b in geometries], [0] * len(geometries))
    buffer, start, stop = buffer_of(values)
    out = np.empty(len(shape.surface_rings), np.int32)
    limits = np.full(len(geometries), limit)
    geometry, status = kernel.flatten_values(buffer, start, stop, depths, limits, shape, out)
    expected = [naive.flatten_values(v, b, d, limit) for v, (d, b) in zip(values, geometries, strict=True)]
    bad = [row for row, value in enumerate(expected) if value is None]
    assert geometry == (bad[0] if bad else len(geometries))
    if not bad:
        assert status == kernel.FINE
        assert out.tolist() == list(chain(*expected))


@given(GEOMETRIES, ODD.filter(lambda value: isinstance(value, list)))
def test_odd_values_are_refused_as_naive(geometry, values):
    depth, boundaries = geometry
    shape = flattened([depth], [boundaries], [0])
    buffer, start, stop = buffer_of([values])
    out = np.empty(len(shape.surface_rings), np.int32)
    limit = np.full(1, 3)
    _, status = kernel.flatten_values(buffer, start, stop, np.array([depth], np.int8), limit, shape, out)
    assert (status == kernel.FINE) == (naive.flatten_values(values, boundaries, depth, 3) is not None)


NUMBERS = st.integers(-(10**17), 10**17) | st.integers(-9, 9) | st.floats(-1e9, 1e9)


@given(
    st.lists(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), max_size=4), max_size=3), st.sampled_from([None, 1])
)
def test_vertices_equal_naive(lists, indent):
    buffer, start, stop = buffer_of(lists, indent)
    found = kernel.read_vertices(buffer, start, stop)
    assert found.n_sound == len(lists)
    assert found.counts.tolist() == [len(vertices) for vertices in lists]
    row = 0
    for vertices, whole in zip(lists, found.whole, strict=True):
        assert naive.read_vertices(vertices) == (True, whole)
        if whole:
            assert found.xyz[row : row + len(vertices)].tolist() == vertices
        row += len(vertices)


@pytest.mark.parametrize(
    "vertices", [[[1, 2]], [[1, 2, 3, 4]], [[1, 2, [3]]], [1, 2, 3], [[[1, 2, 3]]], [[1, None, 3]]]
)
def test_vertices_that_are_none(vertices):
    buffer, start, stop = buffer_of([[[1, 2, 3]], vertices])
    assert kernel.read_vertices(buffer, start, stop).n_sound == 1
