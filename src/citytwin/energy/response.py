"""Response: what buildings need in a weather year when their parameters deviate from the tables, lane by lane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.energy.inputs import check_overrides, check_setpoints
from citytwin.energy.lanes import Lanes
from citytwin.energy.simulation import MODELS
from citytwin.energy.stock import MODES, Stock
from citytwin.energy.study import BUILDINGS_A_CHUNK, study_of
from citytwin.model.demand import MONTHLY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from citytwin.energy.uncertainty import Deviations
    from citytwin.model.buildings import Buildings
    from citytwin.model.irradiation import Irradiation
    from citytwin.model.weather import Weather

CHUNKS_KEPT = 32
"""Chunks of buildings whose sun stays in memory between calls: 4,096 buildings, some 300 MB."""


class Response:
    """Energy of some buildings as a function of the deviations of their parameters.

    Calibration and sensitivity ask for the same buildings under other parameters many times: profiles, weather and sun
    are prepared once.

    Parameters
    ----------
    buildings : Buildings
        ``buildings.simulated`` are taken (n).
    weather : Weather
    irradiation : Irradiation
    stock : Stock
    use : {"operated", "standard"}
    model : {"network", "5r1c"}

    Raises
    ------
    ValueError
        Unknown `use` or `model`, no building that can be simulated, or an override of a building that cannot be.
    """

    def __init__(
        self,
        buildings: Buildings,
        weather: Weather,
        irradiation: Irradiation,
        stock: Stock,
        use: str = "operated",
        model: str = "network",
    ) -> None:
        if use not in MODES:
            raise ValueError(f"use must be one of {', '.join(MODES)}, not {use!r}")
        if model not in MODELS:
            raise ValueError(f"model must be one of {', '.join(MODELS)}, not {model!r}")
        self.buildings = buildings.take(np.flatnonzero(buildings.simulated))
        if not len(self.buildings):
            raise ValueError("there is no building to simulate: see buildings.exclusion for the reasons")
        check_overrides(self.buildings)
        check_setpoints(Lanes(self.buildings, stock, use))
        self.provenance = self.buildings.provenance + weather.provenance
        self.stock = stock
        self._study = study_of(self.buildings, weather, irradiation, stock, use, model)
        self._order = np.argsort(self._study.place)
        self._sun: dict[int, NDArray[np.float32]] = {}

    def __len__(self) -> int:
        return len(self.buildings)

    def neutral(self, lanes: int) -> Deviations:
        """Deviations (n, lanes) that change nothing: factors of 1, differences of 0.

        A lane with deviations has one year of permit: where the year is imputed it is the likeliest, not the mean over
        what is probable that :func:`~citytwin.energy.simulate` takes.
        """
        return {
            name: np.full((len(self), lanes), 1.0 if spread.relative else 0.0)
            for name, spread in self.stock.spreads.items()
        }

    def __call__(self, deviations: Mapping[str, NDArray[np.float64]]) -> dict[str, NDArray[np.float64]]:
        """Energy, peaks and overheating of each building and lane.

        Parameters
        ----------
        deviations : mapping of every parameter of ``uncertainty.csv`` to float64 array (n, d)
            As :func:`~citytwin.energy.uncertainty.draw_deviations` gives them.

        Returns
        -------
        dict of name to float64 array
            (n, d, 12) for the names in :data:`~citytwin.model.demand.MONTHLY`, kWh; (n, d) for the others of
            :data:`~citytwin.model.demand.ANNUAL`.
        """
        n = len(self)
        draws = deviations["gains"].shape[1]
        parts: dict[str, list[NDArray[np.float64]]] = {}
        for start in range(0, n, BUILDINGS_A_CHUNK):
            stop = min(start + BUILDINGS_A_CHUNK, n)
            rows = self._order[start:stop]
            lanes = self._study.parameters(start, stop, {name: column[rows] for name, column in deviations.items()})
            loads = self._study.loads(lanes.zones, self._hours(start, stop))
            for name, values in self._study.sums(lanes, loads).items():
                shape = (stop - start, draws, 12) if name in MONTHLY else (stop - start, draws)
                parts.setdefault(name, []).append(values.reshape(shape))
        return {name: np.concatenate(blocks)[self._study.place] for name, blocks in parts.items()}

    def _hours(self, start: int, stop: int) -> NDArray[np.float32]:
        if start in self._sun:
            return self._sun[start]
        sun = self._study.sun.hours(start, stop)
        if len(self._sun) < CHUNKS_KEPT:
            self._sun[start] = sun
        return sun
