"""Coordinate lists of rings, collected as text and parsed many at a time."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._columns import CityColumns
from citytwin.io._limits import ReadLimits
from citytwin.io.citygml_gml import COORDINATE_LISTS, POS_LISTS, POSITIONS
from citytwin.kernels.decimal import read_decimals

BATCH = 4_000
"""Coordinate lists parsed in one call, where members are small."""

MOST = 8 * BATCH
"""Coordinate lists of one member that are held before they are parsed."""


class RingTexts:
    """Texts of the rings of the polygons in `columns` that are not parsed yet."""

    def __init__(self, name: str, limits: ReadLimits, columns: CityColumns) -> None:
        self.name = name
        self.limits = limits
        self.columns = columns
        self.texts: list[str] = []
        self.dimensions = array("b")
        self.lines: list[int] = []

    def add(self, ring: Any, dimension: int) -> None:
        """Take the text of a ``gml:LinearRing``."""
        if len(ring) == 1 and ring[0].tag in POS_LISTS:
            self.add_list(ring[0], dimension)
        else:
            text, dimension = self._positions(ring, dimension)
            self.texts.append(text)
            self.dimensions.append(dimension)
            self.lines.append(ring.sourceline)

    def add_list(self, positions: Any, dimension: int) -> None:
        """Take the text of a ``gml:posList``."""
        own = positions.get("srsDimension")
        if own is not None:
            dimension = 3 if own == "3" else self._dimension(own, positions)
        if len(positions):
            raise self._error("an element stands inside a coordinate list", positions)
        self.texts.append(positions.text or "")
        self.dimensions.append(dimension)
        self.lines.append(positions.sourceline)

    def add_texts(self, texts: list[str], lines: Iterable[int], dimension: int) -> None:
        """Take the texts of position lists of `dimension`, and the lines they are in."""
        self.texts += texts
        self.lines += lines
        self.dimensions += array("b", (dimension,)) * len(texts)
        self.flush(MOST)

    def _positions(self, ring: Any, dimension: int) -> tuple[str, int]:
        """Text of a ring written as single positions, or in the manner of GML 2."""
        texts = []
        for child in ring.iter(*POSITIONS):
            own = child.get("srsDimension")
            if own is not None:
                dimension = self._dimension(own, child)
            if len(child):
                raise self._error("an element stands inside a coordinate list", child)
            text = child.text or ""
            if child.tag in COORDINATE_LISTS:
                if child.get("decimal", ".") != "." or child.get("cs", ",") != "," or child.get("ts", " ").strip():
                    raise self._error("gml:coordinates with separators of its own", child)
                text = text.replace(",", " ")
            texts.append(text)
        return " ".join(texts), dimension

    def _dimension(self, text: str, element: Any) -> int:
        if text not in ("2", "3"):
            raise self._error(f"srsDimension {text!r}, not 2 or 3", element)
        return int(text)

    def _error(self, reason: str, element: Any) -> CityReadError:
        return CityReadError(reason, self.name, line=element.sourceline, advice="Correct the file or export it again")

    def flush(self, least: int = BATCH) -> None:
        """Parse the texts where they are `least` or more.

        Raises
        ------
        CityReadError
            A text holds something else than finite decimal numbers of bearable size, or their count does not fit the
            dimension.
        """
        if len(self.texts) < max(least, 1):
            return
        joined = " ".join(self.texts)
        if not joined.isascii():
            raise self._bad_text()
        values, error = read_decimals(joined.encode())
        if error >= 0:
            raise self._bad_text()
        counts = self._counts(joined, len(values))
        dimension = np.array(self.dimensions, np.int64)
        wrong = np.flatnonzero(counts % dimension)
        if len(wrong):
            raise self._ring_error(
                int(wrong[0]), f"{counts[wrong[0]]} numbers, not a multiple of {dimension[wrong[0]]}"
            )
        points = counts // dimension
        if points.max(initial=0) > self.limits.ring_points:
            raise self._ring_error(int(points.argmax()), f"a ring of {points.max()} points (limits.ring_points)")
        too_large = ~(np.abs(values) <= self.limits.coordinate)
        if too_large.any():
            ring = int(np.searchsorted(np.cumsum(counts), np.flatnonzero(too_large)[0], side="right"))
            raise self._ring_error(ring, f"coordinate {values[too_large][0]:g} is beyond {self.limits.coordinate:g}")
        self.columns.coordinates.append(self._to_space(values, counts, dimension))
        self.columns.ring_points.append(points)
        self.columns.n_rings += len(self.texts)
        self.texts.clear()
        del self.dimensions[:]
        self.lines.clear()

    def _counts(self, joined: str, total: int) -> NDArray[np.int64]:
        """Numbers in each text. Counting blanks is an upper bound, and right for all texts if it is right in sum."""
        if not any(blank in joined for blank in "\n\t\r"):
            counts = np.fromiter(map(str.count, self.texts, repeat(" ")), np.int64, len(self.texts)) + 1
            if counts.sum() == total:
                return counts
        return np.fromiter((len(text.split()) for text in self.texts), np.int64, len(self.texts))

    def _to_space(
        self, values: NDArray[np.float64], counts: NDArray[np.int64], dimension: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Positions (n, 3); height 0 where there is none."""
        flat = dimension == 2
        if not flat.any():
            return values.reshape(-1, 3)
        self.columns.flat_rings += int(flat.sum())
        xyz = np.zeros((int((counts // dimension).sum()), 3))
        in_flat = np.repeat(flat, counts)
        at_flat = np.repeat(flat, counts // dimension)
        xyz[at_flat, :2] = values[in_flat].reshape(-1, 2)
        xyz[~at_flat] = values[~in_flat].reshape(-1, 3)
        return xyz

    def _bad_text(self) -> CityReadError:
        """The error for the first text that holds something else than numbers."""
        for ring, text in enumerate(self.texts):
            for token in text.encode().split():
                if not token.isascii() or read_decimals(token)[1] >= 0:
                    return self._ring_error(ring, f"{token.decode()[:40]!r} is no coordinate")
        raise AssertionError("every text is sound by itself")

    def _ring_error(self, ring: int, reason: str) -> CityReadError:
        columns = self.columns
        polygon = columns.ring_polygon[columns.n_rings + ring]
        owner = columns.object_id[columns.owner_object[columns.polygon_owner[polygon]]]
        identifier = columns.polygon_id.strings()[polygon]
        return CityReadError(
            reason,
            self.name,
            line=self.lines[ring],
            gml_id=identifier or owner,
            advice=f"Correct the coordinates of {owner} or leave the object out",
        )
