"""Reading opens the input, files of installed packages, and nothing else: no other file, no process, no socket."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.corpus import cases


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody who listens on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def watched(folder: Path, port: int, *paths: Path) -> dict[str, list[str]]:
    command = [sys.executable, "-m", "tests.hostile.watch", str(folder), *map(str, paths)]
    environment = os.environ | {"CITYTWIN_TEST_PORT": str(port)}
    child = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True, env=environment)
    return {line["name"]: line["found"] for line in map(json.loads, child.stdout.splitlines())}


def test_hostile_files_open_nothing(tmp_path: Path, listener: socket.socket) -> None:
    found = watched(tmp_path, listener.getsockname()[1])
    assert found.keys() == {case.name for case in cases()}
    assert {name: what for name, what in found.items() if what} == {}
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_real_files_open_nothing(test_data: Path, tmp_path: Path, listener: socket.socket) -> None:
    paths = [
        path
        for folder in ("citygml", "cityjson")
        for path in sorted((test_data / "data" / folder).rglob("*"))
        if path.suffix in (".gml", ".json", ".jsonl")
    ]
    found = watched(tmp_path, listener.getsockname()[1], *paths)
    assert len(found) == len(paths) > 30
    assert {name: what for name, what in found.items() if what} == {}
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_the_watch_sees(tmp_path: Path) -> None:
    """The hook and the watch on the canary tell of what is opened."""
    program = f"""
from pathlib import Path
import sys
from tests.hostile import watch
canary = Path({str(tmp_path)!r}) / "canary.txt"
canary.write_text("secret")
sys.addaudithook(watch.hook)
watch.read_city = lambda path, **options: canary.read_text()
print(watch.read(Path("city.gml"), {{}}, canary))
import os
watch.read_city = lambda path, **options: os.system("cat " + str(canary) + " >/dev/null")
print(watch.read(Path("city.gml"), {{}}, canary))
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    first, second = answer.splitlines()
    assert "open" in first
    assert "canary.txt" in first
    assert "os.system" in second
    if sys.platform.startswith("linux"):
        assert "touched" in first
        assert "touched" in second
