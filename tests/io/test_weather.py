from dataclasses import replace

import numpy as np
import pytest

from citytwin.errors import WeatherError
from citytwin.io.weather import DOUBTFUL_SHARE, WRONG_SHARE, closure_error, read_weather
from citytwin.model.sun import sun_over_year
from citytwin.model.weather import Weather
from tests.io.weather_texts import epw_lines, fmi_lines, write


@pytest.fixture(scope="module")
def lines():
    return fmi_lines()


def changed(lines, row, field, value):
    """The lines with one field of one data row (from 0) changed."""
    fields = lines[2 + row].split(";")
    fields[field] = value
    return [*lines[: 2 + row], ";".join(fields), *lines[3 + row :]]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("nan", ":1003: GHI is 'nan', which is no number"),
        ("inf", "no number"),
        ("1_0", "no number"),
        ("1,5", "no number"),
        ("\uff11\uff12", "no number"),
        ("1e400", "outside"),
        ("", "no value for GHI"),
        ("-3.0", "GHI is -3.0, outside 0 to 1600"),
        ("5000", "outside"),
    ],
)
def test_bad_numbers_are_refused_with_their_line(tmp_path, lines, value, message):
    with pytest.raises(WeatherError, match=message):
        read_weather(write(tmp_path / "Vantaa.csv", changed(lines, 1000, 9, value)))


def test_8759_rows(tmp_path, lines):
    with pytest.raises(WeatherError, match=r":8761: the year has 8759 hours instead of 8760"):
        read_weather(write(tmp_path / "Vantaa.csv", lines[:-1]))
    with pytest.raises(WeatherError, match=r":502: month 1 day 21 hour 20 follows .* hour 19 should"):
        read_weather(write(tmp_path / "Vantaa.csv", lines[:501] + lines[502:]))


def test_too_many_rows_and_short_rows(tmp_path, lines):
    with pytest.raises(WeatherError, match="more than 8760"):
        read_weather(write(tmp_path / "Vantaa.csv", [*lines, lines[-1]]))
    with pytest.raises(WeatherError, match=":13: there is no value for TEMP"):
        read_weather(write(tmp_path / "Vantaa.csv", [*lines[:12], "11;2002;1;1;10", *lines[13:]]))
    with pytest.raises(WeatherError, match="month, day and hour"):
        read_weather(write(tmp_path / "Vantaa.csv", [*lines[:12], "rubbish", *lines[13:]]))


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "known"), (b"<xml/>", "known"), (b"\x89PNG\0\0", "no text file"), (b"a;b;c\n1;2;3\n", "known")],
)
def test_other_files(tmp_path, content, message):
    path = tmp_path / "Vantaa.csv"
    path.write_bytes(content)
    with pytest.raises(WeatherError, match=message):
        read_weather(path)


def test_no_file_and_folder(tmp_path):
    with pytest.raises(WeatherError, match="no such file"):
        read_weather(tmp_path / "nothing.epw")
    with pytest.raises(WeatherError, match="cannot be read"):
        read_weather(tmp_path)


def test_place_comes_as_a_pair_and_on_earth(tmp_path, lines):
    path = write(tmp_path / "place.csv", lines)
    with pytest.raises(ValueError, match="together"):
        read_weather(path, latitude=60.0)
    with pytest.raises(ValueError, match="no place"):
        read_weather(path, latitude=160.0, longitude=0.0)


@pytest.mark.parametrize(("latitude", "longitude"), [(-60.2, 24.9), (60.2, -24.9), (60.2, 44.9), (0.0, 0.0)])
def test_sun_of_another_place_is_refused(tmp_path, lines, latitude, longitude):
    with pytest.raises(WeatherError, match="does not fit the place"):
        read_weather(write(tmp_path / "place.csv", lines), latitude=latitude, longitude=longitude)


def test_rows_moved_by_an_hour_are_refused(tmp_path, lines):
    data = [line.split(";") for line in lines[2:]]
    moved = [";".join(a[:5] + b[5:]) for a, b in zip(data, data[1:] + data[:1], strict=True)]
    with pytest.raises(WeatherError, match="does not fit the place"):
        read_weather(write(tmp_path / "Vantaa.csv", [*lines[:2], *moved]))


def test_sun_a_little_off_is_a_finding(tmp_path):
    lines = epw_lines()
    lines[0] = lines[0].replace("24.9", "28.9")
    weather = read_weather(write(tmp_path / "a.epw", lines))
    assert weather.findings.name.tolist() == ["WEATHER_SUN_DOUBTFUL"]
    assert "W/m2" in weather.findings.message[0]


@pytest.mark.parametrize("zone", [-6.0, 0.0, 3.0, 5.5])
def test_header_with_the_wrong_time_zone_is_refused(tmp_path, zone):
    lines = epw_lines()
    lines[0] = lines[0].replace(",2.0,10.0", f",{zone},10.0")
    with pytest.raises(WeatherError, match=rf"sun does not fit the place.*UTC{zone:+g}".replace("+", r"\+")):
        read_weather(write(tmp_path / "a.epw", lines))


@pytest.mark.parametrize(("hours", "refused"), [(0.5, False), (1.0, None), (2.0, True), (-3.0, True)])
def test_time_zones_show_even_where_the_sun_circles(hours, refused):
    """At 78 degrees north half an hour is a finding, one hour on the brink, two hours are refused."""
    sun = sun_over_year(78.2, 15.6, 1.0).direction[:, 2]
    dni = np.where(sun > 0.0, 500.0, 0.0)
    columns = dict.fromkeys(("temp_air", "relative_humidity", "wind_speed", "sky_temperature"), np.zeros(8760))
    weather = Weather(
        **columns, ghi=dni * np.maximum(sun, 0.0), dni=dni, dhi=np.zeros(8760), latitude=78.2, longitude=15.6,
        altitude=0.0, utc_offset_h=1.0 + hours,
    )  # fmt: skip
    share = closure_error(weather)[1]
    assert share > DOUBTFUL_SHARE
    if refused is not None:
        assert (share >= WRONG_SHARE) is refused


def test_windows_encodings(tmp_path, lines):
    path = tmp_path / "Vantaa.csv"
    path.write_bytes("\r\n".join(["#Säävuosi", *lines[1:]]).encode("latin-1"))
    assert read_weather(path).place == "Vantaa"
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(lines).encode())
    assert read_weather(path).place == "Vantaa"


def test_thresholds_tell_right_from_wrong_on_a_real_year(vantaa_path):
    """Right: 0.3 %; a quarter of an hour off: 4 %; half an hour: 8 %; an hour: 16 %."""
    weather = read_weather(vantaa_path)
    shares = [closure_error(replace(weather, sun_offset_h=0.5 + shift))[1] for shift in (0.0, 0.25, -0.25, 1.0, -1.0)]
    assert shares[0] < 0.005
    assert DOUBTFUL_SHARE < min(shares[1:3])
    assert max(shares[1:3]) < WRONG_SHARE < min(shares[3:])
    assert closure_error(replace(weather, latitude=-weather.latitude))[1] > 0.4
    assert closure_error(weather)[0] < 0.5
