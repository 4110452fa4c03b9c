"""Reading CityJSON to full columns beside cjio, which makes Python objects of the document and does no more."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from benchmarks.registry import BenchSpec, register

SUBSET = "data/cityjson/zurich_subset_lod2.json"
STEP_M = 100
"""How far apart the copies of a city are laid, so that no two coincide."""


class Document(NamedTuple):
    """A CityJSON file in a folder that lives as long as this value."""

    folder: TemporaryDirectory[str]
    path: Path
    megabytes: float


def build(megabytes: int, indent: int | None) -> Document:
    """A file of about so many MB: Zurich's subset, or else a synthetic city, repeated with identifiers of its own."""
    folder = TemporaryDirectory(prefix="citytwin_bench_", ignore_cleanup_errors=True)
    path = Path(folder.name) / "city.json"
    data = os.environ.get("CITYTWIN_TEST_DATA", "")
    if data:
        text = (Path(data) / SUBSET).read_text(encoding="utf-8")
    else:
        import citytwin as ct

        ct.write_cityjson(ct.synthetic.city(300, seed=1), path)
        text = path.read_text(encoding="utf-8")
    separators = (",", ": ") if indent else (",", ":")  # as the subset is written, and as the specification advises
    size = len(json.dumps(json.loads(text), indent=indent, separators=separators))
    document = _repeated(json.loads(text), max(1, round(1e6 * megabytes / size)))
    path.write_text(json.dumps(document, indent=indent, separators=separators), encoding="utf-8")
    return Document(folder, path, path.stat().st_size / 1e6)


def _repeated(document: dict[str, Any], times: int) -> dict[str, Any]:
    objects, vertices = document["CityObjects"], document["vertices"]
    scale = document.get("transform", {"scale": [1.0]})["scale"][0]
    document["CityObjects"] = {
        f"{identifier}_{copy}": _copied(content, copy, copy * len(vertices))
        for copy in range(times)
        for identifier, content in objects.items()
    }
    document["vertices"] = [[x + round(copy * STEP_M / scale), y, z] for copy in range(times) for x, y, z in vertices]
    return document


def _copied(content: dict[str, Any], copy: int, first_vertex: int) -> dict[str, Any]:
    content = dict(content)
    for links in ("parents", "children"):
        if links in content:
            content[links] = [f"{identifier}_{copy}" for identifier in content[links]]
    content["geometry"] = [
        geometry | {"boundaries": _shifted(geometry["boundaries"], first_vertex)}
        for geometry in content.get("geometry", ())
    ]
    return content


def _shifted(boundaries: list[Any], first_vertex: int) -> list[Any]:
    return [part + first_vertex if isinstance(part, int) else _shifted(part, first_vertex) for part in boundaries]


def read(document: Document) -> float:
    import citytwin as ct

    crs = None if os.environ.get("CITYTWIN_TEST_DATA") else "local"
    assert ct.read_city(document.path, crs=crs).n_buildings > 0
    return document.megabytes


def load(document: Document) -> float:
    from cjio import cityjson

    with open(document.path, encoding="utf-8") as file:
        assert cityjson.reader(file).j["CityObjects"]
    return document.megabytes


# cjio is slowed by Python's collection of garbage, which grows with the document: small ones say little
for name, indent, sizes in (("cityjson_reading", 4, (50,)), ("cityjson_compact_reading", None, (5, 50))):
    register(
        BenchSpec(
            name=name,
            unit="MB/s",
            sizes=sizes,
            build=partial(build, indent=indent),
            ours=read,
            peer_name="cjio load",
            peer=load,
            gate=2.0,
            reach=8.0,
            phases=("time", "memory"),
        )
    )
