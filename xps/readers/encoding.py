"""Find the encoding of text that does not say it."""

from __future__ import annotations

import codecs
import re
from typing import Final

from xps.errors import ReadError

MAX_LINES: Final = 1_500_000
MAX_BYTES: Final = 64 << 20

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Double-byte Chinese (GB 2312) and Korean (KS X 1001) share the frame of two high bytes.
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_DOUBLE_BYTE = re.compile(rb"(?:[\xa1-\xfe][\xa1-\xfe])+")
_LAST_HANGUL_LEAD = 0xC8
_ENOUGH_PAIRS = 5


def encoding_of(data: bytes) -> str:
    """Judge the encoding of a text file from its bytes.

    A byte order mark decides; then UTF-8 if valid; then a Chinese or Korean code page if
    every run of high bytes is made of its pairs; Western European otherwise.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    start = data[:4096]
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[::2].count(0) > len(start) // 4:
        return "utf-16-be"
    if data.isascii():
        return "ascii"
    return "utf-8" if _is_utf8(data) else _code_page(data)


def to_utf8(data: bytes) -> bytes:
    """Return text without byte order mark, in UTF-8 if it was in UTF-16 or UTF-32."""
    encoding = encoding_of(data)
    if not encoding.startswith(("utf-16", "utf-32", "utf-8-sig")):
        return data
    return data.decode(encoding, errors="replace").encode("utf-8", errors="replace")


def decode(data: bytes) -> str:
    """Decode a text file; what its encoding cannot explain becomes the sign U+FFFD."""
    return data.decode(encoding_of(data), errors="replace")


def text_lines(data: bytes, what: str) -> list[str]:
    """Decode a text file and part its lines, whatever ends them.

    Raises
    ------
    ReadError
        If there are more than `MAX_LINES` or more than `MAX_BYTES`: `what` is too large.
    """
    n_lines = max(data.count(b"\n"), data.count(b"\r")) + 1
    if n_lines > MAX_LINES or len(data) > MAX_BYTES:
        raise ReadError(
            f"{what} is too large: {n_lines} lines, {len(data) >> 20} MB; "
            f"at most {MAX_LINES} lines and {MAX_BYTES >> 20} MB",
            "export fewer spectra per file",
        )
    return re.split(r"\r\n|\n|\r", decode(data))


def _is_utf8(data: bytes) -> bool:
    # Only the high bytes and what they touch: a map of 200 MB is nearly all digits.
    try:
        for run in _HIGH_RUN.finditer(data):
            run.group().decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _code_page(data: bytes) -> str:
    runs = [run.group() for run in _HIGH_RUN.finditer(data)]
    if not all(_DOUBLE_BYTE.fullmatch(run) for run in runs):
        return "cp1252" if _decodes(runs, "cp1252") else "latin-1"
    leads = b"".join(run[::2] for run in runs)
    # Hangul fills the leads B0-C8; Chinese prose of that length would leave them.
    korean = len(leads) >= _ENOUGH_PAIRS and all(0xB0 <= b <= _LAST_HANGUL_LEAD for b in leads)
    for encoding in ("cp949",) if korean else ("cp936",):
        if _decodes(runs, encoding):
            return encoding
    return "latin-1"


def _decodes(runs: list[bytes], encoding: str) -> bool:
    try:
        for run in runs:
            run.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
