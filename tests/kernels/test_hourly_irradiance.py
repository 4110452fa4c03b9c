import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytwin.kernels.hourly_irradiance import (
    Sun,
    direct_irradiance,
    group_means,
    hourly_irradiance,
    monthly_irradiation,
    sun_time,
)
from citytwin.kernels.perez_sky import isotropic_sky, nearest_patches
from citytwin.kernels.reinhart import projected_solid_angles, reinhart
from tests.naive import hourly_irradiance as naive

PATCHES = reinhart(1)


def scene(seed, n=3, n_hours=24):
    rng = np.random.default_rng(seed)

    def units(k):
        vectors = rng.normal(size=(k, 3))
        return vectors / np.linalg.norm(vectors, axis=1)[:, None]

    normals, direction = units(n), units(n_hours)
    direction[:, 2] = np.abs(direction[:, 2])
    nearest = nearest_patches(direction, PATCHES.direction)
    sun = Sun(direction, rng.uniform(-200, 900, n_hours).clip(0), nearest.patch, nearest.share)
    visible = rng.integers(0, 256, (n, 145)).astype(np.uint8)
    return visible, normals, rng.uniform(0, 100, (145, n_hours)).astype(np.float32), sun


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.16]))
def test_equals_naive(seed, angular_loss):
    visible, normals, sky, sun = scene(seed)
    projected = projected_solid_angles(normals, PATCHES.cells, PATCHES.solid_angle, angular_loss)
    got = hourly_irradiance(visible, normals, projected, sky, sun, angular_loss)
    expected = [
        [
            naive.irradiance(v, n, w, sky[:, h], sun.direction[h], sun.dni[h], sun.patch[h], sun.share[h], angular_loss)
            for h in range(sky.shape[1])
        ]
        for v, n, w in zip(visible, normals, projected, strict=True)
    ]
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-3)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_months_are_sums_of_hours(seed):
    visible, normals, sky, sun = scene(seed)
    month = np.arange(24) // 2
    projected = projected_solid_angles(normals, PATCHES.cells, PATCHES.solid_angle, 0.0)
    monthly_sky = np.add.reduceat(sky.astype(float), np.arange(0, 24, 2), axis=1)
    got = monthly_irradiation(visible, normals, projected, monthly_sky, sun, month)
    hours = hourly_irradiance(visible, normals, projected, sky, sun, 0.0).astype(float)
    np.testing.assert_allclose(got, np.add.reduceat(hours, np.arange(0, 24, 2), axis=1), rtol=1e-5)


def test_rows_do_not_depend_on_company():
    visible, normals, sky, sun = scene(7, n=5)
    projected = projected_solid_angles(normals, PATCHES.cells, PATCHES.solid_angle, 0.0)
    together = hourly_irradiance(visible, normals, projected, sky, sun, 0.0)
    alone = hourly_irradiance(visible[3:4], normals[3:4], projected[3:4], sky, sun, 0.0)
    assert (together[3] == alone[0]).all()


def test_sun_behind_a_surface_gives_nothing():
    visible, _, _, sun = scene(3)
    assert direct_irradiance(visible[0], -sun.direction[0], sun, 0, 0.0) == 0.0


def test_sun_time_counts_lit_shares():
    visible, normals, _, sun = scene(5)
    expected = [
        sum(
            naive.lit(v, sun.patch[h], sun.share[h])
            for h in range(24)
            if sum(a * b for a, b in zip(n, sun.direction[h], strict=True)) > 0
        )
        for v, n in zip(visible, normals, strict=True)
    ]
    np.testing.assert_allclose(sun_time(visible, normals, sun), expected, rtol=1e-5)


def test_group_means_equal_naive():
    values, weights = np.arange(12.0).reshape(6, 2), np.array([1.0, 0.0, 2.0, 0.0, 0.0, 3.0])
    offsets = np.array([0, 3, 5, 6])
    expected = naive.group_means(values.tolist(), weights.tolist(), offsets.tolist())
    np.testing.assert_allclose(group_means(values, weights, offsets), expected)
    assert (group_means(values, weights, offsets)[1] == 0).all()


PLANES = {"S90": (90, 180), "E90": (90, 90), "N90": (90, 0), "W90": (90, 270), "S45": (45, 180), "W15": (15, 270)}


def test_open_planes_under_an_isotropic_sky_equal_pvlib(test_data):
    """Sodankylä, every hour: the file has the sun, so that only the planes are tested; ground reflection is added."""
    with gzip.open(test_data / "data/validation/solar/poa_sodankyla_try2020.csv.gz", "rt") as file:
        header = file.readline().strip().split(",")
        rows = np.genfromtxt(file, delimiter=",")
    column = {name: rows[:, k] for k, name in enumerate(header)}
    zenith, azimuth = np.radians(column["app_zenith"]), np.radians(column["azimuth"])
    direction = np.column_stack([np.sin(zenith) * np.sin(azimuth), np.sin(zenith) * np.cos(azimuth), np.cos(zenith)])
    nearest = nearest_patches(direction, PATCHES.direction)
    sun = Sun(direction, column["dni"].copy(), nearest.patch, nearest.share)
    up = projected_solid_angles(np.array([[0.0, 0.0, 1.0]]), PATCHES.cells, PATCHES.solid_angle, 0.0)[0]
    sky = isotropic_sky(column["dhi"].copy(), up)
    for name, (tilt, facing) in PLANES.items():
        b, a = np.radians(tilt), np.radians(facing)
        normal = np.array([[np.sin(b) * np.sin(a), np.sin(b) * np.cos(a), np.cos(b)]])
        projected = projected_solid_angles(normal, PATCHES.cells, PATCHES.solid_angle, 0.0)
        visible = np.full((1, 145), 255, np.uint8)
        got = hourly_irradiance(visible, normal, projected, sky, sun, 0.0)[0]
        got = got + 0.2 * column["ghi"] * (1 - np.cos(b)) / 2
        expected = column[f"{name}_isotropic"]
        assert np.abs(got - expected).max() < 0.15, name
        assert got.sum() == pytest.approx(expected.sum(), rel=5e-4)
