"""The sheet of shadows that goes with a plan: small multiples by hour for each date, and single pictures."""

from __future__ import annotations

import io
import textwrap
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.io import _atomic
from citytwin.model.shadows import ShadowSeries
from citytwin.publish.plan import (
    BUILDING,
    OUTLINE,
    add_north_arrow,
    add_scale_bar,
    add_shapes,
    drawing,
    frame_plan,
    new_figure,
    padded,
    save_figure,
    source_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE_IN = (16.54, 11.69)
"""A3, landscape."""

SHADOW = "#a3a8ae"
NEW_SHADOW = "#d55e00"
LOST_SHADOW = "#56b4e9"
NEW_BUILDING = "#f6c9a4"
"""Vermilion and sky blue of Okabe and Ito, told apart by people of every colour vision and in grey print."""

EDGE_IN, HEAD_IN, FOOT_IN = 0.15, 0.4, 0.75
"""Around the plan of a single picture."""

AROUND_CHANGE_M = 110.0
AROUND_CITY_M = 20.0

Bounds = tuple[float, float, float, float]


def shadow_sheet(
    series: ShadowSeries,
    path: str | Path,
    *,
    title: str = "",
    bbox: Bounds | None = None,
    dpi: int = 200,
) -> Path:
    """Write one A3 sheet: shadows by hour for each date, today's grey, the alternative's new and removed ones coloured.

    Hours with the sun below the minimum altitude are left out. Scale bar, north arrow, legend and conventions are on
    the sheet, and a synthetic city is called that.

    Parameters
    ----------
    series : ShadowSeries
    path : path-like
        Ends in ``.png``, ``.pdf`` or ``.svg``.
    title : str, optional
    bbox : (min_x, min_y, max_x, max_y), optional
        Of the CRS; default the surroundings of what the alternative changes, else the whole city.
    dpi : int
        Of a PNG.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        Another ending, or the file cannot be written.
    MissingExtraError
        matplotlib is not installed.
    ValueError
        The sun is too low at every moment of the series.
    """
    return save_figure(sheet_figure(series, title=title, bbox=bbox), path, dpi)


def shadow_pictures(
    series: ShadowSeries,
    directory: str | Path,
    *,
    bbox: Bounds | None = None,
    width_in: float = 8.0,
    dpi: int = 150,
) -> list[Path]:
    """Write a series as PNG files, one a moment, and as polygons in ``shadows.gpkg``.

    Parameters
    ----------
    series : ShadowSeries
    directory : path-like
        Made where it is missing; files of the same names are replaced.
    bbox : (min_x, min_y, max_x, max_y), optional
        As in :func:`shadow_sheet`.
    width_in : float, inches
    dpi : int

    Returns
    -------
    list of Path
        ``shadow_2026-03-21_0900.png`` and so on in order of time, then the GeoPackage.
    """
    bounds = bbox or _view(series)
    folder, paths = Path(directory), []
    plan_in = width_in - 2 * EDGE_IN
    drawn_in = plan_in * (bounds[3] - bounds[1]) / (bounds[2] - bounds[0])
    height_in = drawn_in + HEAD_IN + FOOT_IN
    for day, hour in _moments(series):
        with drawing():
            figure = new_figure(width_in, height_in)
            axes = figure.add_axes((EDGE_IN / width_in, FOOT_IN / height_in, plan_in / width_in, drawn_in / height_in))
            _panel(axes, series, day, hour, bounds, 9)
            axes.set_title(f"{day.day} {day:%B %Y}, {_clock(hour)}", fontsize=12, fontweight="bold", loc="left")
            axes.set_title(_sun_words(series, day, hour), fontsize=9, loc="right")
            add_scale_bar(axes, bounds)
            add_north_arrow(axes)
            figure.legend(
                handles=_legend(series), loc="upper left", ncols=3, fontsize=8, frameon=False,
                bbox_to_anchor=(0.0, (FOOT_IN - 0.02) / height_in),
            )  # fmt: skip
            figure.text(EDGE_IN / width_in, 0.1 / height_in, _short_source(series), fontsize=6.5, va="bottom")
        name = f"shadow_{day}_{round(hour * 60) // 60:02d}{_minute(hour):02d}.png"
        paths.append(save_figure(figure, folder / name, dpi))
    return [*paths, _atomic.write_bytes(folder / "shadows.gpkg", _geopackage(series))]


def sheet_figure(series: ShadowSeries, *, title: str = "", bbox: Bounds | None = None) -> Figure:
    """The sheet of :func:`shadow_sheet` as a matplotlib figure."""
    moments = _moments(series)
    if not moments:
        raise ValueError("the sun is below the minimum altitude at every moment of the series: there are no shadows")
    bounds = bbox or _view(series)
    by_day = {day: [hour for d, hour in moments if d == day] for day in series.days}
    by_day = {day: hours for day, hours in by_day.items() if hours}
    with drawing():
        figure = new_figure(*PAGE_IN)
        _fill(figure, series, by_day, bounds, title)
    return figure


def _fill(figure: Figure, series: ShadowSeries, by_day: dict[date, list[float]], bounds: Bounds, title: str) -> None:
    """Title, rows of panels under a heading for each date, legend and conventions, in inches from the page's edge."""
    width, height = PAGE_IN
    margin, gap, head, day_head, foot, caption = 0.45, 0.10, 0.75, 0.34, 1.05, 0.20
    aspect = (bounds[3] - bounds[1]) / (bounds[2] - bounds[0])
    room = height - 2 * margin - head - foot - day_head * len(by_day)
    best, columns = 0.0, 1
    for n in range(1, max(map(len, by_day.values())) + 1):
        rows = sum(-(-len(hours) // n) for hours in by_day.values())
        wide = min((width - 2 * margin - gap * (n - 1)) / n, (room / rows - gap - caption) / aspect)
        if wide > best:
            best, columns = wide, n
    panel_w, panel_h = best, best * aspect
    text_size = float(np.clip(3.6 * panel_w, 6.0, 9.0))

    def place(x: float, y: float, w: float, h: float) -> tuple[float, float, float, float]:
        return (x / width, (height - y - h) / height, w / width, h / height)

    heading = title or ("Shadows: today and alternative" if series.has_alternative else "Shadows")
    figure.text(margin / width, 1 - margin / height, heading, fontsize=19, fontweight="bold", va="top")
    if series.synthetic:
        figure.text(
            1 - margin / width, 1 - margin / height, "SYNTHETIC CITY", fontsize=15, fontweight="bold", va="top",
            ha="right", color=NEW_SHADOW,
        )  # fmt: skip
    figure.text(margin / width, 1 - (margin + 0.42) / height, _subtitle(series), fontsize=9.5, va="top")
    y, first = margin + head, True
    for day, hours in by_day.items():
        figure.text(
            margin / width, 1 - (y + 0.04) / height, f"{day.day} {day:%B %Y}", fontsize=13, fontweight="bold", va="top"
        )
        y += day_head
        for k, hour in enumerate(hours):
            row, column = divmod(k, columns)
            top = y + row * (panel_h + gap + caption) + caption
            axes = figure.add_axes(place(margin + column * (panel_w + gap), top, panel_w, panel_h))
            _panel(axes, series, day, hour, bounds, text_size)
            axes.set_title(_clock(hour), fontsize=text_size + 1.5, fontweight="bold", loc="left", pad=2.5)
            axes.set_title(_sun_words(series, day, hour), fontsize=text_size - 0.5, loc="right", pad=2.5)
            if first:
                add_scale_bar(axes, bounds, 0.4, text_size)
                add_north_arrow(axes, text_size + 1)
                first = False
        y += -(-len(hours) // columns) * (panel_h + gap + caption)
    figure.legend(
        handles=_legend(series), loc="lower left", bbox_to_anchor=(margin / width - 0.005, (margin - 0.12) / height),
        ncols=2, fontsize=9, frameon=False, columnspacing=1.6,
    )  # fmt: skip
    figure.text(
        0.44, (margin - 0.05) / height, "\n".join(textwrap.wrap(_conventions(series), 150)), fontsize=7.8, va="bottom",
        linespacing=1.4,
    )  # fmt: skip


def _panel(axes: Axes, series: ShadowSeries, day: date, hour: float, bounds: Bounds, size: float) -> None:
    """One moment: shadows under buildings."""
    rows = series.at(day, hour)
    frame_plan(axes, bounds)
    _add(axes, series, rows, "today", SHADOW, 1)
    if series.has_alternative:
        _add(axes, series, rows, "new", NEW_SHADOW, 2)
        _add(axes, series, rows, "removed", LOST_SHADOW, 2)
        axes.text(
            0.98, 0.03, _change_words(series, rows), transform=axes.transAxes, ha="right", va="bottom", fontsize=size,
            zorder=9, bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.0},
        )  # fmt: skip
    new, gone, stay = _changed_footprints(series)
    thin = max(0.25, 0.05 * size)
    add_shapes(axes, stay, facecolor=BUILDING, edgecolor=OUTLINE, linewidth=thin, zorder=4)
    add_shapes(axes, new, facecolor=NEW_BUILDING, edgecolor="#8a3c00", linewidth=3.0 * thin, zorder=6)
    add_shapes(axes, gone, facecolor="none", edgecolor=OUTLINE, linewidth=2.5 * thin, linestyle="--", zorder=5)


def _change_words(series: ShadowSeries, rows: dict[str, int]) -> str:
    """Area of open ground that the alternative shades and frees, everywhere."""
    import shapely

    built = shapely.union_all(np.concatenate([series.footprints_today, series.footprints_alternative]))
    new, removed = (shapely.difference(series.shape[rows[state]], built).area for state in ("new", "removed"))
    return f"+{new:,.0f} m²" + (f" \N{MINUS SIGN}{removed:,.0f} m²" if removed >= 0.5 else "")


def _add(axes: Axes, series: ShadowSeries, rows: dict[str, int], state: str, colour: str, order: int) -> None:
    add_shapes(axes, [series.shape[rows[state]]], facecolor=colour, edgecolor="none", zorder=order)


def _changed_footprints(
    series: ShadowSeries,
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.object_]]:
    """Footprints only of the alternative, only of today, and the rest of today's."""
    import shapely

    today, later = series.footprints_today, series.footprints_alternative
    if not series.has_alternative:
        return np.empty(0, object), np.empty(0, object), today
    known, wanted = shapely.to_wkb(today), shapely.to_wkb(later)
    stays = np.isin(known, wanted)
    return later[~np.isin(wanted, known)], today[~stays], today[stays]


def _view(series: ShadowSeries) -> Bounds:
    """Surroundings of what changes, else the whole city."""
    new, gone, stay = _changed_footprints(series)
    changed = np.concatenate([new, gone])
    return padded(changed, AROUND_CHANGE_M) if len(changed) else padded(stay, AROUND_CITY_M)


def _moments(series: ShadowSeries) -> list[tuple[date, float]]:
    """Moments with the sun high enough, in order of time."""
    up = series.altitude >= series.conventions["minimum_sun_altitude_deg"]
    return sorted({(series.day[k], float(series.hour[k])) for k in np.flatnonzero(up)})


def _legend(series: ShadowSeries) -> list[Any]:
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=SHADOW, label="shadow today" if series.has_alternative else "shadow"),
        Patch(facecolor=BUILDING, edgecolor=OUTLINE, linewidth=0.6, label="building"),
    ]
    if not series.has_alternative:
        return handles
    new, gone, _ = _changed_footprints(series)
    if len(new):
        handles += [
            Patch(facecolor=NEW_SHADOW, label="new shadow of the alternative"),
            Patch(facecolor=NEW_BUILDING, edgecolor="#8a3c00", linewidth=1.2, label="new building"),
        ]
    if len(gone):
        handles += [
            Patch(facecolor=LOST_SHADOW, label="shadow that the alternative removes"),
            Patch(facecolor="none", edgecolor=OUTLINE, linewidth=1.0, linestyle="--", label="demolished building"),
        ]
    return handles


