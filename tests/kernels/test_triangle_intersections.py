import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytwin.kernels.ear_clipping import triangulate
from citytwin.kernels.triangle_intersections import triangle_intersections
from tests.kernels.closed_shapes import TOLERANCE, Arrays
from tests.kernels.shapes import box, rotation
from tests.naive import triangle_intersections as naive

TILTED = rotation(np.random.default_rng(5))


def pairs(*solids, matrix=TILTED, checked=None):
    """Faces of each solid that meet, numbered within the solid."""
    arrays = Arrays(*solids, matrix=matrix)
    clipped = triangulate(arrays.rings, arrays.points, arrays.vertices)
    found = triangle_intersections(
        arrays.offsets, arrays.surfaces, arrays.rings, arrays.points, arrays.vertices, arrays.closure.corner_offsets,
        arrays.closure.point, clipped.offsets, clipped.triangles,
        np.ones(len(solids), bool) if checked is None else np.array(checked), TOLERANCE,
    )  # fmt: skip
    return [tuple(row - start for row in pair) if pair[0] >= 0 else None
            for pair, start in zip(found.tolist(), arrays.offsets.tolist(), strict=False)]  # fmt: skip


@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_equals_naive(seed, n):
    """Triangles in space, some in one plane, some with common corners or edges."""
    rng = np.random.default_rng(seed)
    solids = []
    for _ in range(4):
        pool = rng.uniform(-1, 1, (2 * n, 3))
        pool[: n // 2 + 3, 2] = 0.0
        solids.append([[pool[rng.choice(2 * n if rng.random() < 0.5 else n // 2 + 3, 3, replace=False)].tolist()]
                       for _ in range(n)])  # fmt: skip
    solids = [[face for face in solid if slimness(face[0]) > 0.05] for solid in solids]
    expected = [naive.any_meet([np.array(face) for face in solid], TOLERANCE) for solid in solids]
    assert [pair is not None for pair in pairs(*solids, matrix=None)] == expected
    for solid, pair in zip(solids, pairs(*solids, matrix=None), strict=True):
        if pair is not None:
            assert naive.meet(np.array(solid[pair[0]][0]), np.array(solid[pair[1]][0]), TOLERANCE)


def slimness(triangle):
    a, b, c = np.array(triangle)
    return np.linalg.norm(np.cross(b - a, c - a)) / max(np.ptp(triangle, axis=0))


def prism(outline, z0=0.0, z1=3.0):
    """Faces over an outline: ground, roof, walls."""
    around = [*outline[1:], outline[0]]
    walls = [[[(*a, z0), (*b, z0), (*b, z1), (*a, z1)]] for a, b in zip(outline, around, strict=True)]
    return [[[(*p, z0) for p in outline[::-1]]], [[(*p, z1) for p in outline]], *walls]


@pytest.mark.parametrize(
    ("solid", "meets"),
    [
        (box(), False),
        (box() + box(0.2, 0.2, 0.2, 0.8, 0.8, 0.8), False),
        (box() + box(0.5, 0.5, 0.5, 2, 2, 2), True),
        (box() + box(0.3, 0.3, -1, 0.6, 0.6, 2), True),
        (box() + box(0.3, -1, 0, 0.6, 2, 1), True),
        (box() + box(0, 0, 1, 1, 1, 2), True),
        (box() + box(1, 0.2, 0.2, 2, 0.8, 0.8), True),
        (box() + box(1.002, 0, 0, 2, 1, 1), False),
        (box() + box(1, 1, 1, 2, 2, 2), False),
        (prism([(0, 0), (4, 0), (4, 4), (3, 4), (3, 1), (1, 1), (1, 4), (0, 4)]), False),
        (prism([(0, 0), (4, 0), (4, 4), (1.5, 4), (1.5, 1), (2, 1), (0, 5)]), True),
        ([[[(0, 0, 0), (1, 0, 0), (0.5, 1, 0)]], [[(1, 0, 0), (0, 0, 0), (0.5, 1, 0.0005)]]], True),
        ([[[(0, 0, 0), (1, 0, 0), (0.5, 1, 0)]], [[(1, 0, 0), (0, 0, 0), (0.5, 1, 0.1)]]], False),
    ],
    ids=["box", "cavity", "two overlap", "pierced", "plus", "stacked", "face on face", "beside", "corner to corner",
         "U", "outline crosses", "folded flat", "folded"],
)  # fmt: skip
@pytest.mark.parametrize("matrix", [np.eye(3), TILTED])
def test_cases(solid, meets, matrix):
    assert (pairs(solid, matrix=matrix)[0] is not None) == meets
    assert pairs(solid, checked=[False]) == [None]


def test_large_solids_are_swept():
    rows = [face for k in range(12) for face in box(2 * k, 0, 0, 2 * k + 1, 1, 1)]
    found = pairs(rows, [*rows, *box(8.5, 0.5, 0.5, 9.5, 2, 2)])
    assert found[0] is None
    assert found[1][0] // 6 == 4
    assert found[1][1] >= 72
