"""The sky matrix against gendaymtx of Radiance (G. Ward, SIGGRAPH 1994, doi:10.1145/192161.192286), by pyradiance."""

import numpy as np
import pytest

from citytwin.io.weather import read_weather
from citytwin.kernels.reinhart import projected_solid_angles
from citytwin.model.sun import MONTH_DAYS
from citytwin.model.weather import HOURS
from citytwin.solar.levels import LEVELS
from citytwin.solar.sky_dome import sky_dome
from tests.solar.open_planes import normal_of

SKY_COLOUR = 1.0273
"""Mean of the red, green and blue that gendaymtx gives a sky of radiance 1 (0.960, 1.004, 1.118)."""


def wea(weather):
    """The weather in Radiance's own format: degrees west, moments in the middle of the hour."""
    lines = [
        "place somewhere",
        f"latitude {weather.latitude}",
        f"longitude {-weather.longitude}",
        f"time_zone {-15 * weather.utc_offset_h}",
        f"site_elevation {weather.altitude}",
        "weather_data_file_units 1",
    ]
    stamps = [(m + 1, d, h + 0.5) for m, n in enumerate(MONTH_DAYS) for d in range(1, n + 1) for h in range(24)]
    for (month, day, hour), dni, dhi in zip(stamps, weather.dni, weather.dhi, strict=True):
        lines.append(f"{month} {day} {hour} {dni:.4f} {dhi:.4f}")
    return ("\n".join(lines) + "\n").encode()


@pytest.fixture(scope="module")
def skies(vantaa_path):
    """Patches, our radiances and Radiance's, float64 (577, 8760), of the sky without the sun."""
    pyradiance = pytest.importorskip("pyradiance", reason="Radiance comes with the package pyradiance")
    weather = read_weather(vantaa_path)
    out = pyradiance.gendaymtx(wea(weather), mfactor=2, sky_only=True, solar_radiance=True, outform="f", header=False)
    theirs = np.frombuffer(out, np.float32).reshape(578, HOURS, 3).mean(2, dtype=np.float64)[1:] / SKY_COLOUR
    dome = sky_dome(weather, "perez", LEVELS["fast"])
    ours = np.zeros((577, HOURS))
    ours[:, dome.hour] = dome.radiance
    return dome.patches, ours, theirs, weather


@pytest.mark.compiled
def test_annual_radiance_of_each_patch(skies):
    """0.28 % root mean square, 0.7 % at most, of which 0.15 % are a common factor: see the horizontal."""
    _, ours, theirs, _ = skies
    a, b = ours.sum(1), theirs.sum(1)
    assert np.sqrt(np.mean((a - b) ** 2)) < 0.004 * b.mean()
    assert np.abs(a / b - 1.0).max() < 0.01


@pytest.mark.compiled
def test_horizontal(skies):
    """Ours closes on the diffuse irradiance exactly. Radiance scales by the cosine at the centres of the patches."""
    patches, ours, theirs, weather = skies
    up = projected_solid_angles(normal_of(0, 0)[None], patches.cells, patches.solid_angle, 0.0)[0].astype(float)
    np.testing.assert_allclose(up @ ours, weather.dhi, rtol=1e-5, atol=1e-5)
    assert (up @ theirs).sum() == pytest.approx(weather.dhi.sum(), rel=0.002)
    at_centres = patches.solid_angle * patches.direction[:, 2]
    assert (at_centres @ theirs).sum() == pytest.approx(weather.dhi.sum(), rel=2e-4)


@pytest.mark.compiled
@pytest.mark.parametrize("azimuth", [0, 90, 180, 270])
def test_walls(skies, azimuth):
    """0.07 to 0.26 % in the year; hours differ by 0.4 to 2 W/m2, mostly under low sun."""
    patches, ours, theirs, _ = skies
    weights = projected_solid_angles(normal_of(90, azimuth)[None], patches.cells, patches.solid_angle, 0.0)[0].astype(
        float
    )
    assert (weights @ ours).sum() == pytest.approx((weights @ theirs).sum(), rel=0.004)
    assert np.sqrt(np.mean((weights @ ours - weights @ theirs) ** 2)) < 3.0
