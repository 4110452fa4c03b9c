"""One door for city models of every format, packed or not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError, CrsError
from citytwin.io._collected import Collected
from citytwin.io._finish import Input
from citytwin.io._formats import Format, format_of
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import Lod
from citytwin.io._snapshot import FarLinksError, PiecewiseInput, write_snapshot
from citytwin.io._streams import Progress, Source, input_file, sources_of
from citytwin.io.store import MANIFEST, open_city, save_city
from citytwin.model.city import CityModel
from citytwin.model.findings import Finding, Findings
from citytwin.model.provenance import Provenance

if TYPE_CHECKING:
    from pyproj import CRS

Where = Mapping[str, Any]
Box = tuple[float, float, float, float]

LARGE = 64_000_000
"""Bytes on disk from which a selection is made from a snapshot, so that what is left out is never in memory at once."""


def read_city(
    path_or_paths: str | Path | Iterable[str | Path],
    crs: str | CRS | None = None,
    lod: Lod | Iterable[Lod] | None = None,
    bbox: Box | None = None,
    where: Where | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
) -> CityModel:
    """Read a semantic city model: CityGML 1.0 to 3.0, CityJSON 1.0 to 2.0, CityJSONSeq, footprints with heights.

    Parameters
    ----------
    path_or_paths : path-like, or several
        Files, plain or packed with gzip or zip, or folders, which are searched for CityGML and CityJSON. What a file
        is, is told by its content; footprints are GeoPackage, GeoJSON or OpenStreetMap. In a folder, XML and JSON files
        that are no city model are passed over with a finding. A folder that :meth:`CityModel.save` wrote is opened.
    crs : str or pyproj.CRS, optional
        Coordinate reference system the coordinates of the files are in, for example ``"EPSG:3879"``: it overrides what
        the files say. ``"local"`` for metres without a place on earth. Axis order is decided by the data in any case.
    lod : int, float, str, or several, optional
        Levels of detail to keep: 2 keeps LoD2 and its refinements, "2.2" only that. Default all.
    bbox : (min_x, min_y, max_x, max_y), optional
        Keep objects with a vertex inside, in metres of the CRS of the model.
    where : mapping, optional
        Attribute name to a value, or to a function of the value (None where it is missing): keep top-level objects that
        meet all of them. With `bbox` or `where`, memory holds a few pieces of the files and what is kept.
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
        A file is missing, damaged, of another format, or beyond a limit; there is no city object, or none that meets
        `where` and `bbox`.
    CrsError
        The reference system cannot be told, or files differ in it.
    ValueError
        `lod` or `bbox` make no sense.

    Examples
    --------
    >>> city = read_city("helsinki.gml", where={"TILA": "2"})  # doctest: +SKIP
    """
    if bbox is not None:
        min_x, min_y, max_x, max_y = bbox
        if not (min_x < max_x and min_y < max_y):
            raise ValueError(f"bbox must be (min_x, min_y, max_x, max_y), not {bbox}")
    if isinstance(path_or_paths, str | os.PathLike) and os.path.isfile(Path(path_or_paths) / MANIFEST):
        return _filtered(open_city(path_or_paths), bbox, where)
    reading = _Reading.of(path_or_paths, crs, lod, limits or ReadLimits(), progress)
    parameters = reading.parameters | _selection(bbox, where)
    if (bbox is not None or where is not None) and reading.bytes >= LARGE:
        with TemporaryDirectory(prefix="citytwin_", ignore_cleanup_errors=True) as folder:
            city = _filtered(_snapshot(reading, Path(folder) / "city", parameters), bbox, where)
    else:
        city = _filtered(_whole(reading, parameters, bbox), bbox, where)
    return city


def snapshot(
    path_or_paths: str | Path | Iterable[str | Path],
    directory: str | Path,
    crs: str | CRS | None = None,
    lod: Lod | Iterable[Lod] | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
) -> CityModel:
    """Read a city model of any size into a folder of arrays, and open it.

    What is read is that of :func:`citytwin.read_city` followed by :meth:`CityModel.save`, but CityGML and CityJSONSeq
    go to disk piece by piece: memory holds a few pieces of 16 MB, whatever the size of the files. Where geometry refers
    to geometry of another object that is not in the same piece, all is read at once.

    Parameters
    ----------
    path_or_paths, crs, lod, limits, progress : see :func:`citytwin.read_city`
    directory : path-like
        New or empty, or a snapshot, which is replaced when the new one is complete.

    Returns
    -------
    CityModel
        With arrays that are mapped into memory.

    Raises
    ------
    CityReadError, CrsError
        As :func:`citytwin.read_city`.
    OutputError
        The folder cannot be written or holds something else.

    Examples
    --------
    >>> city = snapshot("helsinki/", "helsinki.city")  # doctest: +SKIP
    """
    reading = _Reading.of(path_or_paths, crs, lod, limits or ReadLimits(), progress)
    return _snapshot(reading, Path(directory), reading.parameters)


class _File(NamedTuple):
    """One input with its reader."""

    source: Source
    format: Format
    provenance: Provenance
    progress: Progress | None


class _Reading(NamedTuple):
    """Inputs of one call with its arguments."""

    files: list[_File]
    crs: str | CRS | None
    lod: Lod | list[Lod] | None
    limits: ReadLimits
    passed_over: Findings
    bytes: int

    @classmethod
    def of(
        cls,
        path_or_paths: str | Path | Iterable[str | Path],
        crs: str | CRS | None,
        lod: Lod | Iterable[Lod] | None,
        limits: ReadLimits,
        progress: Progress | None,
    ) -> _Reading:
        """Inputs behind the paths; CityReadError where there is none."""
        if isinstance(path_or_paths, str | os.PathLike):
            paths = [Path(path_or_paths)]
        else:
            paths = [Path(path) for path in path_or_paths]
        if not paths:
            raise CityReadError("there is nothing to read: the list of paths is empty")
        sources = [
            (source, os.path.isdir(path) or source.member is not None)
            for path in paths
            for source in sources_of(path, limits)
        ]
        inputs = {source.path: input_file(source.path) for source, _ in sources}
        total = sum(file.bytes for file in inputs.values())
        done = 0
        files = []
        passed_over = []
        for source, optional in sources:
            format = format_of(source, limits, optional)
            if format is None:
                message = f"{source.name} is no city model and is passed over"
                passed_over.append(Finding(1015, "FILE_PASSED_OVER", message=message))
                continue
            files.append(_File(source, format, Provenance((inputs[source.path],)), _shifted(progress, done, total)))
            done += inputs[source.path].bytes
        if not files:
            raise CityReadError("there is no city model among the files", paths[0], advice="Choose CityGML or CityJSON")
        levels = lod if lod is None or isinstance(lod, int | float | str) else list(lod)
        return cls(files, crs, levels, limits, Findings.of(passed_over), total)

    @property
    def parameters(self) -> dict[str, Any]:
        """Arguments as provenance has them."""
        crs = self.crs if self.crs is None or isinstance(self.crs, str) else self.crs.to_string()
        return {name: value for name, value in (("crs", crs), ("lod", self.lod)) if value is not None}


def _selection(bbox: Box | None, where: Where | None) -> dict[str, Any]:
    """Arguments of a selection as provenance has them."""
    chosen: dict[str, Any] = {} if bbox is None else {"bbox": list(bbox)}
    return chosen if where is None else chosen | {"where": {name: str(wanted) for name, wanted in where.items()}}


def _whole(reading: _Reading, parameters: Mapping[str, Any], bbox: Box | None = None) -> CityModel:
    """All inputs in memory; formats that can do so leave out what is not in the box."""
    cities = [
        file.format.read(
            file.source,
            crs=reading.crs,
            lod=reading.lod,
            limits=reading.limits,
            progress=file.progress,
            provenance=file.provenance,
            **({"bbox": bbox} if file.format.takes_bbox else {}),
        )
        for file in reading.files
    ]
    city = _joined(cities, reading.files[0].source.path)
    city = city.with_findings(reading.passed_over) if len(reading.passed_over) else city
    return _not_empty(replace(city, provenance=city.provenance.with_parameters(**parameters)), reading)


def _snapshot(reading: _Reading, directory: Path, parameters: dict[str, Any]) -> CityModel:
    """All inputs on disk, piece by piece where their formats allow."""
    inputs = []
    for file in reading.files:
        if file.format.collect is None:
            break
        of = Input(file.source.name, reading.crs, reading.limits, file.provenance, file.format.closed_rings)
        inputs.append(PiecewiseInput(of, partial(_pieces, file, file.format.collect, reading)))
    try:
        if len(inputs) < len(reading.files):
            raise FarLinksError
        write_snapshot(inputs, directory, parameters, reading.passed_over)
    except FarLinksError:
        save_city(_whole(reading, parameters), directory)
    return _not_empty(open_city(directory, verify=False), reading)


def _pieces(file: _File, collect: Callable[..., Iterator[Collected]], reading: _Reading) -> Iterator[Collected]:
    return collect(file.source, lod=reading.lod, limits=reading.limits, progress=file.progress)


def _not_empty(city: CityModel, reading: _Reading) -> CityModel:
    if not len(city.objects):
        raise CityReadError(
            "holds no city object, and so no building",
            reading.files[0].source.path,
            advice="Choose a file with cityObjectMember elements",
        )
    return city


def _joined(cities: list[CityModel], path: Path) -> CityModel:
    """One model of all files; files without geometry go along with the reference system of the others."""
    systems = {(city.crs, city.vertical_crs) for city in cities if len(city.vertices)}
    if len(systems) > 1:
        listed = ", ".join(sorted(f"{crs} with heights {vertical}" for crs, vertical in systems))
        raise CrsError(
            f"the files differ in their reference systems: {listed}",
            path,
            advice="Read them one by one, bring them together by city.to_crs(...), then CityModel.concat",
        )
    if len(cities) == 1:
        return cities[0]
    crs, vertical_crs = next(iter(systems), (None, None))
    return CityModel.concat(
        city if len(city.vertices) else replace(city, crs=crs, vertical_crs=vertical_crs) for city in cities
    )


def _shifted(progress: Progress | None, done: int, total: int) -> Progress | None:
    if progress is None:
        return None
    return lambda read, _: progress(min(done + read, total), total)


def _filtered(city: CityModel, bbox: Box | None, where: Where | None) -> CityModel:
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
    if not len(chosen.objects):
        raise CityReadError(
            f"none of the {len(top)} city objects meets bbox and where",
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
