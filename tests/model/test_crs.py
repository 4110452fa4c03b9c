"""The CRS guard: names, axis order by area of use, degrees, feet, refusals."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest
from pyproj import CRS, Transformer

from citytwin.errors import CrsError
from citytwin.model.crs import parse_srs_name, settle

HELSINKI = np.array([[25_497_000.0, 6_673_000.0, 5.0], [25_497_100.0, 6_673_050.0, 9.0]])
TOKYO = np.array([[35.755, 139.550, 51.0], [35.756, 139.551, 55.0]])


@pytest.mark.parametrize(
    ("text", "horizontal", "vertical", "registry_order", "alias"),
    [
        ("EPSG:3879", "EPSG:3879", None, False, False),
        ("epsg:3879", "EPSG:3879", None, False, False),
        ("EPSG:25832+5783", "EPSG:25832", "EPSG:5783", False, False),
        ("urn:ogc:def:crs:EPSG::3879", "EPSG:3879", None, True, False),
        ("urn:ogc:def:crs:EPSG:6.12:3068", "EPSG:3068", None, True, False),
        ("urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::5717", "EPSG:3879", "EPSG:5717", True, False),
        ("urn:ogc:def:crs,crs:EPSG:6.12:3068,crs:EPSG:6.12:5783", "EPSG:3068", "EPSG:5783", True, False),
        ("urn:ogc:def:crs:EPSG:25832, crs:EPSG:5783", "EPSG:25832", "EPSG:5783", True, False),
        ("http://www.opengis.net/def/crs/EPSG/0/6697", "EPSG:6697", None, True, False),
        ("http://www.opengis.net/def/crs/EPSG/6.12/3068", "EPSG:3068", None, True, False),
        ("http://www.opengis.net/gml/srs/epsg.xml#25832", "EPSG:25832", None, True, False),
        (
            "https://www.opengis.net/def/crs-compound?1=https://www.opengis.net/def/crs/EPSG/0/3879"
            "&2=https://www.opengis.net/def/crs/EPSG/0/3900",
            "EPSG:3879", "EPSG:3900", True, False,
        ),
        ("urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016", "EPSG:25832", "EPSG:7837", False, True),
        ("urn:adv:crs:ETRS89_UTM33", "EPSG:25833", None, False, True),
        ("CH1903", "EPSG:21781", None, False, True),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84", None, True, True),
    ],
)  # fmt: skip
def test_names(text: str, horizontal: str, vertical: str | None, registry_order: bool, alias: bool) -> None:
    name = parse_srs_name(text)
    assert name is not None
    assert (name.horizontal, name.vertical, name.registry_order, name.alias) == (
        horizontal,
        vertical,
        registry_order,
        alias,
    )


@pytest.mark.parametrize("text", ["", "#local-CRS-1", "unknown", "urn:ogc:def:crs:EPSG::", "http://example.org/crs"])
def test_names_that_say_nothing(text: str) -> None:
    assert parse_srs_name(text) is None


def test_alias_table_holds_what_the_registry_knows() -> None:
    table = files("citytwin.model").joinpath("crs_aliases.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(table.splitlines()):
        assert row["source"]
        assert row["confidence"] in ("low", "medium", "high")
        if row["horizontal"]:
            assert not CRS(row["horizontal"]).is_vertical, row
        if row["vertical"]:
            assert CRS(row["vertical"]).is_vertical, row


def test_helsinki_stores_east_first_under_a_name_that_says_north_first() -> None:
    name = "urn:ogc:def:crs:EPSG::3879"
    usual = settle(HELSINKI, [name])
    official = settle(HELSINKI[:, [1, 0, 2]], [name])
    np.testing.assert_array_equal(usual.coordinates, HELSINKI)
    np.testing.assert_array_equal(official.coordinates, HELSINKI)
    assert usual.crs == official.crs == "EPSG:3879"
    assert usual.findings.code.tolist() == [1205, 1207]
    assert official.findings.code.tolist() == [1207]
    assert settle(HELSINKI, ["EPSG:3879"]).findings.code.tolist() == [1207]


def test_compound_and_alias() -> None:
    assert settle(HELSINKI, ["EPSG:3879+3900"]).vertical_crs == "EPSG:3900"
    westphalia = np.array([[280_928.2, 5_657_501.7, 38.4]])
    settled = settle(westphalia, ["urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016"])
    assert (settled.crs, settled.vertical_crs) == ("EPSG:25832", "EPSG:7837")
    assert settled.findings.code.tolist() == [1203]
    zurich = np.array([[683_303.5, 247_425.7, 406.2]])
    assert settle(zurich, ["CH1903"]).crs == "EPSG:21781"
    delft = np.array([[84_511.4, 446_652.0, 0.5]])
    settled = settle(delft, ["urn:ogc:def:crs:EPSG::7415"])
    assert (settled.crs, settled.vertical_crs) == ("EPSG:28992", "EPSG:5709")
    assert len(settled.findings) == 0


@pytest.mark.parametrize("swapped", [False, True])
def test_degrees_are_projected(swapped: bool) -> None:
    """PLATEAU: latitude, longitude, height under a compound name; the other order is told from the data."""
    given = TOKYO[:, [1, 0, 2]] if swapped else TOKYO
    settled = settle(given, ["http://www.opengis.net/def/crs/EPSG/0/6697"])
    assert (settled.crs, settled.vertical_crs) == ("EPSG:6691", "EPSG:6695")
    back = Transformer.from_crs("EPSG:6691", "EPSG:6668", always_xy=True)
    lon, lat = back.transform(settled.coordinates[:, 0], settled.coordinates[:, 1])
    np.testing.assert_allclose(np.column_stack([lat, lon]), TOKYO[:, :2], atol=1e-9)
    np.testing.assert_array_equal(settled.coordinates[:, 2], TOKYO[:, 2])
    assert set(settled.findings.code.tolist()) == ({1205, 1208} if swapped else {1208})


def test_both_orders_fit() -> None:
    """60 north, 24 east lies on earth either way: formal names mean the registry, short ones east first."""
    place = np.array([[24.9, 60.1, 0.0]])
    formal = settle(place, ["urn:ogc:def:crs:EPSG::4326"])
    short = settle(place, ["EPSG:4326"])
    assert 1204 in formal.findings.code
    assert (formal.crs, short.crs) == ("EPSG:32641", "EPSG:32635")
    assert settle(place, ["urn:ogc:def:crs:OGC:1.3:CRS84"]).crs == "EPSG:32635"


def test_ellipsoidal_heights() -> None:
    settled = settle(np.array([[60.1, 24.9, 30.0]]), ["urn:ogc:def:crs:EPSG::4937"])
    assert settled.vertical_crs == "EPSG:4937 (ellipsoidal)"
    assert settled.crs == "EPSG:25835"


def test_feet_are_refused_unless_asked() -> None:
    new_york = np.array([[983_000.0, 199_000.0, 10.0]])
    with pytest.raises(CrsError, match=r'crs="EPSG:2263"'):
        settle(new_york, ["EPSG:2263"])
    asked = settle(new_york, ["EPSG:2263"], crs="EPSG:2263")
    assert asked.crs == "EPSG:26918"
    assert 580_000 < asked.coordinates[0, 0] < 590_000


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "names none"),
        (["#local-CRS-1"], "#local-CRS-1"),
        (["EPSG:3879", "EPSG:3067"], "several"),
        (["EPSG:99999"], "not a known"),
        (["EPSG:3900"], "neither projected nor geographic"),
        (["EPSG:3879+3067"], "not a vertical"),
        (["EPSG:2056"], "outside the area of use"),
        (["EPSG:4978"], "neither projected nor geographic"),
        (["EPSG:2046"], "axes west and south"),
    ],
)
def test_refusals(names: list[str], message: str) -> None:
    with pytest.raises(CrsError, match=message) as caught:
        settle(HELSINKI, names, path="city.gml")
    assert caught.value.path == "city.gml"
    assert "crs=" in caught.value.advice


def test_what_the_caller_states_overrides_the_file() -> None:
    stated = settle(HELSINKI, ["EPSG:2056"], crs="EPSG:3879+3900")
    assert (stated.crs, stated.vertical_crs) == ("EPSG:3879", "EPSG:3900")
    assert stated.findings.code.tolist() == [1202]
    with pytest.raises(CrsError, match="the CRS that was passed"):
        settle(HELSINKI, [], crs="EPSG:3067")
    with pytest.raises(CrsError, match="nonsense"):
        settle(HELSINKI, [], crs="nonsense")
    local = settle(HELSINKI, ["EPSG:3879"], crs="local")
    assert (local.crs, local.vertical_crs, local.findings.code.tolist()) == (None, None, [1201])


def test_outliers_are_a_finding() -> None:
    rows = np.repeat(HELSINKI, 50, axis=0)
    rows[7] = [0.0, 0.0, 0.0]
    assert 1206 in settle(rows, ["EPSG:3879"]).findings.code


def test_the_same_system_in_two_spellings_is_one() -> None:
    settled = settle(HELSINKI, ["EPSG:3879", "urn:ogc:def:crs:EPSG::3879"])
    assert settled.crs == "EPSG:3879"


def test_no_coordinates() -> None:
    assert settle(np.empty((0, 3)), []).crs is None
    assert settle(np.empty((0, 3)), ["EPSG:3879"]).crs == "EPSG:3879"


def test_too_wide_for_one_zone() -> None:
    with pytest.raises(CrsError, match="too wide"):
        settle(np.array([[60.0, 10.0, 0.0], [60.0, 30.0, 0.0]]), ["urn:ogc:def:crs:EPSG::4326"])
