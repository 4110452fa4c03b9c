"""CityGML: a byte scanner for what is common in real files, and the reference reader for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from citytwin._threads import map_stream
from citytwin.errors import CityReadError
from citytwin.io._collected import Collected, concat
from citytwin.io._finish import Input, finish
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import Lod, LodFilter, lod_filter
from citytwin.io._streams import Joined, Progress, Source, head_of
from citytwin.io._xml import members
from citytwin.io.citygml_pieces import (
    HEAD,
    PIECE,
    Piece,
    Prologue,
    as_utf8,
    before_members,
    members_in,
    pieces_of,
    prologue_of,
)
from citytwin.io.citygml_reference import check_root, collect_reference
from citytwin.io.citygml_scan import ScanContext, ScanStatus, scan_members
from citytwin.io.citygml_walk import Walker
from citytwin.model.city import CityModel
from citytwin.model.provenance import Provenance

Path = Literal["fast", "reference"]

SHORTEST_ELEMENT = len("<a/>")

HANDED_OVER = 64
"""Stretches of a piece the scanner hands over before the rest of the piece is."""


def read_citygml(
    source: Source,
    *,
    crs: str | None = None,
    lod: Lod | Iterable[Lod] | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
    provenance: Provenance | None = None,
    path: Path | None = None,
) -> CityModel:
    """Read one CityGML document.

    Parameters
    ----------
    source : Source
    crs, lod, limits, progress : see :func:`citytwin.read_city`
    provenance : Provenance, optional
    path : {"fast", "reference"}, optional
        See :func:`collect_citygml`.

    Raises
    ------
    CityReadError
        Not well-formed, not CityGML, malformed coordinates, or beyond a limit.
    CrsError
        The coordinate reference system cannot be told.
    """
    limits = limits or ReadLimits()
    collected = concat(list(collect_citygml(source, lod=lod, limits=limits, progress=progress, path=path)))
    return finish(collected, Input(source.name, crs, limits, provenance or Provenance(), closed_rings=True))


def collect_citygml(
    source: Source,
    *,
    lod: Lod | Iterable[Lod] | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
    path: Path | None = None,
    piece: int = PIECE,
) -> Iterator[Collected]:
    """Columns of a CityGML document, a piece of it at a time.

    Buildings and parts come with geometry of every LoD as polygons, boundary surfaces, openings and outer installations
    as features, solids as lists of polygons, generic and core attributes, addresses. What is not understood is kept as
    extras. The `unit` of a core attribute with a code list is its ``codeSpace``.

    Parameters
    ----------
    source : Source
    lod, limits, progress : see :func:`citytwin.read_city`
    path : {"fast", "reference"}, optional
        By default, the byte scanner takes each member it is sure of and hands the others to the reference reader; a
        document that it cannot take apart with certainty goes there from the piece at hand on. Both give the same
        columns. "reference" reads with lxml alone.
    piece : int
        Bytes of a piece.

    References
    ----------
    OGC 08-007r1, City Geography Markup Language 1.0; OGC 12-019, CityGML 2.0; OGC 20-010 and 21-006, CityGML 3.0.
    """
    limits = limits or ReadLimits()
    wanted = lod_filter(lod)
    prologue = None
    if (path or default_path()) == "fast":
        prologue = prologue_of(head_of(source, limits, HEAD), source.name)
    if prologue is None:
        with source.open(limits, progress) as stream:
            yield from collect_reference(stream, limits, wanted)
        return
    check_root(prologue.root.tag, source.name)
    with pieces_of(source, prologue, limits, progress, piece) as pieces:
        yield from _scanned(source, prologue, pieces, limits, wanted)


def _scanned(
    source: Source, prologue: Prologue, pieces: Iterator[Piece], limits: ReadLimits, wanted: LodFilter
) -> Iterator[Collected]:
    """Columns of the pieces of a document."""
    name = source.name
    first = next(pieces, Piece.of(prologue.start, b""))
    start = before_members(first, prologue)
    walker = Walker(name, limits, wanted)
    try:
        for element in members(_wrapped(name, prologue, first.data[:start], limits), ()):
            if element.getparent() is not None:
                walker.child(element)
        walker.close()
    except CityReadError:
        yield from _rest(source, prologue, first.start, limits, wanted, 3)
        return
    dimension = walker.geometry.document_dimension
    yield walker.columns.collected()
    context = ScanContext.of(prologue.root.nsmap, dimension, wanted, limits)

    def columns_of(piece: Piece) -> list[Collected] | None:
        return _columns(piece, prologue, context, limits, wanted, dimension, name)

    stop = first.start + start
    ended = False
    for piece, columns in map_stream(columns_of, chain([first.behind(start)], pieces)):
        if columns is None or ended:
            yield from _rest(source, prologue, piece.start, limits, wanted, dimension)
            return
        yield from columns
        ended = members_in(piece, prologue) != len(piece)
        stop = piece.start + len(piece)
    if not ended:
        yield from _rest(source, prologue, stop, limits, wanted, dimension)


def _columns(
    piece: Piece,
    prologue: Prologue,
    context: ScanContext,
    limits: ReadLimits,
    wanted: LodFilter,
    dimension: int,
    name: str,
) -> list[Collected] | None:
    """Columns of one piece, in parts; None where it is not certain what the reference reader makes of it."""
    if len(piece) > min(limits.object_bytes, SHORTEST_ELEMENT * limits.object_elements):
        return None
    text = as_utf8(piece, prologue.encoding)
    stop = None if text is None else members_in(text, prologue)
    if text is None or stop is None:
        return None
    parts: list[Collected] = []
    at = handed_over = 0
    while at < stop:
        scanned = scan_members(text.beyond, at, stop, context)
        if scanned.status == ScanStatus.DOCUMENT:
            return None
        parts.append(scanned.collected)
        at = stop
        if scanned.status != ScanStatus.DONE:
            handed_over += 1
            at = scanned.end if handed_over < HANDED_OVER else stop
            stream = _wrapped(name, prologue, text.data[scanned.begin : at], limits)
            try:
                parts += collect_reference(stream, limits, wanted, dimension)
            except CityReadError:
                return None
    return parts


def _wrapped(name: str, prologue: Prologue, content: NDArray[np.uint8], limits: ReadLimits) -> Joined:
    """A document of its own out of children of the root, in UTF-8."""
    root_tag = prologue.root_tag.decode(prologue.encoding).encode()
    return Joined([root_tag, content.data, prologue.end_tag], name, limits)


def _rest(
    source: Source, prologue: Prologue, start: int, limits: ReadLimits, wanted: LodFilter, dimension: int
) -> Iterator[Collected]:
    """Columns of a document from a place between children of the root on, by the reference reader.

    It sees the start tag of the root with as many line feeds as come before that place, and so tells the right line.
    """
    with source.open(limits) as stream:
        above = stream.read(prologue.before).count(b"\n")
        lines = 0
        place = prologue.before
        while place < start and (data := stream.read(min(PIECE, start - place))):
            lines += data.count(b"\n")
            place += len(data)
        declaration = f'<?xml version="1.0" encoding="{prologue.encoding}"?>'.encode()
        padding = b"\n" * (lines - prologue.root_tag.count(b"\n"))
        head = declaration + b"\n" * above + prologue.root_tag[:-1] + padding + b">"
        yield from collect_reference(Joined([head], source.name, limits, stream), limits, wanted, dimension)


def default_path() -> Path:
    """The scanner where kernels are compiled, else the reference: interpreted, the scanner is slower than lxml."""
    from citytwin.kernels._jit import is_compiled

    return "fast" if is_compiled() else "reference"
