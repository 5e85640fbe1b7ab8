"""What Windows shows of the programs: the version resource."""

from __future__ import annotations

import re
from pathlib import Path

from xps.version import __version__

_TEMPLATE = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0, OS=0x40004,
    fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable("040904B0", [
      StringStruct("CompanyName", "Doublet contributors"),
      StringStruct("FileDescription", "Doublet: fits of X-ray photoelectron spectra"),
      StringStruct("FileVersion", "{version}"),
      StringStruct("InternalName", "doublet"),
      StringStruct("LegalCopyright", "BSD 3-Clause License"),
      StringStruct("OriginalFilename", "doublet.exe"),
      StringStruct("ProductName", "Doublet"),
      StringStruct("ProductVersion", "{version}"),
    ])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 0x04B0])]),
  ],
)
"""


def four_numbers(version: str) -> tuple[int, int, int, int]:
    """Return a version as Windows counts them: 0.1.0rc1 is 0, 1, 0, 0."""
    release = re.match(r"[\d.]*", version)
    assert release is not None
    digits = [int(part) for part in release[0].split(".") if part]
    first, second, third, fourth = (*digits, 0, 0, 0, 0)[:4]
    return first, second, third, fourth


def version_resource(folder: Path) -> str:
    """Write the file that PyInstaller reads the version resource from; return its path."""
    path = folder / "version.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _TEMPLATE.format(numbers=four_numbers(__version__), version=__version__)
    path.write_text(text, encoding="utf-8")
    return str(path)
