"""What ``import citytwin`` costs, beside an empty interpreter and beside pvlib, each in fresh child processes."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

from benchmarks.registry import BenchSpec, register

CPU = "import time; start = time.process_time(); {statement}; print(time.process_time() - start)"
WHOLE_CPU = "{statement}; import time; print(time.process_time())"
PEAK = """
{statement}
try:  # the high-water mark since this program was loaded; ru_maxrss would hold what the parent had at the fork
    with open("/proc/self/status") as file:
        print(next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:")))
except OSError:
    import resource
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2)
"""


def in_child(program: str, statement: str) -> float:
    command = [sys.executable, "-c", program.format(statement=statement)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def import_pvlib(program: str) -> float:
    if find_spec("pvlib") is None:
        raise ImportError("pvlib is not installed")
    return in_child(program, "import pvlib")


def nothing_to_build(size: int) -> None:
    """One import is one import."""


register(
    BenchSpec(
        name="import_cpu",
        unit="s",
        sizes=(1,),
        build=nothing_to_build,
        ours=lambda _: in_child(CPU, "import citytwin"),
        peer_name="import pvlib",
        peer=lambda _: import_pvlib(CPU),
        clock="figure",
        higher_is_better=False,
        gate=20.0,
        reach=100.0,
    )
)
register(
    BenchSpec(
        name="import_process_cpu",
        unit="s",
        sizes=(1,),
        build=nothing_to_build,
        ours=lambda _: in_child(WHOLE_CPU, "import citytwin"),
        peer_name="python -c pass",
        peer=lambda _: in_child(WHOLE_CPU, "pass"),
        clock="figure",
        higher_is_better=False,
        gate=0.2,
        reach=0.5,
    )
)
register(
    BenchSpec(
        name="import_peak_memory",
        unit="MB",
        sizes=(1,),
        build=nothing_to_build,
        ours=lambda _: in_child(PEAK, "import citytwin"),
        peer_name="import pvlib",
        peer=lambda _: import_pvlib(PEAK),
        clock="figure",
        higher_is_better=False,
        gate=3.0,
        reach=8.0,
    )
)
