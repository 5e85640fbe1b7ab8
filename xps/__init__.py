"""Doublet's science: X-ray photoelectron spectra to amounts of species, with errors.

>>> import xps
>>> spectra = xps.read("cathode.vms")  # doctest: +SKIP
>>> result = xps.fit(spectra, "cathode")  # doctest: +SKIP
>>> result.to_dict()["regions"][0]["components"]  # doctest: +SKIP

Modules are imported when they are first used, so that ``import xps`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from xps.version import __version__

if TYPE_CHECKING:
    from xps import backgrounds, lineshapes, species
    from xps.analysis import fit
    from xps.checks import check
    from xps.quantification import quantify
    from xps.readers import read
    from xps.recipe import load_recipe
    from xps.session import load, save
    from xps.simulation import simulate

__all__ = [
    "__version__",
    "backgrounds",
    "check",
    "fit",
    "lineshapes",
    "load",
    "load_recipe",
    "quantify",
    "read",
    "save",
    "simulate",
    "species",
]

_HOME = {
    "check": "xps.checks",
    "fit": "xps.analysis",
    "load": "xps.session",
    "load_recipe": "xps.recipe",
    "quantify": "xps.quantification",
    "read": "xps.readers",
    "save": "xps.session",
    "simulate": "xps.simulation",
}
_MODULES = frozenset(("backgrounds", "lineshapes", "species"))


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"xps.{name}")
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'xps' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
