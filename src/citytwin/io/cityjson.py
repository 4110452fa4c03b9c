"""CityJSON 1.0 to 2.0 and CityJSONSeq."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._columns import AttributeColumns, CityColumns
from citytwin.io._finish import finish
from citytwin.io._json import decode, repeated_keys
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import Lod, LodFilter, lod_filter, lod_tenths
from citytwin.io._streams import Progress, Source, Stream
from citytwin.io.citygml_names import CORE_TYPES, ROOF_EDGE, SURFACE_KINDS
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, Severity, SurfaceKind
from citytwin.model.provenance import Provenance

VERSIONS = ("1.0", "1.1", "2.0")
OBJECT_KINDS = {"Building": ObjectKind.BUILDING, "BuildingPart": ObjectKind.BUILDING_PART}
SURFACE_DEPTH = {"MultiSurface": 0, "CompositeSurface": 0, "Solid": 1, "MultiSolid": 2, "CompositeSolid": 2}
"""Levels of nesting above a list of surfaces."""

_KNOWN_MEMBERS = frozenset({"type", "attributes", "geometry", "children", "parents", "geographicalExtent", "address"})
_KNOWN_DOCUMENT = frozenset({"type", "version", "transform", "metadata", "CityObjects", "vertices", "appearance"})
_KNOWN_SEMANTICS = frozenset({"type", "parent", "children", "id"})
_MALFORMED = (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError)


def read_cityjson(
    source: Source,
    *,
    crs: str | None = None,
    lod: Lod | Iterable[Lod] | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
    provenance: Provenance | None = None,
) -> CityModel:
    """Read one CityJSON file, or a CityJSONSeq line by line.

    Semantic surfaces of one object with the same ``id`` are one boundary surface. A list of values is read as repeated
    values, an object of values as a set, an object of ``value`` and ``uom`` as a measure. Outer installations become
    boundary surfaces of their building. Other objects, templates and what the specification does not know are kept as
    extras; material and texture are left out with a finding.

    Parameters
    ----------
    source : Source
    crs, lod, limits, progress : see :func:`citytwin.read_city`
    provenance : Provenance, optional

    Raises
    ------
    CityReadError
        Not well-formed, no CityJSON of a known version, or an identifier twice.
    CrsError
        The coordinate reference system cannot be told.

    References
    ----------
    CityJSON 2.0.1, OGC 20-072r5; CityJSONSeq, https://www.cityjson.org/cityjsonseq/.
    """
    limits = limits or ReadLimits()
    reader = _Reader(source.name, limits, lod_filter(lod))
    with source.open(limits, progress) as stream:
        first, rest = _first_document(stream)
        reader.document(first, 1)
        for number, line in enumerate(rest, 2):
            if line.strip():
                reader.feature(line, number)
    reader.close()
    return finish(
        reader.columns,
        name=source.name,
        crs=crs,
        limits=limits,
        provenance=provenance or Provenance(),
        closed_rings=False,
    )


def _first_document(stream: Stream) -> tuple[bytes, Iterator[bytes]]:
    """The first JSON document and the lines behind it; a file that is one document has none."""
    lines = _lines(stream)
    first = next(lines, b"").removeprefix(b"\xef\xbb\xbf")
    second = next(lines, b"")
    if second.startswith(b"{") and first.rstrip().endswith(b"}"):

        def rest() -> Iterator[bytes]:
            yield second
            yield from lines

        return first, rest()
    return b"".join([first, second, *lines]), iter(())


def _lines(stream: Stream) -> Iterator[bytes]:
    """Lines of a stream, with their ends."""
    held: list[bytes] = []
    while chunk := stream.read(1 << 20):
        parts = chunk.split(b"\n")
        for part in parts[:-1]:
            yield b"".join([*held, part, b"\n"])
            held = []
        held.append(parts[-1])
    if held:
        yield b"".join(held)


class _Reader:
    """State of one reading."""

    def __init__(self, name: str, limits: ReadLimits, wanted: LodFilter) -> None:
        self.name = name
        self.limits = limits
        self.wanted = wanted
        self.columns = CityColumns(limits.findings)
        self.scale: NDArray[np.float64] | None = None
        self.translate = np.zeros(3)
        self.appearances = 0
        self._line = 1
        self._points: list[int] = []
        self._indices: list[int] = []
        self._parents: dict[int, str] = {}
        self._rows: dict[str, int] = {}

    def document(self, data: bytes, line: int) -> None:
        """Read a CityJSON object: all of a file, or the first line of a sequence."""
        members = decode(data, self.name, line, dict[str, msgspec.Raw])
        kind = self._member(members, "type", str)
        if kind != "CityJSON":
            raise self._error(f"the type is {kind!r}, not CityJSON", advice="Choose a CityJSON file")
        version = self._member(members, "version", str) or "none"
        if not version.startswith(VERSIONS):
            raise self._error(f"version {version} is not read", advice=f"Upgrade it to one of {', '.join(VERSIONS)}")
        transform = self._member(members, "transform", dict[str, tuple[float, float, float]])
        if transform:
            if set(transform) != {"scale", "translate"}:
                raise self._error("transform needs scale and translate")
            self.scale, self.translate = np.array(transform["scale"]), np.array(transform["translate"])
        metadata = self._member(members, "metadata", dict[str, Any]) or {}
        system = metadata.get("referenceSystem") or metadata.get("crs", {}).get("epsg")
        if system:
            self.columns.srs_names.add(str(system) if ":" in str(system) else f"EPSG:{system}")
        rest = {
            name: value for name, value in metadata.items() if name not in ("referenceSystem", "geographicalExtent")
        }
        if rest:
            self._extra(-1, "metadata", rest)
        for name in members.keys() - _KNOWN_DOCUMENT:
            self.columns.add_extra(-1, name, bytes(members[name]).decode(), self.limits.extras_bytes)
        self._objects(members)

    def feature(self, data: bytes, line: int) -> None:
        """Read one line of a sequence."""
        self._line = line
        members = decode(data, self.name, line, dict[str, msgspec.Raw])
        kind = self._member(members, "type", str)
        if kind != "CityJSONFeature":
            raise self._error(f"the type is {kind!r}, not CityJSONFeature")
        self._objects(members)

    def close(self) -> None:
        """Resolve parents once all objects are known."""
        columns = self.columns
        for row, parent in self._parents.items():
            if parent in self._rows:
                columns.object_parent[row] = self._rows[parent]
            else:
                columns.degrade(row, 1005, "XLINK_DANGLING", f"parent {parent!r} is nowhere in the file")
        for row, above in enumerate(columns.object_parent):
            if above < 0 and columns.object_kind[row] == ObjectKind.BUILDING_PART:
                columns.object_kind[row] = ObjectKind.BUILDING
                columns.findings.add(
                    1014, "PART_WITHOUT_BUILDING", columns.object_id[row], message="the part is read as a building"
                )
            for _ in range(self.limits.nesting):
                if above < 0:
                    break
                above = columns.object_parent[above]
            else:
                raise self._error("objects are parents of each other", columns.object_id[row])
        if self.appearances:
            columns.findings.add(
                1013,
                "APPEARANCE_LEFT_OUT",
                severity=Severity.INFO,
                message=f"material or texture of {self.appearances} geometries",
            )

    def _member(self, members: dict[str, msgspec.Raw], name: str, type: Any) -> Any:
        return decode(members[name], self.name, self._line, type) if name in members else None

    def _error(self, reason: str, identifier: str | None = None, advice: str = "") -> CityReadError:
        advice = advice or "Correct the file or export it again"
        return CityReadError(reason, self.name, line=self._line, gml_id=identifier, advice=advice)

    def _objects(self, members: dict[str, msgspec.Raw]) -> None:
        raw = members.get("CityObjects", msgspec.Raw(b"{}"))
        objects = decode(raw, self.name, self._line, dict[str, dict[str, Any]])
        if repeated_keys(raw, len(objects)):
            raise self._error("a city object stands twice in CityObjects, of which JSON would keep the last only")
        columns = self.columns
        owners: dict[str, str] = {}
        for identifier, content in objects.items():
            for child in content.get("children") or ():
                owners[str(child)] = identifier
        for identifier, content in objects.items():
            if identifier in self._rows:
                raise self._error("the city object stands in two features", identifier)
            kind = OBJECT_KINDS.get(str(content.get("type")))
            parents = content.get("parents") or [owners.get(identifier)]
            if kind is None and parents[0] is not None:
                continue
            row = columns.add_object(identifier, ObjectKind.OTHER if kind is None else kind, -1)
            self._rows[identifier] = row
            if parents[0] is not None:
                self._parents[row] = str(parents[0])
        for identifier, content in objects.items():
            try:
                self._object(identifier, content, owners)
            except _MALFORMED as error:
                raise self._error(f"is not built as CityJSON asks ({error})", identifier) from error
        self._flush(members)
        columns.pack()

    def _object(self, identifier: str, content: dict[str, Any], owners: dict[str, str]) -> None:
        columns = self.columns
        kind = str(content.get("type"))
        if identifier not in self._rows:
            parent = str((content.get("parents") or [owners.get(identifier)])[0])
            row = self._rows.get(parent)
            if row is None:
                columns.findings.add(
                    1005, "XLINK_DANGLING", identifier, message=f"parent {parent!r} is nowhere in the file"
                )
            elif kind == "BuildingInstallation":
                feature = columns.add_feature(identifier)
                self._attributes(content.get("attributes") or {}, columns.feature_attributes, feature, row, identifier)
                self._geometries(content, row, feature)
            else:
                self._extra(row, f"CityObjects.{identifier}", content)
            return
        row = self._rows[identifier]
        if columns.object_kind[row] == ObjectKind.OTHER:
            self._extra(row, kind, content)
            columns.degrade(row, 1004, "OBJECT_NOT_MODELLED", f"{kind} is kept as it is written")
            return
        self._attributes(content.get("attributes") or {}, columns.object_attributes, row, row, "")
        address = content.get("address") or []
        for entry in address if isinstance(address, list) else [address]:
            for name, value in entry.items():
                if isinstance(value, str | int | float):
                    columns.object_attributes.add(row, str(value), name, "string", "address")
                else:
                    self._extra(row, f"address.{name}", value)
        for name in content.keys() - _KNOWN_MEMBERS:
            self._extra(row, name, content[name])
        self._geometries(content, row, -1)

    def _extra(self, row: int, place: str, content: Any) -> None:
        self.columns.add_extra(row, place, msgspec.json.encode(content).decode(), self.limits.extras_bytes)

    def _attributes(self, content: dict[str, Any], table: AttributeColumns, owner: int, row: int, surface: str) -> None:
        for name, value in content.items():
            place = "core" if _is_core(name) else "generic"
            if isinstance(value, dict) and set(value) != {"value", "uom"}:
                if all(_is_scalar(v) for v in value.values()):
                    for key, scalar in value.items():
                        _add_value(table, owner, key, scalar, f"set:{name}")
                    continue
            elif all(_is_scalar(v) for v in (value if isinstance(value, list) else [value])):
                for scalar in value if isinstance(value, list) else [value]:
                    _add_value(table, owner, name, scalar, place)
                continue
            self._extra(row, f"#{surface}/attributes.{name}" if surface else f"attributes.{name}", value)

    def _geometries(self, content: dict[str, Any], row: int, installation: int) -> None:
        features: dict[str, int] = {}
        for geometry in content.get("geometry") or ():
            kind = geometry["type"]
            depth = SURFACE_DEPTH.get(kind)
            if depth is None:
                self._extra(row, f"geometry.{kind}", geometry)
                self.columns.findings.add(
                    1008, "GEOMETRY_NOT_READ", self.columns.object_id[row], message=f"a {kind} is kept as it is written"
                )
                continue
            lod = lod_tenths(geometry.get("lod", 0))
            if not self.wanted(lod):
                continue
            self.appearances += "texture" in geometry or "material" in geometry
            owners = self._owners(geometry, row, lod, installation, features)
            values = (geometry.get("semantics") or {}).get("values")
            boundaries = geometry["boundaries"]
            if depth == 0:
                self._surfaces(boundaries, values, owners)
                continue
            for place, solid in enumerate([boundaries] if depth == 1 else boundaries):
                solid_values = values if depth == 1 or values is None else values[place]
                start = len(self.columns.entry)
                for shell_place, shell in enumerate(solid):
                    self._surfaces(shell, None if solid_values is None else solid_values[shell_place], owners)
                self.columns.solid_object.append(row)
                self.columns.solid_lod.append(lod)
                self.columns.solid_start.append(start)
                self.columns.solid_stop.append(len(self.columns.entry))

    def _owners(
        self, geometry: dict[str, Any], row: int, lod: int, installation: int, features: dict[str, int]
    ) -> dict[int | None, int]:
        """Owner of the polygons of each semantic surface; None stands for those without one."""
        columns = self.columns
        bare = SurfaceKind.UNKNOWN if installation < 0 else SurfaceKind.INSTALLATION
        owners: dict[int | None, int] = {None: columns.add_owner(row, bare, lod, installation)}
        surfaces = (geometry.get("semantics") or {}).get("surfaces") or []
        rows = []
        for surface in surfaces:
            identifier = str(surface.get("id", ""))
            feature = features.get(identifier, -1) if identifier else -1
            if feature < 0:
                feature = columns.add_feature(identifier)
                if identifier:
                    features[identifier] = feature
                if surface["type"] not in (*SURFACE_KINDS, f"+{ROOF_EDGE}"):
                    columns.feature_attributes.add(feature, str(surface["type"]), "type", "string", "core")
                rest = {name: surface[name] for name in surface if name not in _KNOWN_SEMANTICS}
                self._attributes(rest, columns.feature_attributes, feature, row, identifier)
            rows.append(feature)
        for place, surface in enumerate(surfaces):
            kind = SURFACE_KINDS.get(surface["type"], SurfaceKind.UNKNOWN) if installation < 0 else bare
            wall = rows[surface["parent"]] if surface.get("parent") is not None else -1
            owners[place] = columns.add_owner(row, kind, lod, rows[place], wall)
        return owners

    def _surfaces(self, surfaces: list[Any], values: list[int | None] | None, owners: dict[int | None, int]) -> None:
        columns = self.columns
        for place, surface in enumerate(surfaces):
            columns.entry.append(len(columns.polygon_owner))
            columns.entry_sign.append(1)
            columns.polygon_owner.append(owners[values[place] if values is not None else None])
            columns.polygon_id.append("")
            for ring in surface:
                columns.ring_polygon.append(len(columns.polygon_owner) - 1)
                self._points.append(len(ring))
                self._indices.extend(ring)

    def _flush(self, members: dict[str, msgspec.Raw]) -> None:
        """Coordinates of the rings collected since the last call."""
        vertices = self._member(members, "vertices", list[tuple[float, float, float]]) or []
        table = np.array(vertices, np.float64).reshape(-1, 3)
        if self.scale is not None:
            table = table * self.scale + self.translate
        if not (np.abs(table) <= self.limits.coordinate).all():
            raise self._error(f"a coordinate is beyond {self.limits.coordinate:g}")
        try:
            indices = np.array([*map(_index, self._indices)], np.int64)
        except _MALFORMED as error:
            raise self._error(f"boundaries hold something else than rows of vertices ({error})") from error
        if len(indices) and (indices.min() < 0 or indices.max() >= len(table)):
            raise self._error(f"boundaries point to vertex {indices.max()} of {len(table)}")
        points = np.array(self._points, np.int64)
        if points.max(initial=0) > self.limits.ring_points:
            raise self._error(f"a ring of {points.max()} points (limits.ring_points)")
        self.columns.coordinates.append(table[indices])
        self.columns.ring_points.append(points)
        self.columns.n_rings += len(points)
        self._points.clear()
        self._indices.clear()


def _index(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no vertex number")
    return value


def _is_core(name: str) -> bool:
    return name in CORE_TYPES or name.startswith("externalReference.") or name == "lod0"


def _is_scalar(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"value", "uom"} and isinstance(value["value"], str | int | float)
    return value is None or isinstance(value, str | bool | int | float)


def _add_value(table: AttributeColumns, owner: int, name: str, value: Any, place: str) -> None:
    unit = ""
    if isinstance(value, dict):
        value, unit, kind = value["value"], str(value["uom"]), "measure"
    else:
        kind = {bool: "bool", int: "int", float: "double"}.get(type(value), "string")
    if place == "core":
        kind = CORE_TYPES.get(name, kind)
    text = "" if value is None else str(value).lower() if kind == "bool" else str(value)
    table.add(owner, text, name, kind, place, unit)
