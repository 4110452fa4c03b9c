"""The skyline beyond what is modelled: distant hills that hide the low sun and the lowest patches of the sky.

One horizon serves a whole analysis, so it should hold what is far: at 20 times the extent of the city it moves by less
than 3 degrees across it. Nearer hills belong into the context.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.kernels.horizon_profile import horizon_of_grid, horizon_of_triangles
from citytwin.kernels.reinhart import Patches
from citytwin.model._cast import as_floats
from citytwin.model.ragged import freeze

if TYPE_CHECKING:
    import pandas as pd

WIDEST_HALO_M = 500.0
LOWEST_ALTITUDE_DEG = 3.0
"""What rises less than this above the lowest sample is left to the horizon."""

SECTORS = 360
FARTHEST_M = 50_000.0


@dataclass(frozen=True, eq=False)
class Horizon:
    """Altitude of the skyline by azimuth, linear in between.

    Parameters
    ----------
    azimuth : float64 array (k,), degrees
        Clockwise from north, ascending from 0 up to below 360.
    altitude : float64 array (k,), degrees
        From 0 to 90.

    Examples
    --------
    >>> horizon = Horizon.of([[0, 0], [90, 4], [180, 10], [270, 4]])
    >>> horizon.at(np.array([90.0, 135.0, 315.0]))
    array([4., 7., 2.])
    """

    azimuth: NDArray[np.float64]
    altitude: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze(self.azimuth, self.altitude)

    @classmethod
    def of(cls, table: pd.DataFrame | pd.Series | ArrayLike) -> Horizon:
        """Horizon of a table as pvlib and PVGIS have it.

        Parameters
        ----------
        table : DataFrame, Series or array
            Columns ``azimuth`` and ``altitude``; altitudes indexed by azimuth, as ``pvlib.iotools.get_pvgis_horizon``
            returns them; an array (k, 2) of both; or altitudes (k,) at equal angles from north on, clockwise, as PVGIS
            takes them. Degrees, azimuth clockwise from north. Skylines below the horizontal count as level.

        Raises
        ------
        TypeError
            The values are no numbers.
        ValueError
            They are not finite, above 90 degrees, none at all, or an azimuth has two different altitudes.
        """
        azimuth, altitude = _columns(table)
        azimuth = np.mod(as_floats(azimuth, "azimuth", low=-360.0, high=360.0), 360.0)
        altitude = np.maximum(as_floats(altitude, "altitude", low=-90.0, high=90.0), 0.0)
        if not len(azimuth):
            raise ValueError("a horizon needs at least one azimuth")
        kept, first, which = np.unique(azimuth, return_index=True, return_inverse=True)
        if (altitude[first][which] != altitude).any():
            twice = float(azimuth[np.flatnonzero(altitude[first][which] != altitude)[0]])
            raise ValueError(f"the horizon has two altitudes at azimuth {twice:g}")
        return cls(kept, altitude[first])

    @classmethod
    def of_triangles(
        cls, triangles: NDArray[np.float64], point: ArrayLike, nearest_m: float = 0.0, sectors: int = SECTORS
    ) -> Horizon:
        """Horizon of distant triangles: the highest of each sector, the curvature of the earth taken off.

        Parameters
        ----------
        triangles : float64 array (m, 3, 3), m
            East, north, up.
        point : (3,), m
            The eye, in the same coordinates.
        nearest_m : float
            What is nearer in plan does not count.
        sectors : int
            Sectors of equal width, the first about north.

        Raises
        ------
        ValueError
            A coordinate is not finite, or there are fewer than 3 sectors.

        Examples
        --------
        >>> wall = np.array([[[-9e3, 1e4, 0], [9e3, 1e4, 0], [0, 1e4, 1e3]]])
        >>> horizon = Horizon.of_triangles(wall, [0, 0, 0])
        >>> horizon.at(np.array([0.0, 180.0])).round(2)
        array([5.67, 0.  ])
        """
        if sectors < 3:
            raise ValueError(f"a horizon needs at least 3 sectors, not {sectors}")
        corners = as_floats(triangles, "triangles", (None, 3, 3))
        angle = horizon_of_triangles(corners, as_floats(point, "point", (3,)), sectors, nearest_m)
        return cls.of(np.degrees(angle))

    @classmethod
    def of_grid(
        cls,
        heights: ArrayLike,
        corner: ArrayLike,
        cell_m: float,
        point: ArrayLike,
        nearest_m: float = 0.0,
        farthest_m: float = FARTHEST_M,
        azimuths: int = SECTORS,
    ) -> Horizon:
        """Horizon of a height grid, linear along its lines, the curvature of the earth taken off.

        Parameters
        ----------
        heights : array (rows, columns), m
            Rows to the north, columns to the east; NaN where unknown. Turn a raster of geodata, whose first row is the
            northernmost, over first.
        corner : (2,), m
            Easting and northing of the first height.
        cell_m : float
        point : (3,), m
            The eye.
        nearest_m, farthest_m : float
            Range looked at.
        azimuths : int

        Raises
        ------
        ValueError
            The grid has fewer than 2 rows or columns, or the cell no width.
        """
        grid = as_floats(heights, "heights", (None, None), missing=True)
        if min(grid.shape) < 2 or not cell_m > 0.0 or azimuths < 3:
            raise ValueError(
                f"a grid needs 2 rows and columns and a cell above 0 m, a horizon 3 azimuths; not {grid.shape}, "
                f"{cell_m} m and {azimuths}"
            )
        x0, y0 = as_floats(corner, "corner", (2,))
        eye = as_floats(point, "point", (3,))
        return cls.of(np.degrees(horizon_of_grid(grid, x0, y0, cell_m, eye, azimuths, nearest_m, farthest_m)))

    def at(self, azimuth: NDArray[np.float64]) -> NDArray[np.float64]:
        """Altitude in degrees at azimuths in degrees, of the same shape."""
        return np.interp(azimuth, self.azimuth, self.altitude, period=360.0)

    def hides(self, direction: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Whether directions (..., 3), unit vectors east, north, up, are below the skyline, bool (...)."""
        azimuth = np.degrees(np.arctan2(direction[..., 0], direction[..., 1]))
        altitude = np.degrees(np.arcsin(np.clip(direction[..., 2], -1.0, 1.0)))
        return altitude < self.at(azimuth)


