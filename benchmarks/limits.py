"""Peers that do their work at a stated rate: what has to be reached, in the same clock as everything else."""

from __future__ import annotations

import time


def at_rate(n: float, per_second: float) -> float:
    """Be busy for as much CPU time as `n` things at a rate take, and return `n`."""
    until = time.process_time() + n / per_second
    while time.process_time() < until:
        pass
    return n
