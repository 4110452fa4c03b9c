"""The names that examples, benchmarks and other programs rely on: each is there, with its shape and its units.

These are promises to users: a test that fails here means a change of the public interface, to be written into
CHANGELOG.md.
"""

from __future__ import annotations

import inspect
from dataclasses import replace

import numpy as np
import pytest

import citytwin as ct
from citytwin import cli

HOURS = 8760
ENUMS = {
    "Use": "unknown small_residential apartment office commercial accommodation school sports hospital other",
    "Severity": "info warning error",
    "Action": "kept healed degraded refused",
    "Grade": "A B C D E",
}
SIGNATURES = {
    "read_city": "path_or_paths crs lod bbox where limits progress",
    "read_weather": "path latitude longitude",
    "read_network": "path",
    "write_citygml": "city path",
    "write_cityjson": "city path",
    "open_city": "directory",
    "Twin": "city weather mesh network stock factors",
    "assess": "twin store executor",
    "compare": "assessments",
    "solar.irradiate": "city weather context level sky",
    "energy.simulate": "buildings weather irradiation stock model use",
    "emissions.operational": "demand factors years",
    "synthetic.city": "n_buildings seed",
    "synthetic.weather": "latitude longitude normals",
    "synthetic.network": "",
}
VERBS = {
    "info": "path --json", "check": "path --out --json", "convert": "in out --json",
    "assess": "path --weather --attributes --key --network --alternatives --out --json", "compare": "dir --json",
    "view": "dir --json", "bench": "--json", "reproduce": "run.json --json", "cache": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def city() -> ct.CityModel:
    return ct.synthetic.city(4, seed=1)


@pytest.fixture(scope="module")
def assessment(city: ct.CityModel) -> ct.Assessment:
    weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    return ct.assess(ct.Twin(city, weather), draws=4)


def each(table: object, names: str, length: int, dtype: type = np.floating) -> None:
    """Every named column has one entry a row, of that kind, and cannot be written to."""
    for name in names.split():
        column = getattr(table, name)
        assert column.shape == (length,), name
        assert np.issubdtype(column.dtype, dtype), (name, column.dtype)
        assert not column.flags.writeable, name


@pytest.mark.parametrize("name", SIGNATURES)
def test_functions_take_what_is_promised_in_that_order(name: str) -> None:
    function = ct
    for part in name.split("."):
        function = getattr(function, part)
    wanted, taken = SIGNATURES[name].split(), list(inspect.signature(function).parameters)
    order = [taken.index(parameter) for parameter in wanted]
    assert order == sorted(order)


@pytest.mark.parametrize("name", ENUMS)
def test_exported_words(name: str) -> None:
    from citytwin.model import enums

    assert [member.word for member in getattr(enums, name)] == ENUMS[name].split()


def test_errors_are_one_tree_and_say_where() -> None:
    for name in ("CityReadError", "CrsError", "WeatherError", "ScenarioError", "MissingExtraError", "OutputError"):
        assert issubclass(getattr(ct, name), ct.CityTwinError)
        assert getattr(ct, name) is getattr(ct.errors, name)
    assert issubclass(ct.CityTwinWarning, UserWarning)
    error = ct.CityReadError("ring has 2 points", "a.gml", 17, "b1", "Repair the ring")
    assert (error.path, error.line, error.gml_id, error.reason, error.advice) == (
        "a.gml", 17, "b1", "ring has 2 points", "Repair the ring",
    )  # fmt: skip
    assert str(error) == "a.gml:17 (b1): ring has 2 points. Repair the ring"


def test_city_model(city: ct.CityModel) -> None:
    assert city.n_buildings == 4
    assert set(city.counts) == {"read", "degraded", "refused", "total"}
    assert (city.crs, city.vertical_crs) == ("EPSG:3879", city.vertical_crs)
    assert city.origin.shape == (3,)
    assert (city.origin % 1000 == 0).all()
    assert city.bounds.shape == (6,)
    assert (city.vertices.dtype, city.vertices.shape[1]) == (np.float64, 3)
    assert city.vertices.max() < 2000, "metres relative to the origin"
    assert isinstance(city.findings, ct.Findings)
    assert isinstance(city.provenance, ct.Provenance)
    assert len(city.extras) == 0


def test_objects_and_attributes(city: ct.CityModel) -> None:
    objects = city.objects
    assert len(objects) == len(objects.id) == 4
    each(objects, "kind parent", 4, np.integer)
    assert (objects.parent == -1).all()
    column = objects.attributes["Kerrosala"]
    assert column.values.shape == column.mask.shape == (4,)
    assert column.mask.dtype == bool
    assert isinstance(column.unit, str)
    assert column.place == "generic"


def test_surfaces_and_rings(city: ct.CityModel) -> None:
    surfaces = city.surfaces
    n = len(surfaces)
    each(surfaces, "object kind lod parent solid", n, np.integer)
    assert len(surfaces.id) == n
    assert set(surfaces.lod) == {20}, "tenths"
    assert surfaces.area.shape == surfaces.azimuth.shape == surfaces.tilt.shape == (n,)
    from citytwin.model.enums import SurfaceKind

    flat = surfaces.kind == SurfaceKind.GROUND
    wall = surfaces.kind == SurfaceKind.WALL
    assert np.isnan(surfaces.azimuth[flat]).all()
    np.testing.assert_allclose(surfaces.tilt[flat], 180)
    np.testing.assert_allclose(surfaces.tilt[wall], 90)
    assert ((surfaces.azimuth[wall] >= 0) & (surfaces.azimuth[wall] < 360)).all()
    assert len(city.rings.surface_rings) == n + 1
    assert city.rings.surface_rings[-1] + 1 == len(city.rings.ring_vertices)
    assert city.rings.ring_vertices[-1] == len(city.vertices)


def test_triangles(city: ct.CityModel) -> None:
    soup = city.triangles()
    m = len(soup.owner)
    assert (soup.xyz.dtype, soup.xyz.shape, soup.owner.dtype) == (np.float32, (m, 3, 3), np.int32)
    assert soup.origin.shape == (3,)


def test_edits_return_new_models(city: ct.CityModel, tmp_path) -> None:
    import pandas as pd

    one = city.select(ids=[city.objects.id[0]])
    assert (one.n_buildings, city.n_buildings) == (1, 4)
    keys = city.objects.attributes["VTJ_PRT"].values
    joined = city.join(pd.DataFrame({"VTJ_PRT": keys, "owner": "city"}), on="VTJ_PRT")
    assert list(joined.objects.attributes["owner"].values) == ["city"] * 4
    assert joined.objects.attributes["owner"].place.startswith("join:")
    assert "owner" not in city.objects.attributes
    city.save(tmp_path / "arrays")
    np.testing.assert_array_equal(ct.open_city(tmp_path / "arrays").vertices, city.vertices)
    frame = city.to_geopandas()
    assert (len(frame), str(frame.crs), frame.index.name) == (4, "EPSG:3879", "building_id")


def test_findings() -> None:
    from citytwin.model.findings import Finding

    table = ct.Findings.of([Finding(302, "SHELL_NOT_CLOSED", "b1")])
    for name in ("code", "name", "object_id", "surface_id", "severity", "action", "message"):
        assert getattr(table, name).shape == (1,)
    row = table.to_pandas().iloc[0]
    assert (row["severity"], row["action"]) == ("info", "kept")


def test_buildings(city: ct.CityModel) -> None:
    b = city.buildings()
    each(
        b,
        "ground_z height storeys volume permitted_floor_area total_floor_area gross_floor_area heated_floor_area "
        "footprint_area wall_area roof_area ground_area window_area party_wall_area exposed_wall_area year_built",
        4,
    )
    each(b, "status use carrier quality", 4, np.integer)
    each(b, "heated", 4, np.bool_)
    each(b, "id", 4, np.object_)
    assert b.use_shares.shape == (4, 10)
    np.testing.assert_allclose(b.use_shares.sum(1), 1, rtol=1e-6)
    assert len(b.group_offsets) == len(b.footprint_offsets) == 5
    each(b, "group_azimuth group_tilt group_area", b.group_offsets[-1])
    each(b, "group_kind", b.group_offsets[-1], np.integer)
    assert b.footprint_xy.shape == (b.footprint_offsets[-1], 2)
    for name in ("use", "year_built", "heated_floor_area", "carrier"):
        assert b.source[name].shape == b.confidence[name].shape == (4,)
        assert ((b.confidence[name] >= 0) & (b.confidence[name] <= 100)).all()


def test_weather(assessment: ct.Assessment) -> None:
    weather = assessment.twin.weather
    each(weather, "temp_air relative_humidity wind_speed ghi dni dhi", HOURS)
    index = weather.to_pandas().index
    assert (len(index), index[0].year, index[-1].hour) == (HOURS, 2001, 23)
    assert index.tz is not None


def test_irradiation(assessment: ct.Assessment) -> None:
    sun = assessment.irradiation
    n = len(sun)
    each(sun, "surface", n, np.integer)
    each(sun, "area sky_view", n)
    assert sun.annual.shape == (n,)
    assert sun.monthly.shape == (n, 12)
    np.testing.assert_allclose(sun.monthly.sum(1), sun.annual)
    assert 700 < sun.annual.max() < 1500, "kWh/m2"
    assert sun.level == "standard"
    rows = np.array([3, 0])
    hours = sun.hourly(rows)
    assert (hours.dtype, hours.shape) == (np.float32, (2, HOURS))
    np.testing.assert_allclose(hours.sum(1, dtype=float) / 1000, sun.annual[rows], rtol=1e-4)
    assert sun.sun_hours(["2026-06-21", "2026-12-21"]).shape == (n, 2)
    assert len(sun.to_pandas()) == n
    assert sun.provenance.parameters["solar_level"] == "standard"


def test_energy_demand(assessment: ct.Assessment) -> None:
    demand = assessment.demand
    n = len(demand)
    each(demand, "building", n, np.object_)
    each(demand, "heating_kwh hot_water_kwh cooling_kwh electricity_kwh heating_peak_kw overheating_kh", n)
    assert demand.monthly("heating_kwh").shape == (n, 12)
    np.testing.assert_allclose(demand.monthly("heating_kwh").sum(1), demand.heating_kwh)
    for name in ("heating", "hot_water", "cooling", "electricity"):
        assert demand.district_hourly(name).shape == (HOURS,)
    assert demand.district_hourly("heating").sum() == pytest.approx(demand.heating_kwh.sum(), rel=1e-6), "kW"
    hours = demand.hourly(np.array([0]), "heating")
    assert (hours.dtype, hours.shape) == (np.float32, (1, HOURS))
    assert (demand.quantile("heating_kwh", 0.1) <= demand.quantile("heating_kwh", 0.9)).all()
    assert demand.to_pandas().index.name == "building_id"
    assert demand.model == "network"


def test_emissions(assessment: ct.Assessment) -> None:
    accounts = assessment.emissions
    m = len(accounts)
    each(accounts, "building carrier method source", m, np.object_)
    each(accounts, "year confidence", m, np.integer)
    each(accounts, "co2e_kg factor_g_kwh", m)
    assert set(accounts.method) <= {"benefit", "energy", "reported"}
    assert set(accounts.year) == {2025, 2030, 2040}
    assert {"building", "year", "carrier", "method", "co2e_kg", "factor_g_kwh", "source", "confidence"} <= set(
        accounts.to_pandas()
    )
    assert accounts.quantile(0.9, 2030, "benefit").shape == (len(accounts.buildings),)


def test_assessment_and_comparison(assessment: ct.Assessment) -> None:
    for name, kind in {
        "twin": ct.Twin, "irradiation": ct.Irradiation, "demand": ct.EnergyDemand, "emissions": ct.Emissions,
        "buildings": ct.Buildings, "findings": ct.Findings, "provenance": ct.Provenance,
    }.items():  # fmt: skip
        assert isinstance(getattr(assessment, name), kind)
    assert {"kpi", "value", "unit", "low", "high", "basis"} <= set(assessment.kpis)
    comparison = ct.compare([assessment, replace(assessment, twin=replace(assessment.twin, name="same"))])
    assert isinstance(comparison, ct.Comparison)
    assert len(comparison.to_pandas()) > 0


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_take_what_is_promised(verb: str) -> None:
    taken = {name for parameter in cli.cli.commands[verb].params for name in parameter.opts} | {
        (parameter.metavar or parameter.name or "").lower().split()[0] for parameter in cli.cli.commands[verb].params
    }
    assert set(VERBS[verb].split()) <= taken
    assert set(cli.cli.commands) == set(VERBS)
    assert set(cli.cli.commands["cache"].commands) == {"clear"}
