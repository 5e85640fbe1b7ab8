"""Loads what fitting needs, once, and by one thread at a time.

Two threads that import scipy at the same time can see half of it.
"""

from __future__ import annotations

from threading import Lock

_lock = Lock()


def load_solver() -> None:
    """Import what the first fit needs; returns once it is there."""
    with _lock:
        import scipy.linalg.lapack
        import scipy.optimize  # noqa: F401  imported for their effect

        import xps.minimizer  # noqa: F401  imported for its effect
