"""The public names are lazy, complete and say what is missing."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import citytwin
from citytwin import _compat
from citytwin.errors import MissingExtraError

HEAVY = set("geopandas llvmlite lxml numba numpy pandas pyarrow pyproj pvlib scipy shapely trimesh".split())


def modules_after(statement: str) -> set[str]:
    command = [sys.executable, "-c", f"import sys; {statement}; print(*sys.modules)"]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("statement", ["import citytwin", "import citytwin; dir(citytwin); citytwin.CityReadError"])
def test_import_loads_nothing_heavy(statement):
    loaded = modules_after(statement)
    assert "citytwin" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_the_model_loads_no_compiler_and_no_tables():
    assert modules_after("import citytwin; citytwin.CityModel").isdisjoint(HEAVY - {"numpy"})


@pytest.mark.parametrize("name", citytwin.__all__)
def test_public_name_resolves_and_is_documented(name):
    value = getattr(citytwin, name)
    assert value.__doc__


def test_a_function_hides_the_module_of_its_name_though_that_is_imported_first():
    twins = ["run.assess", "scenario.apply", "scenario.compare", "solar.irradiate", "solar.photovoltaics"]
    modules = ", ".join(f"citytwin.{name}" for name in twins)
    modules_after(f"import {modules}; assert all(map(callable, [{modules}, citytwin.assess, citytwin.compare]))")


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="read_town"):
        citytwin.read_town  # noqa: B018


def test_no_public_function_bears_the_name_of_a_folder():
    folders = {"io", "kernels", "model", "publish", "run"}
    assert folders.isdisjoint(citytwin.__all__)


def test_missing_extra_names_the_command(monkeypatch):
    monkeypatch.setattr(_compat, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"^The picture needs pyvista.*: pip install 'citytwin\[view\]'$"):
        _compat.require("pyvista", "The picture")


def test_installed_package_is_let_through():
    _compat.require("pytest", "This test")


def test_every_optional_package_is_in_the_extra_it_is_said_to_be_in():
    text = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    for package, extra in _compat._EXTRA_OF.items():
        assert package in {re.split(r"[^\w-]", requirement)[0] for requirement in extras[extra]}
