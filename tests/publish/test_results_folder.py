import hashlib
import json
import re

import pytest

from citytwin.errors import OutputError
from citytwin.publish import publish_assessment
from citytwin.publish.published import changed_outputs, read_record
from tests.publish.district import assessment, district

pytest.importorskip("matplotlib", reason="the report needs the extra view")

FILES = {"buildings.parquet", "buildings.gpkg", "alternatives.csv", "report.html", "district.png", "run.json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("published") / "run"
    publish_assessment(assessment(), target, comparison=district(), command=["citytwin", "assess"])
    return target


def test_every_file_is_there_and_nothing_else(folder):
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["run"]


def test_run_json_records_outputs_and_figures(folder):
    record = read_record(folder)
    assert set(record) == {
        "citytwin", "python", "platform", "kernel_hash", "command", "inputs", "parameters", "counts", "outputs",
        "district",
    }  # fmt: skip
    assert {item["path"] for item in record["outputs"]} == FILES - {"run.json"}
    for item in record["outputs"]:
        assert hashlib.sha256((folder / item["path"]).read_bytes()).hexdigest() == item["sha256"]
    assert record["district"]["heating_kwh"] == {"value": assessment().kpi("heating_kwh"), "unit": "kWh/a"}
    assert changed_outputs(record, folder) == []


def test_report_opens_offline_and_holds_every_section(folder):
    html = (folder / "report.html").read_text("utf-8")
    for link in re.findall(r'(?:src|href)="([^"]+)"', html):
        assert link.startswith(("data:", "#"))
    assert "@import" not in html
    for heading in (
        "Where the heat goes",
        "Today against 1 alternatives",
        "How sure this is",
        "Provenance",
        "Findings",
    ):
        assert heading in html
    assert "$" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
    assert "The weather year is synthetic" in html
    for building in assessment().buildings.id:
        assert building in html


def test_totals_say_how_much_of_the_volume_is_known_and_what_each_carrier_emits(folder):
    """In the record and in the report alike."""
    figures, html = read_record(folder)["district"], (folder / "report.html").read_text("utf-8")
    for name in ("year", "use", "area", "carrier"):
        share = figures[f"known_{name}_share"]
        assert share == {"value": assessment().kpi(f"known_{name}_share"), "unit": "share"}
        assert f"<td>{name}</td><td>{share['value']:.0%}</td>" in html
    for year in (2025, 2030, 2040):
        for carrier in ("district_heat", "electricity"):
            assert figures[f"co2e_kg_{year}_{carrier}"]["value"] > 0
            assert f"co2e kg {year} {carrier.replace('_', ' ')}" in html


def test_same_assessment_same_bytes(folder, tmp_path):
    publish_assessment(assessment(), tmp_path / "again", comparison=district(), command=["citytwin", "assess"])
    for name in FILES - {"district.png", "report.html", "run.json"}:
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="nothing was overwritten"):
        publish_assessment(assessment(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_failing_half_way_leaves_the_old_results(tmp_path, monkeypatch):
    target = tmp_path / "run"
    target.mkdir()
    (target / "run.json").write_text(json.dumps({"old": True}))
    from citytwin.publish import results_folder

    monkeypatch.setattr(results_folder, "report", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        publish_assessment(assessment(), target)
    assert [path.name for path in target.iterdir()] == ["run.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
