"""Calibration of buildings to their meters: most probable parameters and Laplace's covariance, archetypes shared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from citytwin.energy.response import Response
from citytwin.energy.stock import Stock, load_stock
from citytwin.energy.uncertainty import Deviations, archetypes_of, is_imputed, normal
from citytwin.model._cast import as_floats
from citytwin.model.calibration import Calibration
from citytwin.model.demand import MONTHLY
from citytwin.model.enums import Severity
from citytwin.model.findings import Finding, Findings

if TYPE_CHECKING:
    from pathlib import Path

    from citytwin.model.buildings import Buildings
    from citytwin.model.irradiation import Irradiation
    from citytwin.model.weather import Weather

Floats = NDArray[np.float64]

QUANTITIES = (*MONTHLY, "heat_kwh")
"""What can be metered: the monthly needs, and heating and hot water together."""
PARAMETERS = (
    "u_opaque", "u_window", "infiltration", "ventilation", "heating_setpoint", "gains", "hot_water", "floor_area",
    "window_area",
)  # fmt: skip
"""All of ``uncertainty.csv`` but the year of construction, of which energy is no smooth function."""
STEP = 0.1
"""Of z, for differences: large against the rounding of the kernel, small against the prior."""
ITERATIONS = 15
TOLERANCE = 1e-3
"""Change of the logarithm of the posterior, or step of z, at which the iteration ends."""
MONTH_FLOOR = 0.05
"""Standard deviation of a month is at least this share of the mean month: little heat in summer is not known well."""
MISFIT = 3.0
"""Misfit above which meters and prior are said to contradict each other."""


def calibrate(
    buildings: Buildings,
    weather: Weather,
    irradiation: Irradiation,
    metered: Mapping[str, ArrayLike],
    parameters: tuple[str, ...] = PARAMETERS,
    noise: float = 0.1,
    by: str = "archetype",
    draws: int = 64,
    stock: Stock | Mapping[str, Any] | str | Path | None = None,
    use: str = "operated",
) -> Calibration:
    r"""Most probable parameters of buildings given their meters, with Laplace's covariance.

    Each parameter of a building deviates from the tables by :math:`z = \sqrt{s}\,c + \sqrt{1-s}\,o`, :math:`c` common
    to all buildings of an archetype (main use and decade) and :math:`o` its own, both standard normal: the prior is
    that of the draws of :func:`simulate`. The most probable values minimise

    .. math:: \sum_{i,j} \left(\frac{Q_{ij}(z_i) - \hat Q_{ij}}{\sigma_{ij}}\right)^2 + \sum_i |o_i|^2 + \sum_g |c_g|^2

    by the Levenberg-Marquardt method on all buildings at once; the derivatives are differences of further lanes of the
    hourly model, and the common part is eliminated by its Schur complement. :math:`\sigma` is `noise` times the metered
    energy, in months at least 5 % of the mean month. The covariance is the inverse of
    :math:`J^T \Sigma^{-1} J + 1`. Buildings without meters learn from those of their archetype.

    Parameters
    ----------
    buildings : Buildings
        ``buildings.simulated`` are calibrated (n).
    weather : Weather
        Of the metered year; else normalise the meters by degree-days first, see :func:`normalised_heating`.
    irradiation : Irradiation
    metered : mapping of quantity to float array (n,) or (n, 12), kWh
        By the names in :data:`QUANTITIES`, as useful energy in the order of the simulated buildings (that of
        ``demand.building``), see :func:`metered_heat`; NaN where nothing was metered.
    parameters : tuple of str
        Those that may deviate; the others are held at what the tables say.
    noise : float
        Relative standard deviation of meters and model together, above 0.
    by : {"archetype", "building"}
        Whether buildings of an archetype share what the tables of `uncertainty` say they share.
    draws : int
        Draws from the posterior for bands of annual energy.
    stock, use : as in :func:`simulate`

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        Unknown quantity, parameter or `by`, a wrong shape, negative energy, `noise` not above 0, or no building that
        can be simulated.

    References
    ----------
    K. Levenberg, Quarterly of Applied Mathematics 2(2), 1944, doi:10.1090/qam/10666; D. W. Marquardt, SIAM J. 11(2),
    1963, doi:10.1137/0111030. Laplace's approximation: D. J. C. MacKay, "Information Theory, Inference, and Learning
    Algorithms", Cambridge 2003, chapter 27.

    Examples
    --------
    ``ct.energy.calibrate(buildings, weather, irradiation, {"heat_kwh": heat}).to_pandas()`` for heat (n, 12) as
    :func:`metered_heat` gives it.
    """
    tables = stock if isinstance(stock, Stock) else load_stock(stock)
    response = Response(buildings, weather, irradiation, tables, use)
    if by not in ("archetype", "building"):
        raise ValueError(f"by must be archetype or building, not {by!r}")
    if not noise > 0:
        raise ValueError(f"noise must be above 0, not {noise}")
    if draws < 0:
        raise ValueError(f"draws must not be negative, not {draws}")
    unknown = [name for name in parameters if name not in tables.spreads]
    if unknown or not parameters:
        raise ValueError(f"no parameter {', '.join(unknown)}; there are {', '.join(tables.spreads)}")
    readings = _readings(metered, len(response), noise)
    problem = _Problem(response, tuple(dict.fromkeys(parameters)), readings, by)
    fit = problem.solve()
    return problem.result(fit, draws, noise)


class _Readings(NamedTuple):
    """What was metered, side by side: values and weights (n, m), 0 where NaN; columns of each quantity."""

    given: dict[str, Floats]
    value: Floats
    weight: Floats


def _readings(metered: Mapping[str, ArrayLike], n: int, noise: float) -> _Readings:
    given, values, weights = {}, [], []
    for name, energy in metered.items():
        if name not in QUANTITIES:
            raise ValueError(f"no quantity {name!r}; there are {', '.join(QUANTITIES)}")
        shape = (n, 12) if np.ndim(energy) == 2 else (n,)
        column = as_floats(energy, name, shape, low=0.0, missing=True)
        given[name] = column
        table = column.reshape(n, -1)
        known = np.isfinite(table)
        filled = np.where(known, table, 0.0)
        mean = filled.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
        sd = np.hypot(noise * filled, (MONTH_FLOOR if table.shape[1] == 12 else 0.0) * mean)
        usable = known & (sd > 0)
        values.append(filled)
        weights.append(np.where(usable, 1.0 / np.where(usable, sd, 1.0), 0.0))
    if not given:
        raise ValueError(f"nothing was metered: name at least one of {', '.join(QUANTITIES)}")
    return _Readings(given, np.concatenate(values, axis=1), np.concatenate(weights, axis=1))


class _Fit(NamedTuple):
    """Most probable common and own parts, and the blocks of the Hessian there."""

    common: Floats
    own: Floats
    curvature: Floats
    modelled: Floats
    converged: NDArray[np.bool_]


class _Problem:
    """The least-squares problem of all buildings; shapes: n buildings, g groups, k parameters, m readings."""

    def __init__(self, response: Response, parameters: tuple[str, ...], readings: _Readings, by: str) -> None:
        ours = response.buildings
        spreads = [response.stock.spreads[name] for name in parameters]
        self.response, self.parameters, self.readings = response, parameters, readings
        self.relative = np.array([spread.relative for spread in spreads])
        self.sd = np.stack(
            [np.where(is_imputed(ours, s.imputed_by), s.sd_imputed, s.sd) for s in spreads], axis=1
        ).astype(np.float64)
        self.names, self.group = archetypes_of(ours)
        if by == "building":
            self.names, self.group = [str(name) for name in ours.id], np.arange(len(ours))
        shared = np.array([spread.shared for spread in spreads])
        self.of_common, self.of_own = np.sqrt(shared), np.sqrt(1.0 - shared)

    def deviations(self, z: Floats) -> Deviations:
        """Factors and differences of every parameter for z (n, d, k)."""
        found = self.response.neutral(z.shape[1])
        for k, name in enumerate(self.parameters):
            sd = self.sd[:, k, None]
            found[name] = np.exp(sd * z[:, :, k] - sd**2 / 2.0) if self.relative[k] else sd * z[:, :, k]
        return found

    def energy(self, z: Floats) -> Floats:
        """What the meters would read (n, d, m) for z (n, d, k)."""
        found = self.response(self.deviations(z))
        columns = []
        for name, given in self.readings.given.items():
            monthly = found["heating_kwh"] + found["hot_water_kwh"] if name == "heat_kwh" else found[name]
            columns.append(monthly if given.ndim == 2 else monthly.sum(axis=2, keepdims=True))
        return np.concatenate(columns, axis=2)

    def linear(self, z: Floats) -> tuple[Floats, Floats]:
        """Readings (n, m) and their derivatives (n, m, k) at z (n, k), by central differences."""
        k = z.shape[1]
        steps = STEP * np.concatenate([np.zeros((1, k)), np.eye(k), -np.eye(k)])
        found = self.energy(z[:, None, :] + steps)
        slopes = (found[:, 1 : k + 1] - found[:, k + 1 :]) / (2.0 * STEP)
        return found[:, 0], slopes.transpose(0, 2, 1)

    def z(self, common: Floats, own: Floats) -> Floats:
        return self.of_common * common[self.group] + self.of_own * own

    def cost(self, common: Floats, own: Floats, modelled: Floats) -> Floats:
        """Half the sum of squares of each group (g,)."""
        residual = (modelled - self.readings.value) * self.readings.weight
        of_building = (residual**2).sum(axis=1) + (own**2).sum(axis=1)
        total = np.bincount(self.group, of_building, minlength=len(self.names))
        return 0.5 * (total + (common**2).sum(axis=1))

    def curvature(self, slopes: Floats) -> Floats:
        """Gauss-Newton curvature of the readings (n, k, k) by z."""
        weighted = slopes * self.readings.weight[:, :, None]
        return np.einsum("nmk,nml->nkl", weighted, weighted)

    def blocks(self, curvature: Floats, damping: Floats) -> tuple[Floats, Floats, Floats]:
        """Inverse own block and mixed block (n, k, k), and inverse Schur complement of the common block (g, k, k)."""
        one = np.eye(len(self.parameters))
        diagonal = 1.0 + damping
        inverse = np.linalg.inv(self.of_own[:, None] * curvature * self.of_own + one * diagonal[self.group, None, None])
        mixed = self.of_own[:, None] * curvature * self.of_common
        schur = np.zeros((len(self.names), *one.shape)) + one * diagonal[:, None, None]
        here = self.of_common[:, None] * curvature * self.of_common
        np.add.at(schur, self.group, here - np.swapaxes(mixed, 1, 2) @ inverse @ mixed)
        return inverse, mixed, np.linalg.inv(schur)

    def solve(self) -> _Fit:
        """Levenberg-Marquardt: damping rises tenfold in groups whose cost would rise, and falls where it fell."""
        groups, k = len(self.names), len(self.parameters)
        common, own = np.zeros((groups, k)), np.zeros((len(self.response), k))
        modelled, slopes = self.linear(self.z(common, own))
        cost, damping = self.cost(common, own, modelled), np.zeros(groups)
        done = np.zeros(groups, bool)
        for _ in range(ITERATIONS):
            inverse, mixed, schur = self.blocks(self.curvature(slopes), damping)
            misfit = (self.readings.value - modelled) * self.readings.weight**2
            pull = np.einsum("nmk,nm->nk", slopes, misfit)
            own_pull = self.of_own * pull - own
            common_pull = -common.copy()
            eliminated = np.einsum("nkl,nk->nl", mixed, np.einsum("nkl,nl->nk", inverse, own_pull))
            np.add.at(common_pull, self.group, self.of_common * pull - eliminated)
            common_step = np.einsum("gkl,gl->gk", schur, common_pull)
            back = own_pull - np.einsum("nkl,nl->nk", mixed, common_step[self.group])
            own_step = np.einsum("nkl,nl->nk", inverse, back)
            size = np.abs(common_step).max(axis=1)
            np.maximum.at(size, self.group, np.abs(own_step).max(axis=1))
            new_common = np.where(done[:, None], common, common + common_step)
            new_own = np.where(done[self.group, None], own, own + own_step)
            new_modelled, new_slopes = self.linear(self.z(new_common, new_own))
            new_cost = self.cost(new_common, new_own, new_modelled)
            better = new_cost <= cost
            done |= (size < TOLERANCE) | (np.abs(new_cost - cost) < TOLERANCE)
            common[better], cost[better] = new_common[better], new_cost[better]
            ours = better[self.group]
            own[ours], modelled[ours], slopes[ours] = new_own[ours], new_modelled[ours], new_slopes[ours]
            damping = np.where(better, 0.1 * damping, np.maximum(10.0 * damping, 1.0))
            if done.all():
                break
        return _Fit(common, own, self.curvature(slopes), modelled, done[self.group])

    def result(self, fit: _Fit, draws: int, noise: float) -> Calibration:
        n, k = fit.own.shape
        inverse, mixed, schur = self.blocks(fit.curvature, np.zeros(len(self.names)))
        # own part given the common one: mean own - gain (c - common), covariance inverse
        gain = inverse @ mixed
        through = self.of_common * np.eye(k) - self.of_own[:, None] * gain
        covariance = through @ schur[self.group] @ np.swapaxes(through, 1, 2)
        covariance += self.of_own[:, None] * inverse * self.of_own
        ids = [str(name) for name in self.response.buildings.id]
        common_noise = _normals(self.names, draws, self.parameters, "posterior/archetype")
        own_noise = _normals(ids, draws, self.parameters, "posterior")
        common = np.einsum("gkl,gdl->gdk", np.linalg.cholesky(schur), common_noise)
        own = np.einsum("nkl,ndl->ndk", np.linalg.cholesky(inverse), own_noise)
        z = self.z(fit.common, fit.own)
        drawn = z[:, None] + np.einsum("nkl,ndl->ndk", through, common[self.group]) + self.of_own * own
        deviations = self.deviations(drawn)
        annual = {}
        if draws:
            annual = {
                name: v.sum(axis=2).astype(np.float32) for name, v in self.response(deviations).items() if v.ndim == 3
            }
        weight, value = self.readings.weight, self.readings.value
        count = (weight > 0).sum(axis=1)
        square = (((fit.modelled - value) * weight) ** 2).sum(axis=1)
        misfit = np.where(count > 0, np.sqrt(square / np.maximum(count, 1)), np.nan)
        findings = [
            Finding(1647, "METERS_CONTRADICT_MODEL", ids[row], severity=Severity.WARNING,
                    message=f"what was metered is {misfit[row]:.1f} standard deviations from anything the tables allow")
            for row in np.flatnonzero(misfit > MISFIT).tolist()
        ]  # fmt: skip
        return Calibration(
            building=self.response.buildings.id,
            parameters=self.parameters,
            relative=self.relative,
            prior_sd=self.sd,
            mean=z,
            covariance=covariance,
            metered=self.readings.given,
            prior=self._by_quantity(self.energy(np.zeros((n, 1, k)))[:, 0]),
            modelled=self._by_quantity(fit.modelled),
            draws=annual or {name: np.zeros((n, 0), np.float32) for name in MONTHLY},
            deviations=deviations,
            noise=noise,
            misfit=misfit,
            converged=fit.converged,
            findings=Findings.of(findings),
            provenance=self.response.provenance.with_parameters(
                calibrated=list(self.parameters), calibration_noise=noise, calibration_draws=draws
            ),
        )

    def _by_quantity(self, table: Floats) -> dict[str, Floats]:
        found, start = {}, 0
        for name, given in self.readings.given.items():
            stop = start + (12 if given.ndim == 2 else 1)
            found[name] = table[:, start:stop].reshape(given.shape).copy()
            start = stop
        return found


def _normals(names: list[str], draws: int, parameters: tuple[str, ...], stream: str) -> Floats:
    """Standard normal numbers (n, draws, k) that belong to the names."""
    return np.stack([normal(names, draws, f"{stream}/{parameter}") for parameter in parameters], axis=2)
