"""The functions that an exported script needs, taken from one module with all of them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from xps.resources import resource


def functions_source(names: Collection[str]) -> str:
    """Return Python source: the imports, functions and constants that some functions need.

    Parameters
    ----------
    names : collection of str
        Functions of ``resources/script/functions.py``.
    """
    text = resource("script", "functions.py").read_text(encoding="utf-8")
    module = ast.parse(text)
    defined = {name: node for node in module.body for name in _names_of(node)}
    wanted = _closure(set(names), defined)
    lines = text.splitlines()
    parts = []
    for node in module.body:
        if wanted & set(_names_of(node)):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            space = ["", ""] if isinstance(node, ast.FunctionDef) else []
            parts += [*space, *lines[first - 1 : node.end_lineno]]
    body = "\n".join(parts)
    imports = [_used_import(node, body) for node in module.body]
    return "\n".join([*filter(None, imports), "", body, ""])


def _names_of(node: ast.stmt) -> Iterator[str]:
    """Names that a statement defines."""
    if isinstance(node, ast.FunctionDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _closure(names: set[str], defined: dict[str, ast.stmt]) -> set[str]:
    """All names that some need, one through the other."""
    found: set[str] = set()
    while names:
        name = names.pop()
        if name in defined and name not in found:
            found.add(name)
            inner = ast.walk(defined[name])
            names |= {node.id for node in inner if isinstance(node, ast.Name)}
    return found


def _used_import(node: ast.stmt, body: str) -> str:
    """An import with only those of its names that a text uses; "" where it uses none."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return ""
    used = {inner.id for inner in ast.walk(ast.parse(body)) if isinstance(inner, ast.Name)}
    aliases = [alias for alias in node.names if (alias.asname or alias.name) in used]
    if not aliases:
        return ""
    kept: ast.stmt = ast.Import(aliases)
    if isinstance(node, ast.ImportFrom):
        kept = ast.ImportFrom(node.module, aliases, node.level)
    return ast.unparse(kept)
