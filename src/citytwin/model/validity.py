"""Geometric validity of polygons and solids, with the codes of val3dity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.model.city import CityModel
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import row_of, take_ragged, take_rings

SNAP_M = 0.001
PLANARITY_M = 0.01
_PRIME = 1_099_511_628_211


def check_geometry(city: CityModel, snap: float = SNAP_M, planarity: float = PLANARITY_M) -> Findings:
    """Defects of polygons (102, 203) and solids (301, 302, 303, 305, 307, 405).

    Ring defects that a reader heals or drops (101, 102, 103) are found while reading. Orientation of a shell (405) is
    told by the sign of its volume, once it is closed.

    Parameters
    ----------
    city : CityModel
    snap : float
        Points closer than this are one, m.
    planarity : float
        Largest distance of a vertex from the plane of its polygon, m.

    Returns
    -------
    Findings
        In the order of the polygons, then of the solids.

    References
    ----------
    val3dity 2.5, https://val3dity.readthedocs.io/2.5/errors/ (names, codes, default tolerances).
    H. Ledoux, "val3dity: validation of 3D GIS primitives according to the international standards", Open Geospatial
    Data, Software and Standards 3(1), 2018, doi:10.1186/s40965-018-0043-x.
    """
    return Findings.of([*_polygons(city, snap, planarity), *_solids(city, snap)])


def _polygons(city: CityModel, snap: float, planarity: float) -> list[Finding]:
    from citytwin.kernels.plane_distance import plane_distances

    surfaces, rings = city.surfaces, city.rings
    rows = []
    short = np.unique(_ring_rows(city)[_edge_lengths(city) <= snap])
    for surface in np.unique(row_of(rings.surface_rings)[short]):
        rows.append(
            _finding(city, int(surface), 102, "CONSECUTIVE_POINTS_SAME", f"an edge is no longer than {snap:g} m")
        )
    distance = plane_distances(rings.surface_rings, rings.ring_vertices, city.vertices, surfaces.normal)
    for surface in np.flatnonzero(distance > planarity):
        rows.append(
            _finding(
                city,
                int(surface),
                203,
                "NON_PLANAR_POLYGON_DISTANCE_PLANE",
                f"a vertex is {distance[surface]:.3f} m off the plane",
            )
        )
    return rows


def _solids(city: CityModel, snap: float) -> list[Finding]:
    from citytwin.kernels.edge_closure import edge_closure

    solids = city.solids
    if not len(solids):
        return []
    closure = edge_closure(
        solids.offsets,
        solids.surface,
        solids.reversed,
        city.rings.surface_rings,
        city.rings.ring_vertices,
        city.vertices,
        snap,
    )
    faces = np.diff(solids.offsets)
    closed = (closure.n_open == 0) & (closure.n_nonmanifold == 0) & (faces >= 4)
    sound = closed & (closure.n_same_direction == 0)
    volume = solid_volumes(city)
    shells = _components(city, snap, np.flatnonzero(sound))
    rows = []
    for solid in range(len(solids)):
        owner, lod = int(solids.object[solid]), solids.lod[solid] / 10
        found: list[tuple[int, str, str]] = []
        if faces[solid] < 4:
            found.append((301, "TOO_FEW_POLYGONS", f"{faces[solid]} polygons bound no solid"))
        else:
            if n := int(closure.n_open[solid]):
                found.append((302, "SHELL_NOT_CLOSED", f"{n} edges belong to one polygon only"))
            if n := int(closure.n_nonmanifold[solid]):
                found.append((303, "NON_MANIFOLD_CASE", f"{n} edges belong to more than two polygons"))
            if n := int(closure.n_same_direction[solid]):
                found.append((307, "POLYGON_WRONG_ORIENTATION", f"{n} edges are used twice in the same direction"))
            if sound[solid] and volume[solid] < 0:
                found.append((405, "WRONG_ORIENTATION_SHELL", f"normals point inwards, volume {volume[solid]:.1f} m3"))
            if shells.get(solid, 1) > 1:
                found.append((305, "MULTIPLE_CONNECTED_COMPONENTS", f"{shells[solid]} shells that do not touch"))
        rows += [
            Finding(
                code,
                name,
                city.objects.id[owner],
                severity=Severity.WARNING,
                action=Action.KEPT,
                message=f"LoD{lod:g} solid: {message}",
            )
            for code, name, message in found
        ]
    return rows


def solid_volumes(city: CityModel) -> NDArray[np.float64]:
    """Signed volume of each solid (n,), m3, positive where normals point outwards; a volume only where it is closed."""
    from citytwin.kernels.ear_clipping import triangulate
    from citytwin.kernels.signed_volume import signed_volumes

    solids, rings = city.solids, city.rings
    corners = triangulate(rings.surface_rings, rings.ring_vertices, city.vertices)
    offsets, rows = take_ragged(corners.offsets, solids.surface)
    entry = row_of(offsets)
    return signed_volumes(
        city.vertices,
        corners.triangles[rows],
        row_of(solids.offsets)[entry].astype(np.int32),
        np.where(solids.reversed, -1, 1).astype(np.int8)[entry],
        len(solids),
    )


def _components(city: CityModel, snap: float, rows: NDArray[np.int64]) -> dict[int, int]:
    """Shells of those solids that have several, counting polygons with a common point as one shell."""
    offsets, entries = take_ragged(city.solids.offsets, rows)
    solid = row_of(offsets)
    ring_offsets, vertex_offsets, vertex_rows = take_rings(
        city.rings.surface_rings, city.rings.ring_vertices, city.solids.surface[entries]
    )
    face = row_of(ring_offsets)[row_of(vertex_offsets)]
    if not len(face):
        return {}
    cells = np.round(city.vertices[vertex_rows] / (10 * snap)).astype(np.int64)
    keys = (((solid[face] * _PRIME + cells[:, 0]) * _PRIME + cells[:, 1]) * _PRIME) + cells[:, 2]
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, point = np.unique(keys, return_inverse=True)
    n = len(entries)
    links = coo_array((np.ones(len(face), np.int8), (face, n + point)), shape=(n + point.max() + 1,) * 2)
    _, label = connected_components(links, directed=False)
    shells = np.unique(label[:n], return_index=True)[1]
    count = np.bincount(solid[shells], minlength=len(rows))
    return {int(row): int(k) for row, k in zip(rows, count, strict=True) if k > 1}


def _ring_rows(city: CityModel) -> NDArray[np.int64]:
    return row_of(city.rings.ring_vertices)


def _edge_lengths(city: CityModel) -> NDArray[np.float64]:
    """Length of the edge that leaves each vertex (n,), m."""
    starts = city.rings.ring_vertices
    following = np.arange(1, len(city.vertices) + 1)
    filled = np.diff(starts) > 0
    following[starts[1:][filled] - 1] = starts[:-1][filled]
    return np.linalg.norm(city.vertices[following] - city.vertices, axis=1)


def _finding(city: CityModel, surface: int, code: int, name: str, message: str) -> Finding:
    ids = city.surfaces.id[surface] or city.surfaces.polygon_id[surface]
    owner = city.objects.id[int(city.surfaces.object[surface])]
    return Finding(code, name, owner, ids, Severity.WARNING, Action.KEPT, message)
