"""From the columns of a reader to a city model: links, rings, reference system, geometry checks, counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._columns import CityColumns, as_numpy
from citytwin.io._limits import ReadLimits
from citytwin.io._rings import clean_rings, copy_polygons, reverse_rings
from citytwin.model.assemble import SolidColumns, assemble_city
from citytwin.model.city import CityModel
from citytwin.model.crs import settle
from citytwin.model.enums import Action, ObjectKind, Severity
from citytwin.model.provenance import Provenance
from citytwin.model.ragged import offsets_of, row_of, take_rings
from citytwin.model.strings import Strings
from citytwin.model.validity import check_geometry


@dataclass(frozen=True)
class LinkColumns:
    """Links between geometries: the entries each stands for, and what refers to them.

    Parameters
    ----------
    start, stop : int64 array (n,)
        Range of entries; empty where the link is dangling.
    sign : int8 array (n,)
        Orientation those entries have when they are reached through the link.
    owner : int32 array (n,)
    in_solid : bool array (n,)
    """

    start: NDArray[np.int64]
    stop: NDArray[np.int64]
    sign: NDArray[np.int8]
    owner: NDArray[np.int32]
    in_solid: NDArray[np.bool_]


NO_LINKS = LinkColumns(
    np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int8), np.empty(0, np.int32), np.empty(0, bool)
)


class _Polygons:
    """Polygon columns as arrays, before and after links and cleaning."""

    def __init__(self, columns: CityColumns) -> None:
        owner = as_numpy(columns.polygon_owner, np.int32)
        self.object = as_numpy(columns.owner_object, np.int32)[owner]
        self.kind = as_numpy(columns.owner_kind, np.int8)[owner]
        self.lod = as_numpy(columns.owner_lod, np.int8)[owner]
        self.feature = as_numpy(columns.owner_feature, np.int32)[owner]
        self.wall = as_numpy(columns.owner_wall, np.int32)[owner]
        self.flip = _loose_and_turned(columns)
        self.id = columns.polygon_id.strings()
        self.rings = offsets_of(np.bincount(as_numpy(columns.ring_polygon, np.int64), minlength=len(owner)))
        self.points = offsets_of(np.concatenate([np.empty(0, np.int64), *columns.ring_points]))
        self.coordinates = np.concatenate([np.empty((0, 3)), *columns.coordinates])

    def __len__(self) -> int:
        return len(self.object)

    def take(self, rows: NDArray[np.int64]) -> None:
        """Keep some rows of the columns, not of the rings."""
        for name in ("object", "kind", "lod", "feature", "wall", "flip"):
            setattr(self, name, getattr(self, name)[rows])
        self.id = self.id[rows]


def finish(
    columns: CityColumns,
    *,
    name: str,
    crs: str | None,
    limits: ReadLimits,
    provenance: Provenance,
    closed_rings: bool,
    links: LinkColumns = NO_LINKS,
    flat_rings: int = 0,
) -> CityModel:
    """City model of what a reader collected.

    Parameters
    ----------
    columns : CityColumns
    name : str
        Of the input, for errors.
    crs : str or None
        Stated by the caller.
    limits : ReadLimits
    provenance : Provenance
    closed_rings : bool
        Whether rings should repeat their first point at the end.
    links : LinkColumns, optional
    flat_rings : int
        Rings without heights.

    Raises
    ------
    CityReadError
        Links multiply beyond all measure.
    CrsError
        See :func:`citytwin.model.crs.settle`.
    """
    kind = as_numpy(columns.object_kind, np.int8)
    parent = as_numpy(columns.object_parent, np.int32)
    polygons = _Polygons(columns)
    entries = as_numpy(columns.entry, np.int64)
    signs = as_numpy(columns.entry_sign, np.int8)
    linker = _Linker(polygons, entries, signs, links, limits, name)
    solids = linker.solids(columns)
    linker.surfaces(columns)
    polygon_of_new = _clean(columns, polygons, closed_rings, parent, limits)
    solids = _renumber_solids(solids, polygon_of_new, len(polygons))
    polygons.coordinates = reverse_rings(polygons.rings, polygons.points, polygons.coordinates, polygons.flip)

    if flat_rings:
        columns.findings.add(1007, "NO_HEIGHT", message=f"{flat_rings} rings have no heights and lie at 0")
    _note_repeated_ids(columns)
    _note_mojibake(columns)
    settled = settle(polygons.coordinates, columns.srs_names, crs, name)
    counts = _counts(columns, polygons, parent, kind)
    city = assemble_city(
        object_id=columns.object_id,
        object_kind=kind,
        object_parent=parent,
        surface_object=polygons.object,
        surface_kind=polygons.kind,
        surface_lod=polygons.lod,
        surface_rings=polygons.rings,
        ring_vertices=polygons.points,
        coordinates=settled.coordinates,
        crs=settled.crs,
        vertical_crs=settled.vertical_crs,
        object_attributes=columns.object_attributes.table(len(columns.object_id)),
        surface_parent=_wall_rows(polygons),
        surface_feature=polygons.feature,
        surface_id=_feature_ids(columns, polygons),
        polygon_id=polygons.id,
        feature_attributes=columns.feature_attributes.table(columns.n_features),
        solids=solids,
        findings=columns.findings.table() + settled.findings,
        extras=columns.extras(),
        provenance=provenance,
        counts=counts,
    )
    return city.with_findings(check_geometry(city))


class _Linker:
    """Turns ranges of entries into polygons, following links."""

    def __init__(
        self,
        polygons: _Polygons,
        entries: NDArray[np.int64],
        signs: NDArray[np.int8],
        links: LinkColumns,
        limits: ReadLimits,
        name: str,
    ) -> None:
        self.polygons, self.entries, self.signs, self.links = polygons, entries, signs, links
        self.limits, self.name = limits, name
        self.most = 16 * len(entries) + 1000

    def expand(
        self, start: NDArray[np.int64], stop: NDArray[np.int64], sign: NDArray[np.int8]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
        """Row of the range, polygon and orientation of every polygon that ranges of entries stand for."""
        owner, flat = _ranges(start, stop)
        target = self.entries[flat]
        turn = self.signs[flat] * sign[owner]
        for _ in range(self.limits.xlink_hops):
            is_link = target < 0
            if not is_link.any():
                break
            link = ~target[is_link]
            width = np.ones(len(target), np.int64)
            width[is_link] = self.links.stop[link] - self.links.start[link]
            if width.sum() > self.most:
                raise CityReadError(
                    f"links multiply {len(self.entries)} surfaces to {width.sum()}",
                    self.name,
                    advice="Surfaces that refer to each other many times over are refused: export without xlinks",
                )
            place = np.repeat(np.arange(len(target)), width)
            step = np.arange(len(place)) - np.repeat(np.cumsum(width) - width, width)
            through = is_link[place]
            source = self.links.start[~target[place[through]]] + step[through]
            new_target, new_turn = target[place], turn[place]
            new_turn[through] *= self.links.sign[~target[place[through]]] * self.signs[source]
            new_target[through] = self.entries[source]
            target, turn, owner = new_target, new_turn, owner[place]
        direct = target >= 0
        return owner[direct], target[direct], turn[direct]

    def solids(self, columns: CityColumns) -> SolidColumns:
        """Solids as lists of polygons."""
        start, stop = as_numpy(columns.solid_start, np.int64), as_numpy(columns.solid_stop, np.int64)
        solid, polygon, turn = self.expand(start, stop, np.ones(len(start), np.int8))
        return SolidColumns(
            as_numpy(columns.solid_object, np.int32),
            as_numpy(columns.solid_lod, np.int8),
            offsets_of(np.bincount(solid, minlength=len(start))),
            polygon.astype(np.int32),
            (turn < 0) ^ self.polygons.flip[polygon],
        )

    def surfaces(self, columns: CityColumns) -> None:
        """Give polygons that boundary surfaces refer to, instead of holding them, to these surfaces.

        A polygon that belongs to no boundary surface yet, in the same object and LoD, is adopted; else a copy is made.
        """
        rows = np.flatnonzero(~self.links.in_solid)
        if not len(rows):
            return
        link, polygon, turn = self.expand(self.links.start[rows], self.links.stop[rows], self.links.sign[rows])
        p = self.polygons
        copies: list[tuple[int, int, bool]] = []
        owner_of = as_numpy(columns.owner_object, np.int32), as_numpy(columns.owner_lod, np.int8)
        for owner, row, sign in zip(self.links.owner[rows[link]], polygon, turn, strict=True):
            feature = columns.owner_feature[owner]
            same_place = p.object[row] == owner_of[0][owner] and p.lod[row] == owner_of[1][owner]
            if same_place and feature in (-1, p.feature[row]):
                continue
            if same_place and p.feature[row] < 0:
                p.feature[row], p.kind[row] = feature, columns.owner_kind[owner]
                p.wall[row] = columns.owner_wall[owner]
            else:
                copies.append((int(owner), int(row), bool(sign < 0) ^ bool(p.flip[row])))
        if copies:
            owners, originals, flips = (np.array(c) for c in zip(*copies, strict=True))
            p.rings, p.points, p.coordinates = copy_polygons(p.rings, p.points, p.coordinates, originals)
            p.take(np.concatenate([np.arange(len(p)), originals]))
            new = slice(len(p) - len(copies), None)
            p.object[new], p.lod[new] = owner_of[0][owners], owner_of[1][owners]
            p.kind[new] = as_numpy(columns.owner_kind, np.int8)[owners]
            p.feature[new] = as_numpy(columns.owner_feature, np.int32)[owners]
            p.wall[new] = as_numpy(columns.owner_wall, np.int32)[owners]
            p.flip[new] = flips


def _loose_and_turned(columns: CityColumns) -> NDArray[np.bool_]:
    """Polygons that stand turned round outside solids: their own rings have to be reversed."""
    entries, signs = as_numpy(columns.entry, np.int64), as_numpy(columns.entry_sign, np.int8)
    change = np.zeros(len(entries) + 1, np.int64)
    np.add.at(change, as_numpy(columns.solid_start, np.int64), 1)
    np.add.at(change, as_numpy(columns.solid_stop, np.int64), -1)
    loose = np.cumsum(change[:-1]) == 0
    return (loose & (signs < 0))[entries >= 0]


def _ranges(start: NDArray[np.int64], stop: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and value of every number in ranges."""
    width = stop - start
    row = np.repeat(np.arange(len(start)), width)
    return row, np.arange(len(row)) + np.repeat(start - (np.cumsum(width) - width), width)


