import numpy as np
import pytest

from citytwin.model.pv_economics import PvEconomics


def economics_of(relative_sd=0.1, surface=(-1, -1)) -> PvEconomics:
    return PvEconomics(
        building=np.array(["b2", "b1"], object),
        surface=np.array(surface, np.int32),
        kwp=np.array([1.0, 2.0]),
        annual_kwh=np.array([1000.0, 1500.0]),
        investment=np.array([900.0, 1800.0]),
        benefit=np.array([100.0, 90.0]),
        discounted_cost=np.array([1000.0, 2000.0]),
        discounted_benefit=np.array([1500.0, 1200.0]),
        lcoe=np.array([0.06, 0.09]),
        simple_payback_years=np.array([9.0, np.nan]),
        discounted_payback_years=np.array([12.0, np.nan]),
        currency="EUR",
        as_of="2025-06-01",
        relative_sd=relative_sd,
    )


def test_value_is_benefit_less_cost():
    table = economics_of()
    assert table.net_present_value.tolist() == [500.0, -800.0]
    assert "2700 EUR invested, net present value -300 EUR as of 2025-06-01" in repr(table)


def test_quantiles_are_of_the_yield():
    table = economics_of()
    z = 1.2815515655446004
    np.testing.assert_allclose(table.quantile("net_present_value", 0.9), [500 + 150 * z, -800 + 120 * z])
    np.testing.assert_allclose(table.quantile("lcoe", 0.1), table.lcoe / (1 + 0.1 * z))
    with pytest.raises(ValueError, match="between 0 and 1"):
        table.quantile("lcoe", 0.0)
    with pytest.raises(ValueError, match="no deviation"):
        economics_of(np.nan).quantile("lcoe", 0.5)


def test_frames_are_by_building_or_site(buildings):
    frame = economics_of().to_geopandas(buildings)
    assert frame.loc["b2", "net_present_value"] == 500.0
    assert "surface" not in frame
    assert "lcoe_kwh_p90" in frame
    assert economics_of(np.nan, (7, 8)).to_pandas()["surface"].tolist() == [7, 8]
