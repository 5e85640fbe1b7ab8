"""A window of its own, brought before the others."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def bring_forward(window: QWidget) -> None:
    """Show a window in front, with the keyboard."""
    window.show()
    window.raise_()
    window.activateWindow()
