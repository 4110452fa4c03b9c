import numpy as np
import pytest

from citytwin.model.weather import HOURS, Weather

COLUMNS = ("temp_air", "relative_humidity", "wind_speed", "ghi", "dni", "dhi", "sky_temperature")


def weather(**changes):
    columns = {name: np.ones(HOURS) for name in COLUMNS} | changes
    return Weather(**columns, latitude=60.0, longitude=25.0, altitude=0.0, utc_offset_h=2.0)


@pytest.mark.parametrize("name", ["ghi", "dni", "dhi"])
@pytest.mark.parametrize(("value", "text"), [(np.nan, "nan"), (-0.5, "-0.5")])
def test_radiation_must_be_known_in_every_hour(name, value, text):
    column = np.ones(HOURS)
    column[[77, 78]] = value
    with pytest.raises(ValueError, match=f"^{name} must be known.* in 2 hours .* hour 77 of the year has {text}"):
        weather(**{name: column})
    column[[77, 78]] = np.inf
    with pytest.raises(ValueError, match=f"{name} must be finite"):
        weather(**{name: column})


def test_snow_and_albedo_are_unknown_unless_given():
    plain = weather()
    assert np.isnan(plain.snow_depth).all()
    assert np.isnan(plain.albedo).all()
    assert weather(snow_depth=np.full(HOURS, 0.3)).snow_depth[8000] == 0.3
    with pytest.raises(ValueError, match="albedo must have shape"):
        weather(albedo=np.zeros(24))


def test_table_holds_every_column():
    frame = weather().to_pandas()
    assert set(COLUMNS) | {"snow_depth", "albedo"} == set(frame.columns)
