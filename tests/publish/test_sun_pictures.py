import warnings

import numpy as np
import pytest

import citytwin as ct
from citytwin.errors import CityTwinWarning
from citytwin.publish import sun_pictures
from citytwin.publish.plan import add_shapes, new_figure

pytest.importorskip("matplotlib", reason="pictures need the extra view")
pytestmark = pytest.mark.compiled
HELSINKI = {"timezone": "Europe/Helsinki"}


@pytest.fixture(scope="module")
def plan():
    everything = ct.synthetic.city(8, seed=1)
    weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    city, new = everything.select(rows=[0, 1, 2, 3, 4, 5]), everything.select(rows=[6, 7])
    return city, new, weather, ct.solar.irradiate(city, weather, level="draft", bounces=0)


def image(path):
    from matplotlib.image import imread

    return imread(path)


def test_irradiation_in_plan_and_from_above(plan, tmp_path, monkeypatch):
    city, _, _, sun = plan
    monkeypatch.setattr(sun_pictures, "render_in_child", lambda arrays: None)
    with pytest.warns(CityTwinWarning, match="matplotlib"):
        path = sun_pictures.irradiation_picture(city, sun, tmp_path / "sun.png", dpi=60)
    pixels = image(path)
    assert pixels.shape[:2] == (516, 960)
    left, right = pixels[100:430, 20:400, :3], pixels[100:430, 540:, :3]
    for part in (left, right):
        assert (np.ptp(part, axis=2) > 0.2).mean() > 0.01


def test_maps_of_hours_and_of_losses(plan, tmp_path):
    city, new, weather, sun = plan
    grid = ct.solar.ground_grid(city, 8.0)
    hours = ct.solar.sun_hours(city, ["2026-03-21", "2026-06-22"], grid, **HELSINKI)
    footprints = city.buildings().footprints()
    a = sun_pictures.sun_hours_map(hours, tmp_path / "h.png", "2026-06-22", footprints=footprints, dpi=60)
    impact = ct.solar.shadow_impact(city, new, weather, points=grid, irradiation=sun, **HELSINKI)
    b = sun_pictures.impact_map(impact, tmp_path / "i.png", dpi=60)
    for path in (a, b):
        assert (np.ptp(image(path)[..., :3], axis=2) > 0.2).mean() > 0.002
    blue = np.abs(image(b)[..., :3] - np.array([0x2B, 0x6C, 0xA3]) / 255).max(2) < 0.02
    assert blue.any(), "new buildings stand out"
    with pytest.raises(ValueError, match="2026-03-21, 2026-06-22"):
        sun_pictures.impact_map(impact, tmp_path / "j.png", "2026-05-01")


def test_nothing_lost_is_a_picture_too(plan, tmp_path):
    city, new, weather, sun = plan
    far = ct.CityModel.select(new, rows=[0])
    from dataclasses import replace

    far = replace(far, vertices=np.add(far.vertices, [0.0, 600.0, 0.0]))
    impact = ct.solar.shadow_impact(city, far, weather, ["2026-03-21"], irradiation=sun, minimum_altitude=5, **HELSINKI)
    assert len(impact) == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sun_pictures.impact_map(impact, tmp_path / "none.png", dpi=40).exists()


def test_holes_of_polygons_stay_open():
    import shapely

    figure = new_figure(2, 2)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 10), ylim=(0, 10))
    axes.set_axis_off()
    ring = shapely.box(1, 1, 9, 9).difference(shapely.box(4, 4, 6, 6))
    add_shapes(axes, [shapely.MultiPolygon([ring])], facecolor="red", edgecolor="none")
    import io

    from matplotlib.image import imread

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=50)
    pixels = imread(io.BytesIO(buffer.getvalue()))
    assert tuple(pixels[50, 50, :3]) == (1.0, 1.0, 1.0)
    assert tuple(pixels[20, 20, :3]) == (1.0, 0.0, 0.0)
    assert add_shapes(axes, [shapely.Polygon()]) is None
