from citytwin.model.derive import derive_buildings
from citytwin.model.enums import Severity
from tests.model.derive.boxes import box_city


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


def test_touching_stacked_and_slightly_overlapping_buildings_and_parts_are_fine():
    assert len(overlaps([[0, 0, 10, 10, 0, 9], [10, 0, 20, 10, 0, 9]])) == 0
    assert len(overlaps([[0, 0, 10, 10, 0, 9], [0, 0, 10, 10, 9, 20]])) == 0
    assert len(overlaps([[0, 0, 10, 10, 0, 9], [9.75, 0, 20, 10, 0, 9]])) == 0
    assert len(overlaps([[0, 0, 10, 10, 0, 9], [5, 0, 20, 10, 0, 9]], parents=[-1, 0])) == 0
