from citytwin.model.derive import derive_buildings
from citytwin.model.enums import Severity
from tests.model.derive.boxes import box_city
from tests.model.solids import city_of


def overlaps(boxes, fields=None, **options):
    findings = derive_buildings(box_city(boxes, fields, **options)).findings
    return findings.where(findings.code == 601)


def test_both_buildings_are_told_of_the_other():
    found = overlaps([[0, 0, 10, 10, 0, 9], [5, 5, 15, 15, 0, 6]])
    assert found.object_id.tolist() == ["b0", "b1"]
    assert found.message.tolist() == [
        "overlaps b1 (unknown) on 25.0 m2 of plan and 6.0 m of height",
        "overlaps b0 (unknown) on 25.0 m2 of plan and 6.0 m of height",
    ]
    assert (found.severity == Severity.WARNING).all()


def test_a_planned_building_over_others_is_information():
    found = overlaps([[0, 0, 10, 10, 0, 9], [-5, -5, 15, 15, 0, 60]], [{}, {"Rakennuksen_tila": "suunnitelma"}])
    assert (found.severity == Severity.INFO).all()
    assert len(found) == 2


def test_touching_stacked_and_slightly_overlapping_buildings_are_fine():
    assert len(overlaps([[0, 0, 10, 10, 0, 9], [10, 0, 20, 10, 0, 9]])) == 0
    assert len(overlaps([[0, 0, 10, 10, 0, 9], [0, 0, 10, 10, 9, 20]])) == 0
    assert len(overlaps([[0, 0, 10, 10, 0, 9], [9.75, 0, 20, 10, 0, 9]])) == 0


def test_open_buildings_reach_from_their_lowest_to_their_highest_point():
    found = overlaps([[0, 0, 10, 10, 0, 9], [5, 5, 15, 15, 3, 6]], dropped=[(0, 5), (1, 4)])
    assert found.message[0] == "overlaps b1 (unknown) on 25.0 m2 of plan and 3.0 m of height"


def test_open_parts_overlap_nowhere():
    assert len(overlaps([[0, 0, 10, 10, 0, 9], [5, 5, 15, 15, 3, 6]], parents=[-1, 0], dropped=[(1, 4)])) == 0


def test_parts_of_one_building_are_told_once():
    found = overlaps([[0, 0, 10, 10, 0, 9], [5, 0, 20, 10, 0, 6], [20, 0, 30, 10, 0, 9]], parents=[-1, 0, 0])
    assert found.object_id.tolist() == ["b0"]
    assert found.message.tolist() == ["b0 and b1 overlap on 50.0 m2 of plan and 6.0 m of height"]


def test_parts_in_several_pieces_count_as_their_buildings():
    found = overlaps([[0, 0, 10, 10, 0, 9], [10, 0, 20, 10, 0, 9], [5, 5, 15, 15, 0, 6]], parents=[-1, 0, -1])
    assert found.object_id.tolist() == ["b0", "b2"]
    assert found.message[0] == "overlaps b2 (unknown) on 50.0 m2 of plan and 6.0 m of height"


def test_a_part_on_a_sloping_roof_does_not_overlap():
    """The boxes around both have 2 m of height in common, the bodies nothing."""
    wedge = [
        [(0, 0, 0), (0, 10, 0), (10, 10, 0), (10, 0, 0)],
        [(0, 0, 3), (10, 0, 3), (10, 10, 9), (0, 10, 9)],
        [(0, 0, 0), (10, 0, 0), (10, 0, 3), (0, 0, 3)],
        [(10, 0, 0), (10, 10, 0), (10, 10, 9), (10, 0, 3)],
        [(10, 10, 0), (0, 10, 0), (0, 10, 9), (10, 10, 9)],
        [(0, 10, 0), (0, 0, 0), (0, 0, 3), (0, 10, 9)],
    ]
    dormer = [
        [(2, 2, 4.2), (2, 8, 7.8), (8, 8, 7.8), (8, 2, 4.2)],
        [(2, 2, 9), (8, 2, 9), (8, 8, 9), (2, 8, 9)],
        [(2, 2, 4.2), (8, 2, 4.2), (8, 2, 9), (2, 2, 9)],
        [(8, 2, 4.2), (8, 8, 7.8), (8, 8, 9), (8, 2, 9)],
        [(8, 8, 7.8), (2, 8, 7.8), (2, 8, 9), (8, 8, 9)],
        [(2, 8, 7.8), (2, 2, 4.2), (2, 2, 9), (2, 8, 9)],
    ]
    sunk = [[(x, y, z - 1) for x, y, z in face] for face in dormer]

    def found(part):
        city = city_of([[face] for face in wedge], [[face] for face in part], parents=[-1, 0])
        return derive_buildings(city).findings

    assert 601 not in found(dormer).code
    assert found(sunk).message.tolist() == ["b0 and b1 overlap on 36.0 m2 of plan and 1.0 m of height"]


def test_a_limit_of_ones_own():
    boxes = [[0, 0, 10, 10, 0, 9], [9.9, 0, 20, 10, 0, 9]]
    assert len(overlaps(boxes)) == 0
    assert derive_buildings(box_city(boxes), overlap=0.05).findings.code.tolist() == [601, 601]
    assert len(derive_buildings(box_city(boxes), overlap=0.15).findings) == 0
