"""Box-shaped apartment blocks and their unshaded sun, for tests of the energy floor."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from citytwin.kernels.martin_ruiz import hemispherical_modifier
from citytwin.model import Buildings, Carrier, Grade, GroupKind, Provenance, Source, Status, Use
from citytwin.model.buildings import SOURCED

LENGTH, DEPTH, STOREY = 60.0, 12.0, 3.0


def block_buildings(years, use=Use.APARTMENT, storeys=6, party_share=0.0, ids=None) -> Buildings:
    """Detached slabs of 60 m x 12 m, one a year, facing south; window area 15 % of the net floor area."""
    n = len(years)
    full = np.full
    footprint = full(n, LENGTH * DEPTH)
    height = full(n, storeys * STOREY)
    gross = footprint * storeys
    net = 0.85 * gross
    facades = np.array([LENGTH, DEPTH, LENGTH, DEPTH]) * height[0] * (1.0 - party_share)
    exposed = full(n, facades.sum())
    shares = np.zeros((n, len(Use)), np.float32)
    shares[:, int(use)] = 1.0
    carriers = np.zeros((n, len(Carrier)), np.float32)
    carriers[:, Carrier.DISTRICT_HEAT] = 0.75
    carriers[:, Carrier.OIL] = 0.25
    known = {name: full(n, Source.REGISTER, np.int8) for name in SOURCED}
    names = ids if ids is not None else [f"block-{k}" for k in range(n)]
    return Buildings(
        id=np.array(names, dtype=object),
        object=np.arange(n, dtype=np.int32),
        status=full(n, Status.EXISTING, np.int8),
        heated=full(n, True),
        ground_z=np.zeros(n),
        height=height,
        storeys=full(n, float(storeys)),
        volume=footprint * height,
        permitted_floor_area=0.8 * gross,
        total_floor_area=gross.copy(),
        gross_floor_area=gross,
        heated_floor_area=net,
        footprint_area=footprint,
        wall_area=exposed / (1.0 - party_share),
        roof_area=footprint.copy(),
        ground_area=footprint.copy(),
        window_area=np.minimum(0.15 * net, exposed),
        party_wall_area=exposed / (1.0 - party_share) - exposed,
        unheated_wall_area=np.zeros(n),
        exposed_wall_area=exposed,
        outer_floor_area=np.zeros(n),
        unheated_floor_area=np.zeros(n),
        exposed_perimeter=full(n, 2 * (LENGTH + DEPTH)),
        year_built=np.array(years, float),
        use=full(n, int(use), np.int8),
        use_shares=shares,
        carrier=full(n, Carrier.DISTRICT_HEAT, np.int8),
        carrier_shares=carriers,
        quality=full(n, Grade.A, np.int8),
        source=known,
        confidence={name: full(n, 90, np.int8) for name in SOURCED},
        group_offsets=np.arange(n + 1, dtype=np.int64) * 6,
        group_kind=np.tile(np.array([GroupKind.WALL] * 4 + [GroupKind.ROOF, GroupKind.GROUND], np.int8), n),
        group_azimuth=np.tile([180.0, 270.0, 0.0, 90.0, np.nan, np.nan], n),
        group_tilt=np.tile([90.0, 90.0, 90.0, 90.0, 0.0, 180.0], n),
        group_area=np.tile(np.append(facades, [LENGTH * DEPTH] * 2), n),
        surface_group=np.arange(6 * n, dtype=np.int32),
        surface_exposed_area=np.tile(np.append(facades, [LENGTH * DEPTH] * 2), n),
        footprint_offsets=np.zeros(n + 1, np.int64),
        footprint_xy=np.zeros((0, 2)),
    )


@dataclass
class UnshadedSun:
    """What the energy floor reads of an Irradiation, from one year of irradiance a facade group."""

    surface: np.ndarray
    area: np.ndarray
    sky_view: np.ndarray
    by_group: np.ndarray
    provenance: Provenance = field(default_factory=lambda: Provenance(parameters={"solar_level": "by hand"}))

    def hourly(self, rows):
        return self.by_group[np.asarray(rows) % len(self.by_group)]

    @property
    def normal(self):
        compass = [(0, -1, 0), (-1, 0, 0), (0, 1, 0), (1, 0, 0), (0, 0, 1), (0, 0, -1)]
        return np.array(compass, float)[np.arange(len(self.surface)) % 6]

    def facet_hourly(self, facets, start, stop):
        sums = np.zeros((facets.streams * (stop - start), 8760), np.float32)
        for building in range(start, stop):
            for facet in range(*facets.offsets[building : building + 2]):
                rows = slice(*facets.row_offsets[facet : facet + 2])
                lit = facets.share[rows] @ self.hourly(facets.row[rows])
                for use in range(*facets.use_offsets[facet : facet + 2]):
                    glass, loss = facets.covers[facets.cover[use]]
                    kept = 1.0 - glass * (1.0 - hemispherical_modifier(loss))
                    sums[facets.streams * (building - start) + facets.stream[use]] += facets.weight[use] * kept * lit
        return sums


def fake_irradiation(buildings: Buildings, weather) -> UnshadedSun:
    """Isotropic sky and the direct beam of a crude sun on the six groups of each block."""
    hour = np.arange(8760)
    day = hour // 24
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day + 1) / 365)
    angle = np.radians(15.0 * ((hour % 24) + 0.5 - 12.0))
    latitude = np.radians(weather.latitude)
    up = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(angle)
    east = -np.cos(declination) * np.sin(angle)
    north = np.cos(latitude) * np.sin(declination) - np.sin(latitude) * np.cos(declination) * np.cos(angle)
    up = np.maximum(up, 0.0)
    beam = np.where(up > 0.02, weather.dni, 0.0)
    walls = [
        beam * np.maximum(side, 0.0) + 0.5 * weather.dhi + 0.1 * weather.ghi for side in (-north, -east, north, east)
    ]
    by_group = np.array([*walls, weather.ghi, np.zeros(8760)], np.float32)
    n = len(buildings)
    return UnshadedSun(
        surface=np.arange(6 * n, dtype=np.int32),
        area=buildings.surface_exposed_area,
        sky_view=np.tile([0.5, 0.5, 0.5, 0.5, 1.0, 0.0], n),
        by_group=by_group,
    )
