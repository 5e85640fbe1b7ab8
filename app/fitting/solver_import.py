"""Loads what fitting needs, once, and by one thread at a time.

Two threads that import scipy at the same time can see half of it.
"""

from __future__ import annotations

from importlib import import_module
from threading import Lock

_NEEDED = ("scipy.linalg.lapack", "scipy.optimize", "xps.minimizer")
_lock = Lock()


def load_solver() -> None:
    """Import what the first fit needs; returns once it is there."""
    with _lock:
        for module in _NEEDED:
            import_module(module)
