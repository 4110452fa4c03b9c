"""Limits of the energy classes and of new buildings, by category of the certificate and floor area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Use
from citytwin.model.reference import read_reference

if TYPE_CHECKING:
    from citytwin.model.buildings import Buildings

TABLE = "certificate_limits_fi.csv"
CLASS_NAMES = {
    2018: ("A", "B", "C", "D", "E", "F", "G"),
    2026: ("A+", "A0", "A", "B", "C", "D", "E", "F", "G"),
}
"""Classes of each version from the best to the worst; 2013 has factors only."""
NEW_BUILDING = "new"
LOW_RISE_STOREYS = 2.5
"""Residential blocks with fewer storeys are in one category with terraced houses."""


def categories(buildings: Buildings) -> NDArray[np.object_]:
    """Category of the certificate of each building (n,), "" where the use is unknown.

    That of the use; apartment blocks of at most two storeys are in one category with terraced houses. Terraced houses
    that the model counts as small residential buildings are in the category of these.
    """
    words = np.array([use.word for use in Use], dtype=object)
    words[Use.UNKNOWN] = ""
    category = words[buildings.use]
    low_rise = (buildings.use == Use.APARTMENT) & (buildings.storeys < LOW_RISE_STOREYS)
    return np.where(low_rise, "terraced", category)


def class_limits(
    category: NDArray[np.object_], heated_floor_area: NDArray[np.float64], version: int
) -> NDArray[np.float64]:
    """Largest E-value of each class but the last (n, k), kWh/(m2 a); NaN where there is none, (n, 0) for version 2013.

    ``a + b A``, cut to a whole number.

    Parameters
    ----------
    category : object array (n,) of str
        Of :func:`categories`.
    heated_floor_area : float64 array (n,), m2
    version : int

    Examples
    --------
    >>> class_limits(np.array(["small_residential"], object), np.array([100.0]), 2018)
    array([[ 90., 155., 192., 272., 402., 472.]])
    """
    names = CLASS_NAMES.get(version, ("",))[:-1]
    limits = np.full((len(category), len(names)), np.nan)
    for column, name in enumerate(names):
        limits[:, column] = np.trunc(_limit(category, heated_floor_area, version, name))
    return limits


def new_build_limits(category: NDArray[np.object_], heated_floor_area: NDArray[np.float64]) -> NDArray[np.float64]:
    """Largest E-value (n,) of a new building of the category in version 2018, rounded; NaN where there is none.

    Examples
    --------
    >>> new_build_limits(np.array(["small_residential", "apartment"], object), np.array([100.0, 3000.0]))
    array([140.,  90.])
    """
    return np.floor(_limit(category, heated_floor_area, 2018, NEW_BUILDING) + 0.5)


def _limit(category: NDArray[np.object_], area: NDArray[np.float64], version: int, name: str) -> NDArray[np.float64]:
    """``a + b A`` (n,) of one class; where two ranges of floor area meet, the lower one holds."""
    limit = np.full(len(category), np.nan)
    for row in read_reference(__package__, TABLE):
        if row["version"] == str(version) and row["class"] == name:
            least, most = float(row["area_from"] or -np.inf), float(row["area_to"] or np.inf)
            fits = (category == row["category"]) & (area >= least) & (area <= most) & np.isnan(limit)
            limit[fits] = float(row["a"]) + float(row["b"]) * area[fits]
    return limit
