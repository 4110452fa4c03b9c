"""The pipeline: derive, shade, simulate, account."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from citytwin.model.emissions import YEARS
from citytwin.model.findings import Findings
from citytwin.run.assessment import Assessment

if TYPE_CHECKING:
    from citytwin.model.twin import Twin

METHODS = ("benefit", "energy")
StageProgress = Callable[[str, int, int], None]


def assess(
    twin: Twin,
    store: object | None = None,
    executor: object | None = None,
    progress: StageProgress | None = None,
    *,
    years: tuple[int, ...] = YEARS,
    use: str = "operated",
    level: str = "standard",
    sky: str = "perez",
    draws: int | None = None,
) -> Assessment:
    """Derive buildings, shade them, simulate a year of 8,760 hours and account its emissions.

    Solar electricity lowers emissions as far as the district uses it in the same hour, as it lowers the energy bill;
    what is fed into the grid counts for nothing. Nothing is written and the same twin gives the same answer on any
    number of threads.

    Parameters
    ----------
    twin : Twin
    store, executor : None
        Reserved for results kept between runs and for runs on several machines; neither is built yet.
    progress : callable, optional
        Called as ``progress(stage, done, total)``; stages are ``shade``, ``simulate``.
    years : tuple of int
        Years the emissions are accounted for.
    use : {"operated", "standard"}
        Operated use is for a baseline, standard use for certificate-like figures.
    level : str
        Of :func:`citytwin.solar.irradiate`.
    sky : str
        Of :func:`citytwin.solar.irradiate`.
    draws : int, optional
        Samples behind P10 and P90; default as :func:`citytwin.energy.simulate`.

    Returns
    -------
    Assessment

    Raises
    ------
    NotImplementedError
        `store` or `executor` is given.

    Examples
    --------
    >>> import citytwin as ct
    >>> twin = ct.Twin(ct.synthetic.city(2, seed=1), ct.synthetic.weather(60.2, 24.9, ct.synthetic.helsinki_normals()))
    >>> assessment = ct.assess(twin, draws=0)
    >>> assessment.kpi("buildings_simulated")
    2.0
    """
    if store is not None or executor is not None:
        raise NotImplementedError("store and executor must be None: runs are not kept or distributed yet")
    from citytwin import emissions, energy, solar
    from citytwin.model.place import stock_findings
    from citytwin.run.kpis import own_use_kwh

    def stage(name: str) -> Callable[[int, int], None] | None:
        return None if progress is None else partial(progress, name)

    buildings = twin.buildings()
    irradiation = solar.irradiate(
        twin.city, twin.weather, twin.context, level=level, sky=sky, buildings=buildings, progress=stage("shade")
    )
    pv = solar.photovoltaics(irradiation, twin.city, buildings, twin.pv, twin.weather) if twin.pv else None
    demand = energy.simulate(
        buildings, twin.weather, irradiation, twin.stock, use=use, draws=draws, progress=stage("simulate")
    )
    replaced = None
    if pv is not None:
        share = own_use_kwh(demand, pv) / max(float(pv.annual_kwh.sum()), 1e-9)
        replaced = dict(zip(pv.building, share * pv.annual_kwh, strict=True))
    accounts = emissions.operational(demand, twin.factors, years, METHODS, replaced)
    findings = [part.findings for part in (twin.city, twin.weather, twin, buildings, irradiation, demand, accounts)]
    findings.append(stock_findings(twin))
    provenance = irradiation.provenance + accounts.provenance
    for extra in (pv, twin.network):
        if extra is not None:
            findings.append(extra.findings)
            provenance = provenance + extra.provenance
    return Assessment(
        twin=twin,
        buildings=buildings,
        irradiation=irradiation,
        pv=pv,
        demand=demand,
        emissions=accounts,
        findings=sum(findings, Findings.of()),
        provenance=provenance.with_parameters(name=twin.name),
    )
