import numpy as np
import pytest

from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.first_hit import first_hits
from citytwin.kernels.reinhart import reinhart
from citytwin.solar.ground import ground_between
from citytwin.solar.reflections import (
    ReflectingSurfaces,
    feet_of_walls,
    reflected_response,
    spread_samples,
    whole_sphere,
)
from tests.naive import exchange as naive
from tests.oracles.scenes import boxes, courtyard, open_field

pytestmark = pytest.mark.compiled

SOUTH, EAST, NORTH, WEST, ROOF, FLOOR = range(6)
SKY = reinhart(1)


def response(scene, albedo=(0.2,), **options):
    surfaces, owner = options.pop("surfaces", scene.surfaces), options.pop("owner", scene.owner)
    surfaces = surfaces._replace(albedo=np.repeat(surfaces.albedo[:1], len(albedo), axis=0))
    receivers = options.pop("receivers", np.arange(len(surfaces.normal)))
    return reflected_response(
        scene.triangles, owner, surfaces, scene.ground, np.array(albedo, float), receivers, **options
    )


def dense_response(scene, rho, bounces):
    """The same with a full matrix, row by row."""
    s, g, n, tiles = scene.surfaces, scene.ground, len(scene.surfaces.normal), len(scene.ground.normal)
    points, offsets = spread_samples(*s[:3])
    points, normals = np.concatenate([points, g.points]), np.concatenate([s.normal, g.normal])
    offsets = np.concatenate([offsets, offsets[-1] + g.offsets[1:]])
    element = np.concatenate([scene.owner, g.owner + n])
    bvh = build_bvh(np.concatenate([scene.triangles, g.triangles]))
    directions, solid_angle = whole_sphere()
    building = np.repeat(np.arange(len(s.offsets) - 1), np.diff(s.offsets))
    columns = n + tiles + len(s.offsets)
    view, visible, outdoors = np.zeros((n + tiles, columns)), np.zeros((n + tiles, 145)), np.zeros(n + tiles)
    for i in range(n + tiles):
        mine = points[offsets[i] : offsets[i + 1]].astype(np.float32)
        hits, _ = first_hits(bvh, mine, directions.astype(np.float32), np.float32(1e-4), np.float32(np.inf))
        hits[:, directions @ normals[i] <= 1e-4] = -2
        unknown = n + tiles + 1 + building[i] if i < n else n + tiles
        factors, visible[i], _, outdoors[i] = naive.exchange_row(
            hits, normals[i], directions, solid_angle, 145, element, normals, unknown, n + tiles, 2
        )
        for column, value in factors.items():
            if column != "sky":
                view[i, column] = value
    primary = np.maximum(normals @ directions[:145].T, 0) * visible
    albedo = np.append(s.albedo[0], np.full(tiles, rho))[:, None]
    reflected = np.zeros_like(primary)
    for _ in range(bounces):
        sent = albedo * (primary + reflected)
        means = [np.average(sent[n:], axis=0, weights=outdoors[n:])]
        for b in range(len(s.offsets) - 1):
            part = slice(s.offsets[b], s.offsets[b + 1])
            means.append(np.average(sent[part], axis=0, weights=(s.area * outdoors[:n])[part]))
        sent = np.concatenate([sent, means])
        blind = np.flatnonzero(outdoors == 0)
        sent[blind] = sent[[n + tiles + 1 + building[i] if i < n else n + tiles for i in blind]]
        reflected = view @ sent
    return reflected[:n]


def test_equals_a_full_matrix():
    scene = boxes([(0, 0, 0, 12, 10, 8), (3, 14, 0, 9, 9, 20)])
    scene = scene._replace(ground=ground_between(feet_of_walls(scene.surfaces), reach=20.0))
    surfaces = scene.surfaces._replace(albedo=np.linspace(0.1, 0.6, 12)[None, :])
    scene = scene._replace(surfaces=surfaces)
    for bounces in (1, 3):
        got = response(scene, albedo=(0.3,), bounces=bounces)
        seen = got.closure > 0
        np.testing.assert_allclose(got.response[0, seen], dense_response(scene, 0.3, bounces)[seen], atol=1e-5)


