from dataclasses import replace

import numpy as np
import pytest

from citytwin.model.pv_sites import SiteKind
from citytwin.solar.irradiate import irradiate
from citytwin.solar.pv_parameters import pv_module
from citytwin.solar.pv_sites import PvRules, pv_sites
from tests.solar.boxes import box_city
from tests.solar.pv_planes import plane

BOXES = [(0, 0, 20, 10, 12), (60, 0, 3, 3, 12)]
OPEN = PvRules(min_irradiation_kwh_m2=0.0, max_turn_deg=180.0)


@pytest.fixture(scope="module")
def two(clear_year):
    city = box_city(BOXES)
    return irradiate(city, clear_year, level="draft"), city, city.buildings()


def test_a_flat_roof_gets_racks(two):
    sites = pv_sites(*two, PvRules(facades=False, min_irradiation_kwh_m2=0.0))
    assert sites.kind.tolist() == [SiteKind.FLAT_ROOF]
    inner = (20 - 2 * 0.46) * (10 - 2 * 0.46)
    assert sites.face_area[0] == pytest.approx(200.0)
    assert sites.usable_area[0] == pytest.approx(0.6 * inner, rel=1e-4)
    assert sites.area[0] == pytest.approx(0.7 * 0.6 * inner, rel=1e-4)
    assert sites.kwp[0] == pytest.approx(0.21 * 0.7 * 0.6 * inner, rel=1e-4)
    assert (sites.tilt[0], sites.azimuth[0], sites.rack_cover[0]) == (15.0, 180.0, 0.7)
    assert sites.building_id.tolist() == ["b0"]
    assert "1 by size" in sites.findings.message[0]
    assert sites.findings.name.tolist() == ["PV_FACES_LEFT_OUT"]


def test_a_flat_roof_without_racks_lies_flat(two):
    sites = pv_sites(*two, PvRules(facades=False, racks=False, min_irradiation_kwh_m2=0.0), "standard")
    assert np.isnan(sites.rack_cover[0])
    assert sites.tilt[0] == 0.0
    assert np.isnan(sites.azimuth[0])
    assert sites.area[0] == pytest.approx(0.98 * sites.usable_area[0])
    assert sites.kwp[0] == pytest.approx(pv_module("standard").efficiency * sites.area[0])


def test_facades_leave_out_their_windows(two):
    sun, city, buildings = two
    sites = pv_sites(sun, city, buildings, OPEN)
    wall = sites.kind == SiteKind.FACADE
    windows = buildings.window_area[0] / buildings.exposed_wall_area[0]
    assert 0.05 < windows < 0.9
    first = wall & (sites.building == 0)
    assert first.sum() == 4
    inner = (np.array([20, 10, 20, 10]) - 0.92) * (12 - 0.92)
    by_azimuth = np.argsort(sites.azimuth[first])
    np.testing.assert_allclose(sites.azimuth[first][by_azimuth], [0, 90, 180, 270], atol=1e-6)
    np.testing.assert_allclose(sites.usable_area[first][by_azimuth], 0.3 * (1 - windows) * inner, rtol=1e-4)
    np.testing.assert_allclose(sites.tilt[first], 90.0, atol=1e-6)


def test_faces_are_chosen_by_azimuth_and_sun(two):
    sun, city, buildings = two
    south = pv_sites(sun, city, buildings, PvRules(min_irradiation_kwh_m2=0.0, max_turn_deg=45.0))
    walls = south.kind == SiteKind.FACADE
    np.testing.assert_allclose(south.azimuth[walls], 180.0)
    bright = pv_sites(sun, city, buildings, PvRules(min_irradiation_kwh_m2=float(sun.annual.max()), max_turn_deg=180.0))
    assert (bright.irradiation >= sun.annual.max()).all()
    assert len(bright) <= 2
    none = pv_sites(sun, city, buildings, PvRules(min_irradiation_kwh_m2=5000.0))
    assert len(none) == 0
    assert none.kwp.sum() == 0.0


