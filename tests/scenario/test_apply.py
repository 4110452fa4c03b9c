"""Measures on a twin: which changes they become, and that the twin they start from stays as it was."""

from __future__ import annotations

import pytest

from citytwin.errors import ScenarioError
from citytwin.model.enums import Carrier, Status
from citytwin.model.twin import Change, RoofPv
from citytwin.scenario import apply
from citytwin.scenario.alternatives import Alternative, Build, Demolish, HeatSourceChange, Pv, Retrofit
from citytwin.scenario.apply import overlaps


def test_retrofit_becomes_one_change_a_target(twin):
    new = apply(twin, Alternative("deep", retrofit=(Retrofit(where="year_built < 1980", u_wall=0.17, n50=1.0),)))
    assert new.name == "deep"
    assert new.changes == (
        Change("u_wall", 0.17, ("b1",), "retrofit"),
        Change("n50", 1.0, ("b1",), "retrofit"),
    )
    buildings = new.buildings()
    assert buildings.overrides["u_wall"][0] == 0.17
    assert buildings.overrides["u_wall"][1] != buildings.overrides["u_wall"][1]
    assert twin.changes == ()
    assert twin.buildings().overrides == {}


def test_retrofit_without_selection_takes_the_standing_heated_ones(twin):
    new = apply(twin, Alternative("all", retrofit=(Retrofit(u_roof=0.05),)))
    assert new.changes[0].buildings == ("b1", "b2", "b3", "b4")


def test_retrofit_leaves_alone_what_is_as_good(twin):
    plan = Alternative("mild", retrofit=(Retrofit(u_wall=0.4, heat_recovery=0.5),))
    new = apply(twin, plan)
    by_column = {change.column: change.buildings for change in new.changes}
    # by the stock tables walls of 1965 are worse than 0.4 W/(m2 K), those of 1985 and 2010 are better
    assert "b1" in by_column["u_wall"]
    assert not {"b2", "b3"} & set(by_column["u_wall"])
    assert "b1" in by_column["heat_recovery"]
    assert "u_wall 0.4 is no better than what" in new.findings.message[0]
    assert new.findings.name.tolist()[0] == "RETROFIT_NOT_BETTER"
    with pytest.raises(ScenarioError, match="none of its 1 buildings has anything worse"):
        apply(twin, Alternative("worse", retrofit=(Retrofit(ids=("b3",), u_wall=1.0),)))


def test_a_retrofit_must_beat_what_has_probably_been_renewed(twin):
    with pytest.raises(ScenarioError, match="none of its 1 buildings has anything worse"):
        apply(twin, Alternative("windows", retrofit=(Retrofit(ids=("b1",), u_window=2.2),)))


def test_a_later_retrofit_is_measured_by_the_earlier(twin):
    steps = (Retrofit(ids=("b1",), u_wall=0.2), Retrofit(u_wall=0.4))
    with pytest.raises(ScenarioError, match="retrofit 2: none of its 1"):
        apply(twin, Alternative("two", retrofit=(steps[0], Retrofit(ids=("b1",), u_wall=0.4))))
    changes = apply(twin, Alternative("two", retrofit=(steps[0], Retrofit(u_wall=0.17)))).changes
    assert changes[0].buildings == ("b1",)
    assert "b1" in changes[1].buildings


def test_pv_takes_standing_heated_ones(twin):
    new = apply(twin, Alternative("sun", pv=(Pv(min_irradiation_kwh_m2=700, usable_share=0.6),)))
    assert new.pv == (RoofPv(("b1", "b2", "b3", "b4"), 700, 0.6, "pv"),)


def test_heat_source_is_the_code_of_the_carrier(twin):
    new = apply(twin, Alternative("heat", heat_source=(HeatSourceChange(ids=("b2",), to="gas"),)))
    assert new.changes == (Change("carrier", float(Carrier.GAS), ("b2",), "heat_source"),)


def test_heat_source_given_is_certain(twin):
    new = apply(twin, Alternative("heat", heat_source=(HeatSourceChange(ids=("b2",), to="gas"),)))
    shares = new.buildings().carrier_shares
    assert shares[1, Carrier.GAS] == 1
    assert shares[0, Carrier.DISTRICT_HEAT] == 1
    assert (shares.sum(axis=1) == 1).all()


def test_build_takes_planned_ones_as_built(twin):
    new = apply(twin, Alternative("new", build=(Build(),)))
    assert new.changes == (Change("status", float(Status.EXISTING), ("b6",), "build"),)


def test_build_demolishes_what_it_overlaps_when_told_so(twin):
    new = apply(twin, Alternative("new", build=(Build(demolish_overlapped=True),), retrofit=(Retrofit(u_wall=0.05),)))
    assert new.changes[0] == Change("status", float(Status.DEMOLISHED), ("b3",), "demolish")
    assert new.changes[1] == Change("status", float(Status.EXISTING), ("b6",), "build")
    retrofitted = new.changes[2].buildings
    assert "b1" in retrofitted
    assert "b3" not in retrofitted


def test_demolished_buildings_take_no_measures(twin):
    plan = Alternative("less", demolish=(Demolish(ids=("b1",)),), pv=(Pv(),))
    assert apply(twin, plan).pv[0].buildings == ("b2", "b3", "b4")
    with pytest.raises(ScenarioError, match="cannot apply to building 'b1': status demolished"):
        apply(twin, Alternative("less", demolish=(Demolish(ids=("b1",)),), pv=(Pv(ids=("b1",)),)))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Alternative("a"), "has no measure"),
        (Alternative("a", retrofit=(Retrofit(),)), "retrofit 1 sets nothing"),
        (Alternative("a", demolish=(Demolish(),)), "demolish 1 needs ids or where"),
        (
            Alternative("a", retrofit=(Retrofit(u_wall=0.1), Retrofit(ids=("b6",), u_wall=0.1))),
            "retrofit 2 cannot apply",
        ),
        (Alternative("a", build=(Build(ids=("b1",)),)), "build 1 cannot apply to building 'b1': status existing"),
        (Alternative("a", pv=(Pv(where="year_built < 1900"),)), "pv 1 selects none of the 4"),
    ],
)
def test_refusals(twin, plan, words):
    with pytest.raises(ScenarioError, match=words):
        apply(twin, plan)


def test_overlaps_ignore_contacts(buildings):
    assert overlaps(buildings, ("b6",)) == [("b6", "b3", pytest.approx(0.8))]
    assert overlaps(buildings, ("b1",)) == []
