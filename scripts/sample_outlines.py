"""Outlines and heights of the sample city, from the buildings and building parts of an OpenStreetMap extract."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.polygon import orient

CRS = "EPSG:3879"
BOX = (25_496_400.0, 6_672_400.0, 25_497_050.0, 6_673_300.0)
NOT_BUILDINGS = frozenset({"roof", "ship", "entrance", "underpass_entrance"})
SHAPED = frozenset({"gabled", "hipped", "pyramidal"})
"""Roof shapes that are modelled, on footprints of four corners."""

GRID_M = 0.001
LEAST_AREA_M2 = 4.0
LEAST_REST_M2 = 15.0
LEAST_OVERLAP_M2 = 0.05
LEAST_OUTSIDE_M2 = 0.5
SMALL_AREA_M2 = 60.0
SMALL_HEIGHT_M = 3.5
NEIGHBOURS = 5
REFERENCE_STOREYS = 3
RECTANGULAR = 0.97
CORNER_TOLERANCE_M = 0.15


@dataclass(frozen=True)
class Outline:
    """A building or building part as OpenStreetMap has it; `ground` is a polygon or several, in EPSG:3879."""

    id: str
    tags: Mapping[str, str]
    ground: Any


@dataclass(frozen=True)
class Shell:
    """One closed volume: a whole building, a part of one, or what its parts leave over."""

    outline: Outline
    polygon: shapely.Polygon
    height: float
    height_source: str


def outlines(pbf: Path) -> tuple[list[Outline], list[Outline]]:
    """Buildings and building parts of the extract, by identifier, coordinates on a grid of 1 mm."""
    transform = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True).transform
    wkb = osmium.geom.WKBFactory()
    found = []
    for item in osmium.FileProcessor(str(pbf)).with_areas(osmium.filter.KeyFilter("building", "building:part")):
        if not item.is_area() or not ("building" in item.tags or "building:part" in item.tags):
            continue
        shape = shapely.from_wkb(wkb.create_multipolygon(item))
        shape = shapely.transform(shape, lambda points: np.round(np.column_stack(transform(*points.T)), 3))
        source = "way" if item.from_way() else "relation"
        pieces = sorted(shape.geoms, key=lambda piece: -piece.area)
        found += [
            Outline(f"osm_{source}_{item.orig_id()}" + (f"_{k}" if k else ""), dict(item.tags), orient(piece))
            for k, piece in enumerate(pieces)
        ]
    found.sort(key=lambda outline: outline.id)
    buildings = [o for o in found if "building" in o.tags and o.tags["building"] not in NOT_BUILDINGS]
    parts = [o for o in found if "building" not in o.tags and "min_height" not in o.tags]
    return [b for b in buildings if "min_height" not in b.tags and b.ground.area >= LEAST_AREA_M2], parts


def chosen(buildings: list[Outline]) -> list[Outline]:
    """Buildings in the box, without overlaps: of two that overlap the smaller keeps its ground."""
    box = shapely.box(*BOX)
    inside = [b for b in buildings if box.contains(b.ground.representative_point())]
    free = disjoint([b.ground for b in inside])
    return [replace(b, ground=ground) for b, ground in zip(inside, free, strict=True) if ground.area >= LEAST_AREA_M2]


def disjoint(grounds: list[Any]) -> list[Any]:
    """What of each ground no smaller one covers."""
    tree = shapely.STRtree(grounds)
    rank = {k: i for i, k in enumerate(sorted(range(len(grounds)), key=lambda k: (grounds[k].area, k)))}
    free = []
    for k, ground in enumerate(grounds):
        over = [grounds[j] for j in sorted(tree.query(ground, "intersects")) if rank[int(j)] < rank[k]]
        free.append(without(ground, [other for other in over if other.intersection(ground).area > LEAST_OVERLAP_M2]))
    return free


def without(ground: Any, others: list[Any]) -> Any:
    """What `others` leave of a ground, on the grid."""
    if not others:
        return ground
    return shapely.difference(ground, shapely.union_all(others, grid_size=GRID_M), grid_size=GRID_M)


def pieces_of(shape: Any) -> list[shapely.Polygon]:
    """Polygons of a geometry, largest first, exterior counter-clockwise."""
    pieces = [p for p in getattr(shape, "geoms", [shape]) if p.geom_type == "Polygon" and not p.is_empty]
    return sorted((orient(p) for p in pieces), key=lambda p: (-p.area, p.bounds))


def number(text: str) -> float:
    """Number of a tag such as ``12``, ``12.5`` or ``12.5 m``; NaN where it is none."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*m?", text.strip())
    return float(match[1]) if match else np.nan


