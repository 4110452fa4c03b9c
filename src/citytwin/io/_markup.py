"""Limits that have to be held before a parser sees the bytes: it would build what they ask for first."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from lxml import etree
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._limits import ReadLimits

SHORTEST_ATTRIBUTE = len(' a=""')

_ELEMENTS_BELOW: Any = etree.XPath("count(descendant::*)")
_DELIMITER = re.compile(rb"""[>"']""")
_LESS, _SLASH = ord("<"), ord("/")


class MarkupGuard:
    """Counts bytes, elements and attributes of XML, chunk by chunk.

    Tags are told apart by ``<``, which neither text nor an attribute value can hold.

    Parameters
    ----------
    name : str
        Of the input, for errors.
    limits : ReadLimits
    """

    def __init__(self, name: str, limits: ReadLimits) -> None:
        self._name = name
        self._limits = limits
        self._bytes = 0
        self._elements = 0
        self._attributes = 0
        self._in_tag = self._is_fresh = False
        self._quote = b""

    def object_ended(self) -> None:
        """An object is complete: what follows belongs to the next one."""
        self._bytes = 0

    def admit(self, chunk: bytes, root: Any) -> None:
        """Count a chunk before it is parsed.

        Parameters
        ----------
        chunk : bytes
        root : element or None
            Root of the tree built so far, None before the first object is complete. Its elements are counted only where
            the count, which knows of none that was let go, reaches the limit.

        Raises
        ------
        CityReadError
            A limit is passed.
        """
        limits = self._limits
        self._bytes += len(chunk)
        if self._bytes > limits.object_bytes:
            raise self._error(f"an object of more than {limits.object_bytes} bytes", "object_bytes")
        codes = np.frombuffer(chunk, np.uint8)
        tags = np.flatnonzero(codes == _LESS)
        ends = int(np.count_nonzero(codes[tags[tags < len(chunk) - 1] + 1] == _SLASH))
        self._elements += len(tags) - ends
        if self._elements > limits.object_elements:
            if root is not None:
                self._elements = int(_ELEMENTS_BELOW(root)) + len(tags)
            if self._elements > limits.object_elements:
                raise self._error(f"more than {limits.object_elements} elements in one object", "object_elements")
        self._count_attributes(chunk, tags)

    def _count_attributes(self, chunk: bytes, tags: NDArray[np.int64]) -> None:
        """Count those of tags long enough to have too many, and of the tag that the chunk leaves open."""
        if self._in_tag:
            self._go_on(chunk, 0, int(tags[0]) if len(tags) else len(chunk))
        if not len(tags):
            return
        limit = self._limits.element_attributes
        for place in np.flatnonzero(np.diff(tags) > limit * SHORTEST_ATTRIBUTE):
            start, stop = int(tags[place]) + 1, int(tags[place + 1])
            if chunk.count(b"=", start, stop) > limit:
                self._begin(chunk, start, stop)
        self._begin(chunk, int(tags[-1]) + 1, len(chunk))

    def _begin(self, chunk: bytes, start: int, stop: int) -> None:
        """Begin a tag behind its ``<``."""
        self._attributes, self._quote = 0, b""
        self._in_tag = self._is_fresh = True
        self._go_on(chunk, start, stop)

    def _go_on(self, chunk: bytes, start: int, stop: int) -> None:
        """Count quoted values up to the end of the tag; comments, instructions and end tags have none."""
        if self._is_fresh and start < stop:
            self._is_fresh = False
            self._in_tag = chunk[start : start + 1] not in (b"!", b"?", b"/")
        while self._in_tag and start < stop:
            if self._quote:
                end = chunk.find(self._quote, start, stop)
                if end < 0:
                    return
                self._quote, start = b"", end + 1
                continue
            match = _DELIMITER.search(chunk, start, stop)
            if match is None:
                return
            start = match.end()
            if match[0] == b">":
                self._in_tag = False
                return
            self._quote = match[0]
            self._attributes += 1
            if self._attributes > self._limits.element_attributes:
                raise self._error(
                    f"an element of more than {self._limits.element_attributes} attributes", "element_attributes"
                )

    def _error(self, reason: str, limit: str) -> CityReadError:
        return CityReadError(reason, self._name, advice=f"Raise limits.{limit} if that is meant")