def blocked_share(horizon: Horizon, patches: Patches) -> NDArray[np.float64]:
    """Share of each patch of the sky that the skyline hides, by its cells of equal solid angle, float64 (d,)."""
    return horizon.hides(patches.cells).mean(1)


def sun_blocked(horizon: Horizon, direction: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the skyline hides the middle of the sun, bool (h,), for directions (h, 3); no refraction of the sun."""
    return horizon.hides(direction)


def halo_of(triangles: NDArray[np.float64], floor: float, widest: float = WIDEST_HALO_M) -> float:
    """Distance in m up to which geometry can rise more than 3 degrees above the lowest sample, at most 500 m.

    For one result whatever else is read, `triangles` has to be all that is within the widest halo of a cell and `floor`
    a height that follows from it.

    Parameters
    ----------
    triangles : float64 array (m, 3, 3), m
    floor : float, m
        Height of the lowest sample, in the same coordinates.
    widest : float, m

    Examples
    --------
    >>> house = np.array([[[0.0, 0, 0], [9, 0, 0], [0, 0, 10]]])
    >>> round(halo_of(house, 0.0), 1)
    190.8
    """
    if not len(triangles):
        return 0.0
    rise = float(triangles[:, :, 2].max()) - floor
    return float(np.clip(rise / math.tan(math.radians(LOWEST_ALTITUDE_DEG)), 0.0, widest))


def _columns(table: Any) -> tuple[ArrayLike, ArrayLike]:
    """Azimuths and altitudes of a table in any of the forms of :meth:`Horizon.of`."""
    if hasattr(table, "columns"):
        missing = [name for name in ("azimuth", "altitude") if name not in table]
        if missing:
            raise ValueError(f"the horizon has no column {missing[0]!r}; it needs azimuth and altitude in degrees")
        return table["azimuth"], table["altitude"]
    if hasattr(table, "index") and hasattr(table, "to_numpy"):
        return table.index.to_numpy(), table.to_numpy()
    values = np.asarray(table)
    if values.ndim == 2 and values.shape[1] == 2:
        return values[:, 0], values[:, 1]
    return 360.0 / max(len(values), 1) * np.arange(len(values)), values
