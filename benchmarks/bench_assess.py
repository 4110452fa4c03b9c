"""The assess command as a user waits for it: one process from start to published folder, with compiled kernels."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.registry import BenchSpec, register

SAMPLE = Path(__file__).parents[1] / "data" / "sample_citygml"
TILE = ("data/citygml/helsinki/2549_6674.gml", "data/weather/fmi_try2020/Vantaa-TRY2020.csv")
CHILD = """
import sys
from citytwin import cli
code = cli.main(sys.argv[1:])
try:
    with open("/proc/self/status") as file:
        peak = next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:"))
except OSError:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
print(peak, file=sys.stderr)
sys.exit(code)
"""


def command(size: int) -> list[str]:
    """The tile of Helsinki with its test year, or else the sample city; run once, so that kernels are compiled."""
    data = os.environ.get("CITYTWIN_TEST_DATA", "")
    names = [str(Path(data) / name) for name in TILE] if data else None
    city, weather = names or [str(SAMPLE / "helsinki_centre.gml"), str(SAMPLE / "helsinki_synthetic.epw")]
    arguments = ["assess", city, "--weather", weather]
    run(arguments)
    return arguments


def run(arguments: list[str]) -> tuple[float, float]:
    """Elapsed seconds and peak memory of the process in MB."""
    with TemporaryDirectory(prefix="citytwin_bench_") as folder:
        start = time.perf_counter()
        call = [sys.executable, "-c", CHILD, *arguments, "--out", f"{folder}/out"]
        child = subprocess.run(call, check=True, capture_output=True, text=True)
        return time.perf_counter() - start, float(child.stderr.split()[-1])


for name, unit, part in (("assess_command", "s", 0), ("assess_command_peak_memory", "MB", 1)):
    register(
        BenchSpec(
            name=name,
            unit=unit,
            sizes=(1,),
            build=command,
            ours=lambda arguments, part=part: run(arguments)[part],
            clock="figure",
            higher_is_better=False,
        )
    )