def test_directions_cover_the_sphere():
    direction, solid_angle = whole_sphere()
    assert direction.shape == (218, 3)
    np.testing.assert_allclose(np.linalg.norm(direction, axis=1), 1.0)
    assert solid_angle.sum() == pytest.approx(4 * np.pi)
    np.testing.assert_array_equal(direction[:145], SKY.direction)
    below = direction[145:, 2] < 0
    assert below.all()
    assert solid_angle[145:].sum() == pytest.approx(2 * np.pi)
    for axis in np.eye(3):
        for normal in (axis, -axis):
            assert np.maximum(direction @ normal, 0) @ solid_angle == pytest.approx(np.pi, rel=0.012)


def test_wall_on_a_plain_gets_half_of_what_the_ground_sends():
    """From a sun behind the wall's back or high before it; the box's own shadow takes some of the former."""
    scene = open_field()
    out = response(scene, bounces=1)
    before = np.flatnonzero((SKY.direction[:, 1] < -0.5) & (SKY.direction[:, 2] > 0.3))
    expected = 0.5 * 0.2 * SKY.direction[before, 2]
    np.testing.assert_allclose(out.response[0, SOUTH, before], expected, rtol=0.03)
    assert (out.response[0, NORTH, before] < 0.95 * expected).all()
    assert out.sky_view[[SOUTH, EAST, NORTH, WEST]] == pytest.approx(0.5, abs=0.01)
    assert out.sky_view[ROOF] == 1.0
    assert (out.response[0, ROOF] == 0.0).all()
    assert out.closure[:5] == pytest.approx(1.0, abs=0.01)
    assert out.unknown[:5] == pytest.approx(0.0, abs=1e-12)


def test_ground_albedo_is_linear_where_walls_reflect_nothing():
    scene = open_field()
    surfaces = scene.surfaces._replace(albedo=np.zeros((1, 6)))
    out = response(scene, albedo=(0.1, 0.3), surfaces=surfaces)
    np.testing.assert_allclose(out.response[1], 3 * out.response[0], rtol=5e-3)
    assert out.ground_albedo.tolist() == [0.1, 0.3]
    assert not response(scene, albedo=(0.0,), surfaces=surfaces).response.any()


def test_bounces_converge_to_the_solution_of_the_linear_system():
    scene = courtyard()
    sums = [response(scene, bounces=k).response.sum() for k in (1, 2, 3, 20, 40)]
    assert sums == sorted(sums)
    assert sums[3] == pytest.approx(sums[4], rel=1e-6)
    assert sums[2] == pytest.approx(sums[4], rel=2e-3)
    assert sums[0] < 0.96 * sums[4]


@pytest.mark.parametrize("rho", [0.2, 0.6, 0.9])
def test_what_falls_into_a_pit_is_absorbed_or_leaves_it(rho):
    walls = [(0, 0, 0, 4, 48, 16), (24, 0, 0, 4, 48, 16), (4, 0, 0, 20, 4, 16), (4, 44, 0, 20, 4, 16)]
    pit = boxes([*walls, (4, 4, -1, 20, 40, 1)])._replace(ground=ground_between(np.empty((0, 3))))
    surfaces = pit.surfaces._replace(albedo=np.full((1, 30), rho))
    out = response(pit, albedo=(rho,), surfaces=surfaces, bounces=100, samples=60.0)
    inner = [EAST, 6 + WEST, 12 + NORTH, 18 + SOUTH, 24 + ROOF]
    area = np.array([640, 640, 320, 320, 800])
    straight_down = out.response[0, inner, 144] + np.array([0, 0, 0, 0, 1])
    assert out.closure[inner] == pytest.approx(1.0, abs=0.01)
    left = (1 - rho) + rho * out.sky_view[inner]
    assert area * left @ straight_down == pytest.approx(800, rel=0.02)


def test_order_and_company_of_surfaces_do_not_matter():
    scene, rng = courtyard(), np.random.default_rng(2)
    whole = response(scene)
    some = np.array([9, 2, 14])
    np.testing.assert_array_equal(response(scene, receivers=some).response, whole.response[:, some])
    order = np.concatenate([6 * k + rng.permutation(6) for k in (2, 0, 3, 1)])
    s = scene.surfaces
    rings = (s.rings[0], s.rings[1], s.rings[2].reshape(-1, 4, 3)[order].reshape(-1, 3))
    mixed = ReflectingSurfaces(rings, s.normal[order], s.area[order], s.offsets, s.albedo[:, order])
    place = np.argsort(order)
    again = response(scene, surfaces=mixed, owner=place[scene.owner].astype(np.int32))
    np.testing.assert_array_equal(again.response[:, place], whole.response)
    for name in ("sky_view", "unknown", "closure"):
        np.testing.assert_array_equal(getattr(again, name)[place], getattr(whole, name))


