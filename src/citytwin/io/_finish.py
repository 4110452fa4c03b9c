"""From the columns of a reader to a city model: links, rings, reference system, geometry checks, counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from citytwin.io._collected import Collected
from citytwin.io._limits import ReadLimits
from citytwin.io._links import Linker, Polygons, by_top_level, resolved
from citytwin.io._log import Log
from citytwin.io._placements import drop_prototypes, stand
from citytwin.io._rings import clean_rings, reverse_rings
from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.city import CityModel
from citytwin.model.city_tables import Extras
from citytwin.model.crs import settle
from citytwin.model.enums import Action, ObjectKind, Severity
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import offsets_of, row_of, take_rings
from citytwin.model.strings import Strings

if TYPE_CHECKING:
    from pyproj import CRS


@dataclass(frozen=True)
class Input:
    """What is said about an input besides its content.

    Parameters
    ----------
    name : str
        For errors.
    crs : str, pyproj.CRS or None
        Stated by the caller.
    limits : ReadLimits
    provenance : Provenance
    closed_rings : bool
        Whether rings should repeat their first point at the end.
    """

    name: str
    crs: str | CRS | None
    limits: ReadLimits
    provenance: Provenance
    closed_rings: bool


def finish(collected: Collected, of: Input) -> CityModel:
    """City model of what a reader collected.

    Raises
    ------
    CityReadError
        Links multiply beyond all measure.
    CrsError
        See :func:`citytwin.model.crs.settle`.
    """
    log = Log(of.limits.findings)
    columns = prepare(collected, of, log)
    offsets = columns.pop("offsets", None)
    settled = settle(columns["coordinates"], log.srs_names, of.crs, of.name)
    if offsets is not None:
        settled.coordinates[offsets.row] += offsets.offset
    return assemble_city(
        **columns | {"coordinates": settled.coordinates},
        crs=settled.crs,
        vertical_crs=settled.vertical_crs,
        findings=log.table(columns["object_id"]) + settled.findings,
        provenance=of.provenance,
        counts=counts(columns["object_parent"], log),
    )


def prepare(collected: Collected, of: Input, log: Log, first_object: int = 0) -> dict[str, Any]:
    """Columns of :func:`~citytwin.model.assemble.assemble_city`, with coordinates as they are written.

    Parameters
    ----------
    collected : Collected
        A piece of an input, or all of it.
    of : Input
    log : Log
        Receives what is odd; also that there are copies of prototypes, whose ``offsets`` have to be added to the
        coordinates once these are in metres, so that pieces do not stand for themselves.
    first_object : int
        Objects of the input before these.
    """
    log.begin(collected, first_object)
    object_id = _identifiers(collected, log, first_object)
    polygons = Polygons(collected)
    linker = Linker(polygons, resolved(collected, log), of.limits, of.name)
    solids = linker.solids()
    if linker.surfaces():
        solids = _renumber_solids(solids, by_top_level(polygons, _roots(collected.object_parent)))
    is_placed = len(collected.placed_link) > 0
    if is_placed:
        log.dangling = True
        solids = _renumber_solids(solids, drop_prototypes(polygons, collected, of.limits.coordinate, of.name))
    polygon_of_new = _clean(collected, polygons, of, log)
    solids = _renumber_solids(solids, polygon_of_new)
    if polygons.flip.any():
        polygons.coordinates = reverse_rings(polygons.rings, polygons.points, polygons.coordinates, polygons.flip)
    _note_without_geometry(collected, polygons, log)
    offsets = {"offsets": stand(polygons, collected)} if is_placed else {}
    return offsets | {
        "object_id": object_id,
        "object_kind": collected.object_kind,
        "object_parent": collected.object_parent,
        "surface_object": polygons.object,
        "surface_kind": polygons.kind,
        "surface_lod": polygons.lod,
        "surface_rings": polygons.rings,
        "ring_vertices": polygons.points,
        "coordinates": polygons.coordinates,
        "object_attributes": collected.object_attributes,
        "surface_parent": _wall_rows(polygons),
        "surface_feature": polygons.feature,
        "surface_id": Strings.concat([collected.feature_id, Strings.empty(1)])[polygons.feature],
        "polygon_id": polygons.id,
        "feature_attributes": collected.feature_attributes,
        "solids": solids,
        "extras": _within_limit(collected.extras, of.limits.extras_bytes, log),
    }


def _within_limit(extras: Extras, limit: int, log: Log) -> Extras:
    """Extras of up to `limit` bytes over all pieces of an input; what is beyond is left out, with a finding each."""
    sizes = np.diff(extras.content.offsets)
    log.extra_bytes += int(sizes.sum())
    if log.extra_bytes <= limit:
        return extras
    log.extra_bytes -= int(sizes.sum())
    kept = []
    for row, size in enumerate(sizes.tolist()):
        if log.extra_bytes + size <= limit:
            log.extra_bytes += size
            kept.append(row)
        else:
            message = f"{extras.place[row]}: {size} bytes are beyond limits.extras_bytes"
            log.note(int(extras.object[row]), 1009, "EXTRAS_LEFT_OUT", message)
    rows = np.array(kept, np.int64)
    return Extras(extras.object[rows], extras.place[rows], extras.content[rows])


def counts(parent: NDArray[np.int32], log: Log) -> dict[str, int]:
    """Top-level objects by how they were read."""
    root = _roots(parent)
    degraded = len(set(root[np.fromiter(log.degraded, np.int64, len(log.degraded))].tolist()))
    total = int((parent < 0).sum())
    return {"read": total - degraded, "degraded": degraded, "refused": 0, "total": total}


def _identifiers(collected: Collected, log: Log, first_object: int) -> Strings:
    """Identifiers of the objects; those without one are given one by their place in the input."""
    missing = np.flatnonzero(np.diff(collected.object_id.offsets) == 0)
    if not len(missing):
        return collected.object_id
    ids = list(collected.object_id)
    for row in missing.tolist():
        ids[row] = f"object-{first_object + row + 1}"
        kind = ObjectKind(int(collected.object_kind[row])).word.replace("_", " ")
        log.note(row, 1002, "MISSING_ID", f"a {kind} without identifier")
    return Strings.of(ids)


def _clean(collected: Collected, polygons: Polygons, of: Input, log: Log) -> NDArray[np.int64]:
    """Clean the rings, record what was done, and return the new row of each polygon, -1 where it is gone."""
    n = len(polygons)
    rings = clean_rings(polygons.rings, polygons.points, polygons.coordinates, of.closed_rings)
    features = collected.feature_id

    def surface_id(row: int) -> str:
        feature = polygons.feature[row]
        return (features[feature] if feature >= 0 else "") or polygons.id[row]

    def note(mask: NDArray[np.bool_], code: int, word: str, message: str) -> None:
        for row in np.flatnonzero(mask):
            log.note(int(polygons.object[row]), code, word, message, surface_id(int(row)), Severity.INFO, Action.HEALED)

    note(rings.unclosed, 103, "RING_NOT_CLOSED", "a ring does not end where it begins and is taken as closed")
    note(rings.repeated, 102, "CONSECUTIVE_POINTS_SAME", "a point that stands twice in a row is taken once")
    note(rings.hole_dropped, 101, "TOO_FEW_POINTS", "an interior ring with fewer than three points is left out")
    gone = np.ones(n, bool)
    gone[rings.kept] = False
    for row in np.flatnonzero(gone):
        log.degrade(
            int(polygons.object[row]),
            101,
            "TOO_FEW_POINTS",
            "a polygon with fewer than three points is left out",
            surface_id(int(row)),
        )
    kept = rings.kept
    polygons.rings, polygons.points, polygons.coordinates = rings.surface_rings, rings.ring_vertices, rings.coordinates
    if len(kept) < n:
        polygons.take(kept)
    sizes = np.diff(polygons.points[polygons.rings])
    root = _roots(collected.object_parent)[polygons.object]
    per_object = np.bincount(root, weights=sizes, minlength=collected.n_objects)
    large = np.flatnonzero(per_object > of.limits.object_vertices)
    if len(large):
        for row in large:
            log.degrade(
                int(row), 1012, "OBJECT_TOO_LARGE", f"{per_object[row]:.0f} vertices are beyond limits.object_vertices"
            )
        left = np.flatnonzero(~np.isin(root, large))
        polygons.rings, polygons.points, point_rows = take_rings(polygons.rings, polygons.points, left)
        polygons.coordinates = polygons.coordinates[point_rows]
        polygons.take(left)
        kept = kept[left]
    new = np.full(n, -1, np.int64)
    new[kept] = np.arange(len(kept))
    return new


def _roots(parent: NDArray[np.int32]) -> NDArray[np.int64]:
    root = np.where(parent < 0, np.arange(len(parent)), parent)
    while (parent[root] >= 0).any():
        root = np.where(parent[root] >= 0, parent[root], root)
    return root


def _renumber_solids(solids: SolidColumns, new: NDArray[np.int64]) -> SolidColumns:
    """Solids over the polygons that are left; solids without any drop out."""
    row = row_of(solids.offsets)
    surface = new[solids.surface]
    kept = surface >= 0
    counts = np.bincount(row[kept], minlength=len(solids.object))
    filled = counts > 0
    return SolidColumns(
        solids.object[filled],
        solids.lod[filled],
        offsets_of(counts[filled]),
        surface[kept].astype(np.int32),
        solids.reversed[kept],
    )


def _wall_rows(polygons: Polygons) -> NDArray[np.int32]:
    """Surface row of the wall an opening is in: of its LoD where there is one, else any."""
    rows = np.full(len(polygons), -1, np.int32)
    openings = np.flatnonzero(polygons.wall >= 0)
    if not len(openings):
        return rows
    walls: dict[tuple[int, int], int] = {}
    for row in np.flatnonzero(np.isin(polygons.feature, polygons.wall[openings])):
        feature, lod = int(polygons.feature[row]), int(polygons.lod[row])
        walls.setdefault((feature, lod), int(row))
        walls.setdefault((feature, -1), int(row))
    for row in openings:
        wall = int(polygons.wall[row])
        rows[row] = walls.get((wall, int(polygons.lod[row])), walls.get((wall, -1), -1))
    return rows


def _note_without_geometry(collected: Collected, polygons: Polygons, log: Log) -> None:
    """A building without any polygon, its parts taken with it, is degraded."""
    root = _roots(collected.object_parent)
    with_geometry = np.zeros(collected.n_objects, bool)
    with_geometry[root[polygons.object]] = True
    top = collected.object_parent < 0
    for row in np.flatnonzero(top & ~with_geometry & (collected.object_kind == ObjectKind.BUILDING)):
        log.degrade(int(row), 1003, "NO_GEOMETRY", "the building has no surface that could be read")
