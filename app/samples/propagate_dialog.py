"""Choose which spectra take a region over, and see what they would get."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from app.gestures.gestures import Change
from app.plot.looks import looks_of
from app.plot.plot_view import PlotView
from app.plot.shown import show
from app.samples.spectrum_names import spectrum_name
from app.widgets.check_box import BoxDelegate, CheckBox
from app.widgets.plain import tooltip
from xps.errors import XpsError
from xps.project import Entry, Project

Preview = Callable[[Collection[str], str], Change]

_SIZE = (900, 560)


class PropagateDialog(QDialog):
    """A list of spectra with boxes, and the model on the one that is looked at.

    Parameters
    ----------
    project : Project
    entries : sequence of Entry
        The spectra that can take it over.
    title : str
    preview : callable
        Returns the change for spectra (by id) and a scope.
    scopes : sequence of (str, str)
        Titles and names of what can be taken over; the first is chosen.

    Signals
    -------
    chosen(object, str, bool)
        Ids of the spectra, what they take over, and whether they shall be fitted then.
    """

    chosen = Signal(object, str, bool)

    def __init__(
        self,
        project: Project,
        entries: Sequence[Entry],
        title: str,
        preview: Preview,
        scopes: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._project = project
        self._preview = preview
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.spectra = QListWidget()
        self.spectra.setAccessibleName("Spectra that take it over")
        self.spectra.setItemDelegate(BoxDelegate(self.spectra))
        self.spectra.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.scope = QComboBox()
        self.scope.setAccessibleName("What is taken over")
        for text, name in scopes:
            self.scope.addItem(text, name)
        self.plot = PlotView()
        self.note = QLabel()
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.fits = CheckBox("Fit them then")
        self.fits.setAccessibleName("Fit them then")
        self.fits.setChecked(True)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel)
        self.all_button, self.none_button = QPushButton("All"), QPushButton("None")
        self._build()
        for entry in entries:
            self._add(entry)
        self._connect()
        self.spectra.setCurrentRow(0)
        self._show()
        self.resize(*_SIZE)

    @property
    def checked(self) -> tuple[str, ...]:
        """Ids of the spectra whose boxes are checked."""
        items = [self.spectra.item(row) for row in range(self.spectra.count())]
        return tuple(
            str(item.data(Qt.ItemDataRole.UserRole))
            for item in items
            if item.checkState() == Qt.CheckState.Checked
        )

    def accept(self) -> None:
        self.chosen.emit(self.checked, self.scope.currentData(), self.fits.isChecked())
        super().accept()

    def _build(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.scope)
        column.addWidget(self.spectra, 1)
        both = QHBoxLayout()
        both.addWidget(self.all_button)
        both.addWidget(self.none_button)
        both.addStretch(1)
        column.addLayout(both)
        right = QWidget()
        pane = QVBoxLayout(right)
        pane.setContentsMargins(0, 0, 0, 0)
        pane.addWidget(self.plot, 1)
        pane.addWidget(self.note)
        split = QSplitter()
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setSizes([280, 620])
        row = QHBoxLayout()
        row.addWidget(self.fits)
        row.addStretch(1)
        row.addWidget(self.buttons)
        whole = QVBoxLayout(self)
        whole.addWidget(split, 1)
        whole.addLayout(row)

    def _add(self, entry: Entry) -> None:
        item = QListWidgetItem(f"{entry.sample} · {spectrum_name(self._project, entry)}")
        item.setData(Qt.ItemDataRole.UserRole, entry.id)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked)
        there = self._project.region_of(entry.id) is not None
        item.setToolTip(tooltip("Its present region is replaced." if there else "Has no region."))
        self.spectra.addItem(item)

    def _connect(self) -> None:
        self.spectra.currentRowChanged.connect(self._show)
        self.spectra.itemChanged.connect(self._show_count)
        self.scope.currentIndexChanged.connect(self._show)
        self.all_button.clicked.connect(lambda: self._check(Qt.CheckState.Checked))
        self.none_button.clicked.connect(lambda: self._check(Qt.CheckState.Unchecked))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _check(self, state: Qt.CheckState) -> None:
        for row in range(self.spectra.count()):
            self.spectra.item(row).setCheckState(state)

    def _show(self) -> None:
        """Draw what the spectrum that is looked at would get."""
        self._show_count()
        item = self.spectra.item(self.spectra.currentRow())
        if self.spectra.currentRow() < 0:
            self.plot.show_spectrum(None)
            self.note.setText("No other spectrum can take it over.")
            return
        id_ = str(item.data(Qt.ItemDataRole.UserRole))
        entry = self._project.entry(id_)
        try:
            trial = self._preview((id_,), self.scope.currentData()).project
        except XpsError as error:
            self.plot.show_spectrum(show(self._project, entry, model=False))
            self.note.setText(f"⚠ {error}")
            return
        shown = show(trial, entry)
        self.plot.show_spectrum(shown, looks_of(trial, trial.region_of(id_)))
        self.plot.fit_view()
        there = self._project.region_of(id_) is not None
        start = "Start values. The present region is replaced." if there else "Start values."
        self.note.setText(shown.problem or start)

    def _show_count(self) -> None:
        count = len(self.checked)
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setText(f"Apply to {count}")
        button.setEnabled(count > 0)
