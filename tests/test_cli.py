"""The command line: exit codes, one-sentence errors, one JSON object, and no output left behind on failure."""

from __future__ import annotations

import errno
import io
import json
import re
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import replace

import numba
import pytest

import citytwin as ct
from citytwin import cli
from citytwin.errors import CityReadError, CrsError, MissingExtraError, OutputError, ScenarioError, WeatherError
from tests.model.small_grids import write_gtx
from tests.small_files import PLANS, write_city, write_weather

WHOLE_RUN = "runs the whole pipeline three times, minutes without the compiler"


@pytest.fixture
def run(capsys):
    """Run a command and return its exit code, standard output and standard error."""

    def call(*arguments):
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def one_sentence(text):
    return text.startswith("error: ") and text.count("\n") == 1 and text.endswith("\n")


def test_importing_the_command_line_is_light():
    heavy = ("numpy", "numba", "pandas", "scipy", "shapely", "pyproj", "lxml", "msgspec", "tqdm")
    script = f"import sys, citytwin.cli; print([m for m in {heavy!r} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert out.stdout == "[]\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CityReadError("not XML", "a.gml", 3), 3),
        (CrsError("no CRS", "a.gml"), 3),
        (WeatherError("8759 rows", "w.csv"), 3),
        (ScenarioError("selects nothing"), 3),
        (MissingExtraError("needs pyvista"), 4),
        (OutputError("disk full"), 5),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(run, monkeypatch, error, code):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("citytwin.read_city", fail, raising=False)
    got, out, err = run("info", "a.gml")
    assert (got, out) == (code, "")
    assert one_sentence(err.lstrip())


def test_programming_errors_are_not_hidden(run, monkeypatch):
    def fail(*_, **__):
        raise ValueError("a bug")

    monkeypatch.setattr("citytwin.read_city", fail, raising=False)
    with pytest.raises(ValueError, match="a bug"):
        run("info", "a.gml")


