"""The CRS guard: systems by name, axis order by area of use, zone numbers, degrees, feet, heights, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pyproj import CRS, Transformer

from citytwin.errors import CrsError
from citytwin.model.crs import settle, stated_system
from citytwin.model.enums import Action, Severity

HELSINKI = np.array([[25_497_000.0, 6_673_000.0, 5.0], [25_497_100.0, 6_673_050.0, 9.0]])
TOKYO = np.array([[35.755, 139.550, 51.0], [35.756, 139.551, 55.0]])
SWAP = [1, 0, 2]


def at(*xyz: float) -> np.ndarray:
    return np.array([xyz, np.add(xyz, (10.0, 5.0, 3.0))])


# What deliveries write, and what has to come of it: the system, that of heights, the findings; or the refusal.
READ = {
    "as the short form says": (HELSINKI, ["EPSG:3879"], "EPSG:3879", None, [1207]),
    "3879 says north-east and is stored east-north": (
        HELSINKI, ["urn:ogc:def:crs:EPSG::3879"], "EPSG:3879", None, [1205, 1207]),
    "3879 stored as the registry says": (
        HELSINKI[:, SWAP], ["urn:ogc:def:crs:EPSG::3879"], "EPSG:3879", None, [1207]),
    "short form, stored north-east": (HELSINKI[:, SWAP], ["EPSG:3879"], "EPSG:3879", None, [1205, 1207]),
    "east-north system stored north-east": (
        at(6_672_000, 385_000, 9), ["EPSG:3067+3900"], "EPSG:3067", "EPSG:3900", [1205]),
    "compound in a URN": (
        HELSINKI, ["urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::5717"], "EPSG:3879", "EPSG:5717", [1205]),
    "compound code": (at(84_511, 446_652, 0), ["urn:ogc:def:crs:EPSG::7415"], "EPSG:28992", "EPSG:5709", []),
    "compound by its name in the registry": (
        at(84_511, 446_652, 0), ["Amersfoort / RD New + NAP height"], "EPSG:28992", "EPSG:5709", []),
    "alias with heights": (
        at(280_928, 5_657_501, 38), ["urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016"],
        "EPSG:25832", "EPSG:7837", [1203]),
    "alias that has lost its sign": (at(683_303, 247_425, 406), ["CH1903"], "EPSG:21781", None, [1203, 1207]),
    "alias with a part that is not known": (
        at(3_500_000, 5_900_000, 3), ["urn:adv:crs:DE_DHDN_3GK3*DE_XYZ"], "EPSG:31467", None, [1203, 1207]),
    "the same system in two spellings": (
        HELSINKI, ["EPSG:3879", "urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::3900"], "EPSG:3879", "EPSG:3900", [1205]),
    "compound code and its horizontal part": (
        at(84_511, 446_652, 0), ["EPSG:28992", "EPSG:7415"], "EPSG:28992", "EPSG:5709", []),
    "a local name beside a known one": (
        HELSINKI, ["EPSG:3879+3900", "#local-CRS-1"], "EPSG:3879", "EPSG:3900", [1209]),
    "zone number before the easting": (
        at(33_390_000, 5_820_000, 34), ["urn:adv:crs:ETRS89_UTM33*DE_DHHN2016_NH"],
        "EPSG:25833", "EPSG:7837", [1203, 1211]),
    "zone number before the easting, north first": (
        at(5_820_000, 33_390_000, 34), ["EPSG:25833+7837"], "EPSG:25833", "EPSG:7837", [1211]),
    "zone number left out": (
        at(499_000, 6_673_000, 9), ["urn:ogc:def:crs,crs:EPSG::3879,crs:EPSG::3900"],
        "EPSG:3879", "EPSG:3900", [1211]),
    "zone stretched over its neighbour": (
        at(802_000, 5_830_000, 34), ["EPSG:25832+7837"], "EPSG:25832", "EPSG:7837", []),
    "latitude, longitude": (
        TOKYO, ["http://www.opengis.net/def/crs/EPSG/0/6697"], "EPSG:6691", "EPSG:6695", [1208]),
    "longitude, latitude under the name of latitude, longitude": (
        TOKYO[:, SWAP], ["http://www.opengis.net/def/crs/EPSG/0/6697"], "EPSG:6691", "EPSG:6695", [1205, 1208]),
    "longitude, latitude by a short form": (
        np.array([[24.9, 60.1, 5.0]]), ["EPSG:4937"], "EPSG:25835", "EPSG:4937", [1208]),
    "both orders fit, the URN decides": (
        np.array([[24.9, 60.1, 5.0]]), ["urn:ogc:def:crs:EPSG::4326"], "EPSG:32641", None, [1204, 1207, 1208]),
    "both orders fit, the short form decides": (
        np.array([[24.9, 60.1, 5.0]]), ["EPSG:4326"], "EPSG:32635", None, [1204, 1207, 1208]),
    "CRS84": (
        np.array([[24.9, 60.1, 5.0]]), ["urn:ogc:def:crs:OGC:1.3:CRS84"], "EPSG:32635", None, [1203, 1204, 1207, 1208]),
    "three axes in degrees": (
        np.array([[60.1, 24.9, 30.0]]), ["urn:ogc:def:crs:EPSG::4937"], "EPSG:25835", "EPSG:4937", [1208]),
    "ellipsoidal heights in a projected system": (
        at(385_000, 6_672_000, 27), ["EPSG:25835+4937"], "EPSG:25835", "EPSG:4937", []),
    "south and west": (
        at(1_043_000, 743_000, 200), ["EPSG:5513+8357"], "EPSG:5514", "EPSG:8357", [1208]),
    "west and south": (
        at(-45_000, 3_715_000, 20), ["EPSG:2048"], "EPSG:32734", None, [1207, 1208]),
    "grads from Paris under a projection": (at(600_000, 2_428_000, 40), ["EPSG:27572"], "EPSG:27572", None, [1207]),
    "grads from Paris": (
        np.array([[54.27, 0.01, 40.0]]), ["urn:ogc:def:crs:EPSG::4807"], "EPSG:32631", None, [1207, 1208]),
    "meridian of Ferro": (at(273_476, 5_069, 600), ["EPSG:31252"], "EPSG:31252", None, [1205, 1207]),
    "web map metres": (
        at(2_776_000, 8_437_000, 5), ["EPSG:3857"], "EPSG:32635", None, [1204, 1207, 1208]),
    "heights in US survey feet": (
        at(500_000, 4_500_000, 100), ["EPSG:26918+6360"], "EPSG:26918", "EPSG:5703", [1210]),
}  # fmt: skip

REFUSED = {
    "nothing said": (HELSINKI, [], "names none"),
    "a local name only": (HELSINKI, ["#local-CRS-1"], "'#local-CRS-1', which is not known"),
    "two systems": (HELSINKI, ["EPSG:3879", "EPSG:3067"], "several coordinate reference systems are named"),
    "two systems of heights": (HELSINKI, ["EPSG:3879+3900", "EPSG:3879+5717"], "several systems of heights"),
    "two systems of heights in one name": (HELSINKI, ["EPSG:7415+3900"], "EPSG:5709 and EPSG:3900"),
    "a code that does not exist": (HELSINKI, ["EPSG:99999"], "not a known"),
    "heights only": (HELSINKI, ["EPSG:3900"], "neither projected nor geographic"),
    "plan for heights": (HELSINKI, ["EPSG:3879+3067"], "not a vertical"),
    "depths": (HELSINKI, ["EPSG:3879+5706"], "counts downwards"),
    "neither order fits": (HELSINKI, ["EPSG:2056"], "outside the area of use"),
    "GK25 under the name of TM35FIN": (HELSINKI, ["EPSG:3067"], r"would fit EPSG:3879 .*GK25FIN"),
    "near the origin": (at(10, 20, 0), ["EPSG:3068"], "outside the area of use"),
    "height first": (HELSINKI[:, [2, 0, 1]], ["EPSG:3879"], "outside the area of use"),
    "both orders in one file": (
        np.concatenate([HELSINKI, HELSINKI[:, SWAP]]), ["EPSG:3879"], "some fit one order and some the other"),
    "feet in the plan": (at(983_000, 199_000, 10), ["EPSG:2263+6360"], r'crs="EPSG:2263\+6360"'),
    "from the centre of the earth": (HELSINKI, ["EPSG:4978"], "from the centre of the earth"),
    "engineering": (
        HELSINKI,
        ['ENGCRS["site",EDATUM["site"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'],
        "neither projected nor geographic"),
    "polar": (at(1_000_000, 1_000_000, 0), ["EPSG:3031"], "axes north and north"),
    "degrees too wide": (
        np.array([[60.0, 10.0, 0.0], [60.0, 30.0, 0.0]]), ["urn:ogc:def:crs:EPSG::4326"], "too wide"),
    "no zone at the pole": (np.array([[90.0, 10.0, 0.0]]), ["urn:ogc:def:crs:EPSG::4326"], "no UTM zone"),
}  # fmt: skip


@pytest.mark.parametrize("trap", READ)
def test_trap_is_read(trap: str) -> None:
    coordinates, names, crs, vertical_crs, findings = READ[trap]
    settled = settle(coordinates, names)
    assert (settled.crs, settled.vertical_crs) == (crs, vertical_crs)
    assert settled.findings.code.tolist() == findings
    assert np.isfinite(settled.coordinates).all()


@pytest.mark.parametrize("trap", REFUSED)
def test_trap_is_refused(trap: str) -> None:
    coordinates, names, message = REFUSED[trap]
    with pytest.raises(CrsError, match=message) as caught:
        settle(coordinates, names, path="city.gml")
    assert caught.value.path == "city.gml"
    assert caught.value.advice


def test_both_orders_of_helsinki_come_out_east_first() -> None:
    name = "urn:ogc:def:crs:EPSG::3879"
    np.testing.assert_array_equal(settle(HELSINKI, [name]).coordinates, HELSINKI)
    np.testing.assert_array_equal(settle(HELSINKI[:, SWAP], [name]).coordinates, HELSINKI)


@pytest.mark.parametrize("swapped", [False, True])
def test_degrees_are_projected(swapped: bool) -> None:
    given = TOKYO[:, SWAP] if swapped else TOKYO
    settled = settle(given, ["http://www.opengis.net/def/crs/EPSG/0/6697"])
    back = Transformer.from_crs("EPSG:6691", "EPSG:6668", always_xy=True)
    lon, lat = back.transform(settled.coordinates[:, 0], settled.coordinates[:, 1])
    np.testing.assert_allclose(np.column_stack([lat, lon]), TOKYO[:, :2], atol=1e-9)
    np.testing.assert_array_equal(settled.coordinates[:, 2], TOKYO[:, 2])


def test_south_and_west_become_east_and_north() -> None:
    """Krovak counts south and west; its east-north twin is the same with other signs (EPSG:5513 and EPSG:5514)."""
    settled = settle(at(1_043_000, 743_000, 200), ["EPSG:5513"])
    np.testing.assert_allclose(settled.coordinates[0], [-743_000, -1_043_000, 200], atol=1e-6)


def test_web_map_metres_become_metres_on_the_ground() -> None:
    """At 60 degrees north Web Mercator shows everything twice as large."""
    square = np.array([[2_776_000.0, 8_437_000.0, 0.0], [2_776_200.0, 8_437_000.0, 0.0]])
    settled = settle(square, ["EPSG:3857"])
    length = np.hypot(*np.diff(settled.coordinates[:, :2], axis=0)[0])
    assert length == pytest.approx(200 / 2.01, rel=0.01)
    [message] = settled.findings.where(settled.findings.code == 1208).message
    assert "stretches lengths 2.0" in message


def test_zone_numbers_are_taken_off_and_put_on() -> None:
    with_zone = settle(at(33_390_000, 5_820_000, 34), ["EPSG:25833"])
    np.testing.assert_array_equal(with_zone.coordinates, at(390_000, 5_820_000, 34))
    without = settle(at(499_000, 6_673_000, 9), ["EPSG:3879"])
    np.testing.assert_array_equal(without.coordinates, at(25_499_000, 6_673_000, 9))
    healed = without.findings.where(without.findings.code == 1211)
    assert healed.action.tolist() == [Action.HEALED]


def test_feet() -> None:
    new_york = at(983_000, 199_000, 10)
    stated = settle(new_york, ["EPSG:2263"], crs="EPSG:2263+6360")
    assert (stated.crs, stated.vertical_crs) == ("EPSG:26918", "EPSG:5703")
    assert 580_000 < stated.coordinates[0, 0] < 590_000
    # The US survey foot is 1200/3937 m, two parts in a million longer than the international one of 0.3048 m.
    np.testing.assert_allclose(stated.coordinates[:, 2], new_york[:, 2] * 1200 / 3937, rtol=1e-9)
    international = settle(at(500_000, 4_500_000, 1000), ["EPSG:26918+8228"])
    assert international.coordinates[0, 2] == pytest.approx(304.8, abs=1e-9)
    assert international.vertical_crs == "EPSG:5703"


def test_heights_of_an_unknown_system_follow_the_feet_of_the_plan() -> None:
    assumed = settle(at(983_000, 199_000, 10), [], crs="EPSG:2263")
    assert assumed.coordinates[0, 2] == pytest.approx(10 * 1200 / 3937, rel=1e-9)
    doubt = assumed.findings.where(assumed.findings.code == 1210)
    assert doubt.severity.tolist() == [Severity.WARNING]


@pytest.mark.parametrize(
    ("crs", "expected"),
    [
        ("EPSG:3879+3900", ("EPSG:3879", "EPSG:3900")),
        ("ETRS-GK25/N2000", ("EPSG:3879", "EPSG:3900")),
        (CRS("EPSG:3879"), ("EPSG:3879", None)),
        (CRS("EPSG:3879").to_wkt(), ("EPSG:3879", None)),
        (CRS("EPSG:3879").to_wkt("WKT1_GDAL"), ("EPSG:3879", None)),
        (CRS("EPSG:3879").to_wkt("WKT1_ESRI"), ("EPSG:3879", None)),
        (CRS("EPSG:3879").to_json(), ("EPSG:3879", None)),
        (CRS("EPSG:3879+3900"), ("EPSG:3879", "EPSG:3900")),
        (CRS("EPSG:3879+3900").to_wkt(), ("EPSG:3879", "EPSG:3900")),
        (3879, ("EPSG:3879", None)),
    ],
    ids=["code", "alias", "object", "wkt2", "wkt1", "prj", "projjson", "compound", "compound wkt", "number"],
)
def test_the_caller_states_a_system_in_any_form(crs: Any, expected: tuple[str, str | None]) -> None:
    """The area of use is found again where a definition does not hold it: coordinates of Zurich are refused."""
    stated = settle(HELSINKI[:, SWAP], ["EPSG:2056"], crs=crs)
    assert (stated.crs, stated.vertical_crs) == expected
    np.testing.assert_array_equal(stated.coordinates, HELSINKI)
    assert stated.findings.code.tolist()[0] == 1202
    with pytest.raises(CrsError, match="outside the area of use of the CRS that was passed"):
        settle(at(683_303, 247_425, 406), [], crs=crs)


def test_a_definition_without_a_code_is_taken_at_its_word() -> None:
    definition = "+proj=tmerc +lat_0=0 +lon_0=25 +k=1 +x_0=500000 +ellps=GRS80 +units=m"
    settled = settle(at(499_000, 6_673_000, 9), [], crs=definition)
    assert settled.crs is not None
    assert settled.crs.startswith(definition)
    np.testing.assert_array_equal(settled.coordinates, at(499_000, 6_673_000, 9))
    with pytest.raises(CrsError, match="nowhere on the earth"):
        settle(np.array([[1e12, 1e12, 5.0]]), [], crs=definition)


@pytest.mark.parametrize("crs", ["nonsense", "EPSG:1", CRS("EPSG:3900"), 3.5, "x" * 200])
def test_what_the_caller_states_has_to_be_a_system(crs: Any) -> None:
    with pytest.raises(CrsError, match=r"not a known|neither projected") as caught:
        settle(HELSINKI, [], crs=crs)
    assert len(str(caught.value)) < 300


def test_the_caller_overrides_the_file() -> None:
    stated = settle(HELSINKI, ["EPSG:2056"], crs="EPSG:3879+3900")
    assert stated.findings.code.tolist() == [1202]
    with pytest.raises(CrsError, match="the CRS that was passed"):
        settle(HELSINKI, [], crs="EPSG:3067")
    local = settle(HELSINKI, ["EPSG:3879"], crs="local")
    assert (local.crs, local.vertical_crs, local.findings.code.tolist()) == (None, None, [1201])
    assert stated_system("EPSG:3879+3900").code == "EPSG:3879+3900"


def test_outliers_are_a_finding() -> None:
    rows = np.repeat(HELSINKI, 50, axis=0)
    rows[7] = [0.0, 0.0, 0.0]
    assert 1206 in settle(rows, ["EPSG:3879"]).findings.code


def test_no_coordinates() -> None:
    assert settle(np.empty((0, 3)), []).crs is None
    assert settle(np.empty((0, 3)), ["EPSG:3879"]).crs == "EPSG:3879"
