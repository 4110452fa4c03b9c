"""What is wrong with solids: whether their faces form closed shells that face outwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import offsets_of, row_of, take_ragged
from citytwin.model.validity import Defects, Tolerances

if TYPE_CHECKING:
    from citytwin.kernels.ear_clipping import Triangulation
    from citytwin.kernels.edge_closure import EdgeClosure
    from citytwin.model.city import CityModel


def solid_defects(
    city: CityModel, clipped: Triangulation, faulty: NDArray[np.int64], tolerances: Tolerances
) -> tuple[Defects, EdgeClosure]:
    """Codes 301 to 405 of each solid, by the first level that fails, and how its edges meet.

    A shell inside another that faces the other way is a cavity and no defect.

    Parameters
    ----------
    city : CityModel
    clipped : Triangulation
        Of all its surfaces.
    faulty : int64 array
        Surfaces with a defect of their own: their solids are passed over.
    tolerances : Tolerances
    """
    from citytwin.kernels.edge_closure import edge_closure
    from citytwin.kernels.shell_components import shell_components
    from citytwin.kernels.triangle_intersections import triangle_intersections
    from citytwin.kernels.vertex_fans import vertex_fans

    solids, rings = city.solids, city.rings
    shape = (solids.offsets, solids.surface)
    rows = (rings.surface_rings, rings.ring_vertices)
    closure = edge_closure(*shape, solids.reversed, *rows, city.vertices, tolerances.reach)
    count = np.diff(solids.offsets)
    few = count < 4
    spoiled = np.zeros(len(city.surfaces), bool)
    spoiled[faulty] = True
    checked = ~few & (np.bincount(row_of(solids.offsets)[spoiled[solids.surface]], minlength=len(solids)) == 0)
    edges = closure.n_open + closure.n_nonmanifold + closure.n_same_direction
    closed = checked & (edges == 0)
    pinched = vertex_fans(*shape, *rows, closure.corner_offsets, closure.point, closure.twin)
    whole = closed & (pinched == 0)
    shells = _Shells(city, clipped, *shell_components(solids.offsets, closure.corner_offsets, closure.twin), whole)
    apart = whole & (shells.apart > 1)
    whole &= ~apart
    meeting = triangle_intersections(
        *shape,
        *rows,
        city.vertices,
        closure.corner_offsets,
        closure.point,
        clipped.offsets,
        clipped.triangles,
        whole,
        tolerances.snap,
    )
    crossing = meeting[:, 0] >= 0
    defects = Defects.of(
        [
            (301, few, count),
            (302, checked & (closure.n_open > 0), closure.n_open),
            (303, (checked & (closure.n_nonmanifold > 0)) | (closed & (pinched > 0)), closure.n_nonmanifold + pinched),
            (305, apart, shells.apart),
            (306, crossing, np.zeros(len(solids))),
            (307, checked & (closure.n_same_direction > 0), closure.n_same_direction),
            (405, whole & ~crossing & shells.turned, shells.volume),
        ]
    )
    pairs = defects.code == 306
    defects.faces[pairs] = solids.surface[meeting[defects.row[pairs]]]
    return defects, closure


class _Shells:
    """Shells of each solid: how many lie apart from each other, and whether one is turned inside out.

    Parameters
    ----------
    city : CityModel
    clipped : Triangulation
        Of all its surfaces.
    component : int32 array (n_faces,)
        Shell of each face within its solid.
    count : int32 array (n_solids,)
        Shells.
    whole : bool array (n_solids,)
        Closed solids; the others count as one shell.
    """

    def __init__(
        self,
        city: CityModel,
        clipped: Triangulation,
        component: NDArray[np.int32],
        count: NDArray[np.int32],
        whole: NDArray[np.bool_],
    ) -> None:
        from citytwin.kernels.signed_volume import signed_volumes

        solids, vertices = city.solids, city.vertices
        n = len(solids)
        shell_offsets = offsets_of(count)
        solid = row_of(solids.offsets)
        shell = shell_offsets[solid] + component
        offsets, rows = take_ragged(clipped.offsets, solids.surface)
        entry = row_of(offsets)
        triangles = clipped.triangles[rows]
        sign = np.where(solids.reversed, -1, 1).astype(np.int8)
        volumes = signed_volumes(
            vertices, triangles, shell[entry].astype(np.int32), sign[entry], int(shell_offsets[-1])
        )
        self.apart = np.minimum(count, 1)
        self.volume = np.bincount(row_of(shell_offsets), volumes, n)
        self.turned = self.volume < 0
        several = np.flatnonzero(whole & (count > 1))
        if not len(several):
            return
        outer, inner = _outer_and_inner(shell_offsets, volumes, several)
        first_face = np.unique(shell, return_index=True)[1]
        of_shell = np.argsort(shell[entry], kind="stable")
        ranges = offsets_of(np.bincount(shell[entry], minlength=len(volumes)))
        point = vertices[triangles[offsets[first_face[inner]]]].mean(1)
        inside = np.abs(_winding(point, outer, ranges, of_shell, triangles, sign[entry], vertices)) > 0.5
        owner = row_of(shell_offsets)[inner]
        np.add.at(self.apart, owner[~inside], 1)
        wrong = inside & ((volumes[inner] > 0) == (volumes[outer] > 0))
        self.turned[owner[wrong]] = True


def _outer_and_inner(
    shell_offsets: NDArray[np.int64], volumes: NDArray[np.float64], solids: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each shell but the largest of some solids: the largest, and itself."""
    offsets, shells = take_ragged(shell_offsets, solids)
    place = row_of(offsets)
    order = np.lexsort((shells, -np.abs(volumes[shells]), place))
    largest = shells[order[offsets[:-1]]]
    inner = np.delete(np.arange(len(shells)), order[offsets[:-1]])
    return largest[place[inner]], shells[inner]


def _winding(
    points: NDArray[np.float64],
    shells: NDArray[np.int64],
    ranges: NDArray[np.int64],
    of_shell: NDArray[np.int64],
    triangles: NDArray[np.int32],
    sign: NDArray[np.int8],
    vertices: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Winding number of a shell round each point (k,)."""
    from citytwin.kernels.winding_number import winding_numbers

    offsets, rows = take_ragged(ranges, shells)
    chosen = of_shell[rows]
    facing = np.where(sign[chosen, None] < 0, triangles[chosen][:, ::-1], triangles[chosen])
    return winding_numbers(points, offsets, np.ascontiguousarray(facing), vertices)
