"""Reads hostile files with kernels that are not compiled, in which an index beyond an array is an error and no crash.

Run as ``NUMBA_DISABLE_JIT=1 python -m tests.hostile.bounds FOLDER``; prints what leaked, and how much was read.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from citytwin.errors import CityTwinError
from citytwin.io import ReadLimits, read_city
from citytwin.io._streams import sources_of
from citytwin.io.citygml import read_citygml
from tests.hostile import corpus_geojson, corpus_json, corpus_numbers, corpus_text, corpus_xml
from tests.hostile.mutate import mutant
from tests.hostile.seeds import SEEDS

PARTS = (corpus_xml, corpus_text, corpus_numbers, corpus_json, corpus_geojson)
SUFFIXES = (".gml", ".json", ".jsonl", ".geojson")
LARGEST = 5_000
"""Bytes of a file that is read in a tenth of a second."""


def inputs(folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Names of inputs and how to read each: small files of the corpus, mutants, and a document cut in many places."""
    for case in (case for part in PARTS for case in part.CASES):
        path = case.make(folder)
        if (
            os.path.isfile(path)
            and os.path.getsize(path) < LARGEST
            and path.suffix in (".gml", ".json", ".jsonl", ".geojson")
        ):
            yield case.name, lambda path=path, options=case.options: read(path, options)
    for kind, seeds in SEEDS.items():
        for number in range(25):
            path = folder / seeds.file_name
            path.write_bytes(mutant(seeds.documents, 11, number))
            yield f"{kind} mutant {number}", lambda path=path: read(path, {})
    document = SEEDS["citygml"].documents[0].rstrip()
    end = document.rindex(b"</core:cityObjectMember>")
    for cut in range(end - 900, end, 19):
        path = folder / "cut.gml"
        path.write_bytes(document[:cut] + document[end:])
        yield f"cut at {cut}", lambda path=path: read(path, {})


def read(path: Path, options: dict[str, Any]) -> None:
    """Read by the byte scanner where there is one."""
    if path.suffix != ".gml":
        read_city(path, **options)
        return
    for source in sources_of(path, options.get("limits", ReadLimits())):
        read_citygml(source, path="fast", **options)


def main(folder: Path) -> None:
    """Read all of them."""
    leaked = []
    count = 0
    place = folder / "case"
    place.mkdir()
    for name, attempt in inputs(place):
        count += 1
        try:
            attempt()
        except CityTwinError:
            continue
        except Exception as error:
            leaked.append(f"{name}: {error!r}")
    shutil.rmtree(place)
    print(json.dumps({"count": count, "leaked": leaked}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
