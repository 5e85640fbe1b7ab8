"""What all tests share: the folder of measured spectra, and a headless Qt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SHARED_DATA = Path(__file__).parents[1].parent / "shared" / "data"

# A slow machine must not fail a property.
settings.register_profile("doublet", deadline=None)
settings.load_profile("doublet")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of measured spectra, which are not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the measured spectra are not here: ../shared/data beside the project")
    return SHARED_DATA
