import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.model.assemble import assemble_city
from citytwin.model.derive.shells import NO_GROUP, build_shells
from citytwin.model.enums import GroupKind, SurfaceKind
from tests.model.derive.boxes import FACES, KINDS, box_city

side = st.floats(1, 60)
UNKNOWN = np.full(6, SurfaceKind.UNKNOWN)


def shells_of(city):
    n = len(city.objects)
    parent = city.objects.parent
    return build_shells(city, np.where(parent < 0, np.arange(n), parent).astype(np.int64), n)


@given(side, side, side, st.floats(0, 360))
def test_closed_and_open_boxes_have_their_volume(width, depth, height, rotation):
    box = [30, 40, 30 + width, 40 + depth, 3, 3 + height]
    for dropped in ([], [(0, 1)], [(0, 0), (0, 2)], [(0, 4)]):
        for solids in (True, False):
            shells = shells_of(box_city([box], dropped=dropped, rotation=rotation, solids=solids))
            assert shells.volume[0] == pytest.approx(width * depth * height, rel=1e-7)
            assert (shells.n_open[0] > 0) == bool(dropped)


def test_a_box_without_roof_encloses_nothing_that_can_be_told():
    assert np.isnan(shells_of(box_city([[0, 0, 10, 10, 0, 9]], dropped=[(0, 5)])).volume[0])


def test_roofs_that_hang_over_add_no_volume_to_an_open_shell():
    city = box_city([[0, 0, 12, 14, 9, 9.5], [1, 2, 11, 12, 0, 9]], parents=[-1, 0])
    roof, walls_and_ground = [5], [6, 7, 8, 9, 10]
    shells = shells_of(one_object(city, np.array(walls_and_ground + roof)))
    assert shells.volume[0] == pytest.approx(10 * 10 * 9.5)


def one_object(city, rows):
    """The given surfaces of a city of boxes as one object without solid."""
    corners = city.vertices.reshape(-1, 4, 3)[rows] - city.vertices.reshape(-1, 4, 3)[rows].min((0, 1))
    return assemble_city(
        object_id=["b0"],
        object_kind=np.zeros(1, int),
        object_parent=np.full(1, -1),
        surface_object=np.zeros(len(rows), int),
        surface_kind=city.surfaces.kind[rows],
        surface_lod=np.full(len(rows), 20),
        surface_rings=np.arange(len(rows) + 1),
        ring_vertices=4 * np.arange(len(rows) + 1),
        coordinates=corners.reshape(-1, 3),
        crs=None,
    )


def test_a_box_inside_out_is_turned_round(monkeypatch):
    monkeypatch.setattr("tests.model.derive.boxes.FACES", FACES[:, ::-1])
    shells = shells_of(box_city([[0, 0, 10, 20, 0, 9]], kinds=UNKNOWN, solids=False))
    assert shells.loose_inside_out[0]
    assert shells.volume[0] == pytest.approx(1800)
    assert shells.kind.tolist() == [GroupKind.WALL] * 4 + [GroupKind.GROUND, GroupKind.ROOF]
    assert shells.normal[1, 0] > 0


def test_kinds_by_name_and_by_tilt_agree_for_a_box():
    named = shells_of(box_city([[0, 0, 10, 20, 0, 9]]))
    assert (named.kind == shells_of(box_city([[0, 0, 10, 20, 0, 9]], kinds=UNKNOWN)).kind).all()


def test_a_floor_well_above_the_ground_is_over_outdoor_air():
    parts = [[0, 0, 10, 10, 0, 12], [10, 0, 20, 10, 4, 12]]
    shells = shells_of(box_city(parts, parents=[-1, 0], kinds=UNKNOWN))
    assert shells.kind[[4, 10]].tolist() == [GroupKind.GROUND, GroupKind.OUTER_FLOOR]


def test_closures_are_no_envelope_and_outer_ceilings_face_down():
    kinds = KINDS.copy()
    kinds[[0, 4, 5]] = SurfaceKind.CLOSURE, SurfaceKind.OUTER_CEILING, SurfaceKind.OUTER_FLOOR
    shells = shells_of(box_city([[0, 0, 10, 20, 0, 9]], kinds=kinds))
    assert shells.kind[[0, 4, 5]].tolist() == [NO_GROUP, GroupKind.OUTER_FLOOR, GroupKind.ROOF]


def test_an_outline_in_lod0_gives_way_to_deeper_geometry_of_a_part():
    city = box_city([[0, 0, 10, 10, 0, 9], [0, 0, 10, 10, 0, 9]], parents=[-1, 0], dropped=[(0, f) for f in range(5)])
    lod = city.surfaces.lod.copy()
    lod[0] = 0
    surfaces = type(city.surfaces)(**{**vars(city.surfaces), "lod": lod})
    deep = type(city)(**{**{k: v for k, v in vars(city).items() if k != "active"}, "surfaces": surfaces})
    assert 0 not in shells_of(deep).row
    alone = deep.select(rows=np.array([0]))
    assert len(shells_of(alone)) == 6
