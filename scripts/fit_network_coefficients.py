"""Fit the coefficients ``fitted`` of the thermal network to example results of ANSI/ASHRAE Standard 140-2020.

Usage: ``python -m scripts.fit_network_coefficients``, with CITYTWIN_TEST_DATA naming the folder of the real data. Cases
600, 620 and 900 count with annual heating and cooling in per cent and with half the peaks, 600FF and 900FF with their
extremes in half kelvins, all against the mean of the example results. Each coefficient is held to a starting value by
3 per cent for each factor e. The other cases take no part.
"""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from citytwin.energy.balanced_truncation import balanced_truncation
from citytwin.energy.network import Coefficients, coefficients
from citytwin.io import read_weather
from tests.energy import bestest
from tests.energy.hourly_loop import run

CASES = ("600", "620", "900", "600FF", "900FF")
START = {
    "h_ci_wall": 2.5, "h_ci_roof": 2.8, "h_ci_floor": 2.5, "h_ci_window": 2.5, "h_ri": 4.77, "h_ce": 20.0,
    "sun_on_floor": 0.8,
}  # fmt: skip
MOST = [12.0, 12.0, 12.0, 12.0, 12.0, 30.0, 1.0]
HELD = 3.0


def main() -> None:
    """Write the fit to standard output."""
    data = Path(os.environ["CITYTWIN_TEST_DATA"])
    weather = read_weather(data / "data" / "validation" / "ashrae140" / "725650TYCST.epw")
    lit = bestest.all_sunlight(weather)
    with (data / "tables" / "bestest_reference.csv").open(newline="") as file:
        means = {
            (row["case"], row["quantity"]): float(row["mean"])
            for row in csv.DictReader(file)
            if row["edition"].startswith("ASHRAE 140-2020")
        }
    start = np.array(list(START.values()))
    drives, suns, use = bestest.drives_of(weather), bestest.suns_of(CASES, lit), bestest.use_of(CASES)

    def constants(x: np.ndarray) -> Coefficients:
        return coefficients("fitted")._replace(**dict(zip(START, x.tolist(), strict=True)))

    def misfit(x: np.ndarray) -> np.ndarray:
        space = balanced_truncation(bestest.networks(CASES, constants(x))).space
        found = bestest.figures(CASES, run(space, drives, suns, use))
        result = []
        for (case, quantity), value in found.items():
            mean = means[case, quantity]
            if case in bestest.FREE:
                result.append(2.0 * (value - mean))
            else:
                result.append((100.0 if "annual" in quantity else 50.0) * (value / mean - 1.0))
        return np.array([*result, *(HELD * np.log(np.maximum(x, 1e-3) / start))])

    fit = least_squares(misfit, start, bounds=([0.3] * 6 + [0.0], MOST), diff_step=1e-2, max_nfev=15)
    for name, value in zip(START, fit.x, strict=True):
        sys.stdout.write(f"{name} {value:.3g}\n")


if __name__ == "__main__":
    main()
