"""A small synthetic district assessed end to end, today and for one alternative."""

from __future__ import annotations

from functools import cache

import citytwin as ct
from citytwin.run.assessment import Assessment
from citytwin.scenario.alternatives import Alternative, Pv, Retrofit
from citytwin.scenario.apply import apply
from citytwin.scenario.compare import Comparison, compare


@cache
def district() -> Comparison:
    weather = ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals())
    today = ct.Twin(ct.synthetic.city(2, seed=3), weather)
    plan = Alternative("Renewed", retrofit=(Retrofit(u_window=0.8),), pv=(Pv(min_irradiation_kwh_m2=600),))
    return compare([ct.assess(today, draws=2), ct.assess(apply(today, plan), draws=2)])


def assessment() -> Assessment:
    return district().assessments[0]
