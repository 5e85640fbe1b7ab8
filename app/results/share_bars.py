"""Stacked bars of the shares of components, one bar for each region of each sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.plot.curve_items import ComponentLook
from app.widgets.plain import tooltip

_LABEL_PART = 0.45
_GAP = 4
_PATTERNS = (
    Qt.BrushStyle.NoBrush,
    Qt.BrushStyle.BDiagPattern,
    Qt.BrushStyle.Dense6Pattern,
    Qt.BrushStyle.FDiagPattern,
    Qt.BrushStyle.HorPattern,
    Qt.BrushStyle.CrossPattern,
    Qt.BrushStyle.VerPattern,
    Qt.BrushStyle.DiagCrossPattern,
)


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, and its parts with their shares (clipped at zero)."""

    label: str
    parts: tuple[tuple[ComponentLook, float, str], ...]


class ShareBars(QWidget):
    """Bars below each other; a part shows its letter, its tooltip the rest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self._widest = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName("Shares as stacked bars")

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is drawn."""
        return self._bars

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Draw other bars."""
        self._bars = tuple(bars)
        self._widest = max((self.fontMetrics().horizontalAdvance(b.label) for b in bars), default=0)
        self.setAccessibleDescription(
            "; ".join(
                f"{bar.label}: " + ", ".join(text for _, _, text in bar.parts) for bar in bars
            )
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, len(self._bars) * self._row_height + _GAP)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self._text_at(event.pos())
            if text:
                QToolTip.showText(event.globalPos(), tooltip(text), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = self.palette().color(QPalette.ColorRole.Text)
        shown = event.rect()
        for number, bar in enumerate(self._bars):
            top = number * self._row_height
            if top > shown.bottom() or top + self._row_height < shown.top():
                continue
            label = QRectF(0, top, self._label_width - 8, self._row_height)
            painter.setPen(ink)
            text = self.fontMetrics().elidedText(
                bar.label, Qt.TextElideMode.ElideMiddle, int(label.width())
            )
            painter.drawText(
                label, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text
            )
            for rect, look, _ in self._rects(number, bar):
                self._paint_part(painter, rect, look, ink)
        painter.end()

    def _paint_part(
        self, painter: QPainter, rect: QRectF, look: ComponentLook, ink: QColor
    ) -> None:
        painter.fillRect(rect, self.palette().color(QPalette.ColorRole.Base))
        fill = QColor(look.color)
        fill.setAlphaF(0.55)
        painter.fillRect(rect, fill)
        pattern = _PATTERNS[(ord(look.letter[-1]) - 65) % len(_PATTERNS)]
        if pattern is not Qt.BrushStyle.NoBrush:
            faint = QColor(ink)
            faint.setAlphaF(0.18)
            painter.fillRect(rect, QBrush(faint, pattern))
        painter.setPen(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRect(rect)
        if rect.width() > self.fontMetrics().horizontalAdvance(look.letter) + 4:
            painter.setPen(ink)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, look.letter)

    @property
    def _row_height(self) -> int:
        return self.fontMetrics().height() + 8

    @property
    def _label_width(self) -> float:
        return min(self._widest + 16.0, _LABEL_PART * self.width())

    def _rects(self, number: int, bar: Bar) -> list[tuple[QRectF, ComponentLook, str]]:
        whole = sum(share for _, share, _ in bar.parts)
        if whole <= 0.0:
            return []
        left, width = self._label_width, self.width() - self._label_width - 2
        top = number * self._row_height + _GAP
        rects = []
        for look, share, text in bar.parts:
            part = width * share / whole
            rects.append((QRectF(left, top, part, self._row_height - _GAP), look, text))
            left += part
        return rects

    def _text_at(self, point: QPoint) -> str:
        for number, bar in enumerate(self._bars):
            for rect, _, text in self._rects(number, bar):
                if rect.contains(point.toPointF()):
                    return f"{bar.label}\n{text}"
        return ""
