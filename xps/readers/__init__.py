"""Readers: a file in, spectra out, whatever its name ends with."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xps.readers.registry import SpectrumFile, read, read_file

__all__ = ["SpectrumFile", "read", "read_file"]


def __getattr__(name: str) -> Any:
    """Load all readers when the first file is read; a window without files needs none."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from xps.readers import registry

    return getattr(registry, name)
