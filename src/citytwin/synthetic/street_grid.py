"""The streets between the blocks of the synthetic city."""

from __future__ import annotations

import numpy as np

from citytwin.model.enums import Highway
from citytwin.model.network import Links, Network, Nodes
from citytwin.model.provenance import Provenance
from citytwin.model.strings import Strings
from citytwin.synthetic.blocks import CENTRE_XY, CRS, PITCH_M, STREET_M, layout

ARTERIAL_EVERY = 6
"""Every so many streets one is a secondary street; those halfway between are tertiary."""
SPEED_KMH = {Highway.SECONDARY: 50.0, Highway.TERTIARY: 40.0, Highway.RESIDENTIAL: 30.0}
LANES = {Highway.SECONDARY: 4.0, Highway.TERTIARY: 2.0, Highway.RESIDENTIAL: 2.0}


def network(n_buildings: int, seed: int = 0) -> Network:
    """Streets around the blocks of ``city(n_buildings, seed)``: a grid of 122 m, every link along one side of a block.

    Most streets are residential; a few are secondary and tertiary.

    Parameters
    ----------
    n_buildings, seed : int
        As for :func:`citytwin.synthetic.city`.

    Returns
    -------
    Network
        In EPSG:3879.

    Raises
    ------
    ValueError
        A number is negative.

    Examples
    --------
    >>> import citytwin as ct
    >>> ct.synthetic.network(16)
    Network(4 nodes, 4 links, 0.5 km, crs=EPSG:3879, 0 findings)
    """
    cell = layout(n_buildings, seed).cell
    around = (([0, 0], [1, 0]), ([0, 0], [0, 1]), ([0, 1], [1, 1]), ([1, 0], [1, 1]))
    sides = np.unique(np.concatenate([np.hstack([cell + begin, cell + end]) for begin, end in around]), axis=0)
    corners, ends = np.unique(sides.reshape(-1, 2), axis=0, return_inverse=True)
    ends = ends.reshape(-1, 2).astype(np.int32)
    xy = np.array(CENTRE_XY) - STREET_M / 2.0 + corners * PITCH_M

    eastward = sides[:, 1] == sides[:, 3]
    way = np.where(eastward, "east", "north")
    street = np.where(eastward, sides[:, 1], sides[:, 0])
    highway = np.full(len(sides), Highway.RESIDENTIAL, np.int8)
    highway[street % ARTERIAL_EVERY == ARTERIAL_EVERY // 2] = Highway.TERTIARY
    highway[street % ARTERIAL_EVERY == 0] = Highway.SECONDARY
    n = len(sides)
    return Network(
        nodes=Nodes(Strings.of(f"{x}_{y}" for x, y in corners.tolist()), xy),
        links=Links(
            id=Strings.of(f"{a}_{b}_{w}" for (a, b, _, _), w in zip(sides, way, strict=True)),
            from_node=np.ascontiguousarray(ends[:, 0]),
            to_node=np.ascontiguousarray(ends[:, 1]),
            oneway=np.zeros(n, bool),
            length_m=np.full(n, PITCH_M),
            speed_kmh=np.array([SPEED_KMH[Highway(h)] for h in highway.tolist()]),
            lanes=np.array([LANES[Highway(h)] for h in highway.tolist()]),
            highway=highway,
            name=Strings.of(f"{'Row' if e else 'Column'} {s}" for e, s in zip(eastward, street, strict=True)),
            osm_id=np.full(n, -1),
        ),
        geometry_offsets=2 * np.arange(n + 1, dtype=np.int64),
        geometry_xy=xy[ends.ravel()],
        crs=CRS,
        provenance=Provenance(parameters={"generator": "synthetic.network", "n_buildings": n_buildings, "seed": seed}),
    )
