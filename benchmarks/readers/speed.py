"""Time the reading of a VAMAS map of 200 MB and of a file of 50 blocks, and their memory.

Usage: python -m benchmarks.readers.speed
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from xps.readers import read
from xps.spectrum import Spectrum
from xps.writers.vamas import vamas_bytes

MAP_BYTES = 200 << 20
MAP_POINTS = 401
BLOCKS, BLOCK_POINTS = 50, 301


def spectrum(points: int, seed: int) -> Spectrum:
    energy = 1300 + 0.1 * np.arange(points)
    peak = 400 + 9000 * np.exp(-(((energy - 1310) / 2) ** 2))
    counts = np.random.default_rng(seed).poisson(peak).astype(float)
    return Spectrum(
        energy_ev=energy,
        intensity=counts,
        axis="kinetic",
        name="S 2p",
        core_level="S 2p",
        photon_energy_ev=1486.6,
        dwell_s=0.1,
        sweeps=10,
        series=(("x", float(seed)),),
    )


def write_map(path: Path) -> int:
    """Write a file of about `MAP_BYTES`, whose blocks repeat; return their number."""
    some = vamas_bytes([spectrum(MAP_POINTS, seed) for seed in range(100)])
    head, _, rest = some.partition(b"\r\n100\r\nS 2p\r\n")
    blocks = b"S 2p\r\n" + rest.removesuffix(b"end of experiment\r\n")
    repeats = -(-MAP_BYTES // len(blocks))
    with path.open("wb") as file:
        file.write(head + f"\r\n{100 * repeats}\r\n".encode())
        for _ in range(repeats):
            file.write(blocks)
        file.write(b"end of experiment\r\n")
    return 100 * repeats


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        few = Path(folder) / "few.vms"
        few.write_bytes(vamas_bytes([spectrum(BLOCK_POINTS, seed) for seed in range(BLOCKS)]))
        read(few)
        times = []
        for _ in range(9):
            start = time.process_time()
            read(few)
            times.append(time.process_time() - start)
        print(f"{BLOCKS} blocks of {BLOCK_POINTS} points: {1000 * float(np.median(times)):.1f} ms")
        path = Path(folder) / "map.vms"
        count = write_map(path)
        start, cpu = time.perf_counter(), time.process_time()
        spectra = read(path)
        took, cpu = time.perf_counter() - start, time.process_time() - cpu
        size = path.stat().st_size / (1 << 20)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
        print(f"map of {size:.0f} MB, {len(spectra)} spectra: {took:.1f} s ({cpu:.1f} s of "
              f"processor time), at most {peak:.2f} GB")  # fmt: skip
        assert len(spectra) == count
    return 0


if __name__ == "__main__":
    sys.exit(main())
