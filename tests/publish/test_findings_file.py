"""Findings summed up and written."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from citytwin.errors import OutputError
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings
from citytwin.publish.findings_file import findings_summary, summary_text, write_findings


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
    assert "two edges are open" in summary_text(summary)


def test_no_findings_is_a_summary_too(twin):
    assert "0 findings" in summary_text(findings_summary(twin.city, Findings.of()))


def test_csv_and_json_hold_every_row(twin, findings, tmp_path):
    write_findings(twin.city, findings, tmp_path / "f.csv")
    assert pd.read_csv(tmp_path / "f.csv")["code"].tolist() == [1201, 302, 302, 302]
    write_findings(twin.city, findings, tmp_path / "f.json")
    assert json.loads((tmp_path / "f.json").read_text())[1]["severity"] == "error"


def test_geopackage_holds_the_footprint_at_fault(twin, findings, tmp_path):
    import pyogrio

    write_findings(twin.city, findings, tmp_path / "f.gpkg")
    frame = pyogrio.read_dataframe(tmp_path / "f.gpkg")
    np.testing.assert_allclose(frame.geometry.area, 100)
    assert frame.geometry.centroid.x.tolist() == [5, 5, 25, 25]


def test_another_ending_is_refused(twin, findings, tmp_path):
    with pytest.raises(OutputError, match=r"\.csv, \.gpkg, \.json, not \.xlsx"):
        write_findings(twin.city, findings, tmp_path / "f.xlsx")
    assert list(tmp_path.iterdir()) == []
