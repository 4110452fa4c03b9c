import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.model.findings import Finding, Findings
from citytwin.solar.pv_self_use import Phases, pv_self_use
from tests.pv_tables import HOURS, yield_of
from tests.six_results import demand_of

ODD = Findings.of([Finding(1850, "PV_SNOW_FROM_TABLE")])
HALF = Phases((1 / 3, 1 / 3, 1 / 3), (0.5, 0.3, 0.2))


def year(*values):
    """A year that repeats some values."""
    return np.resize(np.array(values, float), HOURS)


def naive(made, need, metering, share, phases, community):
    """Own use and solar load of each building, hour by hour."""
    n, hours = made.shape
    used, solar = np.zeros((n, hours)), np.zeros((n, hours))
    for h in range(hours):
        for b in range(n):
            if metering == "none":
                used[b, h] = sum(
                    min(g * made[b, h], s * need[b, h] * share[b])
                    for g, s in zip(phases.generation, phases.load, strict=True)
                )
            elif metering == "netting":
                used[b, h] = min(made[b, h], need[b, h] * share[b])
            else:
                used[b, h] = min(made[b, h], need[b, h])
            solar[b, h] = used[b, h]
        if metering == "community":
            for group in set(community):
                members = [b for b in range(n) if community[b] == group]
                over = {b: made[b, h] - used[b, h] for b in members}
                lack = {b: need[b, h] - used[b, h] for b in members}
                shared = min(sum(over.values()), sum(lack.values()))
                for b in members:
                    used[b, h] += shared * over[b] / sum(over.values()) if shared else 0.0
                    solar[b, h] += shared * lack[b] / sum(lack.values()) if shared else 0.0
    return used.sum(1), solar.sum(1)


@given(
    seed=st.integers(0, 1000), metering=st.sampled_from(["none", "netting", "community"]), n=st.integers(1, 5),
    groups=st.integers(1, 3),
)  # fmt: skip
def test_own_use_is_that_of_a_plain_loop_and_energy_is_kept(seed, metering, n, groups):
    rng = np.random.default_rng(seed)
    week = 168
    made, need = (rng.uniform(0, 5, (n, week)).round(1) * (rng.uniform(size=(n, week)) < 0.7) for _ in range(2))
    share, community = rng.uniform(0, 1, n), rng.integers(0, groups, n)
    padded = [np.pad(part, ((0, 0), (0, HOURS - week))) for part in (made, need)]
    made = padded[0].astype(np.float32).astype(float)[:, :week]
    use = pv_self_use(yield_of(padded[0]), padded[1], metering, share, HALF, community)
    used, solar = naive(made, need, metering, share, HALF, community.tolist())
    np.testing.assert_allclose(use.self_used_kwh, used, atol=1e-6)
    np.testing.assert_allclose(use.solar_kwh, solar, atol=1e-6)
    np.testing.assert_allclose(use.self_used_kwh + use.exported_kwh, use.pv_kwh, atol=1e-9)
    np.testing.assert_allclose(use.solar_kwh + use.imported_kwh, use.load_kwh, atol=1e-9)
    assert use.self_used_kwh.sum() == pytest.approx(use.solar_kwh.sum(), abs=1e-6)
    assert (use.exported_kwh > -1e-9).all()
    assert (use.imported_kwh > -1e-9).all()
    np.testing.assert_allclose(use.monthly_self_used_kwh.sum(1), use.self_used_kwh, atol=1e-6)


def test_netting_uses_more_and_a_community_most():
    pv, load = yield_of([year(3, 0), year(0, 3)]), np.array([year(1, 1), year(2, 4)])
    options = (("none", 1.0, HALF), ("netting",), ("community", 1.0, None, ["x", "x"]), ("community",))
    none, netting, shared, alone = (pv_self_use(pv, load, *o).self_used_kwh.sum() / (HOURS / 2) for o in options)
    assert none == pytest.approx(1.0 + (1.0 + 1.0 + 0.8))
    assert netting == alone == pytest.approx(1.0 + 3.0)
    assert shared == pytest.approx(3.0 + 3.0)
    half = pv_self_use(pv, load, "netting", 0.5).self_used_kwh.sum() / (HOURS / 2)
    assert half == pytest.approx(0.5 + 2.0)


