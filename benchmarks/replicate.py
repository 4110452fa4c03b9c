"""Large city models out of small real ones: copies with identifiers of their own, each moved to a place of its own."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

TILES = {
    "helsinki": ("data/citygml/helsinki/2549_6674.gml", 1000.0),
    "plateau": ("data/citygml/plateau/53395404_bldg_6697_op.gml", 0.01),
    "nrw": ("data/citygml/nrw/LoD2_32_280_5657_1_NW.gml", 1000.0),
}
"""Real tiles and how far a copy lies from the one before, in the unit of the first coordinate."""

_MEMBER = rb"(?:cityObjectMember|featureMember)"
_ID = re.compile(rb"""(\bgml:id="|\bxlink:href="#)""")
_NUMBERS = re.compile(rb"(<gml:(?:posList|pos|lowerCorner|upperCorner)\b[^>]*>)([^<]*)")


class Document(NamedTuple):
    """A file in a folder that lives as long as this value."""

    folder: TemporaryDirectory[str]
    path: Path
    megabytes: float


@cache
def replicated(tile: str, megabytes: int) -> Document:
    """A CityGML file of about so many megabytes; of synthetic buildings where there are no real data."""
    folder = TemporaryDirectory(prefix="citytwin_bench_", ignore_cleanup_errors=True)
    path = Path(folder.name) / f"{tile}.gml"
    data = os.environ.get("CITYTWIN_TEST_DATA")
    if not data:
        import citytwin as ct

        ct.write_citygml(ct.synthetic.city(130 * megabytes, seed=1), path)
        return Document(folder, path, path.stat().st_size / 1e6)
    name, step = TILES[tile]
    text = (Path(data) / name).read_bytes()
    first = re.search(rb"<(?:[\w.-]+:)?" + _MEMBER + rb"[\s>]", text)
    assert first is not None
    *_, last = re.finditer(rb"</(?:[\w.-]+:)?" + _MEMBER + rb"\s*>", text)
    members = text[first.start() : last.end()]
    copies = max(1, round(megabytes * 1e6 / len(members)))
    with open(path, "wb") as file:
        file.write(text[: first.start()])
        for copy in range(copies):
            file.write(_moved(_ID.sub(rb"\g<1>c%d_" % copy, members), copy * step) + b"\n")
        file.write(text[last.end() :])
    return Document(folder, path, path.stat().st_size / 1e6)


def _moved(members: bytes, step: float) -> bytes:
    """Members with the first number of every position raised."""

    @cache
    def raised(number: bytes) -> bytes:
        return repr(round(float(number) + step, 12)).encode()

    def positions(match: re.Match[bytes]) -> bytes:
        numbers = match[2].split()
        numbers[::3] = map(raised, numbers[::3])
        return match[1] + b" ".join(numbers)

    return _NUMBERS.sub(positions, members) if step else members
