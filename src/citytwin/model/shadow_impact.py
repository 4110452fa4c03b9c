"""ShadowImpact: what new buildings take from their neighbours, in sun hours and in kWh."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import freeze, freeze_table
from citytwin.model.sun_hours import SunTable

if TYPE_CHECKING:
    import pandas as pd

VISIBLE_LOSS_KWH_M2 = 0.05
"""Loss of a surface from which on it is listed, kWh/m2 a year."""

VISIBLE_LOSS_H = 1e-3
"""Loss of sun hours from which on a place is listed: any step of the sun that is lost."""


@dataclass(frozen=True, eq=False)
class SurfaceLosses:
    """Facades and roofs that lose irradiation, the greatest loss first.

    Parameters
    ----------
    surface : int64 array (m,)
        Row in the city.
    building_id : object array (m,) of str
    kind : object array (m,) of str
        facade or roof.
    azimuth : float64 array (m,), degrees
        NaN where flat.
    area : float64 array (m,), m2
        Outdoor part before.
    before, after : float64 arrays (m,), kWh/m2
        Irradiation of the year for each square metre of that area; what new buildings cover gets nothing.
    """

    surface: NDArray[np.int64]
    building_id: NDArray[np.object_]
    kind: NDArray[np.object_]
    azimuth: NDArray[np.float64]
    area: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.surface)

    def to_pandas(self) -> pd.DataFrame:
        """One row a surface, index ``surface``."""
        import pandas as pd

        lost = self.before - self.after
        columns = {
            "building_id": self.building_id,
            "kind": self.kind,
            "azimuth": self.azimuth,
            "area_m2": self.area,
            "annual_before_kwh_m2": self.before,
            "annual_after_kwh_m2": self.after,
            "annual_lost_kwh_m2": lost,
            "lost_kwh": lost * self.area,
        }
        return pd.DataFrame(columns, index=pd.Index(self.surface, name="surface"))


@dataclass(frozen=True, eq=False, kw_only=True)
class ShadowImpact(SunTable):
    """Storeys of facades, roofs, yards and points that lose sun to new buildings; the hardest hit first.

    Places that lose nothing are not listed. Built by :func:`citytwin.solar.shadow_impact`.

    Parameters
    ----------
    dates : tuple of date
    sample_before, sample_after : float32 arrays (s, k), hours
        Sun hours at the points of the listed places.
    annual_before, annual_after : float64 arrays (n,), kWh/m2
        Irradiation of the year: of the whole surface for facades and roofs, reflections included; of a level plane for
        yards and points, without reflections.
    built_over : int64 array (n,)
        Points of each yard that new buildings stand on, which are left out of its hours and irradiation.
    points_built_over : int
        Such points of all yards and grids. A place that is built over as a whole is not listed.
    surfaces : SurfaceLosses
        Facades and roofs that lose irradiation in the year, whether they lose sun hours on the dates or not.
    looked_at : int
        Places that were examined, listed or not.
    level : str
        Of the irradiation.
    footprints_today, footprints_new : object arrays of shapely polygons
    synthetic : bool
        Whether the city was generated.
    weather : str
        Place of the weather year.
    """

    dates: tuple[date, ...]
    sample_before: NDArray[np.float32] = field(repr=False)
    sample_after: NDArray[np.float32] = field(repr=False)
    annual_before: NDArray[np.float64] = field(repr=False)
    annual_after: NDArray[np.float64] = field(repr=False)
    built_over: NDArray[np.int64]
    points_built_over: int
    surfaces: SurfaceLosses = field(repr=False)
    looked_at: int
    level: str
    footprints_today: NDArray[np.object_] = field(repr=False)
    footprints_new: NDArray[np.object_] = field(repr=False)
    synthetic: bool = False
    weather: str = ""

    def __repr__(self) -> str:
        counts = ", ".join(f"{int((self.kind == kind).sum())} {kind}" for kind in dict.fromkeys(self.kind))
        covered = f"; {self.points_built_over} points built over" if self.points_built_over else ""
        return f"ShadowImpact({len(self)} of {self.looked_at} places lose sun: {counts or 'none'}{covered})"

    @cached_property
    def hours_before(self) -> NDArray[np.float64]:
        """Mean over the points of each place on each date, float64 (n, k)."""
        hours = self.mean(self.sample_before)
        freeze(hours)
        return hours

    @cached_property
    def hours_after(self) -> NDArray[np.float64]:
        """The same with the new buildings."""
        hours = self.mean(self.sample_after)
        freeze(hours)
        return hours

    @property
    def hours_lost(self) -> NDArray[np.float64]:
        """Before less after, float64 (n, k)."""
        return self.hours_before - self.hours_after

    @property
    def annual_lost(self) -> NDArray[np.float64]:
        """Before less after (n,), kWh/m2."""
        return self.annual_before - self.annual_after

    def _value_columns(self) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for k, day in enumerate(self.dates):
            columns[f"sun_hours_before_{day}"] = self.hours_before[:, k]
            columns[f"sun_hours_after_{day}"] = self.hours_after[:, k]
            columns[f"sun_hours_lost_{day}"] = self.hours_lost[:, k]
        columns["annual_before_kwh_m2"] = self.annual_before
        columns["annual_after_kwh_m2"] = self.annual_after
        columns["annual_lost_kwh_m2"] = self.annual_lost
        columns["built_over"] = self.built_over
        return columns

    def by_surface(self) -> pd.DataFrame:
        """One row a facade or roof that loses irradiation or sun hours, the greatest loss of kWh first.

        Losses of hours are the mean and the greatest over its listed storeys.
        """
        frame = self.to_pandas()
        lost = [f"sun_hours_lost_{day}" for day in self.dates]
        groups = frame[frame.surface >= 0].groupby("surface")
        hours = groups[lost].mean().add_suffix("_mean").join(groups[lost].max().add_suffix("_greatest"))
        return self.surfaces.to_pandas().join(hours).fillna(dict.fromkeys(hours.columns, 0.0))

    def by_building(self) -> pd.DataFrame:
        """One row a building that loses irradiation, the greatest loss of kWh first.

        With the greatest loss of hours of a storey on each date, and how many storeys of facades lose hours.
        """
        frame = self.to_pandas()
        lost = [f"sun_hours_lost_{day}" for day in self.dates]
        storeys = frame[frame.kind == "facade"].groupby("building_id")
        table = self.surfaces.to_pandas().groupby("building_id").agg(lost_kwh=("lost_kwh", "sum"))
        table = table.join(storeys[lost].max().add_suffix("_greatest"))
        table["storeys_of_facades"] = storeys.size()
        return table.fillna(0.0).sort_values("lost_kwh", ascending=False, kind="stable")
