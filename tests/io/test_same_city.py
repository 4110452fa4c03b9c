"""The comparison of two cities sees every column."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citytwin.io import read_city
from citytwin.model.city import CityModel
from citytwin.model.findings import Finding, Findings
from citytwin.model.strings import Strings
from tests.io import gml
from tests.io.same_city import COLUMNS, TEXTS, assert_same_city


@pytest.fixture
def city(tmp_path: Path) -> CityModel:
    content = gml.box("b", gml.generic("width", "3", "measure", "m"), "<ade:x>1</ade:x>")
    return read_city(gml.write(tmp_path, gml.city(content, gml.box("c", x=gml.EAST + 30))))


def changed(array: np.ndarray) -> np.ndarray:
    other = array.copy()
    other[-1:] = ~other[-1:] if other.dtype == bool else other[-1:] + 1
    return other


def test_a_city_is_itself(city: CityModel) -> None:
    assert_same_city(city, city, provenance=True)


@pytest.mark.parametrize(("table", "name"), [(t, n) for t, names in COLUMNS.items() for n in names])
def test_columns(city: CityModel, table: str, name: str) -> None:
    part = getattr(city, table)
    other = replace(city, **{table: replace(part, **{name: changed(getattr(part, name))})})
    with pytest.raises(AssertionError, match=rf"{table}.{name}\["):
        assert_same_city(city, other)


@pytest.mark.parametrize(("table", "name"), [(t, n) for t, names in TEXTS.items() for n in names])
def test_texts(city: CityModel, table: str, name: str) -> None:
    part = getattr(city, table)
    texts = Strings.of([*list(getattr(part, name))[:-1], "other"])
    with pytest.raises(AssertionError, match=f"{table}.{name}"):
        assert_same_city(city, replace(city, **{table: replace(part, **{name: texts})}))


@pytest.mark.parametrize("name", ["keys", "places", "units"])
def test_attributes(city: CityModel, name: str) -> None:
    table = city.objects.attributes
    words = tuple(word + "x" for word in getattr(table, name))
    other = replace(city, objects=replace(city.objects, attributes=replace(table, **{name: words})))
    with pytest.raises(AssertionError, match=r"objects\.attributes"):
        assert_same_city(city, other)


def test_the_last_bit_of_a_vertex(city: CityModel) -> None:
    vertices = city.vertices.copy()
    vertices[0, 0] = np.nextafter(vertices[0, 0], np.inf)
    with pytest.raises(AssertionError, match=r"vertices\[0, 0\]"):
        assert_same_city(city, replace(city, vertices=vertices))


@pytest.mark.parametrize(
    "change",
    [
        {"crs": "EPSG:3067"},
        {"vertical_crs": "EPSG:3900"},
        {"counts": {"read": 1, "degraded": 1, "refused": 0, "total": 2}},
        {"recorded": Findings.of([Finding(1, "X")])},
    ],
)
def test_what_stands_beside_the_tables(city: CityModel, change: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        assert_same_city(city, replace(city, **change))


def test_extras_are_compared_as_what_they_mean(city: CityModel) -> None:
    content = city.extras.content[0]
    blank = content.replace(' xmlns:ade="', '  xmlns:ade  =  "')
    assert blank != content
    same = replace(city, extras=replace(city.extras, content=Strings.of([blank])))
    assert_same_city(city, same)
    other = replace(city, extras=replace(city.extras, content=Strings.of([content.replace("1", "2")])))
    with pytest.raises(AssertionError, match="extras"):
        assert_same_city(city, other)
