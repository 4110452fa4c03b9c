"""What is around the buildings of a city: trees, skyline, and how bright everything is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.findings import Findings
from citytwin.model.place import weather_findings
from citytwin.model.sky_dome import SkyDome
from citytwin.model.trees import Trees
from citytwin.model.weather import Weather
from citytwin.solar.albedo import albedo_table, ground_albedo
from citytwin.solar.horizon import Horizon

KINDS = ("ground", "snow", "wall", "roof")
"""What an albedo can be given for."""

Albedo = float | Mapping[str, float] | None


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What is around a city besides buildings, and how it reflects.

    Parameters
    ----------
    trees : Trees
    horizon : Horizon, optional
        Skyline beyond the halo.
    ground_albedo : float64 array (s,)
        Of the ground in each state: dry, and under snow where any lies in the year.
    ground_state : int array (8760,) or None
        State in each hour; None where there is one only.
    albedo : mapping
        Of ``wall`` and ``roof``.
    bounces : int
        Reflections that are followed.
    halo_m : float
        Distance from a cell up to which geometry shades it.
    findings : Findings
        About trees, snow and weather from afar.
    """

    trees: Trees
    horizon: Horizon | None
    ground_albedo: NDArray[np.float64]
    ground_state: NDArray[np.integer] | None
    albedo: Mapping[str, float]
    bounces: int
    halo_m: float
    findings: Findings


def surroundings_of(
    city: CityModel,
    weather: Weather,
    trees: Trees | None,
    horizon: Horizon | None,
    albedo: Albedo,
    bounces: int,
    halo_m: float,
) -> Surroundings:
    """Surroundings of a city in a weather year, with defaults filled in; see :func:`citytwin.solar.irradiate`.

    Raises
    ------
    ValueError
        An albedo is for something else than ground, snow, wall or roof, or is not from 0 to below 1; negative bounces
        or halo.
    TypeError
        An argument of another type.
    """
    for name, value, kind in (
        ("weather", weather, Weather),
        ("trees", trees, Trees | None),
        ("horizon", horizon, Horizon | None),
        ("bounces", bounces, int | np.integer),
    ):
        if not isinstance(value, kind):
            raise TypeError(f"{name} must be {_words(kind)}, not {type(value).__name__}")
    if bounces < 0 or not halo_m >= 0.0:
        raise ValueError(f"bounces and halo_m cannot be negative, but are {bounces} and {halo_m}")
    trees = Trees.of_city(city) if trees is None else trees
    stated = _stated(albedo)
    by_kind = {**albedo_table(), **stated}
    ground = ground_albedo(weather)
    values = np.array([stated.get(kind, value) for kind, value in zip(KINDS[:2], ground.values, strict=True)])
    snowy = not isinstance(albedo, float | int) and bool(ground.state.any())
    return Surroundings(
        trees=trees,
        horizon=horizon,
        ground_albedo=values[: 1 + snowy],
        ground_state=ground.state if snowy else None,
        albedo={kind: float(by_kind[kind]) for kind in KINDS[2:]},
        bounces=bounces,
        halo_m=halo_m,
        findings=weather_findings(city, weather) + trees.findings + (ground.findings if snowy else Findings.of()),
    )


def check_weather(dome: SkyDome, weather: Weather) -> None:
    """Make sure that a sky is that of some weather.

    Raises
    ------
    ValueError
        The irradiation that the sky belongs to was computed with another weather year.
    """
    same_place = (dome.latitude, dome.longitude) == (weather.latitude, weather.longitude)
    if not same_place or not np.array_equal(dome.sun.dni, weather.dni[dome.hour].astype(np.float32)):
        raise ValueError(
            f"the irradiation was computed with other weather, of {dome.latitude:.2f} N {dome.longitude:.2f} E, than "
            f"{weather.place or 'that'} of {weather.latitude:.2f} N {weather.longitude:.2f} E: give both the same"
        )


def _stated(albedo: Albedo) -> dict[str, float]:
    """Albedo by kind as far as the caller says it."""
    if albedo is None:
        return {}
    stated = dict(albedo) if isinstance(albedo, Mapping) else dict.fromkeys(KINDS, albedo)
    for kind, value in stated.items():
        if not isinstance(value, float | int | np.floating | np.integer):
            raise TypeError(f"albedo must be a number or numbers by kind, not {value!r}")
        if kind not in KINDS:
            raise ValueError(f"albedo is for {', '.join(map(repr, KINDS))}, not for {kind!r}")
        if not 0.0 <= value < 1.0:
            raise ValueError(f"albedo must be from 0 to below 1, not {value}")
    return stated


def _words(kind: type | UnionType) -> str:
    kinds = get_args(kind) or (kind,)
    return " or ".join("None" if k is NoneType else k.__name__ for k in kinds)
