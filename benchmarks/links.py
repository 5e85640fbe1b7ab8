"""Measure links across core levels: the table `links` of benchmarks.truth."""

from __future__ import annotations

import sys

from benchmarks.truth.__main__ import main

if __name__ == "__main__":
    sys.argv[1:1] = ["links"]
    main()
