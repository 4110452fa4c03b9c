"""Repairs of single defects, and of damage done to whole synthetic cities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin.model.city import CityModel
from citytwin.model.enums import Action, Grade, SurfaceKind
from citytwin.model.healing import heal
from citytwin.model.ragged import offsets_of
from citytwin.model.validity import check_geometry, solid_volumes
from tests.model.small_city import small_city
from tests.model.solids import Polygon, box, city_of, prism, reversed_faces

CUBE = box(0, 0, 0, 10, 10, 10)
INNER = reversed_faces(box(3, 3, 3, 6, 6, 6))
TABLES = ("objects", "surfaces", "rings", "solids")


def assert_same(one: CityModel, other: CityModel) -> None:
    """Every array of both models is the same, bit for bit."""
    np.testing.assert_array_equal(one.vertices, other.vertices)
    for table in TABLES:
        for name, values in vars(getattr(one, table)).items():
            if isinstance(values, np.ndarray):
                np.testing.assert_array_equal(values, getattr(getattr(other, table), name), err_msg=name)


def repairs(city: CityModel) -> list[tuple[int, str]]:
    """Code and message of what healing did; what it leaves is checked."""
    mended = heal(city)
    assert heal(mended) is mended
    new = mended.recorded.where(mended.recorded.action == Action.HEALED)
    return list(zip(new.code.tolist(), new.message, strict=True))


SQUARE = [(0, 0), (10, 0), (10, 10), (0, 10)]


def plate(*rings: list[tuple[float, ...]]) -> CityModel:
    return city_of([[[(*p, 10.0) if len(p) == 2 else p for p in ring] for ring in rings]], solid=False)


def hole(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, ...]]:
    return [(x0, y0), (x0, y1), (x1, y1), (x1, y0)]


@pytest.mark.parametrize(
    ("city", "codes", "area"),
    [
        (plate([*SQUARE, SQUARE[-1], SQUARE[-1]]), [102], 100),
        (plate([*SQUARE, SQUARE[0]]), [102], 100),
        (plate([(0.0004, 0), *SQUARE[1:], (0, 0)]), [102], 100),
        (plate(SQUARE, [*hole(1, 1, 3, 3), (3, 1)]), [102], 96),
        (plate(SQUARE, [(1, 1), (2, 2), (2, 2)]), [101], 100),
        (plate(SQUARE, hole(1, 1, 3, 3), hole(1, 1, 3, 3)), [202], 96),
        (plate(SQUARE, hole(12, 1, 13, 3)), [206], 100),
        (plate(SQUARE, hole(1, 1, 3, 3)[::-1]), [208], 96),
        (plate(SQUARE, hole(12, 1, 13, 3)[::-1], hole(1, 1, 3, 3)[::-1]), [206, 208], 96),
    ],
    ids=[
        "point twice",
        "closing point",
        "points near",
        "in a hole",
        "hole of two",
        "hole twice",
        "outside",
        "turned",
        "two",
    ],
)
def test_polygons_are_mended(city: CityModel, codes: list[int], area: float) -> None:
    assert [code for code, _ in repairs(city)] == codes
    mended = heal(city)
    assert len(check_geometry(mended)) == 0
    np.testing.assert_allclose(mended.surfaces.area, [area], rtol=1e-3)


@pytest.mark.parametrize(
    "city",
    [
        plate([(0, 0), (10, 0), (10, 0)]),
        plate([(0, 0), (10, 10), (10, 0), (0, 10)]),
        plate(SQUARE, hole(8, 8, 12, 12)),
        plate(SQUARE, SQUARE[::-1]),
        plate(SQUARE, hole(2, 2, 8, 8), hole(4, 4, 6, 6)),
        plate([*SQUARE[:3], (0, 10, 10.5)]),
        city_of(CUBE[:3]),
        city_of([CUBE[0], *CUBE[2:]]),
        city_of([*CUBE, CUBE[0]]),
        city_of(CUBE + box(20, 0, 0, 30, 10, 10)),
        city_of(CUBE + box(3, 3, 3, 6, 6, 6)),
        city_of(CUBE[1:5]),
    ],
    ids=["two points", "bow-tie", "hole across", "hole is the exterior", "hole in a hole", "not plane", "three faces",
         "no roof", "face twice", "two boxes", "cavity the wrong way", "no ground and a wall"],
)  # fmt: skip
def test_what_has_no_safe_repair_stays(city: CityModel) -> None:
    assert len(check_geometry(city)) > 0
    assert heal(city) is city


def test_turned_faces_are_turned_back() -> None:
    faces = [CUBE[0], *reversed_faces(CUBE[1:3]), *CUBE[3:]]
    city = city_of(faces)
    assert repairs(city) == [(307, "LoD2 solid: 2 polygons that face another side are turned round")]
    mended = heal(city)
    assert len(check_geometry(mended)) == 0
    np.testing.assert_allclose(solid_volumes(mended), [1000])
    assert not mended.solids.reversed.any()
    np.testing.assert_allclose(mended.surfaces.normal[:3], city_of(CUBE).surfaces.normal[:3])


def test_a_solid_inside_out_is_turned() -> None:
    mended = heal(city_of(reversed_faces(CUBE + INNER)))
    np.testing.assert_allclose(solid_volumes(mended), [973])
    assert mended.recorded.code.tolist() == [405]
    np.testing.assert_allclose(mended.surfaces.normal, city_of(CUBE + INNER).surfaces.normal)


def test_a_polygon_of_two_solids_keeps_its_side() -> None:
    """The second box should use the east wall of the first turned round, and does not."""
    city = city_of(CUBE, box(10, 0, 0, 20, 10, 10)[:-1], shared=[range(6), [*range(6, 11), 3]])
    mended = heal(city)
    assert mended.solids.reversed.tolist() == [False] * 11 + [True]
    np.testing.assert_array_equal(mended.vertices, city.vertices)
    np.testing.assert_allclose(solid_volumes(mended), [1000, 1000])


@pytest.mark.parametrize("face", [0, 2, 3])
@pytest.mark.parametrize("inside_out", [False, True])
def test_a_missing_ground_or_wall_is_added(face: int, inside_out: bool) -> None:
    kinds = np.array([SurfaceKind.GROUND, SurfaceKind.ROOF, *[SurfaceKind.WALL] * 4])
    faces = reversed_faces(CUBE) if inside_out else CUBE
    mended = heal(city_of(faces[:face] + faces[face + 1 :], kinds=np.delete(kinds, face)))
    assert len(check_geometry(mended)) == 0
    assert mended.surfaces.kind[-1] == kinds[face]
    assert mended.recorded.code.tolist() == [302, 405][: 1 + inside_out]
    assert f"a missing {SurfaceKind(kinds[face]).word} of 100.0 m2 is added" in mended.recorded.message[0]
    np.testing.assert_allclose(solid_volumes(mended), [1000])
    assert mended.buildings().quality.tolist() == [Grade.B]


def test_a_missing_ground_round_a_courtyard_has_a_hole() -> None:
    court: list[tuple[float, ...]] = [(3, 3), (3, 6), (6, 6), (6, 3)]
    mended = heal(city_of(prism([(0, 0), (10, 0), (10, 10), (0, 10)], hole=court)[1:]))
    assert len(check_geometry(mended)) == 0
    assert mended.recorded.message.tolist() == ["LoD2 solid: a missing ground of 91.0 m2 is added"]
    np.testing.assert_allclose(mended.surfaces.area[-1], 91)
    np.testing.assert_allclose(solid_volumes(mended), [910])


def test_surfaces_without_kinds_get_one_without() -> None:
    mended = heal(city_of(CUBE[1:]))
    assert mended.surfaces.kind[-1] == SurfaceKind.UNKNOWN
    np.testing.assert_allclose(mended.buildings().volume, [1000])


def test_a_sound_city_is_left_alone() -> None:
    for city in (small_city(), ct.synthetic.city(300, seed=2), city_of(CUBE + INNER)):
        assert heal(city) is city


def damaged(city: CityModel, seed: int) -> CityModel:
    """A third of the solids lose their ground, a third have faces turned, a third are inside out; points repeat."""
    rng = np.random.default_rng(seed)
    solids, surfaces = city.solids, city.surfaces
    solid = np.repeat(np.arange(len(solids)), np.diff(solids.offsets))
    harm = rng.integers(0, 3, len(solids))[solid]
    ground = surfaces.kind[solids.surface] == SurfaceKind.GROUND
    kept = ~((harm == 0) & ground)
    flipped = ((harm == 1) & (rng.random(len(solid)) < 0.2)) | (harm == 2)
    turned = np.zeros(len(surfaces), bool)
    turned[solids.surface[flipped]] = True
    polygons: list[Polygon] = []
    points = city.vertices + city.origin
    for surface in range(len(surfaces)):
        rings = []
        for ring in range(*city.rings.surface_rings[surface : surface + 2]):
            row = points[slice(*city.rings.ring_vertices[ring : ring + 2])].tolist()
            row = row[::-1] if turned[surface] else row
            rings.append([*row, row[-1]] if rng.random() < 0.05 else row)
        polygons.append(rings)
    flat = [point for polygon in polygons for ring in polygon for point in ring]
    sizes = np.array([len(ring) for polygon in polygons for ring in polygon], np.int64)
    rings_table = replace(city.rings, ring_vertices=offsets_of(sizes))
    vertices = np.array(flat) - city.origin
    return replace(
        city,
        rings=rings_table,
        vertices=vertices,
        surfaces=replace(surfaces, rings=rings_table, vertices=vertices),
        solids=replace(
            solids,
            offsets=offsets_of(np.bincount(solid[kept], minlength=len(solids))),
            surface=solids.surface[kept],
            reversed=solids.reversed[kept],
        ),
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_damage_to_a_city_is_undone(seed: int) -> None:
    """Volumes, and areas of all faces of each solid, come back within 1 %, and faces face outwards."""
    sound = ct.synthetic.city(120, seed=seed, terrain=False)
    city = damaged(sound, seed)
    assert len(set(check_geometry(city).code.tolist()) & {102, 302, 307, 405}) >= 2
    mended = heal(city)
    assert len(check_geometry(mended)) == 0
    assert heal(mended) is mended
    volume = solid_volumes(sound)
    assert np.abs(solid_volumes(mended) / volume - 1).max() < 1e-6
    solid = np.repeat(np.arange(len(sound.solids)), np.diff(sound.solids.offsets))
    again = np.repeat(np.arange(len(mended.solids)), np.diff(mended.solids.offsets))
    area = np.bincount(solid, sound.surfaces.area[sound.solids.surface])
    np.testing.assert_allclose(np.bincount(again, mended.surfaces.area[mended.solids.surface]), area, rtol=1e-6)
    assert set(mended.recorded.action[len(sound.recorded) :].tolist()) == {Action.HEALED}


def test_what_was_recorded_stays() -> None:
    city = city_of(CUBE[1:])
    before = city.with_findings(small_city().recorded)
    assert heal(before).recorded.code.tolist() == [*before.recorded.code.tolist(), 302]
    assert_same(heal(before), heal(city))