def test_threads_do_not_matter(monkeypatch):
    scene = courtyard()
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", "1")
    one = response(scene)
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", "4")
    np.testing.assert_array_equal(response(scene).response, one.response)


def test_unknown_surroundings_are_as_bright_as_the_building_itself():
    """A wall opposite another sees it whether or not its surface is known, and gets about as much from it."""
    scene = boxes([(0, 0, 0, 30, 10, 15), (0, 25, 0, 30, 10, 15)])
    known = response(scene)
    lone = scene.surfaces._replace(
        rings=(np.arange(7), 4 * np.arange(7), scene.surfaces.rings[2][:24]),
        normal=scene.surfaces.normal[:6], area=scene.surfaces.area[:6], offsets=np.array([0, 6]),
        albedo=scene.surfaces.albedo[:, :6],
    )  # fmt: skip
    unknown = response(scene, surfaces=lone, owner=np.where(scene.owner < 6, scene.owner, -1).astype(np.int32))
    assert unknown.unknown[NORTH] > 0.2
    assert known.unknown[NORTH] < 0.01
    np.testing.assert_array_equal(unknown.sky_view, known.sky_view[:6])
    sums = unknown.response[0].sum(1), known.response[0, :6].sum(1)
    assert sums[0][NORTH] == pytest.approx(sums[1][NORTH], rel=0.25)
    assert sums[0][SOUTH] == pytest.approx(sums[1][SOUTH], rel=0.02)


def test_surfaces_all_of_whose_samples_are_buried_stand_back_for_their_building():
    """Of the wall above the roof of the lower box only a strip is outdoors, between the samples."""
    step = boxes([(0, 0, 0, 10, 10, 18), (10, 0, 0, 10, 10, 20)])
    out = response(step)
    hidden = [EAST, 6 + WEST, FLOOR, 6 + FLOOR]
    assert (out.closure[hidden] == 0).all()
    assert (out.closure[[SOUTH, ROOF, 6 + SOUTH]] > 0.98).all()
    assert out.unknown[ROOF] < 1e-3
    assert out.response[0, ROOF].sum() > 0.01
    seen = np.array([6 + SOUTH, 6 + EAST, 6 + NORTH, 6 + ROOF])
    mean = np.average(out.response[0, seen], axis=0, weights=[200, 200, 200, 100])
    np.testing.assert_allclose(out.response[0, 6 + WEST], mean, rtol=1e-4)


def test_without_ground_the_plain_reflects():
    scene = open_field()
    bare = scene._replace(ground=ground_between(np.empty((0, 3))))
    out = response(bare, bounces=1)
    assert out.unknown[SOUTH] == pytest.approx(0.5, abs=0.01)
    np.testing.assert_allclose(out.response[0, SOUTH], 0.1 * SKY.direction[:, 2], rtol=0.02)


def test_surfaces_get_few_samples_spread_over_them():
    scene = boxes([(0, 0, 0, 80, 30, 40), (100, 0, 0, 3, 2, 2)])
    points, offsets = spread_samples(*scene.surfaces[:3])
    counts = np.diff(offsets)
    assert ((counts >= 4) & (counts <= 12)).all()
    for k in range(len(counts)):
        mine = points[offsets[k] : offsets[k + 1]]
        corners = scene.surfaces.rings[2][4 * k : 4 * k + 4]
        np.testing.assert_allclose(mine.mean(0), corners.mean(0) + 0.02 * scene.surfaces.normal[k], atol=1e-9)
        assert np.ptp(mine, axis=0).max() > 0.4 * np.ptp(corners, axis=0).max()


def test_feet_are_at_the_lowest_corner_of_each_building():
    feet = feet_of_walls(boxes([(0, 0, 2, 10, 10, 8), (30, 0, 5, 10, 10, 8)]).surfaces)
    assert set(feet[feet[:, 0] < 20, 2]) == {2.0}
    assert set(feet[feet[:, 0] > 20, 2]) == {5.0}
