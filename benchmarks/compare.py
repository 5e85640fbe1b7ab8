"""Compare simulated pairs of samples: one of the tables of `benchmarks.truth`, by itself."""

from __future__ import annotations

import sys

from benchmarks.truth.__main__ import main

if __name__ == "__main__":
    main(["compare", *sys.argv[1:]])
