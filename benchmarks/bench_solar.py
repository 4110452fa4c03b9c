"""The solar floor: positions of the sun, hours of surfaces, and whole cities.

Rays and patch visibility are in ``bench_kernels``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from benchmarks.limits import at_rate
from benchmarks.registry import BenchSpec, register

LATITUDE, LONGITUDE = 60.17, 24.94
SURFACE_YEARS = 8_000


def days(n: int) -> np.ndarray:
    return np.linspace(0.0, 9000.0, n)


def count_positions(moments: np.ndarray) -> float:
    from citytwin.kernels.solar_position import solar_position

    return len(solar_position(moments, LATITUDE, LONGITUDE).zenith)


def pvlib_times(moments: np.ndarray) -> Any:
    import pandas as pd
    import pvlib  # noqa: F401

    return pd.Timestamp("2000-01-01 12:00", tz="UTC") + pd.to_timedelta(moments, unit="D")


def count_pvlib_positions(times: Any) -> float:
    import pvlib

    return len(pvlib.solarposition.spa_python(times, LATITUDE, LONGITUDE))


class Surfaces(NamedTuple):
    exposure: Any
    dome: Any


def surfaces(n: int) -> Surfaces:
    """Random walls with random horizons under the sky of Helsinki, seen in 577 directions."""
    import citytwin as ct
    from citytwin.model.sky_dome import Exposure
    from citytwin.solar.levels import LEVELS
    from citytwin.solar.sky_dome import sky_dome

    rng = np.random.default_rng(1)
    weather = ct.synthetic.weather(LATITUDE, LONGITUDE, ct.synthetic.helsinki_normals())
    dome = sky_dome(weather, "perez", LEVELS["fast"])
    azimuth = rng.uniform(0.0, 2.0 * np.pi, n)
    normal = np.column_stack([np.sin(azimuth), np.cos(azimuth), np.zeros(n)])
    visible = rng.integers(1, 256, (1, n, 577)).astype(np.uint8)
    visible[0, normal @ dome.direction.T <= 0.0] = 0
    exposure = Exposure(
        surface=np.arange(n, dtype=np.int32),
        offsets=np.array([0, n]),
        building=np.zeros(1, np.int32),
        normal=normal,
        visible=visible,
        response=rng.uniform(0.0, 0.1, (1, n, 145)).astype(np.float32),
        share=np.ones(n),
        area=np.ones(n),
    )
    return Surfaces(exposure, dome)


def count_surface_years(s: Surfaces) -> float:
    from citytwin.model.sky_dome import hours_of

    n = len(s.exposure.surface)
    for start in range(0, n, 64):
        hours_of(s.exposure, s.dome, np.arange(start, min(start + 64, n)))
    return n


def count_surface_years_numpy(s: Surfaces) -> float:
    """Matrix products for sky and reflections, broadcasting for the sun."""
    sun, e = s.dome.sun, s.exposure
    fraction = e.visible[0].astype(np.float32) / 255
    sky = (fraction * (e.normal @ s.dome.direction.T).clip(0).astype(np.float32)) @ s.dome.radiance
    cosine = np.maximum(e.normal.astype(np.float32) @ sun.direction, 0.0)
    lit = np.einsum("kh,nkh->nh", sun.share, fraction[:, sun.patch])
    reflected = np.einsum("kh,nkh->nh", sun.coarse_share, e.response[0][:, sun.coarse_patch])
    return len(sky + sun.dni * (cosine * lit + reflected))


class Task(NamedTuple):
    city: Any
    buildings: Any
    weather: Any


def task(n_buildings: int) -> Task:
    import citytwin as ct

    city = ct.synthetic.city(n_buildings)
    weather = ct.synthetic.weather(LATITUDE, LONGITUDE, ct.synthetic.helsinki_normals())
    return Task(city, city.buildings(), weather)


def count_irradiated(t: Task) -> float:
    from citytwin.solar.irradiate import irradiate

    irradiate(t.city, t.weather, level="draft", buildings=t.buildings)
    return len(t.buildings)


register(
    BenchSpec(
        name="solar_position",
        unit="positions/s",
        sizes=(8_760, 500_000),
        build=days,
        ours=count_positions,
        peer_name="pvlib spa_python",
        build_peer=pvlib_times,
        peer=count_pvlib_positions,
        gate=3.0,
        reach=20.0,
    )
)
register(
    BenchSpec(
        name="hourly_irradiation",
        unit="surface-years/s",
        sizes=(100, 1_000),
        build=surfaces,
        ours=count_surface_years,
        peer_name="numpy",
        peer=count_surface_years_numpy,
        gate=0.5,
        reach=2.0,
        phases=("time", "memory"),
    )
)
register(
    BenchSpec(
        name="hourly_irradiation_rate",
        unit="surface-years/s",
        sizes=(1_000,),
        build=surfaces,
        ours=count_surface_years,
        peer_name="8,000 surface-years/s",
        peer=lambda s: at_rate(len(s.exposure.surface), SURFACE_YEARS),
        gate=1.0,
        reach=15.0 / 8.0,
    )
)
register(
    BenchSpec(
        name="irradiate_draft",
        unit="buildings/s",
        sizes=(100, 2_000),
        build=task,
        ours=count_irradiated,
        phases=("time", "memory"),
    )
)
