"""Factors of energy forms by version."""

from __future__ import annotations

import pytest

from citytwin.energy import form_factors

FORMS = ("electricity", "district_heat", "district_cooling", "fossil", "renewable")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (2013, (1.7, 0.7, 0.4, 1.0, 0.5)),
        (2018, (1.2, 0.5, 0.28, 1.0, 0.5)),
        (2026, (0.9, 0.38, 0.21, 1.0, 0.38)),
    ],
)
def test_factors(version: int, expected: tuple[float, ...]) -> None:
    factors = form_factors(version, accept_inferred=True)
    assert tuple(factors.value[form] for form in FORMS) == expected
    assert factors.confidence == (40 if version == 2026 else 90)
    assert factors.sources


def test_carriers_have_forms() -> None:
    factors = form_factors()
    assert [factors.of(c) for c in ("electricity", "district_heat", "oil", "gas", "wood")] == [1.2, 0.5, 1.0, 1.0, 0.5]


def test_inferred_factors_are_off_by_default() -> None:
    with pytest.raises(ValueError, match="accept_inferred"):
        form_factors(2026)
    with pytest.raises(ValueError, match="version must be one of 2013, 2018, 2026"):
        form_factors(2020)
