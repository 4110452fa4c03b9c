import numpy as np
import pytest

from citytwin.model.enums import Source
from citytwin.model.tree_sizes import complete_sizes

NAN = np.nan


def sizes(height=NAN, crown=NAN, base=NAN, trunk=NAN, evergreen=False, derived=None):
    given = {"height": height, "crown_diameter": crown, "crown_base": base, "trunk_diameter": trunk}
    columns = {name: np.array([float(value)]) for name, value in given.items()}
    return complete_sizes(columns, derived or {}, np.array([evergreen]), Source.REGISTER)


def test_what_is_given_stays():
    full = sizes(12, 7, 3, 0.3)
    assert (full.height[0], full.crown_diameter[0], full.crown_base[0]) == (12, 7, 3)
    assert {name: Source(int(codes[0])) for name, codes in full.source.items()} == {
        "height": Source.REGISTER, "crown_radius": Source.REGISTER, "crown_base": Source.REGISTER,
    }  # fmt: skip
    assert full.confidence["height"][0] == 90
    assert not full.imputed[0]
    assert not full.unbelievable[0]


def test_from_the_trunk():
    """Crowns 24 to 27 times as wide as the trunk; heights of the Urban Tree Database at 14.6, 34.9 and 54.7 cm."""
    for trunk, height, crown in ((0.146, 7.5, 3.7), (0.349, 12.4, 8.9), (0.547, 16.5, 13.9)):
        full = sizes(trunk=trunk)
        assert full.height[0] == pytest.approx(height, abs=0.06)
        assert full.crown_diameter[0] == pytest.approx(crown, abs=0.06)
        assert full.imputed[0]
        assert full.confidence["height"][0] <= full.confidence["crown_radius"][0] <= 50


def test_from_height_or_crown_alone_and_back():
    for trunk in (0.1, 0.3, 0.5):
        full = sizes(trunk=trunk)
        assert sizes(height=full.height[0]).crown_diameter[0] == pytest.approx(full.crown_diameter[0], rel=1e-9)
        assert sizes(crown=full.crown_diameter[0]).height[0] == pytest.approx(full.height[0], rel=1e-9)
    assert sizes(height=30).crown_diameter[0] == pytest.approx(25.5 * 0.55)
    assert sizes(height=1.5).crown_diameter[0] == 0.2
    assert sizes(trunk=3).height[0] == sizes(trunk=2).height[0] < 25


def test_evergreens_are_narrower():
    assert sizes(trunk=0.4, evergreen=True).crown_diameter[0] == pytest.approx(1.14 + 12 * 0.4)


def test_crown_base_is_a_quarter_unless_it_is_given_and_below_the_top():
    assert sizes(20, 8).crown_base[0] == 5
    full = sizes(6, 8, 7)
    assert (full.crown_base[0], full.unbelievable[0]) == (1.5, True)


@pytest.mark.parametrize(("given", "column"), [({"height": 0.0}, "height"), ({"height": -9999}, "height"),
                                               ({"crown": 400}, "crown_radius")])  # fmt: skip
def test_sizes_no_tree_has_are_not_used(given, column):
    full = sizes(**given, trunk=0.3)
    assert full.unbelievable[0]
    assert full.source[column][0] == Source.IMPUTED
    assert 5 < full.height[0] < 15


def test_geometry_comes_before_allometry():
    full = sizes(trunk=0.3, derived={"height": np.array([9.0]), "crown_diameter": np.array([4.0])})
    assert (full.height[0], full.crown_diameter[0], full.source["height"][0]) == (9, 4, Source.DERIVED)
    assert full.confidence["height"][0] == 70


def test_nothing_known_stays_unknown():
    full = sizes()
    assert np.isnan(full.height[0])
    assert not full.imputed[0]
