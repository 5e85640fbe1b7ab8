"""A spectrum drawn as small as a line of text, for lists of many."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPixmap, QPolygonF, QTransform
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from xps.project import Project
from xps.spectrum import Spectrum

Look = tuple[int, int, float, int]  # width, height, pixels of the screen in each, and color

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
    ends = np.linspace(0, intensity.size, min(_MOST_POINTS, intensity.size) + 1).astype(np.intp)
    first, sizes = ends[:-1], np.diff(ends)
    if intensity.size >= _SURVEY_POINTS:
        heights = np.maximum.reduceat(intensity, first)
    else:
        heights = np.add.reduceat(intensity, first) / sizes
    places = (first + 0.5 * (sizes - 1)) / (intensity.size - 1)
    low, span = heights.min(), float(np.ptp(heights))
    heights = (heights - low) / span if span > 0.0 else np.full(heights.shape, 0.5)
    return QPolygonF([QPointF(x, 1.0 - y) for x, y in zip(places, heights, strict=True)])


class SparklineDelegate(QStyledItemDelegate):
    """Draws the spectrum of a row; each one is made into a picture once.

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
        self._drawn: WeakKeyDictionary[Spectrum, dict[Look, QPixmap]] = WeakKeyDictionary()

    @property
    def width(self) -> int:
        """What a column of them needs, px."""
        return _WIDTH

    def show_project(self, project: Project) -> None:
        """Take the spectra of another project."""
        self._project = project

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
        spectrum = self._project.entry(entry_id).spectrum
        roles = QPalette.ColorRole
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ink = option.palette.color(roles.HighlightedText if selected else roles.Text)
        box = option.rect.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        look = box.width(), box.height(), painter.device().devicePixelRatioF(), ink.rgba()
        drawn = self._drawn.setdefault(spectrum, {})
        if look not in drawn:
            drawn[look] = _picture(polyline(spectrum), look)
        painter.drawPixmap(box.topLeft(), drawn[look])

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(_WIDTH, super().sizeHint(option, index).height())


def _picture(line: QPolygonF, look: Look) -> QPixmap:
    """Return a line of the unit square as large as a look says, and in its color."""
    width, height, ratio, ink = look
    pixmap = QPixmap(round(width * ratio), round(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor.fromRgba(ink), 1.0))
    # Half a pixel from the edges, so that no line is cut in half.
    to_box = QTransform.fromTranslate(0.5, 0.5).scale(width - 1.0, height - 1.0)
    painter.drawPolyline(to_box.map(line))
    painter.end()
    return pixmap
