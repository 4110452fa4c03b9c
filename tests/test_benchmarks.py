"""The benchmark registry refuses what cannot run, and the runner measures what it says."""

from dataclasses import replace

import pytest

from benchmarks import measure
from benchmarks.registry import SPECS, BenchSpec, register


def spec(**changes) -> BenchSpec:
    base = BenchSpec(
        name="example",
        unit="MB",
        sizes=(1, 2),
        build=float,
        ours=lambda size: 10.0 * size,
        peer_name="peer",
        peer=lambda size: 5.0 * size,
        clock="figure",
        gate=1.0,
    )
    return replace(base, **changes)


def test_ratio_is_above_one_where_we_are_better():
    rate = measure.time_row(spec(), 2, repeats=3, budget_s=1.0, threads=1)
    cost = measure.time_row(spec(higher_is_better=False), 2, repeats=3, budget_s=1.0, threads=1)
    assert (rate.ours, rate.peer, rate.ratio, rate.below_gate) == (20.0, 10.0, 2.0, False)
    assert (cost.ours, cost.peer, cost.ratio, cost.below_gate) == (20.0, 10.0, 0.5, True)


def test_rate_is_work_over_seconds(monkeypatch):
    now = iter(range(1_000))
    monkeypatch.setattr(measure.time, "process_time", lambda: float(next(now)))
    row = measure.time_row(spec(clock="cpu", peer=lambda size: 4.0), 2, repeats=3, budget_s=1.0, threads=1)
    assert (row.ours, row.peer, row.ratio) == (20.0, 4.0, 5.0)


def test_missing_peer_is_a_note_and_no_ratio():
    def missing(size):
        raise ImportError("no module named peer")

    row = measure.time_row(spec(build_peer=missing), 1, repeats=3, budget_s=1.0, threads=1)
    assert (row.peer, row.ratio, row.below_gate) == (None, None, False)
    assert row.note == "peer missing: no module named peer"


@pytest.mark.parametrize(
    "changes", [{"name": "Two words"}, {"sizes": ()}, {"sizes": (2, 1)}, {"peer_name": ""}, {"phases": ("speed",)}]
)
def test_spec_that_cannot_run_is_refused(changes):
    with pytest.raises(ValueError, match=r"example|Two words"):
        spec(**changes)


def test_names_are_unique(monkeypatch):
    monkeypatch.setattr("benchmarks.registry.SPECS", dict(SPECS))
    register(spec())
    with pytest.raises(ValueError, match="two benchmarks are named example"):
        register(spec())
