import csv

import numpy as np
import pandas as pd
import pytest

import citytwin as ct
from citytwin.kernels.solar_position import solar_position
from citytwin.model.sun import month_of_hour, sun_of
from citytwin.synthetic.weather_year import COLUMNS, _noise

HELSINKI = (60.17, 24.94)


@pytest.fixture(scope="module")
def normals():
    return ct.synthetic.helsinki_normals()


@pytest.fixture(scope="module")
def year(normals):
    return ct.synthetic.weather(*HELSINKI, normals)


def monthly(values):
    return np.bincount(month_of_hour(), values, 12)


def test_monthly_sums_and_means_are_met(year, normals):
    for name in ("ghi", "dni", "dhi"):
        assert monthly(getattr(year, name)) / 1000.0 == pytest.approx(normals[f"{name}_kwh_m2"], rel=1e-6)
    hours = monthly(np.ones(8760))
    assert monthly(year.temp_air) / hours == pytest.approx(normals["temp_air_mean_c"], abs=1e-9)
    assert monthly(year.relative_humidity) / hours == pytest.approx(normals["relative_humidity_mean_pct"], abs=1e-6)
    assert monthly(year.wind_speed) / hours == pytest.approx(normals["wind_speed_mean_m_s"], abs=1e-9)
    spans = np.ptp(year.temp_air.reshape(365, 24), axis=1)
    by_month = np.bincount(month_of_hour()[::24], spans, 12) / (hours / 24)
    assert by_month == pytest.approx(normals["temp_air_daily_range_c"], abs=1e-9)


def test_irradiance_closes_with_the_sun_at_mid_hour(year):
    sun = sun_of(year)
    cosine = np.maximum(np.cos(np.radians(sun.zenith)), 0.0)
    assert year.sun_offset_h == 0.5
    assert year.ghi == pytest.approx(year.dhi + year.dni * cosine, abs=1e-9)
    night = sun.zenith >= 90.0
    assert year.ghi[night].max() == 0.0
    assert year.dni.min() >= 0.0
    assert year.dni.max() < 1000.0
    assert year.ghi.max() < 1000.0


def test_sun_is_that_of_pvlib(year):
    pvlib = pytest.importorskip("pvlib")
    middle = year.index[::97] + pd.Timedelta(minutes=30)
    theirs = pvlib.solarposition.get_solarposition(middle, *HELSINKI)["zenith"].to_numpy()
    assert sun_of(year).zenith[::97] == pytest.approx(theirs, abs=0.02)


def test_days_are_warmer_after_noon_and_persist(year):
    hour_mean = year.temp_air.reshape(365, 24).mean(0)
    assert 12 <= hour_mean.argmax() <= 17
    assert hour_mean.argmin() <= 6
    days = year.temp_air.reshape(365, 24).mean(1)
    assert np.corrcoef(days[:-1], days[1:])[0, 1] > 0.9
    assert np.abs(np.diff(year.temp_air)).max() < 6.0
    assert 0.0 <= year.relative_humidity.min()
    assert year.relative_humidity.max() <= 100.0


def test_sky_is_colder_than_air(year):
    assert 5.0 < (year.temp_air - year.sky_temperature).mean() < 20.0


def test_same_seed_same_year(year, normals):
    again = ct.synthetic.weather(*HELSINKI, normals)
    other = ct.synthetic.weather(*HELSINKI, normals, seed=1)
    for name in ("temp_air", "ghi", "dni", "dhi", "relative_humidity", "wind_speed"):
        assert (getattr(again, name) == getattr(year, name)).all()
        assert not np.array_equal(getattr(other, name), getattr(year, name))


def test_year_says_what_it_is(year):
    assert year.synthetic
    assert "synthetic" in repr(year)
    assert (year.latitude, year.longitude, year.utc_offset_h) == (60.17, 24.94, 2.0)
    assert year.provenance.parameters["generator"] == "synthetic.weather"


def test_normals_come_as_table_mapping_or_path(year, normals, tmp_path):
    frame = pd.DataFrame(normals)
    path = tmp_path / "normals.csv"
    path.write_text("# a comment\n" + frame.to_csv(index=False), encoding="utf-8")
    for source in (frame, path, str(path), {name: list(values) for name, values in normals.items()}):
        assert (ct.synthetic.weather(*HELSINKI, source).temp_air == year.temp_air).all()


