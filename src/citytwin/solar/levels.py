"""How finely the sky is looked at: only the list of directions differs from level to level."""

from __future__ import annotations

from typing import NamedTuple

COARSE = 1
"""Subdivision of the sky that reflections are followed for."""


class Level(NamedTuple):
    """Directions of a level.

    Parameters
    ----------
    factor : int
        Subdivision of the sky that rays are cast to, see :func:`citytwin.kernels.reinhart.reinhart`.
    sky_factor : int
        Subdivision that radiances are computed for: the sky is smoother than what stands before it.
    sun_rays : bool
        Whether rays go to the sun of every hour as well, instead of only to the patches around it.
    """

    factor: int
    sky_factor: int
    sun_rays: bool = False


LEVELS = {
    "draft": Level(1, 1),
    "fast": Level(2, 2),
    "standard": Level(4, 2),
    "exact": Level(4, 2, sun_rays=True),
}
"""145, 577 and 2305 directions, and 2305 with the sun of every hour."""
