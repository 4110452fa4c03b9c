"""A writer that is killed leaves the city before or the city after, whole; the next one sweeps what else it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.writers import WRITERS

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be forked")
NAMES = [writer.name for writer in WRITERS]


def killed(folder: Path, name: str, kills: int, seed: int) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.hostile.kills", str(folder), name, str(kills), str(seed)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return json.loads(child.stdout)  # type: ignore[no-any-return]


def check(found: dict[str, int], kills: int) -> None:
    assert found.get("broken", 0) == 0
    assert found.get("whole", 0) + found.get("half", 0) == kills
    assert found["left behind in the end"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_twenty_kills(tmp_path: Path, name: str) -> None:
    check(killed(tmp_path, name, 20, 1), 20)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_two_hundred_kills(tmp_path: Path, name: str) -> None:
    found = killed(tmp_path, name, 200, 2)
    check(found, 200)
    assert found["whole"] > 20
    assert found["half"] > 20
