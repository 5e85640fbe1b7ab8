import ast
from collections.abc import Iterator
from pathlib import Path

from bundle.left_out import MODULES

ROOT = Path(__file__).parents[2]


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


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
