"""Direct sun summed over hours and kept apart by the patch of the sky it comes from."""

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels._jit import jit
from citytwin.kernels.sun_irradiance import Sun


@jit
def sun_coefficients(
    normals: NDArray[np.float64], sun: Sun, group: NDArray[np.int64], n_groups: int, n_patches: int
) -> NDArray[np.float32]:
    r"""Direct irradiation of open surfaces by patch and group of hours.

    .. math:: C_{idg} = \sum_{h \in g} \sum_{k:\, d_k(h) = d} w_k(h)\, DNI(h)\, \max(0, n_i \cdot s(h))

    The sun keeps its own direction, so that the cosine of incidence is exact; the patches say only through which part
    of the sky it comes. The irradiation of a surface or of a sample is then ``sum_d F_d C_d`` with its visible
    fractions, the same as the sum over hours of :func:`citytwin.kernels.sun_irradiance.add_sun` without reflections.

    Parameters
    ----------
    normals : float64, (n, 3)
        Unit normals: east, north, up.
    sun : Sun
        Of h hours; `patch` is below `n_patches`.
    group : int64, (h,)
        Group of each hour, from 0 to below `n_groups`; hours of a negative group are left out.
    n_groups : int
    n_patches : int
        Patches of the sky.

    Returns
    -------
    float32, (n, n_patches, n_groups), W h/m2
        Summed in float64.

    References
    ----------
    P. R. Tregenza, I. M. Waters, "Daylight coefficients", Lighting Research & Technology 15(2), 1983, pp. 65-71,
    doi:10.1177/096032718301500201.
    """
    n = len(normals)
    result = np.empty((n, n_patches, n_groups), np.float32)
    sums = np.empty((n_patches, n_groups))
    for i in range(n):
        sums[:] = 0.0
        for hour in range(len(group)):
            cosine = (
                normals[i, 0] * sun.direction[0, hour]
                + normals[i, 1] * sun.direction[1, hour]
                + normals[i, 2] * sun.direction[2, hour]
            )
            if cosine > 0.0 and sun.dni[hour] > 0.0 and group[hour] >= 0:
                for k in range(3):
                    sums[sun.patch[k, hour], group[hour]] += sun.share[k, hour] * (sun.dni[hour] * cosine)
        for patch in range(n_patches):
            for g in range(n_groups):
                result[i, patch, g] = sums[patch, g]
    return result
