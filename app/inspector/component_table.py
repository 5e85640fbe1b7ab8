"""The table of a region's components: one row each, number and error in every cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.gestures.gestures import short_name, typed_number
from app.inspector.component_cells import Cell, parameter_cell, share_cell, shares_or_none
from app.inspector.waived import SIGN
from app.plot.curve_items import ComponentLook
from app.widgets.copied_table import copy_as_text
from app.widgets.numerals import plain_number
from app.widgets.plain import tooltip
from app.widgets.theme import VERMILLION, mix, muted
from xps.errors import XpsError
from xps.fitted import RegionFit
from xps.model import Component, Ref, Region

Index = QModelIndex | QPersistentModelIndex

COLUMNS = ("component", "center", "fwhm", "area", "share")
_GAP = "  "  # between a tie and its value
HEADERS = ("Component", "Center\n/ eV", "FWHM\n/ eV", "Area", "Share\n/ %")
CELL_ROLE = Qt.ItemDataRole.UserRole + 1
LOOK_ROLE = Qt.ItemDataRole.UserRole + 2
_SWATCH = 10
_LEAST_NAME_WIDTH, _LEAST_NUMBER_WIDTH = 88, 48


class ComponentModel(QAbstractTableModel):
    """Components of one region, with the numbers of their fit.

    Signals
    -------
    valueTyped(Ref, float)
        A person typed a value; whoever listens edits the project.
    refused(str)
        What was typed cannot be taken.
    """

    valueTyped = Signal(object, float)
    refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._region: Region | None = None
        self._looks: tuple[ComponentLook, ...] = ()
        self._cells: list[list[Cell]] = []
        self._area_unit = ""

    def show_region(
        self,
        region: Region | None,
        fit: RegionFit | None,
        looks: tuple[ComponentLook, ...],
        area_unit: str,
        *,
        stale: bool,
        waived: Mapping[str, str] | None = None,
    ) -> None:
        """Show the components of a region, or none.

        `waived` says of components by id which findings of the checks are let stand, and why.
        """
        waivers = waived or {}
        ids = [c.id for c in region.components] if region else []
        same_rows = ids == ([c.id for c in self._region.components] if self._region else [])
        if not same_rows:
            self.beginResetModel()
        self._region, self._looks = region, looks
        self._area_unit = area_unit
        split = shares_or_none(fit)
        self._cells = [
            [
                _name_cell(component, waivers.get(component.id, "")),
                *(
                    parameter_cell(region, fit, Ref(component.id, name), stale=stale)
                    for name in COLUMNS[1:4]
                ),
                share_cell(fit if _has(fit, region) else None, split, index, stale=stale),
            ]
            for index, component in enumerate(region.components if region else ())
            if region is not None
        ]
        if not same_rows:
            self.endResetModel()
        elif ids:
            self.dataChanged.emit(self.index(0, 0), self.index(len(ids) - 1, len(COLUMNS) - 1))
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def component_id(self, row: int) -> str | None:
        """Return the component of a row."""
        if self._region is None or not 0 <= row < len(self._region.components):
            return None
        return self._region.components[row].id

    def row_of(self, component_id: str | None) -> int:
        """Return the row of a component; -1 if it has none."""
        ids = [c.id for c in self._region.components] if self._region else []
        return ids.index(component_id) if component_id in ids else -1

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            if COLUMNS[section] == "area" and self._area_unit:
                return f"Area\n/ {self._area_unit}"
            return HEADERS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 0:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        cell = self._cells[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.EditRole:
            ref = self._ref(index)
            assert self._region is not None
            return plain_number(self._region.param(ref).value) if ref else cell.value
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return tooltip(cell.tip) if role == Qt.ItemDataRole.ToolTipRole else cell.tip
        if role == CELL_ROLE:
            return cell
        if role == LOOK_ROLE and index.column() == 0:
            return self._looks[index.row()]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        ref = self._ref(index)
        if ref is not None and self._region is not None and not self._region.param(ref).link:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        ref = self._ref(index)
        if ref is None or role != Qt.ItemDataRole.EditRole:
            return False
        if str(value) == self.data(index, Qt.ItemDataRole.EditRole):
            return False
        try:
            number = typed_number(str(value))
        except XpsError as error:
            self.refused.emit(str(error))
            return False
        self.valueTyped.emit(ref, number)
        return True

    def _ref(self, index: Index) -> Ref | None:
        id_ = self.component_id(index.row())
        if id_ is None or COLUMNS[index.column()] in ("component", "share"):
            return None
        return Ref(id_, COLUMNS[index.column()])


class CellDelegate(QStyledItemDelegate):
    """Draws a number with its note in a smaller line below."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell: Cell = index.data(CELL_ROLE)
        look: ComponentLook | None = index.data(LOOK_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(option.rect, option.palette.color(QPalette.ColorRole.Highlight))
        rect = option.rect.adjusted(4, 1, -4, -1)
        if look is not None:
            self._paint_look(painter, option, rect, cell, look, selected=selected)
        else:
            self._paint_number(painter, option, rect, cell, selected=selected)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        cell: Cell = index.data(CELL_ROLE)
        metrics = option.fontMetrics
        first = metrics.horizontalAdvance(cell.value)
        if cell.tie:  # a long one is cut off, not area and share pushed out of sight
            first += metrics.horizontalAdvance(short_tie(cell.tie) + _GAP)
        width = max(first, metrics.horizontalAdvance(cell.note))
        return QSize(width + 12, 2 * metrics.height() + 2)

    def _paint_look(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        rect: QRect,
        cell: Cell,
        look: ComponentLook,
        *,
        selected: bool,
    ) -> None:
        swatch = QRect(rect.left(), rect.center().y() - _SWATCH // 2, _SWATCH, _SWATCH)
        # Translucent colors are made for the ground of the plot, not that of a selected row.
        painter.fillRect(swatch, option.palette.color(QPalette.ColorRole.Base))
        painter.setPen(look.pen)
        painter.setBrush(look.brush)
        painter.drawRect(swatch)
        painter.setPen(_ink(option, selected=selected))
        middle = Qt.AlignmentFlag.AlignVCenter
        letter = rect.adjusted(_SWATCH + 5, 0, 0, 0)
        painter.drawText(letter, middle, look.letter)
        name = letter.adjusted(option.fontMetrics.horizontalAdvance("M "), 0, 0, 0)
        painter.drawText(name, int(middle | Qt.TextFlag.TextWordWrap), cell.value)

    def _paint_number(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        rect: QRect,
        cell: Cell,
        *,
        selected: bool,
    ) -> None:
        ink = _ink(option, selected=selected)
        quiet = ink if selected else muted(option.palette)
        font = QFont(option.font)
        font.setItalic(cell.mark in ("stale", "limit"))
        painter.setFont(font)
        painter.setPen(quiet if cell.mark == "stale" else ink)
        right = Qt.AlignmentFlag.AlignRight
        if not cell.note:
            painter.drawText(rect, right | Qt.AlignmentFlag.AlignVCenter, cell.value)
            return
        painter.drawText(rect, right | Qt.AlignmentFlag.AlignTop, cell.value)
        if cell.tie:
            painter.setPen(quiet)
            metrics = painter.fontMetrics()
            room = rect.width() - metrics.horizontalAdvance(_GAP + cell.value)
            fits = metrics.horizontalAdvance(cell.tie) <= room
            tie = cell.tie if fits else short_tie(cell.tie)
            painter.drawText(rect, Qt.AlignmentFlag.AlignTop, tie)
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * 0.88)
        small.setBold(cell.mark == "bound")
        painter.setFont(small)
        warning = mix(VERMILLION, ink, 0.25)
        painter.setPen(warning if cell.mark == "bound" and not selected else quiet)
        painter.drawText(rect, right | Qt.AlignmentFlag.AlignBottom, cell.note)


def short_tie(tie: str) -> str:
    """Return a tie in little room: ``"= A"`` as it is, ``"= A + 1.18"`` as ``"A…"``."""
    letter, *more = tie.removeprefix("= ").split()
    return f"{letter}…" if more else tie


class ComponentTable(QTableView):
    """The view of a `ComponentModel`."""

    def __init__(self, model: ComponentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)  # Tab leaves it; arrows go from cell to cell
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(_LEAST_NUMBER_WIDTH)
        small = QFont(header.font())
        small.setPointSizeF(small.pointSizeF() * 0.9)
        header.setFont(small)
        model.modelReset.connect(self._fit_height)
        for changed in (model.modelReset, model.dataChanged, model.headerDataChanged):
            changed.connect(self._share_width)
        self.horizontalScrollBar().rangeChanged.connect(self._fit_height)
        self._fit_height()
        self.setAccessibleName("Components")
        copy_as_text(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        """Give the names what the numbers leave, but always enough to be read."""
        header, model = self.horizontalHeader(), self.model()
        left = self.viewport().width()
        for column in range(1, header.count()):
            cells = [model.index(row, column) for row in range(model.rowCount())]
            needed = [self.sizeHintForIndex(cell).width() for cell in cells]
            width = max(_LEAST_NUMBER_WIDTH, header.sectionSizeHint(column), *needed)
            header.resizeSection(column, width)
            left -= width
        header.resizeSection(0, max(left, _LEAST_NAME_WIDTH))

    def _fit_height(self) -> None:
        rows = max(self.model().rowCount(), 1)
        height = 2 * self.fontMetrics().height() + 2
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() > 0 else 0
        self.setFixedHeight(height + 2 * self.frameWidth() + 4 + rows * height + below)


def _name_cell(component: Component, waived: str) -> Cell:
    name = short_name(component.name)
    if not waived:
        return Cell(name, tip=component.name)
    return Cell(f"{name} {SIGN}", tip=f"{component.name}\n{waived}")


def _ink(option: QStyleOptionViewItem, *, selected: bool) -> QColor:
    role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
    return option.palette.color(role)


def _has(fit: RegionFit | None, region: Region | None) -> bool:
    """Whether a fit has the same components as the region now has."""
    if fit is None or region is None:
        return False
    return [c.id for c in fit.region.components] == [c.id for c in region.components]
