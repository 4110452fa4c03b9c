"""Measuring one benchmark at one size: repeats that take turns, medians, spread, and memory in child processes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from benchmarks.registry import BenchSpec

SHORTEST_SECONDS = 0.1
"""A call that takes less is repeated within one measurement, so that the clock's resolution does not matter."""

Side = Literal["ours", "peer"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the result table; the fields are those of ``benchmarks/results.json``."""

    name: str
    size: int
    ours: float
    peer: float | None
    peer_name: str
    unit: str
    ratio: float | None
    gate: float | None
    reach: float | None
    repeats: int
    spread: float
    threads: int
    clock: str
    note: str = ""

    @property
    def below_gate(self) -> bool:
        """Whether there is a ratio and it misses the gate."""
        return self.gate is not None and self.ratio is not None and self.ratio < self.gate


def time_row(spec: BenchSpec, size: int, repeats: int, budget_s: float, threads: int) -> Row:
    """Measure both sides in turns in this process and return their medians.

    The ratio is the median of the ratios of neighbouring measurements, which cancels a machine that slows down
    half-way; the spread is (largest - smallest) / median of our figures. At least three measurements are made, then
    no new one is begun once `budget_s` has passed.
    """
    state = spec.build(size)
    measure_ours = _prepared(spec, spec.ours, state)
    measure_peer, note = _prepared_peer(spec, state)
    figures_ours: list[float] = []
    figures_peer: list[float] = []
    begun = time.monotonic()
    while len(figures_ours) < repeats and (len(figures_ours) < 3 or time.monotonic() - begun < budget_s):
        figures_ours.append(measure_ours())
        if measure_peer is not None:
            figures_peer.append(measure_peer())
    ratios = [_ratio(spec, a, b) for a, b in zip(figures_ours, figures_peer, strict=False)]
    return Row(
        name=spec.name,
        size=size,
        ours=median(figures_ours),
        peer=median(figures_peer) if figures_peer else None,
        peer_name=spec.peer_name,
        unit=spec.unit,
        ratio=median(ratios) if ratios else None,
        gate=spec.gate,
        reach=spec.reach,
        repeats=len(figures_ours),
        spread=(max(figures_ours) - min(figures_ours)) / median(figures_ours),
        threads=threads,
        clock=spec.clock,
        note=note,
    )


def memory_row(spec: BenchSpec, size: int, threads: int) -> Row:
    """Measure the growth of peak memory of both sides, each in a child process."""
    ours = _memory_in_child(spec.name, size, "ours")
    if ours is None:
        raise RuntimeError(f"{spec.name}: our own side cannot be imported in a child process")
    peer = None if spec.peer is None else _memory_in_child(spec.name, size, "peer")
    return Row(
        name=f"{spec.name}_peak_memory",
        size=size,
        ours=ours,
        peer=peer,
        peer_name=spec.peer_name,
        unit="MB",
        ratio=None if peer is None or ours == 0 else peer / ours,
        gate=None,
        reach=None,
        repeats=1,
        spread=0.0,
        threads=threads,
        clock="peak RSS",
        note="peer missing" if spec.peer is not None and peer is None else "",
    )


def memory_growth(spec: BenchSpec, size: int, side: Side) -> float | None:
    """Growth of this process's peak resident memory in MB during one call; None where the peer is missing."""
    state = spec.build(size)
    if side == "ours":
        call, argument = spec.ours, state
    else:
        assert spec.peer is not None
        try:
            call, argument = spec.peer, spec.build_peer(state) if spec.build_peer else state
        except ImportError:
            return None
    before = _reset_peak_memory()
    try:
        call(argument)
    except ImportError:
        if side == "ours":
            raise
        return None
    return (_peak_memory() - before) / 1e6


def _prepared(spec: BenchSpec, call: Callable[[Any], float], argument: Any) -> Callable[[], float]:
    """Warm `call` up (compilation, first touch of memory) and return a function that makes one measurement."""
    if spec.clock == "figure":
        return lambda: float(call(argument))
    clock = time.process_time if spec.clock == "cpu" else time.perf_counter
    call(argument)
    start = clock()
    call(argument)
    loops = max(1, round(SHORTEST_SECONDS / max(clock() - start, 1e-6)))

    def measure() -> float:
        start = clock()
        work = 0.0
        for _ in range(loops):
            work += call(argument)
        seconds = clock() - start
        return work / seconds if spec.higher_is_better else seconds / work

    return measure


def _prepared_peer(spec: BenchSpec, state: Any) -> tuple[Callable[[], float] | None, str]:
    """Return what measures the peer, or None and the reason why there is none."""
    if spec.peer is None:
        return None, ""
    try:
        return _prepared(spec, spec.peer, spec.build_peer(state) if spec.build_peer else state), ""
    except ImportError as error:
        return None, f"peer missing: {error}"


def _ratio(spec: BenchSpec, ours: float, peer: float) -> float:
    return ours / peer if spec.higher_is_better else peer / ours


def _memory_in_child(name: str, size: int, side: Side) -> float | None:
    command = [sys.executable, "-m", "benchmarks", name, "--memory-of", side, "--at", str(size)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1]
    return None if answer == "missing" else float(answer)


def _reset_peak_memory() -> int:
    """Set the high-water mark of resident memory to the present value where the system allows it (Linux)."""
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass
    return _peak_memory()


def _peak_memory() -> int:
    """High-water mark of this process's resident memory in bytes."""
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
