"""Writers: spectra in, a file out that other programs read."""

from xps.writers.text import write_csv
from xps.writers.vamas import write_vamas

__all__ = ["write_csv", "write_vamas"]
