from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.model.enums import Source, Status


@pytest.fixture(scope="module")
def buildings():
    return ct.synthetic.city(6, seed=1).buildings()


def test_rows_of_ids_come_in_the_order_asked_for(buildings):
    rows = np.array([4, 0, 2])
    assert buildings.rows_of(buildings.id[rows]).tolist() == rows.tolist()
    with pytest.raises(ValueError, match="no building has the id 'x'"):
        buildings.rows_of([buildings.id[0], "x"])


def test_footprints_have_the_area_the_table_says(buildings):
    assert [shape.area for shape in buildings.footprints()] == pytest.approx(buildings.footprint_area.tolist())


def test_taken_buildings_keep_columns_groups_and_footprints(buildings):
    rows = np.array([3, 1])
    taken = buildings.take(rows)
    assert taken.id.tolist() == buildings.id[rows].tolist()
    for k, row in enumerate(rows):
        ours, theirs = (
            b.group_area[b.group_offsets[r] : b.group_offsets[r + 1]] for b, r in ((taken, k), (buildings, row))
        )
        assert ours.tolist() == theirs.tolist()
        assert taken.footprints()[k].equals(buildings.footprints()[row])


def test_changed_columns_say_so_and_leave_the_rest_alone(buildings):
    status = np.array([Status.DEMOLISHED, -1, -1, -1, -1, -1], np.int8)
    u_wall = np.array([np.nan, 0.17, np.nan, np.nan, np.nan, np.nan])
    changed = buildings.with_columns(Source.SCENARIO, 95, status=status, u_wall=u_wall)
    assert changed.today.tolist() == [False, *buildings.today[1:]]
    assert changed.exclusion[0] == "demolished"
    endless = replace(buildings, heated_floor_area=np.where(np.arange(len(buildings)) == 1, np.inf, 100.0))
    assert endless.exclusion[1] == "no usable geometry"
    assert changed.source["status"][0] == changed.source["u_wall"][1] == Source.SCENARIO
    assert changed.source["status"][1] == buildings.source["status"][1]
    assert changed.overrides["u_wall"][1] == 0.17
    assert np.isnan(changed.overrides["u_wall"][[0, 2, 3, 4, 5]]).all()
    assert "u_wall" not in buildings.overrides


def test_columns_cannot_be_changed_in_place(buildings):
    for column in (buildings.volume, buildings.source["use"]):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
