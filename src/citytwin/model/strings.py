"""Text columns as one byte buffer and offsets: Arrow's large-string layout, memory-mappable, decoded on access."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

from citytwin.model.ragged import freeze, offsets_of


@dataclass(frozen=True, eq=False)
class Strings:
    """An immutable column of strings.

    Parameters
    ----------
    data : uint8 array (m,)
        UTF-8 bytes of all strings, one behind the other.
    offsets : int64 array (n + 1,)
        Start of each string in `data`.

    Examples
    --------
    >>> names = Strings.of(["Töölö", "", "Kallio"])
    >>> names[0], len(names)
    ('Töölö', 3)
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    def __post_init__(self) -> None:
        freeze(self.data, self.offsets)

    @classmethod
    def of(cls, items: Iterable[str]) -> Strings:
        """Column of the given strings."""
        encoded = [item.encode() for item in items]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(item) for item in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    @classmethod
    def empty(cls, n: int) -> Strings:
        """Column of `n` empty strings."""
        return cls(np.empty(0, np.uint8), np.zeros(n + 1, np.int64))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, key: int | np.integer) -> str: ...
    @overload
    def __getitem__(self, key: slice | NDArray[np.integer]) -> Strings: ...
    def __getitem__(self, key: int | np.integer | slice | NDArray[np.integer]) -> str | Strings:
        if isinstance(key, int | np.integer):
            row = range(len(self))[int(key)]
            return self.data[self.offsets[row] : self.offsets[row + 1]].tobytes().decode()
        from citytwin.kernels.gather_bytes import gather_bytes

        rows = np.arange(len(self))[key]
        offsets = offsets_of(np.diff(self.offsets)[rows])
        data = np.empty(offsets[-1], np.uint8)
        gather_bytes(self.data, self.offsets, rows, offsets, data)
        return Strings(data, offsets)

    def __iter__(self) -> Iterator[str]:
        text = self.data.tobytes()
        bounds = self.offsets.tolist()
        return (text[a:b].decode() for a, b in pairwise(bounds))

    def to_numpy(self) -> NDArray[np.object_]:
        """All strings as an object array (n,)."""
        return np.array(list(self), dtype=object)

    @cached_property
    def lookup(self) -> dict[str, int]:
        """Row of each string; the first row where a string repeats."""
        return {item: row for row, item in reversed(list(enumerate(self)))}

    def hashes(self) -> NDArray[np.uint64]:
        """64-bit hash of each string (n,)."""
        from citytwin.kernels.fnv1a import fnv1a

        out = np.empty(len(self), np.uint64)
        fnv1a(self.data, self.offsets, out)
        return out

    def repeated(self) -> dict[str, list[int]]:
        """Strings that stand in several rows, with these rows, in the order of their first."""
        hashes = self.hashes()
        order = np.argsort(hashes, kind="stable")
        same = np.flatnonzero(hashes[order][1:] == hashes[order][:-1])
        rows: dict[str, list[int]] = {}
        for row in np.unique(order[np.union1d(same, same + 1)]).tolist():
            rows.setdefault(self[row], []).append(row)
        return {text: places for text, places in rows.items() if len(places) > 1}

    @staticmethod
    def concat(columns: Iterable[Strings]) -> Strings:
        """One column behind the other."""
        columns = list(columns)
        data = np.concatenate([column.data for column in columns] or [np.empty(0, np.uint8)])
        lengths = np.concatenate([np.diff(column.offsets) for column in columns] or [np.empty(0, np.int64)])
        return Strings(data, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
