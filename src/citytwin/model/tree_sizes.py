"""Sizes of trees from what is known of them: measured, from geometry, or by allometry.

Equations, with d the diameter of the trunk at breast height, all in metres; coefficients and their sources stand in
``tree_allometry.csv``: crown diameter ``offset + ratio d``, height ``h0 + h1 d + h2 d^2`` (which rises up to d = 1.38
m and is held beyond), crown base a share of the height. Where only height or crown is known, they are solved for d;
from a height, for trunks of up to 0.55 m.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Source
from citytwin.model.reference import CONFIDENCE, read_reference

Floats = NDArray[np.float64]

SIZES = {
    "height": (0.5, 100.0),
    "crown_diameter": (0.2, 60.0),
    "crown_base": (0.0, 90.0),
    "trunk_diameter": (0.005, 10.0),
}
"""Quantities in metres, and the range that trees keep to; what lies outside is no size of a tree."""

GIVEN = {Source.MEASURED: 95, Source.REGISTER: 90, Source.DERIVED: 70}
MOST_IMPUTED = 50


@dataclass(frozen=True, eq=False)
class TreeSizes:
    """Sizes of trees, all known unless nothing at all was; see :func:`complete_sizes`.

    Parameters
    ----------
    height, crown_diameter, crown_base : float64 arrays (t,), m
    source, confidence : dict of int8 arrays (t,)
        Of ``height``, ``crown_radius`` and ``crown_base``.
    unbelievable : bool array (t,)
        A size outside its range was given and is not used.
    imputed : bool array (t,)
        Height or crown comes from allometry.
    """

    height: Floats
    crown_diameter: Floats
    crown_base: Floats
    source: dict[str, NDArray[np.int8]]
    confidence: dict[str, NDArray[np.int8]]
    unbelievable: NDArray[np.bool_]
    imputed: NDArray[np.bool_]


def complete_sizes(
    sizes: Mapping[str, Floats], derived: Mapping[str, Floats], evergreen: NDArray[np.bool_], given: Source
) -> TreeSizes:
    """Fill the gaps in what is known of some trees.

    Parameters
    ----------
    sizes : mapping of float64 arrays (t,), m
        Given values of each of :data:`SIZES`, NaN where missing.
    derived : mapping of float64 arrays (t,), m
        Heights and crown diameters of the geometry.
    evergreen : bool array (t,)
    given : Source
        What the given values are.

    Examples
    --------
    >>> none = np.array([np.nan])
    >>> sizes = {"height": none, "crown_diameter": none, "crown_base": none, "trunk_diameter": np.array([0.4])}
    >>> full = complete_sizes(sizes, {}, np.array([False]), Source.MEASURED)
    >>> full.crown_diameter.round(2), full.height.round(1)
    (array([10.2]), array([13.6]))
    """
    known, source, unbelievable = {}, {}, np.zeros(len(evergreen), bool)
    for name, (low, high) in SIZES.items():
        value = sizes[name].copy()
        wrong = (value < low) | (value > high)
        unbelievable |= wrong
        value[wrong] = np.nan
        source[name] = np.where(np.isnan(value), Source.MISSING, given).astype(np.int8)
        if name in derived:
            usable = np.isnan(value) & (derived[name] >= low) & (derived[name] <= high)
            value[usable] = derived[name][usable]
            source[name][usable] = Source.DERIVED
        known[name] = value
    rules, confidence = _allometry()
    offset = np.where(evergreen, rules["crown_offset", "evergreen"], rules["crown_offset", "deciduous"])
    ratio = np.where(evergreen, rules["crown_per_trunk", "evergreen"], rules["crown_per_trunk", "deciduous"])
    trunk = known["trunk_diameter"]
    trunk = np.where(np.isnan(trunk), (known["crown_diameter"] - offset) / ratio, trunk)
    trunk = np.where(np.isnan(trunk), _trunk_of_height(known["height"], rules), np.maximum(trunk, 0.0))
    height = np.where(np.isnan(known["height"]), _height_of_trunk(trunk, rules), known["height"])
    crown = np.where(np.isnan(known["crown_diameter"]), offset + ratio * trunk, known["crown_diameter"])
    crown = np.maximum(crown, SIZES["crown_diameter"][0])
    base = known["crown_base"]
    above = base >= height
    unbelievable |= above
    no_base = np.isnan(base) | above
    base = np.where(no_base, rules["crown_base_share", "any"] * height, base)
    source["crown_base"][no_base] = Source.MISSING
    imputed = np.zeros(len(height), bool)
    certain: dict[str, NDArray[np.int8]] = {}
    for name in ("height", "crown_diameter", "crown_base"):
        missing = (source[name] == Source.MISSING) & np.isfinite(height)
        source[name][missing] = Source.IMPUTED
        certain[name] = np.array([GIVEN.get(Source(code), 0) for code in source[name]], np.int8)
        certain[name][missing] = confidence[name]
        if name != "crown_base":
            imputed |= missing
    columns = {"height": "height", "crown_radius": "crown_diameter", "crown_base": "crown_base"}
    return TreeSizes(
        height=height,
        crown_diameter=crown,
        crown_base=base,
        source={name: source[column] for name, column in columns.items()},
        confidence={name: certain[column] for name, column in columns.items()},
        unbelievable=unbelievable,
        imputed=imputed,
    )


def _allometry() -> tuple[dict[tuple[str, str], float], dict[str, int]]:
    """Coefficients by quantity and habit, and the confidence of what they give."""
    rows = read_reference("citytwin.model", "tree_allometry.csv")
    rules = {(row["quantity"], row["habit"]): float(row["value"]) for row in rows}
    confidence = {}
    for name, start in (("height", "height_"), ("crown_diameter", "crown_per"), ("crown_base", "crown_base")):
        least = min(CONFIDENCE[row["confidence"]] for row in rows if row["quantity"].startswith(start))
        confidence[name] = min(least, MOST_IMPUTED)
    return rules, confidence


def _height_of_trunk(trunk: Floats, rules: Mapping[tuple[str, str], float]) -> Floats:
    constant, linear, square = (rules[f"height_{term}", "any"] for term in ("constant", "linear", "square"))
    held: Floats = np.minimum(trunk, -0.5 * linear / square)
    return constant + linear * held + square * held**2


def _trunk_of_height(height: Floats, rules: Mapping[tuple[str, str], float]) -> Floats:
    """The trunk that has a height: none for trees lower than the constant, at most the limit."""
    constant, linear, square = (rules[f"height_{term}", "any"] for term in ("constant", "linear", "square"))
    root = np.sqrt(np.maximum(linear**2 - 4.0 * square * (constant - height), 0.0))
    trunk: Floats = np.clip((-linear + root) / (2.0 * square), 0.0, rules["trunk_limit", "any"])
    return trunk
