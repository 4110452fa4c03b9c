"""Shapes that the kernel tests share: polygons in space as offsets and vertices, boxes, and a small town."""

import itertools
import math

import numpy as np


def csr(polygons):
    """Surface, ring and vertex arrays of polygons given as lists of rings of points."""
    surface_rings, ring_vertices, vertices = [0], [0], []
    for rings in polygons:
        for ring in rings:
            vertices.extend(ring)
            ring_vertices.append(len(vertices))
        surface_rings.append(len(ring_vertices) - 1)
    return (
        np.array(surface_rings, np.int64),
        np.array(ring_vertices, np.int64),
        np.array(vertices, np.float64).reshape(-1, 3),
    )


def rotation(rng):
    """A random rotation matrix."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else q[:, ::-1]


def star(rng, n, radius, centre=(0.0, 0.0)):
    """A simple polygon of `n` points around a centre, counter-clockwise."""
    angles = 2 * np.pi * (np.arange(n) + 0.8 * rng.random(n)) / n
    reach = radius * rng.uniform(0.3, 1.0, n)
    return [(centre[0] + r * math.cos(a), centre[1] + r * math.sin(a)) for r, a in zip(reach, angles, strict=True)]


def star_with_holes(rng, n, n_holes):
    """A star of radius 10 with clockwise holes near its centre, which the star keeps clear of."""
    exterior = star(rng, max(n, 9), 10.0)
    holes = []
    for k in range(n_holes):
        angle = 2 * np.pi * k / n_holes
        holes.append(star(rng, int(rng.integers(3, 8)), 0.4, (1.2 * math.cos(angle), 1.2 * math.sin(angle)))[::-1])
    return [exterior, *holes]


def lift(rings, matrix=None, z=0.0):
    """Rings of the plane as rings in space."""
    matrix = np.eye(3) if matrix is None else matrix
    return [[tuple(matrix @ np.array([x, y, z])) for x, y in ring] for ring in rings]


def box(x0=0.0, y0=0.0, z0=0.0, x1=1.0, y1=1.0, z1=1.0):
    """The six faces of a box, normals outwards."""
    a, b, c, d = (x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0)
    e, f, g, h = (x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)
    faces = [(a, d, c, b), (e, f, g, h), (a, b, f, e), (b, c, g, f), (c, d, h, g), (d, a, e, h)]
    return [[list(face)] for face in faces]


def fan(points):
    """Triangles of a convex polygon."""
    return [(points[0], b, c) for b, c in itertools.pairwise(points[1:])]


def town(rng, n_buildings):
    """Triangles (float32) of turned boxes on a plane and their wall and roof faces (float64, corners and normal)."""
    faces = []
    side = math.ceil(math.sqrt(n_buildings))
    for k in range(n_buildings):
        angle = rng.uniform(0, np.pi)
        turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
        shift = np.array([30.0 * (k % side), 30.0 * (k // side), rng.uniform(-1, 1)])
        size = rng.uniform((8, 8, 4), (26, 16, 30))
        for rings in box(-size[0] / 2, -size[1] / 2, 0, size[0] / 2, size[1] / 2, size[2])[1:]:
            faces.append((np.array(rings[0]) @ turn.T + shift) - (15.0 * side, 15.0 * side, 0.0))
    ground = 40.0 * side
    floor = np.array([(-ground, -ground, -1), (ground, -ground, -1), (ground, ground, -1), (-ground, ground, -1)])
    triangles = np.array([t for face in [*faces, floor] for t in fan(face)], np.float32)
    normals = np.array([np.cross(f[1] - f[0], f[2] - f[0]) for f in faces])
    return triangles, faces, normals / np.linalg.norm(normals, axis=1)[:, None]


def sample_faces(faces, normals, spacing):
    """Grid points 2 cm before each face, as samples and offsets."""
    samples, offsets = [], [0]
    for face, normal in zip(faces, normals, strict=True):
        u, v = face[1] - face[0], face[3] - face[0]
        nu, nv = (max(1, round(float(np.linalg.norm(e)) / spacing)) for e in (u, v))
        for i in range(nu):
            for j in range(nv):
                samples.append(face[0] + (i + 0.5) / nu * u + (j + 0.5) / nv * v + 0.02 * normal)
        offsets.append(len(samples))
    return np.array(samples, np.float32), np.array(offsets, np.int64)


def sky(n):
    """`n` unit vectors spread over the upper hemisphere (golden angle), float32."""
    k = np.arange(n)
    z = (k + 0.5) / n
    angle = k * np.pi * (3 - math.sqrt(5))
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(angle), r * np.sin(angle), z], axis=1).astype(np.float32)


GRAZED = (
    np.array([[[222.4774932861328, 888.0042724609375, 0], [213.41896057128906, 905.835205078125, 0],
               [213.41896057128906, 905.835205078125, 10]]], np.float32),
    np.array([335.90673828125, 664.7286987304688, 6.1411943435668945], np.float32),
    np.array([-0.44986218214035034, 0.885514497756958, 0.11613825708627701], np.float32),
)  # fmt: skip
"""A wall, and origin and direction of a ray almost in its plane that passes 25 m above it.

Without the test of the triangle's own box, rounding in float32 makes it a hit.
"""
