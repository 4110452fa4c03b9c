import numpy as np
import pytest

from citytwin.model.pv_ranking import PvRanking


def ranking_of(bound=2000.0) -> PvRanking:
    return PvRanking(
        row=np.array([4, 1]),
        building=np.array(["b2", "b1"], object),
        surface=np.array([-1, -1], np.int32),
        share=np.array([1.0, 0.5]),
        kwp=np.array([1.0, 2.0]),
        annual_kwh=np.array([1000.0, 800.0]),
        cost=np.array([900.0, 1100.0]),
        benefit=np.array([1000.0, 800.0]),
        objective="kwh",
        unit="EUR",
        budget=2500.0,
        bound=bound,
    )


def test_running_sums():
    frame = ranking_of().to_pandas()
    assert frame.index.tolist() == [1, 2]
    assert frame["cumulative_cost"].tolist() == [900.0, 2000.0]
    assert frame["cumulative_kwp"].tolist() == [1.0, 3.0]
    assert frame["cumulative_kwh"].tolist() == [1000.0, 1800.0]
    assert "surface" not in frame
    assert "1800 kWh for 2000 of 2500 EUR" in repr(ranking_of())


def test_gap_to_the_bound():
    assert ranking_of().gap == pytest.approx(0.1)
    assert ranking_of(0.0).gap == 0.0
