"""The registry: what a benchmark is, and the list of all of them.

A file ``benchmarks/bench_<room>.py`` registers its specs when it is imported::

    from benchmarks.registry import BenchSpec, register


    def build(n):                      # everything that is not to be measured; n is the size
        return n_random_rays(n)


    def ours(rays):                    # the measured part; returns the work done, here a number of rays
        any_hit(rays)
        return len(rays)


    def build_peer(rays):              # optional: the peer's own preparation; imports the peer
        import embreex
        return scene_of(rays)


    def peer(scene):
        scene.intersects()
        return scene.n_rays


    register(
        BenchSpec(
            name="any_hit_rays", unit="rays/s", sizes=(10_000, 1_000_000), build=build, ours=ours,
            peer_name="embreex", build_peer=build_peer, peer=peer, gate=0.2, reach=0.5,
        )
    )
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Clock = Literal["cpu", "wall", "figure"]
Phase = Literal["time", "memory"]


@dataclass(frozen=True, kw_only=True)
class BenchSpec:
    """One benchmark.

    Parameters
    ----------
    name : str
        Unique, in snake case; what ``make bench BENCH=name`` selects.
    unit : str
        Unit of the figures, for example ``rays/s``, ``MB/s``, ``s`` or ``MB``.
    sizes : tuple of int
        Problem sizes, smallest first. Continuous integration runs the first.
    build : callable
        ``build(n)`` returns the state both sides work on. Not measured.
    ours : callable
        ``ours(state)`` does the work once and returns how much it was, in the numerator of `unit`. With
        ``clock="figure"`` it measures itself (in a child process, for example) and returns the figure.
    peer : callable, optional
        The same for the peer, called with what `build_peer` returned, or with the state where there is none.
        Raising :class:`ImportError` here or in `build_peer` says that the peer is not installed.
    peer_name : str, optional
        What `peer` is: a library, a plain twin, or a physical limit.
    build_peer : callable, optional
        ``build_peer(state)`` prepares the peer. Not measured.
    gate, reach : float, optional
        Lowest acceptable ratio and the ratio aimed at.
    clock : {"cpu", "wall", "figure"}
        CPU time of this process over all its threads (the default), elapsed time, or none.
    higher_is_better : bool
        True for rates, False for costs such as seconds and megabytes. The ratio is ours/peer for rates and peer/ours
        for costs: above 1 always means that we are better.
    phases : tuple of {"time", "memory"}
        ``"memory"`` adds a row ``<name>_peak_memory``: growth of the peak resident memory during one call, each side in
        a child process of its own.
    """

    name: str
    unit: str
    sizes: tuple[int, ...]
    build: Callable[[int], Any]
    ours: Callable[[Any], float]
    peer: Callable[[Any], float] | None = None
    peer_name: str = ""
    build_peer: Callable[[Any], Any] | None = None
    gate: float | None = None
    reach: float | None = None
    clock: Clock = "cpu"
    higher_is_better: bool = True
    phases: tuple[Phase, ...] = ("time",)

    def __post_init__(self) -> None:
        """Refuse specs that the runner could not run or that would be misread."""
        if not self.name.isidentifier() or self.name != self.name.lower():
            raise ValueError(f"benchmark name must be snake case, not {self.name!r}")
        if not self.sizes or list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"{self.name}: sizes must be increasing, not {self.sizes}")
        if (self.peer is None) != (self.peer_name == ""):
            raise ValueError(f"{self.name}: peer and peer_name come together")
        if not self.phases or not set(self.phases) <= {"time", "memory"}:
            raise ValueError(f"{self.name}: unknown phase in {self.phases}")


SPECS: dict[str, BenchSpec] = {}


def register(spec: BenchSpec) -> BenchSpec:
    """Add `spec` to :data:`SPECS` and return it; a second spec of the same name raises :class:`ValueError`."""
    if spec.name in SPECS:
        raise ValueError(f"two benchmarks are named {spec.name}")
    SPECS[spec.name] = spec
    return spec
