"""Polygons of a document with the links between them followed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._collected import Collected
from citytwin.io._limits import ReadLimits
from citytwin.io._log import Log
from citytwin.io._rings import copy_polygons
from citytwin.model.assemble import SolidColumns
from citytwin.model.ragged import offsets_of, take_rings


class Polygons:
    """Polygon columns before and after links and cleaning."""

    def __init__(self, collected: Collected) -> None:
        owner = collected.polygon_owner
        self.object = collected.owner_object[owner]
        self.kind = collected.owner_kind[owner]
        self.lod = collected.owner_lod[owner]
        self.feature = collected.owner_feature[owner]
        self.wall = collected.owner_wall[owner]
        self.flip = _loose_and_turned(collected)
        self.is_prototype = np.isin(owner, collected.prototype_owner)
        self.placed = np.full(len(owner), -1, np.int32)
        self.id = collected.polygon_id
        self.rings = offsets_of(collected.polygon_rings)
        self.points = offsets_of(collected.ring_points)
        self.coordinates = collected.coordinates

    def __len__(self) -> int:
        return len(self.object)

    def take(self, rows: NDArray[np.int64]) -> None:
        """Keep some rows of the columns, not of the rings."""
        for name in ("object", "kind", "lod", "feature", "wall", "flip", "placed", "is_prototype"):
            setattr(self, name, getattr(self, name)[rows])
        self.id = self.id[rows]


class Linker:
    """Turns ranges of entries into polygons, following links."""

    def __init__(self, polygons: Polygons, collected: Collected, limits: ReadLimits, name: str) -> None:
        self.polygons, self.columns = polygons, collected
        self.limits, self.name = limits, name
        self.most = 16 * len(collected.entry) + 1000

    def expand(
        self, start: NDArray[np.integer], stop: NDArray[np.integer], sign: NDArray[np.int8]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
        """Row of the range, polygon and orientation of every polygon that ranges of entries stand for."""
        owner, flat = _ranges(start, stop)
        columns = self.columns
        target = columns.entry[flat].astype(np.int64)
        turn: NDArray[np.int8] = columns.entry_sign[flat] * sign[owner]
        for _ in range(self.limits.xlink_hops):
            is_link = target < 0
            if not is_link.any():
                break
            link = ~target[is_link]
            width = np.ones(len(target), np.int64)
            width[is_link] = columns.link_stop[link] - columns.link_start[link]
            if width.sum() > self.most:
                raise CityReadError(
                    f"links multiply {len(columns.entry)} surfaces to {width.sum()}",
                    self.name,
                    advice="Surfaces that refer to each other many times over are refused: export without xlinks",
                )
            place = np.repeat(np.arange(len(target)), width)
            step = np.arange(len(place)) - np.repeat(np.cumsum(width) - width, width)
            through = is_link[place]
            source = columns.link_start[~target[place[through]]] + step[through]
            new_target, new_turn = target[place], turn[place]
            new_turn[through] *= columns.link_sign[~target[place[through]]] * columns.entry_sign[source]
            new_target[through] = columns.entry[source]
            target, turn, owner = new_target, new_turn, owner[place]
        direct = target >= 0
        return owner[direct], target[direct], turn[direct]

    def solids(self) -> SolidColumns:
        """Solids as lists of polygons."""
        columns = self.columns
        n = len(columns.solid_object)
        solid, polygon, turn = self.expand(columns.solid_start, columns.solid_stop, np.ones(n, np.int8))
        return SolidColumns(
            columns.solid_object,
            columns.solid_lod,
            offsets_of(np.bincount(solid, minlength=n)),
            polygon.astype(np.int32),
            (turn < 0) ^ self.polygons.flip[polygon],
        )

    def surfaces(self) -> bool:
        """Give polygons that boundary surfaces refer to, instead of holding them, to these surfaces.

        A polygon that belongs to no boundary surface yet, in the same object and LoD, is adopted; else a copy is made
        behind all others. Returns whether there are any.
        """
        columns = self.columns
        rows = np.flatnonzero(~columns.link_in_solid)
        if not len(rows):
            return False
        link, polygon, turn = self.expand(columns.link_start[rows], columns.link_stop[rows], columns.link_sign[rows])
        p = self.polygons
        place_of_link = np.full(len(columns.link_owner), -1, np.int32)
        place_of_link[columns.placed_link] = np.arange(len(columns.placed_link))
        places = place_of_link[rows[link]]
        copies: list[tuple[int, int, bool, int]] = []
        for owner, row, sign, place in zip(columns.link_owner[rows[link]], polygon, turn, places, strict=True):
            if place >= 0:
                copies.append((int(owner), int(row), bool(sign < 0) ^ bool(p.flip[row]), int(place)))
                continue
            feature = columns.owner_feature[owner]
            same_place = p.object[row] == columns.owner_object[owner] and p.lod[row] == columns.owner_lod[owner]
            if same_place and feature in (-1, p.feature[row]):
                continue
            if same_place and p.feature[row] < 0:
                p.feature[row], p.kind[row] = feature, columns.owner_kind[owner]
                p.wall[row] = columns.owner_wall[owner]
            else:
                copies.append((int(owner), int(row), bool(sign < 0) ^ bool(p.flip[row]), -1))
        if copies:
            owners, originals, flips, placed = (np.array(c) for c in zip(*copies, strict=True))
            p.rings, p.points, p.coordinates = copy_polygons(p.rings, p.points, p.coordinates, originals)
            p.take(np.concatenate([np.arange(len(p)), originals]))
            new = slice(len(p) - len(copies), None)
            p.object[new], p.lod[new] = columns.owner_object[owners], columns.owner_lod[owners]
            p.kind[new] = columns.owner_kind[owners]
            p.feature[new] = columns.owner_feature[owners]
            p.wall[new] = columns.owner_wall[owners]
            p.flip[new] = flips
            p.placed[new] = placed
            p.is_prototype[new] = False
        return len(copies) > 0


def by_top_level(polygons: Polygons, root: NDArray[np.integer]) -> NDArray[np.int64]:
    """Bring copies behind the other polygons of their top-level object, and return the new row of each polygon.

    The order is that of reading one top-level object after the other, and so does not depend on pieces.
    """
    rows = np.argsort(root[polygons.object], kind="stable")
    polygons.rings, polygons.points, point_rows = take_rings(polygons.rings, polygons.points, rows)
    polygons.coordinates = polygons.coordinates[point_rows]
    polygons.take(rows)
    place = np.empty(len(rows), np.int64)
    place[rows] = np.arange(len(rows))
    return place


def resolved(collected: Collected, log: Log) -> Collected:
    """The same with the links resolved that lead out of their member; dangling and external ones are findings."""
    if not len(collected.late_link):
        return collected
    targets = list(collected.late_target)
    found = _places(collected, {target[1:] for target in targets if target[:1] == "#"})
    start, stop, sign = collected.link_start.copy(), collected.link_stop.copy(), collected.link_sign.copy()
    for link, href in zip(collected.late_link.tolist(), targets, strict=True):
        place = found.get(href[1:]) if href[:1] == "#" else None
        if place is not None:
            start[link], stop[link], sign[link] = place
            continue
        row = int(collected.owner_object[collected.link_owner[link]])
        if href[:1] == "#":
            log.dangling = True
            log.degrade(row, 1005, "XLINK_DANGLING", f"{href} is nowhere in the file")
        else:
            log.degrade(row, 1006, "XLINK_EXTERNAL", f"{href[:200]} leads out of the file, not opened")
    return replace(collected, link_start=start, link_stop=stop, link_sign=sign)


def _places(collected: Collected, wanted: set[str]) -> dict[str, tuple[int, int, int]]:
    """Entries and orientation of identifiers anywhere in the document; the first of those that repeat."""
    found: dict[str, tuple[int, int, int]] = {}
    for place, identifier in enumerate(collected.range_id):
        if identifier in wanted and identifier not in found:
            start, stop = int(collected.range_start[place]), int(collected.range_stop[place])
            found[identifier] = (start, stop, int(collected.range_sign[place]))
    entries = np.flatnonzero(collected.entry >= 0)
    for row, identifier in enumerate(collected.polygon_id):
        if identifier in wanted and identifier not in found:
            entry = int(entries[row])
            found[identifier] = (entry, entry + 1, int(collected.entry_sign[entry]))
    return found


def _loose_and_turned(collected: Collected) -> NDArray[np.bool_]:
    """Polygons that stand turned round outside solids: their own rings have to be reversed."""
    turned = collected.entry_sign < 0
    if not turned.any():
        return np.zeros(len(collected.polygon_owner), bool)
    change = np.zeros(len(turned) + 1, np.int64)
    np.add.at(change, collected.solid_start, 1)
    np.add.at(change, collected.solid_stop, -1)
    loose = np.cumsum(change[:-1]) == 0
    flags: NDArray[np.bool_] = (loose & turned)[collected.entry >= 0]
    return flags


def _ranges(start: NDArray[np.integer], stop: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and value of every number in ranges."""
    width = (stop - start).astype(np.int64)
    row = np.repeat(np.arange(len(start)), width)
    return row, np.arange(len(row)) + np.repeat(start - (np.cumsum(width) - width), width)
