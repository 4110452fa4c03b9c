"""CityGML 2.0 from the arrays of a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from citytwin.io._atomic import write
from citytwin.io._grouping import Grouping
from citytwin.io._losses import Losses
from citytwin.io.citygml_leaves import Chunk, LeafWriter
from citytwin.io.citygml_schema import ALWAYS, BY_TYPE, CLASSES, NAMESPACES, Class
from citytwin.io.citygml_shapes import ShapeWriter, element, wrapped
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind
from citytwin.model.findings import Findings

_OLD_NAMESPACE = re.compile(r"(http://www\.opengis\.net/citygml/(?:[a-z]+/)?)1\.0(?=\")")
_HEAD = ("metaDataProperty", "description", "name")
"""Properties of GML that a document may have before its envelope, in the order of the schema."""

_NEW_NAMESPACE = re.compile(r"http://www\.opengis\.net/(?:citygml/(?:[a-z]+/)?3\.0|gml/3\.2)\"")


def write_citygml(city: CityModel, path: str | Path) -> Findings:
    """Write a model as CityGML 2.0.

    Coordinates stand east, north, up in the CRS of the model, whose name is written in the short form
    (``EPSG:25832``), which means this order. Polygons of boundary surfaces are written there, and solids refer to them.
    Kinds of objects that CityGML 2.0 lacks, those of the Energy ADE too, become generic city objects; storeys and
    units, which it cannot place in a building, are left out.

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

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import citytwin as ct
    >>> with TemporaryDirectory() as folder:
    ...     losses = ct.write_citygml(ct.synthetic.city(2, seed=1), Path(folder) / "city.gml")
    ...     ct.read_city(Path(folder) / "city.gml").n_buildings
    2
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
        self.leaves = LeafWriter(self.losses)
        self.shapes = ShapeWriter(city, self.losses, self.leaves, self.grouping, self._extras)

    def document(self) -> Iterator[str]:
        """The document in pieces, one top-level object at a time."""
        city = self.city
        spaces = " ".join(f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in self._prefixes())
        yield f'<?xml version="1.0" encoding="UTF-8"?>\n<core:CityModel {spaces}>\n'
        kept = self._extras(-1, "")
        yield from (f"{text}\n" for wanted in _HEAD for name, text in kept if name == wanted)
        if len(city.vertices):
            low, high = (" ".join(map(repr, corner.tolist())) for corner in np.split(city.bounds, 2))
            yield (
                f'<gml:boundedBy><gml:Envelope{self._srs_name()} srsDimension="3"><gml:lowerCorner>{low}'
                f"</gml:lowerCorner><gml:upperCorner>{high}</gml:upperCorner></gml:Envelope></gml:boundedBy>\n"
            )
        for row in np.flatnonzero(city.objects.parent < 0).tolist():
            if city.objects.kind[row] == ObjectKind.OTHER and not city.objects.attributes.entries(row):
                content = [text for _, text in self._extras(row, "")]
                yield from (f"<core:cityObjectMember>{text}</core:cityObjectMember>\n" for text in content)
            else:
                yield f"<core:cityObjectMember>{self._object(row, self._top_class(row))}</core:cityObjectMember>\n"
        yield from (f"{text}\n" for name, text in kept if name not in _HEAD)
        yield "</core:CityModel>\n"

    def _prefixes(self) -> list[str]:
        """Prefixes the document declares."""
        kinds = (ObjectKind(kind) for kind in np.unique(self.city.objects.kind))
        used = {CLASSES[kind].prefix for kind in kinds if kind in CLASSES}
        if (self.city.objects.kind == ObjectKind.OTHER).any():
            used |= {known.prefix for known in BY_TYPE.values()}
        return [*ALWAYS, *sorted(used.difference(ALWAYS))]

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

    def _class(self, row: int) -> Class | None:
        """Class of an object, None where CityGML 2.0 has none for it."""
        kind = ObjectKind(self.city.objects.kind[row])
        if kind != ObjectKind.OTHER:
            return CLASSES.get(kind)
        entries = self.city.objects.attributes.entries(row)
        return next((BY_TYPE.get(entry.value) for entry in entries if entry.name == "type"), None)

    def _top_class(self, row: int) -> Class:
        known = self._class(row)
        if known is not None:
            return known
        kind = ObjectKind(self.city.objects.kind[row])
        self.losses.add("OBJECT_CHANGED", f"{kind.word} {self.city.objects.id[row]} is a GenericCityObject")
        return CLASSES[ObjectKind.GENERIC]

    def _object(self, row: int, how: Class) -> str:
        """An object with what belongs to it."""
        city = self.city
        chunks = self.leaves.chunks(city.objects.attributes.entries(row), how.prefix)
        if how.prefix == "dem" and not any(name == "lod" for name, _ in chunks):
            lods = city.surfaces.lod[self.grouping.surfaces[row]] // 10
            chunks.append(("lod", wrapped("dem", "lod", str(int(lods.max(initial=0))))))
        chunks += self.shapes.chunks(row, how)
        chunks += self._extras(row, "")
        for part in self.grouping.parts[row]:
            below = self._class(part)
            if below is None or below.prefix != how.prefix or not below.within:
                word = ObjectKind(city.objects.kind[part]).word
                self.losses.add("OBJECT_LEFT_OUT", f"{word} {city.objects.id[part]} in {city.objects.id[row]}")
            else:
                chunks.append((below.within, wrapped(below.prefix, below.within, self._object(part, below))))
        return element(f"{how.prefix}:{how.tag}", city.objects.id[row], chunks)

    def _extras(self, row: int, place: str) -> list[Chunk]:
        """Kept content of an object whose place begins with `place`, or, for "", with no boundary surface."""
        chunks = []
        extras = self.city.extras
        for extra in self.grouping.extras[row]:
            where, content = extras.place[extra], extras.content[extra]
            if (place and not where.startswith(place)) or (not place and where.startswith("#")):
                continue
            space, _, local = where.removeprefix(place).rpartition(":")
            unfit = not content.startswith("<") or _NEW_NAMESPACE.search(content)
            if unfit or (space == "gml" and (row >= 0 or local not in _HEAD)):
                self.losses.add("EXTRA_LEFT_OUT", where)
                continue
            chunks.append((local, _OLD_NAMESPACE.sub(r"\g<1>2.0", content)))
        return chunks
