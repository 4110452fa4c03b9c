"""Surfaces below the ground: they see nothing, which is right, but worth a finding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from citytwin.kernels.bvh import build_bvh
from citytwin.kernels.terrain_height import terrain_height
from citytwin.model.buildings import Buildings
from citytwin.model.city import CityModel
from citytwin.model.enums import Action, Severity
from citytwin.model.findings import Finding, Findings
from citytwin.model.ragged import row_of
from citytwin.solar.scene import Receivers, cell_rings

DEPTH_M = 0.1
"""A corner is below the terrain where that is so much higher."""


def below_terrain(city: CityModel, rows: NDArray[np.integer], terrain: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether surfaces lie below a terrain with all their corners.

    Parameters
    ----------
    city : CityModel
    rows : int array (n,)
        Rows of its surfaces.
    terrain : float64 array (m, 3, 3), m
        Relative to the origin of the city.

    Returns
    -------
    bool array (n,)
        False where there is no terrain, or for a surface without corners.
    """
    if not len(terrain) or not len(rows):
        return np.zeros(len(rows), bool)
    shift = np.round(0.5 * (terrain.min((0, 1)) + terrain.max((0, 1))))
    surface_rings, ring_vertices, corners = cell_rings(city, np.asarray(rows, np.int64), shift)
    tree = build_bvh((terrain - shift).astype(np.float32))
    ground = terrain_height(tree, np.ascontiguousarray(corners[:, :2], np.float32))
    above = ~(corners[:, 2] < ground - DEPTH_M)
    owner = row_of(surface_rings)[row_of(ring_vertices)]
    n_above = np.bincount(owner, above, minlength=len(rows))
    return (n_above == 0) & (np.bincount(owner, minlength=len(rows)) > 0)


def terrain_findings(
    city: CityModel, buildings: Buildings, receivers: Receivers, terrain: NDArray[np.float64]
) -> Findings:
    """Finding 1831 for each building with walls or roofs wholly below the terrain.

    Parameters
    ----------
    city : CityModel
    buildings : Buildings
    receivers : Receivers
    terrain : float64 array (m, 3, 3), m
        Relative to the origin of the city.
    """
    below = below_terrain(city, receivers.surface, terrain)
    owner = row_of(receivers.offsets)
    n_below = np.bincount(owner, below, minlength=len(receivers.building)).astype(np.int64)
    n_all = np.diff(receivers.offsets)
    return Findings.of(
        Finding(
            1831, "BELOW_TERRAIN", buildings.id[receivers.building[k]], "",
            Severity.WARNING if n_below[k] == n_all[k] else Severity.INFO, Action.KEPT,
            f"{n_below[k]} of {n_all[k]} walls and roofs lie below the terrain and get no sun",
        )
        for k in np.flatnonzero(n_below)
    )  # fmt: skip
