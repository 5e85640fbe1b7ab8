"""Ask for models and write suggestion.json and the table of docs/reference/methods.md."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from benchmarks.suggestion.design import measure
from benchmarks.suggestion.tables import document_of, markdown, misses

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "suggestion.json"
PAGE = ROOT / "docs" / "reference" / "methods.md"

_SPECTRA = 500
_INSEPARABLE = 5  # times fewer
_MARKERS = r"(<!-- suggestion:begin -->\n).*?(<!-- suggestion:end -->)"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suggestion", description=__doc__)
    parser.add_argument("--spectra", type=int, help=f"{_SPECTRA}, and written, if absent")
    asked = parser.parse_args().spectra
    count = asked or _SPECTRA
    separable = []
    for number in range(count):
        separable.append(measure(number))
        if number % 10 == 9:
            sys.stderr.write(f"\r{number + 1} spectra ")
            sys.stderr.flush()
    fewer = max(count // _INSEPARABLE, 1)
    document = document_of(
        separable, [measure(number, inseparable=True) for number in range(fewer)]
    )
    print(f"\n{markdown(document)}")
    for missed in misses(document):
        print(f"missed: {missed}")
    if asked is None:
        rounded = json.loads(
            json.dumps(document), parse_float=lambda text: float(f"{float(text):.4g}")
        )
        text = json.dumps(rounded, indent=1, ensure_ascii=False)
        RESULTS.write_text(text + "\n", encoding="utf-8")
        page = PAGE.read_text(encoding="utf-8")
        table = markdown(document)
        PAGE.write_text(
            re.sub(_MARKERS, lambda m: f"{m[1]}{table}\n{m[2]}", page, flags=re.DOTALL),
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
