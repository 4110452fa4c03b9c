import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.facet_sun import Uses, add_facet_sun, weighted_rows
from tests.kernels.test_sun_irradiance import scene
from tests.naive import facet_sun as naive


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.sampled_from([np.uint8, np.float32]))
def test_weighted_rows_equal_naive(seed, kind):
    rng = np.random.default_rng(seed)
    values = (rng.random((5, 9)) * 255).astype(kind)
    offsets = np.array([0, 2, 2, 7])
    rows, share = rng.integers(0, 5, 7), rng.random(7).astype(np.float32)
    got = weighted_rows(values, rows, share, offsets)
    for i, (a, b) in enumerate(itertools.pairwise(offsets)):
        expected = naive.weighted_row(values.astype(float).tolist(), rows[a:b].tolist(), share[a:b].tolist(), 9)
        np.testing.assert_allclose(got[i], expected, rtol=1e-5, atol=1e-6)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_facet_sun_equals_naive(seed):
    visible, response, normals, sun = scene(seed)
    uses = Uses(np.array([0, 2, 2, 3]), np.array([1, 0, 1]), np.float32([2, 0.5, -1]), np.array([0, 1, 1]))
    table = np.vstack([np.ones(34), np.append(np.linspace(0, 1, 33), 1.0)]).astype(np.float32)
    diffuse = np.float32([1.0, 0.7])
    got = np.full((2, 24), 3.0, np.float32)
    add_facet_sun(visible / np.float32(255), response, normals, uses, table, diffuse, sun, 5, 20, got)
    expected = np.full((2, 24), 3.0)
    for hour in range(5, 20):
        for i in range(3):
            for use in range(uses.offsets[i], uses.offsets[i + 1]):
                modifier = (lambda cosine: 1.0) if uses.cover[use] == 0 else (lambda cosine: cosine)
                passed = float(diffuse[uses.cover[use]])
                found = naive.facet_sun(visible[i], response[i], normals[i], sun, hour, modifier, passed)
                expected[uses.target[use], hour] += float(uses.weight[use]) * found
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=5e-3)


def test_sums_do_not_depend_on_company():
    visible, response, normals, sun = scene(7, n=5)
    seen = visible / np.float32(255)
    table, diffuse = np.ones((1, 4), np.float32), np.ones(1, np.float32)
    every = Uses(np.arange(6), np.arange(5), np.ones(5, np.float32), np.zeros(5, np.int64))
    one = Uses(np.arange(2), np.zeros(1, np.int64), np.ones(1, np.float32), np.zeros(1, np.int64))
    together, alone = np.zeros((5, 24), np.float32), np.zeros((1, 24), np.float32)
    add_facet_sun(seen, response, normals, every, table, diffuse, sun, 0, 24, together)
    add_facet_sun(seen[3:4], response[3:4], normals[3:4], one, table, diffuse, sun, 0, 24, alone)
    assert (together[3] == alone[0]).all()
