"""Shared fixtures, the markers ``slow`` and ``compiled``, and the hypothesis profile."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[1]

hypothesis.settings.register_profile(
    "citytwin",
    deadline=None,
    derandomize=True,
    max_examples=40,
    database=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("citytwin")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--slow``."""
    parser.addoption("--slow", action="store_true", help="run the tests marked slow too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests marked slow unless they are asked for, and those marked compiled where nothing is compiled."""
    skipped = {}
    if not config.getoption("--slow"):
        skipped["slow"] = pytest.mark.skip(reason="slow: run with --slow")
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        skipped["compiled"] = pytest.mark.skip(reason="compiled: takes minutes under NUMBA_DISABLE_JIT")
    for item in items:
        for marker, skip in skipped.items():
            if item.get_closest_marker(marker) is not None:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Folder of the real data: what ``CITYTWIN_TEST_DATA`` names, holding ``data/`` and ``tables/``."""
    folder = os.environ.get("CITYTWIN_TEST_DATA", "")
    if not folder:
        pytest.skip("CITYTWIN_TEST_DATA is not set: no real data to test with")
    path = Path(folder)
    if not (path / "data").is_dir():
        pytest.fail(f"CITYTWIN_TEST_DATA={folder} has no folder data/")
    return path


@pytest.fixture(scope="session")
def helsinki_path(test_data: Path) -> Path:
    """One tile of the semantic city model of Helsinki: 61 buildings, CityGML 2.0, LoD2."""
    return test_data / "data" / "citygml" / "helsinki" / "2549_6674.gml"


@pytest.fixture(scope="session")
def vantaa_path(test_data: Path) -> Path:
    """Finnish energy-calculation test year 2020 of Vantaa."""
    return test_data / "data" / "weather" / "fmi_try2020" / "Vantaa-TRY2020.csv"


@pytest.fixture(scope="session")
def sample_folder() -> Path:
    """Folder of the sample city that is part of the repository."""
    return ROOT / "data" / "sample_citygml"
