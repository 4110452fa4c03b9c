"""Building-years a second of the 5R1C kernel, beside the literal standard as scalar code compiled in the same run."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from benchmarks.registry import BenchSpec, register
from citytwin.energy.climate import MONTH_OF_DAY, SUMMER
from citytwin.kernels.rc_5r1c import Climate, Profiles, Zones, simulate_zones

HOURS, WARM_UP_DAYS, PROFILES = 8760, 31, 3


class Stock(NamedTuple):
    """Zones with a sun of their own each, sorted by profile, as the library hands them over."""

    zones: Zones
    profiles: Profiles
    climate: Climate
    glazing: np.ndarray
    opaque: np.ndarray


def build(n: int) -> Stock:
    rng = np.random.default_rng(1)
    area = rng.uniform(100.0, 5000.0, n)
    internal, mass_area = 4.5 * area, 2.5 * area
    h_ms, h_op = 9.1 * mass_area, rng.uniform(0.1, 0.5, n) * area
    zones = Zones(
        row=np.arange(n),
        profile=np.sort(rng.integers(0, PROFILES, n)),
        h_ve=np.stack([0.15 * area, rng.uniform(0.3, 1.0, n) * area], axis=1),
        h_w=0.2 * area,
        h_em=1.0 / (1.0 / h_op - 1.0 / h_ms),
        h_ms=h_ms,
        h_is=3.45 * internal,
        capacity=rng.uniform(30.0, 80.0, n) * area,
        mass_share=mass_area / internal,
        gain_scale=area,
        glazing_scale=np.full(n, 0.6),
        opaque_scale=np.ones(n),
        drives=rng.uniform(0.0, 0.05, (n, 4)) * area[:, None],
        heating_offset=rng.uniform(-1.0, 1.0, n),
        cooling_offset=np.zeros(n),
        heating_limit=60.0 * area,
        cooling_limit=np.full(n, np.inf),
        airing=np.zeros((n, 2)),
        airing_above=np.full(n, 24.0),
        weight=np.ones(n),
    )
    hour = np.arange(HOURS)
    week = np.arange(168)
    in_use = ((week % 24 >= 7) & (week % 24 < 18) & (week < 120)).astype(np.int8)
    profiles = Profiles(
        gains=np.stack([2.0 + k + 8.0 * in_use for k in range(PROFILES)]),
        heating_setpoint=np.stack([19.0 + k + 2.0 * in_use for k in range(PROFILES)]),
        cooling_setpoint=np.full((PROFILES, 168), 26.0),
        ventilation_state=np.tile(in_use, (PROFILES, 1)),
    )
    season = np.cos(2 * np.pi * (hour - 4700) / HOURS)
    air = 6.0 + 11.0 * season + 3.0 * np.sin(2 * np.pi * ((hour % 24) - 9) / 24)
    drives = np.stack([np.full(HOURS, -11.0), 6.0 - air, 5.0 * season, np.ones(HOURS)])
    noon = np.maximum(np.sin(2 * np.pi * ((hour % 24) - 6) / 24), 0.0) * (1.2 + season)
    glazing = (rng.uniform(2.0, 40.0, (n, 1)) * area[:, None] / 10.0 * noon).astype(np.float32)
    climate = Climate(air.astype(np.float32), drives.astype(np.float32), MONTH_OF_DAY, *SUMMER)
    return Stock(zones, profiles, climate, glazing, 0.1 * glazing)


def ours(stock: Stock) -> float:
    simulate_zones(*stock, 27.0, WARM_UP_DAYS, False, False)
    return len(stock.zones.row)


def in_double_precision(n: int) -> Stock:
    stock = build(n)
    climate = stock.climate._replace(
        temp_air=stock.climate.temp_air.astype(np.float64), drives=stock.climate.drives.astype(np.float64)
    )
    return Stock(
        stock.zones, stock.profiles, climate, stock.glazing.astype(np.float64), stock.opaque.astype(np.float64)
    )


@cache
def literal_code() -> Any:
    """The naive twin of the tests, compiled as it stands."""
    import numba

    from tests.naive import rc_5r1c as naive

    compiled = numba.njit(error_model="numpy")
    namespace = dict(vars(naive), zone_temperatures=compiled(naive.zone_temperatures))
    twin = type(naive.simulate_zone)(naive.simulate_zone.__code__, namespace, "simulate_zone")
    return compiled(twin)


def build_literal(stock: Stock) -> list[tuple[Any, ...]]:
    """Inputs of each zone and hour in double precision, prepared beforehand: only the solving is measured."""
    zones, profiles, climate = stock.zones, stock.profiles, stock.climate
    column = np.concatenate([np.arange(HOURS - 24 * WARM_UP_DAYS, HOURS), np.arange(HOURS)])
    air = climate.temp_air.astype(np.float64)
    week = column % 168
    calls = []
    for i in range(len(zones.row)):
        p = zones.profile[i]
        node = zones.opaque_scale[i] * stock.opaque[i].astype(np.float64) + zones.drives[i] @ climate.drives
        scratch = np.zeros((3, len(column)))
        calls.append(
            (
                20.0,
                air[column],
                node[column],
                (zones.glazing_scale[i] * stock.glazing[i].astype(np.float64))[column],
                zones.gain_scale[i] * profiles.gains[p, week],
                profiles.heating_setpoint[p, week] + zones.heating_offset[i],
                profiles.cooling_setpoint[p, week] + zones.cooling_offset[i],
                profiles.ventilation_state[p, week],
                zones.h_ve[i],
                *(getattr(zones, name)[i] for name in ("h_w", "h_em", "h_ms", "h_is", "capacity", "mass_share")),
                zones.heating_limit[i],
                zones.cooling_limit[i],
                zones.airing[i],
                zones.airing_above[i],
                zones.gain_scale[i],
                *scratch,
            )
        )
    return calls


def literal(calls: list[tuple[Any, ...]]) -> float:
    solve = literal_code()
    for arguments in calls:
        solve(*arguments)
    return len(calls)


register(
    BenchSpec(
        name="rc_5r1c",
        unit="building-years/s",
        sizes=(128, 1024),
        build=build,
        ours=ours,
        peer_name="ISO 13790 Annex C, literal scalar code, numba",
        build_peer=build_literal,
        peer=literal,
        gate=4.0,
        reach=10.0,
        phases=("time", "memory"),
    )
)
register(
    BenchSpec(
        name="rc_5r1c_double",
        unit="building-years/s",
        sizes=(128,),
        build=in_double_precision,
        ours=ours,
        peer_name="ISO 13790 Annex C, literal scalar code, numba",
        build_peer=build_literal,
        peer=literal,
        gate=3.0,
        reach=6.0,
    )
)
