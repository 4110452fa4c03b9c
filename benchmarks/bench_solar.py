"""The solar floor: positions of the sun, hours of surfaces, and whole cities.

Rays and patch visibility are in ``bench_kernels``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from benchmarks.registry import BenchSpec, register

LATITUDE, LONGITUDE = 60.17, 24.94


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
    visible: np.ndarray
    normals: np.ndarray
    projected: np.ndarray
    dome: Any


def surfaces(n: int) -> Surfaces:
    """Random surfaces with random horizons under the synthetic sky of Helsinki."""
    import citytwin as ct
    from citytwin.kernels.reinhart import projected_solid_angles
    from citytwin.solar.sky_dome import sky_dome

    rng = np.random.default_rng(1)
    dome = sky_dome(ct.synthetic.weather(LATITUDE, LONGITUDE, ct.synthetic.helsinki_normals()), "perez", 1)
    normals = rng.normal(size=(n, 3))
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    projected = projected_solid_angles(normals, dome.patches.cells, dome.patches.solid_angle, 0.0)
    return Surfaces(rng.integers(0, 256, (n, 145)).astype(np.uint8), normals, projected, dome)


def count_surface_hours(s: Surfaces) -> float:
    from citytwin.kernels.hourly_irradiance import hourly_irradiance

    return hourly_irradiance(s.visible, s.normals, s.projected, s.dome.radiance, s.dome.sun, 0.0).size


def count_surface_hours_numpy(s: Surfaces) -> float:
    """Matrix product for the sky, broadcasting for the sun."""
    sun = s.dome.sun
    fraction = s.visible.astype(np.float32) / 255
    hours = (fraction * s.projected) @ s.dome.radiance
    cosine = np.maximum(s.normals @ sun.direction.T, 0.0).astype(np.float32)
    lit = np.einsum("hk,nhk->nh", sun.share, fraction[:, sun.patch])
    hours += cosine * lit * sun.dni.astype(np.float32)
    return hours.size


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

    irradiate(t.city, t.weather, buildings=t.buildings)
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
        name="hourly_irradiance",
        unit="surface-hours/s",
        sizes=(100, 1_000),
        build=surfaces,
        ours=count_surface_hours,
        peer_name="numpy",
        peer=count_surface_hours_numpy,
        gate=0.5,
        reach=2.0,
        phases=("time", "memory"),
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
