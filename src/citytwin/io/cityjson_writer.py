"""CityJSON 2.0 from the arrays of a model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from citytwin.errors import OutputError
from citytwin.io._atomic import write_bytes
from citytwin.io._grouping import OPENINGS, Grouping
from citytwin.io._losses import Losses
from citytwin.io.citygml_names import CORE_TYPES, ROOF_EDGE, SURFACE_KINDS
from citytwin.model.attributes import AttributeTable, AttributeValue
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, SurfaceKind
from citytwin.model.findings import Findings

_SURFACE_TYPE = {kind: name for name, kind in reversed(SURFACE_KINDS.items())}
_JSON_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\Z", re.ASCII)
_LARGEST_ROW = 2**53


def write_cityjson(city: CityModel, path: str | Path, scale: float = 0.001) -> Findings:
    """Write a model as CityJSON 2.0.

    Vertices are rounded to multiples of `scale` from the origin of the model and shared. Identifiers of polygons have
    no place in the format; those of boundary surfaces are the member ``id`` of the semantic surface.

    Parameters
    ----------
    city : CityModel
    path : path-like
        Replaced when the new file is complete.
    scale : float
        Resolution of the coordinates, m; made finer by powers of ten where it would merge neighbours of a ring.

    Returns
    -------
    Findings
        What the format could not take, counted by kind.

    Raises
    ------
    OutputError
        The file cannot be written, or two objects have the same identifier.
    ValueError
        `scale` is not above 0.

    References
    ----------
    CityJSON 2.0.1, OGC 20-072r5.
    """
    if not scale > 0:
        raise ValueError(f"scale must be above 0, not {scale}")
    ids = list(city.objects.id)
    if len(set(ids)) < len(ids):
        twice = next(i for i in ids if ids.count(i) > 1)
        raise OutputError(f"{path} cannot be written: two objects have the id {twice!r}. Rename one of them")
    writer = _Writer(city, scale)
    write_bytes(path, msgspec.json.encode(writer.document()) + b"\n")
    return writer.losses.table()


class _Writer:
    def __init__(self, city: CityModel, scale: float) -> None:
        self.city = city
        self.losses = Losses()
        self.grouping = Grouping(city)
        self.kind = city.surfaces.kind.tolist()
        self.feature = city.surfaces.feature.tolist()
        self.feature_id = list(city.surfaces.id)
        self.scale, table, row = _quantised(city, scale)
        self.vertices: list[list[int]] = table.tolist()
        self.row: list[int] = row.tolist()
        self.ids = list(city.objects.id)
        self._said: set[int] = set()
        self.losses.add("SEMANTICS_LEFT_OUT", "boundary surface without polygons", self.grouping.bare_features)

    def document(self) -> dict[str, Any]:
        """The whole file as nested plain values."""
        city = self.city
        self.losses.add(
            "ID_LEFT_OUT", "gml:id of a gml:Polygon", int((np.diff(city.surfaces.polygon_id.offsets) > 0).sum())
        )
        objects = {}
        for row, identifier in enumerate(self.ids):
            content = self._object(row)
            if content is not None:
                objects[identifier] = content
                objects.update(self._installations(row))
        document: dict[str, Any] = {
            "type": "CityJSON",
            "version": "2.0",
            "transform": {"scale": [self.scale] * 3, "translate": city.origin.tolist()},
            "metadata": self._metadata(),
            "CityObjects": objects,
            "vertices": self.vertices,
        }
        for place, content in self._extras(-1, ""):
            if place in ("metadata", "extensions") or place not in document:
                document[place] = {**content, **document.get(place, {})} if place == "metadata" else content
        return document

    def _metadata(self) -> dict[str, Any]:
        city = self.city
        metadata: dict[str, Any] = {}
        if len(city.vertices):
            metadata["geographicalExtent"] = city.bounds.tolist()
        code = re.fullmatch(r"EPSG:(\d+)", city.crs or "")
        vertical = re.fullmatch(r"EPSG:(\d+)", city.vertical_crs or "")
        if code is None and city.crs is not None:
            self.losses.add("CRS_LEFT_OUT", city.crs)
        if code is not None:
            url = "https://www.opengis.net/def/crs/EPSG/0/{}"
            metadata["referenceSystem"] = url.format(code[1])
            if vertical is not None:
                parts = f"1={url.format(code[1])}&2={url.format(vertical[1])}"
                metadata["referenceSystem"] = f"https://www.opengis.net/def/crs-compound?{parts}"
        if city.vertical_crs is not None and vertical is None:
            self.losses.add("CRS_LEFT_OUT", city.vertical_crs)
        return metadata

    def _object(self, row: int) -> dict[str, Any] | None:
        """One object; None where its content cannot be said in JSON."""
        city = self.city
        kind = city.objects.kind[row]
        extras = self._extras(row, "")
        if kind == ObjectKind.OTHER:
            return next((content for _, content in extras), None)
        content: dict[str, Any] = {"type": "Building" if kind == ObjectKind.BUILDING else "BuildingPart"}
        attributes, address = self._attributes(city.objects.attributes, row)
        for place, value in extras:
            name = place.removeprefix("attributes.")
            if name != place:
                attributes[name] = value
            elif place.startswith(("geometry.", "CityObjects.", "address.")):
                self.losses.add("EXTRA_LEFT_OUT", place)
            else:
                content[place] = value
        if attributes:
            content["attributes"] = attributes
        if address:
            content["address"] = address
        if city.objects.parent[row] >= 0:
            content["parents"] = [self.ids[city.objects.parent[row]]]
        children = [self.ids[part] for part in self.grouping.parts.get(row, ())]
        children += [
            name or f"{self.ids[row]}_installation_{place}"
            for place, (name, _) in enumerate(self._installations(row), 1)
        ]
        if children:
            content["children"] = children
        surfaces = [s for s in self.grouping.surfaces.get(row, ()) if self.kind[s] != SurfaceKind.INSTALLATION]
        content["geometry"] = self._geometries(row, surfaces)
        return content

    def _installations(self, row: int) -> list[tuple[str, dict[str, Any]]]:
        """Installations of an object, which are objects of their own in CityJSON."""
        by_feature: dict[int, list[int]] = {}
        for surface in self.grouping.surfaces.get(row, ()):
            if self.kind[surface] == SurfaceKind.INSTALLATION:
                by_feature.setdefault(self.feature[surface], []).append(surface)
        result: list[tuple[str, dict[str, Any]]] = []
        for feature, surfaces in by_feature.items():
            attributes = self._attributes(self.city.surfaces.feature_attributes, feature)[0] if feature >= 0 else {}
            content = {
                "type": "BuildingInstallation",
                "attributes": attributes,
                "parents": [self.ids[row]],
                "geometry": self._loose(surfaces),
            }
            name = self.feature_id[surfaces[0]] or f"{self.ids[row]}_installation_{len(result) + 1}"
            result.append((name, content))
        return result

    def _geometries(self, row: int, surfaces: list[int]) -> list[dict[str, Any]]:
        """Solids of an object and a MultiSurface of what is in none of them, for each LoD."""
        owner = self.city.surfaces.object
        geometries = []
        written: set[int] = set()
        for solid in self.grouping.solids.get(row, ()):
            entries = self.grouping.solid_entries(solid)
            foreign = [surface for surface, _ in entries if owner[surface] != row]
            self.losses.add("POLYGON_COPIED", f"polygons of a solid of {self.ids[row]}", len(foreign))
            again = [surface for surface, _ in entries if surface in written]
            self.losses.add("POLYGON_COPIED", f"polygons of two solids of {self.ids[row]}", len(again))
            boundaries = [self._boundary(surface, turned) for surface, turned in entries]
            semantics = self._semantics([surface for surface, _ in entries])
            geometry: dict[str, Any] = {
                "type": "Solid",
                "lod": _lod(int(self.city.solids.lod[solid])),
                "boundaries": [boundaries],
            }
            if semantics is not None:
                geometry["semantics"] = {"surfaces": semantics[0], "values": [semantics[1]]}
            geometries.append(geometry)
            written.update(surface for surface, _ in entries)
        return geometries + self._loose([surface for surface in surfaces if surface not in written])

    def _loose(self, surfaces: list[int]) -> list[dict[str, Any]]:
        by_lod: dict[int, list[int]] = {}
        for surface in surfaces:
            by_lod.setdefault(int(self.city.surfaces.lod[surface]), []).append(surface)
        geometries = []
        for lod, rows in by_lod.items():
            boundaries = [self._boundary(surface, False) for surface in rows]
            geometry: dict[str, Any] = {"type": "MultiSurface", "lod": _lod(lod), "boundaries": boundaries}
            semantics = self._semantics(rows)
            if semantics is not None:
                geometry["semantics"] = {"surfaces": semantics[0], "values": semantics[1]}
            geometries.append(geometry)
        return geometries

    def _boundary(self, surface: int, turned: bool) -> list[list[int]]:
        rings = [self.row[start:stop] for start, stop in self.grouping.rings(surface)]
        return [[ring[0], *ring[:0:-1]] for ring in rings] if turned else rings

    def _semantics(self, rows: list[int]) -> tuple[list[dict[str, Any]], list[int | None]] | None:
        """Semantic surfaces of a geometry, and the one of each polygon."""
        place: dict[int, int] = {}
        values: list[int | None] = []
        surfaces: list[dict[str, Any]] = []
        for row in rows:
            feature, kind = self.feature[row], SurfaceKind(self.kind[row])
            if feature < 0 or kind == SurfaceKind.INSTALLATION:
                values.append(None)
                continue
            if feature not in place:
                attributes, _ = self._attributes(self.city.surfaces.feature_attributes, feature)
                if kind == SurfaceKind.INTERIOR:
                    self.losses.add("SEMANTICS_LEFT_OUT", "interior surface written as InteriorWallSurface")
                content = {"type": str(attributes.pop("type", "")) or _SURFACE_TYPE.get(kind, f"+{ROOF_EDGE}")}
                if self.feature_id[row]:
                    content["id"] = self.feature_id[row]
                    for where, value in self._extras(int(self.city.surfaces.object[row]), f"#{content['id']}/"):
                        attributes[where.removeprefix("attributes.")] = value
                elif feature in self._said:
                    self.losses.add("SEMANTICS_LEFT_OUT", "boundary surface without id, written once a geometry")
                self._said.add(feature)
                place[feature] = len(surfaces)
                surfaces.append({**content, **attributes})
            values.append(place[feature])
        if not surfaces:
            return None
        for row in rows:
            if self.kind[row] in OPENINGS:
                wall = self.grouping.wall_feature.get(self.feature[row])
                if wall in place:
                    surfaces[place[self.feature[row]]]["parent"] = place[wall]
                    children = surfaces[place[wall]].setdefault("children", [])
                    if place[self.feature[row]] not in children:
                        children.append(place[self.feature[row]])
        return surfaces, values

    def _attributes(self, table: AttributeTable, row: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Attributes of a row, and its addresses."""
        attributes: dict[str, Any] = {}
        addresses: list[dict[str, Any]] = []
        for entry in table.entries(row):
            value = self._value(entry)
            if entry.place == "address":
                if not addresses or entry.name in addresses[-1]:
                    addresses.append({})
                target = addresses[-1]
            elif entry.place.startswith("set:"):
                target = attributes.setdefault(entry.place[4:], {})
                if not isinstance(target, dict):
                    self.losses.add(
                        "ATTRIBUTE_CHANGED", f"{entry.name} of the set {entry.place[4:]}, also an attribute"
                    )
                    target = attributes
            else:
                target = attributes
                if entry.place not in ("generic", "core"):
                    self.losses.add("ATTRIBUTE_CHANGED", f"{entry.name} from {entry.place} is a plain attribute")
            _put(target, entry.name, value)
        return attributes, addresses

    def _value(self, entry: AttributeValue) -> Any:
        text, kind = entry.value.strip(), entry.type
        known = entry.place == "core" and entry.name in CORE_TYPES
        if kind in ("uri", "code", "date") and not known:
            self.losses.add("ATTRIBUTE_CHANGED", f"{entry.name} of type {kind} is a string")
        if entry.value == "":
            return None
        if kind == "bool" and text in ("true", "false"):
            return text == "true"
        if kind in ("int", "double", "measure") and _JSON_NUMBER.match(text):
            whole = kind == "int" and text.lstrip("-").isdigit()
            number = int(text) if whole and abs(int(text)) < _LARGEST_ROW else msgspec.Raw(text.encode())
            return {"value": number, "uom": entry.unit} if entry.unit and kind == "measure" else number
        if entry.unit and kind == "code":
            self.losses.add("ATTRIBUTE_CHANGED", f"{entry.name} without its code list {entry.unit}")
        return entry.value

    def _extras(self, row: int, prefix: str) -> list[tuple[str, Any]]:
        """Kept JSON of an object whose place begins with `prefix`, or, for "", with no boundary surface."""
        found = []
        extras = self.city.extras
        for extra in self.grouping.extras.get(row, ()):
            place, content = extras.place[extra], extras.content[extra]
            if (prefix and not place.startswith(prefix)) or (not prefix and place.startswith("#")):
                continue
            if content.startswith("<"):
                self.losses.add("EXTRA_LEFT_OUT", place)
                continue
            found.append((place.removeprefix(prefix), msgspec.json.decode(content)))
        return found


def _quantised(city: CityModel, scale: float) -> tuple[float, NDArray[np.int64], NDArray[np.int64]]:
    """Scale in use, distinct vertices as multiples of it, and the row of each vertex of the model in them."""
    from citytwin.model.ragged import row_of

    same_ring = np.diff(row_of(city.rings.ring_vertices), prepend=-1) == 0
    for _ in range(4):
        whole = np.round(city.vertices / scale).astype(np.int64)
        merged = np.zeros(len(whole), bool)
        merged[1:] = (whole[1:] == whole[:-1]).all(1)
        if not (merged & same_ring).any():
            break
        scale /= 10
    if not len(whole):
        return scale, whole.reshape(-1, 3), np.empty(0, np.int64)
    table, first, row = np.unique(whole, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return scale, table[order], place[row.ravel()]


def _put(target: dict[str, Any], name: str, value: Any) -> None:
    """Add a member; a name that is there already gets a list."""
    if name not in target:
        target[name] = value
    elif isinstance(target[name], list):
        target[name].append(value)
    else:
        target[name] = [target[name], value]


def _lod(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
