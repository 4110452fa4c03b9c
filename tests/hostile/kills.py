"""Writes two cities in turn to one place, in processes that are killed at random moments.

Run as ``python -m tests.hostile.kills FOLDER WRITER KILLS SEED``; prints what was found there, by kind.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from citytwin.io import open_city, read_city
from citytwin.io._atomic import recover_directory
from tests.hostile.writers import WRITERS
from tests.io import gml


def main(folder: Path, name: str, kills: int, seed: int) -> Counter[str]:
    """Kill the writer again and again, and look each time at what it leaves."""
    writer = next(writer for writer in WRITERS if writer.name == name)
    chance = random.Random(seed)
    boxes = [gml.box(f"b{i}", x=gml.EAST + 20 * i) for i in range(20)]
    source = gml.write(folder, gml.city(*boxes))
    cities = {"whole": read_city(source), "half": read_city(source).select(ids=[f"b{i}" for i in range(10)])}
    target = folder / "out" / writer.target
    contents = {}
    for word, city in cities.items():
        writer.write(city, target)
        contents[word] = writer.content(target)
    found: Counter[str] = Counter()
    for _ in range(kills):
        process = os.fork()
        if process == 0:
            while True:
                for city in cities.values():
                    writer.write(city, target)
        time.sleep(chance.uniform(0.0, 0.06))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        recover_directory(target)
        content = writer.content(target)
        found[next((word for word, known in contents.items() if known == content), "broken")] += 1
        if name == "store":
            assert open_city(target).n_buildings in (10, 20)
    found["left behind"] = len(list(target.parent.iterdir())) - 1
    writer.write(cities["whole"], target)
    found["left behind in the end"] = len(list(target.parent.iterdir())) - 1
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
