"""Reads hostile files in a process with little memory and reports, a line of JSON a case, what came of each.

Run as ``python -m tests.hostile.child FOLDER [NAME...]``.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from citytwin.errors import CityTwinError
from citytwin.io import read_city
from citytwin.model.city import CityModel
from tests.hostile import watch
from tests.hostile.corpus import CANARY, Case, cases
from tests.hostile.memory import memory, reset_peak, trim

ADDRESS_SPACE = 4 * 10**9


def main(folder: Path, names: list[str]) -> None:
    """Read every case, or those named."""
    watch.warm_up(folder)
    gc.collect()
    gc.freeze()
    sys.addaudithook(watch.hook)
    soft = min(ADDRESS_SPACE + memory("VmSize"), 2**62)
    resource.setrlimit(resource.RLIMIT_AS, (soft, soft))
    for case in cases():
        if not names or case.name in names:
            print(json.dumps({"begun": case.name}), flush=True)
            print(json.dumps({"name": case.name} | outcome(case, folder / "case")), flush=True)


def outcome(case: Case, folder: Path) -> dict[str, Any]:
    """Verdict, message, place, processor time and growth of memory for one case.

    What is mapped of the file on disk counts as memory of the process and is not what grows.
    """
    folder.mkdir()
    (folder / CANARY).write_text("secret")
    path = case.make(folder)
    mapped = os.path.getsize(path) if os.path.isfile(path) else 0
    gc.collect()
    trim()
    before = memory("VmRSS")
    reset_peak()
    results: list[tuple[CityModel | None, Exception | None]] = []
    start = time.process_time()
    opened = watch.opened(lambda: results.append(attempt(path, case)), path, folder / CANARY)
    ((city, error),) = results
    found: dict[str, Any] = {
        "seconds": time.process_time() - start,
        "opened": opened,
        "megabytes": (memory("VmHWM") - before - mapped) / 1e6,
        "message": shortened(str(error)),
    }
    if city is not None:
        counts = dict(city.counts)
        found |= {"verdict": "read", "counts": counts, "holds": bool(case.holds(city))}
        found["adds_up"] = counts["read"] + counts["degraded"] + counts["refused"] == counts["total"]
        rows = zip(city.recorded.name, city.recorded.message, strict=True)
        found["message"] = shortened("; ".join(map(": ".join, rows)))
    elif isinstance(error, CityTwinError):
        found |= {
            "verdict": "refused",
            "line": getattr(error, "line", None),
            "gml_id": getattr(error, "gml_id", None),
            "advice": getattr(error, "advice", ""),
            "names_the_path": str(folder.parent) in str(error),
        }
    else:
        found["verdict"] = f"leaked {type(error).__name__}"
    shutil.rmtree(folder)
    return found


def attempt(path: Path, case: Case) -> tuple[CityModel | None, Exception | None]:
    """The city, or what was raised instead."""
    try:
        return read_city(path, **case.options), None
    except Exception as error:
        return None, error


def shortened(text: str) -> str:
    """Beginning and end of a message."""
    return text if len(text) < 20_000 else f"{text[:10_000]} ... {text[-10_000:]}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
