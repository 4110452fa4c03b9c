import numpy as np
import pytest

from citytwin.solar.pv_parameters import annual_snow_loss, pv_module, pv_parameters, system_losses, yield_deviation


def test_losses_are_those_of_pvwatts_without_shading_and_age():
    assert system_losses() == pytest.approx(1 - 0.98**3 * 0.995 * 0.985 * 0.99 * 0.97)


def test_snow_takes_more_from_flatter_modules_and_nothing_from_walls():
    loss = annual_snow_loss(np.array([0.0, 14.9, 15.0, 45.0, 60.0, 90.0, 180.0]))
    assert (np.diff(loss) <= 0.0).all()
    assert loss[0] == loss[1] > loss[2]
    assert (loss[4:] == 0.0).all()


def test_deviation_of_one_year_exceeds_that_of_the_study_for_no_more_than_its_round_off():
    """Thevenard and Pelland come to 8.7 % for the first year, since not all of their parts are normal."""
    assert 0.08 < yield_deviation() < 0.10


def test_unknown_module_is_refused():
    assert pv_module("premium").efficiency == 0.21
    with pytest.raises(ValueError, match="standard, premium, thin_film"):
        pv_module("best")


def test_degradation_and_lifetime_are_of_the_table():
    assert pv_parameters()["degradation"] == 0.005
    assert pv_parameters()["lifetime"] == 30
