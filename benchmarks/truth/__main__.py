"""Measure the tables of the section Evidence of docs/reference/methods.md and write them there."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from benchmarks.truth import document, record
from benchmarks.truth.run import Scratch, measure_cells
from benchmarks.truth.tables import TABLES


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure tables by name, or all of them."""
    options = _options(arguments)
    names = options.tables or list(TABLES)
    scratch, began = Scratch(), time.monotonic()

    def progress(done: int, total: int) -> None:
        minutes = (time.monotonic() - began) / 60.0
        sys.stderr.write(f"\r{done} of {total} spectra, {minutes:.1f} min ")
        sys.stderr.flush()

    passed = True
    for name in names:
        table = TABLES[name]
        keys = {f"{name}: {cell.name}": cell for cell in table.cells}
        rows = []
        for key, found in measure_cells(
            list(keys.items()), options.spectra, options.workers, scratch, progress
        ):
            rows += keys[key].rows(found)
        sys.stderr.write("\n")
        print(f"\n{name}\n{document.markdown(table, rows)}", flush=True)
        passed = passed and all(row.passed for row in rows)
        if options.spectra is None:
            known = record.load() if record.PATH.is_file() else {}
            record.save(known | {name: rows})
            page = document.PAGE.read_text(encoding="utf-8")
            text = document.markdown(table, record.load()[name])
            document.PAGE.write_text(document.with_table(page, name, text), encoding="utf-8")
    sys.exit(0 if passed else 1)


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth", description=__doc__)
    parser.add_argument("tables", nargs="*", help=f"of {', '.join(TABLES)}; by default all")
    parser.add_argument("--spectra", type=int, help="of each cell; nothing is written")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    options = parser.parse_args(words)
    unknown = [name for name in options.tables if name not in TABLES]
    if unknown:
        parser.error(f"no table {unknown[0]!r}; there are {', '.join(TABLES)}")
    return options


if __name__ == "__main__":
    main()
