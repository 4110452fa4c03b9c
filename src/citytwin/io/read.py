"""One door for city models of every format, packed or not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError, CrsError
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import Lod
from citytwin.io._streams import Progress, Source, head_of, input_file, sources_of
from citytwin.io._xml import root_of
from citytwin.io.citygml import check_root, read_citygml
from citytwin.io.citygml_names import CITY_MODELS, CITYGML_3
from citytwin.io.cityjson import read_cityjson
from citytwin.io.store import MANIFEST, open_city
from citytwin.model.city import CityModel
from citytwin.model.findings import Finding, Findings
from citytwin.model.provenance import Provenance

Where = Mapping[str, Any]
_CITYJSON = (b'"CityJSON"', b'"CityJSONFeature"')


def read_city(
    path_or_paths: str | Path | Iterable[str | Path],
    crs: str | None = None,
    lod: Lod | Iterable[Lod] | None = None,
    bbox: tuple[float, float, float, float] | None = None,
    where: Where | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
) -> CityModel:
    """Read a semantic city model: CityGML 1.0 and 2.0, CityJSON 1.0 to 2.0, CityJSONSeq.

    Parameters
    ----------
    path_or_paths : path-like, or several
        Files, plain or packed with gzip or zip, or folders, which are searched for such files. What a file is, is told
        by its content. In a folder, XML and JSON files that are no city model are passed over with a finding.
    crs : str, optional
        Coordinate reference system the coordinates of the files are in, for example ``"EPSG:3879"``: it overrides what
        the files say. ``"local"`` for metres without a place on earth. Axis order is decided by the data in any case.
    lod : int, float, str, or several, optional
        Levels of detail to keep: 2 keeps LoD2 and its refinements, "2.2" only that. Default all.
    bbox : (min_x, min_y, max_x, max_y), optional
        Keep objects with a vertex inside, in metres of the CRS of the model.
    where : mapping, optional
        Attribute name to a value, or to a function of the value (None where it is missing): keep top-level objects that
        meet all of them.
    limits : ReadLimits, optional
    progress : callable, optional
        Called as ``progress(done_bytes, total_bytes)`` with bytes on disk, over all files.

    Returns
    -------
    CityModel
        With `findings`, `counts` (``read + degraded + refused = total``) and the hashes of the inputs in `provenance`.

    Raises
    ------
    CityReadError
        A file is missing, damaged, of another format, or beyond a limit; there is no building, or none that meets
        `where` and `bbox`.
    CrsError
        The reference system cannot be told, or files differ in it.
    ValueError
        `lod` or `bbox` make no sense.

    Examples
    --------
    >>> city = read_city("helsinki.gml", where={"TILA": "2"})  # doctest: +SKIP
    """
    limits = limits or ReadLimits()
    if bbox is not None:
        min_x, min_y, max_x, max_y = bbox
        if not (min_x < max_x and min_y < max_y):
            raise ValueError(f"bbox must be (min_x, min_y, max_x, max_y), not {bbox}")
    if isinstance(path_or_paths, str | os.PathLike):
        path = Path(path_or_paths)
        if (path / MANIFEST).is_file():
            return _filtered(open_city(path), bbox, where)
        paths = [path]
    else:
        paths = [Path(p) for p in path_or_paths]
        if not paths:
            raise CityReadError("there is nothing to read: the list of paths is empty")
    sources = [
        (source, path.is_dir() or source.member is not None) for path in paths for source in sources_of(path, limits)
    ]
    files = {source.path: input_file(source.path) for source, _ in sources}
    total = sum(file.bytes for file in files.values())
    done = 0
    cities: list[CityModel] = []
    passed_over: list[Finding] = []
    for source, optional in sources:
        reader = _reader_of(source, limits, optional)
        if reader is None:
            message = f"{source.name} is no city model and is passed over"
            passed_over.append(Finding(1015, "FILE_PASSED_OVER", message=message))
            continue
        provenance = Provenance((files[source.path],))
        cities.append(
            reader(
                source, crs=crs, lod=lod, limits=limits, provenance=provenance, progress=_shifted(progress, done, total)
            )
        )
        done += files[source.path].bytes
    if not cities:
        raise CityReadError("there is no city model among the files", paths[0], advice="Choose CityGML or CityJSON")
    city = _joined(cities, paths[0])
    if not city.n_buildings:
        raise CityReadError(
            f"holds no building ({len(city.objects)} other city objects)",
            paths[0],
            advice="Choose a file with Building objects",
        )
    city = city.with_findings(Findings.of(passed_over)) if passed_over else city
    parameters: dict[str, Any] = {
        "crs": crs,
        "lod": lod if lod is None or isinstance(lod, int | float | str) else list(lod),
        "bbox": None if bbox is None else list(bbox),
        "where": None if where is None else {name: str(wanted) for name, wanted in where.items()},
    }
    provenance = city.provenance.with_parameters(**{k: v for k, v in parameters.items() if v is not None})
    city = replace(city, provenance=provenance)
    return _filtered(city, bbox, where)


def _joined(cities: list[CityModel], path: Path) -> CityModel:
    """One model of all files; files without geometry go along with the reference system of the others."""
    systems = {(city.crs, city.vertical_crs) for city in cities if len(city.vertices)}
    if len(systems) > 1:
        listed = ", ".join(sorted(f"{crs} with heights {vertical}" for crs, vertical in systems))
        raise CrsError(f"the files differ in their reference systems: {listed}", path, advice="Read them one by one")
    if len(cities) == 1:
        return cities[0]
    crs, vertical_crs = next(iter(systems), (None, None))
    return CityModel.concat(
        city if len(city.vertices) else replace(city, crs=crs, vertical_crs=vertical_crs) for city in cities
    )


def _reader_of(source: Source, limits: ReadLimits, optional: bool) -> Callable[..., CityModel] | None:
    """Reader for an input, by its content; None where it is something else and may be."""
    head = head_of(source, limits)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start == b"{":
        if optional and not any(mark in head for mark in _CITYJSON) and b"CityObjects" not in head:
            return None
        return read_cityjson
    if head.startswith(b"SQLite format 3"):
        raise CityReadError(
            "this is a GeoPackage, not a city model", source.name, advice="Join its table with read_table and city.join"
        )
    if optional:
        tag = root_of(head, source.name).tag
        if tag not in CITY_MODELS and not tag.startswith(f"{{{CITYGML_3}}}"):
            return None
        check_root(tag, source.name)
    return read_citygml


def _shifted(progress: Progress | None, done: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda read, _: progress(min(done + read, total), total)


def _filtered(city: CityModel, bbox: tuple[float, float, float, float] | None, where: Where | None) -> CityModel:
    if bbox is None and where is None:
        return city
    top = np.flatnonzero(city.objects.parent < 0)
    keep = np.ones(len(city.objects), bool)
    for name, wanted in (where or {}).items():
        keep &= _meets(city, name, wanted)
    rows = top[keep[top]]
    chosen = city.select(rows=rows)
    if bbox is not None:
        chosen = chosen.select(bbox=bbox)
    if not chosen.n_buildings:
        raise CityReadError(
            f"none of the {city.n_buildings} buildings meets bbox and where",
            advice="bbox is in metres of the model's CRS",
        )
    return chosen


def _meets(city: CityModel, name: str, wanted: Any) -> NDArray[np.bool_]:
    """Objects whose attribute `name` equals `wanted`, or for which `wanted` says so."""
    column = city.objects.attributes.get(name)
    if column is None:
        known = ", ".join(sorted(city.objects.attributes.keys)) or "none"
        raise CityReadError(f"no object has an attribute {name!r}", advice=f"There are {known}")
    if callable(wanted):
        values = (
            None if missing else value for value, missing in zip(column.values.tolist(), column.mask, strict=True)
        )
        return np.array([bool(wanted(value)) for value in values])
    if isinstance(wanted, str):
        return column.as_text() == wanted
    same: NDArray[np.bool_] = column.as_float() == float(wanted)
    return same
