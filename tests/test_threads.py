"""The thread pool: blocks in order, the same whatever the number of threads, errors passed on."""

from __future__ import annotations

import threading

import pytest

from citytwin._threads import map_blocks, map_stream, thread_count


@pytest.mark.parametrize("threads", ["1", "2", "7"])
def test_blocks_and_their_order_do_not_depend_on_threads(monkeypatch, threads):
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", threads)
    seen = []
    blocks = map_blocks(lambda start, stop: (start, stop), 10, 3, lambda done, n: seen.append((done, n)))
    assert blocks == [(0, 3), (3, 6), (6, 9), (9, 10)]
    assert seen == [(3, 10), (6, 10), (9, 10), (10, 10)]


def test_threads_run_at_the_same_time(monkeypatch):
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", "2")
    barrier = threading.Barrier(2, timeout=30)
    map_blocks(lambda start, stop: barrier.wait(), 2, 1)


def test_nothing_to_do_and_blocks_of_nothing():
    assert map_blocks(lambda start, stop: 1 / 0, 0, 5) == []
    with pytest.raises(ValueError, match="block must be at least 1"):
        map_blocks(lambda start, stop: None, 5, 0)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_an_error_in_a_block_is_raised(monkeypatch, threads):
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", threads)
    with pytest.raises(ZeroDivisionError):
        map_blocks(lambda start, stop: 1 // (start - 4), 9, 2)


@pytest.mark.parametrize("asked", ["0", "-1", "two", "1.5"])
def test_a_number_of_threads_that_is_none(monkeypatch, asked):
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", asked)
    with pytest.raises(ValueError, match="CITYTWIN_NUM_THREADS must be a whole number"):
        thread_count()


def test_without_a_wish_it_is_the_processors_of_this_process(monkeypatch):
    monkeypatch.delenv("CITYTWIN_NUM_THREADS", raising=False)
    assert thread_count() >= 1


@pytest.mark.parametrize("threads", ["1", "2", "5"])
def test_a_stream_keeps_its_order_and_holds_few_items(monkeypatch, threads):
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", threads)
    given, taken = [], []

    def items():
        for i in range(20):
            given.append(i)
            yield i

    for item, result in map_stream(lambda i: i * i, items()):
        assert result == item * item
        taken.append(item)
        assert len(given) - len(taken) <= int(threads)
    assert taken == list(range(20))


@pytest.mark.parametrize("threads", ["1", "2"])
def test_an_error_in_a_stream_is_raised_in_its_place(monkeypatch, threads):
    monkeypatch.setenv("CITYTWIN_NUM_THREADS", threads)
    results = map_stream(lambda i: 1 / (i - 2), range(5))
    assert [next(results), next(results)] == [(0, -0.5), (1, -1.0)]
    with pytest.raises(ZeroDivisionError):
        next(results)
