"""Measure the design and write factorial.json and the tables of docs/reference/methods.md."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.factorial.design import DESIGN, Measurement, measure
from benchmarks.factorial.tables import document_of, markdown, misses

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "factorial.json"
PAGE = ROOT / "docs" / "reference" / "methods.md"

_RUNS = 20
_RUNS_WITH_LIMITS = 2
_MARKERS = r"(<!-- factorial:begin -->\n).*?(<!-- factorial:end -->)"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.factorial", description=__doc__)
    parser.add_argument("--runs", type=int, help=f"of the design; {_RUNS}, and written, if absent")
    runs = parser.parse_args().runs
    began, found = time.process_time(), dict[int, Measurement]()
    for number in range((runs or _RUNS) * DESIGN):
        found[number] = measure(number, intervals=number < _RUNS_WITH_LIMITS * DESIGN)
        if number % 22 == 21:
            sys.stderr.write(f"\r{number + 1} spectra, {time.process_time() - began:.0f} s ")
            sys.stderr.flush()
    document = document_of(found) | {"cpu_seconds": round(time.process_time() - began)}
    print(f"\n{markdown(document)}\n\nwithin their limits: {document['limits']}")
    for missed in misses(document):
        print(f"missed: {missed}")
    if runs is None:
        text = json.dumps(_plain(document), indent=1, ensure_ascii=False, allow_nan=False)
        RESULTS.write_text(text + "\n", encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
        table = markdown(document)
        PAGE.write_text(
            re.sub(_MARKERS, lambda m: f"{m[1]}{table}\n{m[2]}", page, flags=re.DOTALL),
            encoding="utf-8",
        )


def _plain(value: Any) -> Any:
    """The same with numbers of six digits, and none where there is no end."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return None if math.isinf(value) else float(f"{value:.6g}")
    return value


if __name__ == "__main__":
    main()
