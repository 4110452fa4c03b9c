"""Inputs as streams of bytes: plain files, gzip and zip by content, folders; archives under a running budget."""

from __future__ import annotations

import gzip
import hashlib
import os
import zipfile
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from citytwin.errors import CityReadError
from citytwin.io._limits import ReadLimits
from citytwin.io._zips import last_part, open_archive
from citytwin.model.provenance import InputFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUFFIXES = (".gml", ".xml", ".citygml", ".json", ".jsonl")
Progress = Callable[[int, int], None]

_GZIP = b"\x1f\x8b"


class _Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


class Stream:
    """Bytes of one input with a running count, both of what is on disk and of what was unpacked.

    Parameters
    ----------
    file : binary file
        Gives the unpacked bytes.
    raw : callable
        Bytes read from disk so far.
    size : int
        Bytes on disk.
    name : str
        Named in errors.
    limits : ReadLimits
    progress : callable, optional
        Called with bytes read from disk and bytes on disk.
    plain : binary file, optional
        The file on disk, where it is not packed.
    """

    def __init__(
        self,
        file: _Readable,
        raw: Callable[[], int],
        size: int,
        name: str,
        limits: ReadLimits,
        progress: Progress | None = None,
        plain: IO[bytes] | None = None,
    ) -> None:
        self.name = name
        self.unpacked = 0
        self.limits = limits
        self._file, self._raw, self._size, self._progress = file, raw, size, progress
        self._plain = plain

    def read(self, count: int = -1) -> bytes:
        """At most `count` more bytes; raise CityReadError past a limit or where the archive is damaged."""
        try:
            data = self._file.read(count)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise CityReadError(
                f"the archive is damaged ({error})", self.name, advice="Fetch the file again"
            ) from error
        self._account(len(data), self._raw())
        return data

    def mapped(self) -> NDArray[np.uint8] | None:
        """The bytes of a plain file as they lie on disk, read when they are used; None for another one."""
        if self._plain is None or not self._size:
            return None
        import numpy as np

        return np.memmap(self._plain, np.uint8, "r")

    def passed(self, count: int) -> None:
        """Tell that `count` more bytes of the mapped file are done with."""
        self._account(count, self.unpacked + count)

    def _account(self, count: int, done: int) -> None:
        self.unpacked += count
        limits = self.limits
        if self.unpacked > limits.file_bytes:
            raise CityReadError(
                f"more than {limits.file_bytes} bytes", self.name, advice="Raise limits.file_bytes if that is meant"
            )
        if self.unpacked > limits.expansion_free_bytes and self.unpacked > limits.expansion_ratio * max(done, 1):
            raise CityReadError(
                f"unpacks to more than {limits.expansion_ratio:g} times its size",
                self.name,
                advice="This is how an archive bomb looks; raise limits.expansion_ratio if it is none",
            )
        if self._progress is not None:
            self._progress(min(done, self._size), self._size)


class Joined:
    """Bytes in memory, and those of a stream behind them, read as one without a copy of all.

    Parameters
    ----------
    parts : iterable of bytes or memoryview
    name : str
        Named in errors.
    limits : ReadLimits
    then : Stream, optional
    """

    def __init__(
        self, parts: Iterable[bytes | memoryview], name: str, limits: ReadLimits, then: Stream | None = None
    ) -> None:
        self.name = name
        self.limits = limits
        self._parts = deque(memoryview(part) for part in parts if len(part))
        self._then = then

    def read(self, count: int) -> bytes:
        """At most `count` more bytes."""
        if not self._parts:
            return b"" if self._then is None else self._then.read(count)
        data = bytes(self._parts[0][:count])
        self._parts[0] = self._parts[0][count:]
        if not len(self._parts[0]):
            self._parts.popleft()
        return data


