"""Places that are looked at for sun and sky, and the results: sun hours on given dates, vertical sky component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze, freeze_table, offsets_of, row_of, take_ragged
from citytwin.model.reference import read_reference

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

KINDS = ("facade", "roof", "yard", "point")

ROUNDING_H = 1e-6
"""Hours that sums of float32 may fall short."""

EXPOSURE_SEASON = ((2, 1), (3, 21))
"""First and last month and day among which EN 17037:2018 lets the day be chosen."""


@dataclass(frozen=True, eq=False)
class SunReceivers:
    """Places with the points that stand for them: storeys of facades, roofs, yards, single points.

    Parameters
    ----------
    kind : object array (n,) of str
        One of :data:`KINDS`.
    label : object array (n,) of str
        Name of a yard or point; "" for facades and roofs.
    building : int64 array (n,)
        Row of the building, -1 for yards and points.
    surface : int64 array (n,)
        Row of the surface in the city, -1 for yards and points.
    storey : int64 array (n,)
        Storey of a facade counted from 0 at the ground of its building, -1 for the rest.
    normal : float64 array (n, 3)
        Unit vector to the outside; up for yards and points.
    cell : int64 array (n, 2)
        South-west corner of the cell of the 1 km grid the place belongs to, in kilometres.
    offsets : int64 array (n + 1,)
        First point of each place.
    xyz : float64 array (s, 3), m
        Points, relative to the origin of the city, lifted off the surface.
    """

    kind: NDArray[np.object_]
    label: NDArray[np.object_]
    building: NDArray[np.int64]
    surface: NDArray[np.int64]
    storey: NDArray[np.int64]
    normal: NDArray[np.float64]
    cell: NDArray[np.int64]
    offsets: NDArray[np.int64]
    xyz: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: NDArray[np.integer]) -> SunReceivers:
        """Places of the given rows, in that order."""
        offsets, points = take_ragged(self.offsets, rows)
        columns = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name not in ("offsets", "xyz")}
        return SunReceivers(**columns, offsets=offsets, xyz=self.xyz[points])

    def keep(self, points: NDArray[np.bool_]) -> SunReceivers:
        """Places with some of their points (s,); places without any are dropped."""
        counts = np.bincount(row_of(self.offsets)[points], minlength=len(self))
        kept = replace(self, offsets=offsets_of(counts), xyz=self.xyz[points])
        return kept.take(np.flatnonzero(counts > 0))

    @staticmethod
    def concat(parts: list[SunReceivers]) -> SunReceivers:
        """Places of several tables, one after the other."""
        columns = {
            f.name: np.concatenate([getattr(part, f.name) for part in parts])
            for f in fields(SunReceivers)
            if f.name != "offsets"
        }
        return SunReceivers(**columns, offsets=offsets_of(np.concatenate([np.diff(part.offsets) for part in parts])))


@dataclass(frozen=True, eq=False)
class SunTable:
    """Columns that all tables of places share.

    Parameters
    ----------
    receivers : SunReceivers
    building_id : object array (n,) of str
        "" for yards and points.
    origin : float64 array (3,)
        Of the city.
    crs : str or None
    conventions : mapping
        What the numbers mean: clock, minimum altitude, step, heights of points, what shades. Part of the provenance.
    findings : Findings
    provenance : Provenance
    """

    receivers: SunReceivers = field(repr=False)
    building_id: NDArray[np.object_]
    origin: NDArray[np.float64]
    crs: str | None
    conventions: Mapping[str, Any]
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.receivers)

    @property
    def kind(self) -> NDArray[np.object_]:
        """Kind of each place (n,): facade, roof, yard or point."""
        return self.receivers.kind

    def _place_columns(self) -> dict[str, Any]:
        r = self.receivers
        middle = self.mean(r.xyz) + self.origin
        facing = np.degrees(np.arctan2(r.normal[:, 0], r.normal[:, 1])) % 360.0
        return {
            "kind": r.kind,
            "label": r.label,
            "building_id": self.building_id,
            "surface": r.surface,
            "storey": r.storey,
            "azimuth": np.where(np.hypot(r.normal[:, 0], r.normal[:, 1]) > 1e-6, facing, np.nan),
            "x": middle[:, 0],
            "y": middle[:, 1],
            "z": middle[:, 2],
            "samples": np.diff(r.offsets),
        }

    def mean(self, values: NDArray[np.floating] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Mean of values at the points (s, ...) over each place, float64 (n, ...)."""
        starts = self.receivers.offsets[:-1]
        if not len(starts):
            return np.empty((0, *values.shape[1:]))
        counts = np.diff(self.receivers.offsets).reshape(-1, *[1] * (values.ndim - 1))
        return np.add.reduceat(values.astype(np.float64), starts, axis=0) / counts

    def to_pandas(self) -> pd.DataFrame:
        """One row a place."""
        import pandas as pd

        return pd.DataFrame({**self._place_columns(), **self._value_columns()})

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """One row a place with its geometry: facades as lines at the height of their points, others as their points."""
        import geopandas as gpd
        import shapely

        shapes = np.full(len(self), None, object)
        points = self.receivers.xyz + self.origin
        for row, (start, stop) in enumerate(pairwise(self.receivers.offsets.tolist())):
            own = points[start:stop]
            if stop - start == 1:
                shapes[row] = shapely.Point(own[0])
            elif self.receivers.kind[row] == "facade":
                shapes[row] = shapely.LineString(own[[0, -1]])
            else:
                shapes[row] = shapely.MultiPoint(own)
        return gpd.GeoDataFrame(self.to_pandas(), geometry=shapes, crs=self.crs)

    def _value_columns(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, eq=False, kw_only=True)
