from __future__ import annotations

import numpy as np
import pyproj.network
import pytest
from pyproj import CRS

from citytwin.errors import CrsError
from citytwin.model.crs_registry import (
    code_of,
    in_degrees,
    known_system,
    offline,
    registered,
    system_named,
    transform,
    transformer,
)


def test_proj_stays_offline_whatever_is_set() -> None:
    assert not pyproj.network.is_network_enabled()
    pyproj.network.set_network_enabled(True)
    try:
        with offline():
            assert not pyproj.network.is_network_enabled()
        assert pyproj.network.is_network_enabled()
    finally:
        pyproj.network.set_network_enabled(False)


def test_codes_survive_definitions() -> None:
    system = CRS("EPSG:3879")
    for definition in (system.to_wkt(), system.to_wkt("WKT1_GDAL"), system.to_wkt("WKT1_ESRI"), system.to_json()):
        found = known_system(definition)
        assert code_of(found) == "EPSG:3879"
        assert registered(found).area_of_use is not None
    assert code_of(known_system("OGC:CRS84")) == "OGC:CRS84"
    assert code_of(known_system("+proj=utm +zone=35 +ellps=GRS80")).startswith("+proj=utm")


def test_what_is_no_system() -> None:
    with pytest.raises(CrsError, match="'EPSG:1' is not a known") as caught:
        known_system("EPSG:1", "city.gml")
    assert caught.value.path == "city.gml"


def test_only_whole_names_count() -> None:
    system = system_named("etrs89 / utm zone 32N + DHHN2016 height")
    assert system is not None
    assert system.is_compound
    assert system_named("UTM zone") is None
    assert system_named("RGF93 / Lambert") is None


@pytest.mark.parametrize(
    ("code", "position", "expected"),
    [
        ("EPSG:4326", (24.9, 60.1), (24.9, 60.1)),
        ("EPSG:4807", (0.0, 54.0), (2.336, 48.6)),  # grads east of Paris, 2.33723 degrees east of Greenwich
        ("EPSG:25835", (500_000, 6_673_000), (27.0, 60.19)),
    ],
)
def test_degrees(code: str, position: tuple[float, float], expected: tuple[float, float]) -> None:
    np.testing.assert_allclose(in_degrees(known_system(code), np.array([position], float)), [expected], atol=0.01)


def test_transformers_are_kept_and_empty_arrays_pass() -> None:
    source, target = known_system("EPSG:3879"), known_system("EPSG:3067")
    assert transformer(source, target) is transformer(CRS("EPSG:3879"), CRS("EPSG:3067"))
    assert transform(transformer(source, target), np.empty((0, 3))).shape == (0, 2)
