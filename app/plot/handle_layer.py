"""Draws the handles of a plot, the bound that stopped a drag, and what a drag says."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.plot.curve_items import LETTER_GAP
from app.plot.handles import Handle
from app.plot.pulling import Limit
from app.widgets.theme import VERMILLION, mix, muted

GRAB_PX = 7.0
_RADIUS = 4.5
_MARGIN = 4.0
_POINTER_GAP = 14.0


class HandleLayer(QGraphicsItem):
    """Lies over a view box and paints in its pixels.

    Parameters
    ----------
    box : pyqtgraph.ViewBox
    palette : QPalette
    """

    def __init__(self, box: pg.ViewBox, palette: QPalette) -> None:
        super().__init__(box)
        self._box = box
        self._palette = palette
        self._handles: tuple[Handle, ...] = ()
        self._active: Handle | None = None
        self._selected: str | None = None
        self._span: tuple[float, float] | None = None
        self._limit: Limit | None = None
        self._note = ""
        self._at = QPointF()
        self.setZValue(100.0)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        box.sigResized.connect(lambda: self.prepareGeometryChange())
        box.sigTransformChanged.connect(lambda: self.update())

    @property
    def handles(self) -> tuple[Handle, ...]:
        """The handles that are shown."""
        return self._handles

    @property
    def note(self) -> str:
        """What stands beside the pointer."""
        return self._note

    @property
    def limit(self) -> Limit | None:
        """The bound that stopped the drag."""
        return self._limit

    def show_handles(self, handles: Sequence[Handle], selected: str | None) -> None:
        """Show handles, those of one component stronger."""
        self._handles, self._selected = tuple(handles), selected
        self.update()

    def set_palette(self, palette: QPalette) -> None:
        """Use other colors."""
        self._palette = palette
        self.update()

    def activate(self, handle: Handle | None) -> None:
        """Mark the handle that the pointer is on."""
        if handle != self._active:
            self._active = handle
            self.update()

    def say(self, note: str, at: QPointF, limit: Limit | None = None) -> None:
        """Show a note beside a point (in pixels of the box), and the bound that was met."""
        self._note, self._at, self._limit = note, at, limit
        self.update()

    def show_span(self, span: tuple[float, float] | None) -> None:
        """Shade the energies between two, as a new window is drawn."""
        self._span = span
        self.update()

    def quieten(self) -> None:
        """Take note, bound and shade away."""
        self._span = None
        self.say("", QPointF())

    def handle_at(self, point: QPointF) -> Handle | None:
        """Return the handle at a point in pixels of the box."""
        best, least = None, GRAB_PX
        for handle in self._handles:
            place = self._place(handle)
            if handle.kind == "edge":
                # What lies on an edge is meant before the edge itself.
                distance = abs(place.x() - point.x()) + 0.5 * GRAB_PX
            else:
                distance = math.hypot(place.x() - point.x(), place.y() - point.y())
            if distance < least:
                best, least = handle, distance
        return best or self._lettered_at(point)

    def _lettered_at(self, point: QPointF) -> Handle | None:
        """The handle whose component's letter is at a point: letters stand under the tops."""
        reach = LETTER_GAP + QFontMetricsF(self._box.scene().font()).height()
        for handle in self._handles:
            below = point - self._place(handle)
            if handle.lettered and abs(below.x()) < GRAB_PX and 0.0 <= below.y() <= reach:
                return handle
        return None

    def boundingRect(self) -> QRectF:
        return QRectF(0.0, 0.0, self._box.width(), self._box.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        self._paint_span(painter)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for handle in self._handles:
            if handle.kind == "edge":
                self._paint_edge(painter, handle)
        for handle in self._handles:
            if handle.kind != "edge":
                self._paint_handle(painter, handle)
        self._paint_limit(painter)
        self._paint_note(painter)

    def _place(self, handle: Handle) -> QPointF:
        """Where a handle lies, in pixels of the box; an edge at half height."""
        height = 0.0 if math.isnan(handle.intensity) else handle.intensity
        place = self._box.mapFromView(QPointF(handle.energy_ev, height))
        return QPointF(place.x(), 0.5 * self._box.height()) if handle.kind == "edge" else place

    def _paint_span(self, painter: QPainter) -> None:
        if self._span is None:
            return
        left, right = sorted(self._box.mapFromView(QPointF(e, 0.0)).x() for e in self._span)
        shade = QColor(self._palette.color(QPalette.ColorRole.Highlight))
        shade.setAlphaF(0.2)
        painter.fillRect(QRectF(left, 0.0, right - left, self._box.height()), shade)

    def _paint_edge(self, painter: QPainter, handle: Handle) -> None:
        active = handle == self._active
        color = self._accent() if active else mix(muted(self._palette), self._base(), 0.3)
        painter.setPen(QPen(color, 2.0 if active else 1.0))
        x = self._place(handle).x()
        painter.drawLine(QPointF(x, 0.0), QPointF(x, self._box.height()))
        grip = QRectF(x - 2.5, 0.5 * self._box.height() - 12.0, 5.0, 24.0)
        painter.setBrush(self._base())
        painter.drawRoundedRect(grip, 2.5, 2.5)

    def _paint_handle(self, painter: QPainter, handle: Handle) -> None:
        active = handle == self._active
        chosen = handle.component != "" and handle.component == self._selected
        if handle.kind == "peak" and not active and not chosen:
            return  # seen once the pointer is on it
        painter.setPen(QPen(self._accent() if active else self._ink(), 1.5))
        painter.setBrush(self._accent() if active else self._base())
        place, r = self._place(handle), _RADIUS
        if handle.kind == "peak":
            painter.drawEllipse(place, r, r)
        elif handle.kind == "width":
            painter.drawRect(QRectF(place.x() - 0.6 * r, place.y() - r, 1.2 * r, 2.0 * r))
        else:
            painter.drawRect(QRectF(place.x() - 0.8 * r, place.y() - 0.8 * r, 1.6 * r, 1.6 * r))

    def _paint_limit(self, painter: QPainter) -> None:
        limit = self._limit
        if limit is None or limit.energy_ev is None:
            return
        painter.setPen(QPen(self._warning(), 1.5, Qt.PenStyle.DashLine))
        x = self._box.mapFromView(QPointF(limit.energy_ev, 0.0)).x()
        painter.drawLine(QPointF(x, 0.0), QPointF(x, self._box.height()))

    def _paint_note(self, painter: QPainter) -> None:
        lines = [(self._note, self._ink())] if self._note else []
        if self._limit is not None:
            lines.append((f"⚠ {self._limit.text}", self._warning()))
        if not lines:
            return
        font = self._box.scene().font()
        metrics = QFontMetricsF(font)
        width = max(metrics.horizontalAdvance(text) for text, _ in lines) + 2.0 * _MARGIN
        height = metrics.height() * len(lines) + 2.0 * _MARGIN
        left = self._at.x() + _POINTER_GAP
        if left + width > self._box.width():
            left = self._at.x() - _POINTER_GAP - width
        top = min(max(self._at.y() - height, 0.0), self._box.height() - height)
        ground = self._base()
        ground.setAlphaF(0.9)
        painter.setPen(QPen(muted(self._palette), 1.0))
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(left, top, width, height), 3.0, 3.0)
        painter.setFont(font)
        for row, (text, color) in enumerate(lines):
            painter.setPen(color)
            base = top + _MARGIN + row * metrics.height() + metrics.ascent()
            painter.drawText(QPointF(left + _MARGIN, base), text)

    def _ink(self) -> QColor:
        return self._palette.color(QPalette.ColorRole.Text)

    def _base(self) -> QColor:
        return QColor(self._palette.color(QPalette.ColorRole.Base))

    def _accent(self) -> QColor:
        return self._palette.color(QPalette.ColorRole.Highlight)

    def _warning(self) -> QColor:
        return mix(VERMILLION, self._ink(), 0.25)
