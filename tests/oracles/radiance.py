"""Daylight coefficients by Radiance (pyradiance), for triangles with one reflectance."""

from __future__ import annotations

import numpy as np

RECEIVERS = """\
#@rfluxmtx h=u u=+Y
void glow ground_glow
0
0
4 1 1 1 0
ground_glow source ground
0
0
4 0 0 -1 180
#@rfluxmtx h=r{factor} u=+Y
void glow sky_glow
0
0
4 1 1 1 0
sky_glow source sky
0
0
4 0 0 1 180
"""


def polygons(triangles, material):
    """Triangles (m, 3, 3) as Radiance polygons of a material."""
    lines = []
    for k, corners in enumerate(np.asarray(triangles, np.float64)):
        numbers = " ".join(f"{value:.9g}" for value in corners.ravel())
        lines.append(f"{material} polygon {material}_{k}\n0\n0\n9 {numbers}\n")
    return "".join(lines)


def daylight_coefficients(folder, triangles, points, normals, bounces, factor=2, divisions=4096, limit=1e-6):
    """Irradiance on points per unit radiance of each patch of the sky, (n, 144 factor^2 + 1), sr.

    Parameters
    ----------
    folder : Path
        For the files.
    triangles : dict
        Triangles (m, 3, 3) by reflectance.
    points, normals : arrays (n, 3)
    bounces : int
        1 is the sky alone.
    divisions : int
        Rays a point.
    limit : float
        Weight of a ray below which it is left to chance.
    """
    import pyradiance

    scene, sky = folder / "scene.rad", folder / "sky.rad"
    text = ""
    for k, (rho, part) in enumerate(triangles.items()):
        text += f"void plastic m{k}\n0\n0\n5 {rho} {rho} {rho} 0 0\n" + polygons(part, f"m{k}")
    scene.write_text(text)
    sky.write_text(RECEIVERS.format(factor=factor))
    octree = folder / "scene.oct"
    octree.write_bytes(pyradiance.oconv(scene))
    sensors = "\n".join(" ".join(f"{v:.9g}" for v in (*p, *n)) for p, n in zip(points, normals, strict=True))
    options = ["-h", "-faf", "-n", "1", "-I+", "-ab", str(bounces), "-ad", str(divisions), "-lw", str(limit)]
    raw = pyradiance.rfluxmtx(sky, rays=(sensors + "\n").encode(), params=options, scene=[scene])
    matrix = np.frombuffer(raw, np.float32).reshape(len(points), -1, 3).mean(2)
    return matrix[:, 1:].astype(np.float64)