@dataclass(frozen=True)
class Source:
    """One input that may hold a city model.

    Parameters
    ----------
    name : str
        Path, followed by ``!member`` inside a zip archive.
    path : Path
        File on disk.
    member : str or None
        Member of a zip archive.
    archive : ZipFile or None
        That archive, open: its directory is read once for all members.
    """

    name: str
    path: Path
    member: str | None = None
    archive: zipfile.ZipFile | None = field(default=None, repr=False, compare=False)

    @contextmanager
    def open(self, limits: ReadLimits, progress: Progress | None = None) -> Iterator[Stream]:
        """Stream of the unpacked bytes."""
        try:
            if self.archive is not None and self.member is not None:
                with self.archive.open(self.member) as packed:
                    yield self._packed(self.archive, packed, limits, progress)
                return
            with open(self.path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                if _magic(file).startswith(_GZIP):
                    with gzip.open(file) as unpacked:
                        yield Stream(unpacked, file.tell, size, self.name, limits, progress)
                else:
                    yield Stream(file, file.tell, size, self.name, limits, progress, plain=file)
        except FileNotFoundError:
            raise CityReadError("there is no such file", self.path, advice="Check the path") from None
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise CityReadError(
                f"cannot be opened ({error})", self.path, advice="Check file and permissions"
            ) from error

    def _packed(
        self, archive: zipfile.ZipFile, packed: IO[bytes], limits: ReadLimits, progress: Progress | None
    ) -> Stream:
        """Stream of a member of an archive, which may be packed once more with gzip."""
        assert self.member is not None
        assert archive.fp is not None
        info = archive.getinfo(self.member)
        file: _Readable = gzip.open(packed) if _magic(packed).startswith(_GZIP) else packed
        return Stream(
            file, _bytes_from(archive.fp, info.header_offset), info.compress_size, self.name, limits, progress
        )


def _bytes_from(file: IO[bytes], start: int) -> Callable[[], int]:
    """Bytes read so far of what begins at `start`."""
    return lambda: max(file.tell() - start, 0)


def _magic(file: IO[bytes]) -> bytes:
    head = file.read(16)
    file.seek(0)
    return head


def sources_of(path: str | Path, limits: ReadLimits) -> list[Source]:
    """Inputs behind one path: the file itself, the members of a zip archive, or the files of a folder by name.

    Raises
    ------
    CityReadError
        There is no such file, or the folder or archive holds no file that could be a city model.
    """
    path = Path(path)
    if os.path.isdir(path):
        files = sorted(p for p in path.rglob("*") if p.is_file() and _is_candidate(p.name))
        if not files:
            raise CityReadError("the folder holds no city model", path, advice=f"Known endings: {', '.join(SUFFIXES)}")
        return [source for file in files for source in sources_of(file, limits)]
    try:
        with open(path, "rb") as file:
            if not _magic(file).startswith(b"PK\x03\x04"):
                return [Source(str(path), path)]
        archive = open_archive(path, limits)
        names = sorted(name for name in archive.namelist() if not name.endswith("/") and _is_candidate(name))
    except FileNotFoundError:
        raise CityReadError("there is no such file", path, advice="Check the path") from None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise CityReadError(f"cannot be opened ({error})", path, advice="Check file and permissions") from error
    if not names:
        raise CityReadError("the archive holds no city model", path, advice=f"Known endings: {', '.join(SUFFIXES)}")
    return [Source(f"{path}!{name}", path, name, archive) for name in names]


def _is_candidate(name: str) -> bool:
    name = last_part(name).lower().removesuffix(".gz")
    return name.endswith((*SUFFIXES, ".zip")) and not name.startswith(".")


def head_of(source: Source, limits: ReadLimits, count: int = 4096) -> bytes:
    """First bytes of an input, unpacked."""
    with source.open(limits) as stream:
        return stream.read(count)


def input_file(path: Path) -> InputFile:
    """Hash, size and date of a file on disk."""
    try:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            status = os.fstat(file.fileno())
    except OSError as error:
        raise CityReadError(f"cannot be opened ({error})", path, advice="Check file and permissions") from error
    as_of = datetime.fromtimestamp(status.st_mtime, UTC).date().isoformat()
    return InputFile(str(path), digest, status.st_size, as_of)
