"""Parse XML that may come from anyone: no entities, no wide encodings, bounded."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree as ET

from xps.errors import ReadError

MAX_BYTES: Final = 128 << 20
_MAX_DEPTH = 200
_REMEDY = "export the spectra as VAMAS or as columns of text"


def elements(data: bytes, what: str, keep: frozenset[str]) -> Iterator[ET.Element]:
    """Yield the elements of some names, each whole, as their end tags are read.

    Parameters
    ----------
    data : bytes
        The document.
    what : str
        What it is, for errors.
    keep : frozenset of str
        Names of the elements wanted, without namespace. Their content is given away and
        dropped afterwards, so that a large document needs little memory.

    Raises
    ------
    ReadError
        If the document is broken, declares entities, or is beyond `MAX_BYTES`.
    """
    if len(data) > MAX_BYTES:
        raise ReadError(f"{what} is too large: {len(data) >> 20} MB", _REMEDY)
    if b"<!ENTITY" in data or b"\0" in data:
        raise ReadError(f"{what} declares entities or is no UTF-8 text", _REMEDY)
    depth = inside = 0
    try:
        # Entities, by which XML does harm, are refused above.
        for event, element in ET.iterparse(io.BytesIO(data), ("start", "end")):  # noqa: S314
            wanted = name_of(element) in keep
            if event == "start":
                depth += 1
                inside += wanted
                if depth > _MAX_DEPTH:
                    raise ReadError(f"{what} is nested more than {_MAX_DEPTH} deep", _REMEDY)
                continue
            depth -= 1
            inside -= wanted
            if wanted:
                yield element
            if not inside:
                element.clear()
    except (ET.ParseError, ValueError, LookupError) as error:
        raise ReadError(f"{what} is damaged: {error}", _REMEDY) from error


def name_of(element: ET.Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
