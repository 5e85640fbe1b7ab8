"""Check boxes that can be seen in light and dark.

Fusion's own box has an outline that cannot be seen on a dark base.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QCheckBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionFocusRect,
    QStyleOptionViewItem,
)

_SIDE = 13.0
_GAP = 6
_CHECK = ((0.22, 0.52), (0.43, 0.73), (0.8, 0.27))


def paint_box(painter: QPainter, middle: QPointF, ink: QColor, *, checked: bool) -> None:
    """Draw a box, with its check if it has one."""
    box = QRectF(0.0, 0.0, _SIDE, _SIDE)
    box.moveCenter(middle)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ink, 1.0))
    painter.drawRoundedRect(box, 2.0, 2.0)
    if checked:
        painter.setPen(QPen(ink, 2.0))
        corners = [box.topLeft() + QPointF(x * _SIDE, y * _SIDE) for x, y in _CHECK]
        painter.drawPolyline(QPolygonF(corners))


class BoxDelegate(QStyledItemDelegate):
    """Draws the check boxes of a view over those of the style."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        state = index.data(Qt.ItemDataRole.CheckStateRole)
        if state is None:
            return
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        place = QStyle.SubElement.SE_ItemViewItemCheckIndicator
        box = option.widget.style().subElementRect(place, whole, option.widget)
        roles = QPalette.ColorRole
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ground = option.palette.color(roles.Highlight if selected else roles.Base)
        painter.save()
        painter.fillRect(box, ground)
        ink = option.palette.color(roles.HighlightedText if selected else roles.Text)
        checked = Qt.CheckState(state) == Qt.CheckState.Checked
        paint_box(painter, QRectF(box).center(), ink, checked=checked)
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Leave the boxes of neighboring rows apart."""
        return super().sizeHint(option, index).expandedTo(QSize(0, round(_SIDE) + 4))


class CheckBox(QCheckBox):
    """A check box with a text behind it."""

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = metrics.size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        width = round(_SIDE) + _GAP + words + 4
        return QSize(width, max(round(_SIDE), metrics.height()) + 4)

    def hitButton(self, pos: object) -> bool:
        """A click anywhere on box and text counts."""
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = self.palette().color(QPalette.ColorRole.WindowText)
        middle = QPointF(0.5 * _SIDE + 1.0, 0.5 * self.height())
        paint_box(painter, middle, ink, checked=self.isChecked())
        painter.setPen(ink)
        text = self.rect().adjusted(round(_SIDE) + _GAP, 0, 0, 0)
        how = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
        painter.drawText(text, how, self.text())
        if self.hasFocus():
            frame = QStyleOptionFocusRect()
            frame.initFrom(self)
            frame.rect = text.adjusted(-3, 1, 0, -1)
            style = QStyle.PrimitiveElement.PE_FrameFocusRect
            self.style().drawPrimitive(style, frame, painter, self)
