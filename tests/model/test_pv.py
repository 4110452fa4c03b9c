import numpy as np

from citytwin.model.pv import PvYield


def test_sums_and_frame():
    pv = PvYield(
        building=np.array(["a", "b"], object),
        area_m2=np.array([10.0, 20.0]),
        kwp=np.array([2.0, 4.0]),
        monthly=np.arange(24.0).reshape(2, 12),
        district_hourly=np.zeros(8760),
    )
    assert pv.annual_kwh.tolist() == [66.0, 210.0]
    assert pv.to_pandas().loc["b", "pv_kwh_1"] == 12.0
    assert "2 buildings, 6 kWp, 276 kWh" in repr(pv)
