"""The inspector: charge reference, region, components and fit of the selected spectrum."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from app.gestures import background_gestures, component_gestures, gestures
from app.inspector.charge_section import ChargeSection
from app.inspector.component_table import ComponentModel, ComponentTable
from app.inspector.doublet_section import DoubletSection
from app.inspector.parameter_model import ParameterModel
from app.inspector.parameter_rows import ParameterRow, component_rows
from app.inspector.parameter_table import ParameterTable
from app.inspector.region_section import RegionSection
from app.inspector.shape_choice import ShapeChoice
from app.inspector.waived import waived_components
from app.models.species_picker import SpeciesPicker
from app.plot.looks import looks_of
from app.plot.shown import FitState, area_unit, fit_state
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection
from app.widgets.plain import menu_text
from app.widgets.wording import explain
from xps.fitted import RegionFit
from xps.model import Component, Region
from xps.numbers_text import number

_HINTS: dict[FitState, str] = {
    "no region": "No region yet. Apply a recipe from the toolbar, or press R and drag across the "
    "peaks.",
    "failed": "",
    "not fitted": "Start values only. Press Fit (F5).",
    "stale": "Stale: something changed after the fit. Press Fit (F5).",
    "fitted": "",
    "warning": "",
}
_NO_COMPONENTS = "No components yet. Press A and click a peak, or choose Add… or Suggest."

_LEAST_WIDTH = 430
_NOISES = {
    "poisson": "counting (Poisson)",
    "estimated-proportional": "estimated, growing with the intensity",
    "estimated-uniform": "estimated, the same everywhere",
    "unweighted": "all points weigh alike",
}


class Inspector(QScrollArea):
    """All settings and numbers of one region, in the order of the work.

    Parameters
    ----------
    document : Document
    selection : Selection
    editor : Editor

    Signals
    -------
    fitWanted(), suggestionWanted()
    componentMenuAt(QPoint)
        The menu of the selected component is wanted, in global coordinates.
    unlockWanted(), lockWanted()
        Of the doublet of the selected component.
    """

    fitWanted = Signal()
    suggestionWanted = Signal()
    componentMenuAt = Signal(QPoint)
    unlockWanted = Signal()
    lockWanted = Signal()

    def __init__(
        self,
        document: Document,
        selection: Selection,
        editor: Editor,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._editor = editor
        self.charge = ChargeSection()
        self.region = RegionSection()
        self.component_model = ComponentModel(self)
        self.components = ComponentTable(self.component_model)
        self.parameter_model = ParameterModel(self)
        self.parameters = ParameterTable(self.parameter_model, "Numbers of the selected component")
        self.doublet = DoubletSection()
        self.shape = ShapeChoice()
        self.add_button = QPushButton()
        self.picker = SpeciesPicker(self)
        self.suggest_button = QPushButton("Suggest")
        self.fit_button = QPushButton("Fit")
        self.status = QLabel()
        self._build()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show the selected spectrum anew."""
        project, entry = self._document.project, self._selection.entry
        region = self._selection.region
        fit = None if region is None else project.fit_of(region.id)
        stale = region is not None and fit is not None and not project.is_fresh(region.id)
        sample = None if entry is None else project.sample(entry.sample)
        self.charge.show_sample(project, sample)
        self.region.show_region(region, fit, stale=stale)
        unit = "" if entry is None else area_unit(entry)
        looks = looks_of(project, region)
        waived = {} if region is None else waived_components(project, region)
        self.component_model.show_region(region, fit, looks, unit, stale=stale, waived=waived)
        self.add_button.setEnabled(region is not None)
        self.fit_button.setEnabled(region is not None)
        self.suggest_button.setEnabled(entry is not None)
        self.show_selected_component()
        state: FitState = "no region"
        if entry is not None:
            state = fit_state(project, entry, self._document.failures)
        failure = None if region is None else self._document.failures.get(region.id)
        if failure is not None:
            self.status.setText(f"⚠ Could not be fitted: {explain(failure)}")
        else:
            bare = region is not None and not region.components
            hint = _NO_COMPONENTS if bare and state == "not fitted" else _HINTS[state]
            self.status.setText(hint or _verdict(fit, self.shape.caution))
        self._components_box.setTitle("Components" + (" (stale)" if stale else ""))

    def show_selected_component(self) -> None:
        """Mark the selected component and show its numbers."""
        component = self._selection.component
        row = self.component_model.row_of(component.id if component else None)
        index = self.component_model.index(row, 0)
        model = self.components.selectionModel()
        if row < 0:
            model.clearSelection()
        elif not model.isRowSelected(row):
            flags = QItemSelectionModel.SelectionFlag
            model.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        region = self._selection.region
        self.shape.show_component(region, component)
        self.parameter_model.show_rows(region, self._parameter_rows(region, component))
        self.doublet.show_component(component)
        self._parameters_box.setVisible(component is not None)
        if component is not None:
            self._parameters_box.setTitle(menu_text(gestures.short_name(component.name)))

    def _parameter_rows(
        self, region: Region | None, component: Component | None
    ) -> tuple[ParameterRow, ...]:
        if region is None or component is None:
            return ()
        project = self._document.project
        stale = not project.is_fresh(region.id)
        unit = area_unit(project.entry(region.spectrum))
        return component_rows(region, component, project.fit_of(region.id), unit, stale=stale)

    def _build(self) -> None:
        self.setAccessibleName("Inspector")
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # As wide with its scroll bar as the tables need without.
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.setMinimumWidth(_LEAST_WIDTH + bar)
        self._components_box = QGroupBox("Components")
        self._parameters_box = QGroupBox()
        self._parameters_box.setFlat(True)
        self.add_button.setText("Add…")
        self.add_button.setToolTip("Add a component of a species of the library")
        self.suggest_button.setToolTip(
            "Search the models that the data support, and preview the best (F6)"
        )
        self.fit_button.setToolTip("Fit this region (F5)")
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.status.setWordWrap(True)
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.status.setAccessibleName("Result of the fit")
        inner = QVBoxLayout(self._components_box)
        inner.setContentsMargins(6, 4, 6, 6)
        inner.addWidget(self.components)
        inner.addWidget(self.shape)
        row = QHBoxLayout()
        row.addWidget(self.add_button)
        row.addWidget(self.suggest_button)
        row.addStretch(1)
        row.addWidget(self.fit_button)
        inner.addLayout(row)
        inner.addWidget(self.status)
        numbers = QVBoxLayout(self._parameters_box)
        numbers.setContentsMargins(6, 4, 6, 6)
        numbers.addWidget(self.parameters)
        numbers.addWidget(self.doublet)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(4, 4, 4, 4)
        for section in (self.charge, self.region, self._components_box, self._parameters_box):
            column.addWidget(section)
        column.addStretch(1)
        self.setWidget(page)

    def _connect(self) -> None:
        self._selection.changed.connect(self.refresh)
        self._document.projectChanged.connect(self.refresh)
        self._document.failuresChanged.connect(self.refresh)
        self.fit_button.clicked.connect(self.fitWanted)
        self.add_button.clicked.connect(self._open_picker)
        self.picker.chosen.connect(self._add)
        self.suggest_button.clicked.connect(self.suggestionWanted)
        self.charge.methodChosen.connect(
            lambda method: self._on_sample(gestures.set_charge_method, method)
        )
        self.charge.shiftTyped.connect(
            lambda shift: self._on_sample(gestures.set_manual_shift, shift)
        )
        self.region.windowTyped.connect(
            lambda low, high: self._on_region(gestures.set_window, low, high)
        )
        self.region.backgroundChosen.connect(
            lambda kind, loss: self._on_region(background_gestures.set_background, kind, loss)
        )
        self.region.averageTyped.connect(
            lambda points: self._on_region(background_gestures.set_average_points, points)
        )
        self.region.termToggled.connect(
            lambda name, wanted: self._on_region(
                background_gestures.add_term if wanted else background_gestures.remove_term, name
            )
        )
        self.shape.shapeChosen.connect(self._set_shape)
        self.component_model.valueTyped.connect(
            lambda ref, value: self._on_region(gestures.set_value, ref, value)
        )
        for numbers in (self.parameter_model, self.region.term_model):
            numbers.valueTyped.connect(
                lambda ref, value: self._on_region(gestures.set_value, ref, value)
            )
            numbers.varyToggled.connect(
                lambda ref, vary: self._on_region(gestures.set_vary, ref, vary)
            )
            numbers.boundsTyped.connect(
                lambda ref, low, high: self._on_region(gestures.set_bounds, ref, low, high)
            )
        self.parameter_model.tieChosen.connect(
            lambda ref, link: self._on_region(component_gestures.set_link, ref, link)
        )
        self.doublet.unlockWanted.connect(self.unlockWanted)
        self.doublet.lockWanted.connect(self.lockWanted)
        self.doublet.splittingTyped.connect(
            lambda splitting: self._on_component(component_gestures.set_splitting, splitting)
        )
        self.doublet.ratioTyped.connect(
            lambda ratio: self._on_component(component_gestures.set_ratio, ratio)
        )
        self.components.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.components.customContextMenuRequested.connect(self._on_menu)
        for source in (
            *(self.charge, self.region, self.component_model, self.parameter_model),
            self.doublet,
        ):
            source.refused.connect(self._editor.refuse)
        self.components.selectionModel().currentRowChanged.connect(
            lambda current, _: (
                self._selection.select_component(self.component_model.component_id(current.row()))
                if current.isValid()
                else None
            )
        )

    def _on_sample(self, gesture: Callable[..., gestures.Change], *arguments: object) -> None:
        entry = self._selection.entry
        if entry is not None and not self._editor.do(gesture, entry.sample, *arguments):
            self.refresh()

    def _on_region(self, gesture: Callable[..., gestures.Change], *arguments: object) -> None:
        region = self._selection.region
        if region is not None and not self._editor.do(gesture, region.id, *arguments):
            self.refresh()

    def _on_component(self, gesture: Callable[..., gestures.Change], *arguments: object) -> None:
        component = self._selection.component
        if component is not None:
            self._on_region(gesture, component.id, *arguments)

    def _on_menu(self, point: QPoint) -> None:
        row = self.components.rowAt(point.y())
        if row >= 0:
            self._selection.select_component(self.component_model.component_id(row))
        self.componentMenuAt.emit(self.components.viewport().mapToGlobal(point))

    def _set_shape(self, kind: str, ids: tuple[str, ...]) -> None:
        region = self._selection.region
        if region is None:
            return
        family = tuple(
            i for id_ in ids for i in gestures.shape_family(region, region.component(id_))
        )
        self._on_region(gestures.set_shape, ids, kind)
        left = [region.component(id_) for id_ in family if id_ not in ids]
        if left and self._document.project.region(region.id) != region:
            who = gestures.short_name(region.component(ids[0]).name)
            names = ", ".join(gestures.short_name(component.name) for component in left)
            self._editor.offer(
                f"The shape of {who} is no longer tied to that of {names}.",
                "Change them too",
                lambda: self._on_region(gestures.set_shape, family, kind),
            )

    def _add(self, species_key: str) -> None:
        self._on_region(gestures.add_component, species_key)
        region = self._selection.region
        if region is not None:
            self._selection.select_component(region.components[-1].id)

    def _open_picker(self) -> None:
        region = self._selection.region
        if region is not None:
            corner = self.mapToGlobal(self.rect().topLeft())
            below = self.add_button.mapToGlobal(self.add_button.rect().bottomLeft())
            present = [component.species for component in region.components]
            self.picker.open_at(QPoint(corner.x(), below.y()), region.core_level, present)


def _verdict(fit: RegionFit | None, said: str) -> str:
    if fit is None:
        return ""
    chi2, durbin_watson = number(fit.reduced_chi2, 2), number(fit.durbin_watson, 2)
    head = "Converged" if fit.success else f"Not converged: {fit.message}"
    noise = _NOISES.get(fit.noise_model, fit.noise_model)
    lines = [
        f"{head} · χ²ᵣ {chi2} · Durbin–Watson {durbin_watson}",
        f"{fit.n_points} points, {fit.n_free} free parameters, noise: {noise}",
    ]
    cautions = (f"⚠ {warning}" for warning in fit.warnings)
    lines += [line for line in cautions if not said or not line.endswith(said)]
    return "\n".join(lines)
