"""The 5R1C network of ISO 13790:2008, Annex C, as a state-space model of one state: exact, without its probing step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.thermal_zone import StateSpace

SMALLEST_POLE = 1e-6
"""A capacity that forgets its temperature within the hour is nudged to leave this share of it."""


class FiveConductances(NamedTuple):
    """Parameters of n zones; float64 of shape (n,) unless stated, conductances in W/K."""

    h_ve: NDArray[np.float64]
    """(n, 2): ventilation and infiltration in the first and the second ventilation state, above 0."""
    h_w: NDArray[np.float64]
    """Windows and other elements without mass."""
    h_em: NDArray[np.float64]
    """Between mass and outdoor air: what remains of the opaque envelope in series behind `h_ms`."""
    h_ms: NDArray[np.float64]
    """Mass to surface node, 9.1 W/(m2 K) times the effective mass area."""
    h_is: NDArray[np.float64]
    """Surface to air node, 3.45 W/(m2 K) times the total internal area."""
    capacity: NDArray[np.float64]
    """Internal heat capacity, W h/K."""
    mass_share: NDArray[np.float64]
    """Share of radiant gains that the mass node takes, effective mass area over total internal area."""
    gain_scale: NDArray[np.float64]
    """Factor on the internal gains of the profile, for example the floor area in m2."""
    glazing_scale: NDArray[np.float64]
    """Factor on the sun transmitted by the glazing, the first stream."""
    opaque_scale: NDArray[np.float64]
    """Factor on the sun through opaque elements, the second stream, into the mass node."""
    drives: NDArray[np.float64]
    """(n, k): heat into the mass node, W per unit of each shared drive after the outdoor temperature."""


def state_space_of_5r1c(zones: FiveConductances) -> tuple[StateSpace, NDArray[np.float64]]:
    r"""State-space models and what their ventilation states add.

    The five conductances leave one state, the mass temperature, and one step of the standard is linear in it, in the
    outdoor temperature and in the gains (internal :math:`I`, transmitted sun :math:`S`, heat into the mass node
    :math:`X`, heating minus cooling :math:`q`):

    .. math::
        T_m' = b_0 T_m + b_1 T_e + b_G (I/2 + S) + b_P (I/2 + q) + b_X X, \qquad
        T_{air} = a_0 T_m + a_1 T_e + a_G (I/2 + S) + a_P (I/2 + q) + a_X X

    With :math:`H_1 = 1/(1/H_{ve} + 1/H_{is})`, :math:`H_2 = H_1 + H_w`, :math:`H_3 = 1/(1/H_2 + 1/H_{ms})`,
    :math:`d = C + (H_3 + H_{em})/2`, :math:`f_s = 1 - f_m - H_w / (9.1 A_t)`:
    :math:`b_0 = (C - (H_3 + H_{em})/2)/d`, :math:`b_1 = (H_{em} + H_3 (H_w + H_1)/H_2)/d`,
    :math:`b_G = (f_m + H_3 f_s/H_2)/d`, :math:`b_P = H_3 H_1/(H_{ve} H_2 d)`, :math:`b_X = 1/d`; the air node follows
    from C.9 to C.11 with the mean of old and new mass temperature. The state is :math:`(a_0/b_0) T_m`, so that
    :math:`a - (a_0/b_0) b` is left of each input as its direct term. A ventilation state is a further conductance of
    the air node to the supply, which is exact.

    Parameters
    ----------
    zones : FiveConductances

    Returns
    -------
    StateSpace
        Drives are outdoor temperature and those of `zones`; sun streams are glazing and opaque elements.
    float64 array (n, 2)
        Conductance of each ventilation state on top of the smaller one, W/K.

    References
    ----------
    ISO 13790:2008, Annex C.

    Examples
    --------
    >>> one = np.ones(1)
    >>> space, ventilation = state_space_of_5r1c(
    ...     FiveConductances(
    ...         np.array([[30.0, 90.0]]), 40 * one, 60 * one, 2275 * one, 1552 * one, 8000 * one, 0.55 * one,
    ...         100 * one, 0.6 * one, one, np.zeros((1, 0)),
    ...     )
    ... )
    >>> space.pole.round(3).tolist(), ventilation.tolist()
    ([[0.984]], [[0.0, 60.0]])
    """
    h_w, h_em, h_ms, h_is, f_m = zones.h_w, zones.h_em, zones.h_ms, zones.h_is, zones.mass_share
    h_ve = zones.h_ve.min(axis=1)
    h_1 = 1.0 / (1.0 / h_ve + 1.0 / h_is)
    h_2 = h_1 + h_w
    h_3 = 1.0 / (1.0 / h_2 + 1.0 / h_ms)
    half = 0.5 * (h_3 + h_em)
    near = np.abs(zones.capacity - half) < SMALLEST_POLE * 2.0 * half
    capacity = np.where(near, half * (1.0 + 2.0 * SMALLEST_POLE), zones.capacity)
    d = capacity + half
    n, e = h_ms + h_w + h_1, h_is + h_ve
    f_s = 1.0 - f_m * (1.0 + h_w / h_ms)

    b_mass = (capacity - half) / d
    b_out = (h_em + h_3 * (h_w + h_1) / h_2) / d
    b_gain = (f_m + h_3 * f_s / h_2) / d
    b_air = h_3 * h_1 / (h_ve * h_2) / d
    a_mass = h_is * h_ms * (1.0 + b_mass) / (2.0 * n * e)
    a_out = (h_is * (0.5 * h_ms * b_out + h_w + h_1) / n + h_ve) / e
    a_gain = h_is * (0.5 * h_ms * b_gain + f_s) / (n * e)
    a_air = (h_is * (0.5 * h_ms * b_air + h_1 / h_ve) / n + 1.0) / e
    a_node = h_is * h_ms / (2.0 * n * e * d)

    node = np.column_stack([np.ones(len(d)), zones.drives])
    b_drive, a_drive = node / d[:, None], node * a_node[:, None]
    b_drive[:, 0], a_drive[:, 0] = b_out, a_out
    b_sun = np.column_stack([b_gain * zones.glazing_scale, zones.opaque_scale / d])
    a_sun = np.column_stack([a_gain * zones.glazing_scale, zones.opaque_scale * a_node])
    b_use, a_use = 0.5 * (b_gain + b_air) * zones.gain_scale, 0.5 * (a_gain + a_air) * zones.gain_scale
    scale = a_mass / b_mass
    space = StateSpace(
        pole=b_mass[:, None],
        drive=(scale[:, None] * b_drive)[:, None],
        sun=(scale[:, None] * b_sun)[:, None],
        gain=(scale * b_use)[:, None],
        port=(scale * b_air)[:, None],
        direct_drive=a_drive - scale[:, None] * b_drive,
        direct_sun=a_sun - scale[:, None] * b_sun,
        direct_gain=a_use - scale * b_use,
        direct_port=a_air - scale * b_air,
    )
    return space, zones.h_ve - h_ve[:, None]
