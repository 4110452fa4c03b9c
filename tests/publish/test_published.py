"""Published runs read back, compared and checked."""

from __future__ import annotations

import hashlib
import json

import pytest

from citytwin.errors import CityReadError, OutputError
from citytwin.publish.published import (
    changed_outputs,
    check_output,
    compare_runs,
    comparison_text,
    read_record,
    refuse_changed_inputs,
    report_path,
)


def record(**district):
    figures = {kpi: {"value": value, "unit": unit} for kpi, (value, unit) in district.items()}
    return {"command": ["citytwin", "assess"], "inputs": [], "outputs": [], "district": figures}


@pytest.fixture
def runs(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, content in (
        (one, record(heating_kwh=(1000.0, "kWh/a"), area=(50.0, "m2"))),
        (two, record(heating_kwh=(750.0, "kWh/a"), area=(0.05, "1000 m2"), pv_kwh=(10.0, "kWh/a"))),
    ):
        folder.mkdir()
        (folder / "run.json").write_text(json.dumps(content))
    return [str(one), str(two)]


def test_differences_are_to_the_first(runs):
    comparison = compare_runs(runs)
    rows = {(row["kpi"], row["unit"]): row for row in comparison["kpis"]}
    assert comparison["runs"] == runs
    assert rows["heating_kwh", "kWh/a"]["values"] == [1000.0, 750.0]
    assert rows["heating_kwh", "kWh/a"]["differences"] == [0.0, -250.0]


def test_figures_of_other_units_are_never_subtracted(runs):
    rows = {(row["kpi"], row["unit"]): row for row in compare_runs(runs)["kpis"]}
    assert rows["area", "m2"]["values"] == [50.0, None]
    assert rows["area", "1000 m2"]["differences"] == [None, None]
    assert rows["pv_kwh", "kWh/a"]["differences"] == [None, None]


def test_comparison_as_text(runs):
    text = comparison_text(compare_runs(runs))
    assert "heating kwh" in text
    assert "750 (-250)" in text


@pytest.mark.parametrize("content", ["", "[]", "{}", "[" * 100_000, '{"command": []}'])
def test_a_record_that_is_none(tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(CityReadError, match=r"run\.json"):
        read_record(tmp_path)


def test_folder_without_record_or_report(tmp_path):
    with pytest.raises(CityReadError, match="No such file"):
        read_record(tmp_path)
    with pytest.raises(CityReadError, match=r"no report\.html"):
        report_path(tmp_path)
    (tmp_path / "report.html").write_text("<p>")
    assert report_path(tmp_path) == (tmp_path / "report.html").resolve()


def test_changed_and_missing_inputs_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "city.gml").write_text("city")
    good = hashlib.sha256(b"city").hexdigest()
    refuse_changed_inputs({"inputs": [{"path": "city.gml", "sha256": good}]}, "run.json")
    with pytest.raises(CityReadError, match=r"city\.gml has changed"):
        refuse_changed_inputs({"inputs": [{"path": "city.gml", "sha256": good[::-1]}]}, "run.json")
    with pytest.raises(CityReadError, match="is not there"):
        refuse_changed_inputs({"inputs": [{"path": "none.gml", "sha256": good}]}, "run.json")


def test_changed_outputs_are_named(tmp_path):
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    digest = hashlib.sha256(b"a").hexdigest()
    outputs = [{"path": name, "sha256": digest} for name in ("a", "b", "c")]
    assert changed_outputs({"outputs": outputs}, tmp_path) == ["b", "c"]


def test_output_folder_is_checked_before_the_run(tmp_path):
    check_output(tmp_path / "new" / "deep")
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        check_output(tmp_path / "file" / "out")
    with pytest.raises(OutputError, match=r"holds no run\.json"):
        check_output(tmp_path)
