"""Heights by grids the tests make: signs, interpolation, coverage, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from citytwin.errors import CrsError
from citytwin.model.crs_grid import convert_heights, known_offset, no_grid_error
from citytwin.model.crs_registry import in_degrees, known_system
from tests.model.small_grids import write_gtx, write_triangulation

GK25 = known_system("EPSG:3879")
HELSINKI = np.array([[25_497_000.0, 6_673_000.0, 5.0], [25_500_000.0, 6_680_000.0, 9.0]])
N60, N2000, ELLIPSOID = "EPSG:5717", "EPSG:3900", "EPSG:4937"


@pytest.mark.parametrize(
    ("source", "target", "value", "moved"),
    [
        (N2000, ELLIPSOID, 17.6, 17.6),  # h = H + N
        (ELLIPSOID, N2000, 17.6, -17.6),
        (N60, N2000, 0.25, 0.25),
        (N2000, N60, -0.25, -0.25),
        ("EPSG:5773", "EPSG:3855", -1.5, -1.5),  # nothing is known of the difference: it is not checked
    ],
)
def test_sign(tmp_path: Path, source: str, target: str, value: float, moved: float) -> None:
    grid = write_gtx(tmp_path / "a grid.gtx", np.full((3, 3), value))
    heights = convert_heights(HELSINKI, GK25, source, target, grid)
    np.testing.assert_allclose(heights - HELSINKI[:, 2], moved, atol=1e-6)


def test_interpolation_is_bilinear(tmp_path: Path) -> None:
    """A plane of 0.1 m per degree north and 0.01 m per degree east is reproduced between the nodes."""
    north, east = np.meshgrid(np.arange(3.0), np.arange(3.0), indexing="ij")
    grid = write_gtx(tmp_path / "plane.gtx", 0.2 + 0.05 * north + 0.01 * east)
    heights = convert_heights(HELSINKI, GK25, N60, N2000, grid)
    longitude, latitude = in_degrees(GK25, HELSINKI).T
    np.testing.assert_allclose(
        heights - HELSINKI[:, 2], 0.2 + 0.05 * (latitude - 59) + 0.01 * (longitude - 24), atol=1e-6
    )


def test_triangulation_works_both_ways(tmp_path: Path) -> None:
    grid = write_triangulation(tmp_path / "n60 n2000.json")
    up = convert_heights(HELSINKI, GK25, N60, N2000, grid)
    np.testing.assert_allclose(up - HELSINKI[:, 2], 0.3, atol=1e-9)
    lifted = np.column_stack([HELSINKI[:, :2], up])
    np.testing.assert_allclose(convert_heights(lifted, GK25, N2000, N60, grid), HELSINKI[:, 2], atol=1e-9)
    silent = write_triangulation(tmp_path / "silent.json", input_crs="EPSG:2393", output_crs="EPSG:2393")
    np.testing.assert_allclose(convert_heights(HELSINKI, GK25, N60, N2000, silent), up, atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_crs": "EPSG:2393+8675"}, "leads from EPSG:2393[+]8675"),
        ({"transformed_components": ["horizontal"]}, "not one of heights"),
        ({"input_crs": "?"}, "not one of heights"),
        ({"input_crs": 1}, "not one of heights"),
        ({"transformed_components": None}, "not one of heights"),
        ({"triangles": [[0, 1, 9]]}, "cannot read"),
    ],
)
def test_triangulations_that_do_not_fit(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    grid = write_triangulation(tmp_path / "grid.json", **changes)
    with pytest.raises(CrsError, match=message):
        convert_heights(HELSINKI, GK25, N60, N2000, grid)


def test_what_contradicts_what_is_known_is_refused(tmp_path: Path) -> None:
    """The grid of the other direction, and a geoid in place of a difference."""
    for value in (-0.25, 17.6):
        grid = write_gtx(tmp_path / "grid.gtx", np.full((3, 3), value))
        with pytest.raises(CrsError, match=r"it is \+0.13 to \+0.43 m"):
            convert_heights(HELSINKI, GK25, N60, N2000, grid)


def test_files_that_are_no_grid(tmp_path: Path) -> None:
    with pytest.raises(CrsError, match="no such height grid"):
        convert_heights(HELSINKI, GK25, N60, N2000, tmp_path / "none.gtx")
    with pytest.raises(CrsError, match="no such height grid"):
        convert_heights(HELSINKI, GK25, N60, N2000, Path("https://cdn.proj.org/fi_nls_fin2000.tif"))
    for name, message in (("bad.gtx", "cannot read"), ("bad.tif", "cannot read"), ("bad.json", "no PROJ")):
        (tmp_path / name).write_bytes(b"garbage" * 10)
        with pytest.raises(CrsError, match=message):
            convert_heights(HELSINKI, GK25, N60, N2000, tmp_path / name)
    with pytest.raises(CrsError, match="comma"):
        convert_heights(HELSINKI, GK25, N60, N2000, write_gtx(tmp_path / "a,b.gtx", np.full((3, 3), 0.25)))


def test_grid_elsewhere(tmp_path: Path) -> None:
    grid = write_gtx(tmp_path / "grid.gtx", np.full((3, 3), 0.25), south_west=(40.0, 10.0))
    with pytest.raises(CrsError, match="no value at 2 of 2 vertices"):
        convert_heights(HELSINKI, GK25, N60, N2000, grid)
    edge = write_gtx(tmp_path / "edge.gtx", np.full((2, 2), 0.25), south_west=(59.2, 24.5))
    with pytest.raises(CrsError, match="no value at 1 of 2 vertices"):
        convert_heights(HELSINKI, GK25, N60, N2000, edge)


def test_no_grid_between_ellipsoids(tmp_path: Path) -> None:
    grid = write_gtx(tmp_path / "grid.gtx", np.full((3, 3), 0.25))
    with pytest.raises(CrsError, match="both ellipsoidal"):
        convert_heights(HELSINKI, GK25, ELLIPSOID, "EPSG:4979", grid)


def test_no_vertices(tmp_path: Path) -> None:
    grid = write_gtx(tmp_path / "grid.gtx", np.full((3, 3), 0.25))
    assert convert_heights(np.empty((0, 3)), GK25, N60, N2000, grid).shape == (0,)


def test_offsets_turn_round() -> None:
    there, back = known_offset(N60, N2000), known_offset(N2000, N60)
    assert there is not None
    assert back is not None
    assert (back.metres, back.least, back.most) == (-there.metres, -there.most, -there.least)
    assert there.least < there.metres < there.most
    assert known_offset(N60, "EPSG:5709") is None


def test_the_refusal_names_systems_size_and_remedy() -> None:
    text = str(no_grid_error(N60, N2000))
    for part in (
        "EPSG:5717 (N60 height)",
        "EPSG:3900 (N2000 height)",
        "+0.25 m at Porvoo",
        "the difference to add",
        "grid=",
    ):
        assert part in text
    text = str(no_grid_error(ELLIPSOID, N2000))
    assert "-17.6 m at Helsinki" in text
    assert "geoid heights" in text
    assert "do not say what theirs refer to" in str(no_grid_error(None, N2000))
    assert " m at" not in str(no_grid_error(N60, "EPSG:5709"))
