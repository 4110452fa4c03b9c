"""Reading real files opens them, files of installed packages, and nothing else: no other file, no process, no socket.

For hostile files this is part of ``test_corpus``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def opened(folder: Path, paths: list[Path]) -> dict[str, list[str]]:
    command = [sys.executable, "-m", "tests.hostile.watch", str(folder), *map(str, paths)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return {line["name"]: line["found"] for line in map(json.loads, child.stdout.splitlines())}


def real_files(test_data: Path) -> list[Path]:
    return [
        path
        for folder in ("citygml", "cityjson")
        for path in sorted((test_data / "data" / folder).rglob("*"))
        if path.suffix in (".gml", ".json", ".jsonl")
    ]


@pytest.mark.slow
def test_real_files(test_data: Path, tmp_path: Path) -> None:
    paths = real_files(test_data)
    found = opened(tmp_path, paths)
    assert len(found) == len(paths) > 30
    assert {name: what for name, what in found.items() if what} == {}


def test_some_real_files(test_data: Path, tmp_path: Path) -> None:
    """The smallest of each folder."""
    smallest = {path.parent: path for path in sorted(real_files(test_data), key=lambda path: -path.stat().st_size)}
    found = opened(tmp_path, list(smallest.values()))
    assert len(found) == len(smallest) > 10
    assert {name: what for name, what in found.items() if what} == {}


def test_the_watch_sees(tmp_path: Path) -> None:
    """The hook and the watch on the canary tell of what is opened."""
    program = f"""
import os, sys
from pathlib import Path
from tests.hostile import watch
canary = Path({str(tmp_path)!r}) / "canary.txt"
canary.write_text("secret")
sys.addaudithook(watch.hook)
print(watch.opened(canary.read_text, Path("city.gml"), canary))
print(watch.opened(lambda: os.system("cat " + str(canary) + " >/dev/null"), Path("city.gml"), canary))
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    first, second = answer.splitlines()
    assert "open" in first
    assert "canary.txt" in first
    assert "os.system" in second
    if sys.platform.startswith("linux"):
        assert "touched" in first
        assert "touched" in second
