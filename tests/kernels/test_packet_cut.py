import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels import packet_cut
from citytwin.kernels.bvh import STACK, build_bvh
from citytwin.kernels.moller_trumbore import reciprocal
from citytwin.kernels.packet_cut import CUT, LANES, WORD
from tests.kernels.shapes import sample_faces, sky, town
from tests.naive import packet_cut as naive

SEEDS = st.integers(0, 2**32 - 1)
UP = sky(12)
UP_AND_DOWN = np.concatenate([UP, -UP])


def cut_tree(bvh, points, normal, directions):
    """Nodes of the cut and their boxes (n, 6); `points` is (16, 3)."""
    nodes, boxes = np.full(CUT, 2**30, np.int32), np.full((CUT // WORD, 6, WORD), np.nan, np.float32)
    packet = np.ascontiguousarray(points.T)
    words = packet_cut.cut_tree(bvh, packet, normal, directions, np.empty(STACK, np.int32), nodes, boxes)
    flat = boxes[:words].transpose(0, 2, 1).reshape(-1, 6)
    n = int((nodes != 2**30).sum())
    assert words == -(-n // WORD)
    assert np.isposinf(flat[n:, :3]).all()
    assert np.isneginf(flat[n:, 3:]).all()
    return nodes[:n], flat[:n]


def packet(rng, n_buildings):
    """A town, its tree, and 16 samples of one of its faces with the normal."""
    triangles, faces, normals = town(rng, n_buildings)
    samples, offsets = sample_faces(faces, normals, 1.5)
    face = rng.integers(len(faces))
    points = samples[offsets[face] :][:LANES] if face < len(faces) - 1 else samples[-LANES:]
    return triangles, points, normals[face].astype(np.float32)


@given(SEEDS, st.booleans())
@settings(max_examples=15)
def test_equals_naive(seed, upward):
    triangles, points, normal = packet(np.random.default_rng(seed), 4)
    bvh = build_bvh(triangles)
    nodes, boxes = cut_tree(bvh, points, normal, UP if upward else UP_AND_DOWN)
    assert len(set(nodes.tolist())) == len(nodes)
    assert set(nodes.tolist()) == naive.cut_tree(bvh, points.astype(np.float64), normal.astype(np.float64), upward)
    for node, box in zip(nodes, boxes, strict=True):
        corners = naive.corners(bvh.triangles[-1 - node])
        low = bvh.low[node] if node >= 0 else corners.min(0) - 1e-3
        high = bvh.high[node] if node >= 0 else corners.max(0) + 1e-3
        np.testing.assert_allclose(box, [*(low - points.max(0)), *(high - points.min(0))], atol=1e-4)


def test_the_surface_itself_is_left_out_and_what_stands_before_it_is_not():
    """A wall under an eave: of its own triangles none is tested, of the eave all are."""
    wall = [[(0, 0, 0), (8, 0, 0), (8, 0, 6)], [(0, 0, 0), (8, 0, 6), (0, 0, 6)]]
    eave = [[(0, 0, 6), (8, 0, 6), (8, -1, 6)], [(0, 0, 6), (8, -1, 6), (0, -1, 6)]]
    points = np.stack([np.linspace(1, 7, LANES), np.full(LANES, -0.02), np.full(LANES, 3.0)], 1).astype(np.float32)
    bvh = build_bvh(np.array([*wall, *eave], np.float32))
    for normal, kept in (((0, -1, 0), {2, 3}), ((0, 0, 0), {0, 1, 2, 3})):
        nodes, _ = cut_tree(bvh, points, np.array(normal, np.float32), UP_AND_DOWN)
        assert set(bvh.order[-1 - nodes].tolist()) == kept


def test_large_cities_fill_the_cut_and_nothing_is_lost():
    """All that the town has is below some node of the cut, once."""
    rng = np.random.default_rng(3)
    xyz = (rng.normal(scale=3, size=(3000, 1, 3)) + rng.normal(size=(3000, 3, 3))).astype(np.float32)
    bvh = build_bvh(xyz)
    points = rng.normal(size=(LANES, 3)).astype(np.float32)
    nodes, _ = cut_tree(bvh, points, np.zeros(3, np.float32), UP_AND_DOWN)
    assert CUT - 8 < len(nodes) <= CUT
    seen = np.zeros(len(xyz), int)
    stack = nodes.tolist()
    while stack:
        node = stack.pop()
        if node < 0:
            seen[-1 - node] += 1
        elif bvh.leaf_size[node] > 0:
            seen[bvh.left[node] : bvh.left[node] + bvh.leaf_size[node]] += 1
        else:
            stack += [bvh.left[node], bvh.left[node] + 1]
    assert (seen == 1).all()


def test_nothing_to_cut():
    bvh = build_bvh(np.empty((0, 3, 3), np.float32))
    nodes, _ = cut_tree(bvh, np.zeros((LANES, 3), np.float32), np.float32([0, 0, 1]), UP)
    assert len(nodes) == 0


@given(SEEDS)
@settings(max_examples=20)
def test_no_box_is_missed_and_of_one_point_none_is_added(seed):
    rng = np.random.default_rng(seed)
    low = rng.normal(scale=10, size=(WORD, 3))
    high = low + rng.uniform(0, 4, (WORD, 3))
    direction = rng.normal(size=3) * rng.choice([0.0, 1.0], 3, p=[0.2, 0.8]) + [0, 0, 1e-3]
    direction /= np.linalg.norm(direction)
    inverse = [reciprocal(np.float32(component)) for component in direction]
    for spread in (0.0, 2.0):
        points = rng.normal(size=3) + spread * rng.normal(size=(LANES, 3))
        boxes = np.concatenate([low - points.max(0), high - points.min(0)], axis=1)
        got = int(packet_cut.boxes_met(boxes.T[None].astype(np.float32).copy(), 0, *inverse))
        met = naive.boxes_met(list(zip(low, high, strict=True)), points, direction)
        assert got & met == met
        if spread == 0.0:
            assert got == met


@given(st.integers(1, 2**32 - 1))
def test_lowest_bit(bits):
    assert packet_cut.lowest_bit(np.uint32(bits)) == naive.lowest_bit(bits)
