import numpy as np

from citytwin.model.pv_use import PvUse


def use_of(building=("b2", "b1")) -> PvUse:
    return PvUse(
        building=np.array(building, object),
        pv_kwh=np.array([100.0, 0.0]),
        load_kwh=np.array([50.0, 200.0]),
        self_used_kwh=np.array([40.0, 0.0]),
        exported_kwh=np.array([60.0, 0.0]),
        solar_kwh=np.array([20.0, 20.0]),
        imported_kwh=np.array([30.0, 180.0]),
        monthly_self_used_kwh=np.repeat([[40.0 / 12], [0.0]], 12, axis=1),
        metering="community",
    )


def test_shares_are_missing_where_there_is_nothing_to_share():
    use = use_of()
    np.testing.assert_allclose(use.self_consumption, [0.4, np.nan])
    np.testing.assert_allclose(use.self_sufficiency, [0.4, 0.1])
    assert "40 of 100 kWh used" in repr(use)


def test_frames_are_by_building(buildings):
    frame = use_of().to_geopandas(buildings)
    assert frame.index.tolist() == ["b2", "b1"]
    assert frame.loc["b1", "imported_kwh"] == 180.0
    assert frame.geometry.notna().all()
