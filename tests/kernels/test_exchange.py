import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.exchange import exchange_rows, received
from tests.naive import exchange as naive


class Views:
    """Random hits of random elements: `n` of them, triangles of some unknown, one element without samples."""

    def __init__(self, seed, n=5, m=12, n_sky=7):
        rng = np.random.default_rng(seed)
        self.n, self.n_sky, self.buried = n, n_sky, 1
        self.normals, self.directions = unit(rng.normal(size=(n, 3))), unit(rng.normal(size=(m, 3)))
        self.solid_angle = rng.uniform(0.1, 1, m)
        counts = rng.integers(1, 6, n)
        counts[1] = 0
        self.offsets = np.append(0, np.cumsum(counts)).astype(np.int64)
        self.element = rng.integers(-1, n, 9).astype(np.int32)
        self.hits = rng.integers(-1, 9, (self.offsets[-1], m)).astype(np.int32)
        self.hits[rng.random(self.hits.shape) < 0.3] = -1
        behind = self.normals @ self.directions.T <= 1e-4
        self.hits[behind[np.repeat(np.arange(n), counts)]] = -2
        self.beyond = n
        self.unknown = np.arange(n + 1, 2 * n + 1).astype(np.int32)

    def rows(self, start=0, stop=None):
        stop = self.n if stop is None else stop
        return exchange_rows(
            self.hits[self.offsets[start] : self.offsets[stop]], self.offsets, self.normals, self.directions,
            self.solid_angle, self.n_sky, self.element, self.unknown, self.beyond, 2 * self.n + 1, self.buried,
            start, stop,
        )  # fmt: skip


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1)[:, None]


@given(st.integers(0, 2**32 - 1))
def test_rows_equal_naive_and_sum_to_one(seed):
    v = Views(seed)
    got = v.rows()
    for i in range(v.n):
        factors, visible, closure, outdoors = naive.exchange_row(
            v.hits[v.offsets[i] : v.offsets[i + 1]], v.normals[i], v.directions, v.solid_angle, v.n_sky, v.element,
            v.normals, v.unknown[i], v.beyond, v.buried,
        )  # fmt: skip
        part = slice(got.offsets[i], got.offsets[i + 1])
        assert got.sky[i] == pytest.approx(factors.pop("sky", 0.0))
        assert got.column[part].tolist() == list(factors)
        assert got.value[part] == pytest.approx(list(factors.values()), rel=1e-6)
        assert got.visible[i] == pytest.approx(visible)
        assert (got.closure[i], got.outdoors[i]) == pytest.approx((closure, outdoors))
        if outdoors > 0:
            assert got.sky[i] + got.value[part].sum(dtype=float) == pytest.approx(1.0, abs=1e-6)
    assert got.outdoors[1] == 0.0


def test_a_row_does_not_depend_on_the_range():
    v = Views(5)
    parts, whole = [v.rows(0, 2), v.rows(2, 2), v.rows(2)], v.rows()
    for name in ("column", "value", "visible", "sky", "closure", "outdoors"):
        np.testing.assert_array_equal(np.concatenate([getattr(p, name) for p in parts]), getattr(whole, name))


@given(st.integers(0, 2**32 - 1))
def test_received_is_the_product_with_the_matrix(seed):
    v, rng = Views(seed), np.random.default_rng(seed)
    got = v.rows()
    matrix = np.zeros((v.n, 2 * v.n + 1))
    matrix[np.repeat(np.arange(v.n), np.diff(got.offsets)), got.column] = got.value
    radiosity = rng.random((2 * v.n + 1, 4)).astype(np.float32)
    rows = np.array([3, 0, 3])
    np.testing.assert_allclose(
        received(got.offsets, got.column, got.value, radiosity, rows),
        naive.received(matrix, radiosity)[rows],
        rtol=1e-5,
    )


def test_elements_that_see_no_sky():
    """Left out, unless no sample is: then outdoors and still finite, whether they see anything or not."""
    v = Views(2)
    v.hits[v.offsets[2] : v.offsets[3]] = -2
    v.hits[v.offsets[3] : v.offsets[4]][v.hits[v.offsets[3] : v.offsets[4]] == -1] = 0
    for buried, outdoors in ((0, 0.0), (-1, 1.0)):
        v.buried = buried
        got = v.rows()
        assert got.outdoors[2:4].tolist() == [outdoors] * 2
        assert got.sky[2:4].tolist() == [0.0, 0.0]
        assert got.closure[2] == 0.0
        assert got.offsets[2] == got.offsets[3]
        assert all(np.isfinite(member).all() for member in got)
        assert (got.offsets[4] > got.offsets[3]) == (outdoors > 0)
