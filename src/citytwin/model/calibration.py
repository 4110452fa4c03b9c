"""Calibration: what meters say about the parameters of buildings, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze_table

if TYPE_CHECKING:
    import pandas as pd

FloatColumn = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Posterior of the parameters of buildings given their meters, in Laplace's approximation.

    Each parameter is a standardised deviation z from what the tables say: before the meters z is normal with mean 0 and
    standard deviation 1. A factor is ``exp(prior_sd z - prior_sd**2 / 2)``, a difference ``prior_sd z``.

    Parameters
    ----------
    building : object array (n,) of str
    parameters : tuple of str (k)
        Names of ``uncertainty.csv``.
    relative : bool array (k,)
        Whether the parameter is a factor, else a difference in its own unit.
    prior_sd : float64 array (n, k)
        Of the logarithm where relative.
    mean : float64 array (n, k)
        Most probable z.
    covariance : float64 array (n, k, k)
        Of z; the unit matrix where the meters say nothing.
    metered, prior, modelled : mapping of quantity to float64 array (n,) or (n, 12)
        Energy as it was metered, as the tables give it and with the most probable parameters, kWh.
    draws : mapping of name to float32 array (n, d)
        Annual energy in draws from the posterior, kWh; parameters that buildings share are drawn together.
    deviations : mapping of parameter to float64 array (n, d)
        Those draws themselves, of every parameter: what another alternative of the same buildings is simulated with.
    noise : float
        Relative standard deviation of meters and model together.
    misfit : float64 array (n,)
        Root mean square of the residuals over their standard deviation; NaN where nothing was metered.
    converged : bool array (n,)
    findings : Findings
    provenance : Provenance
    """

    building: NDArray[np.object_]
    parameters: tuple[str, ...]
    relative: NDArray[np.bool_]
    prior_sd: FloatColumn
    mean: FloatColumn
    covariance: FloatColumn
    metered: Mapping[str, FloatColumn] = field(repr=False)
    prior: Mapping[str, FloatColumn] = field(repr=False)
    modelled: Mapping[str, FloatColumn] = field(repr=False)
    draws: Mapping[str, NDArray[np.float32]] = field(repr=False)
    deviations: Mapping[str, FloatColumn] = field(repr=False)
    noise: float
    misfit: FloatColumn
    converged: NDArray[np.bool_]
    findings: Findings = field(default_factory=Findings.of, repr=False)
    provenance: Provenance = field(default_factory=Provenance, repr=False)

    def __post_init__(self) -> None:
        freeze_table(self)

    def __len__(self) -> int:
        return len(self.building)

    def __repr__(self) -> str:
        used = int(np.isfinite(self.misfit).sum())
        return f"Calibration({len(self)} buildings, {used} with meters, {', '.join(self.parameters)})"

    @property
    def sd(self) -> FloatColumn:
        """Standard deviation of z (n, k) after the meters; 1 before."""
        return np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2))

    @property
    def correlation(self) -> FloatColumn:
        """Correlation of the parameters (n, k, k): annual heat alone tells little but their sum apart."""
        return self.covariance / (self.sd[:, :, None] * self.sd[:, None, :])

    @property
    def learned(self) -> FloatColumn:
        """Share of the variance of each parameter (n, k) that the meters took away."""
        return 1.0 - self.sd**2

    def parameter(self, name: str, q: float = 0.5) -> FloatColumn:
        """Quantile of a factor or difference (n,) after the meters.

        Raises
        ------
        ValueError
            The parameter was not calibrated, or `q` is not between 0 and 1.

        Examples
        --------
        ``calibration.parameter("u_opaque", 0.9)``: with a probability of 90 % the U-values are no further above
        those of the tables than by this factor.
        """
        from statistics import NormalDist

        if name not in self.parameters:
            raise ValueError(f"{name!r} was not calibrated; there are {', '.join(self.parameters)}")
        if not 0.0 < q < 1.0:
            raise ValueError(f"q must lie between 0 and 1, not {q}")
        k = self.parameters.index(name)
        z = self.mean[:, k] + NormalDist().inv_cdf(q) * self.sd[:, k]
        sd = self.prior_sd[:, k]
        return np.exp(sd * z - sd**2 / 2.0) if self.relative[k] else sd * z

    def quantile(self, name: str, q: float) -> FloatColumn:
        """Quantile of an annual energy of each building (n,), kWh, over the draws from the posterior.

        Raises
        ------
        ValueError
            Unknown name, or no draws were made.
        """
        return np.asarray(np.quantile(self._drawn(name), q, axis=1), np.float64)

    def district_quantile(self, name: str, q: float) -> float:
        """Quantile of the sum over all buildings, kWh: what buildings share does not average out."""
        return float(np.quantile(self._drawn(name).sum(axis=0, dtype=np.float64), q))

    def _drawn(self, name: str) -> NDArray[np.float32]:
        if name not in self.draws:
            raise ValueError(f"no {name!r}; there are {', '.join(self.draws)}")
        if self.draws[name].shape[1] == 0:
            raise ValueError("no draws were made: calibrate with draws=64 to get quantiles")
        return self.draws[name]

    def to_pandas(self) -> pd.DataFrame:
        """One row a building: 10th, 50th and 90th percentile of each parameter, what was learned, and the misfit."""
        import pandas as pd

        columns: dict[str, NDArray[np.generic]] = {}
        for k, name in enumerate(self.parameters):
            for percent in (10, 50, 90):
                columns[f"{name}_p{percent}"] = self.parameter(name, percent / 100.0)
            columns[f"{name}_learned"] = self.learned[:, k]
        for name, values in self.draws.items():
            if values.shape[1]:
                for percent in (10, 50, 90):
                    columns[f"{name}_p{percent}"] = self.quantile(name, percent / 100.0)
        columns |= {"misfit": self.misfit, "converged": self.converged}
        return pd.DataFrame(columns, index=pd.Index(self.building, name="building_id"))
