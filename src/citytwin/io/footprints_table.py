"""Features of a vector file before they become buildings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from citytwin.errors import CityReadError
from citytwin.io._limits import ReadLimits
from citytwin.io._streams import Progress, Source
from citytwin.model.attributes import AttributeTable
from citytwin.model.strings import Strings

CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class FootprintTable:
    """Features as a file has them, one row each.

    Parameters
    ----------
    shape : object array (n,)
        Shapely geometry of any kind, x before y; None where there is none or it cannot be read.
    attributes : AttributeTable over the n rows
    identifier : Strings (n,)
        "" where a feature has none.
    srs_names : frozenset of str
        Names of the reference system in short form, whose order is east, north, or its definition.
    unreadable : dict
        By row, why its geometry cannot be read.
    left_out : Counter
        Features that are no areas and have no row, by kind.
    remarks : tuple of str
        What the file does not keep to.
    """

    shape: NDArray[np.object_]
    attributes: AttributeTable
    identifier: Strings
    srs_names: frozenset[str]
    unreadable: dict[int, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    remarks: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.shape)


def read_whole(source: Source, limits: ReadLimits, most: int, progress: Progress | None = None) -> bytearray:
    """All bytes of an input, unpacked, chunk by chunk so that limits act in time.

    Raises
    ------
    CityReadError
        More than `most` bytes, or beyond a limit of archives.
    """
    with source.open(limits, progress) as stream:
        content = bytearray()
        while chunk := stream.read(CHUNK):
            if stream.unpacked > most:
                raise CityReadError(
                    f"more than {most} bytes in one piece", source.name, advice="Raise the limit if that is meant"
                )
            content += chunk
    return content


@contextmanager
def as_file(source: Source, limits: ReadLimits, progress: Progress | None = None) -> Iterator[Path | bytes]:
    """The file for a library that opens it by itself: its path, or its bytes where it is packed."""
    try:
        with open(source.path, "rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        size = source.path.stat().st_size
    except OSError as error:
        raise CityReadError(f"cannot be opened ({error})", source.path, advice="Check file and permissions") from error
    if packed or source.member is not None:
        yield bytes(read_whole(source, limits, limits.file_bytes, progress))
        return
    if size > limits.file_bytes:
        raise CityReadError(
            f"more than {limits.file_bytes} bytes", source.name, advice="Raise limits.file_bytes if that is meant"
        )
    yield source.path
    if progress is not None:
        progress(size, size)


def objects_of(items: list[Any]) -> NDArray[np.object_]:
    """Object array (n,) of a list, whatever the items are."""
    array = np.empty(len(items), object)
    array[:] = items
    return array
