r"""Sun through panes of glass: Fresnel at every face, Bouguer in every pane, and what that means for windows.

The reflectance of a face follows from the refractive index (Fresnel, mean over both polarisations), what a pane absorbs
from the length of the path in it; panes are added one by one with all reflections between them (Duffie and Beckman,
Solar Engineering of Thermal Processes, 4th edition 2013, chapter 5, doi:10.1002/9781118671603).
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

INSIDE_M2K_W, OUTSIDE_M2K_W = 0.13, 0.04
"""Resistances of the faces of a window that its U-value includes (ISO 6946:2017, Table 7)."""

CLEAR_TRANSMITTANCE, CLEAR_REFLECTANCE = 0.834, 0.075
"""Of a pane of clear glass of 3 mm at normal incidence (ANSI/ASHRAE Standard 140-2020, case 600)."""


class Optics(NamedTuple):
    """Shares of the sun on a glazing by angle: `transmittance` (a,), and `absorptance` (panes, a) from outside in."""

    transmittance: Floats
    absorptance: Floats


def optics(
    cosine: Floats, panes: int, transmittance: float = CLEAR_TRANSMITTANCE, reflectance: float = CLEAR_REFLECTANCE
) -> Optics:
    r"""Transmittance and absorptance of equal panes of uncoated glass.

    With the reflectance r of a face and the transmittance a of the path within a pane,
    :math:`\tau = a (1-r)^2/(1-a^2 r^2)` and :math:`\rho = r (1 + a \tau)`; those of a stack follow from
    :math:`\tau_{12} = \tau_1 \tau_2/(1 - \rho_1 \rho_2)`.

    Parameters
    ----------
    cosine : float64 array (a,)
        Of the angle of incidence, above 0 to 1.
    panes : int
    transmittance, reflectance : float
        Of one pane at normal incidence; index of refraction and absorption follow from them.

    Raises
    ------
    ValueError
        No pane, or properties that no pane of glass has.

    Examples
    --------
    >>> import numpy as np
    >>> optics(np.array([1.0, 0.5]), 2).transmittance.round(3).tolist()
    [0.699, 0.595]
    """
    if panes < 1:
        raise ValueError(f"a glazing needs a pane, not {panes}")
    if not (0.0 < reflectance < 1.0 and 0.0 < transmittance <= 1.0 - reflectance):
        raise ValueError(f"no glass transmits {transmittance} and reflects {reflectance}")
    face, path = _face_and_path(transmittance, reflectance)
    root = math.sqrt(face)
    index = (1.0 + root) / (1.0 - root)
    inside = np.sqrt(1.0 - (1.0 - cosine**2) / index**2)
    tau, rho = np.zeros((2, len(cosine))), np.zeros((2, len(cosine)))
    for k, (a, b) in enumerate(((cosine, index * inside), (index * cosine, inside))):
        r = ((a - b) / (a + b)) ** 2
        through = path ** (1.0 / inside)
        tau[k] = through * (1.0 - r) ** 2 / (1.0 - (through * r) ** 2)
        rho[k] = r * (1.0 + through * tau[k])
    return _stack(tau, rho, panes)


def _stack(tau: Floats, rho: Floats, panes: int) -> Optics:
    """Optics of equal panes from those of one pane in both polarisations, float64 (2, a)."""
    # of the first k panes, seen from outside: transmittance, and reflectance of their inner side
    to, back = [np.ones_like(tau)], [np.zeros_like(rho)]
    for _ in range(panes):
        between = 1.0 - back[-1] * rho
        to.append(to[-1] * tau / between)
        back.append(rho + tau**2 * back[-1] / between)
    absorbed = []
    for k in range(panes):
        behind = back[panes - k - 1]  # equal panes look the same from either side
        arriving = to[k] / (1.0 - back[k] * (rho + tau**2 * behind / (1.0 - rho * behind)))
        returning = arriving * tau * behind / (1.0 - rho * behind)
        absorbed.append((1.0 - tau - rho) * (arriving + returning))
    return Optics(to[panes].mean(axis=0), np.array(absorbed).mean(axis=1))


def _face_and_path(transmittance: float, reflectance: float) -> tuple[float, float]:
    """Reflectance of a face and transmittance within the glass, from those of a pane at normal incidence."""
    face, path = reflectance / 2.0, transmittance
    for _ in range(100):
        path = transmittance * (1.0 - (path * face) ** 2) / (1.0 - face) ** 2
        face = reflectance / (1.0 + path * transmittance)
    return face, path


class Gains(NamedTuple):
    """Shares of the sun at normal incidence: `transmittance` as radiation, `absorbed` as heat of the inner face."""

    transmittance: Floats
    absorbed: Floats


def face_to_face(u_value: Floats) -> Floats:
    """Thermal resistance between the faces of a window, m2 K/W, from its U-value in W/(m2 K), shape kept.

    Raises
    ------
    ValueError
        A U-value is not positive, or so large that nothing is left between the faces.

    Examples
    --------
    >>> import numpy as np
    >>> face_to_face(np.array([1.0])).round(2).tolist()
    [0.83]
    """
    faces = INSIDE_M2K_W + OUTSIDE_M2K_W
    bad = np.flatnonzero(~((u_value > 0.0) & (u_value < 1.0 / faces)))
    if len(bad):
        raise ValueError(f"the U-value of a window must be above 0 and below {1 / faces:.2f}, not {u_value[bad[0]]}")
    return 1.0 / u_value - faces


def split_gains(g_value: Floats, u_value: Floats, transmitted_share: float | Floats) -> Gains:
    """Transmitted and absorbed part of a total solar transmittance (EN 410:2011).

    Parameters
    ----------
    g_value, u_value : float64 arrays (n,)
        Of the glass; W/(m2 K).
    transmitted_share : float or float64 array (n,)
        Solar transmittance over g, as of :func:`transmitted_share`.

    Notes
    -----
    The rest of g is what the inside gets of heat absorbed in the glass. Here it enters at the inner face, which loses
    :math:`R_{si} U` of it to the outside.

    Examples
    --------
    >>> import numpy as np
    >>> gains = split_gains(np.array([0.76]), np.array([2.7]), 0.92)
    >>> gains.transmittance.round(3).tolist(), gains.absorbed.round(3).tolist()
    ([0.699], [0.094])
    """
    transmittance = g_value * transmitted_share
    return Gains(transmittance, (g_value - transmittance) / (1.0 - INSIDE_M2K_W * u_value))


@cache
def transmitted_share(panes: int, u_value: float) -> float:
    """Solar transmittance over g of panes of clear glass at normal incidence.

    A pane k gives :math:`U (R_{se} + R_k)` of what it absorbs to the inside; the resistance between the faces is spread
    evenly over the gaps (EN 410:2011).

    Parameters
    ----------
    panes : int
    u_value : float, W/(m2 K)

    Examples
    --------
    >>> round(transmitted_share(2, 2.7), 2)
    0.92
    """
    glass = optics(np.ones(1), panes)
    between = float(face_to_face(np.array([u_value]))[0])
    place = np.arange(panes) / max(panes - 1, 1)
    inwards = u_value * (OUTSIDE_M2K_W + place * between)
    transmittance = float(glass.transmittance[0])
    return transmittance / (transmittance + float(inwards @ glass.absorptance[:, 0]))


class AngularLoss(NamedTuple):
    """What a glazing does to the irradiance of its plane: 1 - `weight` of it plus `weight` of it behind a glass cover.

    Parameters
    ----------
    weight : float
    coefficient : float
        Of the cover, see :func:`citytwin.kernels.martin_ruiz.incidence_modifier`.
    """

    weight: float
    coefficient: float


@cache
def angular_loss(panes: int) -> AngularLoss:
    r"""Incidence modifier of panes of clear glass, in the form that irradiance of surfaces is computed in.

    .. math:: f(\cos\theta) = 1 - w \left(1 - \frac{1 - e^{-\cos\theta/a}}{1 - e^{-1/a}}\right)

    with w and a that follow the transmittance of :func:`optics` most closely over the light of a uniform hemisphere;
    within 0.02 up to 70 degrees. Sun, sky and reflected light then get through each at their own angle.

    Parameters
    ----------
    panes : int

    References
    ----------
    N. Martin, J. M. Ruiz, Solar Energy Materials and Solar Cells 70(1), 2001, pp. 25-38,
    doi:10.1016/S0927-0248(00)00408-6, equation 4 (the exponential).

    Examples
    --------
    >>> loss = angular_loss(2)
    >>> round(loss.weight, 2), round(loss.coefficient, 2)
    (1.32, 0.26)
    """
    cosine = (np.arange(200) + 0.5) / 200
    loss = 1.0 - optics(cosine, panes).transmittance / optics(np.ones(1), panes).transmittance

    def best(a: float) -> tuple[float, float]:
        """Squares that are left, and the weight that leaves them."""
        cover = 1.0 - np.expm1(-cosine / a) / math.expm1(-1.0 / a)
        weight = float((cosine * cover) @ loss / ((cosine * cover) @ cover))
        return float(cosine @ (weight * cover - loss) ** 2), weight

    low, high, ratio = 0.02, 1.0, (math.sqrt(5.0) - 1.0) / 2.0
    for _ in range(60):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if best(a)[0] < best(b)[0] else (a, high)
    coefficient = 0.5 * (low + high)
    return AngularLoss(best(coefficient)[1], coefficient)


PANES = (2, 3)
"""Panes that windows of the stock have."""

TRIPLE_BELOW = 1.9
"""U-value below which windows are taken to have three panes, W/(m2 K)."""


def panes_of(u_window: Floats) -> NDArray[np.int64]:
    """Panes of windows by their U-value: 3 below :data:`TRIPLE_BELOW`, else 2."""
    return np.where(u_window < TRIPLE_BELOW, 3, 2)
