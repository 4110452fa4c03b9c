"""Sun through panes: against rays followed one by one, published curves, and limits."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.energy.glazing import (
    CLEAR_REFLECTANCE,
    CLEAR_TRANSMITTANCE,
    angular_loss,
    face_to_face,
    optics,
    split_gains,
    transmitted_share,
)

DOUBLE_CLEAR = {0: 1.0, 40: 0.96, 50: 0.92, 60: 0.83, 70: 0.66, 80: 0.36}
"""Total transmittance of clear double glazing over that at normal incidence."""


def follow(tau: float, rho: float, panes: int) -> tuple[float, list[float]]:
    """Transmitted and absorbed shares of light bounced between panes until nothing is left."""
    down, up = np.zeros(panes + 1), np.zeros(panes + 1)  # light below surface k going in, above it going out
    down[0] = 1.0
    absorbed, through = np.zeros(panes), 0.0
    for _ in range(400):
        next_down, next_up = np.zeros(panes + 1), np.zeros(panes + 1)
        for k in range(panes):
            absorbed[k] += (1.0 - tau - rho) * (down[k] + up[k + 1])
            next_down[k + 1] += tau * down[k] + rho * up[k + 1]
            next_up[k] += rho * down[k] + tau * up[k + 1]
        through += next_down[panes]
        next_down[panes] = next_up[0] = 0.0
        down, up = next_down, next_up
    return through, list(absorbed)


@pytest.mark.parametrize("panes", [1, 2, 3, 4])
def test_normal_incidence_is_that_of_rays_followed_one_by_one(panes: int) -> None:
    glass = optics(np.ones(1), panes)
    through, absorbed = follow(CLEAR_TRANSMITTANCE, CLEAR_REFLECTANCE, panes)
    assert glass.transmittance[0] == pytest.approx(through, rel=1e-6)
    np.testing.assert_allclose(glass.absorptance[:, 0], absorbed, rtol=1e-6)


def test_double_glazing_follows_the_published_curve() -> None:
    cosine = np.cos(np.radians(list(DOUBLE_CLEAR)))
    modifier = optics(cosine, 2).transmittance / optics(np.ones(1), 2).transmittance
    np.testing.assert_allclose(modifier, list(DOUBLE_CLEAR.values()), atol=0.06)


@pytest.mark.parametrize("panes", [1, 2, 3])
def test_the_incidence_modifier_follows_the_glass(panes: int) -> None:
    loss = angular_loss(panes)
    even = (np.arange(1000) + 0.5) / 1000
    both = []
    for cosine in (np.cos(np.radians(np.arange(0, 71, 5))), even):
        glass = optics(cosine, panes).transmittance / optics(np.ones(1), panes).transmittance
        cover = np.expm1(-cosine / loss.coefficient) / np.expm1(-1.0 / loss.coefficient)
        both.append((glass, 1.0 - loss.weight * (1.0 - cover)))
    np.testing.assert_allclose(both[0][1], both[0][0], atol=0.01 * (1 + panes))
    assert 2 * even @ both[1][1] == pytest.approx(2 * even @ both[1][0], rel=0.012)


def test_more_panes_let_less_through_at_every_angle() -> None:
    cosine = np.linspace(0.02, 1.0, 50)
    one, two, three = (optics(cosine, panes).transmittance for panes in (1, 2, 3))
    assert (one > two).all()
    assert (two > three).all()
    assert (np.diff(two) > 0).all()


def test_gains_add_up_to_g_under_standard_faces() -> None:
    u, g = np.array([2.7, 1.0]), np.array([0.76, 0.5])
    gains = split_gains(g, u, transmitted_share(2, 2.7))
    np.testing.assert_allclose(gains.transmittance + gains.absorbed * (1.0 - 0.13 * u), g, rtol=1e-12)
    np.testing.assert_allclose(1.0 / (face_to_face(u) + 0.17), u, rtol=1e-12)


def test_bad_glass_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a pane"):
        optics(np.ones(1), 0)
    with pytest.raises(ValueError, match="no glass transmits"):
        optics(np.ones(1), 1, 0.95, 0.1)
    for u in (0.0, -1.0, 6.0, np.nan):
        with pytest.raises(ValueError, match="U-value of a window"):
            face_to_face(np.array([1.0, u]))
