"""A CityGML document cut into pieces that end where members of the city model end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Progress, Source, Stream
from citytwin.io._xml import root_of
from citytwin.io.citygml_names import APPEARANCES, CITY_MODELS, MEMBERS
from citytwin.kernels.citygml_tables import PADDING

PIECE = 16 << 20
"""Bytes of a piece. What is read does not depend on it; memory does."""

HEAD = 1 << 18
"""Bytes in which the root element must begin and end."""

NEVER = rb"(?!)"
"""A pattern that is found nowhere."""

_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_START_TAG = re.compile(rb"<[^\s!?/>](?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
_ENCODING = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_VERSION = re.compile(rb"""<\?xml\s+version\s*=\s*["']1\.0["']""")
_MISCELLANY = rb"(?:\s|<\?(?:(?!\?>).)*\?>|<!--(?:(?!--).)*-->)*"
"""White space, instructions and comments, all that may follow the root."""
_TAIL = 4096
"""Bytes in which the root must end."""
_UTF8 = ("utf-8", "utf8", "us-ascii", "ascii")
_ONE_BYTE = ("iso-8859-1", "iso-8859-15", "latin1", "windows-1252", "cp1252")


@dataclass(frozen=True)
class Prologue:
    """What stands before the first member.

    Parameters
    ----------
    root : element
        The root, without content.
    root_tag : bytes
        Its start tag as written.
    before : int
        Bytes before the start tag.
    encoding : str
        Of the document, lower case.
    """

    root: Any
    root_tag: bytes
    before: int
    encoding: str

    @property
    def root_name(self) -> bytes:
        """Qualified name of the root."""
        match = re.match(rb"<([^\s/>]+)", self.root_tag)
        assert match is not None
        return match[1]

    @property
    def end_tag(self) -> bytes:
        """End tag of the root."""
        return b"</" + self.root_name + b">"

    @property
    def start(self) -> int:
        """First byte behind the start tag of the root."""
        return self.before + len(self.root_tag)

    def qualified(self, tags: frozenset[str]) -> list[bytes]:
        """Names of elements as they are written in the document, where their namespaces are declared at the root."""
        names = []
        for tag in sorted(tags):
            space, _, local = tag[1:].partition("}")
            names += [
                f"{prefix}:{local}".encode() if prefix else local.encode()
                for prefix, uri in self.root.nsmap.items()
                if uri == space
            ]
        return names


def prologue_of(head: bytes, name: str) -> Prologue | None:
    """What the first bytes of a document say; None where pieces of it cannot be told by its bytes."""
    try:
        root = root_of(head, name)
    except CityReadError:
        return None
    if root.tag not in CITY_MODELS:
        return None
    prolog = _PROLOG.match(head)
    assert prolog is not None
    if b"<?xml" in prolog[0] and not _VERSION.search(prolog[0]):
        return None
    declared = _ENCODING.search(prolog[0])
    encoding = declared[1].decode().lower() if declared else "utf-8"
    tag = _START_TAG.match(head, prolog.end())
    if encoding not in (*_UTF8, *_ONE_BYTE) or tag is None or tag[0].endswith(b"/>") or b"\x00" in tag[0]:
        return None
    if head.startswith(b"\xef\xbb\xbf") and encoding not in _UTF8:
        return None
    return Prologue(root, tag[0], prolog.end(), "utf-8" if encoding in _UTF8 else encoding)


@dataclass(frozen=True)
class Piece:
    """Consecutive bytes of a document.

    Parameters
    ----------
    start : int
        Place of the first byte in the document.
    data : uint8 array
    beyond : uint8 array
        The same bytes with some behind them, which a scanner may look at.
    """

    start: int
    data: NDArray[np.uint8]
    beyond: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.data)

    @classmethod
    def of(cls, start: int, text: bytes) -> Piece:
        """Piece of bytes of its own."""
        beyond = np.frombuffer(text + bytes(PADDING), np.uint8)
        return cls(start, beyond[: len(text)], beyond)

    def behind(self, count: int) -> Piece:
        """The piece without its first bytes."""
        return Piece(self.start + count, self.data[count:], self.beyond[count:])


