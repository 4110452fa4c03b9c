"""The figures of one real tile: 61 buildings of Helsinki."""

import numpy as np
import pytest

import citytwin
from citytwin.model.derive import derive_buildings, known_shares
from citytwin.model.derive.attribute_map import load_meanings, read_columns
from citytwin.model.derive.notes import Notes
from citytwin.model.enums import Action, Grade, Severity, Source, Status, Use


@pytest.fixture(scope="module")
def city(helsinki_path):
    return citytwin.read_city(helsinki_path)


@pytest.fixture(scope="module")
def buildings(city):
    return derive_buildings(city)


@pytest.fixture(scope="module")
def columns(city):
    notes = Notes(list(city.objects.id))
    columns = read_columns(city, np.arange(len(city.objects)), len(city.objects), load_meanings(), notes)
    assert not notes.findings
    return columns


def test_status(buildings):
    assert len(buildings) == 61
    counts = {status.word: int((buildings.status == status).sum()) for status in Status}
    assert counts == {"existing": 40, "planned": 6, "under_construction": 5, "unknown": 10, "demolished": 0}
    assert buildings.today.sum() == 50


def test_values_of_both_naming_generations(columns):
    given = {name: int(columns[name].given.sum()) for name in columns}
    assert given["year_built"] == 23
    assert given["permitted_floor_area"] == 31
    assert given["storeys"] == 31
    assert given["total_floor_area"] == given["register_volume"] == 23
    assert given["measured_height"] == 61
    assert given["heat_source"] == 0


def test_no_zero_is_used_as_data(columns, buildings):
    for column in columns.values():
        assert not (column.number == 0).any()
    assert not (buildings.permitted_floor_area == 0).any()
    assert not (buildings.storeys == 0).any()


def test_years_and_uses_that_are_known(buildings):
    dated = buildings.source["year_built"] == Source.REGISTER
    assert dated.sum() == 23
    assert set(buildings.year_built[dated]) <= {2012, 2013, 2014, 2015}
    assert (buildings.use != Use.UNKNOWN).sum() == 31
    assert not np.isin(1705, buildings.findings.code)


def test_model_volume_against_the_register(columns, buildings):
    ratio = buildings.volume / columns["register_volume"].number
    ratio = ratio[~np.isnan(ratio)]
    assert len(ratio) == 23
    assert 0.95 <= np.median(ratio) <= 1.05
    assert np.median(ratio) == pytest.approx(0.994, abs=0.001)
    assert (ratio.min(), ratio.max()) == pytest.approx((0.302, 1.143), abs=0.001)
    assert np.percentile(ratio, [25, 75]) == pytest.approx([0.81, 1.06], abs=0.03)


def test_floor_area_ratios_of_the_register(columns):
    ratio = columns["total_floor_area"].number / columns["permitted_floor_area"].number
    assert np.nanmedian(ratio) == pytest.approx(1.35, abs=0.01)


def test_one_solid_is_not_closed_and_graded(buildings):
    named = buildings.findings.where(buildings.findings.code == 302)
    unclosed = buildings.quality == Grade.C
    assert unclosed.sum() == 1
    assert (buildings.source["volume"] == Source.MEASURED).sum() == 60
    assert len(named) <= 1
    assert (buildings.volume > 0).all()


def test_every_building_is_simulated_or_says_why_not(buildings):
    reasons, counts = np.unique(buildings.exclusion.astype(str), return_counts=True)
    told = dict(zip(reasons.tolist(), counts.tolist(), strict=True))
    assert told == {"": 43, "planned": 6, "under construction": 5, "unheated": 7}
    assert buildings.simulated.sum() + (buildings.exclusion != "").sum() == 61


def test_small_objects_are_unheated(buildings):
    assert (~buildings.heated).sum() == 8
    assert (buildings.footprint_area[~buildings.heated] < 30).all()


def test_no_planned_building_shares_a_wall_today(city, buildings):
    coming = ~buildings.today
    assert (buildings.party_wall_area[coming] == 0).all()
    assert (buildings.unheated_wall_area[coming] == 0).all()
    without = derive_buildings(city.select(rows=buildings.object[buildings.today]))
    np.testing.assert_allclose(without.party_wall_area, buildings.party_wall_area[buildings.today])
    assert (buildings.party_wall_area > 0).sum() > 15


def test_overlaps_are_findings(buildings):
    overlaps = buildings.findings.where(buildings.findings.code == 601)
    names, counts = np.unique(overlaps.object_id.astype(str), return_counts=True)
    planned = set(buildings.id[buildings.status == Status.PLANNED])
    assert counts.max() == 3
    assert names[counts.argmax()] in planned
    assert (overlaps.severity == Severity.INFO).all()
    assert (overlaps.action == Action.KEPT).all()


def test_planned_shells_hold_a_third_of_the_volume(buildings):
    share = buildings.volume[buildings.status == Status.PLANNED].sum() / buildings.volume.sum()
    assert share == pytest.approx(0.34, abs=0.005)


def test_heights_that_differ_are_findings(buildings):
    assert (buildings.findings.code == 1703).sum() == 16


def test_doubled_permitted_area_moves_no_envelope(city, buildings):
    table = city.objects.attributes
    doubled = [
        f"{2 * float(text)}" if table.keys[key] in ("Kerrosala", "I_KEROSAL") else text
        for key, text in zip(table.key, table.value, strict=True)
    ]
    values = type(table.value).of(doubled)
    attributes = type(table)(**{**{k: v for k, v in vars(table).items() if not k.startswith("_")}, "value": values})
    objects = type(city.objects)(city.objects.id, city.objects.kind, city.objects.parent, attributes)
    fields = {name: getattr(city, name) for name in city.__dataclass_fields__}
    twice = derive_buildings(type(city)(**{**fields, "objects": objects}))
    assert (twice.permitted_floor_area[:2] != buildings.permitted_floor_area[:2]).any()
    for name in ("wall_area", "roof_area", "ground_area", "outer_floor_area", "window_area", "group_area", "volume"):
        np.testing.assert_array_equal(getattr(twice, name), getattr(buildings, name))


def test_how_much_of_the_volume_is_known(buildings):
    shares = known_shares(buildings)
    assert shares["carrier"] == 0
    assert shares["year"] == pytest.approx(0.53, abs=0.01)
    assert shares["use"] == pytest.approx(0.64, abs=0.01)
    everything = buildings.volume[buildings.source["year_built"] == Source.REGISTER].sum() / buildings.volume.sum()
    assert everything == pytest.approx(0.35, abs=0.01)


def test_one_building_with_the_tile_as_context_is_as_in_the_tile(city, buildings):
    for row in (7, 16, 54):
        alone = derive_buildings(city.select(rows=buildings.object[[row]]), context=city)
        for name in ("party_wall_area", "exposed_wall_area", "volume", "year_built", "window_area"):
            np.testing.assert_allclose(getattr(alone, name), getattr(buildings, name)[[row]], rtol=1e-9)
        assert (buildings.party_wall_area[row] > 0) == (alone.party_wall_area[0] > 0)
