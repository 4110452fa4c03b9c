import xml.etree.ElementTree as ET

import numpy as np
import pytest

from citytwin.publish import charts
from tests.publish.district import assessment

pytest.importorskip("matplotlib", reason="charts need the extra view")

DRAWN = {
    "monthly_energy": lambda: charts.monthly_energy({"space heating": np.arange(12.0) * 1000}),
    "load_duration": lambda: charts.load_duration(np.linspace(0, 100, 8760)),
    "emissions_by_year": lambda: charts.emissions_by_year({"oil": {2025: 2.0, 2040: 1.0}, "solar": {2025: -1.0}}),
    "intensity": lambda: charts.intensity_by_year_built(
        np.array([1960.0, 2014]), np.array([150.0, 40]), np.array([False, True])
    ),
    "alternatives": lambda: charts.alternatives({"today": {"heat": 5.0}, "new": {"heat": 3.0}}, "MWh", "Energy"),
    "grades": lambda: charts.grades({"A": 3, "B": 0}),
    "heat_map": lambda: charts.heat_map(assessment().to_geopandas()),
}


@pytest.mark.parametrize("name", DRAWN)
def test_every_chart_is_svg_without_outside_references_and_the_same_twice(name):
    text = DRAWN[name]()
    assert ET.fromstring(text).tag.endswith("svg")
    links = [v for e in ET.fromstring(text).iter() for k, v in e.attrib.items() if k.endswith("href")]
    assert all(link.startswith("#") for link in links)
    assert DRAWN[name]() == text


def test_load_duration_names_the_peak():
    assert "peak 100 kW" in DRAWN["load_duration"]()


def test_the_map_has_one_shape_a_building_and_a_scale():
    text = DRAWN["heat_map"]()
    assert "Heat demand, kWh/(m² a)" in text
    assert " m</text>" in text
