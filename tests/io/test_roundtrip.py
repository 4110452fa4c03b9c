"""What is written is read again as the same: CityGML exactly, CityJSON to its resolution; losses are reported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from citytwin.errors import OutputError
from citytwin.io import read_city, write_citygml, write_cityjson
from citytwin.model.attributes import AttributeTable
from citytwin.model.city import CityModel
from citytwin.model.findings import Findings
from citytwin.model.validity import solid_volumes
from tests.io import gml

Writer = Callable[[CityModel, Path], Findings]


def attributes_of(table: AttributeTable) -> list[tuple[str, ...]]:
    return sorted(
        (table.keys[k], table.places[p], table.units[u], v)
        for k, p, u, v in zip(table.key, table.place, table.unit, table.value, strict=True)
    )


def summary(city: CityModel) -> dict[str, Any]:
    surfaces, objects = city.surfaces, city.objects
    parents = [objects.id[int(p)] if p >= 0 else "" for p in objects.parent]
    return {
        "objects": sorted(zip(objects.id, objects.kind.tolist(), parents, strict=True)),
        "crs": (city.crs, city.vertical_crs),
        "surfaces": sorted(zip(surfaces.id, surfaces.kind.tolist(), surfaces.lod.tolist(), strict=True)),
        "openings": int((surfaces.parent >= 0).sum()),
        "features": len(np.unique(surfaces.feature)),
        "solids": sorted(zip(city.solids.object.tolist(), city.solids.lod.tolist(), strict=True)),
        "faces": np.sort(np.diff(city.solids.offsets)).tolist(),
        "object attributes": attributes_of(objects.attributes),
        "surface attributes": attributes_of(surfaces.feature_attributes),
    }


def rich_city(folder: Path) -> CityModel:
    """A building with everything the model holds."""
    x, y, z = gml.EAST, gml.NORTH, gml.HEIGHT
    window = [(x + 1, y, z + 1), (x + 2, y, z + 1), (x + 2, y, z + 2), (x + 1, y, z + 2)]
    hole = [(x + 2, y + 2, z + 6), (x + 2, y + 4, z + 6), (x + 5, y + 4, z + 6), (x + 5, y + 2, z + 6)]
    roof = gml.polygon(gml.box_faces()["roof"], holes=[hole])
    opening = gml.element(
        "bldg:opening", gml.element("bldg:Window", gml.multi_surface(gml.polygon(window), lod=3), identifier="w")
    )
    south = gml.multi_surface(gml.polygon(gml.box_faces()["south"]), lod=3)
    content = [
        '<gml:name>R&amp;D "1"</gml:name>',
        gml.generic("code", "039"),
        gml.generic("floors", "4", "int"),
        gml.generic("area", "1200.5", "double"),
        gml.generic("width", "3.5", "measure", "m"),
        f'<gen:genericAttributeSet name="set">{gml.generic("inner", "7", "int")}</gen:genericAttributeSet>',
        '<bldg:measuredHeight uom="m">23.4</bldg:measuredHeight>',
        "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country><xAL:CountryName>Finland"
        "</xAL:CountryName></xAL:Country></xAL:AddressDetails></core:xalAddress></core:Address></bldg:address>",
        gml.surface("RoofSurface", "r3", gml.generic("slope", "0", "double"), gml.multi_surface(roof, lod=3)),
        gml.surface("WallSurface", "s3", south, opening),
        f"<bldg:lod0FootPrint><gml:MultiSurface>{gml.member(gml.polygon(gml.box_faces()['ground']))}</gml:MultiSurface></bldg:lod0FootPrint>",
    ]
    part = gml.box("part", x=x + 10).replace("bldg:Building", "bldg:BuildingPart")
    whole = gml.box("b", *content, f"<bldg:consistsOfBuildingPart>{part}</bldg:consistsOfBuildingPart>")
    return read_city(gml.write(folder, gml.city(whole, gml.box("c", x=x + 50), srs="EPSG:3879+3900")))


@pytest.mark.parametrize("write", [write_citygml, write_cityjson])
def test_rich_city(tmp_path: Path, write: Writer) -> None:
    city = rich_city(tmp_path)
    target = tmp_path / "out"
    losses = write(city, target)
    again = read_city(target)
    assert summary(again) == summary(city)
    np.testing.assert_allclose(np.sort(again.surfaces.area), np.sort(city.surfaces.area), rtol=1e-9)
    np.testing.assert_allclose(np.sort(solid_volumes(again)), np.sort(solid_volumes(city)), rtol=1e-9)
    assert set(losses.name) <= ({"ID_LEFT_OUT"} if write is write_cityjson else set())
    second = tmp_path / "second"
    write(again, second)
    if write is write_citygml:
        assert second.read_bytes() == target.read_bytes()


def test_citygml_keeps_every_bit_of_the_coordinates(tmp_path: Path) -> None:
    points = [(25497000.1234567, 6673000.7654321, 1.1), (25497010.3, 6673000.1, 1.2), (25497005.7, 6673009.9, 1.3)]
    city = read_city(gml.write(tmp_path, gml.city(gml.building("b", gml.multi_surface(gml.polygon(points))))))
    write_citygml(city, tmp_path / "out.gml")
    again = read_city(tmp_path / "out.gml")
    assert (again.vertices + again.origin).tolist() == [list(p) for p in points]


def test_shared_wall_and_extras(tmp_path: Path) -> None:
    faces = gml.box_faces()
    right = gml.box_faces(x=gml.EAST + 10)
    turned = '<gml:OrientableSurface orientation="-"><gml:baseSurface xlink:href="#shared"/></gml:OrientableSurface>'
    members = [gml.member(gml.polygon(p)) for name, p in right.items() if name != "west"]
    first = gml.building(
        "a", gml.solid(*(gml.member(gml.polygon(p, "shared" if n == "east" else "")) for n, p in faces.items()))
    )
    second = gml.building("b", gml.solid(gml.member(turned), *members), "<ade:owner>City</ade:owner>")
    tree = '<veg:SolitaryVegetationObject gml:id="t"><veg:height>9</veg:height></veg:SolitaryVegetationObject>'
    city = read_city(gml.write(tmp_path, gml.city(first, second, tree)))
    assert len(write_citygml(city, tmp_path / "out.gml")) == 0
    again = read_city(tmp_path / "out.gml")
    np.testing.assert_allclose(solid_volumes(again), [480, 480])
    assert again.solids.reversed.tolist() == city.solids.reversed.tolist()
    assert list(again.extras.content) == list(city.extras.content)
    losses = write_cityjson(city, tmp_path / "out.json")
    assert list(losses.name) == ["EXTRA_LEFT_OUT", "POLYGON_COPIED", "ID_LEFT_OUT"]
    copied = read_city(tmp_path / "out.json")
    np.testing.assert_allclose(solid_volumes(copied), [480, 480], rtol=1e-9)
    assert not np.isin(copied.findings.code, (302, 303, 307)).any()


def test_finer_scale_where_rounding_would_merge_points(tmp_path: Path) -> None:
    x, y = gml.EAST, gml.NORTH
    sliver = [(x, y, 0.0), (x + 0.0004, y, 0.0), (x + 5, y + 5, 0.0), (x, y + 5, 0.0)]
    city = read_city(gml.write(tmp_path, gml.city(gml.building("b", gml.multi_surface(gml.polygon(sliver))))))
    write_cityjson(city, tmp_path / "out.json")
    assert np.diff(read_city(tmp_path / "out.json").rings.ring_vertices).tolist() == [4]


def test_losses_of_refinements(tmp_path: Path) -> None:
    from tests.io import cj

    document = cj.box()
    solid = document["CityObjects"]["b"]["geometry"][0]
    document["CityObjects"]["b"]["geometry"] = [{**solid, "lod": lod} for lod in ("1.2", "1.3", "2.2")]
    city = read_city(cj.write(tmp_path, document))
    losses = write_citygml(city, tmp_path / "out.gml")
    assert list(losses.name) == ["LOD_LEFT_OUT", "LOD_ROUNDED", "SEMANTICS_LEFT_OUT"]
    assert sorted(set(read_city(tmp_path / "out.gml").surfaces.lod.tolist())) == [10, 20]


def test_control_characters_do_not_break_the_document(tmp_path: Path) -> None:
    from tests.io import cj

    city = read_city(cj.write(tmp_path, cj.box(attributes={"a\u0001": 'b\u0002<&>"'})))
    assert "TEXT_CHANGED" in write_citygml(city, tmp_path / "out.gml").name
    assert read_city(tmp_path / "out.gml").objects.attributes["a\ufffd"].values[0] == 'b\ufffd<&>"'


def test_same_id_twice_is_no_cityjson(tmp_path: Path) -> None:
    city = read_city(gml.write(tmp_path, gml.city(gml.box("b"), gml.box("b", x=gml.EAST + 50))))
    with pytest.raises(OutputError, match="two objects"):
        write_cityjson(city, tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_local_city_needs_the_word_again(tmp_path: Path) -> None:
    city = read_city(gml.write(tmp_path, gml.city(gml.box("b", x=0.0, y=0.0), srs=None)), crs="local")
    for write, name in ((write_citygml, "l.gml"), (write_cityjson, "l.json")):
        write(city, tmp_path / name)
        assert read_city(tmp_path / name, crs="local").bounds.tolist() == city.bounds.tolist()
