import numpy as np
import pytest

from citytwin.model.derive import derive_buildings
from citytwin.model.enums import Action, Grade, Severity, Source
from citytwin.model.findings import Finding, Findings
from tests.model.derive.boxes import FACES, box_city

BOX = [0, 0, 10, 20, 0, 9]


def test_a_closed_box_without_findings_is_a():
    b = derive_buildings(box_city([BOX]))
    assert b.quality[0] == Grade.A
    assert b.confidence["volume"][0] == 95


@pytest.mark.parametrize(
    ("severity", "action", "grade"),
    [
        (Severity.INFO, Action.KEPT, Grade.B),
        (Severity.WARNING, Action.HEALED, Grade.B),
        (Severity.WARNING, Action.KEPT, Grade.C),
    ],
)
def test_findings_of_the_reader_count(severity, action, grade):
    city = box_city([BOX, [50, 0, 60, 10, 0, 9]], [{}, {}])
    finding = Finding(203, "NON_PLANAR_POLYGON_DISTANCE_PLANE", "b0", "", severity, action)
    b = derive_buildings(city.with_findings(Findings.of([finding, Finding(1101, "JOIN_ROWS_UNUSED")])))
    assert b.quality.tolist() == [grade, Grade.A]


def test_an_open_shell_is_c_and_a_finding_of_the_city_only():
    city = box_city([BOX], dropped=[(0, 2)])
    b = derive_buildings(city)
    assert b.quality[0] == Grade.C
    assert b.source["volume"][0] == Source.DERIVED
    assert len(b.findings) == 0
    assert city.findings.name.tolist() == ["SHELL_NOT_CLOSED"]


def test_loose_surfaces_that_do_not_close_are_c_and_a_finding_of_the_derivation():
    city = box_city([BOX, [50, 0, 60, 10, 0, 9]], dropped=[(0, 2)], solids=False)
    b = derive_buildings(city)
    assert b.quality.tolist() == [Grade.C, Grade.A]
    assert len(city.findings) == 0
    assert b.findings.message.tolist() == ["the building has no solid, and 4 edges of its surfaces are open"]
    assert b.findings.code.tolist() == [1712]


@pytest.mark.parametrize("solids", [True, False])
def test_a_shell_inside_out_is_turned_round_and_b(monkeypatch, solids):
    monkeypatch.setattr("tests.model.derive.boxes.FACES", FACES[:, ::-1])
    city = box_city([BOX], solids=solids)
    b = derive_buildings(city)
    assert b.quality[0] == Grade.B
    assert b.volume[0] == pytest.approx(1800)
    assert (city.findings.code.tolist(), b.findings.code.tolist()) == (([405], []) if solids else ([], [1713]))


@pytest.mark.parametrize(("code", "grade"), [(102, Grade.B), (208, Grade.B), (104, Grade.C), (303, Grade.C)])
def test_what_the_derivation_allows_for_is_b(code, grade):
    finding = Finding(code, "", "b0", "", Severity.WARNING, Action.KEPT)
    assert derive_buildings(box_city([BOX]).with_findings(Findings.of([finding]))).quality[0] == grade
    open_too = box_city([BOX], dropped=[(0, 2)]).with_findings(Findings.of([finding]))
    assert derive_buildings(open_too).quality[0] == Grade.C


def test_a_shell_without_roof_is_d_and_its_volume_footprint_times_height():
    b = derive_buildings(box_city([BOX], dropped=[(0, 5)]))
    assert b.quality[0] == Grade.D
    assert b.volume[0] == pytest.approx(1800)
    assert b.confidence["volume"][0] == 50
    assert b.findings.name.tolist() == ["VOLUME_FROM_FOOTPRINT"]


def test_a_building_without_geometry_is_e():
    city = box_city([BOX, BOX], dropped=[(1, face) for face in range(6)])
    b = derive_buildings(city)
    assert b.quality.tolist() == [Grade.A, Grade.E]
    assert np.isnan(b.volume[1])
    assert b.findings.name.tolist() == ["NO_USABLE_GEOMETRY"]
    assert b.exclusion.tolist() == ["", "no usable geometry"]


def test_an_overlap_alone_is_b():
    assert derive_buildings(box_city([BOX, [5, 5, 30, 30, 0, 9]])).quality.tolist() == [Grade.B, Grade.B]
