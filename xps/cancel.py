"""Stopping long work from outside: a question that is asked often enough to be felt at once."""

from __future__ import annotations

from collections.abc import Callable

from xps.errors import CancelledError

Cancelled = Callable[[], bool]
"""Says True when the work is not wanted any more."""


def raising(cancelled: Cancelled | None, what: str, where: str = "") -> Cancelled:
    """Return a question that raises where the answer is True.

    It may be handed down through any number of functions and, once answered, ends all of them.

    Parameters
    ----------
    cancelled : callable or None
        None for work that cannot be stopped.
    what : str
        What was cancelled, e.g. "the bootstrap".
    where : str
        The core level or spectrum concerned.

    Returns
    -------
    callable
        Says False, or raises a `CancelledError`.
    """

    def ask() -> bool:
        if cancelled is not None and cancelled():
            raise CancelledError(f"{what} was cancelled", where=where)
        return False

    return ask
