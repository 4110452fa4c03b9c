"""CityJSON 2.0 and CityJSONSeq from the arrays of a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np
from numpy.typing import NDArray

from citytwin.errors import OutputError
from citytwin.io._atomic import write
from citytwin.io._losses import Losses
from citytwin.io._quantise import fine_scale, merged, quantised
from citytwin.io.cityjson_kept import MEMBER, kinds_to_json
from citytwin.io.cityjson_writer_objects import ObjectWriter
from citytwin.model.city import CityModel
from citytwin.model.findings import Findings
from citytwin.model.ragged import take_rings

_URL = "https://www.opengis.net/def/crs"


def write_cityjson(city: CityModel, path: str | Path, scale: float = 0.001) -> Findings:
    """Write a model as CityJSON 2.0, or as CityJSONSeq where the name ends in ``.jsonl``.

    Vertices are rounded to multiples of `scale` from the origin of the model and shared. What CityJSON has no words for
    (dates, code spaces, digits and order of attributes as written, identifiers of polygons, kept XML) goes into members
    called ``+citytwin``, from which :func:`citytwin.read_city` restores it; other programs see a plain CityJSON file.

    Parameters
    ----------
    city : CityModel
    path : path-like
        Replaced when the new file is complete. A sequence has one line a top-level object with what belongs to it.
    scale : float
        Resolution of the coordinates, m; made finer by powers of ten where it would merge points of a ring or bend a
        plane polygon beyond the tolerance of val3dity.

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
    CityJSON 2.0.1, OGC 20-072r5; CityJSONSeq, https://www.cityjson.org/cityjsonseq/.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import citytwin as ct
    >>> city = ct.synthetic.city(2, seed=1)
    >>> with TemporaryDirectory() as folder:
    ...     losses = ct.write_cityjson(city, Path(folder) / "city.jsonl")
    ...     ct.read_city(Path(folder) / "city.jsonl").n_buildings
    2
    """
    if not scale > 0:
        raise ValueError(f"scale must be above 0, not {scale}")
    document = _Document(city, fine_scale(city, scale), str(path))
    pieces = document.sequence() if str(path).lower().endswith(".jsonl") else document.whole()

    def fill(file: BinaryIO) -> None:
        for piece in pieces:
            file.write(piece)

    write(path, fill)
    return document.losses.table()


class _Document:
    """A file in pieces, one object at a time."""

    def __init__(self, city: CityModel, scale: float, path: str) -> None:
        self.losses = Losses()
        self._city = city
        self._scale = scale
        self._numbers = np.zeros(len(city.vertices), np.int64)
        self._objects = ObjectWriter(city, self.losses, self._numbers)
        ids = self._objects.ids
        if len(set(ids)) < len(ids):
            twice = next(i for i in ids if ids.count(i) > 1)
            raise OutputError(f"{path} cannot be written: two objects have the id {twice!r}. Rename one of them")

    def whole(self) -> Iterator[bytes]:
        """One CityJSON document."""
        table, self._numbers[:] = merged(quantised(self._city.vertices, self._scale))
        head = _encoded({"type": "CityJSON", "version": "2.0", **self._head()})
        yield head[:-1] + b',"CityObjects":{'
        separator = b""
        for row in range(len(self._objects.ids)):
            for name, content in self._objects.objects(row):
                yield separator + _encoded(name) + b":" + _encoded(content)
                separator = b","
        yield b'},"vertices":' + _encoded(table.tolist()) + b"}\n"

    def sequence(self) -> Iterator[bytes]:
        """A header line, and a line for each top-level object with what belongs to it."""
        head = {"type": "CityJSON", "version": "2.0", **self._head(), "CityObjects": {}, "vertices": []}
        yield _encoded(head) + b"\n"
        for top in np.flatnonzero(self._city.objects.parent < 0).tolist():
            family = self._family(top)
            vertices = self._own_numbers(family)
            objects = dict(item for row in family for item in self._objects.objects(row))
            name = self._objects.ids[top]
            yield (
                _encoded({"type": "CityJSONFeature", "id": name, "CityObjects": objects, "vertices": vertices}) + b"\n"
            )

    def _family(self, top: int) -> list[int]:
        """Rows of an object and all below it, parents first."""
        rows = [top]
        for row in rows:
            rows += self._objects.grouping.parts[row]
        return rows

    def _own_numbers(self, family: list[int]) -> list[list[int]]:
        """Vertices of some objects; their numbers are put where the objects look for them."""
        grouping = self._objects.grouping
        surfaces = {surface for row in family for surface in grouping.surfaces[row]}
        solids = (solid for row in family for solid in grouping.solids[row])
        surfaces.update(surface for solid in solids for surface, _ in grouping.solid_entries(solid))
        rings = self._city.rings
        rows: NDArray[np.int64] = np.array(sorted(surfaces), np.int64)
        vertices = take_rings(rings.surface_rings, rings.ring_vertices, rows)[2]
        table, self._numbers[vertices] = merged(quantised(self._city.vertices[vertices], self._scale))
        return table.tolist()

    def _head(self) -> dict[str, Any]:
        """Members of the document that are neither objects nor vertices."""
        head: dict[str, Any] = {
            "transform": {"scale": [self._scale] * 3, "translate": self._city.origin.tolist()},
            "metadata": self._metadata(),
        }
        record: dict[str, Any] = {
            "version": 1,
            "attributes": kinds_to_json(self._objects.object_kinds),
            "surface_attributes": kinds_to_json(self._objects.surface_kinds),
            "extras": [],
        }
        for place, content in self._objects.extras(-1):
            if content.startswith("<"):
                record["extras"].append([place, content])
            elif place == "metadata":
                head[place] = {**msgspec.json.decode(content), **head[place]}
            elif place not in ("type", "version", "transform", "CityObjects", "vertices"):
                head[place] = msgspec.json.decode(content)
        return {**head, MEMBER: {name: value for name, value in record.items() if value}}

    def _metadata(self) -> dict[str, Any]:
        city = self._city
        metadata: dict[str, Any] = {}
        if len(city.vertices):
            metadata["geographicalExtent"] = city.bounds.tolist()
        code = re.fullmatch(r"EPSG:(\d+)", city.crs or "")
        vertical = re.fullmatch(r"EPSG:(\d+)", city.vertical_crs or "")
        for name, found in ((city.crs, code), (city.vertical_crs, vertical)):
            if name is not None and found is None:
                self.losses.add("CRS_LEFT_OUT", name)
        if code is not None:
            parts = [f"{_URL}/EPSG/0/{found[1]}" for found in (code, vertical) if found]
            compound = "&".join(f"{place}={part}" for place, part in enumerate(parts, 1))
            metadata["referenceSystem"] = parts[0] if len(parts) == 1 else f"{_URL}-compound?{compound}"
        return metadata


def _encoded(value: Any) -> bytes:
    return msgspec.json.encode(value)
