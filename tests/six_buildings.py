"""Six buildings with known columns, no geometry but footprints."""

from __future__ import annotations

import numpy as np
import pytest

from citytwin.model.assemble import assemble_city
from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.buildings import SOURCED, Buildings
from citytwin.model.enums import Carrier, Source, Status, Use
from citytwin.model.ragged import offsets_of
from citytwin.model.twin import Twin
from citytwin.model.weather import HOURS, Weather

IDS = ("b1", "b2", "b3", "b4", "b5", "b6")


def square(x: float, size: float) -> list[list[float]]:
    return [[x, 0], [x + size, 0], [x + size, size], [x, size], [x, 0]]


@pytest.fixture
def buildings() -> Buildings:
    """b1-b3 stand and are heated, b4 is a heated building without year or use, b5 a shed, b6 planned over b3."""
    n = len(IDS)
    ten = np.full(n, 10.0)
    use = np.array([Use.APARTMENT, Use.APARTMENT, Use.OFFICE, Use.UNKNOWN, Use.OTHER, Use.OFFICE], np.int8)
    shares = np.zeros((n, len(Use)), np.float32)
    shares[np.arange(n), use] = 1
    footprints = [square(0, 10), square(20, 10), square(40, 10), square(60, 10), square(80, 10), square(42, 14)]
    return Buildings(
        id=np.array(IDS, object),
        object=np.arange(n, dtype=np.int32),
        status=np.array([Status.EXISTING] * 3 + [Status.UNKNOWN, Status.EXISTING, Status.PLANNED], np.int8),
        heated=np.array([True, True, True, True, False, True]),
        ground_z=np.zeros(n),
        height=ten,
        storeys=np.array([3.0, 8, 5, 2, 1, 12]),
        volume=np.full(n, 1000.0),
        permitted_floor_area=np.full(n, np.nan),
        total_floor_area=np.full(n, np.nan),
        gross_floor_area=np.full(n, 300.0),
        heated_floor_area=np.full(n, 250.0),
        footprint_area=np.full(n, 100.0),
        wall_area=np.full(n, 400.0),
        roof_area=np.full(n, 100.0),
        ground_area=np.full(n, 90.0),
        window_area=np.full(n, 50.0),
        party_wall_area=np.full(n, 100.0),
        unheated_wall_area=np.zeros(n),
        exposed_wall_area=np.full(n, 300.0),
        outer_floor_area=ten.copy(),
        unheated_floor_area=np.zeros(n),
        exposed_perimeter=np.full(n, 40.0),
        year_built=np.array([1965.0, 1985, 2010, np.nan, 1950, np.nan]),
        use=use,
        use_shares=shares,
        carrier=np.full(n, Carrier.DISTRICT_HEAT, np.int8),
        carrier_shares=np.tile(np.eye(len(Carrier), dtype=np.float32)[Carrier.DISTRICT_HEAT], (n, 1)),
        quality=np.zeros(n, np.int8),
        source={name: np.full(n, Source.REGISTER, np.int8) for name in SOURCED},
        confidence={name: np.full(n, 90, np.int8) for name in SOURCED},
        group_offsets=np.zeros(n + 1, np.int64),
        group_kind=np.empty(0, np.int8),
        group_azimuth=np.empty(0),
        group_tilt=np.empty(0),
        group_area=np.empty(0),
        surface_group=np.empty(0, np.int32),
        surface_exposed_area=np.empty(0),
        footprint_offsets=offsets_of(np.array([5] * n)),
        footprint_xy=np.array(footprints, float).reshape(-1, 2),
        crs="EPSG:3879",
    )


@pytest.fixture
def twin(buildings: Buildings) -> Twin:
    """A twin whose city yields the six buildings."""
    owners = [AttributeValue(row, "owner", word) for row, word in enumerate(["city", "city", "state", "", "city", ""])]
    metered = [
        AttributeValue(0, "metered_kwh", "61000.5", "double"),
        AttributeValue(2, "metered_kwh", "9000", "double"),
    ]
    empty = np.empty(0, np.int64)
    city = assemble_city(
        object_id=IDS,
        object_kind=np.zeros(len(IDS), np.int8),
        object_parent=np.full(len(IDS), -1),
        surface_object=empty,
        surface_kind=empty,
        surface_lod=empty,
        surface_rings=np.zeros(1, np.int64),
        ring_vertices=np.zeros(1, np.int64),
        coordinates=np.empty((0, 3)),
        crs="EPSG:3879",
        object_attributes=AttributeTable.of(len(IDS), owners + metered),
    )
    city.__dict__["_buildings"] = buildings
    hours = {name: np.zeros(HOURS) for name in ("temp_air", "relative_humidity", "wind_speed", "ghi", "dni", "dhi")}
    weather = Weather(
        **hours, sky_temperature=np.zeros(HOURS), latitude=60.2, longitude=24.9, altitude=10, utc_offset_h=2
    )
    return Twin(city, weather)
