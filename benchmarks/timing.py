"""Median times of short calls."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

_REPEATS = 9


def median_ms(work: Callable[[], object], repeats: int = _REPEATS) -> float:
    """Median duration of `work` in milliseconds, after one run that nobody times."""
    work()
    times = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(repeats):
            start = time.perf_counter()
            work()
            times.append(1e3 * (time.perf_counter() - start))
    finally:
        gc.enable()
    return statistics.median(times)
