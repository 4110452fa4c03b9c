"""Reads a document by the byte scanner and by the reference reader, which have to agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from citytwin.io._limits import ReadLimits
from citytwin.io._streams import sources_of
from citytwin.io.citygml import read_citygml
from citytwin.model.city import CityModel
from citytwin.model.enums import ObjectKind, SurfaceKind
from tests.io import gml
from tests.io.same_city import assert_same_city


def read_file(path: Path, **options: Any) -> CityModel:
    """Model of a file, the same by both readers."""
    (source,) = sources_of(path, ReadLimits())
    city = read_citygml(source, path="reference", **options)
    assert_same_city(read_citygml(source, path="fast", **options), city)
    return city


def read(folder: Path, *members: str, version: str = "2.0", **options: Any) -> CityModel:
    """Model of a document with the given objects."""
    return read_file(gml.write(folder, gml.city(*members, version=version)), **options)


def codes(city: CityModel) -> dict[int, int]:
    """Findings of reading by code, but for those about the reference system."""
    values, counts = np.unique(city.recorded.code, return_counts=True)
    return {int(v): int(n) for v, n in zip(values, counts, strict=True) if not 1200 <= v < 1300}


def kinds(city: CityModel) -> list[str]:
    """Kinds of the objects."""
    return [ObjectKind(kind).word for kind in city.objects.kind]


def surface_kinds(city: CityModel) -> list[str]:
    """Kinds of the polygons."""
    return [SurfaceKind(kind).word for kind in city.surfaces.kind]


def attributes(city: CityModel, row: int = 0) -> list[tuple[str, str, str, str, str]]:
    """Name, value, type, unit and place of each attribute of an object."""
    return [(a.name, a.value, a.type, a.unit, a.place) for a in city.objects.attributes.entries(row)]


def feature_attributes(city: CityModel, row: int) -> list[tuple[str, str, str, str]]:
    """Name, value, type and unit of each attribute of a boundary surface."""
    return [(a.name, a.value, a.type, a.unit) for a in city.surfaces.feature_attributes.entries(row)]
