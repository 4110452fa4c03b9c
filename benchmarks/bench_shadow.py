"""New buildings among neighbours: what a planner waits for when a block is moved."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from benchmarks.registry import BenchSpec, register

LIMIT_S = 2.0
NEW_BUILDINGS = 10


class Plan(NamedTuple):
    city: Any
    new: Any
    weather: Any
    irradiation: Any


def plan(n_neighbours: int) -> Plan:
    """A synthetic city with a block of 10 buildings near its centre left out, irradiated at 577 directions."""
    import citytwin as ct

    everything = ct.synthetic.city(n_neighbours + NEW_BUILDINGS, seed=1)
    block = range(40, 40 + NEW_BUILDINGS)
    city = everything.select(rows=[k for k in range(n_neighbours + NEW_BUILDINGS) if k not in block])
    weather = ct.synthetic.weather(60.17, 24.94, ct.synthetic.helsinki_normals())
    irradiation = ct.solar.irradiate(city, weather, level="fast")
    made = Plan(city, everything.select(rows=list(block)), weather, irradiation)
    impact(made)
    return made


def impact(p: Plan) -> float:
    import citytwin as ct

    ct.solar.shadow_impact(p.city, p.new, p.weather, irradiation=p.irradiation, timezone="Europe/Helsinki")
    return 1.0


def seconds(p: Plan) -> float:
    begun = time.perf_counter()
    impact(p)
    return time.perf_counter() - begun


register(
    BenchSpec(
        name="shadow_impact_new_block",
        unit="s",
        sizes=(60, 500),
        build=plan,
        ours=seconds,
        peer_name="limit of 2 s",
        peer=lambda p: LIMIT_S,
        gate=1.0,
        reach=LIMIT_S / 0.3,
        clock="figure",
        higher_is_better=False,
    )
)
