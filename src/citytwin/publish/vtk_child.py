"""Child process that renders a scene: ``python -m citytwin.publish.vtk_child scene.npz scene.png``."""

from __future__ import annotations

import sys

import numpy as np

from citytwin.publish.picture import SIZE


def main(source: str, target: str) -> None:
    """Render the triangles of `source` (see :func:`citytwin.publish.picture.scene`) to the PNG file `target`."""
    import pyvista as pv

    with np.load(source, allow_pickle=False) as arrays:
        xyz, rgb, future = arrays["xyz"], arrays["rgb"], arrays["future"]
    plotter = pv.Plotter(off_screen=True, window_size=list(SIZE), lighting="light kit")
    plotter.set_background("#eef2f5", top="#ffffff")
    for mask, opacity in ((~future, 1.0), (future, 0.45)):
        if mask.any():
            points = xyz[mask].reshape(-1, 3)
            faces = np.arange(len(points)).reshape(-1, 3)
            mesh = pv.PolyData.from_regular_faces(points, faces)
            mesh.cell_data["rgb"] = rgb[mask]
            plotter.add_mesh(mesh, scalars="rgb", rgb=True, opacity=opacity, smooth_shading=False, ambient=0.25)
            edges = mesh.clean().extract_feature_edges(25)
            if edges.n_cells:
                plotter.add_mesh(edges, color="#4a5058", line_width=1.2, opacity=opacity)
    span = np.ptp(xyz.reshape(-1, 3), axis=0)
    low = float(xyz[..., 2].min())
    ground = pv.Plane((0, 0, low - 0.05), (0, 0, 1), float(span[0]) * 1.3, float(span[1]) * 1.3, 1, 1)
    plotter.add_mesh(ground, color="#e3e6e4", ambient=0.3)
    plotter.camera_position = [(-0.75, -1.0, 0.85), (0, 0, 0), (0, 0, 1)]
    plotter.reset_camera(bounds=[-span[0] / 2, span[0] / 2, -span[1] / 2, span[1] / 2, low, -low])
    plotter.camera.zoom(1.3)
    plotter.enable_anti_aliasing("ssaa")
    plotter.screenshot(target)


if __name__ == "__main__":
    main(*sys.argv[1:3])
