"""Tables as text on the clipboard, for spreadsheets: all of what a table shows, with its heads."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QApplication

from xps.escaping import tab_separated

_SHOWN = Qt.ItemDataRole.DisplayRole


def copy_as_text(view: QAbstractItemView, *, row_heads: bool = False) -> None:
    """Let the keys for copying put a whole table onto the clipboard, while it has the keyboard.

    Parameters
    ----------
    view : QAbstractItemView
        A table, or a tree without branches.
    row_heads : bool
        Whether the rows have heads that belong to what they show.
    """
    copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), view)
    copy.setContext(Qt.ShortcutContext.WidgetShortcut)
    copy.activated.connect(
        lambda: QApplication.clipboard().setText(table_text(view, row_heads=row_heads))
    )


def table_text(view: QAbstractItemView, *, row_heads: bool = False) -> str:
    """Return what a table shows, its cells parted by tabs."""
    model, sides = view.model(), Qt.Orientation
    columns = range(model.columnCount())
    rows = [[_text(model.headerData(c, sides.Horizontal, _SHOWN)) for c in columns]]
    if row_heads:
        rows[0].insert(0, "")
    for row in range(model.rowCount()):
        cells = [_text(model.index(row, c, QModelIndex()).data(_SHOWN)) for c in columns]
        head = [_text(model.headerData(row, sides.Vertical, _SHOWN))] if row_heads else []
        rows.append([*head, *cells])
    return tab_separated(rows)


def _text(shown: object) -> str:
    return "" if shown is None else str(shown)
