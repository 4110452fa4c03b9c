from __future__ import annotations

import pytest

from citytwin.model.units import unit_factor


@pytest.mark.parametrize(
    ("unit", "to", "factor"),
    [("m", "m", 1), ("#m", "m", 1), ("urn:adv:uom:m", "m", 1), ("urn:ogc:def:uom:EPSG::9001", "m", 1),
     ("ft", "m", 0.3048), ("M2", "m2", 1), ("kWh", "J", 3.6e6)],
)  # fmt: skip
def test_factor(unit: str, to: str, factor: float) -> None:
    assert unit_factor(unit, to) == factor


def test_unknown_or_of_another_quantity() -> None:
    with pytest.raises(ValueError, match="not known"):
        unit_factor("furlong", "m")
    with pytest.raises(ValueError, match="measures m, not m2"):
        unit_factor("m", "m2")
