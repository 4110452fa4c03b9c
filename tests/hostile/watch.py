"""Reads files while everything the interpreter opens, starts and connects to is written down.

Run as ``python -m tests.hostile.watch FOLDER [FILE...]``: the hostile files, which are made in the folder, or those
named. Prints a line of JSON for each input that leads to anything but itself.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import citytwin
from citytwin.io import read_city
from citytwin.kernels._jit import cache_base
from tests.hostile.child import warm_up
from tests.hostile.corpus import CANARY, cases

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


def read(path: Path, options: dict[str, Any], canary: Path) -> list[str]:
    """Read one input, and return what happened that should not have."""
    global seen
    with touches(canary) as touched:
        seen = []
        with suppress(Exception):
            read_city(path, **options)
        found = foreign(path)
        seen = None
    return found + touched


def main(folder: Path, paths: list[Path]) -> None:
    """Read all hostile files, or those named."""
    warm_up(folder)
    sys.addaudithook(hook)
    for path in paths:
        print(json.dumps({"name": str(path), "found": read(path, {"crs": "local"}, folder / CANARY)}), flush=True)
    for case in [] if paths else cases():
        place = folder / "case"
        place.mkdir()
        (place / CANARY).write_text("secret")
        found = read(case.make(place), case.options, place / CANARY)
        print(json.dumps({"name": case.name, "found": found}), flush=True)
        shutil.rmtree(place)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
