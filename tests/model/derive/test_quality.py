import numpy as np
import pytest

from citytwin.model.derive import derive_buildings
from citytwin.model.enums import Action, Grade, Severity, Source
from citytwin.model.findings import Finding, Findings
from tests.model.derive.boxes import box_city

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


def test_an_open_shell_is_c_and_reported_once():
    city = box_city([BOX], dropped=[(0, 2)])
    b = derive_buildings(city)
    assert b.quality[0] == Grade.C
    assert b.findings.name.tolist() == ["SHELL_NOT_CLOSED"]
    assert b.source["volume"][0] == Source.DERIVED
    known = Findings.of([Finding(302, "SHELL_NOT_CLOSED", "b0", severity=Severity.WARNING)])
    assert len(derive_buildings(city.with_findings(known)).findings) == 0
    assert derive_buildings(city.with_findings(known)).quality[0] == Grade.C


def test_a_shell_without_roof_is_d_and_its_volume_footprint_times_height():
    b = derive_buildings(box_city([BOX], dropped=[(0, 5)]))
    assert b.quality[0] == Grade.D
    assert b.volume[0] == pytest.approx(1800)
    assert b.confidence["volume"][0] == 50
    assert b.findings.name.tolist() == ["SHELL_NOT_CLOSED", "VOLUME_FROM_FOOTPRINT"]


def test_a_building_without_geometry_is_e():
    city = box_city([BOX, BOX], dropped=[(1, face) for face in range(6)])
    b = derive_buildings(city)
    assert b.quality.tolist() == [Grade.A, Grade.E]
    assert np.isnan(b.volume[1])
    assert b.findings.name.tolist() == ["NO_USABLE_GEOMETRY"]
    assert b.exclusion.tolist() == ["", "no usable geometry"]


def test_an_overlap_alone_is_b():
    assert derive_buildings(box_city([BOX, [5, 5, 30, 30, 0, 9]])).quality.tolist() == [Grade.B, Grade.B]
