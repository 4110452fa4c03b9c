"""No kernel of the readers looks beyond its arrays, whatever the bytes are; compiled, nobody would tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def test_nothing_is_looked_at_beyond_its_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.hostile.bounds", str(tmp_path)]
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    child = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    found = json.loads(child.stdout)
    assert found["leaked"] == []
    assert found["count"] > 400
