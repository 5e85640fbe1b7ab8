"""Workers on this machine: processes, one for each partition at a time."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.synchronize import Event
from typing import TYPE_CHECKING

from xps.cancel import raising
from xps.errors import FitError

if TYPE_CHECKING:
    from xps.batch.parts import FinishedPartition
    from xps.batch.worker import Task

_ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
"""Sums in several threads end in other digits, and the processes would be in each other's way."""

_ASK_S = 0.2  # between questions whether the batch is wanted any more
_DEATHS = 3  # of workers in a row, without a partition finished in between


def processors() -> int:
    """Return how many processors this program may use."""
    with contextlib.suppress(AttributeError):  # not on every system
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class LocalProcesses:
    """So many processes, each started afresh.

    Attributes
    ----------
    workers : int
    """

    workers: int

    def run(
        self, tasks: Sequence[Task], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[FinishedPartition]:
        """Fit partitions and yield them as they are finished.

        What a worker was at that died is given to a new one.

        Raises
        ------
        FitError
            If workers die again and again.
        CancelledError
        """
        waiting = deque(tasks)
        deaths = 0
        with _environment(_ONE_THREAD):
            while waiting:
                before = len(waiting)
                try:
                    yield from self._with_new_processes(waiting, cancelled)
                except BrokenProcessPool:
                    deaths = deaths + 1 if len(waiting) == before else 1
                    if deaths >= _DEATHS:
                        raise _dying(waiting[0]) from None

    def _with_new_processes(
        self, waiting: deque[Task], cancelled: Callable[[], bool] | None
    ) -> Iterator[FinishedPartition]:
        """Finish what is waiting; what is not finished in the end stands there again."""
        context = get_context("spawn")
        stop = context.Event()
        ask = raising(cancelled, "the batch")
        pool = ProcessPoolExecutor(self.workers, context, _begin, (stop,))
        running: dict[Future[FinishedPartition], Task] = {}
        try:
            while waiting or running:
                while waiting and len(running) < 2 * self.workers:
                    future = pool.submit(_fit, waiting[0])
                    running[future] = waiting.popleft()
                done, _ = wait(running, _ASK_S, FIRST_COMPLETED)
                for future in done:
                    finished = future.result()
                    del running[future]
                    yield finished
                ask()
        finally:
            waiting.extendleft(reversed(running.values()))
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


_stop: list[Event] = []
"""What a worker asks whether its work is wanted; one in each process."""


def _begin(stop: Event) -> None:
    """Prepare a worker: it ends with its parent, which alone answers Ctrl-C."""
    _stop.append(stop)
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _fit(task: Task) -> FinishedPartition:
    from xps.batch.worker import fit_partition

    return fit_partition(task, _stop[-1].is_set)


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """What processes inherit that are started in the block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _dying(task: Task) -> FitError:
    files = ", ".join(piece.file.label for piece in task.partition.pieces[:3])
    return FitError(
        f"{_DEATHS} workers died one after another, perhaps for lack of memory, at {files}",
        "run the same command with fewer --workers: what is finished is kept",
    )
