"""A rendered picture of the district, coloured by heat demand.

VTK draws off screen in a child process: where a machine has no OpenGL it ends the process instead of raising. The
child gets its scene as an ``.npz`` file; where it fails, matplotlib draws a simpler picture.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin import _compat
from citytwin.errors import CityTwinWarning
from citytwin.model.enums import Status
from citytwin.publish.heat_classes import COLOURS, NOT_SIMULATED, class_labels, colours_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from citytwin.run.assessment import Assessment

SIZE = (1600, 1000)
DPI = 100
TIMEOUT_S = 180
LIGHT = np.array([0.45, -0.6, 0.66])
FUTURE = "#b9cfe3"


def scene(assessment: Assessment) -> dict[str, NDArray[np.generic]]:
    """Triangles (m, 3, 3) float32 around their centre, RGB (m, 3) uint8 and opacity class (m,) of every building."""
    city, buildings = assessment.twin.city, assessment.buildings
    triangles = city.triangles()
    row_of_object = np.full(len(city.objects), -1)
    row_of_object[buildings.object] = np.arange(len(buildings))
    building = row_of_object[city.objects.root[city.surfaces.object[triangles.owner]]]
    kept = building >= 0
    xyz, building = triangles.xyz[kept], building[kept]
    heat = assessment.table().set_index("building_id")["heating_kwh_m2"].reindex(buildings.id).to_numpy(float)
    future = np.isin(buildings.status, (Status.PLANNED, Status.UNDER_CONSTRUCTION))
    words = np.where(future, FUTURE, np.array(colours_of(heat), dtype=object))
    rgb = np.array([[int(w[i : i + 2], 16) for i in (1, 3, 5)] for w in words], np.uint8).reshape(-1, 3)
    centre = (xyz.reshape(-1, 3).min(0) + xyz.reshape(-1, 3).max(0)) / 2 if len(xyz) else np.zeros(3)
    return {
        "xyz": (xyz - centre).astype(np.float32),
        "rgb": rgb[building],
        "future": future[building],
    }


def render(assessment: Assessment) -> tuple[bytes, str]:
    """PNG of the district and a sentence that says how it was drawn; a CityTwinWarning where VTK cannot.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.
    """
    _compat.require("matplotlib", "Drawing a picture")
    arrays = scene(assessment)
    if _compat.has("pyvista"):
        png = render_in_child(arrays)
        if png is not None:
            return _with_legend(_showing(png), arrays), "rendered by VTK off screen"
        reason = "this machine has no working OpenGL for off-screen rendering"
    else:
        reason = "pyvista is not installed"
    warnings.warn(f"the picture of the district is drawn by matplotlib: {reason}", CityTwinWarning, stacklevel=2)
    return _with_legend(drawn(arrays), arrays), f"drawn by matplotlib: {reason}"


def render_in_child(arrays: dict[str, NDArray[np.generic]]) -> bytes | None:
    """Picture by VTK in a process of its own, as PNG; None where that fails."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "scene.npz", Path(folder) / "scene.png"
        np.savez(source, **arrays)  # type: ignore[arg-type]
        command = [sys.executable, "-m", "citytwin.publish.vtk_child", str(source), str(target)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, env=os.environ | {"DISPLAY": ""})
        except subprocess.TimeoutExpired:
            return None
        return target.read_bytes() if done.returncode == 0 and target.exists() else None


def _figure() -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(SIZE[0] / DPI, SIZE[1] / DPI), dpi=DPI)


def _showing(png: bytes) -> Figure:
    from matplotlib.image import imread

    figure = _figure()
    figure.figimage(imread(io.BytesIO(png), format="png"))
    return figure


def drawn(arrays: dict[str, NDArray[np.generic]]) -> Figure:
    """The same scene by matplotlib."""
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    xyz = arrays["xyz"].astype(float)
    normal = np.cross(xyz[:, 1] - xyz[:, 0], xyz[:, 2] - xyz[:, 0])
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    shade = 0.68 + 0.32 * np.abs(normal @ LIGHT / np.maximum(length[:, 0], 1e-12))
    colours = arrays["rgb"] / 255 * shade[:, None]
    figure = _figure()
    axes = figure.add_axes((0, 0, 1, 1), projection="3d", proj_type="ortho")
    axes.add_collection3d(Poly3DCollection(xyz, facecolors=colours, edgecolors="none"))
    span = np.ptp(xyz.reshape(-1, 3), axis=0) if len(xyz) else np.ones(3)
    axes.set(xlim=(-span[0] / 2, span[0] / 2), ylim=(-span[1] / 2, span[1] / 2), zlim=(-span[2] / 2, span[2] / 2))
    axes.set_box_aspect(np.maximum(span, 1.0), zoom=1.0)
    axes.view_init(elev=38, azim=-120)
    axes.set_axis_off()
    return figure


def _with_legend(figure: Figure, arrays: dict[str, NDArray[np.generic]]) -> bytes:
    from matplotlib.patches import Patch

    handles = [Patch(color=colour, label=text) for colour, text in zip(COLOURS, class_labels(), strict=True)]
    handles.append(Patch(color=NOT_SIMULATED, label="not simulated"))
    if arrays["future"].any():
        handles.append(Patch(color=FUTURE, label="planned, under construction"))
    figure.legend(handles=handles, title="Heat demand, kWh/(m² a)", loc="upper right", framealpha=0.9, fontsize=11)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
