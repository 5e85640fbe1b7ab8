"""Measure the cells on several processes; what is finished is kept until the run is complete."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from benchmarks.truth.cell import Cell, Measurement

ROOT = Path(__file__).parents[2]
SCRATCH = ROOT / "benchmarks" / "truth.partial.jsonl"

_PIECE = 20  # spectra that a process measures at once

Progress = Callable[[int, int], None]


class Scratch:
    """Measurements of runs that were not finished, as lines of a file.

    They count only for the code that made them.
    """

    def __init__(self, path: Path = SCRATCH) -> None:
        self._path, self._code = path, _code()
        self._known: dict[tuple[str, int], Measurement] = {}
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        for line in lines:
            try:
                code, cell, number, measurement = json.loads(line)
            except ValueError:
                continue  # the last line of a run that was killed
            if code == self._code:
                self._known[cell, number] = measurement

    def get(self, cell: str, number: int) -> Measurement | None:
        """What is known of a spectrum."""
        return self._known.get((cell, number))

    def keep(self, cell: str, numbers: Sequence[int], found: Sequence[Measurement]) -> None:
        """Add measurements."""
        self._known.update({(cell, n): one for n, one in zip(numbers, found, strict=True)})
        lines = [
            json.dumps([self._code, cell, n, one]) for n, one in zip(numbers, found, strict=True)
        ]
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


def measure_cells(
    cells: Sequence[tuple[str, Cell]],
    spectra: int | None,
    workers: int,
    scratch: Scratch,
    progress: Progress,
) -> Iterator[tuple[str, list[Measurement]]]:
    """Yield each cell's key with its measurements, in the order of the cells.

    Parameters
    ----------
    cells : sequence of (str, Cell)
        With their keys.
    spectra : int or None
        Of each cell; None for as many as it asks for.
    workers : int
        Processes.
    scratch : Scratch
    progress : callable
        Told the number of spectra done and to do.
    """
    counts = {key: spectra or cell.spectra for key, cell in cells}
    done, total = 0, sum(counts.values())
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        for key, cell in cells:
            missing = [n for n in range(counts[key]) if scratch.get(key, n) is None]
            pieces = [missing[i : i + _PIECE] for i in range(0, len(missing), _PIECE)]
            futures = {pool.submit(_measure, cell, piece): piece for piece in pieces}
            done += counts[key] - len(missing)
            for future in as_completed(futures):
                scratch.keep(key, futures[future], future.result())
                done += len(futures[future])
                progress(done, total)
            found = [scratch.get(key, number) for number in range(counts[key])]
            yield key, [one for one in found if one is not None]


def _measure(cell: Cell, numbers: Sequence[int]) -> list[Measurement]:
    return [cell.measure(number) for number in numbers]


def _code() -> str:
    """Hash of all that decides the measurements."""
    digest = hashlib.sha256()
    for folder, ending in (("xps", "py"), ("benchmarks/truth", "py"), ("resources", "toml")):
        for path in sorted((ROOT / folder).rglob(f"*.{ending}")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
