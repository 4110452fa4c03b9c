"""From plain columns in city coordinates to a frozen CityModel: the one way every reader and generator builds one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from citytwin.model.attributes import AttributeTable
from citytwin.model.city import CityModel
from citytwin.model.city_tables import Extras, Objects, Rings, Solids, Surfaces, empty_extras
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.strings import Strings
from citytwin.model.triangles import grid_origin


@dataclass
class SolidColumns:
    """Shells as columns; see :class:`~citytwin.model.city.Solids`."""

    object: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    lod: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    offsets: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1, np.int64))
    surface: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    reversed: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))


def assemble_city(
    *,
    object_id: Iterable[str],
    object_kind: NDArray[np.integer],
    object_parent: NDArray[np.integer],
    surface_object: NDArray[np.integer],
    surface_kind: NDArray[np.integer],
    surface_lod: NDArray[np.integer],
    surface_rings: NDArray[np.integer],
    ring_vertices: NDArray[np.integer],
    coordinates: NDArray[np.float64],
    crs: str | None,
    vertical_crs: str | None = None,
    object_attributes: AttributeTable | None = None,
    surface_parent: NDArray[np.integer] | None = None,
    surface_feature: NDArray[np.integer] | None = None,
    surface_id: Strings | None = None,
    polygon_id: Strings | None = None,
    feature_attributes: AttributeTable | None = None,
    solids: SolidColumns | None = None,
    findings: Findings | None = None,
    extras: Extras | None = None,
    provenance: Provenance | None = None,
    counts: Mapping[str, int] | None = None,
    origin: NDArray[np.float64] | None = None,
) -> CityModel:
    """City model of the given columns.

    Parameters
    ----------
    object_id, object_kind, object_parent : columns of :class:`~citytwin.model.city_tables.Objects`
    surface_object, surface_kind, surface_lod : columns of :class:`~citytwin.model.city_tables.Surfaces`
    surface_rings, ring_vertices : offsets of :class:`~citytwin.model.city.Rings`
    coordinates : float64 array (n, 3)
        Easting, northing, height in the CRS, metres; rings without a repeated last point.
    solids : SolidColumns, optional
    counts : mapping, optional
        Default: every top-level object read.
    origin : float64 array (3,), optional
        Default: the corner of the 1 km cell that holds the south-west corner.

    The other columns are optional: see the tables they go to.
    """
    coordinates = np.ascontiguousarray(coordinates, np.float64)
    if not np.isfinite(coordinates).all():
        raise ValueError("coordinates must be finite")
    if origin is None:
        origin = grid_origin(coordinates.min(0)) if len(coordinates) else np.zeros(3)
    vertices = coordinates - origin
    rings = Rings(np.asarray(surface_rings, np.int64), np.asarray(ring_vertices, np.int64))
    ids = object_id if isinstance(object_id, Strings) else Strings.of(object_id)
    n_surfaces = len(surface_object)
    parent = np.asarray(object_parent, np.int32)
    tops = int((parent < 0).sum())
    none = np.full(n_surfaces, -1, np.int32)
    columns = solids or SolidColumns()
    first_solid = none.copy()
    solid_of_entry = np.repeat(np.arange(len(columns.object), dtype=np.int32), np.diff(columns.offsets))
    first_solid[columns.surface[::-1]] = solid_of_entry[::-1]
    return CityModel(
        objects=Objects(
            ids,
            np.asarray(object_kind, np.int8),
            parent,
            AttributeTable.of(len(ids)) if object_attributes is None else object_attributes,
        ),
        surfaces=Surfaces(
            object=np.asarray(surface_object, np.int32),
            kind=np.asarray(surface_kind, np.int8),
            lod=np.asarray(surface_lod, np.int8),
            parent=none if surface_parent is None else np.asarray(surface_parent, np.int32),
            solid=first_solid,
            feature=none if surface_feature is None else np.asarray(surface_feature, np.int32),
            id=surface_id or Strings.empty(n_surfaces),
            polygon_id=polygon_id or Strings.empty(n_surfaces),
            feature_attributes=AttributeTable.of(0) if feature_attributes is None else feature_attributes,
            rings=rings,
            vertices=vertices,
        ),
        rings=rings,
        solids=Solids(columns.object, columns.lod, columns.offsets, columns.surface, columns.reversed),
        vertices=vertices,
        origin=origin,
        crs=crs,
        vertical_crs=vertical_crs,
        recorded=findings or Findings.of(),
        extras=extras or empty_extras(),
        provenance=provenance or Provenance(),
        counts=counts or {"read": tops, "degraded": 0, "refused": 0, "total": tops},
    )
