import numpy as np
import pytest

from citytwin.model.pv import PvYield
from tests.pv_tables import yield_of


def test_sums_and_frame():
    pv = PvYield(
        building=np.array(["a", "b"], object),
        area_m2=np.array([10.0, 20.0]),
        kwp=np.array([2.0, 0.0]),
        monthly=np.arange(24.0).reshape(2, 12),
        district_hourly=np.zeros(8760),
    )
    assert pv.annual_kwh.tolist() == [66.0, 210.0]
    assert pv.specific_yield[0] == 33.0
    assert np.isnan(pv.specific_yield[1])
    assert pv.to_pandas().loc["b", "pv_kwh_1"] == 12.0
    assert "pv_kwh_p10" not in pv.to_pandas()
    assert "2 buildings, 2 kWp, 276 kWh" in repr(pv)
    with pytest.raises(ValueError, match="not computed in this process"):
        pv.hourly(np.arange(1))
    with pytest.raises(ValueError, match="no deviation"):
        pv.quantile(0.5)


def test_quantiles_of_buildings_add_up():
    pv = yield_of([np.full(8760, 1.0), np.full(8760, 2.0)], relative_sd=0.1)
    np.testing.assert_allclose(pv.quantile(0.5), pv.annual_kwh)
    np.testing.assert_allclose(pv.quantile(0.9) / pv.annual_kwh, 1.128155, rtol=1e-6)
    assert pv.to_pandas()["pv_kwh_p10"].lt(pv.annual_kwh).all()
    with pytest.raises(ValueError, match="between 0 and 1"):
        pv.quantile(1.0)


def test_hours_are_of_the_rows_asked_for():
    pv = yield_of([np.full(8760, 1.0), np.full(8760, 2.0)])
    assert pv.hourly(np.array([1, 0]))[:, 5].tolist() == [2.0, 1.0]
    with pytest.raises(ValueError, match="rows must lie"):
        pv.hourly(np.array([2]))
