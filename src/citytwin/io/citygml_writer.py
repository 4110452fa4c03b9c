"""CityGML 2.0 from the arrays of a model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from citytwin.io._atomic import write
from citytwin.io._grouping import OPENINGS, Grouping
from citytwin.io._losses import Losses
from citytwin.io.citygml_names import CORE_TYPES, GENERIC_TYPES, ROOF_EDGE, SURFACE_KINDS, XAL
from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.findings import Findings

_NAMESPACES = {
    "core": "http://www.opengis.net/citygml/2.0",
    "bldg": "http://www.opengis.net/citygml/building/2.0",
    "gen": "http://www.opengis.net/citygml/generics/2.0",
    "app": "http://www.opengis.net/citygml/appearance/2.0",
    "gml": "http://www.opengis.net/gml",
    "xlink": "http://www.w3.org/1999/xlink",
    "xAL": XAL,
}
_PREFIX = {"name": "gml", "description": "gml"} | dict.fromkeys(
    ("creationDate", "terminationDate", "relativeToTerrain", "relativeToWater"), "core"
)
_ORDER = (
    "description",
    "name",
    "creationDate",
    "terminationDate",
    "externalReference",
    "relativeToTerrain",
    "relativeToWater",
    "generic",
    "class",
    "function",
    "usage",
    "yearOfConstruction",
    "yearOfDemolition",
    "roofType",
    "measuredHeight",
    "storeysAboveGround",
    "storeysBelowGround",
    "storeyHeightsAboveGround",
    "storeyHeightsBelowGround",
    "lod0FootPrint",
    "lod0RoofEdge",
    "lod1Solid",
    "lod1MultiSurface",
    "lod1TerrainIntersection",
    "lod2Solid",
    "lod2MultiSurface",
    "lod2MultiCurve",
    "lod2TerrainIntersection",
    "lod2Geometry",
    "outerBuildingInstallation",
    "interiorBuildingInstallation",
    "boundedBy",
    "lod3Solid",
    "lod3MultiSurface",
    "lod3MultiCurve",
    "lod3TerrainIntersection",
    "lod3Geometry",
    "lod4Solid",
    "lod4MultiSurface",
    "lod4MultiCurve",
    "lod4TerrainIntersection",
    "lod4Geometry",
    "opening",
    "interiorRoom",
    "consistsOfBuildingPart",
    "address",
)
"""Properties in the order of the schema (OGC 12-019, building.xsd); what is not listed belongs to an extension."""

_RANK = {name: rank for rank, name in enumerate(_ORDER)}
_GENERIC_ELEMENT = {kind: element for element, kind in GENERIC_TYPES.items()}
_ADDRESS = ("Address", "CountryName", "LocalityName", "ThoroughfareNumber", "ThoroughfareName", "PostalCodeNumber")
_SURFACE_ELEMENT = {kind: name for name, kind in reversed(SURFACE_KINDS.items())}
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OLD_NAMESPACE = re.compile(r"(http://www\.opengis\.net/citygml/(?:[a-z]+/)?)1\.0(?=\")")

Chunk = tuple[int, str]


def write_citygml(city: CityModel, path: str | Path) -> Findings:
    """Write a model as CityGML 2.0.

    Coordinates stand east, north, up in the CRS of the model, whose name is written in the short form
    (``EPSG:25832``), which means this order. Polygons of boundary surfaces are written there, and solids refer to them.

    Parameters
    ----------
    city : CityModel
    path : path-like
        Replaced when the new file is complete.

    Returns
    -------
    Findings
        What the format could not take, counted by kind.

    Raises
    ------
    OutputError
        The file cannot be written.

    References
    ----------
    OGC 12-019, City Geography Markup Language 2.0.
    """
    writer = _Writer(city)

    def fill(file: BinaryIO) -> None:
        for text in writer.document():
            file.write(text.encode())

    write(path, fill)
    return writer.losses.table()


class _Writer:
    def __init__(self, city: CityModel) -> None:
        self.city = city
        self.losses = Losses()
        self.grouping = Grouping(city)
        self.kind = city.surfaces.kind.tolist()
        self.lod = (city.surfaces.lod // 10).tolist()
        self.feature = city.surfaces.feature.tolist()
        self.features = list(city.surfaces.id)
        self.ids = self._polygon_ids()
        self.positions = self.grouping.positions()
        self.skipped = self._coarser_refinements()
        self.losses.add("SEMANTICS_LEFT_OUT", "boundary surface without polygons", self.grouping.bare_features)

    def document(self) -> Iterator[str]:
        """The document in pieces, one top-level object at a time."""
        city = self.city
        spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<core:CityModel {spaces}>\n'
        if len(self.positions):
            low, high = (" ".join(map(repr, corner.tolist())) for corner in np.split(city.bounds, 2))
            yield (
                f'<gml:boundedBy><gml:Envelope{self._srs_name()} srsDimension="3"><gml:lowerCorner>{low}'
                f"</gml:lowerCorner><gml:upperCorner>{high}</gml:upperCorner></gml:Envelope></gml:boundedBy>\n"
            )
        for row in np.flatnonzero(city.objects.parent < 0).tolist():
            if city.objects.kind[row] == ObjectKind.OTHER:
                content = [text for _, text in self._extras(row, "")]
                yield from (f"<core:cityObjectMember>{text}</core:cityObjectMember>\n" for text in content)
            else:
                yield f"<core:cityObjectMember>{self._object(row)}</core:cityObjectMember>\n"
        yield from (f"{text}\n" for _, text in self._extras(-1, ""))
        yield "</core:CityModel>\n"

    def _srs_name(self) -> str:
        city = self.city
        if city.crs is None:
            return ""
        if re.fullmatch(r"EPSG:\d+", city.crs) is None:
            self.losses.add("CRS_LEFT_OUT", city.crs)
            return ""
        if city.vertical_crs and re.fullmatch(r"EPSG:\d+", city.vertical_crs):
            return f' srsName="{city.crs}+{city.vertical_crs[5:]}"'
        if city.vertical_crs:
            self.losses.add("CRS_LEFT_OUT", city.vertical_crs)
        return f' srsName="{city.crs}"'

    def _polygon_ids(self) -> list[str]:
        """Identifier of each polygon: its own, a new one where a solid needs it and it has none, else ""."""
        ids = list(self.city.surfaces.polygon_id)
        seen: set[str] = set()
        used = set(self.city.solids.surface.tolist())
        for row, identifier in enumerate(ids):
            if (not identifier and row in used) or identifier in seen:
                ids[row] = f"{self.city.objects.id[int(self.city.surfaces.object[row])]}_polygon_{row}"
            if ids[row]:
                seen.add(ids[row])
        return ids

    def _coarser_refinements(self) -> set[tuple[int, int]]:
        """Pairs of object and level in tenths that are left out in favour of a finer one of the same whole level."""
        surfaces = self.city.surfaces
        pairs = np.unique(np.column_stack([surfaces.object, surfaces.lod]), axis=0).tolist()
        finest: dict[tuple[int, int], int] = {}
        for row, lod in pairs:
            finest[row, lod // 10] = max(lod, finest.get((row, lod // 10), 0))
        skipped = {(row, lod) for row, lod in pairs if lod < finest[row, lod // 10]}
        for row, lod in sorted(skipped):
            self.losses.add("LOD_LEFT_OUT", f"LoD{lod / 10} of {self.city.objects.id[row]}")
        for row, lod in pairs:
            if lod % 10 and (row, lod) not in skipped:
                self.losses.add("LOD_ROUNDED", f"LoD{lod / 10} of {self.city.objects.id[row]}")
        return skipped

    def _object(self, row: int) -> str:
        """An object with its parts."""
        city = self.city
        tag = "bldg:Building" if city.objects.kind[row] == ObjectKind.BUILDING else "bldg:BuildingPart"
        chunks = self._attributes(city.objects.attributes, row)
        chunks += self._geometry(row)
        chunks += self._extras(row, "")
        for part in self.grouping.parts.get(row, ()):
            chunks.append(_chunk("consistsOfBuildingPart", self._object(part)))
        return _element(tag, city.objects.id[row], chunks)

    def _geometry(self, row: int) -> list[Chunk]:
        """Solids, boundary surfaces and loose polygons of one object."""
        surfaces = [s for s in self.grouping.surfaces.get(row, ()) if not self._is_skipped(row, s)]
        by_feature: dict[int, list[int]] = {}
        for surface in surfaces:
            if self._has_boundary(surface):
                by_feature.setdefault(self.feature[surface], []).append(surface)
        written = {surface for members in by_feature.values() for surface in members}
        chunks = self._features(by_feature)
        solids: dict[int, list[str]] = {}
        for solid in self.grouping.solids.get(row, ()):
            lod = int(self.city.solids.lod[solid])
            if (row, lod) in self.skipped:
                continue
            members = []
            for surface, turned in self.grouping.solid_entries(solid):
                inline = surface not in written and self.city.surfaces.object[surface] == row
                members.append(self._member(surface, turned, inline))
                if inline:
                    written.add(surface)
            shell = f"<gml:CompositeSurface>{''.join(members)}</gml:CompositeSurface>"
            solids.setdefault(lod // 10, []).append(f"<gml:Solid><gml:exterior>{shell}</gml:exterior></gml:Solid>")
        for lod, texts in solids.items():
            text = texts[0]
            if len(texts) > 1:
                inner = "".join(f"<gml:solidMember>{solid}</gml:solidMember>" for solid in texts)
                text = f"<gml:CompositeSolid>{inner}</gml:CompositeSolid>"
            chunks.append(_chunk(f"lod{max(lod, 1)}Solid", text))
        loose: dict[str, list[int]] = {}
        for surface in surfaces:
            if surface not in written:
                loose.setdefault(self._loose_property(surface), []).append(surface)
        chunks += [_chunk(name, self._multi_surface(members)) for name, members in loose.items()]
        return chunks

    def _is_skipped(self, row: int, surface: int) -> bool:
        return (row, int(self.city.surfaces.lod[surface])) in self.skipped

    def _loose_property(self, surface: int) -> str:
        lod = self.lod[surface]
        if lod:
            return f"lod{lod}MultiSurface"
        feature = self.feature[surface]
        edge = feature >= 0 and any(e.name == "lod0" and e.value == ROOF_EDGE for e in self._entries(feature))
        return "lod0RoofEdge" if edge else "lod0FootPrint"

    def _entries(self, feature: int) -> list[AttributeValue]:
        return self.city.surfaces.feature_attributes.entries(feature)

    def _has_boundary(self, surface: int) -> bool:
        """Whether the polygon can be written as part of a boundary surface, opening or installation."""
        kind = self.kind[surface]
        if self.feature[surface] < 0 or kind == SurfaceKind.UNKNOWN:
            return False
        fits: bool = self.lod[surface] >= (3 if kind in OPENINGS else 2)
        if not fits:
            self.losses.add("SEMANTICS_LEFT_OUT", f"{SurfaceKind(kind).word} in LoD{self.lod[surface]}")
        return fits

    def _features(self, by_feature: dict[int, list[int]]) -> list[Chunk]:
        """Boundary surfaces with their openings, and installations. Openings in no wall get one without geometry."""
        chunks = []
        openings: dict[int, list[Chunk]] = {}
        for feature, members in by_feature.items():
            if self.kind[members[0]] in OPENINGS:
                wall = self.grouping.wall_feature.get(feature, -1)
                openings.setdefault(wall, []).append(_chunk("opening", self._feature(feature, members, [])))
        for feature, members in by_feature.items():
            kind = self.kind[members[0]]
            if kind not in OPENINGS:
                name = "outerBuildingInstallation" if kind == SurfaceKind.INSTALLATION else "boundedBy"
                chunks.append(_chunk(name, self._feature(feature, members, openings.pop(feature, []))))
        for orphans in openings.values():
            chunks += [_chunk("boundedBy", _element("bldg:WallSurface", "", [opening])) for opening in orphans]
        return chunks

    def _feature(self, feature: int, members: list[int], openings: list[Chunk]) -> str:
        kind = SurfaceKind(self.kind[members[0]])
        installation = kind == SurfaceKind.INSTALLATION
        if kind == SurfaceKind.INTERIOR:
            self.losses.add("SEMANTICS_LEFT_OUT", "interior surface written as InteriorWallSurface")
        chunks = self._attributes(self.city.surfaces.feature_attributes, feature) + openings
        by_lod: dict[int, list[int]] = {}
        for surface in members:
            by_lod.setdefault(self.lod[surface], []).append(surface)
        for lod, rows in by_lod.items():
            name = f"lod{lod}{'Geometry' if installation else 'MultiSurface'}"
            chunks.append(_chunk(name, self._multi_surface(rows)))
        identifier = self.features[members[0]]
        if identifier:
            chunks += self._extras(int(self.city.surfaces.object[members[0]]), f"#{identifier}/")
        tag = "BuildingInstallation" if installation else _SURFACE_ELEMENT[kind]
        return _element(f"bldg:{tag}", identifier, chunks)

    def _multi_surface(self, rows: Iterable[int]) -> str:
        members = "".join(self._member(row, False, True) for row in rows)
        return f"<gml:MultiSurface>{members}</gml:MultiSurface>"

    def _member(self, surface: int, turned: bool, inline: bool) -> str:
        if not turned:
            if inline:
                return f"<gml:surfaceMember>{self._polygon(surface)}</gml:surfaceMember>"
            return f"<gml:surfaceMember xlink:href={quoteattr('#' + self.ids[surface])}/>"
        base = (
            f"<gml:baseSurface>{self._polygon(surface)}</gml:baseSurface>"
            if inline
            else f"<gml:baseSurface xlink:href={quoteattr('#' + self.ids[surface])}/>"
        )
        oriented = f'<gml:OrientableSurface orientation="-">{base}</gml:OrientableSurface>'
        return f"<gml:surfaceMember>{oriented}</gml:surfaceMember>"

    def _polygon(self, surface: int) -> str:
        sides = []
        for place, (start, stop) in enumerate(self.grouping.rings(surface)):
            ring = self.positions[start:stop]
            numbers = " ".join(map(repr, np.concatenate([ring, ring[:1]]).ravel().tolist()))
            side = "interior" if place else "exterior"
            sides.append(
                f'<gml:{side}><gml:LinearRing><gml:posList srsDimension="3">{numbers}</gml:posList></gml:LinearRing>'
                f"</gml:{side}>"
            )
        name = f" gml:id={quoteattr(self.ids[surface])}" if self.ids[surface] else ""
        return f"<gml:Polygon{name}>{''.join(sides)}</gml:Polygon>"

    def _attributes(self, table: AttributeTable, row: int) -> list[Chunk]:
        chunks: list[Chunk] = []
        references: list[dict[str, str]] = []
        addresses: list[dict[str, str]] = []
        sets: dict[str, list[str]] = {}
        for entry in table.entries(row):
            part = entry.name.removeprefix("externalReference.")
            if entry.place == "core" and part != entry.name:
                _put(references, part, entry.value)
            elif entry.place == "core" and entry.name in CORE_TYPES:
                chunks.append(self._core(entry))
            elif entry.place == "core" and entry.name == "lod0":
                continue
            elif entry.place == "address" and entry.name in _ADDRESS:
                _put(addresses, entry.name, entry.value)
            elif entry.place.startswith("set:"):
                sets.setdefault(entry.place[4:], []).append(self._generic(entry))
            else:
                if entry.place != "generic":
                    self.losses.add("ATTRIBUTE_CHANGED", f"{entry.name} from {entry.place} is a generic attribute")
                chunks.append((_RANK["generic"], self._generic(entry)))
        chunks += [_chunk("externalReference", self._reference(reference), "core") for reference in references]
        chunks += [(_RANK["generic"], _nested_sets(name.split("/"), items)) for name, items in sets.items()]
        chunks += [_chunk("address", self._address(address)) for address in addresses]
        return chunks

    def _core(self, entry: AttributeValue) -> Chunk:
        prefix = _PREFIX.get(entry.name, "bldg")
        attribute = {"measure": "uom", "code": "codeSpace"}.get(CORE_TYPES[entry.name], "")
        unit = f" {attribute}={quoteattr(entry.unit)}" if attribute and entry.unit else ""
        text = f"<{prefix}:{entry.name}{unit}>{self._text(entry.value)}</{prefix}:{entry.name}>"
        return _RANK[entry.name], text

    def _generic(self, entry: AttributeValue) -> str:
        element = _GENERIC_ELEMENT.get(entry.type)
        if element is None:
            self.losses.add("ATTRIBUTE_CHANGED", f"{entry.name} of type {entry.type} is a string")
            element = "stringAttribute"
        unit = f" uom={quoteattr(entry.unit)}" if entry.type == "measure" else ""
        name = quoteattr(self._legal(entry.name))
        return f"<gen:{element} name={name}><gen:value{unit}>{self._text(entry.value)}</gen:value></gen:{element}>"

    def _reference(self, reference: dict[str, str]) -> str:
        system = reference.get("informationSystem")
        start = "" if system is None else f"<core:informationSystem>{self._text(system)}</core:informationSystem>"
        rest = "".join(
            f"<core:{name}>{self._text(reference[name])}</core:{name}>" for name in ("name", "uri") if name in reference
        )
        return f"{start}<core:externalObject>{rest}</core:externalObject>"

    def _address(self, address: dict[str, str]) -> str:
        def leaf(name: str) -> str:
            return f"<xAL:{name}>{self._text(address[name])}</xAL:{name}>" if name in address else ""

        street = leaf("ThoroughfareNumber") + leaf("ThoroughfareName")
        code = leaf("PostalCodeNumber")
        locality = (
            leaf("LocalityName")
            + (f'<xAL:Thoroughfare Type="Street">{street}</xAL:Thoroughfare>' if street else "")
            + (f"<xAL:PostalCode>{code}</xAL:PostalCode>" if code else "")
        )
        inner = leaf("CountryName") + (f'<xAL:Locality Type="Town">{locality}</xAL:Locality>' if locality else "")
        details = leaf("Address") + (f"<xAL:Country>{inner}</xAL:Country>" if inner else "")
        return (
            f"<core:Address><core:xalAddress><xAL:AddressDetails>{details}</xAL:AddressDetails></core:xalAddress>"
            "</core:Address>"
        )

    def _extras(self, row: int, place: str) -> list[Chunk]:
        """Kept content of an object whose place begins with `place`, or, for "", with no boundary surface."""
        chunks = []
        extras = self.city.extras
        for extra in self.grouping.extras.get(row, ()):
            where, content = extras.place[extra], extras.content[extra]
            if (place and not where.startswith(place)) or (not place and where.startswith("#")):
                continue
            prefix, _, local = where.removeprefix(place).rpartition(":")
            if not content.startswith("<") or prefix == "gml":
                self.losses.add("EXTRA_LEFT_OUT", where)
                continue
            chunks.append((_RANK.get(local, len(_RANK)), _OLD_NAMESPACE.sub(r"\g<1>2.0", content)))
        return chunks

    def _text(self, text: str) -> str:
        return escape(self._legal(text))

    def _legal(self, text: str) -> str:
        legal = _ILLEGAL.sub("\ufffd", text)
        if legal != text:
            self.losses.add("TEXT_CHANGED", repr(text[:40]))
        return legal


def _chunk(name: str, content: str, prefix: str = "bldg") -> Chunk:
    return _RANK[name], f"<{prefix}:{name}>{content}</{prefix}:{name}>"


def _element(tag: str, identifier: str, chunks: list[Chunk]) -> str:
    name = f" gml:id={quoteattr(identifier)}" if identifier else ""
    inner = "".join(text for _, text in sorted(chunks, key=lambda chunk: chunk[0]))
    return f"<{tag}{name}>{inner}</{tag}>"


def _put(groups: list[dict[str, str]], name: str, value: str) -> None:
    """Add a leaf to the last group, or to a new one where that has it already."""
    if not groups or name in groups[-1]:
        groups.append({})
    groups[-1][name] = value


def _nested_sets(names: list[str], items: list[str]) -> str:
    inner = "".join(items)
    for name in reversed(names):
        inner = f"<gen:genericAttributeSet name={quoteattr(name)}>{inner}</gen:genericAttributeSet>"
    return inner
