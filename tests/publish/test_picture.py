import io

import numpy as np
import pytest

from citytwin.errors import CityTwinWarning
from citytwin.publish import picture
from tests.publish.district import assessment

pytest.importorskip("matplotlib", reason="pictures need the extra view")


def pixels(png: bytes) -> np.ndarray:
    from matplotlib.image import imread

    return imread(io.BytesIO(png), format="png")


def test_scene_holds_every_triangle_around_its_centre():
    arrays = picture.scene(assessment())
    triangles = assessment().twin.city.triangles()
    assert arrays["xyz"].shape == triangles.xyz.shape
    assert arrays["rgb"].shape == (len(triangles), 3)
    points = arrays["xyz"].reshape(-1, 3)
    np.testing.assert_allclose(points.min(0), -points.max(0), atol=1e-3)
    assert not arrays["future"].any()


def test_without_opengl_matplotlib_draws_and_says_why(monkeypatch):
    monkeypatch.setattr(picture, "render_in_child", lambda arrays: None)
    with pytest.warns(CityTwinWarning, match="no working OpenGL"):
        png, note = picture.render(assessment())
    assert "no working OpenGL" in note
    image = pixels(png)
    assert image.shape[:2] == (picture.SIZE[1], picture.SIZE[0])
    assert len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 20


def test_a_child_that_dies_or_hangs_gives_no_picture(monkeypatch):
    arrays = picture.scene(assessment())
    monkeypatch.setattr(picture.sys, "executable", "/bin/false")
    assert picture.render_in_child(arrays) is None
    monkeypatch.undo()
    monkeypatch.setattr(picture, "TIMEOUT_S", 0.01)
    assert picture.render_in_child(arrays) is None


def test_vtk_picture_shows_buildings():
    pytest.importorskip("pyvista", reason="rendering needs the extra view")
    png = picture.render_in_child(picture.scene(assessment()))
    if png is None:
        pytest.skip("this machine has no working OpenGL for off-screen rendering")
    image = pixels(png)
    assert image.shape[:2] == (picture.SIZE[1], picture.SIZE[0])
    assert len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 100
