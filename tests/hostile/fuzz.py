"""Reads damaged documents and judges what comes of each: a typed error, or a city that lacks nothing without a word.

Run more of them as ``python -m tests.hostile.fuzz --runs 100000 --seed 7 --format citygml``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from lxml import etree

from citytwin.errors import CityTwinError
from citytwin.io import ReadLimits, read_city
from citytwin.io._streams import sources_of
from citytwin.io.citygml import default_path, read_citygml
from citytwin.model.city import CityModel
from tests.hostile.count import check_citygml, check_cityjson, check_geojson
from tests.hostile.memory import memory, reset_peak
from tests.hostile.mutate import TOKEN, elements, mutant
from tests.hostile.seeds import SEEDS
from tests.io.same_city import assert_same_city

LIMITS = ReadLimits()
CHECKS = {"citygml": check_citygml, "cityjson": check_cityjson, "geojson": check_geojson}
SECONDS = 5.0
MEGABYTES = 512.0
Result = CityModel | CityTwinError


class BrokenContractError(AssertionError):
    """A document came to an end that no document may come to."""


def attempt(read: Callable[[], CityModel]) -> Result:
    """The city or the typed error that reading ends in; anything else breaks the contract."""
    start = time.process_time()
    try:
        result: Result = read()
    except CityTwinError as error:
        result = error
    except Exception as error:
        raise BrokenContractError(f"leaks {error!r}") from error
    if time.process_time() - start > SECONDS:
        raise BrokenContractError(f"takes more than {SECONDS:g} s")
    return result


def judge(data: bytes, kind: str, folder: Path) -> str:
    """Read a document in every way there is and compare; one word for what came of it."""
    path = folder / SEEDS[kind].file_name
    path.write_bytes(data)
    result = attempt(lambda: read_city(path))
    if kind == "citygml" and default_path() == "fast":
        compare_paths(path, result)
    if isinstance(result, CityTwinError):
        return "refused"
    counts = result.counts
    if counts["read"] + counts["degraded"] + counts["refused"] != counts["total"]:
        raise BrokenContractError(f"does not add up: {counts}")
    try:
        CHECKS[kind](data, result)
    except AssertionError as error:
        raise BrokenContractError(f"loses something: {error}") from error
    except (ValueError, etree.LxmlError) as error:
        raise BrokenContractError(f"reads what is not well-formed: {error}") from error
    return "degraded" if counts["degraded"] else "read"


def warm_up(document: bytes, kind: str, folder: Path) -> None:
    """Load what the first reading needs, which takes longer than any may."""
    path = folder / SEEDS[kind].file_name
    path.write_bytes(document)
    read_city(path)


def compare_paths(path: Path, result: Result) -> None:
    """The reference reader has to come to the same city, or to the same refusal; a city may turn out to be empty."""
    (source,) = sources_of(path, LIMITS)
    reference = attempt(lambda: read_citygml(source, path="reference"))
    if isinstance(result, CityTwinError) or isinstance(reference, CityTwinError):
        if isinstance(reference, CityModel) and not len(reference.objects):
            return
        if str(result) != str(reference) or type(result) is not type(reference):
            raise BrokenContractError(f"the readers differ: {result!s:.300} but the reference {reference!s:.300}")
        return
    try:
        assert_same_city(result, reference)
    except AssertionError as error:
        raise BrokenContractError(f"the readers differ: {error}") from error
    except etree.LxmlError as error:
        raise BrokenContractError(f"what is kept is not well-formed: {error}") from error


def run(kind: str, seed: int, runs: int, first: int = 0, keep: Path | None = None) -> tuple[Counter[str], list[str]]:
    """Judge mutants; how many came to what, and what is broken, with the files that show it in `keep`."""
    verdicts: Counter[str] = Counter()
    broken: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for document in SEEDS[kind].documents:
            warm_up(document, kind, Path(folder))
        reset_peak()
        before = memory("VmRSS")
        for number in range(first, first + runs):
            data = mutant(SEEDS[kind].documents, seed, number)
            try:
                verdicts[judge(data, kind, Path(folder))] += 1
            except BrokenContractError as error:
                verdicts["broken"] += 1
                shown = smaller(data, kind, Path(folder), symptom(error))
                place = "" if keep is None else f" in {kept(shown, keep / f'{kind}-{seed}-{number}')}"
                broken.append(f"{kind} mutant {number} of seed {seed}{place}: {error}")
    grown = (memory("VmHWM") - before) / 1e6
    if grown > MEGABYTES:
        broken.append(f"{kind}: memory grew by {grown:.0f} MB")
    return verdicts, broken


def smaller(data: bytes, kind: str, folder: Path, what: str) -> bytes:
    """A shorter document that breaks the contract in the same way: elements, or lines and pieces, are left out."""

    def breaks(candidate: bytes) -> bool:
        try:
            judge(candidate, kind, folder)
        except BrokenContractError as error:
            return symptom(error) == what
        return False

    stop = time.monotonic() + 10
    while time.monotonic() < stop:
        for candidate in shorter(data):
            if time.monotonic() > stop:
                break
            if breaks(candidate):
                data = candidate
                break
        else:
            break
    return data


def shorter(data: bytes) -> Iterator[bytes]:
    """The document without one of its elements, larger ones first, or without one piece of it."""
    tokens = TOKEN.findall(data)
    found = sorted(elements(tokens), key=lambda place: place[0] - place[1])
    if found:
        for start, stop in found:
            yield b"".join(tokens[:start] + tokens[stop + 1 :])
        return
    step = len(data) // 2
    while step > 8:
        for place in range(0, len(data), step):
            yield data[:place] + data[place + step :]
        step //= 2


def symptom(error: BrokenContractError) -> str:
    """What is wrong, without the numbers."""
    return re.sub(r"\d+", "0", str(error))


def kept(data: bytes, path: Path) -> Path:
    """Where a document was put."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--format", choices=sorted(SEEDS), action="append")
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"), help="folder for documents that break something")
    arguments = parser.parse_args()
    failed = False
    for kind in arguments.format or sorted(SEEDS):
        start = time.process_time()
        verdicts, broken = run(kind, arguments.seed, arguments.runs, arguments.first, arguments.keep)
        seconds = time.process_time() - start
        print(
            json.dumps(
                {"format": kind, "seed": arguments.seed, "runs": arguments.runs} | dict(sorted(verdicts.items()))
            )
        )
        print(
            f"{arguments.runs / seconds:.0f} a second of processor time, memory at most {memory('VmHWM') / 1e6:.0f} MB"
        )
        for line in broken:
            print(line)
        failed |= bool(broken)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
