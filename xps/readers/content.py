"""The bytes of a file, read once, with the name and hash that spectra keep of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from xps.errors import ReadError
from xps.spectrum import Source

MAX_BYTES = 1 << 30
_BLANK = b"\0 \t\r\n"


@dataclass(frozen=True)
class Content:
    """What a reader is given.

    Attributes
    ----------
    name : str
        File name without its folder.
    data : bytes
        The whole file.
    """

    name: str
    data: bytes = field(repr=False)

    @cached_property
    def sha256(self) -> str:
        """Hash of the whole file."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def stem(self) -> str:
        """File name without its ending."""
        return Path(self.name).stem

    def source(self, reader: str, index: int) -> Source:
        """Return the origin of the spectrum at `index`."""
        return Source(self.name, self.sha256, reader, index)


def load(path: str | Path) -> Content:
    """Read a file whole.

    Raises
    ------
    ReadError
        If it is missing, a folder, unreadable, empty or beyond `MAX_BYTES`.
    """
    file = Path(path)
    try:
        if file.is_dir():
            raise ReadError("this is a folder", "choose the files inside it", path=path)
        if file.exists() and not file.is_file():
            raise ReadError("this is a device, not a file", "choose a file", path=path)
        if (size := file.stat().st_size) > MAX_BYTES:
            raise ReadError(
                f"the file is too large: {size / 1e9:.1f} GB, at most {MAX_BYTES / 1e9:.1f} GB",
                "export fewer spectra per file",
                path=path,
            )
        data = file.read_bytes()
    except FileNotFoundError:
        raise ReadError("there is no such file", "check the name", path=path) from None
    except PermissionError:
        raise ReadError(
            "no permission to read the file", "change its permissions or copy it", path=path
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadError(f"cannot be read: {reason}", "check the path", path=path) from error
    # The start decides for nearly all files: to strip a large one is to copy it.
    if not data[:4096].strip(_BLANK) and not data.strip(_BLANK):
        raise ReadError("the file is empty", "export it again", path=path)
    return Content(file.name, data)