@dataclass(frozen=True)
class Heights:
    """What the extract says about heights: positions (n, 2) and heights (n,) of buildings, and metres a storey."""

    xy: NDArray[np.float64]
    height: NDArray[np.float64]
    storey: float

    def tagged(self, tags: Mapping[str, str]) -> tuple[float, str]:
        """Height by the tags and which of them it comes from; NaN where they do not say."""
        height, levels = number(tags.get("height", "")), number(tags.get("building:levels", ""))
        if height > 0.0:
            return height, "height"
        return (levels * self.storey, "building:levels") if levels > 0.0 else (np.nan, "")

    def imputed(self, ground: Any) -> tuple[float, str]:
        """Height of a building whose tags do not say."""
        if ground.area < SMALL_AREA_M2:
            return SMALL_HEIGHT_M, "imputed: small building"
        middle = ground.representative_point()
        nearest = np.argsort(np.hypot(self.xy[:, 0] - middle.x, self.xy[:, 1] - middle.y), kind="stable")[:NEIGHBOURS]
        return float(np.median(self.height[nearest])), f"imputed: median of {NEIGHBOURS} neighbours"


def known_heights(buildings: list[Outline]) -> Heights:
    """Heights of the buildings of the extract that are neither small nor low: a shed says nothing about its neighbours.

    A storey is as high as the median of the buildings that have both tags.
    """
    both = [number(b.tags.get("height", "")) / number(b.tags.get("building:levels", "")) for b in buildings]
    storey = round(float(np.nanmedian(both)), 1)
    rule = Heights(np.empty((0, 2)), np.empty(0), storey)
    rows = [
        (b.ground.representative_point(), rule.tagged(b.tags)[0]) for b in buildings if b.ground.area >= SMALL_AREA_M2
    ]
    rows = [(point, height) for point, height in rows if height >= REFERENCE_STOREYS * storey]
    return Heights(np.array([[p.x, p.y] for p, _ in rows]), np.array([h for _, h in rows]), storey)


def shells_of(building: Outline, parts: list[Outline], heights: Heights) -> list[Shell]:
    """Volumes of a building: parts that have a height of their own, then what they leave over."""
    shaped = [replace(part, ground=corners_only(part)) for part in parts]
    volumes = []
    for part, ground in zip(shaped, disjoint([p.ground for p in shaped]), strict=True):
        height, source = heights.tagged(part.tags)
        inside = shapely.intersection(ground, building.ground, grid_size=GRID_M)
        own = ground if ground.area - inside.area < LEAST_OUTSIDE_M2 else inside
        polygons = [polygon for polygon in pieces_of(own) if polygon.area >= LEAST_REST_M2]
        volumes += [Shell(part, polygon, height, f"building:part {source}") for polygon in polygons]
    rest = pieces_of(without(building.ground, [volume.polygon for volume in volumes]))
    kept = [polygon for polygon in rest if polygon.area >= LEAST_REST_M2] or rest[: not volumes]
    height, source = heights.tagged(building.tags)
    if not height > 0.0 and volumes:
        weights = [volume.polygon.area for volume in volumes]
        height, source = float(np.average([v.height for v in volumes], weights=weights)), "mean of building:parts"
    if not height > 0.0:
        height, source = heights.imputed(building.ground)
    return volumes + [Shell(building, polygon, round(height, 2), source) for polygon in kept]


def corners_only(outline: Outline) -> Any:
    """The four corners of a near-rectangular footprint with a shaped roof; else the footprint as it is."""
    ground = outline.ground
    if outline.tags.get("roof:shape") not in SHAPED or ground.interiors:
        return ground
    simple = ground.simplify(CORNER_TOLERANCE_M)
    if len(simple.exterior.coords) != 5 or simple.area < RECTANGULAR * simple.minimum_rotated_rectangle.area:
        return ground
    return orient(simple)


def parts_by_building(buildings: list[Outline], parts: list[Outline], heights: Heights) -> list[list[Outline]]:
    """Parts with a height of their own, each with the building that holds its middle."""
    tree = shapely.STRtree([b.ground for b in buildings])
    groups: list[list[Outline]] = [[] for _ in buildings]
    for part in parts:
        if heights.tagged(part.tags)[0] > 0.0:
            for k in tree.query(part.ground.representative_point(), "within"):
                groups[int(k)].append(part)
    return groups
