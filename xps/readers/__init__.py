"""Readers: a file in, spectra out, whatever its name ends with."""

from xps.readers.registry import SpectrumFile, read, read_file

__all__ = ["SpectrumFile", "read", "read_file"]
