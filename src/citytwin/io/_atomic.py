"""The only writer of files that others may read: a reader sees the old result or the new one, never half of one."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from citytwin.errors import OutputError

_STALE = re.compile(r"\.(?P<name>.+)\.(?P<pid>\d+)\.(?P<kind>tmp|old)[^.]*\Z")
_ADVICE = {
    errno.ENOSPC: "The disk is full: free some space and run again",
    errno.EDQUOT: "The quota is used up: free some space and run again",
    errno.EFBIG: "The file is larger than this system or its limits allow",
    errno.EACCES: "Choose a folder that you may write to",
    errno.EPERM: "Choose a folder that you may write to",
    errno.EROFS: "The file system is read-only: choose another folder",
    errno.ENOTDIR: "A part of the path is a file: choose another folder",
    errno.EISDIR: "There is a folder of this name: choose another name",
}


def write(path: str | Path, fill: Callable[[BinaryIO], None]) -> Path:
    """Write one file through a temporary file in the same folder.

    Parameters
    ----------
    path : path-like
        Target; an existing file is replaced when the new one is complete and on disk. Missing folders are made.
    fill : callable
        Writes the content to the binary file it is given. When it raises, the old file stays and nothing else is left.

    Returns
    -------
    Path

    Raises
    ------
    OutputError
        The folder cannot be made or written, the disk is full, or `path` is a folder.
    """
    path = Path(path)
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}.tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                fill(file)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        _sync_directory(path.parent)
    return path


def write_bytes(path: str | Path, data: bytes) -> Path:
    """Write bytes as one file; see :func:`write`."""

    def fill(file: BinaryIO) -> None:
        file.write(data)

    return write(path, fill)


def write_part(path: Path, fill: Callable[[BinaryIO], None]) -> None:
    """Write one file of a folder that :func:`publish_directory` is filling, which brings all to disk at its end."""
    with open_part(path) as file:
        fill(file)


def open_part(path: Path) -> BinaryIO:
    """New file of a folder that :func:`publish_directory` is filling."""
    return open(path, "wb")


def publish_directory(path: str | Path, fill: Callable[[Path], None], marker: str) -> Path:
    """Write a folder through a temporary folder beside it and put it in place as a whole.

    Parameters
    ----------
    path : path-like
        Target folder. One that exists is replaced only if it is empty or holds the file `marker`.
    fill : callable
        Writes files into the folder it is given.
    marker : str
        File name by which a folder of this kind is known; `fill` writes it.

    Raises
    ------
    OutputError
        As :func:`write`, or the folder holds something else.
    """
    path = Path(path)
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        _refuse_foreign(path, marker)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.{os.getpid()}.tmp"))
        retired = temporary.with_name(f".{path.name}.{os.getpid()}.old")
        try:
            _filled(temporary, fill)
            for file in temporary.rglob("*"):
                if file.is_file():
                    _sync_file(file)
            _sync_directory(temporary)
            os.chmod(temporary, 0o777 & ~_umask())
            if path.exists():
                os.rename(path, retired)
            os.rename(temporary, path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            if retired.exists() and not path.exists():
                os.rename(retired, path)
            raise
        try:
            _sync_directory(path.parent)
        finally:
            shutil.rmtree(retired, ignore_errors=True)
    return path


def _filled(temporary: Path, fill: Callable[[Path], None]) -> None:
    """Call `fill`; where the system refuses one of its files, raise what the system said, to be told of the folder."""
    try:
        fill(temporary)
    except OutputError as error:
        if isinstance(error.__cause__, OSError):
            raise error.__cause__ from None
        raise


def check_directory(path: str | Path, marker: str) -> None:
    """Tell before long work whether :func:`publish_directory` can put a folder in place. Nothing is made.

    Raises
    ------
    OutputError
        As :func:`publish_directory`.
    """
    path = Path(path)
    with _explained(path):
        _refuse_foreign(path, marker)
        above = path.absolute().parent
        while not above.exists():
            above = above.parent
        if not above.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{above} is a file")
        if not os.access(above, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, f"{above} is write-protected")


def _refuse_foreign(path: Path, marker: str) -> None:
    if path.exists() and not (path.is_dir() and ((path / marker).is_file() or not any(path.iterdir()))):
        raise OutputError(f"{path} exists and holds no {marker}: choose a new folder, nothing was overwritten")


def recover_directory(path: Path) -> None:
    """Put the retired version of a folder back where its writer was killed between the two renames."""
    if path.exists() or not path.parent.is_dir():
        return
    for entry, process, kind in _leftovers(path):
        if kind == "old" and not _alive(process):
            os.rename(entry, path)
            return


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the system says about `path` into an OutputError."""
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "Choose another folder")
        raise OutputError(f"{path} cannot be written ({error.strerror or error}). {advice}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_file(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def _sync_directory(path: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder as a file
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _leftovers(path: Path) -> list[tuple[Path, int, str]]:
    found = []
    for entry in path.parent.iterdir():
        match = _STALE.match(entry.name)
        if match and match["name"] == path.name:
            found.append((entry, int(match["pid"]), match["kind"]))
    return found


def _sweep(path: Path) -> None:
    """Remove what killed writers of `path` left behind."""
    recover_directory(path)
    for entry, process, _ in _leftovers(path):
        if _alive(process):
            continue
        if entry.is_dir():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    if process == os.getpid():
        return True
    if os.name == "nt":  # no harmless way to ask without another package: treat it as alive
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
