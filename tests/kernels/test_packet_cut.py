import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels import packet_cut
from citytwin.kernels.any_hit import any_hit
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


def parallel_behind(first, edge_1, edge_2, normal=(0, 0, 1), plane=0.0, reach=20.0):
    triangles = np.array([[*first, *edge_1, *edge_2]], np.float32)
    return packet_cut._parallel_behind(triangles, 0, np.array(normal, np.float32), np.float32(plane), np.float32(reach))


def test_triangles_in_the_plane_are_left_out_unless_slim():
    """|e1| |e2| over twice the area up to 150, of which rounding of the test leaves no doubt."""
    for width, left_out in ((10.0, True), (0.1, True), (0.0735, True), (0.06, False), (0.05, False)):
        assert parallel_behind((3, 4, -0.01), (10, 0, 0), (10, width, 0)) == left_out
        assert parallel_behind((3, 4, -0.01), (10, 0, 0), (10, -width, 0)) == left_out
    assert not parallel_behind((3, 4, -0.01), (10, 0, 0), (20, 0, 0))


def test_triangles_that_turn_are_left_out_as_far_as_that_cannot_bring_them_before_the_plane():
    for turn, reach, left_out in ((5e-5, 100, True), (5e-5, 200, False), (2e-5, 300, True), (8e-5, 20, True)):
        assert parallel_behind((0, 0, -1), (10, 0, 0), (0, 10, 10 * turn), reach=reach) == left_out
    assert not parallel_behind((0, 0, -1), (10, 0, 0), (0, 10, 10 * 1e-4), reach=20)


def test_only_what_lies_behind_the_plane_with_every_corner_is_left_out():
    assert parallel_behind((0, 0, -0.1), (10, 0, 0), (0, 10, 0), plane=-0.05)
    assert not parallel_behind((0, 0, -0.1), (10, 0, 0), (0, 10, 0), plane=-0.15)
    for edges in (((1, 0, 8e-5), (0, 1, 0)), ((1, 0, 0), (0, 1, 8e-5))):
        assert parallel_behind((0, 0, -1e-4), *edges)
        assert not parallel_behind((0, 0, -6e-5), *edges)


@given(SEEDS)
@settings(max_examples=25)
def test_what_is_left_out_as_parallel_stops_no_ray(seed):
    """Slim triangles, turned as far as is admitted or more, far from the origin, under rays that graze the plane."""
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(3, 3)))[0].T
    normal = axes[2].astype(np.float32)
    centre = rng.uniform(-2500, 2500, 3)
    length = 10 ** rng.uniform(-1, 3, 60)
    slim = 10 ** rng.uniform(-2.3, 0, 60)
    zero = 0 * length
    tilt = rng.uniform(-9e-5, 9e-5, 60)
    a = np.stack([length, zero, rng.uniform(-9e-5, 9e-5, 60) * length], 1)
    b = np.stack([rng.uniform(0.5, 1.5, 60) * length, slim * length, tilt * slim * length], 1)
    first = centre + np.stack([-0.7 * length, -0.3 * slim * length, -0.011 + zero], 1) @ axes
    xyz = np.stack([first, first + a @ axes, first + b @ axes], 1).astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi, 400)
    rise = 1.05e-4 + 10 ** rng.uniform(-6, -4, 400)
    directions = (np.stack([np.cos(angle), np.sin(angle), rise], 1) @ axes).astype(np.float32)
    directions = directions[(directions * normal).sum(1) > 1e-4]
    origins = np.tile(centre.astype(np.float32), (len(directions), 1))
    n_left_out = 0
    for corners in xyz:
        triangle = np.concatenate([corners[0], corners[1] - corners[0], corners[2] - corners[0]])[None]
        plane = np.float32((origins[0] * normal).sum() - np.float32(0.01))
        reach = np.abs(corners - origins[0]).max(0).sum() + np.float32(3e-3)
        if packet_cut._parallel_behind(triangle, 0, normal, plane, reach):
            n_left_out += 1
            assert not any_hit(
                build_bvh(corners[None]), origins, directions, np.float32(1e-4), np.float32(np.inf)
            ).any()
    assert n_left_out > 0
