"""Polygons, solids and boundary surfaces of city objects as CityGML 2.0."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.sax.saxutils import quoteattr

import numpy as np

from citytwin.io._grouping import OPENINGS, Grouping
from citytwin.io._losses import Losses
from citytwin.io.citygml_leaves import Chunk, LeafWriter
from citytwin.io.citygml_names import ROOF_EDGE
from citytwin.io.citygml_schema import Class, Feature, feature_of, rank
from citytwin.model.attributes import AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.enums import SurfaceKind

Extras = Callable[[int, str], list[Chunk]]


class ShapeWriter:
    """Geometry of the objects of a city.

    Parameters
    ----------
    city : CityModel
    losses : Losses
    leaves : LeafWriter
    grouping : Grouping
    extras : callable
        Kept content of an object: called with its row and the start of a place.
    """

    def __init__(self, city: CityModel, losses: Losses, leaves: LeafWriter, grouping: Grouping, extras: Extras) -> None:
        self._city = city
        self._losses = losses
        self._leaves = leaves
        self._grouping = grouping
        self._extras = extras
        self._ids = _polygon_ids(city)
        self._positions = grouping.positions()
        self._skipped = _coarser_refinements(city, losses)
        losses.add("SEMANTICS_LEFT_OUT", "boundary surface without polygons", grouping.bare_features)

    def chunks(self, row: int, owner: Class) -> list[Chunk]:
        """Solids, boundary surfaces and loose polygons of one object, each polygon once."""
        surfaces = [s for s in self._grouping.surfaces[row] if not self._is_skipped(row, self._lod_tenths(s))]
        by_feature: dict[int, list[int]] = {}
        for surface in surfaces:
            if self._feature(surface, owner) is not None:
                by_feature.setdefault(int(self._city.surfaces.feature[surface]), []).append(surface)
        written = {surface for members in by_feature.values() for surface in members}
        chunks = self._features(row, owner, by_feature)
        shapes: dict[str, list[str]] = {}
        if owner.solid:
            for name, text in self._solids(row, owner, written):
                shapes.setdefault(name, []).append(text)
        elif self._grouping.solids[row]:
            self._losses.add(
                "SOLID_LEFT_OUT", f"solid of {self._city.objects.id[row]}", len(self._grouping.solids[row])
            )
        solid_names = set(shapes)
        loose: dict[str, list[int]] = {}
        for surface in surfaces:
            if surface not in written:
                loose.setdefault(self._loose_property(surface, owner), []).append(surface)
        for name, members in loose.items():
            if name == "reliefComponent":
                chunks.append((name, self._relief(row, members)))
            else:
                shapes.setdefault(name, []).append(self._multi_surface(members))
        for name, texts in shapes.items():
            chunks.append((name, wrapped(owner.prefix, name, _one_geometry(name, texts, name in solid_names))))
        return chunks

    def _lod_tenths(self, surface: int) -> int:
        return int(self._city.surfaces.lod[surface])

    def _is_skipped(self, row: int, lod: int) -> bool:
        return (row, lod) in self._skipped

    def _solids(self, row: int, owner: Class, written: set[int]) -> Iterable[tuple[str, str]]:
        """Solids of an object with their properties; polygons that stand nowhere else are written in them."""
        for solid in self._grouping.solids[row]:
            lod = int(self._city.solids.lod[solid])
            if self._is_skipped(row, lod):
                continue
            members = []
            for surface, turned in self._grouping.solid_entries(solid):
                inline = surface not in written and self._city.surfaces.object[surface] == row
                members.append(self._member(surface, turned, inline))
                if inline:
                    written.add(surface)
            shell = f"<gml:CompositeSurface>{''.join(members)}</gml:CompositeSurface>"
            level = self._level(lod // 10, owner.solid_lods, row)
            yield owner.solid.format(level), f"<gml:Solid><gml:exterior>{shell}</gml:exterior></gml:Solid>"

    def _level(self, lod: int, known: range, row: int) -> int:
        """The nearest LoD a property exists in."""
        level = min(max(lod, known.start), known.stop - 1)
        if level != lod:
            self._losses.add("LOD_ROUNDED", f"LoD{lod} of {self._city.objects.id[row]}")
        return level

    def _loose_property(self, surface: int, owner: Class) -> str:
        lod = self._lod_tenths(surface) // 10
        if lod or owner.prefix != "bldg" or owner.tag == "Room":
            return owner.surface.format(self._level(lod, owner.surface_lods, int(self._city.surfaces.object[surface])))
        edge = any(entry.name == "lod0" and entry.value == ROOF_EDGE for entry in self._entries(surface))
        return "lod0RoofEdge" if edge else "lod0FootPrint"

    def _entries(self, surface: int) -> list[AttributeValue]:
        """Attributes of the boundary surface a polygon belongs to."""
        surfaces = self._city.surfaces
        feature = int(surfaces.feature[surface])
        return surfaces.feature_attributes.entries(feature) if feature >= 0 else []

    def _feature(self, surface: int, owner: Class) -> Feature | None:
        """How the boundary surface, opening or installation of a polygon is written; None where it has none."""
        surfaces = self._city.surfaces
        if surfaces.feature[surface] < 0:
            return None
        kind, lod = SurfaceKind(surfaces.kind[surface]), self._lod_tenths(surface) // 10
        word = next((e.value for e in self._entries(surface) if e.name == "type" and e.place == "core"), "")
        feature = feature_of(owner, kind, word)
        if feature is not None and lod >= feature.least:
            return feature
        if kind != SurfaceKind.UNKNOWN or word:
            self._losses.add("SEMANTICS_LEFT_OUT", f"{word or kind.word} in LoD{lod}")
        return None

    def _features(self, row: int, owner: Class, by_feature: dict[int, list[int]]) -> list[Chunk]:
        """Boundary surfaces with their openings, and installations. Openings in no wall get one without geometry."""
        chunks = []
        openings: dict[int, list[Chunk]] = {}
        kinds = self._city.surfaces.kind
        for feature, members in by_feature.items():
            if int(kinds[members[0]]) in OPENINGS:
                wall = self._grouping.wall_feature.get(feature, -1)
                openings.setdefault(wall, []).append(self._written(row, owner, members, []))
        for feature, members in by_feature.items():
            if int(kinds[members[0]]) not in OPENINGS:
                chunks.append(self._written(row, owner, members, openings.pop(feature, [])))
        for orphans in openings.values():
            wall_of_none = (element(f"{owner.prefix}:WallSurface", "", [orphan]) for orphan in orphans)
            chunks += [("boundedBy", wrapped(owner.prefix, "boundedBy", wall)) for wall in wall_of_none]
        return chunks

    def _written(self, row: int, owner: Class, members: list[int], openings: list[Chunk]) -> Chunk:
        """A boundary surface, opening or installation."""
        how = self._feature(members[0], owner)
        assert how is not None
        if int(self._city.surfaces.kind[members[0]]) == SurfaceKind.INTERIOR and how.property == "boundedBy":
            self._losses.add("SEMANTICS_LEFT_OUT", "interior surface written as InteriorWallSurface")
        identifier = self._city.surfaces.id[members[0]]
        if how.tag == "TINRelief":
            return how.property, self._relief(row, members)
        chunks = self._leaves.chunks(self._entries(members[0]), how.prefix) + openings
        by_lod: dict[int, list[int]] = {}
        for surface in members:
            by_lod.setdefault(self._lod_tenths(surface) // 10, []).append(surface)
        for lod, rows in by_lod.items():
            name = how.geometry.format(lod)
            composite = "CompositeSurface" if how.geometry == "lod{}Surface" else "MultiSurface"
            chunks.append((name, wrapped(how.prefix, name, self._multi_surface(rows, composite))))
        if identifier:
            chunks += self._extras(row, f"#{identifier}/")
        return how.property, wrapped(how.prefix, how.property, element(f"{how.prefix}:{how.tag}", identifier, chunks))

    def _relief(self, row: int, members: list[int]) -> str:
        """A triangulated terrain as a component of a relief."""
        entries = self._entries(members[0])
        chunks = self._leaves.chunks(entries, "dem")
        if not any(entry.name == "lod" for entry in entries):
            chunks.append(("lod", f"<dem:lod>{self._lod_tenths(members[0]) // 10}</dem:lod>"))
        ids = sum(bool(self._city.surfaces.polygon_id[surface]) for surface in members)
        rings = [self._rings(surface) for surface in members]
        if all(len(sides) == 1 and sides[0].count(" ") == 11 for sides in rings):
            self._losses.add("ID_LEFT_OUT", "gml:id of a gml:Triangle", ids)
            triangles = "".join(
                f"<gml:Triangle><gml:exterior>{_linear_ring(sides[0])}</gml:exterior></gml:Triangle>" for sides in rings
            )
            shape = wrapped("gml", "TriangulatedSurface", wrapped("gml", "trianglePatches", triangles))
        else:
            shape = self._multi_surface(members)
        chunks.append(("tin", wrapped("dem", "tin", shape)))
        identifier = self._city.surfaces.id[members[0]]
        if identifier:
            chunks += self._extras(row, f"#{identifier}/")
        return wrapped("dem", "reliefComponent", element("dem:TINRelief", identifier, chunks))

    def _multi_surface(self, rows: Iterable[int], element: str = "MultiSurface") -> str:
        members = "".join(self._member(row, False, True) for row in rows)
        return f"<gml:{element}>{members}</gml:{element}>"

    def _member(self, surface: int, turned: bool, inline: bool) -> str:
        if not turned:
            if inline:
                return f"<gml:surfaceMember>{self._polygon(surface)}</gml:surfaceMember>"
            return f"<gml:surfaceMember xlink:href={quoteattr('#' + self._ids[surface])}/>"
        base = (
            f"<gml:baseSurface>{self._polygon(surface)}</gml:baseSurface>"
            if inline
            else f"<gml:baseSurface xlink:href={quoteattr('#' + self._ids[surface])}/>"
        )
        oriented = f'<gml:OrientableSurface orientation="-">{base}</gml:OrientableSurface>'
        return f"<gml:surfaceMember>{oriented}</gml:surfaceMember>"

    def _polygon(self, surface: int) -> str:
        sides = (
            f"<gml:{side}>{_linear_ring(numbers)}</gml:{side}>"
            for side, numbers in zip(_sides(), self._rings(surface), strict=False)
        )
        name = f" gml:id={quoteattr(self._ids[surface])}" if self._ids[surface] else ""
        return f"<gml:Polygon{name}>{''.join(sides)}</gml:Polygon>"

    def _rings(self, surface: int) -> list[str]:
        """Numbers of each ring of a polygon, closed."""
        rings = (self._positions[start:stop] for start, stop in self._grouping.rings(surface))
        return [" ".join(map(repr, np.concatenate([ring, ring[:1]]).ravel().tolist())) for ring in rings]


def _sides() -> Iterable[str]:
    yield "exterior"
    while True:
        yield "interior"


def _linear_ring(numbers: str) -> str:
    return f'<gml:LinearRing><gml:posList srsDimension="3">{numbers}</gml:posList></gml:LinearRing>'


def _one_geometry(name: str, texts: list[str], solids: bool) -> str:
    """Several geometries of one property as one."""
    many = name.endswith("MultiSolid")
    if len(texts) == 1 and not many:
        return texts[0]
    if solids and all(text.startswith("<gml:Solid>") for text in texts):
        members = "".join(wrapped("gml", "solidMember", text) for text in texts)
        return wrapped("gml", "MultiSolid" if many else "CompositeSolid", members)
    return wrapped("gml", "MultiGeometry", "".join(wrapped("gml", "geometryMember", text) for text in texts))


def wrapped(prefix: str, name: str, text: str) -> str:
    """Text inside a property."""
    return f"<{prefix}:{name}>{text}</{prefix}:{name}>"


def element(tag: str, identifier: str, chunks: list[Chunk]) -> str:
    """An element with its properties in the order of the schema."""
    prefix, _, local = tag.partition(":")
    name = f" gml:id={quoteattr(identifier)}" if identifier else ""
    inner = "".join(text for _, text in sorted(chunks, key=lambda chunk: rank(chunk[0], prefix, local)))
    return f"<{tag}{name}>{inner}</{tag}>"


def _polygon_ids(city: CityModel) -> list[str]:
    """Identifier of each polygon: its own, a new one where a solid has to refer to it and it has none, else ""."""
    surfaces, solids = city.surfaces, city.solids
    ids = list(surfaces.polygon_id)
    seen: set[str] = set()
    uses = np.bincount(solids.surface, minlength=len(ids))
    referred = (uses > 1) | ((uses > 0) & (surfaces.feature >= 0))
    owner = np.repeat(solids.object, np.diff(solids.offsets))
    referred[solids.surface[surfaces.object[solids.surface] != owner]] = True
    for row, identifier in enumerate(ids):
        if (not identifier and referred[row]) or (identifier and identifier in seen):
            ids[row] = f"{city.objects.id[int(city.surfaces.object[row])]}_polygon_{row}"
        if ids[row]:
            seen.add(ids[row])
    return ids


def _coarser_refinements(city: CityModel, losses: Losses) -> set[tuple[int, int]]:
    """Pairs of object and level in tenths that are left out in favour of a finer one of the same whole level."""
    surfaces = city.surfaces
    pairs = np.unique(np.column_stack([surfaces.object, surfaces.lod]), axis=0).tolist()
    finest: dict[tuple[int, int], int] = {}
    for row, lod in pairs:
        finest[row, lod // 10] = max(lod, finest.get((row, lod // 10), 0))
    skipped = {(row, lod) for row, lod in pairs if lod < finest[row, lod // 10]}
    for row, lod in sorted(skipped):
        losses.add("LOD_LEFT_OUT", f"LoD{lod / 10} of {city.objects.id[row]}")
    for row, lod in pairs:
        if lod % 10 and (row, lod) not in skipped:
            losses.add("LOD_ROUNDED", f"LoD{lod / 10} of {city.objects.id[row]}")
    return skipped
