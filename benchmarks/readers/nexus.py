"""Fit the bundled example and write it as NeXus.

Usage: python -m benchmarks.readers.nexus FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

from xps.analysis import fit
from xps.export import export
from xps.readers import read
from xps.recipe import load_recipe
from xps.resources import resource

EXAMPLE = ("bare-ncm-simulated.vms", "ald5-ncm-simulated.vms")


def main(target: Path) -> None:
    spectra = [s for name in EXAMPLE for s in read(resource("samples", name))]
    result = fit(spectra, load_recipe("cathode"))
    export(result.project, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
