"""The one way to JSON: strict numbers, typed errors with a line, documents as tapes that arrays are taken from."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.kernels.byte_names import number_spans
from citytwin.kernels.counting_sort import counting_sort
from citytwin.kernels.gather_bytes import gather_bytes
from citytwin.kernels.json_tape import (
    COLLISIONS,
    ESCAPED,
    MALFORMED,
    NULL,
    STRING,
    TOO_DEEP,
    TOO_LARGE,
    WELL_FORMED,
    json_tape,
)
from citytwin.model.ragged import offsets_of, row_of, take_ragged
from citytwin.model.strings import Strings

Rows = NDArray[np.int64]

PAD = bytes(8)
"""What stands behind the text in a buffer for the kernels."""

_DEEPEST = 512
"""Objects and arrays in each other: far beyond any city model, far below what exhausts a stack."""

_REASONS = {
    MALFORMED: "not well-formed JSON",
    TOO_DEEP: f"nested more than {_DEEPEST} levels deep",
    TOO_LARGE: "a number is beyond all that can be represented",
    COLLISIONS: "names of members are made to be slow",
}
_DAMAGED = "The file is damaged: fetch or export it again"


def decode(data: bytes | bytearray | memoryview | msgspec.Raw, name: str, line: int = 1, type: Any = Any) -> Any:
    """Decoded JSON. NaN, infinity, lone surrogates and broken UTF-8 are refused.

    Parameters
    ----------
    data : bytes-like or Raw
    name : str
        Of the input, for errors.
    line : int
        Line of the input the data begin on.
    type : type
        What the data are checked against.

    Raises
    ------
    CityReadError
    """
    try:
        return msgspec.json.decode(data, type=type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        place = re.search(r"\(byte (\d+)\)", str(error))
        if place:
            line += bytes(data)[: int(place[1])].count(b"\n")
        raise CityReadError(f"not well-formed JSON ({error})", name, line=line, advice=_DAMAGED) from error


class Unfit(Exception):
    """A value that is well-formed but not what the format asks for.

    Parameters
    ----------
    row : int
        Of the tape.
    reason : str
    """

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(reason)
        self.row = int(row)
        self.reason = reason


class JsonTape:
    """JSON texts, one behind the other, as rows of values in document order.

    Parameters
    ----------
    text : bytearray
        UTF-8 without a byte order mark. It is taken over and must not be changed.
    name : str
        Of the input, for errors.
    line : int
        Line of the input the text begins on.

    Attributes
    ----------
    buffer : uint8 array
        The text, eight bytes longer.
    kind, start, stop, key, parent : arrays (n,)
        See :class:`citytwin.kernels.json_tape.Tape`; equal names have one number.

    Raises
    ------
    CityReadError
        Not well-formed.
    """

    def __init__(self, text: bytearray, name: str, line: int = 1) -> None:
        self.name = name
        self._line = line
        self._length = len(text)
        text.extend(PAD)
        self._text = text
        self.buffer = np.frombuffer(text, np.uint8)
        tape = json_tape(self.buffer, self._length, _DEEPEST)
        if tape.status != WELL_FORMED:
            reason = f"{_REASONS[tape.status]} (byte {tape.place})"
            raise CityReadError(reason, name, line=self.line_at(tape.place), advice=_DAMAGED)
        self.kind, self.start, self.stop, self.key, self.parent = (
            tape.kind,
            tape.start,
            tape.stop,
            tape.key,
            tape.parent,
        )
        self.names = self._decoded(tape.name_start, tape.name_stop)
        self._code = dict(zip(self.names, range(len(self.names)), strict=True))
        if len(self._code) < len(self.names):
            self.key = np.array([*(self._code[word] for word in self.names), -1], np.int32)[self.key]
        self._index = np.full(len(self) + 1, -1, np.int32)

    def __len__(self) -> int:
        return len(self.kind)

    @cached_property
    def roots(self) -> Rows:
        """Rows of the values at the top."""
        return np.flatnonzero(self.parent < 0)

    def line_at(self, place: int) -> int:
        """Line of the input that a byte of the text is on."""
        return self._line + self._text.count(b"\n", 0, place)

    def line(self, row: int) -> int:
        """Line of the input that a value begins on."""
        return self.line_at(int(self.start[row]))

    def name_code(self, name: str) -> int:
        """Number of a name; -2 where no member bears it."""
        return self._code.get(name, -2)

    @cached_property
    def _children(self) -> tuple[Rows, Rows]:
        return counting_sort(self.parent, len(self))

    @cached_property
    def _named(self) -> tuple[Rows, Rows]:
        return counting_sort(self.key, len(self.names))

    def children(self, of: Rows) -> tuple[Rows, Rows]:
        """Rows of the values in objects or arrays, holder by holder, and the index of each one's holder in `of`."""
        offsets, rows = self._children
        new, flat = take_ragged(offsets, of)
        return rows[flat], row_of(new)

    def members(self, of: Rows, name: str, *kinds: int) -> Rows:
        """Row of the member `name` of each object, -1 where there is none.

        Parameters
        ----------
        of : int64 array (n,)
            Without repeats; -1 stands for no object.
        name : str
        kinds : int
            What the member may be besides null, which then counts as none; anything where none is given.

        Raises
        ------
        Unfit
            A member is of another kind, or stands twice in an object.
        """
        found = np.full(len(of), -1, np.int64)
        if name not in self._code:
            return found
        offsets, rows = self._named
        code = self._code[name]
        rows = rows[offsets[code] : offsets[code + 1]]
        index = self._index
        index[of] = np.arange(len(of))
        index[-1] = -1
        place = index[self.parent[rows]]
        index[of] = -1
        inside = place >= 0
        found[place[inside]] = rows[inside]
        if np.count_nonzero(inside) > np.count_nonzero(found >= 0):
            again = next(row for row in rows[inside] if row not in found)
            raise Unfit(again, f"{name} stands twice, of which JSON would keep the last only")
        if kinds:
            present = np.flatnonzero(found >= 0)
            kind = self.kind[found[present]]
            for row in found[present[~np.isin(kind, (*kinds, NULL))]][:1]:
                raise Unfit(row, f"{name} is something else than it should be")
            found[present[kind == NULL]] = -1
        return found

    def raw(self, row: int) -> bytes:
        """The text of a value."""
        quote = int(self.kind[row] in (STRING, ESCAPED))
        return bytes(self._text[self.start[row] - quote : self.stop[row] + quote])

    def value(self, row: int, type: Any = Any) -> Any:
        """A value, decoded."""
        data = self.raw(row)
        try:
            return msgspec.json.decode(data, type=type)
        except (msgspec.DecodeError, RecursionError):
            return decode(data, self.name, self.line(row), type)

    def words(self, rows: Rows) -> list[str]:
        """Scalars as they are written, strings without quotes and escapes."""
        return self._decoded(self.start[rows], self.stop[rows])

    def _decoded(self, start: Rows, stop: Rows) -> list[str]:
        """Texts at places of the buffer without escapes; behind strings stand quotes, which tell them apart."""
        offsets = offsets_of(stop - start + 1)
        data = np.empty(offsets[-1], np.uint8)
        gather_bytes(self.buffer, start, np.arange(len(start)), offsets, data)
        words = data.tobytes().decode().split('"')
        if len(words) == len(start) + 1 and not (data == ord("\\")).any():
            return words[:-1]
        parts = [self._text[a:b] for a, b in zip(start.tolist(), stop.tolist(), strict=True)]
        return [str(msgspec.json.decode(b'"%b"' % bytes(part))) if b"\\" in part else part.decode() for part in parts]

    def texts(self, rows: Rows) -> Strings:
        """Scalars as they are written, strings without quotes and escapes, null and row -1 as ""."""
        if not len(self):
            return Strings.empty(len(rows))
        empty = (rows < 0) | (self.kind[rows] == NULL)
        length = np.where(empty, 0, self.stop[rows] - self.start[rows])
        escaped = np.flatnonzero(~empty & (self.kind[rows] == ESCAPED))
        decoded = [word.encode() for word in self.words(rows[escaped])]
        length[escaped] = [len(word) for word in decoded]
        offsets = offsets_of(length)
        data = np.empty(offsets[-1], np.uint8)
        gather_bytes(self.buffer, self.start, np.maximum(rows, 0), offsets, data)
        for place, word in zip(escaped.tolist(), decoded, strict=True):
            data[offsets[place] : offsets[place + 1]] = np.frombuffer(word, np.uint8)
        return Strings(data, offsets)

    def distinct(self, rows: Rows) -> tuple[NDArray[np.int32], list[str]]:
        """Number of each scalar as it is written, equal ones alike, and the words the numbers stand for."""
        start, stop = self.start[rows], self.stop[rows]
        codes = np.empty(len(rows), np.int32)
        n = number_spans(self.buffer, start, stop, codes)
        if n < 0:
            seen: dict[str, int] = {}
            codes[:] = [seen.setdefault(word, len(seen)) for word in self.words(rows)]
            return codes, list(seen)
        first = np.empty(n, np.int64)
        first[codes[::-1]] = rows[::-1]
        words = self.words(first)
        same = {word: code for code, word in reversed(list(enumerate(words)))}
        return np.array([same[word] for word in words], np.int32)[codes], words
