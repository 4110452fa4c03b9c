"""Cases of ANSI/ASHRAE Standard 140-2020, driven by the sun and sky of this package.

Ranges are those of the six programs' example results of the same edition; they are no acceptance criteria. The
coefficients ``fitted`` were fitted to the mean example results of :data:`FITTED_TO`; the other cases were not used.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from citytwin.energy.balanced_truncation import balanced_truncation, modal_space
from citytwin.energy.network import coefficients
from citytwin.io import read_weather
from citytwin.model import Weather
from tests.energy import bestest, bestest_5r1c
from tests.energy.bestest import CASES, CONDITIONED, FREE
from tests.energy.bestest_boxes import Sunlight
from tests.energy.hourly_loop import Year

NAMES = tuple(CASES)
FITTED_TO = ("600", "620", "900", "600FF", "900FF")
LEAST_INSIDE = 27
SUNLIT = {("south", False): (804.0, 825.6), ("east and west", False): (569.4, 623.8)}
"""Sun through open windows in the example results, kWh/m2; of the west window in place of both."""

ANNUAL = ("annual_heating", "annual_sensible_cooling", "ff_max_temp", "ff_min_temp")

pytestmark = pytest.mark.compiled


class Chain(NamedTuple):
    """Weather, sun on the boxes, and ranges and limits of the figures."""

    weather: Weather
    lit: dict[tuple[str, bool], Sunlight]
    ranges: dict[tuple[str, str], tuple[float, float]]
    limits: dict[tuple[str, str], tuple[float, float]]


@pytest.fixture(scope="module")
def chain(test_data: Path) -> Chain:
    weather = read_weather(test_data / "data" / "validation" / "ashrae140" / "725650TYCST.epw")
    tables = test_data / "tables"
    return Chain(weather, bestest.all_sunlight(weather), bestest.ranges(tables), bestest.limits(tables))


def inside(chain: Chain, year: Year) -> dict[tuple[str, str], bool]:
    """Whether each of the 22 annual figures that are not zero and of the 8 extremes lies within its range."""
    found = bestest.figures(NAMES, year)
    wanted = {key: chain.ranges[key] for key in found if key[1] in ANNUAL and chain.ranges[key] != (0.0, 0.0)}
    assert len(wanted) == 30
    return {key: low <= found[key] <= high for key, (low, high) in wanted.items()}


def year_of(chain: Chain, name: str) -> Year:
    space = balanced_truncation(bestest.networks(NAMES, coefficients(name))).space
    return bestest.year_of(NAMES, chain.weather, chain.lit, space)


def beyond_limits(chain: Chain, year: Year) -> list[tuple[str, str]]:
    """Figures outside the acceptance limits, as far as there are any."""
    found = bestest.figures(NAMES, year)
    return [key for key, (low, high) in chain.limits.items() if not low - 1e-9 <= found[key] <= high]


def test_the_default_lies_within_the_ranges(chain: Chain, record_property) -> None:
    year = year_of(chain, "fitted")
    within = inside(chain, year)
    record_property("bestest_fitted_inside", sum(within.values()))
    # less shade under the overhang than in most programs: 17 % of the sun through the south windows, theirs 14-22 %
    outside = {key for key, ok in within.items() if not ok}
    assert outside <= {("610", "annual_sensible_cooling"), ("910", "annual_sensible_cooling")}
    unseen = [ok for (name, _), ok in within.items() if name not in FITTED_TO]
    assert sum(within.values()) >= LEAST_INSIDE
    assert sum(unseen) >= 18
    assert not beyond_limits(chain, year)
    for name in ("650", "950"):
        assert year.heating[:, NAMES.index(name)].sum() == 0.0


def test_peaks_of_the_default_lie_within_the_ranges(chain: Chain) -> None:
    """All but that of heating after a set-back, where the step of an hour tells."""
    found = bestest.figures(NAMES, year_of(chain, "fitted"))
    for name in CONDITIONED:
        for quantity in ("peak_heating", "peak_sensible_cooling"):
            low, high = chain.ranges[name, quantity]
            slack = 1.15 if (name, quantity) == ("640", "peak_heating") else 1.005
            assert low <= found[name, quantity] <= slack * high, (name, quantity, found[name, quantity])


def test_other_models_are_reported(chain: Chain, record_property) -> None:
    """The coefficients of the standard cool heavy boxes too much; 5R1C heats too much."""
    years = {"iso52016": year_of(chain, "iso52016"), "5r1c": bestest_5r1c.year_of(NAMES, chain.weather, chain.lit)}
    for name, year in years.items():
        within = inside(chain, year)
        record_property(f"bestest_{name}_inside", sum(within.values()))
        assert 12 <= sum(within.values()) < LEAST_INSIDE
        assert beyond_limits(chain, year) == [("900", "annual_sensible_cooling")]


def test_four_states_give_what_the_full_network_gives(chain: Chain) -> None:
    full = bestest.year_of(NAMES, chain.weather, chain.lit, modal_space(bestest.networks(NAMES)))
    four = year_of(chain, "fitted")
    for a, b in ((full.heating, four.heating), (full.cooling, four.cooling)):
        np.testing.assert_allclose(b.sum(axis=0), a.sum(axis=0), rtol=0.002)
        np.testing.assert_allclose(b.max(axis=0), a.max(axis=0), rtol=0.005)
    free = [NAMES.index(name) for name in FREE]
    np.testing.assert_allclose(four.air[:, free], full.air[:, free], atol=0.05)


def test_sun_through_open_windows_is_that_of_the_programs(chain: Chain) -> None:
    normal = float(bestest.glass_gains().transmittance[0])
    for key, (low, high) in SUNLIT.items():
        assert low <= chain.lit[key].windows.sum() / 1e3 * normal <= high, key


def test_a_case_is_the_same_alone(chain: Chain) -> None:
    together = year_of(chain, "fitted")
    alone = bestest.year_of(("930",), chain.weather, chain.lit)
    assert np.array_equal(alone.cooling[:, 0], together.cooling[:, NAMES.index("930")])