def _subtitle(series: ShadowSeries) -> str:
    return f"Clock: {series.conventions['time']}. Clear sky, geometry only. Ground: {series.conventions['ground']}."


def _conventions(series: ShadowSeries) -> str:
    c = series.conventions
    return (
        f"Place {c['latitude']:.4f} N {c['longitude']:.4f} E; {series.crs or 'local coordinates'}, north is grid "
        f"north. Clock: {c['time']}. Sun: centre of the disc, no refraction; hours with the sun lower than "
        f"{c['minimum_sun_altitude_deg']:g} degrees are left out. Shadows fall on the ground "
        f"({c['ground']}), not on roofs; trees are {c['trees']}. {_area_note(series)}"
        f"{source_line(series.provenance, series.synthetic)}."
    )


def _area_note(series: ShadowSeries) -> str:
    if not series.has_alternative:
        return ""
    return (
        "Figures in the panels: open ground newly shaded (+) and freed (\N{MINUS SIGN}), outside the panel included. "
    )


def _short_source(series: ShadowSeries) -> str:
    return f"{series.conventions['time']}; clear sky, geometry only; {source_line(series.provenance, series.synthetic)}"


def _sun_words(series: ShadowSeries, day: date, hour: float) -> str:
    row = series.at(day, hour)["today"]
    return f"sun {series.altitude[row]:.0f}° high, from {series.azimuth[row]:.0f}°"


def _minute(hour: float) -> int:
    return round(hour * 60.0) % 60


def _clock(hour: float) -> str:
    return f"{round(hour * 60.0) // 60:d}:{_minute(hour):02d}"


def _geopackage(series: ShadowSeries) -> bytes:
    import pyogrio

    buffer = io.BytesIO()
    pyogrio.write_dataframe(series.to_geopandas(), buffer, driver="GPKG", layer="shadows", geometry_type="MultiPolygon")
    return buffer.getvalue()
