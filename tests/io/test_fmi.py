import numpy as np
import pytest

from citytwin.errors import WeatherError
from citytwin.io.weather import read_weather
from tests.io.weather_texts import fmi_lines, write, year


@pytest.fixture(scope="module")
def lines():
    return fmi_lines()


def test_hour_0_is_the_last_hour_of_the_day_before(tmp_path, lines):
    weather = read_weather(write(tmp_path / "place.csv", lines), latitude=60.2, longitude=24.9)
    for name in ("temp_air", "relative_humidity", "wind_speed", "ghi", "dni", "dhi"):
        np.testing.assert_allclose(getattr(weather, name), getattr(year(), name), atol=1e-3)
    assert (weather.latitude, weather.utc_offset_h, weather.sun_offset_h) == (60.2, 2.0, 0.5)


def test_sky_is_estimated_and_said_to_be(tmp_path, lines):
    weather = read_weather(write(tmp_path / "place.csv", lines), latitude=60.2, longitude=24.9)
    assert "SKY_TEMPERATURE_ESTIMATED" in weather.findings.name
    colder = weather.temp_air - weather.sky_temperature
    assert 5 < colder.mean() < 20
    assert colder.min() >= 0


def test_station_in_the_name_of_the_file(tmp_path, lines):
    weather = read_weather(write(tmp_path / "Vantaa-TRY2020.csv", lines))
    assert (weather.place, weather.latitude, weather.longitude, weather.altitude) == ("Vantaa", 60.33, 24.97, 47.0)
    with pytest.raises(WeatherError, match="where it was measured"):
        read_weather(write(tmp_path / "somewhere.csv", lines))


def test_a_default_place_serves_files_that_do_not_say(tmp_path, lines):
    weather = read_weather(write(tmp_path / "somewhere.csv", lines), default_place=(60.2, 24.9))
    assert (weather.latitude, weather.longitude) == (60.2, 24.9)
    known = read_weather(write(tmp_path / "Vantaa-TRY2020.csv", lines), default_place=(10.0, 10.0))
    assert (known.latitude, known.longitude) == (60.33, 24.97)


def test_accents_in_file_names(tmp_path, lines):
    path = write(tmp_path / "Jyväskylä.csv", lines)
    assert read_weather(path).place == "Jyvaskyla"


@pytest.mark.parametrize("name", ["GHI", "TEMP", "DNI"])
def test_missing_column(tmp_path, lines, name):
    with pytest.raises(WeatherError, match=f"2: column {name} is missing|known"):
        read_weather(write(tmp_path / "Vantaa.csv", [line.replace(f";{name}", ";X") for line in lines]))


def test_real_years(test_data):
    folder = test_data / "data/weather/fmi_try2020"
    vantaa = read_weather(folder / "Vantaa-TRY2020.csv")
    totals = [column.sum() / 1000 for column in (vantaa.ghi, vantaa.dhi, vantaa.dni)]
    np.testing.assert_allclose(totals, [975.2, 426.2, 1157.7], atol=0.1)
    assert vantaa.temp_air.mean() == pytest.approx(5.85, abs=0.01)
    assert vantaa.temp_air[0] == -7.03
    assert vantaa.temp_air[-1] == -6.15
    jyvaskyla = read_weather(folder / "Jyvaskyla-TRY2020.csv")
    assert jyvaskyla.ghi.sum() / 1000 == pytest.approx(860, abs=1)
    assert len(vantaa.provenance.inputs[0].sha256) == 64
