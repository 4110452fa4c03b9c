"""Synthetic districts as city models."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.attributes import AttributeTable
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import offsets_of, take_ragged
from citytwin.synthetic.blocks import CENTRE_XY, CRS, layout
from citytwin.synthetic.gabled_house import house_blocks
from citytwin.synthetic.perimeter_block import perimeter_blocks
from citytwin.synthetic.register import register, use_codes, years_built
from citytwin.synthetic.shells import QUARTERS, Frame, Plots
from citytwin.synthetic.slab import DEPTH_M, slab_blocks, slabs
from citytwin.synthetic.splitmix import between, uniform
from citytwin.synthetic.terrain import ground_height
from citytwin.synthetic.tower import tower_blocks

LOD = 20


def city(n_buildings: int, seed: int = 0, terrain: bool = True) -> CityModel:
    """A city of perimeter blocks, slabs, detached houses and towers on podiums, in LoD2.

    Blocks of 105 m with streets of 17 m lie on a square spiral around the centre of Helsinki; the inner ones are mostly
    closed perimeter blocks. Facades have recesses, roofs are flat or gabled, shells are closed, walls shared by two
    buildings coincide exactly. There are about 45 triangles a building.

    The result depends on the arguments only, not on the platform, and a larger city of the same seed begins with the
    buildings of every smaller one.

    Parameters
    ----------
    n_buildings : int
    seed : int
        Not negative.
    terrain : bool
        Whether the ground rolls (0.75 to 23.25 m); otherwise it lies at height 0. Each building has a level floor.

    Returns
    -------
    CityModel
        In EPSG:3879, with the attributes ``VTJ_PRT``, ``Rakennuksen_tila``, ``C_KAYTTARK``, ``Kayttotarkoitus``,
        ``Valmistunut``, ``Kerroksia``, ``Kerrosala``, ``Kokonaisala`` (m2) and ``Tilavuus`` (m3).

    Raises
    ------
    ValueError
        Where `n_buildings` or `seed` is negative.

    Examples
    --------
    >>> import citytwin as ct
    >>> ct.synthetic.city(20, seed=3)
    CityModel(20 buildings, 300 surfaces, crs=EPSG:3879, 0 findings recorded)
    """
    blocks = layout(n_buildings, seed)
    stock = _merged([make(blocks, seed) for make in (perimeter_blocks, slab_blocks, house_blocks, tower_blocks)])
    stock = stock.head(n_buildings)
    building = np.arange(n_buildings)
    kind = np.repeat(blocks.kind, np.diff(blocks.first))[:n_buildings]
    attributes = register(
        building,
        years_built(kind, seed, building),
        use_codes(kind, seed, building),
        stock.storeys,
        stock.footprint_area,
        stock.volume,
        seed,
    )
    return stock.to_city(
        attributes,
        ground_seed=seed if terrain else None,
        parameters={"generator": "synthetic.city", "n_buildings": n_buildings, "seed": seed, "terrain": terrain},
    )


def apartment_blocks(year: int, n: int, seed: int = 0, gap_m: float = 40.0) -> CityModel:
    """A row of blocks of flats completed in one year: flat roofs, 12 m deep, 40 to 70 m long, 3 to 8 storeys.

    Parameters
    ----------
    year : int
        Year of completion.
    n : int
        Number of buildings.
    seed : int
        Not negative.
    gap_m : float
        Distance between neighbours, end to end. At 0 they share their end walls; rounded to 1/16 m.

    Returns
    -------
    CityModel
        As of :func:`city`, on level ground at height 0.

    Raises
    ------
    ValueError
        A number is negative.

    Examples
    --------
    >>> import citytwin as ct
    >>> ct.synthetic.apartment_blocks(1968, 3).objects.attributes["Valmistunut"].values
    array(['1968-06-30', '1968-06-30', '1968-06-30'], dtype=object)
    """
    if n < 0 or gap_m < 0:
        raise ValueError(f"n and gap_m must not be negative, but are {n} and {gap_m}")
    building = np.arange(n)
    length = between(uniform(seed, "flats length", building), 40.0, 70.0, 0.5)
    storeys = between(uniform(seed, "flats storeys", building), 3, 8, 1).astype(np.int64)
    gap = round(gap_m * 16.0) / 16.0
    begin = np.concatenate([[0.0], np.cumsum(length + gap)[:-1]])[:n]
    origin = np.array(CENTRE_XY) + np.stack([begin, np.zeros(n)], -1)
    frame = Frame(origin, QUARTERS[np.zeros(n, np.int64)])
    stock = _merged([slabs(building, frame, length, storeys)])
    attributes = register(
        building,
        np.full(n, year),
        np.full(n, "039", object),
        storeys,
        stock.footprint_area,
        stock.volume,
        seed,
    )
    parameters = {"generator": "synthetic.apartment_blocks", "year": year, "n": n, "seed": seed, "gap_m": gap}
    return stock.to_city(attributes, ground_seed=None, parameters={**parameters, "depth_m": DEPTH_M})


class _Stock(NamedTuple):
    """Buildings of all forms in the order of their numbers, one row a surface, ring or vertex where marked."""

    storeys: NDArray[np.int64]
    footprint_area: NDArray[np.float64]
    volume: NDArray[np.float64]
    surfaces: NDArray[np.int64]  # offsets of the buildings into the surfaces
    kind: NDArray[np.int8]
    surface_rings: NDArray[np.int64]
    ring_vertices: NDArray[np.int64]
    vertices: NDArray[np.float64]

    def head(self, n: int) -> _Stock:
        """The first `n` buildings."""
        last_surface = self.surfaces[n]
        last_ring = self.surface_rings[last_surface]
        return _Stock(
            self.storeys[:n],
            self.footprint_area[:n],
            self.volume[:n],
            self.surfaces[: n + 1],
            self.kind[:last_surface],
            self.surface_rings[: last_surface + 1],
            self.ring_vertices[: last_ring + 1],
            self.vertices[: self.ring_vertices[last_ring]],
        )

    def to_city(self, attributes: AttributeTable, ground_seed: int | None, parameters: dict[str, Any]) -> CityModel:
        """City model with one solid a building."""
        n, n_surfaces = len(self.storeys), len(self.kind)
        coordinates = self.vertices
        if ground_seed is not None and n:
            building_vertices = self.ring_vertices[self.surface_rings[self.surfaces]]
            first = self.vertices[building_vertices[:-1], :2]
            ground = ground_height(first, ground_seed)
            coordinates = self.vertices.copy()
            coordinates[:, 2] += np.repeat(ground, np.diff(building_vertices))
        surface = np.arange(n_surfaces, dtype=np.int32)
        building = np.arange(n, dtype=np.int32)
        return assemble_city(
            object_id=[f"synthetic_{k}" for k in range(n)],
            object_kind=np.full(n, ObjectKind.BUILDING, np.int8),
            object_parent=np.full(n, -1, np.int32),
            object_attributes=attributes,
            surface_object=np.repeat(building, np.diff(self.surfaces)),
            surface_kind=self.kind,
            surface_lod=np.full(n_surfaces, LOD, np.int8),
            surface_feature=surface,
            feature_attributes=AttributeTable.of(n_surfaces),
            surface_rings=self.surface_rings,
            ring_vertices=self.ring_vertices,
            coordinates=coordinates,
            solids=SolidColumns(
                object=building,
                lod=np.full(n, LOD, np.int8),
                offsets=self.surfaces,
                surface=surface,
                reversed=np.zeros(n_surfaces, bool),
            ),
            crs=CRS,
            provenance=Provenance(parameters=parameters),
        )


def _merged(plots: list[Plots]) -> _Stock:
    """Buildings of several forms as one stock, ordered by their numbers."""
    building = np.concatenate([p.building for p in plots])
    order = np.argsort(building, kind="stable")
    n = [len(p.building) for p in plots]

    surfaces, surface_rows = take_ragged(offsets_of(np.repeat([len(p.form.kind) for p in plots], n)), order)
    face_rings = np.concatenate([np.tile(p.form.face_rings, k) for p, k in zip(plots, n, strict=True)])
    surface_rings, ring_rows = take_ragged(offsets_of(face_rings), surface_rows)
    ring_length = np.concatenate([np.tile(p.form.ring_length, k) for p, k in zip(plots, n, strict=True)])
    ring_vertices, vertex_rows = take_ragged(offsets_of(ring_length), ring_rows)
    vertices = np.concatenate([p.corners[:, p.form.corner].reshape(-1, 3) for p in plots])
    kind = np.concatenate([np.tile(p.form.kind, k) for p, k in zip(plots, n, strict=True)])
    return _Stock(
        storeys=np.concatenate([p.storeys for p in plots])[order],
        footprint_area=np.concatenate([p.footprint_area for p in plots])[order],
        volume=np.concatenate([p.volume for p in plots])[order],
        surfaces=surfaces,
        kind=kind[surface_rows],
        surface_rings=surface_rings,
        ring_vertices=ring_vertices,
        vertices=vertices[vertex_rows],
    )
