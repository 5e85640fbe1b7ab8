"""Median times of short calls.

The times are those of the processor where a call keeps to one thread, so that other work of the
machine does not count. It still slows caches down: ways that are compared take turns.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

_REPEATS = 9
_TURN_MS = 20.0  # a way that takes less is called over and over in its turn


def median_ms(
    work: Callable[[], object],
    repeats: int = _REPEATS,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Median duration of `work` in milliseconds, after one run that nobody times."""
    work()
    with _no_collection():
        return statistics.median(_ms(work, clock) for _ in range(repeats))


def in_turns(ways: Mapping[str, Callable[[], object]], rounds: int = _REPEATS) -> dict[str, float]:
    """Median milliseconds of processor time of each way, all of them in each round."""
    for work in ways.values():
        work()
    times: dict[str, list[float]] = {way: [] for way in ways}
    with _no_collection():
        for _ in range(rounds):
            for way, work in ways.items():
                spent = 0.0
                while spent < _TURN_MS:
                    times[way].append(_ms(work, time.process_time))
                    spent += times[way][-1]
    return {way: statistics.median(found) for way, found in times.items()}


def _ms(work: Callable[[], object], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return 1e3 * (clock() - start)


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
