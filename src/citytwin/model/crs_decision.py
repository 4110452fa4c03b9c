"""What was decided about the coordinates of a file, and how it brings them to metres east, north, up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.findings import Findings

if TYPE_CHECKING:
    from pyproj import CRS

ROWS = 1 << 18
"""Positions that are transformed at a time."""


@dataclass(frozen=True)
class Decision:
    """A decision about the coordinates of a file.

    Parameters
    ----------
    swapped : bool
        Whether the second number comes first.
    shift_m : float
        What is added to eastings.
    source, target : pyproj.CRS or None
        Systems to project from and to; none where coordinates are metric as they are.
    height_m : float
        Metres a unit of height.
    crs, vertical_crs : str or None
        Systems of the result.
    findings : Findings
    path : str or None
        Named in errors.
    """

    swapped: bool = False
    shift_m: float = 0.0
    source: CRS | None = None
    target: CRS | None = None
    height_m: float = 1.0
    crs: str | None = None
    vertical_crs: str | None = None
    findings: Findings = field(default_factory=Findings.of)
    path: str | None = None

    def apply(self, coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Coordinates (n, 3) as written, or some of them, in metres east, north, up.

        Raises
        ------
        CrsError
            A position has no value in the system of the result.
        """
        from citytwin.model.crs_metric import projected

        coordinates = arranged(coordinates, self.swapped, self.shift_m)
        if self.source is not None and self.target is not None:
            coordinates = projected(coordinates, self.source, self.target, self.path)
        if self.height_m != 1.0:
            coordinates = coordinates * np.array([1.0, 1.0, self.height_m])
        return coordinates


def arranged(coordinates: NDArray[np.float64], swapped: bool, shift_m: float) -> NDArray[np.float64]:
    """Coordinates (n, 3) with the first two exchanged and eastings shifted where that is asked for."""
    if swapped:
        coordinates = coordinates[:, [1, 0, 2]]
    if shift_m:
        coordinates = coordinates + np.array([shift_m, 0.0, 0.0])
    return coordinates


def blocks(coordinates: NDArray[np.float64], swapped: bool, shift_m: float) -> Iterator[NDArray[np.float64]]:
    """The coordinates, arranged, some rows at a time."""
    for start in range(0, len(coordinates), ROWS):
        yield arranged(coordinates[start : start + ROWS], swapped, shift_m)
