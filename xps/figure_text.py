"""Text in figures: what of a name can be drawn, how wide it is, and where it breaks.

Names come from files and are hostile: control characters, line breaks, endless words.
"""

from __future__ import annotations

import re

_MM_PER_POINT = 25.4 / 72.0
_MOST_LETTERS = 400
_PIECES = re.compile(r"\S+\s*|\s+")


def printable(text: str) -> str:
    """Return text with everything that cannot be drawn replaced by a space."""
    return "".join(c if c.isprintable() else " " for c in text[:_MOST_LETTERS])


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text, in mm, for a font size in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=size, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) * _MM_PER_POINT


def wrapped(text: str, room_mm: float, size: float, most: int = 3) -> list[str]:
    """Break text into lines that fit, at spaces where there are any.

    Parameters
    ----------
    text : str
    room_mm : float
        Width of a line.
    size : float
        Font size in points.
    most : int
        Number of lines. Of a text that needs more, beginning and end are kept.
    """
    lines = _broken(printable(text), room_mm, size)
    if len(lines) <= most:
        return [line.rstrip() for line in lines]
    end = "".join(lines[most - 1 :])
    while end and text_width("…" + end, size) > room_mm:
        end = end[1:]
    return [line.rstrip() for line in lines[: most - 1]] + ["…" + end]


def _broken(text: str, room_mm: float, size: float) -> list[str]:
    lines = [""]
    for piece in _PIECES.findall(text):
        if text_width(lines[-1] + piece.rstrip(), size) <= room_mm:
            lines[-1] += piece
            continue
        if lines[-1].strip():
            lines.append("")
        for letter in piece:
            if text_width(lines[-1] + letter, size) > room_mm and lines[-1]:
                lines.append("")
            lines[-1] += letter
    return lines
