import numpy as np
import pytest

from citytwin.solar.daylight_exposure import sunlight_exposure, vertical_sky_component
from tests.solar.boxes import CORNER, SOUTH, box_city

HELSINKI = {"timezone": "Europe/Helsinki"}
LOW = (0, 0, 10, 10, 9)


def before_endless_row(elevation):
    """Vertical sky component in percent before an endless row, by the integral over the visible part of the sky."""
    return 300.0 / (7.0 * np.pi) * (np.pi / 2.0 * (1.0 - np.sin(elevation)) + 4.0 / 3.0 * np.cos(elevation) ** 2)


def test_closed_form_by_quadrature():
    """The formula of the docstring against a plain double sum over the sky."""
    profile, along = np.radians(25.0), (np.arange(400) + 0.5) / 400 * np.pi - np.pi / 2
    beta = profile + (np.arange(400) + 0.5) / 400 * (np.pi / 2 - profile)
    a, b = np.meshgrid(along, beta)
    light = (1 + 2 * np.cos(a) * np.sin(b)) / 3 * np.cos(a) * np.cos(b) * np.cos(a)
    total = light.sum() * np.pi / 400 * (np.pi / 2 - profile) / 400
    assert 100.0 * total / (7.0 * np.pi / 9.0) == pytest.approx(before_endless_row(profile), rel=1e-4)


@pytest.mark.compiled
def test_open_wall_has_39_6_percent():
    sky = vertical_sky_component(box_city([LOW]))
    np.testing.assert_allclose(sky.vsc, before_endless_row(0.0), atol=0.1)
    assert before_endless_row(0.0) == pytest.approx(39.6, abs=0.02)


@pytest.mark.compiled
@pytest.mark.parametrize(("factor", "tolerance"), [(2, 1.0), (4, 0.4)])
def test_wall_before_an_endless_row(factor, tolerance):
    high, away = 15.0, 20.0
    city = box_city([LOW, (-900, -away - 20, 1810, 20, high)])
    sky = vertical_sky_component(city, factor=factor)
    rows = np.flatnonzero(sky.receivers.surface == SOUTH)
    z = sky.mean(sky.receivers.xyz)[rows, 2] + sky.origin[2] - CORNER[2]
    np.testing.assert_allclose(sky.vsc[rows], before_endless_row(np.arctan2(high - z, away)), atol=tolerance)
    assert (np.diff(sky.vsc[rows]) > 0.0).all()


def test_table_and_conventions():
    sky = vertical_sky_component(box_city([LOW]), factor=1)
    frame = sky.to_geopandas()
    assert {"vsc_percent", "storey", "building_id"} <= set(frame)
    assert sky.provenance.parameters["vsc_directions"] == 145
    assert "SkyComponents(12 places" in repr(sky)


def test_exposure_classes_of_en_17037():
    city = box_city([LOW, (0, -14, 10, 10, 30)])
    sun = sunlight_exposure(city, "2026-03-21", minimum_altitude=10.0, **HELSINKI)
    assert set(sun.kind) == {"facade"}
    hours, words = sun.hours[:, 0], sun.exposure_class[:, 0]
    for word, low, high in (("none", -1, 1.5), ("minimum", 1.5, 3), ("medium", 3, 4), ("high", 4, 25)):
        assert ((words == word) == ((hours >= low) & (hours < high))).all()
    assert {"none", "high"} <= set(words)
    lower = sunlight_exposure(city, "2026-03-21", minimum_altitude=0.0, **HELSINKI)
    assert (lower.hours >= sun.hours - 1e-6).all()
    assert lower.hours.sum() > sun.hours.sum() + 1.0


@pytest.mark.parametrize("arguments", [{"factor": 0}, {"spacing_m": 0.0}, {"storey_height_m": -3.0}])
def test_numbers_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        vertical_sky_component(box_city([LOW]), **arguments)


def test_a_factor_is_an_integer():
    with pytest.raises(TypeError, match=r"factor must be an integer, not 2\.5"):
        vertical_sky_component(box_city([LOW]), factor=2.5)


def test_days_out_of_season_are_refused():
    with pytest.raises(ValueError, match="1 February"):
        sunlight_exposure(box_city([LOW]), "2026-03-22", minimum_altitude=10.0, **HELSINKI)
    with pytest.raises(TypeError, match="minimum_altitude"):
        sunlight_exposure(box_city([LOW]), "2026-03-21", **HELSINKI)
