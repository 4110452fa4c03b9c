"""What a city holds, as facts and as text."""

from __future__ import annotations

import json

import citytwin as ct
from citytwin.publish.overview import city_overview, overview_text


def test_facts_of_a_synthetic_city():
    city = ct.synthetic.city(4, seed=1)
    facts = json.loads(json.dumps(city_overview(city)))
    assert facts["buildings"] == 4
    assert facts["status"] == {"existing": 4}
    assert facts["polygons"] == len(city.surfaces) == sum(facts["surface_kinds"].values())
    assert facts["attributes"]["C_KAYTTARK"] == 4
    assert sum(facts["findings"].values()) == len(city.findings)
    text = overview_text(facts)
    assert "EPSG:3879" in text
    assert "C_KAYTTARK" in text


def test_a_city_without_geometry(twin):
    facts = city_overview(twin.city)
    assert facts["bounds"] is None
    assert facts["polygons"] == 0
    assert "bounds" in overview_text(facts)
    assert "()" not in overview_text(facts | {"buildings": 0, "status": {}})
