"""Timings side by side with others; not tests. Run with ``python -m benchmarks``."""

import os

# Before numpy is loaded: small matrices lose more by threads than they gain.
for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
