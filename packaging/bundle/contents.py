"""What is inside a bundle, item by item, and how that differs from what was agreed to."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath

from bundle.parts import Parts, plain_name

SHARED_ENDINGS = (".so", ".dylib", ".dll", ".pyd", ".exe")
_GROWTH, _GROWTH_KB = 1.1, 200
_OWN_GROWTH = 1.5  # Doublet itself, its data and its guide may grow with what they can do
_LICENSES, _GUIDE = "licenses", "xps/_resources/guide"


@dataclass(frozen=True, order=True)
class Item:
    """A shared object, the modules of a package of Python, or the data in a folder.

    Attributes
    ----------
    kind : str
        "shared object", "modules" or "data".
    name : str
        Without what changes with every version.
    part : str
        Whose it is.
    license : str
    kb : int
    """

    kind: str
    name: str
    part: str
    license: str
    kb: int

    @property
    def is_own(self) -> bool:
        """Whether it is of Doublet itself."""
        return self.part == "Doublet" or self.name.startswith("xps/_resources")


def list_contents(folder: Path, modules: Counter[str], parts: Parts) -> list[Item]:
    """List all files of a bundle.

    Parameters
    ----------
    folder : Path
    modules : Counter of str
        Bytes of the compiled modules of each package of Python.
    parts : Parts

    Raises
    ------
    PartsError
        If something belongs to no part.
    """
    items, data = [], Counter[str]()
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name, size = path.relative_to(folder).as_posix(), path.stat().st_size
        if is_shared(path):
            part = parts.of_file(name)
            items.append(Item("shared object", plain_name(name), part.name, part.license, kb(size)))
        else:
            data[_data_group(plain_name(name))] += size
    items += [Item("data", name, "", "", kb(size)) for name, size in data.items()]
    for name, size in modules.items():
        part = parts.of_module(name)
        items.append(Item("modules", name, part.name, part.license, kb(size)))
    return sorted(_merged(items))


def is_shared(path: Path) -> bool:
    """Tell whether a file is code of the machine."""
    name = path.name
    if name.endswith(SHARED_ENDINGS) or ".so." in name:
        return True
    with path.open("rb") as file:
        return file.read(4) in (b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


def differences(agreed: Iterable[Item], found: Iterable[Item]) -> Iterator[str]:
    """Yield what is new, has grown, or has changed its license; what became less is welcome."""
    before = {(item.kind, item.name): item for item in agreed}
    for item in found:
        old = before.get((item.kind, item.name))
        if old is None:
            yield f"new: {item.kind} {item.name} ({item.part or 'data'}, {item.kb} kB)"
            continue
        growth = _OWN_GROWTH if item.is_own else _GROWTH
        if item.kb > max(old.kb * growth, old.kb + _GROWTH_KB):
            yield f"grown: {item.kind} {item.name} from {old.kb} to {item.kb} kB"
        if item.license != old.license:
            yield f"license: {item.name} from {old.license} to {item.license}"


def gone(agreed: Iterable[Item], found: Iterable[Item]) -> list[str]:
    """Return what the list still names."""
    there = {(item.kind, item.name) for item in found}
    return [item.name for item in agreed if (item.kind, item.name) not in there]


def read_list(path: Path) -> list[Item]:
    """Read a list as `write_list` writes it."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Item(**(row | {"kb": int(row["kb"])})) for row in csv.DictReader(file)]


def write_list(path: Path, items: Iterable[Item]) -> None:
    """Write a list as CSV, a line for each item."""
    with path.open("w", encoding="utf-8", newline="") as file:
        names = [field.name for field in fields(Item)]
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(asdict, items))


def kb(size: int) -> int:
    """Return bytes in thousands, rounded up."""
    return -(-size // 1000)


def _data_group(name: str) -> str:
    """Return what a file of data is counted with: its package, and a folder below it."""
    for whole in (_LICENSES, _GUIDE):
        if name.startswith(f"{whole}/"):
            return whole
    folder = PurePosixPath(name).parent
    version_free = [part.split("-")[0] if "-info" in part else part for part in folder.parts[:2]]
    return "/".join(version_free) or name


def _merged(items: Iterable[Item]) -> Iterator[Item]:
    """Yield items, those of one name as one: versions of a library beside each other."""
    sums: dict[tuple[str, str, str, str], int] = {}
    for item in items:
        key = (item.kind, item.name, item.part, item.license)
        sums[key] = sums.get(key, 0) + item.kb
    for key, size in sums.items():
        yield Item(*key, size)
