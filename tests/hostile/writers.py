"""Every writer of a city, and how its result is told from another's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from citytwin.io import save_city, write_citygml, write_cityjson


class Writer(NamedTuple):
    """A writer, and the name of what it writes: a file, or a folder."""

    name: str
    target: str
    write: Callable[..., Any]

    def content(self, path: Path) -> dict[str, bytes]:
        """All bytes of a result, by file; what says when and from what it was made is left out."""
        files = [path] if path.is_file() else sorted(path.iterdir())
        return {file.name: file.read_bytes() for file in files}

    def remove(self, path: Path) -> None:
        """Take a result away, if there is one."""
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)


WRITERS = [
    Writer("store", "city", save_city),
    Writer("cityjson", "city.json", write_cityjson),
    Writer("citygml", "city.gml", write_citygml),
]
