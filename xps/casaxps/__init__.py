"""CasaXPS in and out: the fits that VAMAS files carry in the comments of their blocks."""

from xps.casaxps.apply import apply_stored, carries_fit
from xps.casaxps.stored_fit import StoredFit, stored_fit

__all__ = ["StoredFit", "apply_stored", "carries_fit", "stored_fit"]
