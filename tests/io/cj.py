"""Small CityJSON documents, for the tests of reader and writer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.io.gml import EAST, HEIGHT, NORTH, box_faces

URL = "https://www.opengis.net/def/crs/EPSG/0/3879"
KINDS = {"ground": "GroundSurface", "roof": "RoofSurface"}


def box(identifier: str = "b", **changes: Any) -> dict[str, Any]:
    """A document with one box as a solid with semantics; `changes` replace members of the object."""
    vertices: list[list[int]] = []
    faces = []
    for points in box_faces().values():
        rows = []
        for x, y, z in points:
            vertex = [round(1000 * (x - EAST)), round(1000 * (y - NORTH)), round(1000 * (z - HEIGHT))]
            if vertex not in vertices:
                vertices.append(vertex)
            rows.append(vertices.index(vertex))
        faces.append([rows])
    surfaces = [
        {"type": KINDS.get(name, "WallSurface"), "id": f"{identifier}_{name}", "slope": place}
        for place, name in enumerate(box_faces())
    ]
    solid = {
        "type": "Solid",
        "lod": "2.2",
        "boundaries": [faces],
        "semantics": {"surfaces": surfaces, "values": [list(range(6))]},
    }
    return {
        "type": "CityJSON",
        "version": "2.0",
        "transform": {"scale": [0.001] * 3, "translate": [EAST, NORTH, HEIGHT]},
        "metadata": {"referenceSystem": URL},
        "CityObjects": {identifier: {"type": "Building", "geometry": [solid]} | changes},
        "vertices": vertices,
    }


def write(folder: Path, document: Any, name: str = "city.json") -> Path:
    path = folder / name
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return path