@pytest.mark.parametrize(
    "arguments",
    [
        ("inform",),
        ("info",),
        ("info", "a.gml", "--nonsense"),
        ("assess", "a.gml", "--out", "d"),
        ("assess", "a.gml", "--weather", "w.csv"),
        ("assess", "a.gml", "--weather", "w.csv", "--out", "d", "--attributes", "t.csv"),
        ("assess", "a.gml", "--weather", "w.csv", "--out", "d", "--key", "RATU"),
        ("convert", "a.gml", "b.xlsx"),
        ("compare", "one"),
        ("cache", "burn"),
    ],
)
def test_wrong_usage(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert one_sentence(err)


def test_help_and_version(run):
    code, out, _ = run("--version")
    assert code == 0
    assert out.startswith("citytwin, version ")
    code, out, _ = run("assess", "--help")
    assert code == 0
    assert "--alternatives FILE" in out


def test_cache_clear_names_what_it_removed(run, monkeypatch, tmp_path):
    monkeypatch.setenv("CITYTWIN_CACHE_DIR", str(tmp_path))
    folder = tmp_path / "0123456789abcdef"
    folder.mkdir()
    (tmp_path / "other").mkdir()
    code, out, _ = run("cache", "clear", "--json")
    assert (code, json.loads(out)) == (0, {"removed": [str(folder)]})
    assert not folder.exists()
    assert (tmp_path / "other").exists()
    assert run("cache", "clear")[1] == "nothing to remove\n"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A small city, its weather and two alternatives."""
    folder = tmp_path_factory.mktemp("city")
    write_city(folder / "city.gml")
    write_weather(folder / "helsinki.csv")
    (folder / "plans.toml").write_text(PLANS)
    return folder


@pytest.fixture(scope="module")
def published(files, tmp_path_factory):
    """The small city assessed by the command line, once for all tests that look at it."""
    if numba.config.DISABLE_JIT:
        pytest.skip(WHOLE_RUN)
    out = tmp_path_factory.mktemp("runs") / "out"
    arguments = ["assess", files / "city.gml", "--weather", files / "helsinki.csv"]
    arguments += ["--alternatives", files / "plans.toml", "--out", out, "--json"]
    stdout = io.StringIO()
    with redirect_stdout(stdout):
        assert cli.main([str(argument) for argument in arguments]) == 0
    return out, json.loads(stdout.getvalue())


def test_assess_leaves_the_published_files_and_nothing_else(published):
    out, _ = published
    names = {path.name for path in out.iterdir()}
    assert {"buildings.parquet", "buildings.gpkg", "report.html", "run.json", "district.png"} <= names
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_assess_answers_with_one_object(published):
    _, facts = published
    kpis = {row["kpi"]: row["value"] for row in facts["kpis"]}
    assert facts["counts"] == {"read": 4, "degraded": 0, "refused": 0, "total": 4}
    assert kpis["buildings_simulated"] + kpis["buildings_excluded"] == kpis["buildings_read"] == 4
    difference = {(row["alternative"], row["kpi"]): row["difference"] for row in facts["comparison"]}
    assert difference["Walls", "heating_kwh"] < 0
    assert difference["Walls", "investment"] > 0
    assert difference["Sun", "heating_kwh"] == 0
    assert difference["Sun", "pv_kwh"] > 0


def test_run_json_records_every_input_and_the_command(published, files):
    record = json.loads((published[0] / "run.json").read_text())
    assert [item["path"] for item in record["inputs"]] == [
        str(files / name) for name in ("city.gml", "helsinki.csv", "plans.toml")
    ]
    assert all(set(item) == {"path", "sha256", "bytes", "as_of"} for item in record["inputs"])
    assert record["command"][:2] == ["citytwin", "assess"]
    assert "--json" not in record["command"]
    assert set(record["district"]["heating_kwh"]) == {"value", "unit"}


def test_reproduce_gives_the_same_bytes_and_sees_a_change(run, published, files):
    code, out, _ = run("reproduce", published[0] / "run.json", "--json")
    assert (code, json.loads(out)["changed"]) == (0, [])
    city = files / "city.gml"
    before = city.read_bytes()
    try:
        city.write_bytes(before + b"\n")
        code, out, err = run("reproduce", published[0] / "run.json")
    finally:
        city.write_bytes(before)
    assert (code, out) == (3, "")
    assert "has changed since the run" in err


def test_decision_sheet(published, files, run, monkeypatch, tmp_path):
    monkeypatch.setattr("citytwin.publish.publish_assessment", lambda *_, **__: [])
    code, out, err = run("assess", files / "city.gml", "--weather", files / "helsinki.csv", "--out", tmp_path / "out")
    assert code == 0
    for words in ("DECISION SHEET: today", "space heating", "P10", "2040", "HOW SURE IS THIS", "imputed"):
        assert words in out
    assert err == ""


def test_compare_and_view(run, published):
    out, _ = published
    code, text, _ = run("compare", out, out, "--json")
    rows = {row["kpi"]: row for row in json.loads(text)["kpis"]}
    assert code == 0
    assert rows["heating_kwh"]["differences"] == [0, 0]
    assert "heating kwh" in run("compare", out, out)[1]
    code, text, _ = run("view", out)
    assert (code, text.strip()) == (0, str((out / "report.html").resolve()))


def test_info_and_check(run, files, tmp_path):
    code, out, err = run("info", files / "city.gml", "--json")
    facts = json.loads(out)
    assert (code, err) == (0, "")
    assert (facts["buildings"], facts["crs"]) == (4, "EPSG:3879")
    assert "polygons" in run("info", files / "city.gml")[1]
    code, out, _ = run("check", files / "city.gml", "--out", tmp_path / "findings.csv", "--json")
    assert (code, json.loads(out)["errors"]) == (0, 0)
    assert (tmp_path / "findings.csv").read_text().startswith("code,name,object_id")


def test_check_exits_with_one_where_there_are_errors(run, files, tmp_path):
    text = (files / "city.gml").read_text()
    start = text.index("<gml:posList", text.index("WallSurface"))
    stop = text.index("</gml:posList>", start)
    opening, numbers = text[start:stop].split(">", 1)
    words = numbers.split()
    words[5] = str(float(words[5]) + 7)
    (tmp_path / "bent.gml").write_text(text[:start] + opening + ">" + " ".join(words) + text[stop:])
    code, out, _ = run("check", tmp_path / "bent.gml")
    assert code == 1
    assert "SHELL_NOT_CLOSED" in out
    assert run("check", tmp_path / "bent.gml", "--snap", 8)[1].count("SHELL_NOT_CLOSED") == 0


def test_check_heals_on_request(run, files, tmp_path):
    text = (files / "city.gml").read_text()
    start = text.index("<gml:posList", text.index("WallSurface"))
    stop = text.index("</gml:posList>", start)
    opening, numbers = text[start:stop].split(">", 1)
    words = numbers.split()
    points = [words[k : k + 3] for k in range(0, len(words), 3)][::-1]
    (tmp_path / "turned.gml").write_text(
        text[:start] + opening + ">" + " ".join(word for point in points for word in point) + text[stop:]
    )
    code, out, _ = run("check", tmp_path / "turned.gml", "--json")
    assert (code, [kind["code"] for kind in json.loads(out)["kinds"] if kind["code"] < 1000]) == (1, [307])
    code, out, _ = run("check", tmp_path / "turned.gml", "--heal", "--json", "--out", tmp_path / "healed.csv")
    summary = json.loads(out)
    assert (code, summary["invalid_geometry"], summary["grades"]["B"]) == (0, 0, 1)
    assert ",healed," in (tmp_path / "healed.csv").read_text()


def test_check_refuses_tolerances_that_make_no_sense(run, files):
    code, out, err = run("check", files / "city.gml", "--snap", -1)
    assert (code, out) == (2, "")
    assert "snap must be above 0" in err


@pytest.mark.parametrize("target", ["city.json", "city.xml", "arrays"])
def test_convert_keeps_buildings_and_surfaces(run, files, tmp_path, target):
    code, out, _ = run("convert", files / "city.gml", tmp_path / target, "--json")
    assert (code, json.loads(out)["surfaces"]) == (0, 60)
    assert json.loads(run("info", tmp_path / target, "--json")[1])["polygons"] == 60


def test_convert_reprojects(run, files, tmp_path):
    grid = write_gtx(tmp_path / "n60.gtx", [[0.25] * 3] * 3)
    code, _, err = run("convert", files / "city.gml", tmp_path / "tm35", "--to-crs", "EPSG:3067")
    assert (code, err) == (0, "")
    assert ct.open_city(tmp_path / "tm35").crs == "EPSG:3067"
    stated = ("--crs", "EPSG:3879+5717", "--to-vertical", "N2000")
    code, _, err = run("convert", files / "city.gml", tmp_path / "n2000", *stated)
    assert code == 3
    assert "N60 height" in err
    assert not (tmp_path / "n2000").exists()
    assert run("convert", files / "city.gml", tmp_path / "n2000", *stated, "--height-grid", grid)[0] == 0
    raised = ct.open_city(tmp_path / "n2000")
    assert raised.vertical_crs == "EPSG:3900"
    assert raised.bounds[2] == pytest.approx(ct.read_city(files / "city.gml").bounds[2] + 0.25, abs=1e-6)
    code, _, err = run("convert", files / "city.gml", tmp_path / "x", "--height-grid", grid)
    assert code == 2
    assert one_sentence(err)


def test_convert_says_what_the_format_cannot_take(run, files, tmp_path):
    code, out, _ = run("convert", files / "city.gml", tmp_path / "city.json", "--json")
    assert (code, json.loads(out)["losses"]) == (0, [])
    city = json.loads((tmp_path / "city.json").read_text())
    for thing in city["CityObjects"].values():
        for geometry in thing.get("geometry", ()):
            geometry["lod"] = "2.2"
    (tmp_path / "fine.json").write_text(json.dumps(city))
    code, out, _ = run("convert", tmp_path / "fine.json", tmp_path / "out.gml")
    assert code == 0
    assert "whole levels of detail only" in out


def test_convert_adds_results(run, files, tmp_path):
    name = ct.read_city(files / "city.gml").objects.id[0]
    table = tmp_path / "results.csv"
    table.write_text(f"building_id,heating_kwh\n{name},12.5\nnobody,1.5\n")
    out = tmp_path / "out.gml"
    code, printed, err = run("convert", files / "city.gml", out, "--results", table, "--json")
    assert (code, err) == (0, "")
    assert json.loads(printed) == {"in": str(files / "city.gml"), "out": str(out), "buildings": 1, "not_found": 1}
    assert '<gen:value uom="kWh">12.5</gen:value>' in out.read_text()
    assert ct.read_city(out).objects.attributes["heating_kwh"].place == "set:citytwin"
    assert run("convert", files / "city.gml", out, "--results", table, "--to-crs", "EPSG:3067")[0] == 2
    code, _, err = run("convert", files / "city.gml", tmp_path / "out.json", "--results", table)
    assert (code, (tmp_path / "out.json").exists()) == (2, False)
    assert one_sentence(err)
    table.write_text("id,heating_kwh\nb,1\n")
    code, _, err = run("convert", files / "city.gml", out, "--results", table)
    assert code == 3
    assert "building_id" in err


def edited_city(old, new, count=1):
    """A bad input: the small city with some text exchanged."""

    def edit(files):
        text = (files / "city.gml").read_text()
        assert old in text
        return text.replace(old, new, count)

    return edit


def first_position(number):
    """A bad input: the first coordinate exchanged."""

    def edit(files):
        text = (files / "city.gml").read_text()
        return re.sub(r"(<gml:posList[^>]*>)\s*\S+", rf"\g<1>{number}", text, count=1)

    return edit


def without_crs(files):
    return re.sub(r' srsName="[^"]*"', "", (files / "city.gml").read_text())


EMPTY_MODEL = (
    '<CityModel xmlns="http://www.opengis.net/citygml/2.0" xmlns:gml="http://www.opengis.net/gml">'
    "<gml:name>none</gml:name></CityModel>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]>'
    '<CityModel xmlns="http://www.opengis.net/citygml/2.0">&c;</CityModel>'
)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (lambda files: "this is no city", "city.gml"),
        (lambda files: "", "empty"),
        (lambda files: (files / "city.gml").read_text()[:20_000], "city.gml"),
        (lambda files: BOMB, "DOCTYPE"),
        (lambda files: EMPTY_MODEL, "no building"),
        (without_crs, "crs"),
        (edited_city("EPSG:3879", "EPSG:2056", -1), "EPSG:2056"),
        (first_position("NaN"), "NaN"),
        (first_position("inf"), "inf"),
        (first_position("1_000"), "1_000"),
    ],
    ids=["not XML", "empty", "truncated", "DOCTYPE", "no buildings", "no CRS", "other place", "NaN", "inf", "1_000"],
)
def test_bad_city(run, files, tmp_path, bad, words):
    (tmp_path / "city.gml").write_text(bad(files))
    code, out, err = run(
        "assess", tmp_path / "city.gml", "--weather", files / "helsinki.csv", "--out", tmp_path / "out"
    )
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert words.lower() in err.lower()
    assert [path.name for path in tmp_path.iterdir()] == ["city.gml"]


def test_swapped_axes_are_seen_and_said(run, files, tmp_path):
    def swap(match):
        numbers = match[2].split()
        numbers[0::3], numbers[1::3] = numbers[1::3], numbers[0::3]
        return match[1] + " ".join(numbers)

    text = re.sub(r"(<gml:(?:posList|lowerCorner|upperCorner)[^>]*>)([^<]+)", swap, (files / "city.gml").read_text())
    (tmp_path / "swapped.gml").write_text(text)
    one = json.loads(run("info", files / "city.gml", "--json")[1])
    other = json.loads(run("info", tmp_path / "swapped.gml", "--json")[1])
    assert other["bounds"] == one["bounds"]


def test_an_unclosed_ring_is_a_finding(run, files, tmp_path):
    text = (files / "city.gml").read_text()
    start = text.index(">", text.index("<gml:posList")) + 1
    stop = text.index("<", start)
    numbers = text[start:stop].split()
    (tmp_path / "open.gml").write_text(text[:start] + " ".join(numbers[:-3]) + text[stop:])
    _, out, _ = run("check", tmp_path / "open.gml", "--json")
    kinds = {kind["name"] for kind in json.loads(out)["kinds"]}
    assert any("RING" in kind for kind in kinds)


def without_an_hour(text):
    return "\n".join(text.splitlines()[:-1]) + "\n"


def noon_at_midnight(text):
    lines = text.splitlines()
    rows = [line.split(";") for line in lines[2:]]
    sun = [row[-3:] for row in rows]
    return "\n".join(
        [*lines[:2], *(";".join(row[:-3] + moved) for row, moved in zip(rows, sun[12:] + sun[:12], strict=True))]
    )


@pytest.mark.parametrize(
    ("bad", "words"),
    [(without_an_hour, "8759"), (noon_at_midnight, "does not fit"), (lambda _: "T;P\n1;2\n", "weather")],
    ids=["8759 rows", "sun of another place", "no weather"],
)
def test_bad_weather(run, files, tmp_path, bad, words):
    (tmp_path / "helsinki.csv").write_text(bad((files / "helsinki.csv").read_text()))
    code, out, err = run(
        "assess", files / "city.gml", "--weather", tmp_path / "helsinki.csv", "--out", tmp_path / "out"
    )
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert words in err.replace(",", "")
    assert [path.name for path in tmp_path.iterdir()] == ["helsinki.csv"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("VTJ_PRT,owner\n{key},city\n{key},state\n", "occurs 2 times"),
        ("VTJ_PRT,owner\n999,city\n", "none of the 1 keys"),
        ("RATU,owner\n999,city\n", "no column 'VTJ_PRT'"),
    ],
    ids=["duplicate key", "no match", "no such column"],
)
def test_bad_join(run, files, tmp_path, table, words):
    key = re.search(r'name="VTJ_PRT">\s*<gen:value>([^<]+)', (files / "city.gml").read_text())[1]
    (tmp_path / "table.csv").write_text(table.format(key=key))
    code, out, err = run(
        *("assess", files / "city.gml", "--weather", files / "helsinki.csv", "--out", tmp_path / "out"),
        *("--attributes", tmp_path / "table.csv", "--key", "VTJ_PRT"),
    )
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert words in err
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ('[[alternative]]\nname = "a"\n[[alternative.retrofit]]\nu_wal = 1\n', "plans.toml:4: unknown key 'u_wal'"),
        ('[[alternative]]\nname = "a"\n[[alternative.pv]]\nwhere = "year_built < 1700"\n', "selects none"),
        ('[[alternative]]\nname = "a"\n[[alternative.pv]]\nids = ["b99"]\n', "no building has the id 'b99'"),
    ],
    ids=["unknown key", "empty selection", "unknown building"],
)
def test_bad_alternatives(run, files, tmp_path, plan, words):
    (tmp_path / "plans.toml").write_text(plan)
    code, out, err = run(
        *("assess", files / "city.gml", "--weather", files / "helsinki.csv", "--out", tmp_path / "out"),
        *("--alternatives", tmp_path / "plans.toml"),
    )
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert words in err
    assert [path.name for path in tmp_path.iterdir()] == ["plans.toml"]


@pytest.mark.parametrize("name", ["city.gml", "helsinki.csv"])
def test_missing_files(run, files, tmp_path, name):
    paths = {"city.gml": files / "city.gml", "helsinki.csv": files / "helsinki.csv", name: tmp_path / name}
    code, out, err = run("assess", paths["city.gml"], "--weather", paths["helsinki.csv"], "--out", tmp_path / "out")
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert name in err
    assert list(tmp_path.iterdir()) == []


def test_unwritable_output_is_told_before_anything_is_read(run, tmp_path):
    (tmp_path / "file").write_text("")
    code, out, err = run("assess", "none.gml", "--weather", "none.csv", "--out", tmp_path / "file" / "out")
    assert (code, out) == (5, "")
    assert one_sentence(err)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.doc").write_text("precious")
    code, _, err = run("assess", "none.gml", "--weather", "none.csv", "--out", tmp_path / "full")
    assert code == 5
    assert "nothing was overwritten" in err
    assert (tmp_path / "full" / "thesis.doc").read_text() == "precious"


@pytest.mark.compiled
def test_a_full_disk_leaves_nothing(run, files, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("citytwin.publish.results_folder.render", lambda _: (b"", "not drawn"))
    monkeypatch.setattr("citytwin.io._atomic.os.fsync", full)
    code, out, err = run("assess", files / "city.gml", "--weather", files / "helsinki.csv", "--out", tmp_path / "out")
    assert (code, out) == (5, "")
    assert one_sentence(err)
    assert "disk is full" in err
    assert list(tmp_path.iterdir()) == []


def test_bench_outside_a_checkout(run, monkeypatch, tmp_path):
    monkeypatch.setattr("citytwin.__file__", str(tmp_path / "lib" / "site" / "citytwin" / "__init__.py"))
    code, out, err = run("bench")
    assert (code, out) == (2, "")
    assert "checkout" in err


def test_an_impossible_number_of_threads_is_wrong_usage(monkeypatch, capsys):
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", "two")
    assert cli.main(["cache", "--help"]) == 2
    assert capsys.readouterr().err == "error: CITYTWIN_NUM_THREADS must be a whole number of at least 1, not 'two'\n"


def test_a_mapping_with_an_unknown_field_is_refused(run, files, tmp_path):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[year_built]\nname = ["anno"]\n')
    city, weather = files / "city.gml", files / "helsinki.csv"
    code, _, err = run("assess", city, "--weather", weather, "--mapping", mapping, "--out", tmp_path / "out")
    assert code == 3
    assert one_sentence(err)
    assert "mapping.toml" in err
    assert not (tmp_path / "out").exists()


def test_weather_of_another_country_is_refused(run, files, tmp_path, monkeypatch):
    near = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    far = replace(near, latitude=45.0, longitude=7.7, place="Torino")
    monkeypatch.setattr(ct, "read_weather", lambda *_, **__: far)
    code, out, err = run("assess", files / "city.gml", "--weather", "torino.epw", "--out", tmp_path / "out")
    assert (code, out) == (3, "")
    assert one_sentence(err)
    assert "Torino" in err
    assert "km from the city" in err
    assert not (tmp_path / "out").exists()
