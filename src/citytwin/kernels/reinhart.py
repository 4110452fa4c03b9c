"""The sky hemisphere in patches (Reinhart's subdivision of Tregenza's)."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.martin_ruiz import incidence_modifier

TREGENZA_ROWS = (30, 30, 24, 24, 18, 12, 6)
"""Patches in each of Tregenza's seven rows, from the horizon up; a cap at the zenith closes the sky."""

FRONT = 1e-4
"""Cosine above which a direction is before a surface and gets a ray."""

SUBDIVISION = 4
"""Cells along each side of a patch over which cosines and radiances are averaged."""


_STEPS = 1024
"""Of the cosine of incidence, between which what glass lets through is interpolated."""


class Patches(NamedTuple):
    """Patches in rows from the horizon up, each row clockwise from north, the cap at the zenith last.

    Parameters
    ----------
    direction : float64, (d, 3)
        Unit vectors to the patch centres: east, north, up.
    solid_angle : float64, (d,), sr
        They sum to 2 pi.
    cells : float64, (d, s, 3)
        Unit vectors to the centres of `s` cells of equal solid angle that make up each patch.
    """

    direction: NDArray[np.float64]
    solid_angle: NDArray[np.float64]
    cells: NDArray[np.float64]


@jit
def reinhart(factor: int) -> Patches:
    """Patches of the sky: ``144 * factor**2 + 1`` of them.

    Each of Tregenza's rows is repeated `factor` times with `factor` times its patches. Rows have the height
    ``90 / (7 * factor + 0.5)`` degrees and the cap half of it; patch `k` of the `n` in a row is centred at
    ``360 k / n`` degrees from north.

    Parameters
    ----------
    factor : int
        1 for Tregenza's 145 patches, 2 for 577, 4 for 2305.

    Returns
    -------
    Patches

    References
    ----------
    P. R. Tregenza, "Subdivision of the sky hemisphere for luminance measurements", Lighting Research & Technology
    19(1), 1987, pp. 13-14, doi:10.1177/096032718701900103. C. F. Reinhart, O. Walkenhorst, "Validation of dynamic
    RADIANCE-based daylight simulations for a test office with external blinds", Energy and Buildings 33(7), 2001, pp.
    683-697, doi:10.1016/S0378-7788(01)00058-5. Rows as in Radiance's ``reinsrc.cal``.
    """
    n = 144 * factor * factor + 1
    side = SUBDIVISION
    direction = np.empty((n, 3))
    solid_angle = np.empty(n)
    cells = np.empty((n, side * side, 3))
    height = 0.5 * math.pi / (7.0 * factor + 0.5)
    patch = 0
    for row in range(7 * factor + 1):
        is_cap = row == 7 * factor
        count = 1 if is_cap else factor * TREGENZA_ROWS[row // factor]
        low = math.sin(row * height)
        high = 1.0 if is_cap else math.sin((row + 1) * height)
        middle = 1.0 if is_cap else math.sin((row + 0.5) * height)
        width = 2.0 * math.pi / count
        for k in range(count):
            _unit_vector(k * width, middle, direction[patch])
            solid_angle[patch] = width * (high - low)
            for i in range(side):
                sine = low + (i + 0.5) / side * (high - low)
                for j in range(side):
                    _unit_vector((k - 0.5 + (j + 0.5) / side) * width, sine, cells[patch, i * side + j])
            patch += 1
    return Patches(direction, solid_angle, cells)


@jit
def _unit_vector(azimuth: float, sine_altitude: float, vector: NDArray[np.float64]) -> None:
    cosine = math.sqrt(1.0 - sine_altitude * sine_altitude)
    vector[0] = cosine * math.sin(azimuth)
    vector[1] = cosine * math.cos(azimuth)
    vector[2] = sine_altitude


@jit
def projected_solid_angles(
    normals: NDArray[np.float64],
    cells: NDArray[np.float64],
    solid_angle: NDArray[np.float64],
    angular_loss: float,
) -> NDArray[np.float32]:
    r"""Solid angle of each patch weighted by the cosine of incidence, :math:`\int \max(0, n \cdot s)\, d\omega`.

    A patch of uniform radiance L irradiates the plane by L times this. The cosine is averaged over the cells of the
    patch, so that patches cut by the plane count with the part in front of it. For an open plane they sum to
    ``pi (1 + cos tilt) / 2`` within 0.1 % at 145 patches. Only patches near the plane, and those seen through glass,
    need their cells one by one: elsewhere the mean cosine is that of the mean cell.

    Parameters
    ----------
    normals : float64, (n, 3)
        Unit normals: east, north, up.
    cells : float64, (d, s, 3)
    solid_angle : float64, (d,), sr
    angular_loss : float
        Of a glass cover, see :func:`citytwin.kernels.martin_ruiz.incidence_modifier`.

    Returns
    -------
    float32, (n, d), sr
    """
    n = len(normals)
    n_patches, n_cells, _ = cells.shape
    middle = np.zeros((n_patches, 3))
    reach = np.zeros(n_patches)
    for patch in range(n_patches):
        for axis in range(3):
            middle[patch, axis] = cells[patch, :, axis].sum() / n_cells
        for cell in range(n_cells):
            away = 0.0
            for axis in range(3):
                away += (cells[patch, cell, axis] - middle[patch, axis]) ** 2
            reach[patch] = max(reach[patch], math.sqrt(away))

    seen = np.zeros(_STEPS + 2)
    for k in range(1, _STEPS + 2):
        cosine = min(k, _STEPS) / _STEPS
        seen[k] = cosine * incidence_modifier(cosine, angular_loss) / n_cells

    result = np.empty((n, n_patches), np.float32)
    for i in range(n):
        x, y, z = normals[i, 0], normals[i, 1], normals[i, 2]
        for patch in range(n_patches):
            mean = x * middle[patch, 0] + y * middle[patch, 1] + z * middle[patch, 2]
            if mean < -reach[patch]:
                mean = 0.0
            elif mean <= reach[patch] or angular_loss != 0.0:
                mean = 0.0
                for cell in range(n_cells):
                    cosine = x * cells[patch, cell, 0] + y * cells[patch, cell, 1] + z * cells[patch, cell, 2]
                    place = min(max(cosine, 0.0), 1.0) * _STEPS
                    k = int(place)
                    mean += seen[k] + (place - k) * (seen[k + 1] - seen[k])
            result[i, patch] = mean * solid_angle[patch]
    return result


@jit
def sky_view(visible: NDArray[np.uint8], projected: NDArray[np.float32]) -> NDArray[np.float64]:
    r"""Sky view factor :math:`\frac{1}{\pi} \sum_d F_d \int \max(0, n \cdot s)\, d\omega`, 1 for an open flat roof.

    Parameters
    ----------
    visible : uint8, (n, d)
        Visible fraction of each patch, 255 is all.
    projected : float32, (n, d), sr
        From :func:`projected_solid_angles`.

    Returns
    -------
    float64, (n,)
    """
    n, n_patches = visible.shape
    result = np.empty(n)
    for i in range(n):
        total = 0.0
        for patch in range(n_patches):
            total += visible[i, patch] / 255.0 * projected[i, patch]
        result[i] = total / math.pi
    return result


@jit
def extend_behind(
    visible: NDArray[np.uint8], normals: NDArray[np.float64], direction: NDArray[np.float64], reach: float
) -> None:
    """Give patches just behind a surface's plane the visible fraction of the nearest patch just before it, in place.

    No rays are cast to patches whose centre is behind the plane, yet parts of them may be before it, and the sun there
    lies between them and patches that were cast.

    Parameters
    ----------
    visible : uint8, (n, d)
        Changed where the patch centre is behind the plane by less than `reach`.
    normals : float64, (n, 3)
        Unit normals of the surfaces.
    direction : float64, (d, 3)
        Unit vectors to the patch centres.
    reach : float
        Sine of the angle behind the plane up to which patches are filled, more than a patch is wide: 0.25 over the
        factor of the subdivision. Patches up to twice as far before the plane are copied from.
    """
    n, n_patches = visible.shape
    height = np.empty(n_patches)
    near = np.empty(n_patches, np.int64)
    for i in range(n):
        for patch in range(n_patches):
            height[patch] = (
                normals[i, 0] * direction[patch, 0]
                + normals[i, 1] * direction[patch, 1]
                + normals[i, 2] * direction[patch, 2]
            )
        n_near = 0
        for patch in range(n_patches):
            if FRONT < height[patch] <= 2.0 * reach:
                near[n_near] = patch
                n_near += 1
        for patch in range(n_patches):
            if height[patch] > FRONT or height[patch] < -reach:
                continue
            best = -2.0
            for other in near[:n_near]:
                cosine = (
                    direction[patch, 0] * direction[other, 0]
                    + direction[patch, 1] * direction[other, 1]
                    + direction[patch, 2] * direction[other, 2]
                )
                if cosine > best:
                    best = cosine
                    visible[i, patch] = visible[i, other]
