"""Geometric validity of polygons and solids, with the codes of val3dity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import row_of, take_ragged

if TYPE_CHECKING:
    from citytwin.kernels.ear_clipping import Triangulation
    from citytwin.model.city import CityModel

GEOMETRY_CODES = range(101, 1000)
"""The codes of val3dity; those from 1000 are citytwin's own."""

OVERLAP = 601
"""The code of buildings and parts that overlap, which the derivation of buildings finds."""

NAMES = {
    101: "TOO_FEW_POINTS",
    102: "CONSECUTIVE_POINTS_SAME",
    103: "RING_NOT_CLOSED",
    104: "RING_SELF_INTERSECTION",
    201: "INTERSECTION_RINGS",
    202: "DUPLICATED_RINGS",
    203: "NON_PLANAR_POLYGON_DISTANCE_PLANE",
    204: "NON_PLANAR_POLYGON_NORMALS_DEVIATION",
    205: "POLYGON_INTERIOR_DISCONNECTED",
    206: "INNER_RING_OUTSIDE",
    207: "INNER_RINGS_NESTED",
    208: "ORIENTATION_RINGS_SAME",
    301: "TOO_FEW_POLYGONS",
    302: "SHELL_NOT_CLOSED",
    303: "NON_MANIFOLD_CASE",
    305: "MULTIPLE_CONNECTED_COMPONENTS",
    306: "SHELL_SELF_INTERSECTION",
    307: "POLYGON_WRONG_ORIENTATION",
    405: "WRONG_ORIENTATION_SHELL",
    601: "BUILDINGPARTS_OVERLAP",
}
"""Names of the codes that citytwin tests for."""


@dataclass(frozen=True)
class Tolerances:
    """What is near enough; the defaults are those of val3dity.

    Parameters
    ----------
    snap : float
        Points no further apart are one, m. Faces of a solid may cross this deep.
    planarity : float
        Largest distance of a point from the plane of its polygon, m.
    normals : float
        Largest angle between a polygon and one of its triangles, degrees.
    overlap : float, optional
        How wide buildings, or parts of one building, may overlap, m. None leaves the test to the derivation of
        buildings, which allows for the inaccuracy of party walls.

    Raises
    ------
    ValueError
        A tolerance is not above 0, or `normals` not below 180.

    Examples
    --------
    >>> Tolerances(planarity=0.05)
    Tolerances(snap=0.001, planarity=0.05, normals=20.0, overlap=None)
    """

    snap: float = 0.001
    planarity: float = 0.01
    normals: float = 20.0
    overlap: float | None = None

    def __post_init__(self) -> None:
        for name in ("snap", "planarity", "normals"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)}")
        if self.normals >= 180:
            raise ValueError(f"normals must be below 180 degrees, not {self.normals}")
        if self.overlap is not None and not 0 <= self.overlap < np.inf:
            raise ValueError(f"overlap must be at least 0 or None, not {self.overlap}")

    @property
    def touch(self) -> float:
        """Distance at which edges count as touching, m: far below `snap`, above the rounding of coordinates."""
        return self.snap / 1000

    @property
    def reach(self) -> float:
        """Distance up to which points are one, m: `snap` and what rounding adds to points exactly that far apart."""
        return self.snap + self.touch


VAL3DITY = Tolerances()


@dataclass(frozen=True, eq=False)
class Validity:
    """Defects of the geometry of a city, and what was learned about its solids on the way.

    Parameters
    ----------
    findings : Findings
    tolerances : Tolerances
        What was taken as near enough.
    n_open, n_nonmanifold, n_turned : int32 arrays (n_solids,)
        Defective edges, see :class:`citytwin.kernels.edge_closure.EdgeClosure`.
    volume : float64 array (n_solids,)
        m3, negative where normals point inwards; a volume only where the solid is closed.
    """

    findings: Findings
    tolerances: Tolerances
    n_open: NDArray[np.int32] = field(repr=False)
    n_nonmanifold: NDArray[np.int32] = field(repr=False)
    n_turned: NDArray[np.int32] = field(repr=False)
    volume: NDArray[np.float64] = field(repr=False)


