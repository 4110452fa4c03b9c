"""Monte Carlo of a district: every building in many draws, from the tables to the quantiles."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from benchmarks.registry import BenchSpec, register

DRAWS = 500
LIMIT_S = 60.0
"""What 1,000 buildings may take."""
CALIBRATED = 100


class District(NamedTuple):
    buildings: Any
    weather: Any
    irradiation: Any


def build(n: int) -> District:
    """A generated city of `n` buildings with its sun; compiled on a few of them beforehand."""
    import citytwin as ct

    city = ct.synthetic.city(n, seed=1)
    weather = ct.synthetic.weather(60.17, 24.94, ct.synthetic.helsinki_normals())
    district = District(city.buildings(), weather, ct.solar.irradiate(city, weather, level="draft"))
    few = district.buildings.take(range(4))
    ct.energy.simulate(few, weather, district.irradiation, draws=2)
    return district


def monte_carlo(district: District) -> float:
    """Seconds of simulating all draws and taking the quantiles."""
    import citytwin as ct

    start = time.perf_counter()
    demand = ct.energy.simulate(*district, draws=DRAWS)
    demand.quantile("heating_kwh", 0.9)
    demand.district_quantile("heating_kwh", 0.9)
    return time.perf_counter() - start


def calibration(district: District) -> float:
    """Seconds of calibrating to monthly heat that the same buildings would need at 10 % more."""
    import citytwin as ct

    today = ct.energy.simulate(*district, draws=0)
    start = time.perf_counter()
    ct.energy.calibrate(*district, {"heating_kwh": 1.1 * today.monthly("heating_kwh")})
    return time.perf_counter() - start


def limit(district: District) -> float:
    return LIMIT_S * len(district.buildings) / 1000.0


register(
    BenchSpec(
        name="monte_carlo",
        unit="s",
        sizes=(50, 1000),
        build=build,
        ours=monte_carlo,
        peer_name=f"{LIMIT_S:.0f} s for 1,000 buildings and {DRAWS} draws",
        peer=limit,
        clock="figure",
        higher_is_better=False,
        gate=1.0,
        reach=3.0,
    )
)
register(
    BenchSpec(
        name="calibration",
        unit="s",
        sizes=(CALIBRATED,),
        build=build,
        ours=calibration,
        clock="figure",
        higher_is_better=False,
    )
)