def test_missing_column_and_short_column_are_refused(normals):
    with pytest.raises(ValueError, match="lack the column ghi_kwh_m2"):
        ct.synthetic.weather(*HELSINKI, {k: v for k, v in normals.items() if k != "ghi_kwh_m2"})
    with pytest.raises(ValueError, match=r"column ghi_kwh_m2 .* twelve finite numbers"):
        ct.synthetic.weather(*HELSINKI, {**normals, "ghi_kwh_m2": [1.0] * 11})
    with pytest.raises(ValueError, match="twelve finite numbers"):
        ct.synthetic.weather(*HELSINKI, {**normals, "ghi_kwh_m2": [np.nan] * 12})


@pytest.mark.parametrize("latitude", [10.0, -60.17, 80.0])
def test_sums_of_another_place_are_refused(normals, latitude):
    with pytest.raises(ValueError, match="cannot come from the sun at this latitude"):
        ct.synthetic.weather(latitude, HELSINKI[1], normals)


def test_noise_has_unit_variance_and_the_memory_asked_for():
    series = np.concatenate([_noise(seed, "test", 10.0) for seed in range(8)])
    assert series.var() == pytest.approx(1.0, abs=0.05)
    assert np.corrcoef(series[:-10], series[10:])[0, 1] == pytest.approx(np.exp(-1.0), abs=0.05)


def test_shipped_normals_are_the_statistics_of_the_test_year(test_data, normals):
    path = test_data / "data" / "weather" / "fmi_try2020" / "Vantaa-TRY2020.csv"
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter=";"))
    month = np.array([int(row["MON"]) for row in rows]) - 1

    def column(name):
        return np.array([float(row[name]) for row in rows])

    hours = np.bincount(month, minlength=12)
    for name, ours in (
        ("TEMP", "temp_air_mean_c"),
        ("RH", "relative_humidity_mean_pct"),
        ("WS", "wind_speed_mean_m_s"),
    ):
        assert normals[ours] == pytest.approx(np.bincount(month, column(name)) / hours, abs=0.06)
    for name in ("ghi", "dni", "dhi"):
        assert normals[f"{name}_kwh_m2"] == pytest.approx(np.bincount(month, column(name.upper())) / 1000.0, abs=0.06)
    assert set(COLUMNS) == set(normals)


def test_a_place_in_the_other_hemisphere_works():
    days = 365.5 + (np.arange(8760) + 0.5) / 24.0
    cosine = np.maximum(np.cos(np.radians(solar_position(days, -33.0, 0.0).zenith)), 0.0)
    dni = 600.0 * cosine**0.4
    dhi = 90.0 * cosine
    normals = {
        "temp_air_mean_c": 18.0 + 5.0 * np.cos(np.arange(12) * np.pi / 6), "temp_air_daily_range_c": np.full(12, 9.0),
        "temp_air_min_c": np.full(12, 5.0), "temp_air_max_c": np.full(12, 33.0),
        "relative_humidity_mean_pct": np.full(12, 60.0), "wind_speed_mean_m_s": np.full(12, 4.0),
        "dni_kwh_m2": monthly(dni) / 1000, "dhi_kwh_m2": monthly(dhi) / 1000,
        "ghi_kwh_m2": monthly(dhi + dni * cosine) / 1000,
    }  # fmt: skip
    year = ct.synthetic.weather(-33.0, 0.0, normals)
    assert monthly(year.ghi) / 1000.0 == pytest.approx(normals["ghi_kwh_m2"], rel=1e-6)
    assert year.utc_offset_h == 0.0


def test_polar_night_has_no_sun(normals):
    days = 365.5 + (np.arange(8760) - 1.0 + 0.5) / 24.0
    cosine = np.maximum(np.cos(np.radians(solar_position(days, 70.0, 20.0).zenith)), 0.0)
    dni, dhi = 300.0 * cosine**0.5, 100.0 * cosine
    sums = {"dni": dni, "dhi": dhi, "ghi": dhi + dni * cosine}
    year = ct.synthetic.weather(
        70.0, 20.0, {**normals, **{f"{k}_kwh_m2": monthly(v) / 1000.0 for k, v in sums.items()}}
    )
    assert year.ghi[month_of_hour() == 11].max() == 0.0
    assert year.ghi.sum() == pytest.approx(sums["ghi"].sum(), rel=1e-6)
