"""How far each parameter may lie from its central value: random draws that belong to buildings, not to positions."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.refurbishment import COMPONENTS
from citytwin.energy.stock import Stock
from citytwin.model.buildings import Buildings
from citytwin.model.enums import Source

Deviations = dict[str, NDArray[np.float64]]

RENEWED = "renewed/"
"""Prefix of the random numbers (0 to 1) that say by their component whether a draw has been renewed."""

_GAMMA = np.uint64(0x9E3779B97F4A7C15)


def default_draws(n: int) -> int:
    """Draws a building where the user names no number: 64, fewer in large cities."""
    return 64 if n <= 2_000 else 16 if n <= 20_000 else 8


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Finaliser of SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def _keys(names: list[str]) -> NDArray[np.uint64]:
    digests = [blake2b(name.encode(), digest_size=8).digest() for name in names]
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)


def uniform(names: list[str], draws: int, stream: str) -> NDArray[np.float64]:
    """Uniform numbers in (0, 1) that depend on the name, the number of the draw and the stream only.

    Parameters
    ----------
    names : list of str (n)
    draws : int
    stream : str
        What the numbers are for.

    Returns
    -------
    float64 array (n, draws)
        Draw d is the same whatever `draws` is, and whatever other names there are.
    """
    keys = _keys([f"{stream}\0{name}" for name in names])[:, None]
    number = np.arange(1, draws + 1, dtype=np.uint64)[None, :]
    with np.errstate(over="ignore"):
        bits = _mixed(_mixed(keys + number * _GAMMA) + _GAMMA)
    return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53


def normal(names: list[str], draws: int, stream: str) -> NDArray[np.float64]:
    """Standard normal numbers (n, draws) by the Box-Muller transform of :func:`uniform`."""
    radius = np.sqrt(-2.0 * np.log(uniform(names, draws, stream + "/radius")))
    return radius * np.cos(2.0 * np.pi * uniform(names, draws, stream + "/angle"))


def archetypes_of(buildings: Buildings) -> tuple[list[str], NDArray[np.int64]]:
    """Names of the archetypes (main use and decade) among some buildings, and the archetype of each (n,)."""
    decade = np.nan_to_num(buildings.year_built // 10, nan=-1).astype(int)
    names = [f"{use}/{ten}" for use, ten in zip(buildings.use.tolist(), decade.tolist(), strict=True)]
    distinct, member = np.unique(np.array(names, dtype=str), return_inverse=True)
    return distinct.tolist(), member.astype(np.int64)


def draw_deviations(buildings: Buildings, stock: Stock, draws: int) -> Deviations:
    """Deviations of each parameter in ``uncertainty.csv`` for each building and draw.

    A deviation is partly shared by all buildings of an archetype (main use and decade), so that errors of the tables
    do not average out over a district. Parameters whose building column is imputed or missing spread wider.

    Parameters
    ----------
    buildings : Buildings
        Those that are simulated.
    stock : Stock
    draws : int

    Returns
    -------
    dict of parameter to float64 array (n, draws)
        Factors for relative parameters, log-normal with mean 1 so that draws scatter around the central value;
        differences with mean 0 for absolute ones.
    """
    distinct, member = archetypes_of(buildings)
    names = [str(name) for name in buildings.id]
    deviations = {}
    for parameter, spread in stock.spreads.items():
        own = normal(names, draws, parameter)
        common = normal(distinct, draws, "archetype/" + parameter)[member]
        z = np.sqrt(spread.shared) * common + np.sqrt(1.0 - spread.shared) * own
        sd = np.where(is_imputed(buildings, spread.imputed_by), spread.sd_imputed, spread.sd)[:, None]
        deviations[parameter] = np.exp(sd * z - sd**2 / 2) if spread.relative else sd * z
    for component in COMPONENTS:
        deviations[RENEWED + component] = uniform(names, draws, RENEWED + component)
    return deviations


def is_imputed(buildings: Buildings, column: str) -> NDArray[np.bool_]:
    """Whether a column of each building (n,) is imputed or missing."""
    source = buildings.source.get(column, np.zeros(len(buildings), np.int8))
    return np.isin(source, (Source.MISSING, Source.IMPUTED))


def drawn_carriers(buildings: Buildings, draws: int) -> NDArray[np.int8]:
    """Heat source (n, draws) of each building in each draw, by its probabilities."""
    steps = np.cumsum(buildings.carrier_shares.astype(np.float64), axis=1)
    chance = uniform([str(name) for name in buildings.id], draws, "carrier") * steps[:, -1:]
    return (chance[:, :, None] >= steps[:, None, :-1]).sum(axis=2).astype(np.int8)
