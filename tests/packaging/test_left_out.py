import re
from collections.abc import Iterator
from pathlib import Path

from bundle.left_out import MODULES

ROOT = Path(__file__).parents[2]
_IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w[^#\n(]*)", re.MULTILINE)


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, anywhere in it."""
    for found in _IMPORT.finditer(path.read_text("utf-8")):
        yield from (name.split()[0] for name in found[1].split(","))


def test_doublet_imports_nothing_that_the_bundle_leaves_out() -> None:
    sources = [*(ROOT / "xps").rglob("*.py"), *(ROOT / "app").rglob("*.py")]
    assert len(sources) > 200
    broken = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources
        for name in imported(path)
        if name.partition(".")[0] in MODULES or name in MODULES
    ]
    assert broken == []


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    source = tmp_path / "source.py"
    source.write_text("import os, sys as s\nif 1:\n    from PIL._webp import x\n# import ssl\n")
    assert list(imported(source)) == ["os", "sys", "PIL._webp"]
