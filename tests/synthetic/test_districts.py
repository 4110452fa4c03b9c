import numpy as np
import pytest
import shapely

import citytwin as ct
from citytwin.kernels.edge_closure import edge_closure
from citytwin.kernels.plane_distance import plane_distances
from citytwin.model.enums import SurfaceKind, Use
from citytwin.model.ragged import row_of
from citytwin.synthetic.blocks import BLOCK_M, BUILDINGS, STREET_M, BlockKind, layout
from citytwin.synthetic.register import YEARS


@pytest.fixture(scope="module")
def city():
    return ct.synthetic.city(1500, seed=4)


def volumes(city):
    triangles = city.triangles()
    a, b, c = np.moveaxis(triangles.xyz.astype(float), 1, 0)
    return np.bincount(city.surfaces.object[triangles.owner], (a * np.cross(b, c)).sum(1) / 6.0, len(city.objects))


def plan_edges(city):
    """First and second point of the lower edge of every wall with its building."""
    rows = np.flatnonzero(city.surfaces.kind == SurfaceKind.WALL)
    start = city.rings.ring_vertices[city.rings.surface_rings[rows]]
    return city.vertices[start], city.vertices[start + 1], city.surfaces.object[rows]


def footprints(city):
    rows = np.flatnonzero(city.surfaces.kind == SurfaceKind.GROUND)
    rings = city.rings.surface_rings[rows]
    bounds = zip(city.rings.ring_vertices[rings], city.rings.ring_vertices[rings + 1], strict=True)
    return shapely.polygons([shapely.linearrings(city.vertices[a:b, :2]) for a, b in bounds])


def test_counts_and_triangles(city):
    assert city.n_buildings == len(city.objects) == len(city.solids) == 1500
    assert city.crs == "EPSG:3879"
    assert len(city.findings) == 0
    assert city.counts == {"read": 1500, "degraded": 0, "refused": 0, "total": 1500}
    assert len(city.triangles()) / 1500 == pytest.approx(45.0, abs=5.0)


def test_solids_are_closed_outward_and_plane(city):
    rings = city.rings
    closure = edge_closure(
        city.solids.offsets, city.solids.surface, city.solids.reversed, rings.surface_rings, rings.ring_vertices,
        city.vertices, 1e-3,
    )  # fmt: skip
    assert [int(column.sum()) for column in closure[:3]] == [0, 0, 0]
    tilt = city.surfaces.tilt
    kind = city.surfaces.kind
    assert (tilt[kind == SurfaceKind.GROUND] == 180.0).all()
    assert tilt[kind == SurfaceKind.WALL] == pytest.approx(90.0, abs=1e-9)
    assert tilt[kind == SurfaceKind.ROOF].max() < 45.5
    distance = plane_distances(rings.surface_rings, rings.ring_vertices, city.vertices, city.surfaces.normal)
    assert np.abs(distance).max() < 1e-9


def test_volume_and_areas_agree_with_the_register(city):
    attributes = city.objects.attributes
    assert volumes(city) == pytest.approx(attributes["Tilavuus"].values, rel=2e-3, abs=1.0)
    ground = shapely.area(footprints(city))
    assert attributes["Kokonaisala"].values == pytest.approx(ground * attributes["Kerroksia"].values, abs=1.0)
    permitted = attributes["Kerrosala"].values / attributes["Kokonaisala"].values
    assert permitted.min() > 0.69
    assert permitted.max() < 0.81


def test_buildings_do_not_overlap_and_leave_the_streets_free(city):
    plans = footprints(city)
    assert shapely.union_all(plans).area == pytest.approx(shapely.area(plans).sum(), rel=1e-9)
    blocks = layout(1500, seed=4)
    block_of = np.repeat(np.arange(len(blocks.kind)), np.diff(blocks.first))[:1500]
    corner = blocks.corner(block_of) - city.origin[:2]
    bounds = shapely.bounds(plans)
    assert (bounds[:, :2] >= corner - 1e-9).all()
    assert (bounds[:, 2:] <= corner + BLOCK_M + 1e-9).all()
    assert STREET_M > 10.0


