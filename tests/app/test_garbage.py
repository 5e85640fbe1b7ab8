from __future__ import annotations

import sys

import numpy as np
import pytest

from app.garbage import give_memory_back
from benchmarks.memory import megabytes


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps pages that are free")
def test_memory_of_what_is_gone_is_given_back() -> None:
    blocks = [np.ones(8000) for _ in range(1500)]  # too small for pages of their own
    last = blocks.pop()  # what lies above keeps the others in the heap
    held = megabytes()
    blocks.clear()
    give_memory_back()
    assert held - megabytes() > 60.0
    assert last.any()
