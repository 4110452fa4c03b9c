"""CityJSON 1.0 to 2.0 and CityJSONSeq."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

from citytwin.errors import CityReadError
from citytwin.io._collected import Collected, concat
from citytwin.io._finish import Input, finish
from citytwin.io._limits import ReadLimits
from citytwin.io._lods import Lod, lod_filter
from citytwin.io._streams import Progress, Source, Stream
from citytwin.io.cityjson_piece import PieceReader
from citytwin.io.cityjson_restore import Restorer
from citytwin.model.city import CityModel
from citytwin.model.provenance import Provenance

PIECE_BYTES = 8 << 20
"""Lines of a sequence that are read together."""

_CHUNK = 1 << 20
_BOM = b"\xef\xbb\xbf"
_NO_BLANK = re.compile(rb"[^ \t\r\n]")


def read_cityjson(
    source: Source,
    *,
    crs: str | None = None,
    lod: Lod | Iterable[Lod] | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
    provenance: Provenance | None = None,
) -> CityModel:
    """Read one CityJSON file, or a CityJSONSeq.

    City objects of all types come with attributes, addresses and surfaces, templates as polygons where they are placed.
    Semantic surfaces of one object with the same ``id`` are one boundary surface. Installations and constructive
    elements become boundary surfaces of the object they are part of. A list of values is read as repeated values, an
    object of values as a set, an object of ``value`` and ``uom`` as a measure. Objects of extensions bear their type as
    the attribute ``type``. Points, lines, materials, textures and what the specification does not know are kept as
    extras.

    Parameters
    ----------
    source : Source
    crs, lod, limits, progress : see :func:`citytwin.read_city`
    provenance : Provenance, optional

    Raises
    ------
    CityReadError
        Not well-formed, no CityJSON of a known version, or an identifier twice.
    CrsError
        The coordinate reference system cannot be told.

    References
    ----------
    CityJSON 2.0.1, OGC 20-072r5; CityJSONSeq, https://www.cityjson.org/cityjsonseq/.
    """
    limits = limits or ReadLimits()
    pieces = list(collect_pieces(source, lod=lod, limits=limits, progress=progress))
    return finish(concat(pieces), Input(source.name, crs, limits, provenance or Provenance(), False))


def collect_pieces(
    source: Source,
    *,
    lod: Lod | Iterable[Lod] | None = None,
    limits: ReadLimits | None = None,
    progress: Progress | None = None,
) -> Iterator[Collected]:
    """Columns of a document at once, of a sequence for some lines at a time; one piece at least.

    Objects never refer to those of another piece.

    Parameters
    ----------
    source : Source
    lod, limits, progress : see :func:`citytwin.read_city`

    Raises
    ------
    CityReadError
    """
    limits = limits or ReadLimits()
    reader = PieceReader(source.name, limits, lod_filter(lod))
    restored = Restorer()
    with source.open(limits, progress) as stream:
        for text, line in _texts(stream):
            yield restored(reader.read(text, line))


def _texts(stream: Stream) -> Iterator[tuple[bytearray, int]]:
    """The text of a document, or whole lines of a sequence, and the line of the input each begins on.

    A byte order mark is left out.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    head = stream.read(len(_BOM)).removeprefix(_BOM)
    text = bytearray()
    line = 1
    end_of_line = first_end = looked_at = 0
    is_sequence: bool | None = None
    while chunk := head + stream.read(_CHUNK):
        head = b""
        _check_utf8(decoder, chunk, text, stream.name, line)
        if last := chunk.rfind(b"\n") + 1:
            first_end = first_end or len(text) + chunk.index(b"\n") + 1
            end_of_line = len(text) + last
        text += chunk
        if is_sequence is None and first_end:
            following = _NO_BLANK.search(text, max(first_end, looked_at))
            looked_at = len(text)
            if following:
                is_sequence = following[0] == b"{" and text[:first_end].rstrip().endswith(b"}")
        if len(text) - (end_of_line if is_sequence else 0) > stream.limits.json_bytes:
            raise CityReadError(
                f"a JSON document of more than {stream.limits.json_bytes} bytes",
                stream.name,
                line=line + text.count(b"\n", 0, end_of_line) if is_sequence else None,
                advice="Raise limits.json_bytes if that is meant, or write the city as a CityJSONSeq",
            )
        if is_sequence and end_of_line and len(text) >= PIECE_BYTES:
            rest = text[end_of_line:]
            del text[end_of_line:]
            n_lines = text.count(b"\n")
            yield text, line
            line += n_lines
            text, end_of_line = rest, 0
    _check_utf8(decoder, b"", text, stream.name, line)
    if line == 1 or (text and not text.isspace()):
        yield text, line


def _check_utf8(decoder: codecs.IncrementalDecoder, chunk: bytes, text: bytearray, name: str, line: int) -> None:
    """Raise CityReadError where `chunk`, which follows `text` from `line` on, is not UTF-8; "" ends the input."""
    if chunk and chunk.isascii() and not decoder.getstate()[0]:
        return
    try:
        decoder.decode(chunk, not chunk)
    except UnicodeDecodeError as error:
        line += text.count(b"\n") + chunk[: error.start].count(b"\n")
        advice = "CityJSON is UTF-8: convert the file or export it again"
        raise CityReadError(f"not well-formed UTF-8 ({error.reason})", name, line=line, advice=advice) from None
