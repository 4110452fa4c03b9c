"""Measures applied to a twin: a new twin, nothing is changed in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.energy import Stock, load_stock
from citytwin.energy.measures import improves
from citytwin.errors import ScenarioError
from citytwin.model.enums import Carrier, Severity, Source, Status
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

    Retrofit, heat source and photovoltaics see the city as demolition and new buildings leave it. A retrofit leaves
    buildings alone whose element is as good already by the stock tables: how many is a finding of the new twin. New
    buildings that overlap standing ones are findings of its buildings. Photovoltaics go on heated buildings only: the
    electricity of the others is not simulated.

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
        A selection is empty or names an unknown building, a retrofit sets nothing, or nothing it sets is better than
        what is there.
    """
    work = _Work(twin, alternative.name, twin.buildings())
    for order, demolish in enumerate(alternative.demolish, 1):
        if demolish.ids is None and demolish.where is None:
            purpose = work.purpose("demolish", order)
            raise ScenarioError(f"{purpose} needs ids or where: it would take away every building")
        ids = work.select(demolish, work.buildings.today, "demolish", order)
        work.change_status(ids, Status.DEMOLISHED, "demolish")
    for order, build in enumerate(alternative.build, 1):
        ids = work.select(build, np.isin(work.buildings.status, FUTURE), "build", order)
        if build.demolish_overlapped:
            covered = {old for _, old, share in overlaps(work.buildings, ids) if share > OVERLAP_SHARE}
            work.change_status(tuple(i for i in work.buildings.id if i in covered), Status.DEMOLISHED, "demolish")
        work.change_status(ids, Status.EXISTING, "build")
    if alternative.retrofit:
        stock = twin.stock if isinstance(twin.stock, Stock) else load_stock(twin.stock)
        for order, retrofit in enumerate(alternative.retrofit, 1):
            ids = work.select(retrofit, work.standing_heated, "retrofit", order)
            work.retrofit(retrofit.targets(), ids, stock, work.purpose("retrofit", order))
    for order, source in enumerate(alternative.heat_source, 1):
        ids = work.select(source, work.standing_heated, "heat_source", order)
        work.changes.append(Change("carrier", float(Carrier.from_word(source.to)), ids, "heat_source"))
    pv = tuple(
        RoofPv(work.select(p, work.standing_heated, "pv", order), p.min_irradiation_kwh_m2, p.usable_share, "pv")
        for order, p in enumerate(alternative.pv, 1)
    )
    if not work.changes and not pv:
        raise ScenarioError(f"alternative {alternative.name!r} has no measure")
    return twin.with_changes(alternative.name, tuple(work.changes), pv, Findings.of(work.findings))


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
        if ids:
            self.changes.append(Change("status", float(status), ids, measure))
            new = self.buildings.status.copy()
            new[np.isin(self.buildings.id, ids)] = status
            self.buildings = replace(self.buildings, status=new)

    def retrofit(self, targets: dict[str, float], ids: tuple[str, ...], stock: Stock, purpose: str) -> None:
        """Changes of the targets for the buildings they are better for."""
        if not targets:
            raise ScenarioError(f"{purpose} sets nothing: give at least one of u_wall ... n50")
        chosen = np.isin(self.buildings.id, ids)
        changes = []
        for column, value in targets.items():
            better = chosen & improves(self.buildings, column, value, stock)
            left = int((chosen & ~better).sum())
            if left:
                message = f"{purpose}: {column} {value:g} is no better than what {left} of {len(ids)} buildings have"
                self.findings.append(Finding(1301, "RETROFIT_NOT_BETTER", severity=Severity.INFO, message=message))
            if better.any():
                changes.append(Change(column, value, tuple(self.buildings.id[better]), "retrofit"))
                new = np.where(better, value, np.nan)
                self.buildings = self.buildings.with_columns(Source.SCENARIO, 95, **{column: new})
        if not changes:
            raise ScenarioError(f"{purpose}: none of its {len(ids)} buildings has anything worse than what it sets")
        self.changes += changes


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

    shapes = shapely.make_valid(buildings.footprints())
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
