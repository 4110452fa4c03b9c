"""Measures applied to a twin: a new twin, nothing is changed in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import ScenarioError
from citytwin.model.enums import Carrier, Severity, Status
from citytwin.model.findings import Finding, Findings
from citytwin.model.twin import Change, RoofPv, Twin
from citytwin.scenario.alternatives import Alternative, Selection
from citytwin.scenario.selection import select

if TYPE_CHECKING:
    from citytwin.model.buildings import Buildings

OVERLAP_SHARE = 0.5
FUTURE = (Status.PLANNED, Status.UNDER_CONSTRUCTION)


def apply(twin: Twin, alternative: Alternative) -> Twin:
    """Twin with the measures of an alternative, in the order demolish, build, retrofit, heat source, photovoltaics.

    Retrofit, heat source and photovoltaics see the city as demolition and new buildings leave it. A new building that
    overlaps a standing one is a finding of the city of the new twin.

    Parameters
    ----------
    twin : Twin
    alternative : Alternative

    Returns
    -------
    Twin
        Named as the alternative.

    Raises
    ------
    ScenarioError
        A selection is empty or names an unknown building, or a retrofit sets nothing.
    """
    work = _Work(twin, alternative.name, twin.buildings())
    for order, demolish in enumerate(alternative.demolish, 1):
        if demolish.ids is None and demolish.where is None:
            raise ScenarioError(
                f"{work.purpose('demolish', order)} needs ids or where: it would take away every building"
            )
        work.change_status(
            work.select(demolish, work.buildings.today, "demolish", order), Status.DEMOLISHED, "demolish"
        )
    for order, build in enumerate(alternative.build, 1):
        ids = work.select(build, np.isin(work.buildings.status, FUTURE), "build", order)
        overlapped = work.report_overlaps(ids)
        work.change_status(ids, Status.EXISTING, "build")
        if build.demolish_overlapped and overlapped:
            work.change_status(overlapped, Status.DEMOLISHED, "demolish")
    for order, retrofit in enumerate(alternative.retrofit, 1):
        targets = retrofit.targets()
        if not targets:
            raise ScenarioError(f"{work.purpose('retrofit', order)} sets nothing: give at least one of u_wall ... n50")
        ids = work.select(retrofit, work.standing_heated, "retrofit", order)
        for column, value in targets.items():
            work.changes.append(Change(column, value, ids, "retrofit"))
    for order, source in enumerate(alternative.heat_source, 1):
        ids = work.select(source, work.standing_heated, "heat_source", order)
        work.changes.append(Change("carrier", float(Carrier.from_word(source.to)), ids, "heat_source"))
    pv = tuple(
        RoofPv(work.select(p, work.buildings.today, "pv", order), p.min_irradiation_kwh_m2, p.usable_share, "pv")
        for order, p in enumerate(alternative.pv, 1)
    )
    if not work.changes and not pv:
        raise ScenarioError(f"alternative {alternative.name!r} has no measure")
    if work.findings:
        twin = replace(twin, city=twin.city.with_findings(Findings.of(work.findings)))
    return twin.with_changes(alternative.name, tuple(work.changes), pv)


@dataclass
class _Work:
    """State of one application: the buildings as the measures so far leave them."""

    twin: Twin
    name: str
    buildings: Buildings

    def __post_init__(self) -> None:
        self.changes: list[Change] = []
        self.findings: list[Finding] = []

    def purpose(self, kind: str, order: int) -> str:
        return f"alternative {self.name!r}, {kind} {order}"

    def select(self, selection: Selection, eligible: NDArray[np.bool_], kind: str, order: int) -> tuple[str, ...]:
        return select(selection, self.buildings, self.twin.city, eligible, self.purpose(kind, order))

    @property
    def standing_heated(self) -> NDArray[np.bool_]:
        return self.buildings.today & self.buildings.heated

    def change_status(self, ids: tuple[str, ...], status: Status, measure: str) -> None:
        self.changes.append(Change("status", float(status), ids, measure))
        new = self.buildings.status.copy()
        new[np.isin(self.buildings.id, ids)] = status
        self.buildings = replace(self.buildings, status=new)

    def report_overlaps(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Findings for new buildings that overlap standing ones; ids of those overlapped by more than half."""
        covered = []
        for new, old, share in overlaps(self.buildings, ids):
            whole = share > OVERLAP_SHARE
            message = f"alternative {self.name!r}: {share:.0%} of the footprint of {old} lies in the new building {new}"
            severity = Severity.WARNING if whole else Severity.INFO
            self.findings.append(Finding(1301, "NEW_BUILDING_OVERLAPS", old, severity=severity, message=message))
            if whole and old not in covered:
                covered.append(old)
        return tuple(covered)


def overlaps(buildings: Buildings, ids: tuple[str, ...], least_share: float = 0.02) -> list[tuple[str, str, float]]:
    """Footprints of standing buildings that footprints of some others cover.

    Parameters
    ----------
    buildings : Buildings
    ids : tuple of str
        The covering buildings.
    least_share : float
        Smaller overlaps are contacts.

    Returns
    -------
    list of (covering id, covered id, share of the covered footprint), in the order of the table
    """
    import shapely

    bounds = buildings.footprint_offsets.tolist()
    shapes = np.array(
        [
            shapely.make_valid(shapely.Polygon(buildings.footprint_xy[a:b])) if b - a >= 4 else shapely.Polygon()
            for a, b in pairwise(bounds)
        ]
    )
    new = np.flatnonzero(np.isin(buildings.id, ids))
    old = np.flatnonzero(buildings.today & (shapely.area(shapes) > 0))
    which_new, which_old = shapely.STRtree(shapes[old]).query(shapes[new], predicate="intersects")
    which_new, which_old = new[which_new], old[which_old]
    shares = shapely.area(shapely.intersection(shapes[which_new], shapes[which_old])) / shapely.area(shapes[which_old])
    order = np.lexsort((which_new, which_old))
    return [
        (buildings.id[which_new[k]], buildings.id[which_old[k]], float(shares[k]))
        for k in order
        if shares[k] > least_share and which_new[k] != which_old[k]
    ]