def check_geometry(city: CityModel, tolerances: Tolerances = VAL3DITY) -> Findings:
    """Defects of rings (101, 102, 104), polygons (201-208), solids (301-307, 405) and, on request, overlaps (601).

    A polygon whose rings are at fault is not looked at further, nor is a solid with a polygon at fault: each is
    reported at the first level that fails, as val3dity does. Polygons that belong to no solid are looked at like the
    others. What a reader repairs or leaves out (101, 102, 103) it reports itself.

    Parameters
    ----------
    city : CityModel
    tolerances : Tolerances, optional

    Returns
    -------
    Findings
        In the order of the polygons, then of the solids, then of the buildings; severity warning. A polygon without an
        identifier is named after its object and its place among the polygons of the object, as ``b1[3]``.

    References
    ----------
    val3dity 2.5, https://val3dity.readthedocs.io/2.5/errors/ (names, codes, default tolerances).
    H. Ledoux, "val3dity: validation of 3D GIS primitives according to the international standards", Open Geospatial
    Data, Software and Standards 3(1), 2018, doi:10.1186/s40965-018-0043-x.

    Examples
    --------
    >>> import citytwin as ct
    >>> len(check_geometry(ct.synthetic.city(10, seed=1)))
    0
    """
    return examine(city, tolerances).findings


def examine(city: CityModel, tolerances: Tolerances = VAL3DITY) -> Validity:
    """The findings of :func:`check_geometry`, with the defective edges and the volume of each solid."""
    from citytwin.kernels.ear_clipping import triangulate
    from citytwin.model.validity_polygons import polygon_defects
    from citytwin.model.validity_solids import solid_defects

    rings = city.rings
    clipped = triangulate(rings.surface_rings, rings.ring_vertices, city.vertices)
    polygons = polygon_defects(city, clipped, tolerances)
    solids, closure = solid_defects(city, clipped, polygons.row, tolerances)
    findings = Findings.of([*_polygon_findings(city, polygons), *_solid_findings(city, solids)])
    if tolerances.overlap is not None:
        from citytwin.model.derive import derive_buildings

        derived = derive_buildings(city, overlap=tolerances.overlap).findings
        findings += derived.where(derived.code == OVERLAP)
    return Validity(
        findings,
        tolerances,
        closure.n_open,
        closure.n_nonmanifold,
        closure.n_same_direction,
        volumes_of(city, clipped),
    )


def volumes_of(city: CityModel, clipped: Triangulation) -> NDArray[np.float64]:
    """Signed volume of each solid (n,), m3, from the triangles of all surfaces."""
    from citytwin.kernels.signed_volume import signed_volumes

    solids = city.solids
    offsets, rows = take_ragged(clipped.offsets, solids.surface)
    entry = row_of(offsets)
    return signed_volumes(
        city.vertices,
        clipped.triangles[rows],
        row_of(solids.offsets)[entry].astype(np.int32),
        np.where(solids.reversed, -1, 1).astype(np.int8)[entry],
        len(solids),
    )


@dataclass(frozen=True, eq=False)
class Defects:
    """What is wrong with polygons or solids, one row a defect, sorted by `row` and `code`.

    Parameters
    ----------
    row : int64 array (k,)
        Surface or solid.
    code : int16 array (k,)
    figure : float64 array (k,)
        A number for the message: a distance in m, an angle in degrees, a volume in m3 or a count.
    faces : int64 array (k, 2)
        Surfaces of a solid that intersect, else -1.
    """

    row: NDArray[np.int64]
    code: NDArray[np.int16]
    figure: NDArray[np.float64]
    faces: NDArray[np.int64]

    @classmethod
    def of(cls, found: list[tuple[int, NDArray[np.bool_], NDArray[np.generic]]]) -> Defects:
        """From code, mask over all rows, and figure of all rows."""
        rows = [np.flatnonzero(mask) for _, mask, _ in found]
        row = np.concatenate([np.empty(0, np.int64), *rows])
        code = np.repeat(np.array([code for code, _, _ in found], np.int16), [len(r) for r in rows])
        figure = np.concatenate([np.empty(0), *(f[r] for (_, _, f), r in zip(found, rows, strict=True))])
        order = np.lexsort((code, row))
        return cls(row[order], code[order], figure[order].astype(float), np.full((len(row), 2), -1))

    def __iter__(self) -> Iterator[tuple[int, int, float, list[int]]]:
        return zip(self.row.tolist(), self.code.tolist(), self.figure.tolist(), self.faces.tolist(), strict=True)


