import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.model.assemble import SolidColumns
from citytwin.model.derive.contacts import find_contacts, share_areas, two_sided_surfaces
from citytwin.model.enums import GroupKind
from tests.model.derive.boxes import box_city, polygon_city
from tests.model.derive.test_shells import shells_of

side = st.floats(1, 40)


def shared_of(city, standing=None, heated=None):
    n = len(city.objects)
    shells = shells_of(city)
    standing = np.ones(n, bool) if standing is None else np.asarray(standing)
    heated = np.ones(n, bool) if heated is None else np.asarray(heated)
    shared = share_areas(find_contacts(shells), shells, standing, heated, two_sided_surfaces(city, shells))
    return shells, shared


def by_building(shells, values, n):
    return np.bincount(shells.building, values, n)


@given(side, side, side, side, side, side, st.floats(-20, 40), st.floats(0, 0.25), st.floats(0, 360))
def test_two_boxes_share_what_their_facing_walls_have_in_common(w1, d1, h1, w2, d2, h2, shift, gap, rotation):
    boxes = [
        [30, 40, 30 + w1, 40 + d1, 3, 3 + h1],
        [30 + w1 + gap, 40 + shift, 30 + w1 + gap + w2, 40 + shift + d2, 3, 3 + h2],
    ]
    length = min(d1, shift + d2) - max(0.0, shift)
    if 0 < length < 0.1:
        return
    expected = max(length, 0.0) * min(h1, h2)
    shells, shared = shared_of(box_city(boxes, rotation=rotation))
    assert by_building(shells, shared.party, 2) == pytest.approx([expected, expected], rel=1e-6, abs=1e-6)
    assert (shared.interior == 0).all()
    assert (shared.unheated == 0).all()


@pytest.mark.parametrize("gap", [0.4, 5.0])
def test_boxes_further_apart_share_nothing(gap):
    _, shared = shared_of(box_city([[0, 0, 10, 10, 0, 9], [10 + gap, 0, 20, 10, 0, 9]]))
    assert (shared.party == 0).all()


def test_several_neighbours_count_once():
    row = [[0, 0, 10, 10, 0, 9], [10, 0, 20, 6, 0, 9], [10.1, 4, 20, 10, 0, 6]]
    shells, shared = shared_of(box_city(row))
    assert by_building(shells, shared.party, 3)[0] == pytest.approx(6 * 9 + 4 * 6, rel=1e-6)


def test_unheated_neighbours_are_kept_apart_and_heated_ones_come_first():
    row = [[0, 0, 10, 10, 0, 9], [10, 0, 20, 6, 0, 9], [10.1, 4, 20, 10, 0, 6]]
    shells, shared = shared_of(box_city(row), heated=[True, False, True])
    assert by_building(shells, shared.party, 3)[0] == pytest.approx(36, rel=1e-6)
    assert by_building(shells, shared.unheated, 3)[0] == pytest.approx(6 * 9 - 2 * 6, rel=1e-6)


def test_planned_buildings_share_with_nobody():
    row = [[0, 0, 10, 10, 0, 9], [10, 0, 20, 10, 0, 9], [20, 0, 30, 10, 0, 9]]
    shells, shared = shared_of(box_city(row), standing=[True, False, True])
    assert (shared.party == 0).all()
    assert (shared.unheated == 0).all()
    shells, shared = shared_of(box_city(row))
    assert by_building(shells, shared.party, 3) == pytest.approx([90, 180, 90])


def test_parts_of_a_building_are_interior_to_it_even_when_it_does_not_stand():
    parts = [[0, 0, 10, 10, 0, 9], [10, 0, 20, 10, 0, 6], [0, 0, 10, 10, 9, 20]]
    _, shared = shared_of(box_city(parts, parents=[-1, 0, 0]), standing=[False] * 3)
    assert (shared.party == 0).all()
    assert shared.interior.sum() == pytest.approx(2 * 60 + 2 * 100)


def test_a_tower_on_a_podium_touches_it_with_its_floor():
    city = box_city([[0, 0, 40, 30, 0, 8], [5, 5, 25, 20, 8.1, 40]])
    shells, shared = shared_of(city)
    assert by_building(shells, shared.party, 2) == pytest.approx([300, 300])
    roof, floor = shells.kind == GroupKind.ROOF, shells.kind == GroupKind.GROUND
    assert shared.party[roof & (shells.building == 0)] == pytest.approx([300])
    assert shared.party[floor & (shells.building == 1)] == pytest.approx([300])
    _, cold = shared_of(city, heated=[False, True])
    assert cold.party[floor].sum() == 0
    assert cold.unheated[floor & (shells.building == 1)] == pytest.approx([300])
    assert cold.unheated.sum() == pytest.approx(300)
    _, deck = shared_of(city, heated=[True, False])
    assert deck.unheated.sum() == 0


def test_a_gable_shares_its_true_shape():
    gable = [(0, 0, 0), (0, 10, 0), (0, 10, 5), (0, 5, 10), (0, 0, 5)]
    tall = [(0.1, 0, 0), (0.1, 0, 9), (0.1, 10, 9), (0.1, 10, 0)]
    city = polygon_city([gable, tall])
    shells, shared = shared_of(city)
    assert shells.normal[0, 0] * shells.normal[1, 0] < 0
    common = 10 * 5 + (10 + 2) / 2 * 4
    assert shared.party == pytest.approx([common, common])


def test_a_wall_that_two_parts_use_from_both_sides_is_interior():
    city = box_city([[0, 0, 10, 10, 0, 9], [10, 0, 20, 10, 0, 9]], parents=[-1, 0], dropped=[(0, 1)])
    solids = city.solids
    west_wall_of_the_other = 5 + 3
    shared_wall = SolidColumns(
        solids.object,
        solids.lod,
        np.array([0, 6, 12]),
        np.concatenate([solids.surface[:5], [west_wall_of_the_other], solids.surface[5:]]).astype(np.int32),
        np.array([False] * 5 + [True] + [False] * 6),
    )
    city = type(city)(**{**vars(city), "solids": type(solids)(**vars(shared_wall))})
    shells, shared = shared_of(city)
    assert shells.n_open[0] == 0
    assert shells.n_turned[0] == 0
    assert shells.volume[0] == pytest.approx(1800)
    assert np.flatnonzero(shared.interior).tolist() == [west_wall_of_the_other]
    assert shared.interior.sum() == pytest.approx(90)
