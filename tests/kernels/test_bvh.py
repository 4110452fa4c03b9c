import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.bvh import STACK, build_bvh
from tests.kernels.shapes import town
from tests.naive import bvh as naive


def nested(bvh, node=0):
    """The tree as the naive builder writes it."""
    first = bvh.left[node]
    if bvh.leaf_size[node] > 0:
        return sorted(bvh.order[first : first + bvh.leaf_size[node]].tolist())
    return nested(bvh, first), nested(bvh, first + 1)


def depth(tree):
    return 1 if isinstance(tree, list) else 1 + max(map(depth, tree))


def check_tree(bvh, xyz):
    """Every triangle lies in one leaf, and inside the boxes of all nodes above."""
    assert sorted(bvh.order.tolist()) == list(range(len(xyz)))
    corners = np.stack([bvh.triangles[:, 0:3]] * 3, axis=1)
    corners[:, 1] += bvh.triangles[:, 3:6]
    corners[:, 2] += bvh.triangles[:, 6:9]
    np.testing.assert_allclose(corners, xyz[bvh.order], atol=1e-3)
    seen = np.zeros(len(xyz), int)
    stack = [(0, [])] if len(xyz) else []
    while stack:
        node, above = stack.pop()
        above = [*above, node]
        first = bvh.left[node]
        if bvh.leaf_size[node] == 0:
            stack += [(first, above), (first + 1, above)]
            continue
        rows = slice(first, first + bvh.leaf_size[node])
        seen[rows] += 1
        for box in above:
            assert (bvh.low[box] <= corners[rows]).all()
            assert (bvh.high[box] >= corners[rows]).all()
    assert (seen == 1).all()


@given(st.integers(0, 2**32 - 1), st.integers(0, 60))
@settings(max_examples=20)
def test_same_tree_as_naive(seed, n):
    rng = np.random.default_rng(seed)
    xyz = (rng.normal(scale=20, size=(n, 1, 3)) + rng.normal(size=(n, 3, 3))).astype(np.float32)
    bvh = build_bvh(xyz)
    check_tree(bvh, xyz)
    assert (nested(bvh) if n else None) == naive.build_bvh(xyz)


@pytest.mark.parametrize("n", [1, 4, 5, 100])
def test_coincident_triangles_are_halved(n):
    xyz = np.tile(np.eye(3, dtype=np.float32), (n, 1, 1))
    bvh = build_bvh(xyz)
    check_tree(bvh, xyz)
    assert bvh.leaf_size.max() <= 4


def test_no_input_makes_the_tree_too_deep_for_the_stack():
    """Centres that halve their distance again and again, on all axes, among many in one place."""
    size = np.float32(1000) * np.float32(0.93) ** np.arange(500, dtype=np.float32)
    centres = np.concatenate([np.stack([size, size[::-1], size], axis=1), np.zeros((500, 3), np.float32)])
    xyz = (centres[:, None, :] + np.eye(3, dtype=np.float32) * np.float32(1e-4)).astype(np.float32)
    bvh = build_bvh(xyz)
    check_tree(bvh, xyz)
    assert depth(nested(bvh)) < STACK


def test_tree_is_small_and_the_same_every_time():
    xyz, _, _ = town(np.random.default_rng(1), 40)
    bvh, again = build_bvh(xyz), build_bvh(xyz)
    assert all((a == b).all() for a, b in zip(bvh, again, strict=True))
    assert sum(values.nbytes for values in bvh) < 100 * len(xyz)
    check_tree(bvh, xyz)


def test_no_triangles():
    bvh = build_bvh(np.empty((0, 3, 3), np.float32))
    assert len(bvh.left) == len(bvh.triangles) == 0
