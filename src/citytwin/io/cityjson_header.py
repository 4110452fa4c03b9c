"""What a CityJSON document says besides its objects: version, transform, reference system, templates, metadata."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from citytwin.io._columns import CityColumns
from citytwin.io._json import JsonTape, Rows, Unfit
from citytwin.io.cityjson_names import KNOWN_DOCUMENT, VERSION
from citytwin.io.cityjson_templates import Templates, read_templates
from citytwin.kernels.json_tape import ESCAPED, OBJECT, STRING


@dataclass
class Header:
    """What holds for the features of a sequence, or for a document.

    Parameters
    ----------
    scale, translate : float64 array (3,)
    templates : Templates or None
    srs_names : set of str
        Names of reference systems.
    begun : bool
        Whether a document has been read.
    """

    scale: NDArray[np.float64] = field(default_factory=lambda: np.ones(3))
    translate: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    templates: Templates | None = None
    srs_names: set[str] = field(default_factory=set)
    begun: bool = False


def read_headers(
    tape: JsonTape, header: Header, columns: CityColumns
) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64]]:
    """Whether each root is a document, not a feature, with scale and translate of its vertices.

    Parameters
    ----------
    tape : JsonTape
    header : Header
        What was said before; it becomes what the last document says.
    columns : CityColumns
        Receives names of reference systems and extras.

    Returns
    -------
    is_document : bool array (n_roots,)
    scale, translate : float64 array (n_roots, 3)

    Raises
    ------
    Unfit
        A root is neither, a version is not known, or a transform is none.
    """
    roots = tape.roots
    for bad in roots[tape.kind[roots] != OBJECT][:1]:
        raise Unfit(bad, "this is JSON, but no object")
    types = tape.members(roots, "type", STRING, ESCAPED)
    for bad in roots[types < 0][:1]:
        raise Unfit(bad, "there is no type: this is no CityJSON")
    code, words = tape.distinct(types)
    for number, word in enumerate(words):
        if word not in ("CityJSON", "CityJSONFeature"):
            raise Unfit(types[np.flatnonzero(code == number)[0]], f"the type is {word!r}, not CityJSON")
    is_document = np.array([word == "CityJSON" for word in words], bool)[code]
    if not header.begun and not is_document[:1].all():
        raise Unfit(types[0], "a sequence begins with a CityJSON object, not with a feature")
    _check_versions(tape, tape.members(roots, "version", STRING, ESCAPED), is_document)
    transforms = tape.members(roots, "transform", OBJECT)
    scale, translate = np.empty((len(roots), 3)), np.empty((len(roots), 3))
    begin = 0
    for place in [*np.flatnonzero(is_document).tolist(), len(roots)]:
        scale[begin:place], translate[begin:place] = header.scale, header.translate
        if place < len(roots):
            _read_document(tape, int(roots[place]), int(transforms[place]), header, columns)
        begin = place
    columns.srs_names |= header.srs_names
    for place in np.flatnonzero(~is_document & (transforms >= 0)).tolist():
        scale[place], translate[place] = _transform(tape, int(transforms[place]))
    return is_document, scale, translate


def _check_versions(tape: JsonTape, versions: Rows, is_document: NDArray[np.bool_]) -> None:
    said = np.flatnonzero(versions >= 0)
    for place in np.flatnonzero(is_document & (versions < 0))[:1]:
        raise Unfit(tape.roots[place], "there is no version: 1.0, 1.1 and 2.0 are read")
    code, words = tape.distinct(versions[said])
    for number, word in enumerate(words):
        if VERSION.fullmatch(word) is None:
            row = versions[said[np.flatnonzero(code == number)[0]]]
            raise Unfit(row, f"version {word} is not read: 1.0, 1.1 and 2.0 are")


def _transform(tape: JsonTape, row: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    transform = tape.value(row, dict[str, msgspec.Raw])
    if not {"scale", "translate"} <= set(transform):
        raise Unfit(row, "transform needs scale and translate")
    content = tape.value(row, dict[str, tuple[float, float, float]])
    return np.array(content["scale"]), np.array(content["translate"])


def _read_document(tape: JsonTape, root: int, transform: int, header: Header, columns: CityColumns) -> None:
    header.begun = True
    header.scale, header.translate = _transform(tape, transform) if transform >= 0 else (np.ones(3), np.zeros(3))
    header.templates = read_templates(tape, root)
    for row in tape.children(np.array([root]))[0].tolist():
        name = tape.names[tape.key[row]]
        if name == "metadata" and tape.kind[row] == OBJECT:
            _read_metadata(tape.value(row, dict[str, Any]), header, columns)
        elif name not in KNOWN_DOCUMENT or name == "metadata":
            columns.add_extra(-1, name, tape.raw(row).decode())


def _read_metadata(metadata: dict[str, Any], header: Header, columns: CityColumns) -> None:
    crs = metadata.get("crs")
    system = metadata.get("referenceSystem") or (crs.get("epsg") if isinstance(crs, dict) else None)
    if system:
        header.srs_names.add(str(system) if ":" in str(system) else f"EPSG:{system}")
    rest = {name: value for name, value in metadata.items() if name not in ("referenceSystem", "geographicalExtent")}
    if rest:
        columns.add_extra(-1, "metadata", msgspec.json.encode(rest).decode())
