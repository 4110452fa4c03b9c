"""Columns of parts of a document, put together, are the columns of the document."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from citytwin.io import citygml_reference
from citytwin.io._collected import Collected, concat
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Source
from citytwin.io.citygml import collect_citygml
from citytwin.model.attributes import AttributeTable
from citytwin.model.city_tables import Extras
from citytwin.model.strings import Strings
from tests.io import gml


def entries(table: AttributeTable) -> list[list[object]]:
    return [[*map(tuple, table.entries(row))] for row in range(table.n)]


def assert_same_collected(first: Collected, second: Collected) -> None:
    """Fail with the name of the first column that differs."""
    for field in dataclasses.fields(Collected):
        a, b = getattr(first, field.name), getattr(second, field.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, field.name
            np.testing.assert_array_equal(a, b, err_msg=field.name)
        elif isinstance(a, Strings):
            assert list(a) == list(b), field.name
        elif isinstance(a, AttributeTable):
            assert entries(a) == entries(b), field.name
        elif isinstance(a, Extras):
            assert a.object.tolist() == b.object.tolist()
            assert [*a.place, *a.content] == [*b.place, *b.content]
        else:
            assert a == b, field.name


@pytest.fixture
def document(tmp_path: Path) -> Source:
    linked = gml.building("far", gml.solid(gml.link("b1_roof_p"), gml.link("nowhere"), gml.link("b2_walls")))
    group = gml.element(
        "gml:MultiSurface",
        *(gml.member(gml.polygon(p)) for p in gml.box_faces(x=gml.EAST + 90).values()),
        identifier="b2_walls",
    )
    members = [
        gml.box("b1", gml.generic("height", "3", "measure", "m"), "<ade:x>1</ade:x>"),
        gml.building("", gml.generic("height", "4", "measure", "ft")),
        linked,
        gml.box("b3", gml.generic("name", "ä"), x=gml.EAST + 50),
        gml.building("b2", f"<bldg:lod2MultiSurface>{group}</bldg:lod2MultiSurface>"),
        '<veg:PlantCover gml:id="green"/>',
    ]
    path = gml.write(tmp_path, gml.city(*members))
    return Source(str(path), path)


def test_parts_together_are_the_whole(document: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(collect_citygml(document, path="reference"))
    monkeypatch.setattr(citygml_reference, "ENTRIES", 0)
    parts = list(collect_citygml(document, path="reference"))
    assert len(whole) == 1
    assert len(parts) > 3
    assert_same_collected(concat(parts), whole[0])


def test_the_order_of_putting_together_does_not_matter(document: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(citygml_reference, "ENTRIES", 0)
    parts = list(collect_citygml(document, path="reference", limits=ReadLimits()))
    left = parts[0]
    for part in parts[1:]:
        left = concat([left, part])
    assert_same_collected(left, concat([parts[0], concat(parts[1:])]))
