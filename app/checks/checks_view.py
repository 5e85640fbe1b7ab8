"""The checks tab: what the rules found, what speaks for each, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, SignalInstance
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.checks.remedies import Remedy
from app.checks.rule_titles import rule_title
from app.inspector.waived import SIGN
from app.widgets.copied_table import copy_as_text
from app.widgets.fonts import bold
from app.widgets.plain import tooltip

if TYPE_CHECKING:
    from xps.checks import Finding

_SPLIT = (480, 440)
_LEAST_DETAIL = 240
_SIGNS = {"error": "✕ error", "warning": "▲ warning", "note": "○ note"}
_WAIVED_SIGN = f"{SIGN} waived"
_NOTHING_FITTED = "The checks hold every fit against what physics and practice allow."
_ALL_WELL = "No check found anything."
_CHOOSE = "Choose a finding to see what speaks for it and what to do."


class _FromTheStart(QStyledItemDelegate):
    """Cuts a sentence off at its end: its beginning says what it is about."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class FindingList(QTreeWidget):
    """Findings, one a row; Enter goes to the thing.

    Signals
    -------
    activatedByKey()
    """

    activatedByKey = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activatedByKey.emit()
            return
        super().keyPressEvent(event)


class ChecksView(QWidget):
    """List of findings, and the chosen one in full with its buttons.

    Signals
    -------
    showWanted(Finding), remedyWanted(Finding), waiveWanted(Finding), takeBackWanted(Finding)
    chosen()
        Another finding is chosen.
    """

    showWanted = Signal(object)
    remedyWanted = Signal(object)
    waiveWanted = Signal(object)
    takeBackWanted = Signal(object)
    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._findings: tuple[Finding, ...] = ()
        self._items: list[QTreeWidgetItem] = []
        self.list = FindingList()
        self._from_the_start = _FromTheStart(self)
        self.show_button = QPushButton("Show")
        self.remedy_button = QPushButton()
        self.waive_button = QPushButton("Waive…")
        self.take_back_button = QPushButton("Take waiver back")
        self._title = QLabel()
        self._text = QLabel()
        self._splitter = QSplitter()
        self._empty = QLabel(_NOTHING_FITTED)
        self._build()
        self._connect()
        self.show_findings((), fitted=False)

    @property
    def finding(self) -> Finding | None:
        """The finding that is chosen."""
        row = self.list.indexOfTopLevelItem(self.list.currentItem())
        return self._findings[row] if 0 <= row < len(self._findings) else None

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Severity, place and message of each row."""
        return [(item.text(0), item.text(1), item.text(2)) for item in self._items]

    @property
    def detail(self) -> str:
        """What is said of the chosen finding."""
        return f"{self._title.text()}\n{self._text.text()}"

    @property
    def empty_text(self) -> str:
        """What stands in place of findings."""
        return "" if self._empty.isHidden() else self._empty.text()

    def choose_rule(self, rule: str) -> None:
        """Choose the first finding of a rule."""
        for row, finding in enumerate(self._findings):
            if finding.rule == rule:
                self.list.setCurrentItem(self._items[row])
                return

    def show_findings(
        self, findings: tuple[Finding, ...], *, fitted: bool, problem: str = ""
    ) -> None:
        """List other findings; the one that was chosen stays so where it is still there.

        Parameters
        ----------
        findings : tuple of Finding
        fitted : bool
            Whether there was anything to check.
        problem : str
            Why the checks could not be made.
        """
        before = self.finding
        self._findings = findings
        self.list.blockSignals(True)
        self.list.clear()
        self._items = [_item(finding, self.font()) for finding in findings]
        self.list.addTopLevelItems(self._items)
        self.list.blockSignals(False)
        self._splitter.setVisible(bool(findings))
        self._empty.setVisible(not findings)
        self._empty.setText(problem or (_ALL_WELL if fitted else _NOTHING_FITTED))
        keys = [(f.rule, f.scope) for f in findings]
        key = None if before is None else (before.rule, before.scope)
        if findings:
            row = keys.index(key) if key in keys else 0
            self.list.setCurrentItem(self._items[row])
        self.chosen.emit()

    def show_remedy(self, remedy: Remedy | None) -> None:
        """Show what can be done at once about the chosen finding."""
        finding = self.finding
        waived = finding is not None and finding.waived is not None
        self._title.setText(_CHOOSE if finding is None else rule_title(finding.rule))
        self._text.setText("" if finding is None else _full_text(finding))
        self.show_button.setEnabled(finding is not None)
        self.remedy_button.setVisible(remedy is not None and not waived)
        if remedy is not None:
            self.remedy_button.setText(remedy.text)
            self.remedy_button.setToolTip(tooltip(remedy.tip))
        self.waive_button.setVisible(finding is not None and not waived)
        self.take_back_button.setVisible(waived)

    def _build(self) -> None:
        self.list.setHeaderLabels(["Severity", "Where", "Finding"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAlternatingRowColors(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setItemDelegateForColumn(2, self._from_the_start)
        self.list.setAccessibleName("Findings of the checks")
        copy_as_text(self.list)
        header = self.list.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(1, 190)
        self._title.setFont(bold(self.font()))
        for label in (self._title, self._text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setAccessibleName("The finding in full")
        self.show_button.setToolTip("Select the spectrum, component or setting that it is about")
        self.waive_button.setToolTip(
            "Let it stand for a reason that you give; the report prints the reason"
        )
        self.take_back_button.setToolTip("Let it count again")
        detail = QWidget()
        column = QVBoxLayout(detail)
        column.setContentsMargins(8, 2, 4, 2)
        column.setSpacing(3)
        column.addWidget(self._title)
        column.addWidget(self._text, 1)
        scroll = QScrollArea()
        scroll.setAccessibleName("The finding and what to do")
        scroll.setWidget(detail)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(8, 0, 4, 2)
        for button in (
            self.show_button,
            self.waive_button,
            self.take_back_button,
            self.remedy_button,  # last: as wide as its text, it moves no other
        ):
            buttons.addWidget(button)
        buttons.addStretch(1)
        side = QWidget()
        side.setMinimumWidth(_LEAST_DETAIL)
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(2)
        right.addWidget(scroll, 1)
        right.addLayout(buttons)
        self._splitter.addWidget(self.list)
        self._splitter.addWidget(side)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes(list(_SPLIT))
        self._splitter.setChildrenCollapsible(False)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._empty.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 2)
        column.addWidget(self._splitter, 1)
        column.addWidget(self._empty)

    def _connect(self) -> None:
        self.list.currentItemChanged.connect(lambda *_: self.chosen.emit())
        self.list.itemDoubleClicked.connect(lambda *_: self._send(self.showWanted))
        self.list.activatedByKey.connect(lambda: self._send(self.showWanted))
        for button, signal in (
            (self.show_button, self.showWanted),
            (self.remedy_button, self.remedyWanted),
            (self.waive_button, self.waiveWanted),
            (self.take_back_button, self.takeBackWanted),
        ):
            button.clicked.connect(lambda _=False, signal=signal: self._send(signal))

    def _send(self, signal: SignalInstance) -> None:
        if self.finding is not None:
            signal.emit(self.finding)


def _item(finding: Finding, font: QFont) -> QTreeWidgetItem:
    sign = _SIGNS[finding.severity] if finding.waived is None else _WAIVED_SIGN
    item = QTreeWidgetItem([sign, finding.where or "all samples", finding.message])
    look = QFont(font)
    look.setBold(finding.severity == "error" and finding.waived is None)
    look.setItalic(finding.waived is not None)
    for column in range(3):
        item.setFont(column, look)
        item.setToolTip(column, tooltip(f"{finding.where}\n{finding.message}"))
    return item


def _full_text(finding: Finding) -> str:
    lines = [f"{finding.where}: {finding.message}." if finding.where else f"{finding.message}."]
    if finding.waived is not None:
        lines.append(f"Waived: {finding.waived}")
    lines.append(f"What to do: {finding.remedy}.")
    lines.append(f"Source: {finding.citation or 'good practice'}")
    return "\n".join(lines)
