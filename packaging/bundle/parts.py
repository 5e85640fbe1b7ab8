"""The parts that the bundle may be made of, each under one license."""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

TABLE = Path(__file__).with_name("parts.toml")
_INSIDE = re.compile(r"^(_internal|Contents/(Frameworks|Resources|MacOS))/")
_ABI_TAG = re.compile(r"\.(cpython-\d+[\w-]*|abi3|cp\d+-\w+)(?=\.(so|pyd)$)")
_WHEEL_HASH = re.compile(r"(-[0-9a-f]{8}(?:[0-9a-f]{24})?)+(?=\.|$)")
_PATCH = re.compile(r"(?<=\.so\.)(\d+)(\.\d+)+$")


class PartsError(Exception):
    """What the bundle holds and may not."""


@dataclass(frozen=True)
class Part:
    """What comes from one project under one license.

    Attributes
    ----------
    name : str
    license : str
        An SPDX expression.
    files, modules : tuple of str
        Patterns of shared objects and of Python packages.
    distribution : str
        Its package of Python; "" for none.
    carrier : str
        The package of another part that it travels in, whose license file has its text.
    text : tuple of str
        License texts of packaging/licenses.
    source : str
        Where its source is; "" where that is known from where it came.
    """

    name: str
    license: str
    files: tuple[str, ...]
    modules: tuple[str, ...]
    distribution: str = ""
    carrier: str = ""
    text: tuple[str, ...] = ()
    source: str = ""

    @property
    def is_free_to_bundle(self) -> bool:
        """Whether no term is the GPL's without an exception for what is linked to it."""
        terms = re.split(r" AND | OR ", self.license)
        return not any(re.match(r"A?GPL", term) and " WITH " not in term for term in terms)


@dataclass(frozen=True)
class Lent:
    """A library that the system lends.

    Attributes
    ----------
    package : str
        Of Debian.
    files : tuple of str
    optional : bool
        Whether the program also runs without it.
    """

    package: str
    files: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True)
class Parts:
    """All parts, and what the system lends."""

    parts: tuple[Part, ...]
    lent: tuple[Lent, ...]

    @cached_property
    def _file_patterns(self) -> list[tuple[str, Part]]:
        return [(pattern, part) for part in self.parts for pattern in part.files]

    def of_file(self, path: str) -> Part:
        """Return the part of a shared object; the first pattern that fits counts.

        Raises
        ------
        PartsError
            If nothing is known about it.
        """
        name = plain_name(path)
        for pattern, part in self._file_patterns:
            if _fits(name, pattern):
                return part
        raise PartsError(
            f"{path} belongs to no part of {TABLE.name}: find out where it comes from and under "
            "which license, then add it there or leave it out of the bundle"
        )

    def of_module(self, name: str) -> Part:
        """Return the part of a package of Python.

        Raises
        ------
        PartsError
            If nothing is known about it.
        """
        if name in sys.stdlib_module_names or name.startswith("_sysconfigdata"):
            return next(part for part in self.parts if part.name == "Python")
        for part in self.parts:
            if any(fnmatchcase(name, pattern) for pattern in part.modules):
                return part
        raise PartsError(f"the package {name} of Python belongs to no part of {TABLE.name}")

    def lender(self, name: str) -> Lent | None:
        """Return who of the system lends a shared object; None if the bundle must hold it."""
        for lent in self.lent:
            if any(fnmatchcase(name, pattern) for pattern in lent.files):
                return lent
        return None

    def refuse_gpl(self) -> None:
        """Raise a `PartsError` if a part is under the GPL without an exception."""
        for part in self.parts:
            if not part.is_free_to_bundle:
                raise PartsError(f"{part.name} is under {part.license}, which binds the whole")


def load_parts(path: Path = TABLE) -> Parts:
    """Read the table."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Parts(
        tuple(Part(**_tuples(row)) for row in table["part"]),
        tuple(Lent(**_tuples(row)) for row in table["system"]),
    )


def plain_name(path: str) -> str:
    """Return a path without what changes with every version: ABI tags, hashes, patch levels."""
    path = _INSIDE.sub("", path.replace("\\", "/"))
    return _PATCH.sub(r"\1", _WHEEL_HASH.sub("", _ABI_TAG.sub("", path)))


def _fits(path: str, pattern: str) -> bool:
    """Tell whether a pattern fits; only ``**`` goes across folders."""
    if "**" in pattern:
        return fnmatchcase(path, pattern.replace("**", "*"))
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)


def _tuples(row: dict[str, object]) -> dict[str, object]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in row.items()}
