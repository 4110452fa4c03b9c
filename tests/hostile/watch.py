"""Reads files while everything the interpreter opens, starts and connects to is written down.

Run as ``python -m tests.hostile.watch FOLDER FILE...``; prints a line of JSON a file, with what reading it leads to
besides the file itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import citytwin
from citytwin.io import read_city
from citytwin.kernels._jit import cache_base
from tests.hostile.corpus import CANARY
from tests.hostile.corpus_geojson import collection, feature
from tests.io import cj, gml

WATCHED = (
    "open",
    "socket.",
    "subprocess.",
    "os.",
    "shutil.",
    "urllib.",
    "http.",
    "ftplib.",
    "tempfile.",
    "webbrowser.",
)
LOOKING = ("os.listdir", "os.scandir", "os.walk")
IN_ACCESS, IN_OPEN, IN_NONBLOCK = 0x1, 0x20, 0o4000

seen: list[tuple[str, str, str]] | None = None
"""Event, path and mode of what happened while an input was read; None while none is."""


def hook(event: str, arguments: tuple[Any, ...]) -> None:
    if seen is not None and event.startswith(WATCHED):
        first = str(arguments[0]) if arguments else ""
        seen.append((event, first, str(arguments[1]) if len(arguments) > 1 else ""))


def foreign(path: Path) -> list[str]:
    """What happened that reading `path` does not need: installed files may be read, the kernel cache kept."""
    own = os.path.abspath(path)
    package = os.path.dirname(citytwin.__file__)
    places = {sys.prefix, sys.base_prefix, package, "/proc", *sys.path[1:]}
    installed = [os.path.abspath(place) for place in places]
    found = []
    for event, name, mode in seen or ():
        place = os.path.abspath(name)
        if place == own or (os.path.isdir(path) and place.startswith(own + os.sep)):
            if event in ("open", *LOOKING) and "w" not in mode and "+" not in mode:
                continue
        elif place.startswith(os.path.abspath(cache_base())):
            continue
        elif any(place.startswith(start + os.sep) or place == start for start in installed):
            if event in LOOKING or (event == "open" and mode in ("r", "rb", "None", "")):
                continue
        found.append(f"{event} {name} {mode}".strip())
    return found


@contextmanager
def touches(path: Path) -> Iterator[list[str]]:
    """Whether anybody, below the interpreter too, opens a file."""
    found: list[str] = []
    if not sys.platform.startswith("linux") or not path.exists():
        yield found
        return
    system = ctypes.CDLL(None)
    handle = system.inotify_init1(IN_NONBLOCK)
    system.inotify_add_watch(handle, os.fsencode(path), IN_ACCESS | IN_OPEN)
    yield found
    with suppress(BlockingIOError):
        if os.read(handle, 4096):
            found.append(f"touched {path.name}")
    os.close(handle)


def opened(read: Callable[[], None], path: Path, canary: Path) -> list[str]:
    """What happens that should not while the input at `path` is read."""
    global seen
    with touches(canary) as touched:
        seen = []
        read()
        found = foreign(path)
        seen = None
    return found + touched


def main(folder: Path, paths: list[Path]) -> None:
    """Read the files named, in local coordinates."""
    warm_up(folder)
    sys.addaudithook(hook)
    for path in paths:

        def read(path: Path = path) -> None:
            with suppress(Exception):
                read_city(path, crs="local")

        print(json.dumps({"name": str(path), "found": opened(read, path, folder / CANARY)}), flush=True)


def warm_up(folder: Path) -> None:
    """Import and load what the first file of each format and way of reading needs."""
    late = gml.city(gml.box("b"), prolog=f"<!-- {'x' * 300_000} -->")
    plan = json.dumps(collection(feature()))
    for text, name in ((gml.city(gml.box("b")), "a.gml"), (late, "b.gml"), (plan, "c.geojson")):
        read_city(gml.write(folder, text, name))
    read_city(cj.write(folder, cj.box()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
