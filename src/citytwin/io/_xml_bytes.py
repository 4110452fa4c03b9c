"""Elements of an XML document with the bytes they stand in, for those who change a document and keep the rest of it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import NamedTuple
from xml.parsers import expat

from citytwin.errors import CityReadError
from citytwin.io._streams import Stream
from citytwin.io._xml import check_head, doctype_error

CHUNK = 1 << 20
TOKEN_BYTES = 1 << 26
"""Largest tag or comment: the parser holds one of them as a whole."""
DEPTH = 2048
"""Deepest nesting, as in libxml2."""
BLANK_BYTES = 4096
"""White space that is looked back for."""

_START_TAG = re.compile(r"<[^\s/>]++(?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


class Tag(NamedTuple):
    """A start tag: its first byte, the one behind its last, and whether it closes itself."""

    start: int
    stop: int
    empty: bool


class ByteWalk:
    """A pass over a document by a parser that opens nothing and expands nothing, and knows the byte it is at.

    Parameters
    ----------
    stream : Stream
    on_start : callable
        Called with the name as written and the attributes of every element.
    on_end : callable
        Called with the name as written.
    """

    def __init__(self, stream: Stream, on_start: Start, on_end: End) -> None:
        self.encoding = "utf-8"
        self._stream = stream
        self._window = b""
        self._base = 0
        self._depth = 0
        self._on_start, self._on_end = on_start, on_end
        self._parser = expat.ParserCreate()

    def run(self) -> int:
        """Walk to the end and return the number of bytes.

        Raises
        ------
        CityReadError
            Not XML, not well-formed, a document type declaration, an encoding that is not on the list, or beyond a
            limit.
        """
        data = self._stream.read(CHUNK)
        check_head(data, self._stream.name)
        self.encoding = encoding_of(data)
        self._parser = expat.ParserCreate("utf-8" if self.encoding == "utf-8" else None)
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            while data:
                self._window += data
                self._parser.Parse(data, False)
                self._forget()
                data = self._stream.read(CHUNK)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise CityReadError(
                f"not well-formed XML ({error})",
                self._stream.name,
                line=error.lineno,
                advice="The file is damaged or cut short: fetch or export it again",
            ) from error
        return self._stream.unpacked

    @property
    def place(self) -> int:
        """First byte of the tag at hand; for the end of an element that closes itself, the byte behind it."""
        return self._parser.CurrentByteIndex

    def tag(self) -> Tag:
        """The start tag at hand."""
        place = self.place
        for length in (512, TOKEN_BYTES):
            text = self._bytes(place, place + length).decode(self.encoding, "ignore")
            if match := _START_TAG.match(text):
                return Tag(place, place + len(match[0].encode(self.encoding)), match[0].endswith("/>"))
        raise AssertionError("the parser has seen the end of the tag")

    def end_of_end_tag(self) -> int:
        """The byte behind the end tag at hand."""
        close = ">".encode(self.encoding)
        return self._window.index(close, self.place - self._base) + self._base + len(close)

    def blank_before(self, place: int) -> str:
        """White space right before a byte."""
        text = self._bytes(max(place - BLANK_BYTES, self._base), place).decode(self.encoding, "replace")
        return text[len(text.rstrip(" \t\r\n")) :]

    def on_text(self, handler: Callable[[str], None] | None) -> None:
        """Hand text to `handler` from now on; None for no more."""
        self._parser.CharacterDataHandler = handler

    def error(self, reason: str, advice: str) -> CityReadError:
        """An error at the tag at hand."""
        return CityReadError(reason, self._stream.name, line=self._parser.CurrentLineNumber, advice=advice)

    def _bytes(self, start: int, stop: int) -> bytes:
        return self._window[start - self._base : stop - self._base]

    def _forget(self) -> None:
        """Let go of what lies behind the parser."""
        kept = max(self.place - BLANK_BYTES, self._base)
        kept -= kept % 2
        self._window = self._window[kept - self._base :]
        self._base = kept
        if len(self._window) > TOKEN_BYTES:
            raise self.error(f"a tag or comment of more than {TOKEN_BYTES} bytes", "Export the file again without it")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEPTH:
            raise self.error(f"elements are nested more than {DEPTH} deep", "Export the file again")
        self._on_start(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._on_end(name)

    def _refuse_doctype(self, *_: object) -> None:
        raise doctype_error(self._stream.name, self._parser.CurrentLineNumber)


def encoding_of(head: bytes) -> str:
    """Encoding of a document by its first bytes, as the name of a codec that writes no byte order mark."""
    if head.startswith((codecs.BOM_UTF16_LE, b"<\x00")):
        return "utf-16-le"
    if head.startswith((codecs.BOM_UTF16_BE, b"\x00<")):
        return "utf-16-be"
    declared = _DECLARED.match(head.removeprefix(codecs.BOM_UTF8))
    return codecs.lookup(declared[1].decode()).name if declared else "utf-8"
