"""Findings summed up and written."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from citytwin.errors import OutputError
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.strings import Strings
from citytwin.model.validity import Tolerances
from citytwin.publish.findings_file import all_findings, findings_summary, summary_text, write_findings
from tests.model.small_city import ORIGIN
from tests.model.solids import box, city_of


@pytest.fixture
def findings():
    return Findings.of(
        [
            Finding(1201, "ODD", "b1", severity=Severity.INFO, message="odd"),
            Finding(302, "SHELL_NOT_CLOSED", "b1", severity=Severity.ERROR, message="two edges are open"),
            Finding(302, "SHELL_NOT_CLOSED", "b2", severity=Severity.ERROR, message="one edge is open"),
            Finding(302, "SHELL_NOT_CLOSED", "b2", severity=Severity.ERROR, message="one edge is open"),
        ]
    )


def test_counts_by_kind_worst_first(twin, findings):
    summary = findings_summary(twin.city, findings)
    assert (summary["findings"], summary["errors"], summary["warnings"]) == (4, 3, 0)
    assert summary["invalid_geometry"] == 3
    assert [(kind["code"], kind["count"], kind["objects"]) for kind in summary["kinds"]] == [(302, 3, 2), (1201, 1, 1)]
    assert summary["grades"] == {"A": 6, "B": 0, "C": 0, "D": 0, "E": 0}
    json.dumps(summary)
    text = summary_text(summary)
    assert "b1: two edges are open" in text
    assert text.startswith("6 buildings, ")
    assert "findings  4: 3 errors, 0 warnings, 1 for information; 3 about invalid geometry" in text


def test_no_findings_is_a_summary_too(twin):
    assert "findings  0: 0 errors" in summary_text(findings_summary(twin.city, Findings.of()))


def test_csv_and_json_hold_every_row(twin, findings, tmp_path):
    write_findings(twin.city, findings, tmp_path / "f.csv")
    assert pd.read_csv(tmp_path / "f.csv")["code"].tolist() == [1201, 302, 302, 302]
    write_findings(twin.city, findings, tmp_path / "f.json")
    assert json.loads((tmp_path / "f.json").read_text())[1]["severity"] == "error"


def test_geopackage_holds_what_is_at_fault_in_space(tmp_path):
    """A polygon, the footprint of a building, or nothing; a point in the middle of each."""
    import geopandas as gpd

    faces = box(0, 0, 0, 10, 10, 10)
    bent = [faces[0], [[(0, 0, 10), (10, 0, 10), (10, 10, 10.4), (0, 10, 10)]], *faces[2:]]
    city = city_of(bent, [*box(20, 0, 0, 30, 10, 10)[:3], *box(20, 0, 0, 30, 10, 10)[4:]])
    city = city.with_findings(Findings.of([Finding(1207, "CRS_VERTICAL_UNKNOWN")]))
    findings = all_findings(city)
    assert findings.code.tolist() == [1207, 203, 302]
    write_findings(city, findings, tmp_path / "f.gpkg")
    shapes = gpd.read_file(tmp_path / "f.gpkg", layer="findings")
    places = gpd.read_file(tmp_path / "f.gpkg", layer="places")
    assert shapes.crs == places.crs == "EPSG:3879"
    for frame in (shapes, places):
        assert frame["code"].tolist() == [1207, 203, 302]
        assert frame.geometry.isna().tolist() == [True, False, False]
    x, y, z = ORIGIN
    np.testing.assert_allclose(shapes.geometry[1].bounds, [x, y, x + 10, y + 10])
    np.testing.assert_allclose([p[2] - z for p in shapes.geometry[1].geoms[0].exterior.coords], [10, 10, 10.4, 10, 10])
    np.testing.assert_allclose(shapes.geometry[2].bounds, [x + 20, y, x + 30, y + 10])
    np.testing.assert_allclose(shapes.geometry[2].geoms[0].exterior.coords[0][2], z)
    np.testing.assert_allclose((places.geometry[2].x, places.geometry[2].y), (x + 25, y + 5), atol=2)


def test_polygons_of_one_boundary_surface_come_together(tmp_path):
    import pyogrio

    city = city_of(box(0, 0, 0, 10, 10, 10))
    names = Strings.of(["ground", "roof", "wall", "wall", "", ""])
    city = replace(city, surfaces=replace(city.surfaces, id=names))
    rows = [Finding(203, "X", "b0", name) for name in ("wall", "roof", "b0[4]")]
    write_findings(city, Findings.of(rows), tmp_path / "f.gpkg")
    frame = pyogrio.read_dataframe(tmp_path / "f.gpkg", layer="findings")
    assert [len(shape.geoms) for shape in frame.geometry] == [2, 1, 1]


def test_overlaps_by_tolerance_replace_those_of_the_derivation():
    city = city_of(box(0, 0, 0, 10, 10, 10), box(9.9, 0, 0, 20, 10, 10))
    assert len(all_findings(city)) == 0
    assert all_findings(city.with_tolerances(Tolerances(overlap=0.01))).code.tolist() == [601, 601]
    deep = city_of(box(0, 0, 0, 10, 10, 10), box(5, 0, 0, 20, 10, 10))
    assert all_findings(deep).code.tolist() == [601, 601]
    assert all_findings(deep.with_tolerances(Tolerances(overlap=0.01))).code.tolist() == [601, 601]


def test_another_ending_is_refused(twin, findings, tmp_path):
    with pytest.raises(OutputError, match=r"\.csv, \.gpkg, \.json, not \.xlsx"):
        write_findings(twin.city, findings, tmp_path / "f.xlsx")
    assert list(tmp_path.iterdir()) == []
