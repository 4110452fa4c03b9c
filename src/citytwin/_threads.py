"""The one thread pool.

Kernels are serial and release the GIL; this module runs them over blocks. The number of blocks depends on the size of
the problem only, and results come back in block order, so that an answer never depends on the number of threads.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
S = TypeVar("S")


def thread_count() -> int:
    """Threads in use: ``CITYTWIN_NUM_THREADS`` where set, else the processors this process may run on."""
    asked = os.environ.get("CITYTWIN_NUM_THREADS", "")
    if asked:
        if not asked.isdigit() or int(asked) < 1:
            raise ValueError(f"CITYTWIN_NUM_THREADS must be a whole number of at least 1, not {asked!r}")
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_blocks(
    function: Callable[[int, int], T],
    n: int,
    block: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[T]:
    """Call ``function(start, stop)`` for consecutive blocks of ``range(n)`` and return the results in order.

    Parameters
    ----------
    function : callable
        Takes the half-open range of one block. It must not write to what another block reads.
    n : int
        Number of items.
    block : int
        Items a block; a constant of the algorithm, never of the machine.
    progress : callable, optional
        Called as ``progress(done, n)`` after each block.

    Examples
    --------
    >>> map_blocks(lambda start, stop: stop - start, 10, 4)
    [4, 4, 2]
    """
    if block < 1:
        raise ValueError(f"block must be at least 1, not {block}")
    starts = range(0, n, block)
    threads = min(thread_count(), len(starts))
    results: list[T] = []

    def finish(result: T, start: int) -> None:
        results.append(result)
        if progress is not None:
            progress(min(start + block, n), n)

    if threads <= 1:
        for start in starts:
            finish(function(start, min(start + block, n)), start)
        return results
    with ThreadPoolExecutor(threads) as pool:
        futures = [pool.submit(function, start, min(start + block, n)) for start in starts]
        for start, future in zip(starts, futures, strict=True):
            finish(future.result(), start)
    return results


def map_stream(function: Callable[[S], T], items: Iterable[S]) -> Iterator[tuple[S, T]]:
    """Call `function` for each item and give items and results in order, holding few of them at a time.

    Items are taken one ahead of each thread, so that what is in memory does not grow with their number.

    Parameters
    ----------
    function : callable
        It must not write to what another item is read from.
    items : iterable

    Examples
    --------
    >>> list(map_stream(str, range(3)))
    [(0, '0'), (1, '1'), (2, '2')]
    """
    threads = thread_count()
    if threads <= 1:
        for item in items:
            yield item, function(item)
        return
    waiting: deque[tuple[S, Future[T]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(function, item)))
                if len(waiting) > threads:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()
