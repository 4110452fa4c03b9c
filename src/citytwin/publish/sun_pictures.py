"""Pictures of sun: a district coloured by irradiation, sun hours in plan, and what new buildings take of them."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin import _compat
from citytwin.errors import CityTwinWarning
from citytwin.model.city import CityModel
from citytwin.model.enums import SurfaceKind
from citytwin.model.irradiation import Irradiation
from citytwin.model.polygons import surface_polygons
from citytwin.model.ragged import row_of
from citytwin.model.shadow_impact import ShadowImpact
from citytwin.model.sun_hours import SunHours, SunTable
from citytwin.publish.picture import drawn, render_in_child
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
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.figure import Figure

HOURS = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 12.0, 16.0, 24.0)
LOSSES = (0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 24.0)
"""Bounds of classes in hours; 1.5 h and 3 h of EN 17037 lie inside or at a bound."""

SUNNY, LOST = "plasma", "inferno_r"
"""Perceptually uniform palettes that people of every colour vision read the same way, from shade to sun and to loss."""

IRRADIATION_STEP = 100.0
NO_VALUE = "#d5d8dc"
COLOURED = 0.15
"""Difference of the channels of a pixel that is not grey."""

NEW_BUILDING = "#2b6ca3"
PLAN_IN = 7.4
MARGIN_M = 25.0
ROOF_GRID_M = 2.0

Bounds = tuple[float, float, float, float]


def irradiation_picture(
    city: CityModel, irradiation: Irradiation, path: str | Path, *, title: str = "", dpi: int = 150
) -> Path:
    """Write a picture of a district coloured by irradiation of the year: roofs in plan, roofs and walls from above.

    Parameters
    ----------
    city : CityModel
        The one that was irradiated.
    irradiation : Irradiation
    path : path-like
        Ends in ``.png``, ``.pdf`` or ``.svg``.
    title : str, optional
    dpi : int

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        Another ending, or the file cannot be written.
    MissingExtraError
        matplotlib is not installed.
    """
    with drawing():
        figure = new_figure(16.0, 8.6)
        top = float(np.ceil(irradiation.annual.max(initial=1.0) / IRRADIATION_STEP) * IRRADIATION_STEP)
        bounds = np.arange(0.0, top + 1.0, IRRADIATION_STEP if top > 600.0 else IRRADIATION_STEP / 2)
        colours, norm = _classes(SUNNY, tuple(bounds), open_ended=False)
        roof = np.isin(city.surfaces.kind[irradiation.surface], (SurfaceKind.ROOF, SurfaceKind.UNKNOWN))
        roof &= irradiation.outdoor_share > 0.0
        shapes = surface_polygons(city, irradiation.surface[roof])
        plan = figure.add_axes((0.02, 0.08, 0.42, 0.8))
        view = padded(shapes, MARGIN_M)
        frame_plan(plan, view)
        _coloured(plan, shapes, colours(norm(irradiation.annual[roof])))
        add_scale_bar(plan, view)
        add_north_arrow(plan)
        plan.set_title("Roofs in plan", fontsize=12, fontweight="bold", loc="left")
        _oblique(figure, city, irradiation, colours, norm)
        figure.text(0.56, 0.895, "Roofs and walls, seen from the south-west", fontsize=12, fontweight="bold")
        _colour_bar(figure, (0.46, 0.18, 0.014, 0.62), colours, norm, "Irradiation of the year, kWh/m²")
        _heading(figure, title or "Sun on roofs and walls", city.provenance.synthetic)
        reflected = f", {irradiation.bounces} reflections followed" if getattr(irradiation, "bounces", 0) else ""
        text = (
            f"Plane of each surface, mean over its outdoor part; level {irradiation.level}, {irradiation.sky} sky"
            f"{reflected}; shaded by buildings, terrain and trees of the model. {_weather_words(irradiation)}. "
            f"{source_line(city.provenance, city.provenance.synthetic)}."
        )
        _foot(figure, text)
    return save_figure(figure, path, dpi)


def sun_hours_map(
    sun: SunHours, path: str | Path, day: date | str | None = None, *, footprints: Any = None, title: str = "",
    bbox: Bounds | None = None, dpi: int = 150,
) -> Path:  # fmt: skip
    """Write a plan of sun hours on one day: ground by point, facades by the mean of their storeys.

    Parameters
    ----------
    sun : SunHours
    path : path-like
    day : date or ISO text, optional
        One of its dates, default the first.
    footprints : array of shapely polygons, optional
        Drawn beneath, for example ``city.buildings().footprints()``.
    title : str, optional
    bbox : (min_x, min_y, max_x, max_y), optional
    dpi : int

    Returns
    -------
    Path
    """
    column = _column(sun.dates, day)
    classes = HOURS[: int(np.searchsorted(HOURS, sun.possible[column])) + 1]
    heading = title or f"Possible sun hours, {_day_words(sun.dates[column])}"
    return _hours_picture(
        sun, sun.sample_hours[:, column], sun.hours[:, column], path, SUNNY, classes, "Sun hours, h", heading,
        [(footprints, {})], bbox, dpi, bool(sun.conventions.get("synthetic_city")),
    )  # fmt: skip


def impact_map(
    impact: ShadowImpact, path: str | Path, day: date | str | None = None, *, title: str = "",
    bbox: Bounds | None = None, dpi: int = 150,
) -> Path:  # fmt: skip
    """Write a plan of the sun hours that new buildings take on one day.

    Ground and roofs by point, facades by the greatest loss among their storeys; what loses nothing stays blank.

    Parameters
    ----------
    impact : ShadowImpact
    path : path-like
    day : date or ISO text, optional
        One of its dates, default the first.
    title : str, optional
    bbox : (min_x, min_y, max_x, max_y), optional
    dpi : int

    Returns
    -------
    Path
    """
    column = _column(impact.dates, day)
    samples = impact.sample_before[:, column] - impact.sample_after[:, column]
    heading = title or f"Sun hours lost to the new buildings, {_day_words(impact.dates[column])}"
    layers = [
        (impact.footprints_today, {}),
        (impact.footprints_new, {"facecolor": NEW_BUILDING, "edgecolor": "#12365a", "linewidth": 1.0}),
    ]
    return _hours_picture(
        impact, samples, impact.hours_lost[:, column], path, LOST, LOSSES, "Sun hours lost, h", heading, layers,
        bbox, dpi, impact.synthetic,
    )  # fmt: skip


def _hours_picture(
    table: SunTable,
    samples: NDArray[np.floating],
    hours: NDArray[np.float64],
    path: str | Path,
    palette: str,
    classes: tuple[float, ...],
    label: str,
    heading: str,
    layers: Sequence[tuple[Any, dict[str, Any]]],
    bbox: Bounds | None,
    dpi: int,
    synthetic: bool,
) -> Path:
    import shapely

    points = table.receivers.xyz + table.origin
    kind = table.kind[row_of(table.receivers.offsets)]
    bounds = bbox or padded(shapely.points(points[:, :2]), MARGIN_M)
    aspect = float(np.clip((bounds[3] - bounds[1]) / (bounds[2] - bounds[0]), 0.4, 1.6))
    height = PLAN_IN * aspect + 1.7
    with drawing():
        figure = new_figure(PLAN_IN + 1.9, height)
        axes = figure.add_axes(
            (0.2 / (PLAN_IN + 1.9), 0.85 / height, PLAN_IN / (PLAN_IN + 1.9), PLAN_IN * aspect / height)
        )
        frame_plan(axes, bounds)
        colours, norm = _classes(palette, classes, open_ended=True)
        for shapes, style in layers:
            given = [shape for shape in (() if shapes is None else shapes) if shape is not None]
            look = {"facecolor": BUILDING, "edgecolor": OUTLINE, "linewidth": 0.5} | style
            add_shapes(axes, given, **look, zorder=3 if style else 1)
        losses = palette == LOST
        seen = samples > 0.0 if losses else kind != "roof"
        for name, size, order in (("point", None, 0), ("yard", None, 0), ("roof", ROOF_GRID_M, 4)):
            chosen = (kind == name) & seen
            _squares(
                axes,
                points[chosen, :2],
                size or _spacing(points[kind == name, :2]),
                colours(norm(samples[chosen])),
                order,
            )
        _facades(axes, table, hours, colours, norm, losses)
        add_scale_bar(axes, bounds)
        add_north_arrow(axes)
        _colour_bar(
            figure, ((PLAN_IN + 0.45) / (PLAN_IN + 1.9), 0.25, 0.022, 0.5), colours, norm, label
        )  # fmt: skip
        _heading(figure, heading, synthetic, 14)
        c = table.conventions
        text = (
            f"{c['time']}; sun above {c['minimum_sun_altitude_deg']:g}°, steps of {c['step_minutes']:g} min; clear "
            f"sky, geometry only; ground at {c['ground_sample_height_m']:g} m, facades in the "
            f"{c['facade_sample_height']}, drawn by their {'greatest' if losses else 'mean'} value; "
            f"trees {c['trees']}. {source_line(table.provenance, synthetic)}."
        )
        _foot(figure, text, 118)
    return save_figure(figure, path, dpi)


def _facades(
    axes: Axes, table: SunTable, hours: NDArray[np.float64], colours: ListedColormap, norm: BoundaryNorm, greatest: bool
) -> None:
    """A line along each facade, by the greatest or mean value of its storeys."""
    from matplotlib.collections import LineCollection

    rows = np.flatnonzero(table.kind == "facade")
    if not len(rows):
        return
    surface = table.receivers.surface[rows]
    present, first, group = np.unique(surface, return_index=True, return_inverse=True)
    if greatest:
        values = np.full(len(present), -np.inf)
        np.maximum.at(values, group, hours[rows])
    else:
        values = np.bincount(group, hours[rows]) / np.bincount(group)
    offsets, points = table.receivers.offsets, table.receivers.xyz[:, :2] + table.origin[:2]
    lines = [points[[offsets[r], offsets[r + 1] - 1]] for r in rows[first]]
    along = np.column_stack([-table.receivers.normal[rows[first], 1], table.receivers.normal[rows[first], 0]])
    lines = [line + half * np.array([[-1.0], [1.0]]) for line, half in zip(lines, 0.5 * along, strict=True)]
    axes.add_collection(
        LineCollection(lines, colors=colours(norm(values)), linewidths=2.6, zorder=6, capstyle="butt"), autolim=False
    )


def _squares(axes: Axes, centres: NDArray[np.float64], size: float, colours: NDArray[np.float64], order: int) -> None:
    from matplotlib.collections import PolyCollection

    if len(centres):
        corner = 0.5 * size * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
        axes.add_collection(
            PolyCollection(centres[:, None] + corner, facecolors=colours, edgecolors="none", zorder=order),
            autolim=False,
        )


def _spacing(points: NDArray[np.float64]) -> float:
    """Distance of neighbours in a grid of points."""
    if len(points) < 2:
        return ROOF_GRID_M
    from scipy.spatial import cKDTree

    return float(np.median(cKDTree(points).query(points, 2)[0][:, 1])) or ROOF_GRID_M


def _coloured(axes: Axes, shapes: NDArray[np.object_], colours: NDArray[np.float64]) -> None:
    for colour in np.unique(colours, axis=0):
        same = (colours == colour).all(1)
        add_shapes(axes, shapes[same], facecolor=colour, edgecolor="#22262b", linewidth=0.2, zorder=3)


def _oblique(
    figure: Figure, city: CityModel, irradiation: Irradiation, colours: ListedColormap, norm: BoundaryNorm
) -> None:
    """The district from the south-west: by VTK where it works, else by matplotlib."""
    from matplotlib.image import imread

    triangles = city.triangles()
    value = np.full(len(city.surfaces), np.nan)
    value[irradiation.surface] = np.where(irradiation.outdoor_share > 0.0, irradiation.annual, np.nan)
    known = np.isfinite(value)
    rgb = np.full((len(value), 3), [int(NO_VALUE[k : k + 2], 16) for k in (1, 3, 5)], np.uint8)
    rgb[known] = np.round(colours(norm(value[known]))[:, :3] * 255).astype(np.uint8)
    kept = np.isin(triangles.owner, irradiation.surface)
    xyz = triangles.xyz[kept]
    middle = 0.5 * (xyz.reshape(-1, 3).min(0) + xyz.reshape(-1, 3).max(0)) if len(xyz) else np.zeros(3, np.float32)
    arrays = {"xyz": xyz - middle, "rgb": rgb[triangles.owner[kept]], "future": np.zeros(int(kept.sum()), bool)}
    png = render_in_child(arrays) if _compat.has("pyvista") else None
    if png is None:
        warnings.warn(
            "the oblique picture is drawn by matplotlib: VTK is missing or has no OpenGL here",
            CityTwinWarning,
            stacklevel=3,
        )
        buffer = io.BytesIO()
        drawn(arrays).savefig(buffer, format="png")
        png = buffer.getvalue()
    axes = figure.add_axes((0.545, 0.1, 0.445, 0.76))
    axes.imshow(_trimmed(imread(io.BytesIO(png), format="png")[..., :3]))
    axes.set_axis_off()


def _trimmed(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """An image without its margins: what lies beyond the coloured part by more than a twentieth of it."""
    rows, columns = np.nonzero(np.ptp(image, axis=2) > COLOURED)
    if not len(rows):
        return image
    height, width = image.shape[:2]
    margin = max(np.ptp(rows), np.ptp(columns)) // 20
    top, left = max(rows.min() - margin, 0), max(columns.min() - margin, 0)
    return image[top : min(rows.max() + margin, height), left : min(columns.max() + margin, width)]


def _classes(palette: str, bounds: tuple[float, ...], open_ended: bool) -> tuple[ListedColormap, BoundaryNorm]:
    """Colours at even steps of a perceptually uniform palette, and the classes they stand for."""
    import matplotlib
    from matplotlib.colors import BoundaryNorm, ListedColormap

    n = len(bounds) - 1
    steps = np.linspace(0.06, 0.92, n) if palette.endswith("_r") else np.linspace(0.0, 1.0, n)
    return ListedColormap(matplotlib.colormaps[palette](steps)), BoundaryNorm(bounds, n)


def _colour_bar(
    figure: Figure, place: tuple[float, float, float, float], colours: ListedColormap, norm: BoundaryNorm, label: str
) -> None:
    """A bar of classes of equal height with their bounds."""
    axes = figure.add_axes(place)
    n = colours.N
    for k in range(n):
        axes.fill_between([0, 1], k, k + 1, facecolor=colours(k), edgecolor="white", linewidth=0.6)
    bounds = [f"{b:g}" for b in norm.boundaries]
    if norm.boundaries[-1] == 24.0:
        bounds[-1] = ""
    axes.set(xlim=(0, 1), ylim=(0, n), xticks=[], yticks=np.arange(n + 1), yticklabels=bounds)
    axes.yaxis.tick_right()
    axes.tick_params(length=0, labelsize=9)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(label, fontsize=9, loc="left", pad=8)


def _heading(figure: Figure, title: str, synthetic: bool, size: float = 17) -> None:
    figure.text(0.02, 0.985, title, fontsize=size, fontweight="bold", va="top")
    if synthetic:
        figure.text(
            0.985, 0.98, "SYNTHETIC CITY", fontsize=size - 5, fontweight="bold", va="top", ha="right", color="#d55e00"
        )


def _foot(figure: Figure, text: str, width: int = 210) -> None:
    figure.text(0.02, 0.015, "\n".join(textwrap.wrap(text, width)), fontsize=7.5, va="bottom", linespacing=1.35)


def _weather_words(irradiation: Irradiation) -> str:
    parameters = irradiation.provenance.parameters
    if str(parameters.get("generator", "")) == "synthetic.weather":
        return "Weather: synthetic year"
    names = [Path(item.path).name for item in irradiation.provenance.inputs]
    return f"Weather and data: {', '.join(names)}" if names else "Weather: not recorded"


def _column(dates: tuple[date, ...], day: date | str | None) -> int:
    """Column of a date; ValueError where the table does not have it."""
    if day is None:
        return 0
    wanted = date.fromisoformat(day) if isinstance(day, str) else day
    if wanted not in dates:
        raise ValueError(f"there are no sun hours of {wanted}, only of {', '.join(map(str, dates))}")
    return dates.index(wanted)


def _day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
