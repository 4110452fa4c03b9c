"""City models on disk as plain arrays: a folder of npy files and a manifest, opened without reading them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_blocks
from citytwin.errors import CityReadError
from citytwin.io._atomic import publish_directory, recover_directory, write_part
from citytwin.model.attributes import AttributeTable
from citytwin.model.city import CityModel
from citytwin.model.city_tables import Extras, Objects, Rings, Solids, Surfaces
from citytwin.model.findings import Findings
from citytwin.model.provenance import InputFile, Provenance
from citytwin.model.strings import Strings

MANIFEST = "citytwin.json"
FORMAT = "citytwin city"
VERSION = 2
SMALL_BYTES = 4096
"""Files below are read at once: an empty array cannot be mapped, and a page is the least that can."""

_OBJECTS = ("kind", "parent")
_SURFACES = ("object", "kind", "lod", "parent", "solid", "feature")
_SOLIDS = ("object", "lod", "offsets", "surface", "reversed")
_TABLE = ("row", "key", "type", "place", "unit")
_FINDINGS = ("code", "severity", "action")
_FINDING_TEXTS = ("name", "object_id", "surface_id", "message")


def save_city(city: CityModel, directory: str | Path) -> Path:
    """Write a model as a folder that :func:`open_city` opens; an earlier one of the same name is replaced as a whole.

    Parameters
    ----------
    city : CityModel
    directory : path-like
        New or empty, or written by this function before.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputError
        The folder cannot be written or holds something else.
    """
    columns = columns_of(city)

    def fill(folder: Path) -> None:
        digests = {}
        for name, array in columns.arrays.items():
            content = np.ascontiguousarray(array)
            write_part(folder / f"{name}.npy", partial(_write_array, content))
            digests[name] = digest_of(folder / f"{name}.npy")
        write_manifest(
            folder,
            crs=city.crs,
            vertical_crs=city.vertical_crs,
            counts=city.counts,
            provenance=city.provenance,
            mapping=city.mapping,
            words=columns.words,
            digests=digests,
        )

    return publish_directory(directory, fill, MANIFEST)


class Columns(NamedTuple):
    """A model as arrays by name, and the words its attribute tables count."""

    arrays: dict[str, NDArray[Any]]
    words: dict[str, Any]


def columns_of(city: CityModel) -> Columns:
    """Everything of a model that is an array, under the name of its file."""
    arrays: dict[str, NDArray[Any]] = {
        "vertices": city.vertices,
        "origin": city.origin,
        "surface_rings": city.rings.surface_rings,
        "ring_vertices": city.rings.ring_vertices,
        "extra_object": city.extras.object,
    }
    texts = {
        "object_id": city.objects.id,
        "surface_id": city.surfaces.id,
        "polygon_id": city.surfaces.polygon_id,
        "extra_place": city.extras.place,
        "extra_content": city.extras.content,
    }
    tables = {"object_attribute": city.objects.attributes, "feature_attribute": city.surfaces.feature_attributes}
    arrays |= {f"object_{name}": getattr(city.objects, name) for name in _OBJECTS}
    arrays |= {f"surface_{name}": getattr(city.surfaces, name) for name in _SURFACES}
    arrays |= {f"solid_{name}": getattr(city.solids, name) for name in _SOLIDS}
    words: dict[str, Any] = {}
    for prefix, table in tables.items():
        arrays |= {f"{prefix}_{name}": getattr(table, name) for name in _TABLE}
        texts[f"{prefix}_value"] = table.value
        words[prefix] = {"n": table.n, "keys": table.keys, "places": table.places, "units": table.units}
    for name, column in texts.items():
        arrays[f"{name}.data"], arrays[f"{name}.offsets"] = column.data, column.offsets
    return Columns(arrays | finding_columns(city.recorded), words)


def finding_columns(findings: Findings) -> dict[str, NDArray[Any]]:
    """Findings as arrays, under the names of their files."""
    arrays: dict[str, NDArray[Any]] = {f"finding_{name}": getattr(findings, name) for name in _FINDINGS}
    for name in _FINDING_TEXTS:
        column = Strings.of(getattr(findings, name))
        arrays[f"finding_{name}.data"], arrays[f"finding_{name}.offsets"] = column.data, column.offsets
    return arrays


def write_manifest(
    folder: Path,
    *,
    crs: str | None,
    vertical_crs: str | None,
    counts: Mapping[str, int],
    provenance: Provenance,
    mapping: Mapping[str, Any],
    words: Mapping[str, Any],
    digests: Mapping[str, str],
) -> None:
    """Write what is no array, and the SHA-256 of every array file, as the last file of a folder."""
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "crs": crs,
        "vertical_crs": vertical_crs,
        "counts": dict(counts),
        "attributes": words,
        "inputs": [vars(item) for item in provenance.inputs],
        "parameters": dict(provenance.parameters),
        "mapping": dict(mapping),
        "sha256": dict(digests),
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    write_part(folder / MANIFEST, partial(_write_text, text))


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_text(text: str, file: BinaryIO) -> None:
    file.write(text.encode())


def _write_array(array: NDArray[Any], file: BinaryIO) -> None:
    """Write one npy file; ``np.save`` hides why the system refuses."""
    np.lib.format.write_array_header_1_0(file, np.lib.format.header_data_from_array_1_0(array))
    file.write(array.data)


def open_city(directory: str | Path, verify: bool = True) -> CityModel:
    """Open a model that :meth:`CityModel.save` wrote. Arrays are mapped into memory and read when they are used.

    Parameters
    ----------
    directory : path-like
    verify : bool, default True
        Compare the hash of every file with the one it was saved with, which reads all of them once.

    Returns
    -------
    CityModel

    Raises
    ------
    CityReadError
        There is no such folder, it is of another kind or version, or a file is missing or damaged.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import citytwin as ct
    >>> with TemporaryDirectory() as folder:
    ...     ct.synthetic.city(3, seed=1).save(Path(folder) / "city")
    ...     ct.open_city(Path(folder) / "city").n_buildings
    3
    """
    folder = Path(directory)
    recover_directory(folder)
    manifest = _manifest(folder)
    if verify:
        _verify(folder, manifest)

    def array(name: str) -> NDArray[Any]:
        try:
            path = folder / f"{name}.npy"
            small = path.stat().st_size < SMALL_BYTES
            whole: NDArray[Any] = np.load(path, mmap_mode=None if small else "r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise _damaged(folder, f"{name}.npy: {error}") from error
        return whole

    def strings(name: str) -> Strings:
        return Strings(array(f"{name}.data"), array(f"{name}.offsets"))

    def table(prefix: str) -> AttributeTable:
        words = manifest["attributes"][prefix]
        return AttributeTable(
            n=words["n"],
            **{name: array(f"{prefix}_{name}") for name in _TABLE},
            value=strings(f"{prefix}_value"),
            keys=tuple(words["keys"]),
            places=tuple(words["places"]),
            units=tuple(words["units"]),
        )

    try:
        rings = Rings(array("surface_rings"), array("ring_vertices"))
        vertices = array("vertices")
        finding_columns: dict[str, Any] = {name: array(f"finding_{name}") for name in _FINDINGS}
        finding_columns |= {name: strings(f"finding_{name}").to_numpy() for name in _FINDING_TEXTS}
        city = CityModel(
            objects=Objects(
                id=strings("object_id"),
                **{name: array(f"object_{name}") for name in _OBJECTS},
                attributes=table("object_attribute"),
            ),
            surfaces=Surfaces(
                **{name: array(f"surface_{name}") for name in _SURFACES},
                id=strings("surface_id"),
                polygon_id=strings("polygon_id"),
                feature_attributes=table("feature_attribute"),
                rings=rings,
                vertices=vertices,
            ),
            rings=rings,
            solids=Solids(**{name: array(f"solid_{name}") for name in _SOLIDS}),
            vertices=vertices,
            origin=array("origin"),
            crs=manifest["crs"],
            vertical_crs=manifest["vertical_crs"],
            recorded=Findings(**finding_columns),
            extras=Extras(array("extra_object"), strings("extra_place"), strings("extra_content")),
            provenance=Provenance(tuple(InputFile(**item) for item in manifest["inputs"]), manifest["parameters"]),
            counts=manifest["counts"],
            mapping=manifest["mapping"],
        )
    except (KeyError, TypeError) as error:
        raise _damaged(folder, f"{MANIFEST} lacks {error}") from error
    _check_lengths(city, folder)
    return city


def _manifest(folder: Path) -> Mapping[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CityReadError(
            f"there is no saved city here (no {MANIFEST})", folder, advice="Save one with city.save(folder)"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder, f"{MANIFEST}: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise CityReadError(f"{MANIFEST} is not that of a saved city", folder, advice="Choose another folder")
    if manifest.get("version") != VERSION:
        raise CityReadError(
            f"it was saved in version {manifest.get('version')} of the format, this program reads {VERSION}",
            folder,
            advice="Read the original files again",
        )
    return manifest


def _verify(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse files that are not those that were saved."""
    digests = manifest.get("sha256")
    if not isinstance(digests, dict):
        raise _damaged(folder, f"{MANIFEST} holds no hashes")
    names = sorted(digests)

    def digests_of(start: int, stop: int) -> list[str]:
        return [digest_of(folder / f"{name}.npy") for name in names[start:stop]]

    try:
        found = chain.from_iterable(map_blocks(digests_of, len(names), 1))
        changed = [name for name, digest in zip(names, found, strict=True) if digests[name] != digest]
    except OSError as error:
        raise _damaged(folder, f"{error.filename}: {error.strerror}") from error
    if changed:
        raise _damaged(folder, f"{changed[0]}.npy is not the file that was saved")


def _check_lengths(city: CityModel, folder: Path) -> None:
    """Refuse columns that do not belong together."""
    objects, surfaces, rings, solids = city.objects, city.surfaces, city.rings, city.solids
    fits = (
        len(objects.id) == len(objects.kind) == len(objects.parent) == objects.attributes.n
        and len(surfaces.object) == len(surfaces.kind) == len(surfaces.lod) == len(surfaces.feature) == len(surfaces.id)
        and len(rings.surface_rings) == len(surfaces) + 1
        and rings.surface_rings[-1] == len(rings.ring_vertices) - 1
        and rings.ring_vertices[-1] == len(city.vertices)
        and len(solids.offsets) == len(solids) + 1
        and solids.offsets[-1] == len(solids.surface) == len(solids.reversed)
    )
    if not fits:
        raise _damaged(folder, "columns of different lengths")


def _damaged(folder: Path, what: str) -> CityReadError:
    return CityReadError(f"the saved city is damaged ({what})", folder, advice="Save it again from its source")
