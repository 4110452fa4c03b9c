"""A building's results are its own: in any company, in any order, on any number of threads, to the last bit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

import citytwin as ct
from citytwin.model.enums import Status
from citytwin.model.twin import Change

pytestmark = pytest.mark.compiled
DRAWS = 4
TURNED_BY_COMPANY = ["n_findings", "quality"]
"""Overlaps with neighbours are findings, so that these columns tell of the company by design."""


class Case(NamedTuple):
    """A city, its weather and its assessment."""

    city: ct.CityModel
    weather: ct.Weather
    assessment: ct.Assessment

    def again(self, city: ct.CityModel, context: ct.CityModel | None = None) -> ct.Assessment:
        return ct.assess(ct.Twin(city, self.weather, context=context), draws=DRAWS)


@pytest.fixture(scope="module", params=["synthetic", "helsinki"])
def case(request: pytest.FixtureRequest) -> Case:
    """Two blocks of synthetic houses, most of them with party walls; a tile with planned buildings over today's."""
    if request.param == "synthetic":
        city = ct.synthetic.city(20, seed=1)
        weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    else:
        city = ct.read_city(request.getfixturevalue("helsinki_path"))
        weather = ct.read_weather(request.getfixturevalue("vantaa_path"))
    return Case(city, weather, ct.assess(ct.Twin(city, weather), draws=DRAWS))


def surfaces(assessment: ct.Assessment) -> pd.DataFrame:
    """What each polygon receives, by the names of building and polygon."""
    city, sun = assessment.twin.city, assessment.irradiation
    owners = city.objects.id[city.surfaces.object[sun.surface]]
    number = pd.Series(list(owners)).groupby(list(owners)).cumcount()
    frame = pd.DataFrame(sun.monthly, columns=[f"month_{m}" for m in range(1, 13)])
    frame = frame.assign(annual=sun.annual, sky_view=sun.sky_view, area=sun.area, outdoor_share=sun.outdoor_share)
    return frame.set_index(pd.MultiIndex.from_arrays([list(owners), number])).sort_index()


def drawn(assessment: ct.Assessment) -> pd.DataFrame:
    """Monthly needs and every draw of the simulated buildings, by their names."""
    demand = assessment.demand
    parts = {name: demand.monthly(name) for name in ("heating_kwh", "hot_water_kwh", "electricity_kwh")}
    parts |= {f"drawn_{name}": values for name, values in demand.draws.items()}
    parts["co2e"] = assessment.emissions.draws[2030, "benefit"]
    columns = {f"{name}_{k}": column for name, values in parts.items() for k, column in enumerate(values.T)}
    return pd.DataFrame(columns, index=list(demand.building)).sort_index()


def results(assessment: ct.Assessment, but: Iterable[str] = ()) -> pd.DataFrame:
    return assessment.table().set_index("building_id").drop(columns=list(but))


def assert_same(part: ct.Assessment, whole: ct.Assessment, but: Iterable[str] = ()) -> None:
    """Every building of `part` has, bit by bit, the results it has in `whole`."""
    mine = results(part, but)
    pd.testing.assert_frame_equal(mine, results(whole, but).loc[mine.index], check_exact=True)
    shaded = surfaces(part)
    assert len(shaded) > 0
    pd.testing.assert_frame_equal(shaded, surfaces(whole).loc[shaded.index], check_exact=True)
    simulated = drawn(part)
    pd.testing.assert_frame_equal(simulated, drawn(whole).loc[simulated.index], check_exact=True)


def test_one_building_alone_with_the_rest_as_context(case: Case) -> None:
    buildings = case.assessment.buildings
    simulated = np.flatnonzero(buildings.simulated)
    most_shared = simulated[np.argsort(-buildings.party_wall_area[simulated])[:2]]
    assert (buildings.party_wall_area[most_shared] > 0).all()
    most_open = simulated[np.argmin(buildings.party_wall_area[simulated])]
    for row in (*most_shared, most_open):
        rest = np.delete(buildings.object, row)
        alone = case.again(case.city.select(rows=buildings.object[[row]]), context=case.city.select(rows=rest))
        assert len(alone.buildings) == len(alone.demand) == 1
        assert_same(alone, case.assessment)


def test_without_the_rest_it_is_another_building(case: Case) -> None:
    """The test above can fail: company matters where it is left out."""
    buildings = case.assessment.buildings
    row = np.argmax(np.where(buildings.simulated, buildings.party_wall_area, 0.0))
    lonely = case.again(case.city.select(rows=buildings.object[[row]]))
    name = buildings.id[row]
    assert results(lonely).loc[name, "heating_kwh"] > 1.01 * results(case.assessment).loc[name, "heating_kwh"]


def test_order_in_the_file_does_not_matter(case: Case, tmp_path) -> None:
    buildings = case.assessment.buildings
    order = np.random.default_rng(5).permutation(len(buildings))
    shuffled = ct.CityModel.concat([case.city.select(rows=buildings.object[[row]]) for row in order])
    for name, city in (("straight", case.city), ("shuffled", shuffled)):
        ct.write_citygml(city, tmp_path / f"{name}.gml")
    straight, turned = (case.again(ct.read_city(tmp_path / f"{name}.gml")) for name in ("straight", "shuffled"))
    assert list(turned.buildings.id) == list(buildings.id[order])
    assert_same(turned, straight)
    assert_same(straight, case.assessment)
    figures, others = (run.kpis.set_index("kpi")[["value", "low", "high"]].astype(float) for run in (straight, turned))
    pd.testing.assert_frame_equal(others, figures, rtol=1e-12)


def test_number_of_threads_does_not_matter(case: Case, monkeypatch) -> None:
    runs = []
    for threads in ("1", "2", "3"):
        monkeypatch.setenv("CITYTWIN_NUM_THREADS", threads)
        runs.append(case.again(case.city))
    for run in runs[1:]:
        assert_same(run, runs[0])
        pd.testing.assert_frame_equal(run.kpis, runs[0].kpis, check_exact=True)
        for name in ("heating", "electricity"):
            np.testing.assert_array_equal(run.demand.district_hourly(name), runs[0].demand.district_hourly(name))


def test_what_is_planned_does_not_touch_today(case: Case) -> None:
    """Planned buildings shade nothing and share no wall: taking them out of the city changes no bit of today's."""
    whole, buildings = case.assessment, case.assessment.buildings
    if buildings.today.all():
        ids = tuple(buildings.id[1::4])
        twin = ct.Twin(case.city, case.weather).with_changes("plans", (Change("status", Status.PLANNED, ids, "plan"),))
        whole = ct.assess(twin, draws=DRAWS)
        buildings = whole.buildings
    assert (~buildings.today).sum() >= 5
    left = case.again(case.city.select(rows=buildings.object[buildings.today]))
    assert len(surfaces(left)) == len(surfaces(whole))
    assert_same(left, whole, but=TURNED_BY_COMPANY)
