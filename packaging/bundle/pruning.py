"""Shared objects that nothing in the bundle loads any more stay out of it."""

from __future__ import annotations

from pathlib import Path, PurePath

from PyInstaller.depend import bindepend

Entry = tuple[str, str, str]
"""Destination, source, kind, as PyInstaller lists what it collects."""


def needed(entries: list[Entry]) -> list[Entry]:
    """Keep extension modules, plugins, Python, and what these link to, directly or not.

    PyInstaller follows the links of every plugin of Qt before any of them is left out.
    """
    by_name = {PurePath(destination).name: source for destination, source, _ in entries}
    to_visit = [PurePath(entry[0]).name for entry in entries if _is_root(entry)]
    reached = set()
    while to_visit:
        name = to_visit.pop()
        if name in reached or name not in by_name:
            continue
        reached.add(name)
        to_visit += [PurePath(link).name for link, _ in bindepend.get_imports(by_name[name])]
    return links_kept([e for e in entries if e[2] == "SYMLINK" or PurePath(e[0]).name in reached])


def links_kept(entries: list[Entry], others: list[Entry] = ()) -> list[Entry]:
    """Leave out symbolic links whose target is not there."""
    there = {PurePath(e[0]).as_posix() for e in (*entries, *others) if e[2] != "SYMLINK"}
    return [
        entry for entry in entries if entry[2] != "SYMLINK" or _target(entry[0], entry[1]) in there
    ]


def _is_root(entry: Entry) -> bool:
    destination, _, kind = entry
    name = PurePath(destination).name.lower()
    return (
        kind == "EXTENSION"
        or "plugins" in Path(destination).parts
        or name.startswith(("libpython", "python3", "vcruntime", "msvcp", "ucrtbase"))
    )


def _target(link: str, to: str) -> str:
    parts: list[str] = []
    for part in (PurePath(link).parent / to).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
