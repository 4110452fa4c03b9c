"""City models of any size to arrays on disk, a piece at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CrsError
from citytwin.io._array_files import ArrayFiles
from citytwin.io._atomic import publish_directory
from citytwin.io._collected import Collected
from citytwin.io._finish import Input, counts, prepare
from citytwin.io._log import Log
from citytwin.io.store import MANIFEST, Columns, columns_of, digest_of, finding_columns, write_manifest
from citytwin.model.assemble import assemble_city
from citytwin.model.crs import decide
from citytwin.model.crs_decision import ROWS, Decision
from citytwin.model.findings import Findings
from citytwin.model.provenance import Provenance
from citytwin.model.strings import Strings
from citytwin.model.subset import ids_in_several
from citytwin.model.triangles import grid_origin

_ROWS_OF = {
    "object_parent": "object_kind",
    "surface_object": "object_kind",
    "surface_parent": "surface_kind",
    "surface_solid": "solid_object",
    "surface_feature": "feature",
    "solid_object": "object_kind",
    "solid_surface": "surface_kind",
    "extra_object": "object_kind",
    "object_attribute_row": "object_kind",
    "feature_attribute_row": "feature",
}
"""Arrays that hold rows, and the array whose length shifts them; -1 stays."""

_OFFSETS = ("surface_rings", "ring_vertices", "solid_offsets")
_WORDS = {"key": "keys", "place": "places", "unit": "units"}


class FarLinksError(Exception):
    """Geometry refers to other geometry that is not in the same piece."""


@dataclass(frozen=True)
class PiecewiseInput:
    """One input of a snapshot.

    Parameters
    ----------
    of : Input
    pieces : callable
        Gives the pieces of the input from its start.
    """

    of: Input
    pieces: Callable[[], Iterator[Collected]]


@dataclass(frozen=True)
class _Part:
    """What one input became: rows of its objects and vertices."""

    of: Input
    log: Log
    objects: slice
    vertices: slice


def write_snapshot(
    inputs: Sequence[PiecewiseInput],
    directory: str | Path,
    parameters: dict[str, Any],
    findings: Findings | None = None,
) -> None:
    """Write what readers collect, piece by piece, as a folder that :func:`~citytwin.open_city` opens.

    No more than a few pieces are in memory at any time. The folder is that of reading everything and saving it.

    Parameters
    ----------
    inputs : sequence of PiecewiseInput
    directory : path-like
    parameters : dict
        Of the provenance.
    findings : Findings, optional
        More of them, behind those of the inputs.

    Raises
    ------
    FarLinksError
        Links lead out of their piece; nothing is written then.
    CityReadError
        An input cannot be read.
    CrsError
        The reference system of an input cannot be told, or inputs differ in it.
    OutputError
        The folder cannot be written.
    """

    def fill(folder: Path) -> None:
        with ArrayFiles(folder) as files:
            growing = _Growing(files)
            parts = [growing.add(item) for item in inputs]
        vertices = _mapped(folder, "vertices", "r+")
        decisions = [decide(vertices[part.vertices], part.log.srs_names, part.of.crs, part.of.name) for part in parts]
        system = _common_system(decisions, parts)
        origin = _locate(vertices, parts, decisions)
        ids = Strings(_mapped(folder, "object_id.data"), _mapped(folder, "object_id.offsets"))
        parent = _mapped(folder, "object_parent")
        of_parts = [_of(ids, parent, part) for part in parts]
        found = ids_in_several(ids, [part.objects.start for part in parts[1:]]) if len(parts) > 1 else Findings.of()
        for part, decision, (names, _) in zip(parts, decisions, of_parts, strict=True):
            found = found + part.log.table(names) + decision.findings
        with ArrayFiles(folder) as files:
            files.append("origin", origin)
            for name, array in finding_columns(found + (findings or Findings.of())).items():
                files.append(name, array)
        by_part = [counts(above, part.log) for part, (_, above) in zip(parts, of_parts, strict=True)]
        write_manifest(
            folder,
            crs=system[0],
            vertical_crs=system[1],
            counts={name: sum(count[name] for count in by_part) for name in by_part[0]},
            provenance=sum((part.of.provenance for part in parts), Provenance()).with_parameters(**parameters),
            mapping={},
            words=growing.words(),
            digests={path.stem: digest_of(path) for path in sorted(folder.glob("*.npy"))},
        )

    publish_directory(directory, fill, MANIFEST)


class _Growing:
    """The arrays of a model while pieces are put behind each other."""

    def __init__(self, files: ArrayFiles) -> None:
        self._files = files
        self._length: dict[str, int] = {"feature": 0}
        self._words: dict[str, dict[str, int]] = {}

    def add(self, item: PiecewiseInput) -> _Part:
        """Append the pieces of one input."""
        log = Log(item.of.limits.findings)
        first_object, first_vertex = self._length.get("object_kind", 0), self._length.get("vertices", 0)
        n_objects = 0
        for collected in item.pieces():
            columns = prepare(collected, item.of, log, n_objects)
            if log.dangling:
                raise FarLinksError
            self._append(columns_of(assemble_city(**columns, crs=None, origin=np.zeros(3))))
            n_objects += collected.n_objects
        return _Part(
            item.of,
            log,
            slice(first_object, self._length["object_kind"]),
            slice(first_vertex, self._length["vertices"]),
        )

    def words(self) -> dict[str, Any]:
        """Words that the attribute tables count, and rows of these tables."""
        lengths = {"object_attribute": self._length["object_kind"], "feature_attribute": self._length["feature"]}
        return {
            prefix: {"n": n} | {plural: list(self._words[f"{prefix}_{name}"]) for name, plural in _WORDS.items()}
            for prefix, n in lengths.items()
        }

    def _append(self, piece: Columns) -> None:
        before = dict(self._length)
        for name, array in piece.arrays.items():
            if name == "origin" or name.startswith("finding_"):
                continue
            self._files.append(name, self._shifted(name, array, piece, before))
            self._length[name] = before.get(name, 0) + len(array)
        self._length["feature"] += piece.words["feature_attribute"]["n"]

    def _shifted(self, name: str, array: NDArray[Any], piece: Columns, before: dict[str, int]) -> NDArray[Any]:
        """Rows, offsets and words of a piece as those of the whole."""
        if name in _ROWS_OF:
            shift = before.get(_ROWS_OF[name], 0)
            return np.where(array < 0, array, array + shift).astype(array.dtype)
        if name in _OFFSETS or name.endswith(".offsets"):
            total = before.get(f"{name} total", 0)
            self._length[f"{name} total"] = total + int(array[-1])
            return array + total if name not in before else array[1:] + total
        prefix, _, column = name.rpartition("_")
        if column in _WORDS and prefix in piece.words:
            known = self._words.setdefault(name, {})
            renamed = [known.setdefault(word, len(known)) for word in piece.words[prefix][_WORDS[column]]]
            return np.array(renamed, array.dtype)[array]
        return array


def _common_system(decisions: Sequence[Decision], parts: Sequence[_Part]) -> tuple[str | None, str | None]:
    """Reference systems of all inputs that have vertices."""
    if len(parts) == 1:
        return decisions[0].crs, decisions[0].vertical_crs
    systems = {
        (decision.crs, decision.vertical_crs)
        for decision, part in zip(decisions, parts, strict=True)
        if part.vertices.start < part.vertices.stop
    }
    if len(systems) > 1:
        listed = ", ".join(sorted(f"{crs} with heights {vertical}" for crs, vertical in systems))
        raise CrsError(
            f"the files differ in their reference systems: {listed}",
            parts[0].of.name,
            advice="Read them one by one, bring them together by city.to_crs(...), then CityModel.concat",
        )
    return next(iter(systems), (None, None))


def _locate(
    vertices: NDArray[np.float64], parts: Sequence[_Part], decisions: Sequence[Decision]
) -> NDArray[np.float64]:
    """Bring coordinates on disk to metres relative to an origin, which is returned."""
    low = np.full(3, np.inf)
    for part, decision in zip(parts, decisions, strict=True):
        for start in range(part.vertices.start, part.vertices.stop, ROWS):
            rows = slice(start, min(start + ROWS, part.vertices.stop))
            located = decision.apply(vertices[rows])
            vertices[rows] = located
            low = np.minimum(low, located.min(0))
    origin = grid_origin(low) if len(vertices) else np.zeros(3)
    for start in range(0, len(vertices), ROWS):
        vertices[start : start + ROWS] -= origin
    return origin


def _of(ids: Strings, parent: NDArray[np.int32], part: _Part) -> tuple[Strings, NDArray[np.int32]]:
    """Identifiers and parents of the objects of one input, counted from its first."""
    first, stop = part.objects.start, part.objects.stop
    above = np.array(parent[part.objects])
    return Strings(ids.data, ids.offsets[first : stop + 1]), np.where(above < 0, above, above - first)


def _mapped(folder: Path, name: str, mode: Literal["r", "r+"] = "r") -> NDArray[Any]:
    path = folder / f"{name}.npy"
    array: NDArray[Any] = np.load(path, mmap_mode=mode, allow_pickle=False)
    return array
