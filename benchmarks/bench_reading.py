"""Reading CityGML beside a bare loop over a fast parser: what understanding costs over parsing, or saves."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from benchmarks.registry import BenchSpec, register
from benchmarks.replicate import TILES, Document, replicated

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTES = (20, 200)


def parse(document: Document) -> float:
    """The loop every streaming reader has at least: take each member, empty it, drop those before it."""
    from lxml import etree

    tags = ("{*}cityObjectMember", "{*}featureMember")
    with open(document.path, "rb") as file:
        for _, member in etree.iterparse(file, tag=tags, huge_tree=True, resolve_entities=False):
            member.clear()
            parent = member.getparent()
            while member.getprevious() is not None:
                del parent[0]
    return document.megabytes


def columns(document: Document, path: Literal["fast", "reference"] = "fast") -> float:
    """Every column of the file, with numbers parsed, links resolved and rings cleaned, in its own reference system."""
    from citytwin.io import ReadLimits
    from citytwin.io._collected import concat
    from citytwin.io._finish import Input, prepare
    from citytwin.io._log import Log
    from citytwin.io._streams import Source
    from citytwin.io.citygml import collect_citygml
    from citytwin.model.provenance import Provenance

    source = Source(str(document.path), document.path)
    limits = ReadLimits()
    pieces = list(collect_citygml(source, limits=limits, path=path))
    arrays = prepare(concat(pieces), Input(source.name, None, limits, Provenance(), True), Log(limits.findings))
    assert len(arrays["coordinates"]) > 0
    return document.megabytes


def read(document: Document) -> float:
    """All of the public call: columns, hash of the file, reference system decided, degrees projected, model."""
    import citytwin as ct

    assert ct.read_city(document.path).n_buildings > 0
    return document.megabytes


@contextmanager
def threads(count: int) -> Iterator[None]:
    """So many threads for what is inside."""
    before = os.environ.get("CITYTWIN_NUM_THREADS")
    os.environ["CITYTWIN_NUM_THREADS"] = str(count)
    try:
        yield
    finally:
        if before is None:
            del os.environ["CITYTWIN_NUM_THREADS"]
        else:
            os.environ["CITYTWIN_NUM_THREADS"] = before


def columns_with(count: int, document: Document) -> float:
    with threads(count):
        return columns(document)


def anonymous_memory(document: Document) -> float:
    """Greatest growth of memory that is no file, in MB, while the document is streamed to a snapshot."""
    from threading import Event, Thread

    import citytwin as ct

    with TemporaryDirectory(prefix="citytwin_bench_") as folder:
        ct.snapshot(document.path, Path(folder) / "warm")
        before = peak = _anonymous()
        done = Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.002):
                peak = max(peak, _anonymous())

        watcher = Thread(target=watch)
        watcher.start()
        try:
            ct.snapshot(document.path, Path(folder) / "city")
        finally:
            done.set()
            watcher.join()
    return (peak - before) / 1e6


def _anonymous() -> int:
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon:"))


def memory_limit(_: Any) -> float:
    """Eight pieces and 64 MB."""
    from citytwin.io.citygml_pieces import PIECE

    return 8 * PIECE / 1e6 + 64


AGAINST_PARSER: dict[str, Any] = {"unit": "MB/s", "peer_name": "lxml.iterparse + clear", "peer": parse}

FIGURES: dict[str, dict[str, Any]] = {
    "": AGAINST_PARSER | {"ours": columns, "gate": 3.0, "reach": 6.0},
    "_read_city": AGAINST_PARSER | {"ours": read, "phases": ("time", "memory")},
    "_reference": AGAINST_PARSER | {"ours": partial(columns, path="reference"), "gate": 0.35, "reach": 0.5},
    "_two_threads": {
        "unit": "MB/s",
        "ours": partial(columns_with, 2),
        "peer_name": "one thread",
        "peer": partial(columns_with, 1),
        "gate": 1.5,
        "reach": 1.9,
        "clock": "wall",
    },
    "_snapshot_memory": {
        "unit": "MB",
        "ours": anonymous_memory,
        "peer_name": "eight pieces + 64 MB",
        "peer": memory_limit,
        "gate": 1.0,
        "higher_is_better": False,
        "clock": "figure",
    },
}

for tile in TILES:
    for figure, arguments in FIGURES.items():
        register(
            BenchSpec(name=f"citygml_{tile}{figure}", sizes=MEGABYTES, build=partial(replicated, tile), **arguments)
        )
