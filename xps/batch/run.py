"""Run a plan: give what is not finished to workers, keep what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from xps.batch.parts import FinishedPartition, Parts
from xps.batch.plan import Plan
from xps.batch.worker import Task
from xps.environment import present_environment


class Workers(Protocol):
    """Whoever fits partitions."""

    def run(
        self, tasks: Sequence[Task], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[FinishedPartition]:
        """Yield partitions as they are finished, in any order."""
        ...


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Attributes
    ----------
    done, total : int
        Measurements.
    seconds_left : float or None
        As it went so far; None where nothing can be said yet.
    """

    done: int
    total: int
    seconds_left: float | None


@dataclass(frozen=True)
class Counts:
    """What a run did.

    Attributes
    ----------
    partitions : int
        Of the plan.
    resumed : int
        Of these finished by an earlier run.
    cpu_seconds : float
        Of the workers, in this run.
    seconds : float
    """

    partitions: int
    resumed: int
    cpu_seconds: float
    seconds: float


def run_batch(
    plan: Plan,
    parts: Parts,
    workers: Workers,
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Counts:
    """Fit the partitions of a plan that are not among the finished parts.

    Parameters
    ----------
    plan : Plan
    parts : Parts
        Gets each partition as it is finished, so that a run that ends early loses none.
    workers : Workers
        `xps.batch.processes.LocalProcesses` or `xps.batch.cluster.Cluster`.
    progress : callable, optional
        Called at the beginning, and after each partition.
    cancelled : callable, optional
        Asked several times a second.

    Returns
    -------
    Counts

    Raises
    ------
    CancelledError
    FitError
        If the workers cannot go on.
    WriteError
        If a part cannot be written.
    """
    began = monotonic()
    missing = {one.key: one for one in plan.partitions if not parts.has(one)}
    resumed = len(plan.partitions) - len(missing)
    todo = sum(partition.size for partition in missing.values())
    before, now, cpu_seconds = plan.size - todo, 0, 0.0
    environment = present_environment()
    tasks = [Task(plan.settings, partition, environment) for partition in missing.values()]
    if progress is not None:
        progress(Progress(before, plan.size, None))
    for finished in workers.run(tasks, cancelled):
        parts.add(finished)
        now += missing[finished.key].size
        cpu_seconds += finished.cpu_seconds
        if progress is not None:
            left = (monotonic() - began) / now * (todo - now)
            progress(Progress(before + now, plan.size, left))
    return Counts(len(plan.partitions), resumed, cpu_seconds, monotonic() - began)
