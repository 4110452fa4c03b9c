"""Every hostile file comes to its one right end, in little time and memory, and opens nothing else."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from citytwin.errors import CityTwinError
from citytwin.io import read_city
from citytwin.kernels._jit import is_compiled
from tests.hostile.corpus import Case, cases
from tests.hostile.corpus_json import WRONG_TYPES, wrong_type
from tests.io import gml

CASES = cases()

INTERPRETED = 5
"""Times as long a case may take without the compiler."""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of each case, all read in one child process with little memory."""
    folder = tmp_path_factory.mktemp("hostile")
    command = [sys.executable, "-m", "tests.hostile.child", str(folder)]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        environment = os.environ | {"CITYTWIN_TEST_PORT": str(listener.getsockname()[1])}
        child = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, env=environment)
        with pytest.raises(BlockingIOError):
            listener.accept()
    lines = [json.loads(line) for line in child.stdout.splitlines()]
    assert child.returncode == 0, f"ended at {lines[-1:]}: {child.stderr[-2000:]}"
    return {line["name"]: line for line in lines if "name" in line}


def test_every_case_is_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 400


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_corpus(case: Case, outcomes: dict[str, Any]) -> None:
    got = outcomes[case.name]
    if case.refused is None:
        assert got["verdict"] == "read", got["message"]
        assert got["holds"], f"{got['counts']}: {got['message']}"
        assert got["adds_up"], got["counts"]
    else:
        assert got["verdict"] == "refused", got["message"]
        assert re.search(case.refused, got["message"]), got["message"]
        assert got["names_the_path"], got["message"]
        assert got["advice"], got["message"]
        if case.line is True:
            assert got["line"] is not None, got["message"]
        elif case.line is not None:
            assert got["line"] == case.line, got["message"]
        if case.gml_id is not None:
            assert got["gml_id"] == case.gml_id, got["message"]
    assert got["opened"] == []
    assert got["seconds"] <= case.seconds * (1 if is_compiled() else INTERPRETED)
    assert got["megabytes"] <= case.megabytes


def test_cut_anywhere(tmp_path: Path) -> None:
    """A file that ends too early is refused with the line it ends on, wherever it ends."""
    whole = gml.city(gml.box("b", gml.generic("name", "Töölö"), "<!-- x --><ade:x a='1'>1</ade:x>")).encode()
    for length in range(0, len(whole.rstrip()), 41):
        with pytest.raises(CityTwinError) as caught:
            read_city(gml.write(tmp_path, whole[:length]))
        if length > 60:
            assert caught.value.line == whole[:length].count(b"\n") + 1  # type: ignore[attr-defined]


def test_wrong_types(tmp_path: Path) -> None:
    """Any member of a CityJSON may be anything: a typed error, or a city whose objects are all accounted for."""
    read = 0
    for place, value in WRONG_TYPES:
        try:
            city = read_city(gml.write(tmp_path, wrong_type(place, value), "city.json"))
        except CityTwinError:
            continue
        except Exception as error:
            raise AssertionError(f"{place} = {str(value)[:20]} leaks {error!r}") from error
        read += 1
        counts = city.counts
        assert counts["read"] + counts["degraded"] + counts["refused"] == counts["total"], (place, value)
    assert 20 < read < len(WRONG_TYPES) / 2
