"""Implicit geometry: a prototype in coordinates of its own, put in place by a matrix and a point."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.io.citygml_fragments import local
from citytwin.io.citygml_geometry import GeometryReader
from citytwin.io.citygml_gml import HREF, POSITIONS
from citytwin.io.citygml_member_links import Range
from citytwin.kernels.decimal import read_decimals


def read_implicit(implicit: Any, owner: int, reader: GeometryReader) -> str:
    """Read an ``ImplicitGeometry`` whose surfaces belong to `owner`; return why it cannot be read, else "".

    A point p of the prototype comes to ``referencePoint + M (p, 1)``, M being the upper three rows of the
    ``transformationMatrix``, in metres east, north and up. An object of a library outside the file is never opened.

    References
    ----------
    OGC 12-019, CityGML 2.0, clause 8.2; OGC 20-010, CityGML 3.0, clause 7.2.
    """
    parts = {local(part): part for part in implicit}
    relative = parts.get("relativeGMLGeometry", parts.get("relativeGeometry"))
    if relative is None:
        uri = (parts["libraryObject"].text or "").strip() if "libraryObject" in parts else ""
        return f"the library object {uri[:200]!r} is not opened" if uri else "there is no relative geometry"
    limit = reader.limits.coordinate
    matrix = np.eye(4)
    if "transformationMatrix" in parts:
        numbers = _numbers(parts["transformationMatrix"].text, 16, limit)
        if numbers is None:
            return "the transformation matrix does not hold sixteen numbers"
        matrix = numbers.reshape(4, 4)
        if matrix[3].tolist() != [0.0, 0.0, 0.0, 1.0]:
            return "the transformation matrix does not end in 0 0 0 1"
    point = _point(parts.get("referencePoint"), reader, limit)
    if point is None:
        return "the reference point does not hold three numbers"
    href = relative.get(HREF)
    if href is None and not len(relative):
        return "there is no relative geometry"
    target = href if href is not None else _prototype(relative[0], owner, reader)
    if target is None:
        return f"{local(relative[0])} is no surface or solid"
    columns = reader.columns
    columns.placed_link.append(len(columns.link_owner))
    columns.placed_matrix.append(matrix[:3])
    columns.placed_point.append(point)
    reader.links.add([target], 1, owner, False)
    return ""


def _prototype(geometry: Any, owner: int, reader: GeometryReader) -> Range | None:
    """Read a geometry in coordinates of its own, which only links put in place; None where it cannot be read."""
    columns = reader.columns
    row = columns.add_owner(columns.owner_object[owner], columns.owner_kind[owner], columns.owner_lod[owner])
    columns.prototype_owner.append(row)
    reader.begin(row)
    reader.dimension = 3
    start = len(columns.entry)
    reader.is_prototype = True
    understood = reader.geometry(geometry)
    reader.is_prototype = False
    return (start, len(columns.entry), 1) if understood else None


def _point(property: Any, reader: GeometryReader, limit: float) -> NDArray[np.float64] | None:
    if property is None:
        return None
    for point in property:
        if name := point.get("srsName"):
            reader.columns.srs_names.add(name)
    text = " ".join((position.text or "").replace(",", " ") for position in property.iter(*POSITIONS))
    return _numbers(text, 3, limit)


def _numbers(text: str | None, count: int, limit: float) -> NDArray[np.float64] | None:
    """As many finite numbers of bearable size as a text should hold, or None."""
    if not text or not text.isascii():
        return None
    values, error = read_decimals(text.encode())
    if error >= 0 or len(values) != count or not (np.abs(values) <= limit).all():
        return None
    return values
