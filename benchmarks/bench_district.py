"""A year of a whole district from stored visible fractions: sun, parameters, reduction and hours of every building."""

from __future__ import annotations

import time
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from benchmarks.registry import BenchSpec, register

LIMIT_S = 120.0
"""For 80,000 buildings on two cores."""
CITY = 80_000
MEMORY_MB = 500.0
LEVEL = "fast"


class District(NamedTuple):
    """Buildings of a synthetic city with what they see of sun and sky."""

    buildings: Any
    weather: Any
    irradiation: Any


def stored(buildings: Any, weather: Any) -> Any:
    """What the walls and roofs of buildings see, drawn at random: a year is as long as with fractions of rays."""
    from citytwin.model.enums import GroupKind
    from citytwin.model.irradiation import Irradiation
    from citytwin.model.sky_dome import Exposure
    from citytwin.solar.levels import LEVELS
    from citytwin.solar.sky_dome import sky_dome

    kind = np.append(buildings.group_kind, -1)[buildings.surface_group]
    surface = np.flatnonzero(np.isin(kind, (GroupKind.WALL, GroupKind.ROOF)))
    group = buildings.surface_group[surface]
    tilt = np.radians(buildings.group_tilt[group])
    azimuth = np.radians(np.nan_to_num(buildings.group_azimuth[group]))
    normal = np.stack([np.sin(tilt) * np.sin(azimuth), np.sin(tilt) * np.cos(azimuth), np.cos(tilt)], axis=1)
    n, dome = len(surface), sky_dome(weather, "perez", LEVELS[LEVEL])
    visible = np.random.default_rng(1).integers(0, 256, (1, n, len(dome.direction)), np.uint8)
    owner = np.searchsorted(buildings.group_offsets, group, side="right") - 1
    area = np.asarray(buildings.surface_exposed_area[surface], np.float64)
    ones = np.ones(n)
    exposure = Exposure(
        surface=surface.astype(np.int32),
        offsets=np.array([0, n]),
        building=np.zeros(1, np.int32),
        normal=normal,
        visible=visible,
        response=np.full((1, n, len(dome.coarse.direction)), 0.05, np.float32),
        share=ones,
        area=area,
    )
    return Irradiation(
        surface=exposure.surface,
        building=owner.astype(np.int32),
        area=area,
        outdoor_share=ones,
        monthly=np.zeros((n, 12)),
        sky_view=0.5 * ones,
        level=LEVEL,
        sky="perez",
        bounces=0,
        dome=dome,
        exposure=exposure,
        row=np.arange(n),
    )


@cache
def build(n: int) -> District:
    import citytwin as ct

    city = ct.synthetic.city(n, seed=1)
    weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    buildings = city.buildings()
    irradiation = stored(buildings, weather)
    ct.energy.simulate(buildings.take(np.arange(64)), weather, irradiation, draws=1)
    return District(buildings, weather, irradiation)


def seconds(district: District) -> float:
    """Elapsed time of a year of every building, without draws."""
    import citytwin as ct

    begun = time.perf_counter()
    ct.energy.simulate(*district, draws=0)
    return time.perf_counter() - begun


def simulated(district: District) -> float:
    import citytwin as ct

    return len(ct.energy.simulate(*district, draws=0))


def allowed_memory(district: District) -> float:
    """Hold as much memory as a year of the district may take."""
    return float(len(np.ones(round(MEMORY_MB * 1e6 / 8))))


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
        name="district",
        unit="buildings/s",
        sizes=(2_000, CITY),
        build=build,
        ours=simulated,
        peer_name=f"{MEMORY_MB:.0f} MB",
        peer=allowed_memory,
        phases=("memory",),
    )
)
