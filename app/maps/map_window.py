"""The window of a map or profile: an image or a line, and the spectrum of one place."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSlider,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.maps.map_image import MapImage
from app.maps.opened_map import OpenedMap, place_text
from app.maps.place_panel import PlacePanel
from app.maps.profile_plot import ProfilePlot
from app.maps.quantity import Quantity
from app.recipes.recipe_choice import RecipeChoice
from app.widgets.check_box import CheckBox
from app.widgets.dropped import DropTarget
from app.widgets.message_bar import MessageBar
from xps.errors import XpsError

_IMAGE, _LINE = 0, 1
_SIZE = (1180, 680)


class MapWindow(QWidget):
    """Shows an opened map; what is done with it is asked for by signals.

    Signals
    -------
    openWanted()
    pathDropped(Path)
    fitWanted(object, tuple)
        The name or the file of the recipe, and which kinds of parameters all places share.
    componentsWanted(int)
        How many distinct spectra a stack holds is to be told.
    cancelWanted()
    exportWanted()
    takeWanted(int)
        The spectrum that shall come into the session.
    """

    openWanted = Signal()
    pathDropped = Signal(object)
    fitWanted = Signal(object, object)
    componentsWanted = Signal(int)
    cancelWanted = Signal()
    exportWanted = Signal()
    takeWanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._opened: OpenedMap | None = None
        self._quantities: tuple[Quantity, ...] = ()
        self._index: int | None = None
        self.messages = MessageBar()
        self._make_controls()
        self._arrange()
        self._connect()
        DropTarget(self, lambda paths: self.pathDropped.emit(paths[0]))
        self.resize(*_SIZE)
        self.show_map(None)

    # What it shows

    @property
    def opened(self) -> OpenedMap | None:
        """The map."""
        return self._opened

    @property
    def stack_number(self) -> int:
        """Which stack of the map is shown."""
        return max(self.stacks.currentIndex(), 0)

    @property
    def quantity(self) -> Quantity | None:
        """What the image or line shows."""
        index = self.quantity_choice.currentIndex()
        return self._quantities[index] if 0 <= index < len(self._quantities) else None

    @property
    def spectrum_index(self) -> int | None:
        """The spectrum of the place that is looked at."""
        return self._index

    def show_map(self, opened: OpenedMap | None) -> None:
        """Show another map, or the same one after its fits; the place stays where it can."""
        before = self._opened
        same = before is not None and opened is not None and before.path == opened.path
        number, index = self.stack_number, self._index
        self._opened = opened
        self.setWindowTitle("Map – Doublet" if opened is None else f"{opened.path.name} – Doublet")
        self.stacks.blockSignals(True)
        self.stacks.clear()
        if opened is not None:
            for stack in opened.stacks:
                self.stacks.addItem(f"{stack.title}, {stack.count:,} spectra")
            self.stacks.setCurrentIndex(number if same else 0)
        self.stacks.blockSignals(False)
        for widget in (
            self.stacks,
            self.recipe,
            self.widths,
            self.fit_button,
            self.components_button,
            self.quantity_choice,
        ):
            widget.setEnabled(opened is not None)
        self._show_stack(index if same else None)

    def show_work(self, text: str, done: int = 0, total: int = 0) -> None:
        """Show what is being done; "" where nothing is."""
        busy = bool(text)
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(busy)
        self.open_button.setEnabled(not busy)
        for button in (self.fit_button, self.components_button):
            button.setEnabled(not busy and self._opened is not None)
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        self.progress.setFormat(f"{text} %p %" if total else text)

    def choose_place(self, place: tuple[int, ...]) -> None:
        """Look at the spectrum of a place."""
        if self._opened is None:
            return
        index = self._opened.spectrum_at(self.stack_number, place)
        if self.body.currentIndex() == _IMAGE:
            self.image.mark((place[-2], place[-1]))
        else:
            self.line.mark(place[0])
        self._show_place(index)

    # How it is built

    def _make_controls(self) -> None:
        self.open_button = QPushButton("&Open…")
        self.open_button.setToolTip("Open a map, a depth profile or a series of spectra")
        self.stacks = QComboBox()
        self.recipe = RecipeChoice()
        self.fit_button = QPushButton("&Fit all")
        self.fit_button.setToolTip("Fit every spectrum of the map with this recipe")
        self.widths = QComboBox()
        self.widths.addItem("Widths: each its own", ())
        self.widths.addItem("Widths: the same everywhere", ("fwhm",))
        self.widths.setToolTip(
            "Whether a component has one FWHM at all places: it is then known better than from "
            "one spectrum, and so are the shares"
        )
        self.components_button = QPushButton("&How many spectra?")
        self.components_button.setToolTip(
            "Count the distinct spectra that stand out of the noise, before any model is fitted"
        )
        self.progress = QProgressBar()
        self.cancel_button = QPushButton("Cancel")
        self.quantity_choice = QComboBox()
        self.quantity_choice.setMinimumContentsLength(24)
        self.layer_slider = QSlider(Qt.Orientation.Horizontal)
        self.layer_text = QLabel()
        self.crosses = CheckBox("Cross &doubtful fits")
        self.crosses.setToolTip(
            "Mark places where the fit failed, misses the data, or ends at a bound"
        )
        self.crosses.setChecked(True)
        self.export_button = QPushButton("&Export…")
        self.export_button.setToolTip("Save the fitted numbers as NeXus, or this image as PNG")
        self.take_button = QPushButton("&Take into session")
        self.take_button.setToolTip("Add the spectrum of this place to the session, with its model")
        self.image, self.line, self.place = MapImage(), ProfilePlot(), PlacePanel()
        for widget, name in (
            (self.stacks, "Stack of spectra"),
            (self.recipe, "Recipe"),
            (self.widths, "Widths"),
            (self.quantity_choice, "Quantity shown"),
            (self.layer_slider, "Depth shown"),
            (self.progress, "Progress"),
        ):
            widget.setAccessibleName(name)
        for choice in (self.stacks, self.recipe):
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            choice.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _arrange(self) -> None:
        top = _row(
            self.open_button,
            self.stacks,
            QLabel("Recipe:"),
            self.recipe,
            self.widths,
            self.fit_button,
            self.components_button,
            self.progress,
            self.cancel_button,
        )
        top.addStretch(1)
        second = _row(
            QLabel("Show:"),
            self.quantity_choice,
            self.layer_slider,
            self.layer_text,
            self.crosses,
        )
        second.addStretch(1)
        second.addWidget(self.take_button)
        second.addWidget(self.export_button)
        self.body = QStackedWidget()
        self.body.addWidget(self.image)
        self.body.addWidget(self.line)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.body)
        self.splitter.addWidget(self.place)
        self.splitter.setSizes([_SIZE[0] // 2, _SIZE[0] // 2])
        self.splitter.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        column.addWidget(self.messages)
        column.addLayout(top)
        column.addLayout(second)
        column.addWidget(self.splitter, 1)
        self.show_work("")

    def _connect(self) -> None:
        self.open_button.clicked.connect(self.openWanted)
        self.fit_button.clicked.connect(
            lambda: self.fitWanted.emit(self.recipe.currentData(), self.widths.currentData())
        )
        self.components_button.clicked.connect(
            lambda: self.componentsWanted.emit(self.stack_number)
        )
        self.cancel_button.clicked.connect(self.cancelWanted)
        self.export_button.clicked.connect(self.exportWanted)
        self.take_button.clicked.connect(self._take)
        self.stacks.currentIndexChanged.connect(lambda _: self._show_stack(None))
        self.quantity_choice.currentIndexChanged.connect(lambda _: self._show_quantity())
        self.crosses.toggled.connect(lambda _: self._show_quantity())
        self.layer_slider.valueChanged.connect(lambda _: self._show_quantity())
        self.image.placeChosen.connect(self._on_image_place)
        self.line.placeChosen.connect(lambda place: self.choose_place((place,)))

    # How it follows

    def _show_stack(self, index: int | None) -> None:
        chosen = self.quantity
        opened, number = self._opened, self.stack_number
        self._quantities = () if opened is None else opened.quantities(number)
        self.quantity_choice.blockSignals(True)
        self.quantity_choice.clear()
        self.quantity_choice.addItems([quantity.label for quantity in self._quantities])
        keys = [quantity.key for quantity in self._quantities]
        kept = chosen is not None and chosen.key in keys and chosen.key != "mean"
        self.quantity_choice.setCurrentIndex(keys.index(chosen.key) if kept and chosen else 0)
        self.quantity_choice.blockSignals(False)
        fitted = opened is not None and number in opened.fits
        self.crosses.setEnabled(fitted)
        self.export_button.setEnabled(fitted)
        if opened is None:
            self.layer_slider.hide()
            self.layer_text.hide()
            self.body.setEnabled(False)
            self._show_place(None)
            return
        self.body.setEnabled(True)
        stack = opened.stacks[number]
        axes, shape = stack.layout.axes, stack.shape
        flat = len(shape) > 1
        self.body.setCurrentIndex(_IMAGE if flat else _LINE)
        for widget in (self.layer_slider, self.layer_text):
            widget.setVisible(len(shape) > 2)
        if flat:
            self.layer_slider.setRange(0, int(np.prod(shape[:-2])) - 1)
            self.image.show_axes(axes[-2], axes[-1])
        else:
            self.line.show_axis(axes[0])
        self._show_quantity()
        cell = int(stack.layout.cells[index or 0])
        self.choose_place(tuple(int(i) for i in np.unravel_index(cell, shape)))

    def _show_quantity(self) -> None:
        opened, quantity = self._opened, self.quantity
        if opened is None or quantity is None:
            return
        stack = opened.stacks[self.stack_number]
        doubtful = opened.doubtful(self.stack_number) if self.crosses.isChecked() else None
        if len(stack.shape) == 1:
            self.line.show_quantity(quantity, doubtful)
            return
        layer = self._layer()
        if layer:
            axis = stack.layout.axes[0]
            self.layer_text.setText(f"{axis.label} = {axis.values[layer[0]]:g}")
        self.image.show_quantity(
            Quantity(
                quantity.key,
                quantity.name,
                quantity.unit,
                quantity.values[layer],
                None if quantity.errors is None else quantity.errors[layer],
            ),
            None if doubtful is None else doubtful[layer],
        )

    def _layer(self) -> tuple[int, ...]:
        """Which image of a stack of images is shown; () where there is one alone."""
        assert self._opened is not None
        outer = self._opened.stacks[self.stack_number].shape[:-2]
        if not outer:
            return ()
        return tuple(int(i) for i in np.unravel_index(self.layer_slider.value(), outer))

    def _on_image_place(self, row: int, column: int) -> None:
        self.choose_place((*self._layer(), row, column))

    def _show_place(self, index: int | None) -> None:
        self._index = index
        self.take_button.setEnabled(index is not None)
        opened, number = self._opened, self.stack_number
        if opened is None:
            self.place.clear("Open a map, a depth profile or a series of spectra.")
            return
        if index is None:
            self.place.clear("No spectrum was measured here.")
            return
        stack = opened.stacks[number]
        try:
            project = opened.project_at(number, index)
        except XpsError as error:
            self.take_button.setEnabled(False)
            self.place.clear(str(error))
            return
        title = f"Spectrum {index + 1} of {stack.count:,}: {place_text(stack, index)}"
        cell = np.unravel_index(int(stack.layout.cells[index]), stack.shape)
        place = tuple(int(i) for i in cell)
        numbers = [
            quantity.text(place)
            for quantity in self._quantities
            if quantity.key in ("mean", "reduced_chi2") or quantity.key.startswith("share_")
        ]
        verdict = opened.verdict(number, index)
        if verdict:
            numbers.append(f"Doubtful: {verdict}")
        self.place.show_place(title, project, numbers)

    def _take(self) -> None:
        if self._index is not None:
            self.takeWanted.emit(self._index)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row
