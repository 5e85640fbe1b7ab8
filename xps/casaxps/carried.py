"""The fit that a spectrum carries, from whatever program."""

from __future__ import annotations

from xps.casaxps.nexus_fit import nexus_fit
from xps.casaxps.stored_fit import StoredFit, stored_fit
from xps.spectrum import Spectrum


def carried_fit(spectrum: Spectrum, region_id: str = "stored", spectrum_id: str = "") -> StoredFit:
    """Read the fit that CasaXPS, or a NeXus file, left in the notes of a spectrum.

    Parameters
    ----------
    spectrum : Spectrum
    region_id, spectrum_id : str
        Ids of the region, and of the spectrum in its project.
    """
    found = nexus_fit(spectrum, region_id, spectrum_id)
    return stored_fit(spectrum, region_id, spectrum_id) if found is None else found
