"""Recognize files of other formats by their first bytes, to name them in the error."""

from __future__ import annotations

from xps.errors import ReadError

_EXPORT = "export the spectra as VAMAS (.vms) or as columns of text (.csv, .txt)"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"SQLite format 3\0", "an SQLite database, but not of SpecsLab Prodigy"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, but neither NeXus nor of Scienta"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
)
# The identifier in the middle of the header of 4100 bytes.
_WINSPEC = b"\x67\x45\x23\x01"
_IGOR_VERSIONS = (2, 5)


def refuse_foreign(data: bytes) -> None:
    """Raise if the bytes are those of a known format that is no text.

    Raises
    ------
    ReadError
        Names the format and says what to export instead.
    """
    described = _describe(data)
    if described is not None:
        raise ReadError(f"this is {described}, which Doublet does not read yet", _EXPORT)


def _describe(data: bytes) -> str | None:
    for magic, description in _SIGNATURES:
        if data.startswith(magic):
            return description
    if data.startswith(_OLE):
        return "a compound (OLE) file of a format unknown to Doublet"
    if data.startswith(b"PK\x03\x04"):
        return "a zip archive"
    if data[:512].lstrip().startswith(b"<?xml"):
        return "an XML file"
    if data[2996:3000] == _WINSPEC:
        return "a WinSpec file of a camera (.spe), not of PHI"
    if _is_igor_wave(data):
        return "an Igor binary wave (.ibw) of an old version or with a damaged header"
    if b"\0" in data[:8192] and not _is_wide_text(data):
        return "a binary file of a format unknown to Doublet"
    return None


def _is_igor_wave(data: bytes) -> bool:
    version = data[:2]
    known = any(version in (v.to_bytes(2, "little"), v.to_bytes(2, "big")) for v in _IGOR_VERSIONS)
    return known and len(data) > 126


def _is_wide_text(data: bytes) -> bool:
    """Tell UTF-16 text, and text with stray NUL bytes after labels, from binary data."""
    start = data[:8192]
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    half = len(start) // 4
    if start[1::2].count(0) > half or start[::2].count(0) > half:
        return not any(byte < 9 for byte in start.replace(b"\0", b""))
    control = sum(byte < 9 or 13 < byte < 27 for byte in start.replace(b"\0", b""))
    return control == 0 and start.count(0) < len(start) // 20
