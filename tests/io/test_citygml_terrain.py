"""Triangles taken in while their relief is parsed: the same as afterwards, and no memory for those gone by."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citytwin.errors import CityReadError
from citytwin.io import read_city
from tests.io import gml
from tests.io.both_readers import codes, read


def triangle(i: int, inner: str = "", attribute: str = "") -> str:
    x, y, z = gml.EAST + i, gml.NORTH, gml.HEIGHT
    ring = gml.ring([(x, y, z), (x + 1, y, z), (x, y + 1 + i, z)])
    return f"<gml:Triangle{attribute}><gml:exterior>{ring}</gml:exterior>{inner}</gml:Triangle>"


def tin(*triangles: str, lod: int = 1) -> str:
    surface = gml.element("gml:TriangulatedSurface", gml.element("gml:trianglePatches", *triangles))
    return gml.element("dem:TINRelief", f"<dem:lod>{lod}</dem:lod>", gml.element("dem:tin", surface))


def relief(*tins: str) -> str:
    held = "".join(gml.element("dem:reliefComponent", t) for t in tins)
    return gml.element("dem:ReliefFeature", "<dem:lod>1</dem:lod>", held, identifier="r")


ODD = {
    "none": triangle(3),
    "named": triangle(3, attribute=' gml:id="t"'),
    "hole": triangle(3, f"<gml:interior>{gml.ring(gml.box_faces()['roof'][:3])}</gml:interior>"),
    "dimension": triangle(3).replace("<gml:posList>", '<gml:posList srsDimension="3">'),
    "single": triangle(3).replace("<gml:posList>", "<gml:pos>").replace("</gml:posList>", "</gml:pos>"),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("place", [0, 3, 6])
def test_an_unusual_triangle_keeps_its_place(tmp_path: Path, odd: str, place: int) -> None:
    triangles = [triangle(i) for i in range(7)]
    triangles[place] = ODD[odd]
    city = read(tmp_path, relief(tin(*triangles)))
    expected = np.arange(1.0, 8.0)
    expected[place] = 4
    compared = np.arange(7) != (place if odd == "hole" else -1)
    assert len(city.surfaces) == 7
    assert codes(city) == {}
    np.testing.assert_allclose(2 * city.surfaces.area[compared], expected[compared])


def test_two_surfaces_of_one_relief(tmp_path: Path) -> None:
    city = read(tmp_path, relief(tin(triangle(0), triangle(1)), tin(triangle(2), lod=2)))
    assert city.surfaces.lod.tolist() == [10, 10, 20]
    np.testing.assert_allclose(2 * city.surfaces.area, [1, 2, 3])


def test_what_is_not_wanted_leaves_nothing_behind(tmp_path: Path) -> None:
    city = read(tmp_path, gml.box("b"), relief(tin(triangle(0))), relief(tin(triangle(1), lod=2)), lod=2)
    assert city.surfaces.object.tolist() == [0] * 6 + [2]
    assert codes(city) == {1001: 1}


def test_triangles_elsewhere_stay(tmp_path: Path) -> None:
    """In what is kept as it is written, and in another object."""
    surface = gml.element("gml:TriangulatedSurface", gml.element("gml:trianglePatches", triangle(0), triangle(1)))
    unknown = gml.element("ade:Ground", gml.element("dem:tin", surface), identifier="g")
    known = gml.element("luse:LandUse", gml.multi_surface(surface).replace("bldg:", "luse:"), identifier="l")
    city = read(tmp_path, unknown, known)
    assert city.extras.content[0].count("posList>") == 4
    assert city.surfaces.object.tolist() == [1, 1]


def test_bad_numbers_have_their_line(tmp_path: Path) -> None:
    triangles = "\n".join([triangle(0), triangle(1), triangle(2).replace(repr(gml.HEIGHT), "nan"), triangle(3)])
    text = gml.city(relief(tin(triangles)))
    line = text[: text.index("nan")].count("\n") + 1
    with pytest.raises(CityReadError, match="'nan' is no coordinate") as caught:
        read_city(gml.write(tmp_path, text))
    assert caught.value.line == line
    assert caught.value.gml_id == "r"
