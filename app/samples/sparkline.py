"""A spectrum drawn as small as a line of text, for lists of many."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPalette, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from xps.project import Project
from xps.spectrum import Spectrum

_MOST_POINTS = 48  # about one a pixel
_SURVEY_POINTS = 500
_WIDTH, _MARGIN = 42, 3  # px


def polyline(spectrum: Spectrum) -> QPolygonF:
    """Return a spectrum within the unit square: high binding energy left, high intensity on top.

    Of many channels neighbors are averaged; of a survey, whose lines would drown, the highest is
    taken.
    """
    intensity = spectrum.intensity
    energy = spectrum.energy_ev
    falls_to_right = (energy[0] > energy[-1]) == (spectrum.axis == "binding")
    if not falls_to_right:
        intensity = intensity[::-1]
    count = min(_MOST_POINTS, intensity.size)
    typical = np.max if intensity.size >= _SURVEY_POINTS else np.mean
    places = [part.mean() for part in np.array_split(np.linspace(0.0, 1.0, intensity.size), count)]
    heights = np.array([typical(part) for part in np.array_split(intensity, count)])
    low, span = heights.min(), float(np.ptp(heights))
    heights = (heights - low) / span if span > 0.0 else np.full(heights.shape, 0.5)
    return QPolygonF([QPointF(x, 1.0 - y) for x, y in zip(places, heights, strict=True)])


class SparklineDelegate(QStyledItemDelegate):
    """Draws the spectrum of a row; each one is made into a line once.

    Parameters
    ----------
    id_role : int
        Where the first column of a row holds the id of its spectrum.
    parent : QObject
    """

    def __init__(self, id_role: int, parent: QObject) -> None:
        super().__init__(parent)
        self._id_role = id_role
        self._project = Project()
        self._lines: WeakKeyDictionary[Spectrum, QPolygonF] = WeakKeyDictionary()

    @property
    def width(self) -> int:
        """What a column of them needs, px."""
        return _WIDTH

    def show_project(self, project: Project) -> None:
        """Take the spectra of another project."""
        self._project = project

    def line_of(self, spectrum: Spectrum) -> QPolygonF:
        """Return what is drawn of a spectrum, within the unit square."""
        line = self._lines.get(spectrum)
        if line is None:
            line = self._lines[spectrum] = polyline(spectrum)
        return line

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        entry_id = index.sibling(index.row(), 0).data(self._id_role)
        if entry_id is None:
            return
        line = self.line_of(self._project.entry(entry_id).spectrum)
        roles = QPalette.ColorRole
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = option.palette.color(roles.HighlightedText if selected else roles.Text)
        box = QRectF(option.rect).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        to_box = QTransform.fromTranslate(box.left(), box.top()).scale(box.width(), box.height())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(to_box.map(line))
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(_WIDTH, super().sizeHint(option, index).height())
