"""Reading CityGML beside a bare loop over the parser it stands on: what understanding costs over parsing."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.registry import BenchSpec, register

TILE = "data/citygml/helsinki/2549_6674.gml"
MEMBER = b"cityObjectMember"


class Document(NamedTuple):
    """A CityGML file in a folder that lives as long as this value."""

    folder: TemporaryDirectory[str]
    path: Path
    megabytes: float


def build(tiles: int) -> Document:
    """About 3.1 MB a tile: one of Helsinki's, repeated with identifiers of its own, or else a synthetic city."""
    folder = TemporaryDirectory(prefix="citytwin_bench_", ignore_cleanup_errors=True)
    path = Path(folder.name) / "city.gml"
    data = os.environ.get("CITYTWIN_TEST_DATA", "")
    if data:
        _repeat(Path(data) / TILE, path, tiles)
    else:
        import citytwin as ct

        ct.write_citygml(ct.synthetic.city(400 * tiles, seed=1), path)
    return Document(folder, path, path.stat().st_size / 1e6)


def _repeat(tile: Path, path: Path, times: int) -> None:
    text = tile.read_bytes()
    start = text.index(b"<" + MEMBER)
    stop = text.rindex(b"</" + MEMBER) + len(MEMBER) + 3
    with open(path, "wb") as file:
        file.write(text[:start])
        for copy in range(times):
            members = text[start:stop]
            for prefix in (b"BID_", b"UUID_"):
                members = members.replace(prefix, b"%s%d_" % (prefix, copy))
            file.write(members + b"\n")
        file.write(text[stop:])


def read(document: Document) -> float:
    import citytwin as ct

    crs = None if os.environ.get("CITYTWIN_TEST_DATA") else "local"
    assert ct.read_city(document.path, crs=crs).n_buildings > 0
    return document.megabytes


def parse(document: Document) -> float:
    """The loop every streaming reader has at least: take each member, empty it, drop those before it."""
    from lxml import etree

    with open(document.path, "rb") as file:
        for _, member in etree.iterparse(file, tag=f"{{*}}{MEMBER.decode()}", huge_tree=True, resolve_entities=False):
            member.clear()
            parent = member.getparent()
            while member.getprevious() is not None:
                del parent[0]
    return document.megabytes


register(
    BenchSpec(
        name="citygml_reading",
        unit="MB/s",
        sizes=(4, 32),
        build=build,
        ours=read,
        peer_name="lxml.iterparse + clear",
        peer=parse,
        gate=0.35,
        reach=0.5,
        phases=("time", "memory"),
    )
)