def _clean(
    columns: CityColumns, polygons: _Polygons, closed: bool, parent: NDArray[np.int32], limits: ReadLimits
) -> NDArray[np.int64]:
    """Clean the rings, record what was done, and return the new row of each polygon, -1 where it is gone."""
    n = len(polygons)
    rings = clean_rings(polygons.rings, polygons.points, polygons.coordinates, closed)
    features = columns.feature_id.strings()

    def surface_id(row: int) -> str:
        feature = polygons.feature[row]
        return (features[feature] if feature >= 0 else "") or polygons.id[row]

    def note(mask: NDArray[np.bool_], code: int, word: str, message: str) -> None:
        for row in np.flatnonzero(mask):
            columns.findings.add(
                code,
                word,
                columns.object_id[polygons.object[row]],
                surface_id(int(row)),
                message,
                Severity.INFO,
                Action.HEALED,
            )

    note(rings.unclosed, 103, "RING_NOT_CLOSED", "a ring does not end where it begins and is taken as closed")
    note(rings.repeated, 102, "CONSECUTIVE_POINTS_SAME", "a point that stands twice in a row is taken once")
    note(rings.hole_dropped, 101, "TOO_FEW_POINTS", "an interior ring with fewer than three points is left out")
    gone = np.ones(n, bool)
    gone[rings.kept] = False
    for row in np.flatnonzero(gone):
        columns.degrade(
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
    root = _roots(parent)[polygons.object]
    per_object = np.bincount(root, weights=sizes, minlength=len(parent))
    large = np.flatnonzero(per_object > limits.object_vertices)
    if len(large):
        for row in large:
            columns.degrade(
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


def _renumber_solids(solids: SolidColumns, new: NDArray[np.int64], n: int) -> SolidColumns:
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


def _wall_rows(polygons: _Polygons) -> NDArray[np.int32]:
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


def _feature_ids(columns: CityColumns, polygons: _Polygons) -> Strings:
    """Identifier of the boundary surface of each polygon, "" where there is none."""
    ids = Strings.concat([columns.feature_id.strings(), Strings.empty(1)])
    return ids[polygons.feature]


def _counts(
    columns: CityColumns, polygons: _Polygons, parent: NDArray[np.int32], kind: NDArray[np.int8]
) -> dict[str, int]:
    """Top-level objects by how they were read; a building without any polygon is degraded."""
    root = _roots(parent)
    with_geometry = np.zeros(len(parent), bool)
    with_geometry[root[polygons.object]] = True
    top = parent < 0
    for row in np.flatnonzero(top & ~with_geometry & (kind == ObjectKind.BUILDING)):
        columns.degrade(int(row), 1003, "NO_GEOMETRY", "the building has no surface that could be read")
    degraded = len({int(root[row]) for row in columns.degraded})
    total = int(top.sum())
    return {"read": total - degraded, "degraded": degraded, "refused": 0, "total": total}


def _note_repeated_ids(columns: CityColumns) -> None:
    seen: dict[str, int] = {}
    for identifier in columns.object_id:
        seen[identifier] = seen.get(identifier, 0) + 1
    for identifier, count in seen.items():
        if count > 1:
            columns.findings.add(
                1001, "DUPLICATE_ID", identifier, message=f"{count} objects bear this id", severity=Severity.ERROR
            )


def _note_mojibake(columns: CityColumns) -> None:
    """Record texts that look like UTF-8 read as Latin-1 once too often; they are kept as they are."""
    for table, what in ((columns.object_attributes, "objects"), (columns.feature_attributes, "boundary surfaces")):
        data = table.text.strings().data.tobytes() + " ".join(key[0] for key in table.codes).encode()
        found = [data[i - 12 : i + 12] for i in _places(data, b"\xc3\x83\xc2")]
        if found:
            example = found[0].decode("utf-8", "ignore")
            columns.findings.add(
                1011,
                "TEXT_ENCODING_DOUBTFUL",
                message=f"{len(found)} attributes of {what} look like UTF-8 read as Latin-1, such as {example!r}",
                severity=Severity.INFO,
            )


def _places(data: bytes, pattern: bytes) -> list[int]:
    places, at = [], data.find(pattern)
    while at >= 0:
        places.append(at)
        at = data.find(pattern, at + len(pattern))
    return places