def test_party_walls_coincide_to_the_last_bit():
    block = ct.synthetic.city(16, terrain=False)
    first, second, owner = plan_edges(block)
    forward = {(*a[:2], *b[:2]): o for a, b, o in zip(first.tolist(), second.tolist(), owner.tolist(), strict=True)}
    partner = [forward.get((*b[:2], *a[:2])) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
    pairs = {(o, p) for o, p in zip(owner.tolist(), partner, strict=True) if p is not None}
    assert pairs == {(a, b) for row in range(4) for i in range(3) for a, b in [(4 * row + i, 4 * row + i + 1)]} | {
        (b, a) for row in range(4) for i in range(3) for a, b in [(4 * row + i, 4 * row + i + 1)]
    }
    corners = shapely.union_all(footprints(block))
    assert len(corners.interiors) == 1
    assert corners.interiors[0].is_closed


def test_a_larger_city_begins_with_the_smaller_one(city):
    large = ct.synthetic.city(2100, seed=4)
    n = len(city.surfaces)
    assert (large.vertices[: len(city.vertices)] + large.origin == city.vertices + city.origin).all()
    assert (large.surfaces.object[:n] == city.surfaces.object).all()
    assert (large.surfaces.kind[:n] == city.surfaces.kind).all()
    rows = len(city.objects.attributes)
    assert list(large.objects.attributes.value[:rows]) == list(city.objects.attributes.value)


def test_seed_and_terrain_change_what_they_should():
    rolling, flat, other = ct.synthetic.city(60), ct.synthetic.city(60, terrain=False), ct.synthetic.city(60, seed=1)
    assert (rolling.vertices[:, :2] == flat.vertices[:, :2]).all()
    ground = flat.vertices[:, 2][row_of(flat.rings.ring_vertices) == 0]
    assert (ground == 0.0).all()
    assert np.ptp(rolling.vertices[:, 2] - flat.vertices[:, 2]) > 0.5
    assert not np.array_equal(rolling.vertices, other.vertices)
    again = ct.synthetic.city(60)
    assert (again.vertices == rolling.vertices).all()


def test_every_form_is_there(city):
    blocks = layout(1500, seed=4)
    kind = np.repeat(blocks.kind, BUILDINGS[blocks.kind])[:1500]
    heights = {
        k: np.ptp(city.vertices[:, 2][_vertex_building(city) == np.flatnonzero(kind == k)[0]]) for k in BlockKind
    }
    assert heights[BlockKind.HOUSES] < heights[BlockKind.PERIMETER] < heights[BlockKind.TOWERS]
    holes = np.diff(city.rings.surface_rings) > 1
    assert set(kind[city.surfaces.object[holes]].tolist()) == {BlockKind.TOWERS}
    years = np.array([int(date[:4]) for date in city.objects.attributes["Valmistunut"].values])
    for k, (low, high) in YEARS.items():
        assert low <= years[kind == k].min()
        assert years[kind == k].max() <= high


def _vertex_building(city):
    return city.surfaces.object[row_of(city.rings.surface_rings)[row_of(city.rings.ring_vertices)]]


def test_attributes_are_understood():
    buildings = ct.synthetic.city(200).buildings()
    assert (buildings.year_built > 1800).all()
    assert {"apartment", "small_residential"} <= set(Use.words(buildings.use))
    assert (buildings.volume > 0).all()


def test_apartment_blocks_share_walls_only_without_gap():
    apart, row = ct.synthetic.apartment_blocks(1968, 4), ct.synthetic.apartment_blocks(1968, 4, gap_m=0.0)
    for city, shared in ((apart, 0), (row, 6)):
        first, second, _ = plan_edges(city)
        edges = {(*a[:2], *b[:2]) for a, b in zip(first.tolist(), second.tolist(), strict=True)}
        assert sum((*e[2:], *e[:2]) in edges for e in edges) == shared
    assert volumes(row) == pytest.approx(volumes(apart))
    assert set(apart.objects.attributes["C_KAYTTARK"].values) == {"039"}
    assert apart.objects.attributes["Kerroksia"].values.min() >= 3
    plans = shapely.bounds(footprints(apart))
    assert (plans[1:, 0] - plans[:-1, 2]) == pytest.approx(40.0)


@pytest.mark.parametrize("arguments", [(1960, -1), (1960, 2, 0, -1.0)])
def test_apartment_blocks_refuse_negative_sizes(arguments):
    with pytest.raises(ValueError, match="must not be negative"):
        ct.synthetic.apartment_blocks(*arguments)


def test_empty_city_is_a_city():
    city = ct.synthetic.city(0)
    assert (city.n_buildings, len(city.surfaces), len(city.vertices)) == (0, 0, 0)
    assert ct.synthetic.apartment_blocks(1960, 0).n_buildings == 0