def test_shares_of_what_is_made_and_of_what_is_needed():
    use = pv_self_use(yield_of([year(4, 0), year(0)]), np.array([year(1, 1), year(1)]))
    np.testing.assert_allclose(use.self_consumption, [0.25, np.nan])
    np.testing.assert_allclose(use.self_sufficiency, [0.5, 0.0])
    frame = use.to_pandas()
    assert frame.loc["b0", "exported_kwh"] == pytest.approx(1.5 * HOURS)
    assert frame.attrs["metering"] == "netting"


def test_a_callable_gives_the_same_as_an_array_over_many_buildings():
    rng = np.random.default_rng(1)
    made, need = rng.uniform(0, 1, (150, 1)) * year(0, 1, 2), rng.uniform(0, 1, (150, 1)) * year(1, 2)
    pv, community = yield_of(made), rng.integers(0, 40, 150)
    for rest in ({"metering": "netting"}, {"metering": "community", "community": community}):
        asked = []
        given_rows = pv_self_use(pv, lambda rows, asked=asked: asked.append(len(rows)) or need[rows], **rest)
        at_once = pv_self_use(pv, need, **rest)
        np.testing.assert_array_equal(given_rows.self_used_kwh, at_once.self_used_kwh)
        assert sum(asked) == 150
        assert max(asked) <= 64


def test_a_demand_is_taken_by_building():
    from dataclasses import replace

    hours = {"electricity": 2.0, "cooling": 3.0}
    demand = replace(
        demand_of(None),
        compute_hours=lambda rows, name: np.full((len(rows), HOURS), hours[name], np.float32),
    )
    pv = yield_of([year(4), year(4), year(4)])
    pv = replace(pv, building=np.array([demand.building[0], "elsewhere", "nowhere"], object), findings=ODD)
    use = pv_self_use(pv, demand)
    np.testing.assert_allclose(use.self_used_kwh, [3.0 * HOURS, 0.0, 0.0])
    assert use.findings.name.tolist() == ["PV_LOAD_UNKNOWN"]
    assert use.findings.object_id.tolist() == ["elsewhere"]
    assert "2 of 3 buildings" in use.findings.message[0]


def test_no_buildings_use_nothing():
    none = yield_of(np.zeros((0, HOURS)))
    for metering in ("none", "netting", "community"):
        use = pv_self_use(none, np.zeros((0, HOURS)), metering, phases=HALF)
        assert len(use) == len(use.to_pandas()) == 0


@pytest.mark.parametrize("missing", [None, np.nan, "", pd.NA])
def test_buildings_without_a_label_share_with_none(missing):
    pv, load = yield_of([year(2)] * 3), np.array([year(0), year(5), year(1)])
    use = pv_self_use(pv, load, "community", community=[missing, missing, "x"])
    np.testing.assert_allclose(use.self_used_kwh / HOURS, [0.0, 2.0, 1.0])


def test_phases_can_be_a_plain_tuple():
    pv, load = yield_of([year(3)]), np.array([year(3)])
    named, plain = (pv_self_use(pv, load, "none", phases=phases) for phases in (HALF, tuple(HALF)))
    assert named.self_used_kwh[0] == plain.self_used_kwh[0] == pytest.approx((1.0 + 0.9 + 0.6) * HOURS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metering": "daily"}, "'daily'"),
        ({"load": np.zeros((1, 100))}, "load must have shape"),
        ({"load": -np.ones((1, HOURS))}, "load must lie"),
        ({"load": np.full((1, HOURS), np.nan)}, "load must be finite"),
        ({"property_share": 1.5}, "property_share"),
        ({"metering": "none"}, "phases"),
        ({"metering": "none", "phases": (1.0, 0.0, 0.0)}, "Phases"),
        ({"metering": "none", "phases": Phases((1, 0, 0), (0.5, 0.5, 0.5))}, "sum to 1"),
        ({"metering": "community", "community": ["x", "y"]}, "one label"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        pv_self_use(**({"pv": yield_of([year(1)]), "load": np.array([year(1)])} | arguments))
