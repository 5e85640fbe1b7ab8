"""A hand on mouse and keyboard of an X server: what it does arrives like from real devices.

It speaks the X protocol itself, with the extension XTEST that every X server has, because no
package that is needed otherwise does.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence

from PySide6.QtCore import QPoint

_KEY, _BUTTON, _MOTION = 2, 4, 6  # types of events; a release follows its press
_QUERY_EXTENSION, _KEYBOARD_MAPPING, _FAKE_INPUT = 98, 101, 2
_REPLY = 32  # bytes, and as many words more as it says
_NAMED = {
    "Return": 0xFF0D,
    "Escape": 0xFF1B,
    "Shift": 0xFFE1,
    "Control": 0xFFE3,
    "Right": 0xFF53,
    "F5": 0xFFC2,
}
LEFT = 1


class Hand:
    """Moves the pointer, presses buttons and keys of a display without access control.

    Parameters
    ----------
    display : int
        Number of the display.

    Attributes
    ----------
    clicks, keys : int
        How often a button and a key were pressed; a typed text counts as one key.
    """

    def __init__(self, display: int) -> None:
        self.clicks = self.keys = 0
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(f"/tmp/.X11-unix/X{display}")  # noqa: S108  where X servers listen
        self._socket.sendall(struct.pack("<cxHHHHxx", b"l", 11, 0, 0, 0))
        status, words = struct.unpack("<B5xH", self._read(8))
        setup = self._read(4 * words)
        if status != 1:
            raise ConnectionRefusedError(setup.decode("latin-1"))
        first, last = setup[26:28]
        name = b"XTEST"
        self._send(_QUERY_EXTENSION, 0, struct.pack("<Hxx", len(name)) + name + b"\0\0\0")
        self._xtest = self._answer()[9]
        count = last - first + 1
        self._send(_KEYBOARD_MAPPING, 0, struct.pack("<BBxx", first, count))
        reply = self._answer()
        width = reply[1]
        symbols = struct.unpack(f"<{count * width}I", reply[_REPLY:])
        self._keys: dict[int, tuple[int, bool]] = {}
        for number in range(count):
            for shifted in (False, True):
                symbol = symbols[number * width + shifted]
                self._keys.setdefault(symbol, (first + number, shifted))

    def move(self, to: QPoint) -> None:
        """Move the pointer to a place on the screen."""
        self._fake(_MOTION, 0, to)

    def press(self, button: int = LEFT) -> None:
        """Press a mouse button."""
        self.clicks += 1
        self._fake(_BUTTON, button)

    def release(self, button: int = LEFT) -> None:
        """Let a mouse button go."""
        self._fake(_BUTTON + 1, button)

    def click(self, at: QPoint) -> None:
        """Click a place on the screen."""
        self.move(at)
        self.press()
        self.release()

    def key(self, name: str, modifiers: Sequence[str] = ()) -> None:
        """Press a key by its name or letter, with others held."""
        self.keys += 1
        held = [self._keys[_NAMED[modifier]][0] for modifier in modifiers]
        self._stroke(_NAMED.get(name) or ord(name), held)

    def write(self, text: str) -> None:
        """Type Latin letters."""
        self.keys += 1
        for letter in text:
            self._stroke(ord(letter), [])

    def _stroke(self, symbol: int, held: list[int]) -> None:
        code, shifted = self._keys[symbol]
        if shifted:
            held = [*held, self._keys[_NAMED["Shift"]][0]]
        for other in held:
            self._fake(_KEY, other)
        self._fake(_KEY, code)
        self._fake(_KEY + 1, code)
        for other in reversed(held):
            self._fake(_KEY + 1, other)

    def _fake(self, kind: int, detail: int, at: QPoint | None = None) -> None:
        x, y = (0, 0) if at is None else (at.x(), at.y())
        self._send(self._xtest, _FAKE_INPUT, struct.pack("<BBxxII8xhh8x", kind, detail, 0, 0, x, y))

    def _send(self, opcode: int, data: int, body: bytes) -> None:
        self._socket.sendall(struct.pack("<BBH", opcode, data, 1 + len(body) // 4) + body)

    def _answer(self) -> bytes:
        head = self._read(_REPLY)
        (words,) = struct.unpack("<I", head[4:8])
        return head + self._read(4 * words)

    def _read(self, count: int) -> bytes:
        read = b""
        while len(read) < count:
            more = self._socket.recv(count - len(read))
            if not more:
                raise ConnectionAbortedError("the X server hung up")
            read += more
        return read
