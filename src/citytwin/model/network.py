"""Network: streets as nodes and links."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from citytwin.model.enums import Highway
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import freeze, row_of, take_ragged
from citytwin.model.strings import Strings

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, eq=False)
class Nodes:
    """Ends of links, one row each.

    Parameters
    ----------
    id : Strings (n,)
        Unique.
    xy : float64 array (n, 2)
        Easting and northing, or longitude and latitude, in the CRS of the network.
    """

    id: Strings
    xy: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.xy.shape != (len(self.id), 2):
            raise ValueError(f"node coordinates must have shape ({len(self.id)}, 2), not {self.xy.shape}")
        freeze(self.xy)

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, eq=False)
class Links:
    """Streets between two nodes, one row each; those that are not one-way carry traffic both ways.

    Parameters
    ----------
    id : Strings (n,)
        Unique.
    from_node, to_node : int32 arrays (n,)
        Rows of :class:`Nodes`. A one-way street runs from the first to the second.
    oneway : bool array (n,)
    length_m : float64 array (n,)
        Along the street, metres on the ground.
    speed_kmh : float64 array (n,)
        Speed limit or free-flow speed, NaN where the data do not say.
    lanes : float64 array (n,)
        Lanes in all directions together, NaN where the data do not say.
    highway : int8 array (n,)
        :class:`~citytwin.model.enums.Highway`.
    name : Strings (n,)
        "" where there is none.
    osm_id : int64 array (n,)
        OpenStreetMap way the link is part of, -1 where there is none.
    """

    id: Strings
    from_node: NDArray[np.int32]
    to_node: NDArray[np.int32]
    oneway: NDArray[np.bool_]
    length_m: NDArray[np.float64]
    speed_kmh: NDArray[np.float64]
    lanes: NDArray[np.float64]
    highway: NDArray[np.int8]
    name: Strings
    osm_id: NDArray[np.int64]

    def __post_init__(self) -> None:
        for name in ("from_node", "to_node", "oneway", "length_m", "speed_kmh", "lanes", "highway", "osm_id"):
            column = getattr(self, name)
            if column.shape != (len(self.id),):
                raise ValueError(f"link column {name} must have shape ({len(self.id)},), not {column.shape}")
            freeze(column)

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, eq=False)
class Network:
    """Streets of a city, frozen.

    Built by :func:`citytwin.read_network` or :func:`citytwin.synthetic.network`.

    Parameters
    ----------
    nodes : Nodes
    links : Links
    geometry_offsets : int64 array (n_links + 1,)
        Where the line of each link begins in `geometry_xy`.
    geometry_xy : float64 array (m, 2)
        Points of the lines from first to second node, both included, in `crs`.
    crs : str or None
        None for a local one.
    findings : Findings
    provenance : Provenance
    """

    nodes: Nodes
    links: Links
    geometry_offsets: NDArray[np.int64]
    geometry_xy: NDArray[np.float64]
    crs: str | None
    findings: Findings = field(default_factory=Findings.of)
    provenance: Provenance = field(default_factory=Provenance)

    def __post_init__(self) -> None:
        if self.geometry_offsets.shape != (len(self.links) + 1,):
            raise ValueError(f"geometry_offsets must have {len(self.links) + 1} entries")
        if len(self.links) and np.diff(self.geometry_offsets).min() < 2:
            raise ValueError("the line of a link needs at least two points")
        freeze(self.geometry_offsets, self.geometry_xy)

    def __repr__(self) -> str:
        return (
            f"Network({len(self.nodes)} nodes, {len(self.links)} links, "
            f"{self.links.length_m.sum() / 1000:.1f} km, crs={self.crs}, {len(self.findings)} findings)"
        )

    @property
    def bounds(self) -> NDArray[np.float64]:
        """(4,) least x, y and greatest x, y of all lines; NaN where there is none."""
        if not len(self.geometry_xy):
            return np.full(4, np.nan)
        return np.concatenate([self.geometry_xy.min(0), self.geometry_xy.max(0)])

    def arcs(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Tail node, head node and link of each direction of travel, three int32 arrays (n_arcs,).

        First all links from first to second node, then the other direction of those that are not one-way.
        """
        back = np.flatnonzero(~self.links.oneway).astype(np.int32)
        link = np.concatenate([np.arange(len(self.links), dtype=np.int32), back])
        tail = np.concatenate([self.links.from_node, self.links.to_node[back]])
        head = np.concatenate([self.links.to_node, self.links.from_node[back]])
        return tail, head, link

    def to_crs(self, crs: str) -> Network:
        """The network in another CRS; lengths stay as they are.

        Raises
        ------
        ValueError
            Where the CRS of the network is not known, or a point has no coordinates in `crs`.
        """
        if self.crs is None:
            raise ValueError("the CRS of this network is not known: give it when reading, read_network(path, crs=...)")
        if crs == self.crs:
            return self
        import pyproj

        transform = pyproj.Transformer.from_crs(self.crs, crs, always_xy=True).transform
        nodes = np.column_stack(transform(*self.nodes.xy.T))
        line = np.column_stack(transform(*self.geometry_xy.T))
        if not (np.isfinite(nodes).all() and np.isfinite(line).all()):
            raise ValueError(f"a point of the network has no coordinates in {crs}: the network lies outside its area")
        return replace(self, nodes=Nodes(self.nodes.id, nodes), geometry_xy=line, crs=crs)

    def within(self, bbox: tuple[float, float, float, float]) -> Network:
        """The links with both nodes inside (min_x, min_y, max_x, max_y), and the nodes they use."""
        xy = self.nodes.xy
        inside: NDArray[np.bool_] = np.all((xy >= np.array(bbox[:2])) & (xy <= np.array(bbox[2:])), axis=1)
        return self.take(np.flatnonzero(inside[self.links.from_node] & inside[self.links.to_node]))

    def take(self, rows: NDArray[np.integer]) -> Network:
        """The given links (k,) in the order given, and the nodes they use in their old order."""
        old = self.links
        used, ends = np.unique(np.concatenate([old.from_node[rows], old.to_node[rows]]), return_inverse=True)
        first, second = ends.astype(np.int32).reshape(2, -1)
        columns = {name: getattr(old, name)[rows] for name in vars(old) if name not in ("from_node", "to_node")}
        offsets, flat = take_ragged(self.geometry_offsets, rows)
        return replace(
            self,
            nodes=Nodes(self.nodes.id[used], self.nodes.xy[used]),
            links=Links(from_node=first, to_node=second, **columns),
            geometry_offsets=offsets,
            geometry_xy=self.geometry_xy[flat],
        )

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """Links with their lines, index ``link_id``; nodes by their identifiers, classes as words."""
        import geopandas as gpd
        import pandas as pd
        import shapely

        links, node_id = self.links, self.nodes.id.to_numpy()
        columns = {
            "from_node": node_id[links.from_node],
            "to_node": node_id[links.to_node],
            "oneway": links.oneway,
            "length_m": links.length_m,
            "speed_kmh": links.speed_kmh,
            "lanes": links.lanes,
            "highway": Highway.words(links.highway),
            "name": links.name.to_numpy(),
            "osm_id": links.osm_id,
        }
        lines = shapely.linestrings(self.geometry_xy, indices=row_of(self.geometry_offsets))
        index = pd.Index(links.id.to_numpy(), name="link_id")
        return gpd.GeoDataFrame(pd.DataFrame(columns, index=index), geometry=lines, crs=self.crs)
