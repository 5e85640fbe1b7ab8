"""Writers: spectra in, a file out that other programs read."""

from xps.writers.formats import ENDINGS, write_spectra
from xps.writers.nexus import write_nexus
from xps.writers.text import write_text
from xps.writers.vamas import write_vamas

__all__ = ["ENDINGS", "write_nexus", "write_spectra", "write_text", "write_vamas"]
