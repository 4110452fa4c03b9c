import numpy as np
import pytest

from citytwin.errors import WeatherError
from citytwin.io.weather import closure_error, read_weather
from tests.io.weather_texts import EPW_HEADER, epw_lines, write, year


def test_columns_and_place(tmp_path):
    weather = read_weather(write(tmp_path / "a.epw", epw_lines()))
    for name in ("temp_air", "relative_humidity", "wind_speed", "ghi", "dni", "dhi"):
        np.testing.assert_allclose(getattr(weather, name), getattr(year(), name), atol=1e-3)
    np.testing.assert_allclose(weather.sky_temperature, 0.0, atol=0.05)
    assert (weather.place, weather.latitude, weather.longitude) == ("Helsinki", 60.2, 24.9)
    assert (weather.utc_offset_h, weather.altitude, len(weather.findings)) == (2.0, 10.0, 0)
    assert not weather.synthetic


def test_synthetic_years_are_marked(tmp_path):
    lines = epw_lines()
    lines[5] = "COMMENTS 1,Synthetic year from monthly statistics"
    assert read_weather(write(tmp_path / "a.epw", lines)).synthetic


def test_missing_infrared_is_estimated(tmp_path):
    weather = read_weather(write(tmp_path / "a.epw", epw_lines(infrared=np.full(8760, 9999.0))))
    assert weather.findings.name.tolist() == ["SKY_TEMPERATURE_ESTIMATED"]
    assert 5 < (weather.temp_air - weather.sky_temperature).mean() < 20


def test_short_gaps_are_bridged_and_reported(tmp_path):
    temperature = year().temp_air.copy()
    temperature[100:103] = 99.9
    weather = read_weather(write(tmp_path / "a.epw", epw_lines(temp_air=temperature)))
    expected = np.interp([100, 101, 102], [99, 103], year().temp_air[[99, 103]])
    np.testing.assert_allclose(weather.temp_air[100:103], expected, atol=2e-3)
    assert weather.findings.name.tolist() == ["WEATHER_GAP_FILLED"]
    assert "3 hours" in weather.findings.message[0]


def test_long_gap_is_refused_with_its_line(tmp_path):
    temperature = year().temp_air.copy()
    temperature[100:107] = 99.9
    with pytest.raises(WeatherError, match=f":{8 + 101}: temperature is missing for 7 hours"):
        read_weather(write(tmp_path / "a.epw", epw_lines(temp_air=temperature)))


@pytest.mark.parametrize("name", ["ghi", "dhi"])
def test_one_missing_component_follows_from_the_others(tmp_path, name):
    weather = read_weather(write(tmp_path / "a.epw", epw_lines(**{name: np.full(8760, 9999.0)})))
    np.testing.assert_allclose(getattr(weather, name), getattr(year(), name), atol=0.01)
    assert "8760 hours" in weather.findings.message[0]


def test_two_missing_components_are_refused(tmp_path):
    missing = np.full(8760, 9999.0)
    with pytest.raises(WeatherError, match="too little is known"):
        read_weather(write(tmp_path / "a.epw", epw_lines(dni=missing, dhi=missing)))


def with_fields(changes):
    """Lines of a file with whole columns replaced: field (from 0) to a text for each hour."""
    rows = [line.split(",") for line in epw_lines()[8:]]
    for field, texts in changes.items():
        for row, text in zip(rows, texts, strict=True):
            row[field] = text
    return [*EPW_HEADER, *(",".join(row) for row in rows)]


def test_depth_of_snow_and_albedo(tmp_path):
    """Centimetres become metres; the codes for missing, out of range and 0 albedo become NaN."""
    snow = ["12"] * 100 + ["0"] * 100 + ["999"] * 8560
    albedo = ["0.21"] * 50 + ["0.000"] * 50 + ["999"] * 50 + ["?"] * 8610
    weather = read_weather(write(tmp_path / "a.epw", with_fields({30: snow, 32: albedo})))
    np.testing.assert_allclose(weather.snow_depth[:200], [0.12] * 100 + [0.0] * 100)
    assert np.isnan(weather.snow_depth[200:]).all()
    np.testing.assert_allclose(weather.albedo[:50], 0.21)
    assert np.isnan(weather.albedo[50:]).all()


def test_no_snow_all_year_means_nobody_looked(tmp_path):
    weather = read_weather(write(tmp_path / "a.epw", with_fields({30: ["0"] * 8760})))
    assert np.isnan(weather.snow_depth).all()
    assert len(weather.findings) == 0


def test_columns_that_are_nice_to_have_may_be_cut_off(tmp_path):
    lines = epw_lines()
    short = [*lines[:8], *(line.rsplit(",", 7)[0] for line in lines[8:])]
    assert np.isnan(read_weather(write(tmp_path / "a.epw", short)).snow_depth).all()


def test_leap_day_is_left_out(tmp_path):
    lines = epw_lines()
    first_of_march = next(k for k, line in enumerate(lines) if line.startswith("2001,3,1,1,"))
    leap = [line.replace("2001,2,28,", "2004,2,29,") for line in lines[first_of_march - 24 : first_of_march]]
    weather = read_weather(write(tmp_path / "a.epw", lines[:first_of_march] + leap + lines[first_of_march:]))
    np.testing.assert_allclose(weather.ghi, year().ghi, atol=1e-3)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ((0, "LOCATION,Helsinki,-,FIN,x,1,sixty,24.9,2.0,10"), "1: latitude"),
        ((0, "LOCATION,Helsinki,-,FIN,x,1,160.2,24.9,2.0,10"), "no place"),
        ((7, "DATA PERIODS,1,4,Data,Sunday,1/1,12/31"), "8: data periods"),
        ((7, "NOTHING"), "DATA PERIODS"),
    ],
)
def test_bad_header(tmp_path, header, message):
    lines = epw_lines()
    lines[header[0]] = header[1]
    with pytest.raises(WeatherError, match=message):
        read_weather(write(tmp_path / "a.epw", lines))


def test_header_alone(tmp_path):
    with pytest.raises(WeatherError, match="0 hours"):
        read_weather(write(tmp_path / "a.epw", EPW_HEADER))


def test_pvgis_offset_and_time_zone(test_data):
    weather = read_weather(test_data / "data/weather/epw/pvgis_tmy_45.000_8.000_2005_2023.epw")
    assert weather.sun_offset_h == pytest.approx(0.1761)
    assert weather.utc_offset_h == 0.0
    assert closure_error(weather)[0] < 1.0
    assert weather.findings.name.tolist() == ["WEATHER_TIME_ZONE"]


@pytest.mark.parametrize(
    ("name", "ghi"),
    [("weather/epw/USA_CO_Golden-NREL.724666_TMY3.epw", 1620), ("validation/weather_drivers/WD200.epw", 1686)],
)
def test_american_years(test_data, name, ghi):
    weather = read_weather(test_data / "data" / name)
    assert weather.ghi.sum() / 1000 == pytest.approx(ghi, abs=1)
    assert closure_error(weather)[1] < 0.01
    assert len(weather.findings) == 0
