"""Compound files (OLE 2): their streams and property sets, within bounds."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime, timedelta
from typing import Final

from xps.errors import ReadError

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_BYTES: Final = 64 << 20
_DAMAGED = "copy it again from the instrument, or export VAMAS"
_SECTIONS_AT = 44
_NUMBERS: Final = {2: "<h", 3: "<i", 4: "<f", 5: "<d", 11: "<h", 19: "<I"}
_TEXTS: Final = {8: 1, 30: 1, 31: 2}
_FILE_TIME = 64
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)

Property = float | str | datetime


def streams(data: bytes, what: str) -> dict[str, bytes]:
    """Return all streams of a compound file by name, storages before a slash.

    Parameters
    ----------
    data : bytes
        The file.
    what : str
        What the file should be, for the error.

    Raises
    ------
    ReadError
        If the file is damaged or beyond `MAX_BYTES`.
    """
    import olefile

    if len(data) > MAX_BYTES:
        raise ReadError(
            f"this {what} is too large: {len(data) >> 20} MB, at most {MAX_BYTES >> 20} MB",
            "export the spectra as VAMAS",
        )
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            return {"/".join(name): _stream(file, name) for name in file.listdir()}
    except ReadError:
        raise
    # A damaged directory or sector table makes olefile raise whatever its bytes lead to.
    except Exception as error:
        raise ReadError(f"this {what} is damaged: {error}", _DAMAGED) from error


def _stream(file: object, name: list[str]) -> bytes:
    data: bytes = file.openstream(name).read()  # type: ignore[attr-defined]  # olefile has no types
    return data


def properties(data: bytes) -> dict[int, Property]:
    """Read the first section of a property set stream ([MS-OLEPS] 2.21).

    Parameters
    ----------
    data : bytes
        The stream.

    Returns
    -------
    dict
        Numbers, texts and UTC times by property identifier; other types are left out, and so
        is what lies beyond the end of the stream.
    """
    found: dict[int, Property] = {}
    try:
        (section,) = struct.unpack_from("<I", data, _SECTIONS_AT)
        (count,) = struct.unpack_from("<I", data, section + 4)
    except struct.error:
        return found
    for entry in range(min(count, len(data) // 8)):
        try:
            identifier, offset = struct.unpack_from("<II", data, section + 8 + 8 * entry)
            value = _value(data, section + offset)
        except (struct.error, OverflowError):
            continue
        if value is not None:
            found[identifier] = value
    return found


def _value(data: bytes, at: int) -> Property | None:
    (kind,) = struct.unpack_from("<I", data, at)
    at += 4
    if kind in _NUMBERS:
        return float(struct.unpack_from(_NUMBERS[kind], data, at)[0])
    if kind in _TEXTS:
        (length,) = struct.unpack_from("<I", data, at)
        raw = data[at + 4 : at + 4 + length * _TEXTS[kind]]
        wide = _TEXTS[kind] == 2 or raw[1::2].count(0) > len(raw) // 4
        text = raw.decode("utf-16-le" if wide else "cp1252", errors="replace")
        return text.partition("\0")[0].strip()
    if kind == _FILE_TIME:
        (ticks,) = struct.unpack_from("<Q", data, at)
        return _EPOCH + timedelta(microseconds=ticks // 10)
    return None