_ABOUT_POLYGONS = {
    101: "a ring has fewer than three points",
    102: "points of {:.0f} edges are one",
    104: "a ring crosses or touches itself",
    201: "rings cross or share a line",
    202: "a ring occurs twice",
    203: "a point is {:.3f} m off the plane",
    204: "a triangle faces {:.0f} degrees away from the polygon",
    205: "holes cut the polygon into pieces",
    206: "a hole lies outside the exterior ring",
    207: "a hole lies inside another",
    208: "a hole turns the same way as the exterior ring",
}
_ABOUT_SOLIDS = {
    301: "{:.0f} polygons bound no solid",
    302: "{:.0f} edges belong to one polygon only",
    303: "{:.0f} edges or corners are shared by more faces than a shell allows",
    305: "{:.0f} shells that do not touch",
    306: "polygons {} and {} pass through or lie on each other",
    307: "{:.0f} edges are used twice in the same direction",
    405: "normals of a shell point to the wrong side, volume {:.1f} m3",
}


def surface_names(city: CityModel, rows: NDArray[np.integer]) -> list[str]:
    """Identifier of each polygon (k,) or of its boundary surface, else its object and its place there: ``b1[3]``."""
    surfaces, objects = city.surfaces, city.objects
    names = [feature or polygon for feature, polygon in zip(surfaces.id[rows], surfaces.polygon_id[rows], strict=True)]
    nameless = [k for k, name in enumerate(names) if not name]
    if nameless:
        order = np.argsort(surfaces.object, kind="stable")
        counts = np.bincount(surfaces.object, minlength=len(objects))
        place = np.empty(len(surfaces), np.int64)
        place[order] = np.arange(len(surfaces)) - np.repeat(np.cumsum(counts) - counts, counts)
        for k in nameless:
            names[k] = f"{objects.id[int(surfaces.object[rows[k]])]}[{place[rows[k]]}]"
    return names


def _polygon_findings(city: CityModel, defects: Defects) -> Iterator[Finding]:
    surfaces = city.surfaces
    names = surface_names(city, defects.row)
    for (row, code, figure, _), name in zip(defects, names, strict=True):
        owner = city.objects.id[int(surfaces.object[row])]
        message = f"LoD{surfaces.lod[row] / 10:g} polygon: {_ABOUT_POLYGONS[code].format(figure)}"
        yield Finding(code, NAMES[code], owner, name, Severity.WARNING, Action.KEPT, message)


def _solid_findings(city: CityModel, defects: Defects) -> Iterator[Finding]:
    crossing = defects.code == 306
    names = iter(surface_names(city, defects.faces[crossing].ravel()))
    for row, code, figure, _ in defects:
        owner = city.objects.id[int(city.solids.object[row])]
        faces = [next(names), next(names)] if code == 306 else []
        message = f"LoD{city.solids.lod[row] / 10:g} solid: {_ABOUT_SOLIDS[code].format(*faces, figure)}"
        surface = faces[0] if faces else ""
        yield Finding(code, NAMES[code], owner, surface, Severity.WARNING, Action.KEPT, message)


def solid_volumes(city: CityModel) -> NDArray[np.float64]:
    """Signed volume of each solid (n,), m3, positive where normals point outwards; a volume only where it is closed."""
    return city.validity.volume
