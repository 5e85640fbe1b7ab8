"""The command that fits many files: where its table goes, who works, how far it is."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING

from xps.cli_options import UsageError
from xps.cli_output import EXIT_FAILED, EXIT_OK, complain, print_json, print_text
from xps.version import __version__

if TYPE_CHECKING:
    from xps.batch import Outcome, Progress
    from xps.batch.run import Workers

FORMAT = "doublet.batch/1"

_REFRESH_S = 0.5  # on a terminal; elsewhere a line
_LINE_S = 30.0


def batch(options: argparse.Namespace) -> int:
    """Fit many files or folders by a recipe: one table, a row for each spectrum and component."""
    from xps.batch import batch_to_table
    from xps.recipe import load_recipe
    from xps.species import library

    if options.stack and options.sessions is not None:
        raise UsageError("the spectra of a stack make no session: leave --sessions out")
    workers = _workers(options)
    recipe = load_recipe(options.recipe)
    with _interruptible() as stopped:
        shown = _Shown()
        try:
            outcome = batch_to_table(
                options.files,
                recipe,
                options.out,
                workers,
                species=library() if options.species else None,
                sessions=options.sessions,
                as_stacks=options.stack,
                reading=shown.reading,
                fitting=shown.fitting,
                cancelled=stopped.is_set,
            )
        finally:
            shown.end()
    _report(options, outcome)
    return EXIT_FAILED if outcome.written.failed else EXIT_OK


def _workers(options: argparse.Namespace) -> Workers:
    from xps.batch.processes import processors

    tls = (options.tls_ca, options.tls_cert, options.tls_key)
    count = options.workers or processors()
    if options.scheduler is None:
        if any(tls):
            raise UsageError("certificates are for a cluster: name it with --scheduler")
        from xps.batch.processes import LocalProcesses

        return LocalProcesses(count)
    from xps.batch.cluster import LocalDask, RunningDask

    if options.scheduler == "local":
        return LocalDask(count)
    if options.workers is not None:
        raise UsageError("a cluster that runs has its own workers: leave --workers out")
    return RunningDask(options.scheduler, *tls)


def _report(options: argparse.Namespace, outcome: Outcome) -> None:
    plan, counts, written = outcome.plan, outcome.counts, outcome.written
    table = outcome.table
    if options.json:
        print_json(
            {
                "format": FORMAT,
                "doublet": __version__,
                "recipe": plan.settings.recipe.name,
                "recipe_hash": plan.settings.recipe_hash,
                "table": str(table),
                "rows": written.rows,
                "files": len(plan.files),
                "measurements": plan.size,
                "fitted": written.fitted,
                "failed": written.failed,
                "parts": counts.partitions,
                "parts_resumed": counts.resumed,
                "seconds": counts.seconds,
                "cpu_seconds": counts.cpu_seconds,
            }
        )
        return
    resumed = f"; {counts.resumed} of {counts.partitions} parts were there" * bool(counts.resumed)
    print_text(
        f"{table}: {written.rows} rows, {written.fitted} spectra fitted, {written.failed} not "
        f"fitted, in {_time(counts.seconds)}{resumed}"
    )


class _Shown:
    """Progress on stderr: one line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._next = monotonic() + (0.0 if self._on_terminal else _LINE_S)
        self._width = 0

    def reading(self, done: int, total: int) -> None:
        """Say how many files were read."""
        self._show(f"reading: {done} of {total} files")

    def fitting(self, progress: Progress) -> None:
        """Say how many measurements were fitted, and how long the others will take."""
        left = progress.seconds_left
        rest = "" if left is None else f", {_time(left)} left"
        self._show(f"fitting: {progress.done} of {progress.total}{rest}")

    def end(self) -> None:
        """Leave the line."""
        if self._width:
            sys.stderr.write("\n")
            self._width = 0

    def _show(self, text: str) -> None:
        now = monotonic()
        if now < self._next:
            return
        self._next = now + (_REFRESH_S if self._on_terminal else _LINE_S)
        if not self._on_terminal:
            complain(text)
            return
        sys.stderr.write(f"\r{text:{self._width}}")
        sys.stderr.flush()
        self._width = max(self._width, len(text))


@contextlib.contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Let Ctrl-C, or a request to end, set an event; a second one ends the program at once."""
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{seconds:.1f} s" if seconds < 10.0 else f"{rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