@contextmanager
def pieces_of(
    source: Source, prologue: Prologue, limits: ReadLimits, progress: Progress | None = None, size: int = PIECE
) -> Iterator[Iterator[Piece]]:
    """Pieces of about `size` bytes from the end of the start tag of the root; all but the last end with a member.

    One that would have to be longer than a piece and an object may be together ends anywhere, and nothing follows it.

    A plain file is mapped into memory, so that its bytes are never copied; a packed one is unpacked piece by piece.
    """
    names = prologue.qualified(MEMBERS | APPEARANCES)
    ends = re.compile(rb"</(?:" + b"|".join(map(re.escape, names)) + rb")\s*>" if names else NEVER)
    with source.open(limits, progress) as stream:
        mapped = stream.mapped()
        if mapped is not None:
            yield _mapped(mapped, stream, prologue.start, ends, size)
        else:
            yield _streamed(stream, prologue.start, ends, size)


def _mapped(
    whole: NDArray[np.uint8], stream: Stream, start: int, ends: re.Pattern[bytes], size: int
) -> Iterator[Piece]:
    stream.passed(start)
    while start < len(whole):
        furthest = start + size + stream.limits.object_bytes
        cut = ends.search(whole.data, start + size, furthest)
        stop = cut.end() if cut else min(len(whole), furthest)
        yield (
            Piece(start, whole[start:stop], whole[start : stop + PADDING])
            if stop + PADDING <= len(whole)
            else Piece.of(start, whole[start:stop].tobytes())
        )
        stream.passed(stop - start)
        start = stop


def _streamed(stream: Stream, start: int, ends: re.Pattern[bytes], size: int) -> Iterator[Piece]:
    skipped = 0
    while skipped < start and (data := stream.read(start - skipped)):
        skipped += len(data)
    rest = b""
    while len(rest) <= size + stream.limits.object_bytes and (data := stream.read(size)):
        rest += data
        cut = ends.search(rest, size)
        if cut:
            yield Piece.of(start, rest[: cut.end()])
            start, rest = start + cut.end(), rest[cut.end() :]
    if rest:
        yield Piece.of(start, rest)


def as_utf8(piece: Piece, encoding: str) -> Piece | None:
    """The piece in UTF-8; None where its bytes are no text of the encoding."""
    if encoding == "utf-8" or not len(piece) or piece.data.max() < 0x80:
        return piece
    try:
        text = piece.data.tobytes().decode(encoding)
    except UnicodeDecodeError:
        return None
    return Piece.of(piece.start, text.encode())


def members_in(piece: Piece, prologue: Prologue) -> int | None:
    """Bytes of the piece before the end tag of the root; all where it goes on; None where neither is certain."""
    tail = piece.data[-_TAIL:].tobytes()
    ended = re.search(rb"</" + re.escape(prologue.root_name) + rb"\s*>" + _MISCELLANY + rb"\Z", tail, re.DOTALL)
    if ended:
        return len(piece) - len(tail) + ended.start()
    names = b"|".join(map(re.escape, prologue.qualified(MEMBERS | APPEARANCES)))
    return len(piece) if re.search(rb"</(?:" + names + rb")\s*>\Z", tail) else None


def before_members(piece: Piece, prologue: Prologue) -> int:
    """Bytes of the first piece before the first member."""
    names = b"|".join(map(re.escape, prologue.qualified(MEMBERS | APPEARANCES)))
    pattern = rb"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>|(<(?:" + names + rb")(?=[\s/>]))"
    for found in re.finditer(pattern, piece.data.data, re.DOTALL):
        if found[1]:
            return found.start()
    return len(piece)
