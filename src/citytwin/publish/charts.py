"""Charts of a report, drawn by matplotlib and returned as SVG text without any outside reference."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin import _compat
from citytwin.publish.heat_classes import COLOURS, NOT_SIMULATED, class_labels, colours_of

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
INK = "#2c3440"
PALETTE = ("#c2521d", "#2f6f9f", "#e0a526", "#5b8c5a", "#7a5195", "#8a8f98", "#b07aa1")
STYLE = {
    "svg.fonttype": "none", "svg.hashsalt": "citytwin", "font.family": "sans-serif", "font.size": 9,
    "axes.edgecolor": "#9aa3ad", "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 10, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "legend.frameon": False, "hatch.linewidth": 0.6,
}  # fmt: skip


def _svg(width_in: float, height_in: float, draw: Callable[[Axes], None]) -> str:
    _compat.require("matplotlib", "Drawing charts")
    import matplotlib
    from matplotlib.figure import Figure

    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure: Figure = Figure(figsize=(width_in, height_in), layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def heat_map(frame: gpd.GeoDataFrame) -> str:
    """Plan of the district: footprints by heat demand, not simulated ones grey, planned ones hatched.

    Parameters
    ----------
    frame : GeoDataFrame
        Columns ``heating_kwh_m2``, ``status`` and footprints in a metric CRS.
    """

    def draw(axes: Axes) -> None:
        from matplotlib.patches import Patch

        drawn = frame[frame.geometry.notna()]
        colours = np.array(colours_of(drawn["heating_kwh_m2"].to_numpy(float)))
        future = drawn["status"].isin(["planned", "under_construction"]).to_numpy()
        today = drawn.geometry[~future]
        if len(today):
            today.plot(ax=axes, color=colours[~future], edgecolor="#5a5a5a", linewidth=0.35)
        if future.any():
            drawn.geometry[future].plot(
                ax=axes, facecolor="none", edgecolor="#7a8490", linewidth=0.5, hatch="////", linestyle="--"
            )
        legend = [Patch(color=c, label=text) for c, text in zip(COLOURS, class_labels(), strict=True)]
        legend.append(Patch(color=NOT_SIMULATED, label="not simulated"))
        if future.any():
            legend.append(
                Patch(facecolor="none", edgecolor="#7a8490", hatch="////", label="planned or under construction")
            )
        axes.legend(
            handles=legend, title="Heat demand, kWh/(m² a)", loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8
        )
        axes.set_aspect("equal")
        axes.set_axis_off()
        _scale_bar(axes)

    low_x, low_y, high_x, high_y = frame.total_bounds
    height_in = float(np.clip(6.4 * (high_y - low_y) / max(high_x - low_x, 1.0), 3.0, 7.0))
    return _svg(9.4, height_in, draw)


def _scale_bar(axes: Axes) -> None:
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    steps = np.array([10, 20, 50, 100, 200, 500, 1000, 2000, 5000])
    length = float(steps[np.searchsorted(steps, (right - left) * 0.25) - 1])
    y = bottom - 0.03 * (top - bottom)
    axes.plot([left, left + length], [y, y], color=INK, linewidth=2.0, solid_capstyle="butt")
    axes.text(left + length / 2, y - 0.012 * (top - bottom), f"{length:g} m", ha="center", va="top", fontsize=8)
    axes.annotate(
        "N", xy=(left, top), xytext=(left, top - 0.08 * (top - bottom)), ha="center", fontsize=9,
        arrowprops={"arrowstyle": "->", "color": INK},
    )  # fmt: skip


def monthly_energy(series: Mapping[str, NDArray[np.floating]]) -> str:
    """Stacked monthly energy.

    Parameters
    ----------
    series : mapping of label to array (12,), kWh
    """

    def draw(axes: Axes) -> None:
        base = np.zeros(12)
        for (label, values), colour in zip(series.items(), PALETTE, strict=False):
            axes.bar(MONTHS, np.asarray(values) / 1000, bottom=base, label=label, color=colour, width=0.72)
            base = base + np.asarray(values) / 1000
        axes.set_ylabel("MWh")
        axes.set_title("Energy by month")
        axes.legend(fontsize=8)

    return _svg(5.2, 3.0, draw)


def load_duration(load_kw: NDArray[np.floating]) -> str:
    """Heat load of the district, hours sorted by load.

    Parameters
    ----------
    load_kw : array (8760,)
    """

    def draw(axes: Axes) -> None:
        ordered = np.sort(np.asarray(load_kw, float))[::-1]
        hours = np.unique(np.concatenate([np.geomspace(1, len(ordered), 120).astype(int) - 1, np.arange(0, 8760, 60)]))
        axes.fill_between(hours, ordered[hours], color=PALETTE[0], alpha=0.25, linewidth=0)
        axes.plot(hours, ordered[hours], color=PALETTE[0], linewidth=1.4)
        axes.annotate(f"peak {ordered[0]:,.0f} kW", (0, ordered[0]), (350, ordered[0]), va="center", fontsize=8)
        axes.set_xlim(0, 8760)
        axes.set_ylim(0)
        axes.set_xlabel("hours of the year at or above")
        axes.set_ylabel("kW")
        axes.set_title("Heat load duration, space heating and hot water")

    return _svg(5.2, 3.0, draw)


def emissions_by_year(tonnes: Mapping[str, Mapping[int, float]]) -> str:
    """CO2e by year, stacked by carrier.

    Parameters
    ----------
    tonnes : mapping of carrier to mapping of year to t CO2e
    """

    def draw(axes: Axes) -> None:
        years = sorted({year for by_year in tonnes.values() for year in by_year})
        labels = [str(year) for year in years]
        above = np.zeros(len(years))
        below = np.zeros(len(years))
        for (carrier, by_year), colour in zip(tonnes.items(), PALETTE * 3, strict=False):
            values = np.array([by_year.get(year, 0.0) for year in years])
            base = np.where(values >= 0, above, below)
            axes.bar(labels, values, bottom=base, label=carrier.replace("_", " "), color=colour, width=0.6)
            above = above + np.maximum(values, 0)
            below = below + np.minimum(values, 0)
        axes.axhline(0, color="#9aa3ad", linewidth=0.8)
        axes.set_ylabel("t CO2e per year")
        axes.set_title("Operational emissions by carrier, benefit method")
        axes.set_ylim(top=1.25 * float(above.max(initial=1.0)))
        axes.legend(fontsize=8, ncols=3, loc="upper right")

    return _svg(5.2, 3.0, draw)


def intensity_by_year_built(
    year_built: NDArray[np.floating], heating_kwh_m2: NDArray[np.floating], imputed: NDArray[np.bool_]
) -> str:
    """Heat demand of each building against its year; hollow where the year is imputed."""

    def draw(axes: Axes) -> None:
        known = ~imputed
        for mask, label, face in ((known, "year known", PALETTE[1]), (imputed, "year imputed", "none")):
            if mask.any():
                axes.scatter(
                    year_built[mask], heating_kwh_m2[mask], s=18, facecolor=face, edgecolor=PALETTE[1],
                    linewidth=0.8, label=label,
                )  # fmt: skip
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel("year of completion")
        axes.set_ylabel("kWh/(m² a)")
        axes.set_ylim(0)
        axes.set_title("Heat demand by age")
        axes.legend(fontsize=8)

    return _svg(5.2, 3.0, draw)


def alternatives(values: Mapping[str, Mapping[str, float]], unit: str, title: str) -> str:
    """Grouped bars: one group a quantity, one bar an alternative.

    Parameters
    ----------
    values : mapping of alternative to mapping of quantity to value
    unit, title : str
    """

    def draw(axes: Axes) -> None:
        quantities = list(next(iter(values.values())))
        width = 0.8 / len(values)
        for index, ((name, row), colour) in enumerate(zip(values.items(), PALETTE, strict=False)):
            places = np.arange(len(quantities)) + (index - (len(values) - 1) / 2) * width
            bars = axes.bar(places, [row[q] for q in quantities], width * 0.92, label=name, color=colour)
            axes.bar_label(bars, fmt="{:,.0f}", fontsize=6 if len(values) > 2 else 7, padding=1)
        axes.set_xticks(np.arange(len(quantities)), quantities)
        axes.set_ylabel(unit)
        axes.set_title(title)
        axes.set_ylim(top=1.22 * max(row[q] for row in values.values() for q in quantities))
        axes.legend(fontsize=8, ncols=2, loc="upper right")

    return _svg(5.2, 3.2, draw)


def grades(counts: Mapping[str, int]) -> str:
    """Buildings by data-quality grade."""

    def draw(axes: Axes) -> None:
        colours = ("#4d9a6a", "#8fbf6a", "#e8c34a", "#df8a3c", "#bf4b3a")
        bars = axes.barh(list(counts), list(counts.values()), color=colours[: len(counts)], height=0.66)
        axes.bar_label(bars, padding=3, fontsize=8)
        axes.invert_yaxis()
        axes.set_xlabel("buildings")
        axes.set_title("Geometry grade")

    return _svg(3.8, 2.4, draw)