class SunHours(SunTable):
    """Hours of possible sunshine on some dates: geometry under a clear sky, no weather.

    Built by :func:`citytwin.solar.sun_hours`.

    Parameters
    ----------
    dates : tuple of date
    sample_hours : float32 array (s, k), hours
        At each point on each date.
    possible : float64 array (k,), hours
        Of an open horizontal place: from rise to set above the minimum altitude.
    """

    dates: tuple[date, ...]
    sample_hours: NDArray[np.float32] = field(repr=False)
    possible: NDArray[np.float64]

    def __repr__(self) -> str:
        days = ", ".join(map(str, self.dates))
        return f"SunHours({len(self)} places, {len(self.sample_hours)} points, {days}; {self.conventions['time']})"

    @cached_property
    def hours(self) -> NDArray[np.float64]:
        """Mean over the points of each place on each date, float64 (n, k)."""
        hours = self.mean(self.sample_hours)
        freeze(hours)
        return hours

    def share_with(self, hours: float) -> NDArray[np.float64]:
        """Share of the points of each place with at least so many hours on each date, float64 (n, k)."""
        return self.mean(self.sample_hours >= hours)

    @property
    def exposure_class(self) -> NDArray[np.object_]:
        """Exposure to sunlight by EN 17037:2018, "none", "minimum" (1.5 h), "medium" (3 h) or "high" (4 h), (n, k).

        By the mean over the points of a place. The standard looks at the inner side of a window in the middle of its
        width; the depth of the wall is not in the model, so that these classes are those of the outer face.

        Raises
        ------
        ValueError
            A date is not between 1 February and 21 March, the days the standard lets choose from.
        """
        for day in self.dates:
            check_exposure_day(day)
        levels = read_reference("citytwin.model", "exposure_to_sunlight.csv")
        words = np.array(["none", *(row["level"] for row in levels)], object)
        return words[np.searchsorted([float(row["hours"]) for row in levels], self.hours + ROUNDING_H, side="right")]

    def _value_columns(self) -> dict[str, Any]:
        return {f"sun_hours_{day}": self.hours[:, k] for k, day in enumerate(self.dates)}

    def samples_to_geopandas(self) -> gpd.GeoDataFrame:
        """One row a point, with the columns of its place and its own hours."""
        import geopandas as gpd
        import shapely

        row = row_of(self.receivers.offsets)
        frame = self.to_pandas().iloc[row].reset_index(drop=True).drop(columns=["samples"])
        points = self.receivers.xyz + self.origin
        frame[["x", "y", "z"]] = points
        for k, day in enumerate(self.dates):
            frame[f"sun_hours_{day}"] = self.sample_hours[:, k]
        return gpd.GeoDataFrame(frame, geometry=shapely.points(points), crs=self.crs)


@dataclass(frozen=True, eq=False, kw_only=True)
class SkyComponents(SunTable):
    """Vertical sky component of storeys of facades. Built by :func:`citytwin.solar.vertical_sky_component`.

    Parameters
    ----------
    vsc : float64 array (n,), percent
        Illuminance of the facade by an overcast sky over that of open level ground; 39.6 for an open wall.
    """

    vsc: NDArray[np.float64]

    def __repr__(self) -> str:
        return f"SkyComponents({len(self)} places, mean {self.vsc.mean() if len(self) else np.nan:.1f} %)"

    def _value_columns(self) -> dict[str, Any]:
        return {"vsc_percent": self.vsc}


def check_exposure_day(day: date) -> None:
    """Raise ValueError unless EN 17037:2018 lets exposure to sunlight be judged on a day."""
    if not EXPOSURE_SEASON[0] <= (day.month, day.day) <= EXPOSURE_SEASON[1]:
        raise ValueError(f"EN 17037 takes a day between 1 February and 21 March, not {day}")
