"""Irradiation: what the sun and the sky bring to each surface of a city."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin._compat import require
from citytwin._threads import map_blocks
from citytwin.model._cast import as_rows
from citytwin.model.facets import Facets, facet_hours
from citytwin.model.findings import Findings
from citytwin.model.polygons import surface_polygons
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze
from citytwin.model.sample_map import SampleMap
from citytwin.model.sky_dome import Exposure, SkyDome, hours_of, sun_over
from citytwin.model.sun import NOMINAL_YEAR_DAYS, Day, as_dates
from citytwin.model.weather import HOURS

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import xarray as xr

    from citytwin.model.city import CityModel

SURFACES_A_BLOCK = 64
MINUTES_A_STEP = 5

LEVEL = 1e-6
"""Horizontal part of a normal below which a surface faces nowhere."""


@dataclass(frozen=True, eq=False)
class Irradiation:
    """Irradiation of surfaces over a year.

    The sum of three parts: diffuse radiation of the patches of the sky a surface sees; direct radiation with the exact
    cosine of incidence and the share of the surface that sees the sky around the sun; and what ground and facades send
    back of either.

    Monthly and annual sums are stored, hours are computed when asked for. Built by :func:`citytwin.solar.irradiate`.

    Parameters
    ----------
    surface : int32 array (n,)
        Row of each surface in ``city.surfaces``.
    building : int32 array (n,)
        Row of its building in the buildings the analysis was made for.
    area : float64 array (n,), m2
        Outdoor part of the surface; results are means over it.
    outdoor_share : float64 array (n,)
        That over the whole area; 0 for a surface that is buried or shared with neighbours, whose results are 0.
    monthly : float64 array (n, 12), kWh/m2
    sky_view : float64 array (n,)
        Sky view factor: 1 for an open flat roof, 0.5 for an open wall.
    level : str
    sky : str
        Model of the diffuse sky.
    bounces : int
        Reflections that are followed.
    dome, exposure : SkyDome, Exposure
        What the hours are computed from.
    row : int64 array (n,)
        Row of each surface in `exposure`.
    samples : SampleMap, optional
        Of all surfaces of the analysis, where it was asked for.
    findings : Findings
    provenance : Provenance
    """

    surface: NDArray[np.int32]
    building: NDArray[np.int32]
    area: NDArray[np.float64]
    outdoor_share: NDArray[np.float64]
    monthly: NDArray[np.float64]
    sky_view: NDArray[np.float64]
    level: str
    sky: str
    bounces: int
    dome: SkyDome = field(repr=False)
    exposure: Exposure = field(repr=False)
    row: NDArray[np.int64] = field(repr=False)
    samples: SampleMap | None = field(default=None, repr=False)
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze(self.surface, self.building, self.area, self.outdoor_share, self.monthly, self.sky_view, self.row)

    def __len__(self) -> int:
        return len(self.surface)

    def __repr__(self) -> str:
        return f"Irradiation({len(self)} surfaces, {self.area.sum():.0f} m2, level={self.level!r}, sky={self.sky!r})"

    @cached_property
    def annual(self) -> NDArray[np.float64]:
        """Sum of the year, kWh/m2, float64 (n,)."""
        return self.monthly.sum(1)

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit vector to the outside of each surface (n, 3): east, north, up."""
        return self.exposure.normal[self.row]

    @cached_property
    def _row_of_surface(self) -> dict[int, int]:
        return {int(surface): row for row, surface in enumerate(self.surface)}

    def rows_of(self, surfaces: NDArray[np.integer]) -> NDArray[np.int64]:
        """Row of each of the given surfaces of the city, -1 where it has none, int64 (k,)."""
        return np.array([self._row_of_surface.get(int(surface), -1) for surface in surfaces], np.int64)

    def take(self, rows: NDArray[np.integer]) -> Irradiation:
        """Irradiation of the given rows, in that order."""
        columns = ("surface", "building", "area", "outdoor_share", "monthly", "sky_view", "row")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def hourly(self, rows: NDArray[np.integer] | Sequence[int], angular_loss: float = 0.0) -> NDArray[np.float32]:
        """Irradiance of some surfaces in each hour of the year.

        Parameters
        ----------
        rows : int array (k,)
            Rows of this table.
        angular_loss : float
            Coefficient a_r of Martin and Ruiz for the light that gets through a glass cover, 0.16 for a PV module; the
            default is no cover. See :func:`citytwin.kernels.martin_ruiz.incidence_modifier`.

        Returns
        -------
        float32 array (k, 8760), W/m2
            Mean over the hour that begins h hours after New Year, local standard time.

        Raises
        ------
        ValueError
            A row is out of range, or the coefficient is negative or no number.
        """
        if not 0.0 <= angular_loss < np.inf:
            raise ValueError(f"angular_loss must not be negative, but is {angular_loss}")
        wanted = self.row[as_rows(rows, "rows", len(self))]
        result = np.zeros((len(wanted), HOURS), np.float32)

        def fill(start: int, stop: int) -> None:
            hours = hours_of(self.exposure, self.dome, wanted[start:stop], angular_loss)
            result[start:stop, self.dome.hour] = hours

        map_blocks(fill, len(wanted), SURFACES_A_BLOCK)
        return result

    def facet_hourly(self, facets: Facets, start: int, stop: int) -> NDArray[np.float32]:
        """Hours of the sums that facets of some buildings count for.

        Surfaces are put together before they meet the hours, so that a sum costs little more than a surface.

        Parameters
        ----------
        facets : Facets
            Of surfaces of this table.
        start, stop : int
            Buildings; the caller divides long work into blocks of them. A sum does not depend on the others.

        Returns
        -------
        float32 array ((stop - start) * streams, 8760), W/m2 times the unit of the weights
        """
        result = np.zeros((facets.streams * (stop - start), HOURS), np.float32)
        result[:, self.dome.hour] = facet_hours(self.exposure, self.dome, self.row, facets, start, stop)
        return result

    def sun_hours(self, dates: Day | Iterable[Day]) -> NDArray[np.float64]:
        """Hours of possible sunshine on some dates: geometry only, as under a clear sky.

        The sun is followed in steps of 5 minutes while it is above the horizontal; a moment counts with the share of
        the surface that sees it, interpolated between the three nearest patches of the sky, and so do moments at
        grazing incidence. Refraction is left out.

        Parameters
        ----------
        dates : date, ISO text, or several
            Of any year from 2000 to 2050, local standard time; see :func:`citytwin.model.sun.as_dates`.

        Returns
        -------
        float64 array (n, k), hours

        Raises
        ------
        ValueError, TypeError
            What is given is no date, or of another year.
        """
        from citytwin.kernels.perez_sky import nearest_patches
        from citytwin.kernels.solar_position import solar_position
        from citytwin.kernels.sun_irradiance import sun_time

        dome = self.dome
        minutes = np.arange(0, 1440, MINUTES_A_STEP) + MINUTES_A_STEP / 2
        steps = np.array(minutes / 1440.0 - dome.utc_offset_h / 24.0, np.float64)
        normal = self.exposure.normal[self.row]
        days = as_dates(dates)
        result = np.zeros((len(self), len(days)))
        for k, day in enumerate(days):
            since: NDArray[np.float64] = steps + (NOMINAL_YEAR_DAYS + (day - date(2001, 1, 1)).days)
            direction = solar_position(since, dome.latitude, dome.longitude).direction
            direction = np.ascontiguousarray(direction[direction[:, 2] > 0.0])
            near = nearest_patches(direction, dome.patches.direction)
            sun = sun_over(direction, np.zeros(len(direction)), near, near)
            leaf = dome.leaf_of_day[min(day.timetuple().tm_yday, 365) - 1]
            result[:, k] = sun_time(self.exposure.visible[leaf][self.row], normal, sun) * MINUTES_A_STEP / 60.0
        return result

    def to_pandas(self) -> pd.DataFrame:
        """One row a surface, index ``surface``; months as columns ``monthly_1`` to ``monthly_12``, kWh/m2.

        Tilt is 0 for a flat roof and 90 for a wall, azimuth is clockwise from grid north and missing where level.
        """
        import pandas as pd

        normal = self.normal
        level = np.hypot(normal[:, 0], normal[:, 1]) < LEVEL
        columns = {
            "building": self.building,
            "tilt_deg": np.degrees(np.arccos(np.clip(normal[:, 2], -1.0, 1.0))),
            "azimuth_deg": np.where(level, np.nan, np.degrees(np.arctan2(normal[:, 0], normal[:, 1])) % 360.0),
            "area_m2": self.area,
            "outdoor_share": self.outdoor_share,
            "annual_kwh_m2": self.annual,
            "sky_view": self.sky_view,
            **{f"monthly_{month + 1}": self.monthly[:, month] for month in range(12)},
        }
        return pd.DataFrame(columns, index=pd.Index(self.surface, name="surface"))

    def to_geopandas(self, city: CityModel) -> gpd.GeoDataFrame:
        """The same table with the polygon of each surface, heights included.

        Parameters
        ----------
        city : CityModel
            The one that was irradiated.
        """
        import geopandas as gpd

        return gpd.GeoDataFrame(self.to_pandas(), geometry=surface_polygons(city, self.surface), crs=city.crs)

    def to_xarray(self) -> xr.Dataset:
        """Dataset with dimensions ``surface`` and ``month`` (1-12). Needs xarray."""
        require("xarray", "Irradiation.to_xarray")
        import xarray as xr

        return xr.Dataset(
            {
                "monthly": (("surface", "month"), self.monthly, {"units": "kWh/m2"}),
                "annual": ("surface", self.annual, {"units": "kWh/m2"}),
                "area": ("surface", self.area, {"units": "m2"}),
                "outdoor_share": ("surface", self.outdoor_share),
                "sky_view": ("surface", self.sky_view),
            },
            coords={"surface": self.surface, "month": np.arange(1, 13), "building": ("surface", self.building)},
            attrs={"level": self.level, "sky": self.sky, "bounces": self.bounces},
        )
