"""Light that glass lets through at oblique incidence (the model of Martin and Ruiz)."""

import math

from citytwin.kernels._jit import jit


@jit
def incidence_modifier(cosine: float, angular_loss: float) -> float:
    r"""Transmitted light over that at normal incidence, :math:`(1 - e^{-\cos\theta / a_r}) / (1 - e^{-1 / a_r})`.

    Parameters
    ----------
    cosine : float
        Of the angle of incidence, from 0 to 1.
    angular_loss : float
        Coefficient a_r: 0.16 for clean glass over silicon, larger for dirty glass; 0 for no loss.

    Returns
    -------
    float

    References
    ----------
    N. Martin, J. M. Ruiz, "Calculation of the PV modules angular losses under field conditions by means of an
    analytical model", Solar Energy Materials and Solar Cells 70(1), 2001, pp. 25-38,
    doi:10.1016/S0927-0248(00)00408-6, equation 4.
    """
    if angular_loss <= 0.0:
        return 1.0
    return (1.0 - math.exp(-cosine / angular_loss)) / (1.0 - math.exp(-1.0 / angular_loss))


@jit
def hemispherical_modifier(angular_loss: float) -> float:
    """Mean of :func:`incidence_modifier` over the hemisphere, weighted by the cosine: for uniform radiance.

    Parameters
    ----------
    angular_loss : float

    Returns
    -------
    float
    """
    if angular_loss <= 0.0:
        return 1.0
    end = math.exp(-1.0 / angular_loss)
    lost = 2.0 * angular_loss * (angular_loss - (angular_loss + 1.0) * end)
    return (1.0 - lost) / (1.0 - end)
