import geopandas as gpd
import numpy as np
import pytest

from citytwin.errors import OutputError
from citytwin.publish.shadow_sheet import LOST_SHADOW, NEW_SHADOW, SHADOW, shadow_pictures, shadow_sheet, sheet_figure
from citytwin.solar.shadows import shadow_series
from tests.solar.boxes import box_city

pytest.importorskip("matplotlib", reason="pictures need the extra view")
CITY = box_city([(0, 0, 10, 10, 8), (0, -30, 10, 10, 15)])
NEW = box_city([(25, 0, 12, 12, 24)])


@pytest.fixture(scope="module")
def series():
    return shadow_series(
        CITY, ["2026-03-21", "2026-06-22"], [5, 9, 12, 18], alternative=NEW, timezone="Europe/Helsinki"
    )


def colours(path):
    from matplotlib.image import imread

    image = imread(path)[..., :3].reshape(-1, 3)
    return {tuple(c) for c in np.unique(np.round(image * 255).astype(int), axis=0)}


def rgb(word):
    return tuple(int(word[k : k + 2], 16) for k in (1, 3, 5))


def texts(figure):
    found = [t.get_text() for t in figure.texts]
    for axes in figure.axes:
        found += [axes.get_title(loc="left"), axes.get_title(loc="right"), *(t.get_text() for t in axes.texts)]
    for legend in figure.legends:
        found += [t.get_text() for t in legend.get_texts()]
    return found


def test_one_panel_a_moment_with_the_sun_up(series):
    figure = sheet_figure(series, title="Block 12")
    assert len(figure.axes) == 7, "5 o'clock in March is dark, as 18 o'clock is not"
    words = texts(figure)
    joined = " ".join(words)
    for wanted in ("Block 12", "21 March 2026", "22 June 2026", "9:00", "N", "legal time, Europe/Helsinki",
                   "new shadow", "no refraction", "trees are off", "EPSG:3879"):  # fmt: skip
        assert wanted in joined, wanted
    assert any(w.endswith(" m") for w in words), "scale bar"
    assert "SYNTHETIC" not in joined


def test_sheet_has_its_colours_and_is_the_same_each_time(series, tmp_path):
    paths = [shadow_sheet(series, tmp_path / f"{k}.png", dpi=60) for k in range(2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    found = colours(paths[0])
    assert {rgb(SHADOW), rgb(NEW_SHADOW)} <= found
    assert rgb(LOST_SHADOW) not in found
    assert shadow_sheet(series, tmp_path / "sheet.pdf").read_bytes().startswith(b"%PDF")


def test_removed_shadows_have_a_colour_of_their_own(tmp_path):
    from dataclasses import replace

    later = replace(CITY.buildings(), status=np.array([1, 4], np.int8))
    series = shadow_series(CITY, ["2026-03-21"], [12], alternative=later, timezone="Europe/Helsinki")
    found = colours(shadow_sheet(series, tmp_path / "a.png", dpi=80))
    assert rgb(LOST_SHADOW) in found
    assert rgb(NEW_SHADOW) not in found
    assert "demolished building" in texts(sheet_figure(series))


def test_synthetic_city_is_called_that():
    import citytwin as ct

    series = shadow_series(ct.synthetic.city(4), ["2026-03-21"], [12], timezone="Europe/Helsinki")
    assert "SYNTHETIC CITY" in texts(sheet_figure(series))


def test_pictures_and_polygons(series, tmp_path):
    paths = shadow_pictures(series, tmp_path / "series", width_in=4.0, dpi=60)
    names = [path.name for path in paths]
    assert names[0] == "shadow_2026-03-21_0900.png"
    assert names[-1] == "shadows.gpkg"
    assert len(names) == 8
    frame = gpd.read_file(paths[-1])
    assert set(frame.state) == {"today", "alternative", "new", "removed"}
    assert len(frame) == len(series)


def test_night_and_wrong_names_are_refused(series, tmp_path):
    dark = shadow_series(CITY, ["2026-12-21"], [2], timezone="Europe/Helsinki")
    with pytest.raises(ValueError, match="minimum altitude"):
        sheet_figure(dark)
    with pytest.raises(OutputError, match=r"\.png"):
        shadow_sheet(series, tmp_path / "sheet.gif")
