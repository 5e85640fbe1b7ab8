"""No search for garbage while many objects are made that stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python look for circular garbage only afterwards.

    A reader makes tens of thousands of objects without a circle among them. Each search would go
    through all of them again: a fifth of the time of a large file. Where two threads read, the
    search may begin again with the first that ends.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
