"""What readers say of a spectrum whose file does not tell everything."""

from __future__ import annotations

from typing import Final

from xps.spectrum import Axis

# What is missing; what readers make of it may follow after a colon.
NO_AXIS: Final = "the kind of energy is not given"
NO_LEVEL: Final = "the core level is not named"
NO_UNIT: Final = "the unit of the intensities is not given"
NO_PHOTON_ENERGY: Final = "the photon energy is not given"
NO_LIVE_TIME: Final = "the live time is not given"
LIVE_TIME_UNKNOWN: Final = "the live time is not known"
TAKEN_FOR_COUNTS: Final = "whole numbers are taken for counts"

NO_BINDING_ENERGIES: Final = f"{NO_PHOTON_ENERGY}: no binding energies"
NO_NOISE: Final = f"{NO_UNIT}: the noise is not known"
NO_COUNTING_NOISE: Final = f"{NO_LIVE_TIME}: the counting noise is not known"
NO_RATES: Final = f"{NO_LIVE_TIME}: no counts per second"


def axis_taken_for(axis: Axis) -> str:
    """Return the warning that an energy is taken for binding or kinetic energy."""
    return f"{NO_AXIS}: taken for {axis} energy"


def level_taken_for(core_level: str) -> str:
    """Return the warning that the core level is judged from the energies."""
    return f"{NO_LEVEL}: {core_level} from its energies"