def test_kinds_can_be_left_out(two):
    assert len(pv_sites(*two, PvRules(roofs=False, flat_roofs=False, facades=False))) == 0


def test_what_does_not_belong_together_is_refused(two, clear_year):
    sun, city, buildings = two
    for boxes in ([(0, 0, 20, 10, 12)], [(0, 0, 20, 10, 12), (60, 0, 5, 3, 12)]):
        other = box_city(boxes)
        with pytest.raises(ValueError, match="irradiation is of another city"):
            pv_sites(sun, other, other.buildings())
    renamed = replace(buildings, id=buildings.id[::-1].copy())
    beyond = replace(buildings, object=buildings.object + 1)
    for wrong in (renamed, beyond):
        with pytest.raises(ValueError, match="buildings are not of this city"):
            pv_sites(sun, city, wrong)
    swapped = replace(buildings, id=buildings.id[::-1].copy(), object=buildings.object[::-1].copy())
    with pytest.raises(ValueError, match="of other buildings of this city"):
        pv_sites(sun, city, swapped)


@pytest.mark.compiled
def test_party_walls_carry_nothing(clear_year):
    city = box_city([(0, 0, 20, 10, 12), (20, 0, 20, 10, 12)])
    sun = irradiate(city, clear_year, level="draft")
    sites = pv_sites(sun, city, city.buildings(), PvRules(min_irradiation_kwh_m2=0.0, max_turn_deg=180.0))
    wall = sites.kind == SiteKind.FACADE
    azimuths = sorted(zip(sites.building[wall].tolist(), sites.azimuth[wall].round().tolist(), strict=True))
    assert azimuths == [(0, 0.0), (0, 180.0), (0, 270.0), (1, 0.0), (1, 90.0), (1, 180.0)]


def test_a_building_gets_the_same_alone_and_in_company(two):
    sun, city, buildings = two
    both = pv_sites(sun, city, buildings, OPEN)
    alone = pv_sites(sun.take(np.flatnonzero(sun.building == 1)), city, buildings, OPEN)
    np.testing.assert_array_equal(alone.area, both.area[both.building == 1])


def test_a_tilted_roof_keeps_its_plane(clear_year):
    city = plane(40)
    sun = irradiate(city, clear_year, level="draft")
    sites = pv_sites(sun, city, city.buildings())
    assert sites.kind.tolist() == [SiteKind.ROOF]
    assert sites.tilt[0] == pytest.approx(40.0)
    assert sites.azimuth[0] == pytest.approx(180.0)
    assert np.isnan(sites.rack_cover[0])
    steep = pv_sites(sun, city, city.buildings(), PvRules(max_roof_tilt_deg=30.0))
    assert len(steep) == 0
    assert "1 by tilt" in steep.findings.message[0]


def test_a_wall_whose_windows_are_not_known_is_left_out(two):
    sun, city, buildings = two
    unknown = replace(buildings, window_area=np.array([np.nan, 5.0]))
    sites = pv_sites(sun, city, unknown, OPEN)
    assert (sites.building[sites.kind == SiteKind.FACADE] == 1).all()
    assert "4 by windows not known" in sites.findings.message[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("roof_share", 1.1), ("setback_m", -0.1), ("cover", float("nan")), ("facing_deg", 720.0), ("rack_tilt_deg", 95.0),
     ("max_turn_deg", 181.0), ("min_area_m2", float("inf"))],
)  # fmt: skip
def test_rules_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=name):
        PvRules(**{name: value})


@pytest.mark.compiled
def test_sites_of_helsinki_are_plausible(helsinki_path, clear_year):
    from citytwin.io.read import read_city

    city = read_city(helsinki_path)
    sun = irradiate(city, clear_year, level="draft")
    sites = pv_sites(sun, city, city.buildings(), PvRules(min_irradiation_kwh_m2=300.0))
    assert len(sites) > 100
    assert (sites.area < sites.usable_area).all()
    assert (sites.usable_area < 0.6 * sites.face_area).all()
    frame = sites.to_geopandas(city)
    assert frame.geometry.has_z.all()
    assert frame.crs == "EPSG:3879"
