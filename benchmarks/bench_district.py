"""A year of a whole district from stored visible fractions: sun, parameters, reduction and hours of every building."""

from __future__ import annotations

import time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.registry import BenchSpec, register

LIMIT_S = 120.0
"""For 80,000 buildings on two cores."""
CITY = 80_000
MEMORY_MB = 500.0
STATUS = Path("/proc/self/status")
LEVEL = "fast"


class District(NamedTuple):
    """Buildings of a synthetic city with what they see of sun and sky."""

    buildings: Any
    weather: Any
    irradiation: Any


@cache
def build(n: int) -> District:
    import citytwin as ct

    city = ct.synthetic.city(n, seed=1)
    weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    buildings = city.buildings()
    irradiation = ct.solar.irradiate(city, weather, level=LEVEL, buildings=buildings)
    warm_up = buildings.take(np.arange(64))
    ct.energy.simulate(warm_up, weather, irradiation, draws=1)
    return District(buildings, weather, irradiation)


def seconds(district: District) -> float:
    """Elapsed time of a year of every building, without draws."""
    import citytwin as ct

    begun = time.perf_counter()
    ct.energy.simulate(*district, draws=0)
    return time.perf_counter() - begun


def megabytes(district: District) -> float:
    """Growth of the peak memory of this process in that time; 0 where the system does not say."""
    if not STATUS.exists():
        return 0.0
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    seconds(district)
    return memory("VmHWM") - before


def memory(field: str) -> float:
    """Megabytes of this process."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024.0


def buildings_of(district: District) -> int:
    return int(district.buildings.simulated.sum())


register(
    BenchSpec(
        name="district_year",
        unit="s",
        sizes=(2_000, CITY),
        build=build,
        ours=seconds,
        peer_name="120 s for 80,000 buildings, two cores",
        peer=lambda district: LIMIT_S * buildings_of(district) / CITY,
        gate=1.0,
        reach=4.0,
        clock="figure",
        higher_is_better=False,
    )
)
register(
    BenchSpec(
        name="district_year_memory",
        unit="MB",
        sizes=(2_000, CITY),
        build=build,
        ours=megabytes,
        peer_name="500 MB",
        peer=lambda district: MEMORY_MB,
        gate=1.0,
        clock="figure",
        higher_is_better=False,
    )
)
