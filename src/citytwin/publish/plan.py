"""What every plan in a picture needs: shapes, a scale bar, a north arrow, and a line that says where it comes from."""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin import _compat
from citytwin.errors import OutputError
from citytwin.io import _atomic

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

    from citytwin.model.provenance import Provenance

INK = "#2c3440"
GROUND = "#fbfaf7"
BUILDING = "#e4ddd0"
OUTLINE = "#3b3f46"
SCALES_M = np.array([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000])
FORMATS = (".png", ".pdf", ".svg")
STYLE: dict[str, Any] = {
    "font.family": "sans-serif", "font.size": 9, "text.color": INK, "axes.labelcolor": INK, "xtick.color": INK,
    "ytick.color": INK, "hatch.linewidth": 0.6, "svg.hashsalt": "citytwin", "pdf.fonttype": 42,
}  # fmt: skip


def drawing() -> AbstractContextManager[None]:
    """The look of all plans, for a ``with`` statement around the drawing of a figure.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    _compat.require("matplotlib", "Drawing a plan")
    import matplotlib

    return matplotlib.rc_context(STYLE)


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty figure that belongs to no window."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width_in, height_in), facecolor="white")


def save_figure(figure: Figure, path: str | Path, dpi: int) -> Path:
    """Write a figure as PNG, PDF or SVG by the ending of the path; the same figure gives the same bytes.

    Raises
    ------
    OutputError
        Another ending, or the file cannot be written.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise OutputError(f"{path} ends in {ending or 'nothing'}: give a name that ends in {', '.join(FORMATS)}")
    metadata = {".png": {"Software": None}, ".pdf": {"CreationDate": None}, ".svg": {"Date": None}}[ending]
    buffer = io.BytesIO()
    with drawing():
        figure.savefig(buffer, format=ending[1:], dpi=dpi, metadata=metadata)
    return _atomic.write_bytes(path, buffer.getvalue())


def add_shapes(axes: Axes, shapes: Iterable[Any], **style: Any) -> PathCollection | None:
    """Polygons of any kind with their holes, as one collection; None where there is nothing to draw."""
    import shapely
    from matplotlib.collections import PathCollection

    parts = shapely.get_parts(np.array(list(shapes), object))
    parts = parts[np.isin(shapely.get_type_id(parts), (3, 6))]
    parts = shapely.get_parts(parts)
    paths = [_path(part) for part in parts if not part.is_empty]
    if not paths:
        return None
    collection = PathCollection(paths, **style)
    axes.add_collection(collection, autolim=False)
    return collection


def _path(polygon: Any) -> Any:
    from matplotlib.path import Path as Outline

    rings = [np.asarray(ring.coords)[:, :2] for ring in (polygon.exterior, *polygon.interiors)]
    codes = np.concatenate(
        [np.r_[Outline.MOVETO, np.full(len(ring) - 2, Outline.LINETO), Outline.CLOSEPOLY] for ring in rings]
    )
    return Outline(np.concatenate(rings), codes)


def frame_plan(axes: Axes, bounds: tuple[float, float, float, float]) -> None:
    """Show a box of the CRS in true proportion, without ticks."""
    axes.set(xlim=(bounds[0], bounds[2]), ylim=(bounds[1], bounds[3]), xticks=[], yticks=[], facecolor=GROUND)
    axes.set_aspect("equal")
    for spine in axes.spines.values():
        spine.set(color="#9aa3ad", linewidth=0.6)


def add_scale_bar(axes: Axes, bounds: tuple[float, float, float, float], share: float = 0.3, size: float = 8) -> None:
    """A bar of a round length in the lower left corner of a plan."""
    width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
    length = float(SCALES_M[max(np.searchsorted(SCALES_M, width * share, side="right") - 1, 0)])
    x, y = bounds[0] + 0.03 * width, bounds[1] + 0.035 * height
    for k in range(2):
        axes.fill_between(
            [x + k * length / 2, x + (k + 1) * length / 2], y, y + 0.012 * height, zorder=9,
            facecolor=(INK, "white")[k], edgecolor=INK, linewidth=0.7,
        )  # fmt: skip
    axes.text(
        x + length / 2, y + 0.02 * height, f"{length:g} m", ha="center", va="bottom", fontsize=size, zorder=9,
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip


def add_north_arrow(axes: Axes, size: float = 9) -> None:
    """An arrow to grid north in the upper right corner of a plan."""
    axes.annotate(
        "N", xy=(0.96, 0.97), xytext=(0.96, 0.87), xycoords="axes fraction", textcoords="axes fraction",
        ha="center", va="top", fontsize=size, fontweight="bold", zorder=9,
        arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2},
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.0},
    )  # fmt: skip


def padded(shapes: NDArray[np.object_], margin: float) -> tuple[float, float, float, float]:
    """Box around shapes with a margin in metres; a box of 1 m around the origin where there are none."""
    import shapely

    if not len(shapes):
        return (-0.5, -0.5, 0.5, 0.5)
    low_x, low_y, high_x, high_y = shapely.total_bounds(shapes)
    return (low_x - margin, low_y - margin, high_x + margin, high_y + margin)


def source_line(provenance: Provenance, synthetic: bool) -> str:
    """Where a picture's data come from: files by name, or that the city is made up."""
    names = ", ".join(Path(item.path).name for item in provenance.inputs)
    made_up = "SYNTHETIC CITY: generated, not surveyed" if synthetic else ""
    return "; ".join(part for part in (made_up, f"data: {names}" if names else "") if part) or "data: not recorded"
