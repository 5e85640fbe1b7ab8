"""Window and background of the selected region."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QWidget,
)

from app.gestures.background_gestures import OWN_STEP
from app.gestures.gestures import short_name
from app.inspector.background_choice import KindBox, LossBox, has_loss, kind_with_loss, loss_of
from app.inspector.parameter_model import ParameterModel
from app.inspector.parameter_rows import background_rows
from app.inspector.parameter_table import ParameterTable
from app.widgets.number_field import NumberField
from app.widgets.plain import menu_text
from xps.backgrounds import STATIC
from xps.fitted import RegionFit
from xps.model import Background, Region
from xps.model_text import background_numbers, background_title

_POLYNOMIAL = {"curvature": "Curvature", "cubic": "Cubic term"}


class RegionSection(QGroupBox):
    """Window and background.

    The numbers of the background stand in one line; a button opens them as a table.

    Signals
    -------
    windowTyped(float, float)
        Lower and upper binding energy in eV.
    backgroundChosen(str, str)
        Kind and loss function.
    termToggled(str, bool)
        A term that the background shall have, or have no longer.
    averageTyped(float)
        How many points a subtracted background shall average at each end.
    refused(str)
    """

    windowTyped = Signal(float, float)
    backgroundChosen = Signal(str, str)
    termToggled = Signal(str, bool)
    averageTyped = Signal(float)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Region and background", parent)
        self._background = Background()
        self.high = NumberField("Upper end of the window in eV", "Higher binding energy in eV")
        self.low = NumberField("Lower end of the window in eV", "Lower binding energy in eV")
        self.high.typed.connect(lambda high: self.windowTyped.emit(self.low.value, high))
        self.low.typed.connect(lambda low: self.windowTyped.emit(low, self.high.value))
        self.kind = KindBox()
        self.kind.kindChosen.connect(self._choose_kind)
        self.loss = LossBox()
        self.loss.lossChosen.connect(self._choose_loss)
        self.term_model = ParameterModel(self, ties=False)
        self.terms = ParameterTable(self.term_model, "Numbers of the background")
        self.average = NumberField(
            "Points averaged at each end",
            "How many points at each end of the window the background starts from",
        )
        self.average.typed.connect(self.averageTyped)
        for source in (self.low, self.high, self.term_model, self.average):
            source.refused.connect(self.refused)
        self.numbers_button = QToolButton()
        self.terms_button = QToolButton()
        self._numbers = QLabel()
        self._loss_label = QLabel("Loss function")
        self._average_label = QLabel("Average")
        self._points_label = QLabel("points at each end")
        self._build()

    @property
    def background_text(self) -> str:
        """The fitted numbers of the background, or what one must know about it."""
        return self._numbers.text()

    def show_region(self, region: Region | None, fit: RegionFit | None, *, stale: bool) -> None:
        """Show a region, or none."""
        self.setEnabled(region is not None)
        rows = () if region is None else background_rows(region, fit, stale=stale)
        self.term_model.show_rows(region, rows)
        self._background = Background() if region is None else region.background
        lossy, static = has_loss(self._background), not self._background.in_fit
        for shown, row in (
            (lossy, (self._loss_label, self.loss)),
            (static, (self._average_label, self.average, self._points_label)),
        ):
            for widget in row:
                widget.setVisible(region is not None and shown)
        self._show_numbers()
        if region is None:
            self.low.clear()
            self.high.clear()
            self._numbers.clear()
            return
        low, high = region.window_ev
        self.low.show_value(low)
        self.high.show_value(high)
        self.kind.show_kind(self._background.kind)
        self.loss.show_loss(self._background)
        self.average.show_value(self._background.average_points)
        around = self._background.average_around
        self._points_label.setText("points around each end" if around else "points at each end")
        if self._background.in_fit:
            text = background_numbers(region, None if stale else fit)
            # Lines break between the numbers, never within one.
            self._numbers.setText(text.replace(" ", "\u00a0").replace("\u00a0·\u00a0", " · "))
        else:
            own = self._background.own_loss is not None
            title = f"{background_title(self._background)}, as stored in the file. " if own else ""
            self._numbers.setText(f"{title}{STATIC[self._background.kind].caution}")
        self._fill_terms_menu(region)

    def _build(self) -> None:
        self._numbers.setTextFormat(Qt.TextFormat.PlainText)
        self._numbers.setWordWrap(True)
        self._numbers.setContentsMargins(0, 3, 0, 2)
        self._numbers.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.numbers_button.setText("Numbers")
        self.numbers_button.setToolTip("Show the numbers of the background as a table")
        self.numbers_button.setCheckable(True)
        self.numbers_button.setAutoRaise(True)
        self.numbers_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.numbers_button.toggled.connect(self._show_numbers)
        self.terms_button.setText("Terms")
        self.terms_button.setToolTip("Add terms to the background, or take them out")
        self.terms_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.terms_button.setMenu(QMenu(self.terms_button))
        window = QHBoxLayout()
        window.addWidget(self.high)
        window.addWidget(QLabel("to"))
        window.addWidget(self.low)
        window.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 4, 8, 6)
        grid.addWidget(QLabel("Window / eV"), 0, 0)
        grid.addLayout(window, 0, 1)
        grid.addWidget(QLabel("Background"), 1, 0)
        grid.addWidget(self.kind, 1, 1)
        grid.addWidget(self._loss_label, 2, 0)
        grid.addWidget(self.loss, 2, 1)
        ends = QHBoxLayout()
        ends.addWidget(self.average)
        ends.addWidget(self._points_label)
        ends.addStretch(1)
        grid.addWidget(self._average_label, 3, 0)
        grid.addLayout(ends, 3, 1)
        top_left = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        grid.addWidget(self.numbers_button, 4, 0, top_left)
        grid.addWidget(self._numbers, 4, 1)
        grid.addWidget(self.terms_button, 4, 1, top_left)
        grid.addWidget(self.terms, 5, 0, 1, 2)
        grid.setColumnStretch(1, 1)

    def _show_numbers(self) -> None:
        in_fit = self.isEnabled() and self._background.in_fit
        opened = in_fit and self.numbers_button.isChecked()
        arrow = Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow
        self.numbers_button.setArrowType(arrow)
        self.numbers_button.setVisible(in_fit)
        self.terms.setVisible(opened)
        self.terms_button.setVisible(opened)
        self._numbers.setVisible(self.isEnabled() and not opened)

    def _choose_kind(self, kind: str) -> None:
        loss = loss_of(self._background)
        self._choose(kind_with_loss(kind, loss), loss)

    def _choose_loss(self, loss: str) -> None:
        self._choose(kind_with_loss(self._background.kind, loss), loss)

    def _choose(self, kind: str, loss: str) -> None:
        if (kind, loss) != (self._background.kind, loss_of(self._background)):
            self.backgroundChosen.emit(kind, loss)

    def _fill_terms_menu(self, region: Region) -> None:
        menu = self.terms_button.menu()
        menu.clear()
        names = dict(_POLYNOMIAL)
        if region.background.has_step:
            names |= {
                f"{OWN_STEP}{c.id}": f"Own step k for {short_name(c.name)}"
                for c in region.components
            }
        for name, text in names.items():
            if name.startswith(OWN_STEP) and len(menu.actions()) == len(_POLYNOMIAL):
                menu.addSeparator()
            action = menu.addAction(menu_text(text))
            action.setCheckable(True)
            action.setChecked(name in region.background.params)
            action.triggered.connect(lambda wanted, name=name: self.termToggled.emit(name, wanted))
