"""The command line: exit codes, one-sentence errors, one JSON object, and no output left behind on failure."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from citytwin import cli
from citytwin.errors import CityReadError, CrsError, MissingExtraError, OutputError, ScenarioError, WeatherError


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
