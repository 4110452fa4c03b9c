"""Ten thousand damaged documents: a typed error, or a city that lacks nothing without a word. Seeds are fixed."""

from __future__ import annotations

import pytest

from tests.hostile.fuzz import run
from tests.hostile.mutate import mutant
from tests.hostile.seeds import SEEDS

RUNS = {"citygml": 4_000, "cityjson": 4_000, "geojson": 2_000}


@pytest.mark.compiled
@pytest.mark.parametrize("kind", SEEDS)
def test_mutants(kind: str) -> None:
    runs = RUNS[kind]
    verdicts, broken = run(kind, seed=0, runs=runs)
    assert not broken, "\n".join(broken[:10])
    assert sum(verdicts.values()) == runs
    assert verdicts["read"] > runs / 10
    assert verdicts["refused"] > runs / 10


def test_mutants_are_the_same_each_time() -> None:
    for kind, seeds in SEEDS.items():
        made = [mutant(seeds.documents, 3, number) for number in range(60)]
        assert made == [mutant(seeds.documents, 3, number) for number in range(60)], kind
        assert len(set(made)) > 40
        assert made != [mutant(seeds.documents, 4, number) for number in range(60)]
