"""The choice of a line shape, for one component, for those tied to it, or for all."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QWidget

from app.gestures import short_name
from app.plain import tooltip
from xps.lineshapes import SHAPES, Shape
from xps.model import Component, Ref, Region

_SEPARATED = "la"  # the first shape that need not be symmetric


class ShapeChoice(QWidget):
    """Line shape of the selected component, and which components a choice is for.

    Signals
    -------
    shapeChosen(str, object)
        Kind, and the ids of the components that shall have it.
    """

    shapeChosen = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = QComboBox()
        self.kind.setAccessibleName("Line shape")
        self.kind.setPlaceholderText("several")
        self.kind.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.kind.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for kind, shape in SHAPES.items():
            if kind == _SEPARATED:
                self.kind.insertSeparator(self.kind.count())
            self.kind.addItem(shape.title, kind)
            self.kind.setItemData(
                self.kind.count() - 1, tooltip(_tip(shape)), Qt.ItemDataRole.ToolTipRole
            )
        self.scope = QComboBox()
        self.scope.setAccessibleName("Components that get the line shape")
        self.scope.setToolTip("Which components get the line shape that you choose")
        self._caution = QLabel()
        self._caution.setTextFormat(Qt.TextFormat.PlainText)
        self._caution.setWordWrap(True)
        self._shown: object = None
        self.kind.activated.connect(self._choose)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(QLabel("Line shape"), 0, 0)
        grid.addWidget(self.kind, 0, 1)
        grid.addWidget(QLabel("of"), 0, 2)
        grid.addWidget(self.scope, 0, 3)
        grid.addWidget(self._caution, 1, 0, 1, 4)
        grid.setColumnStretch(1, 1)

    @property
    def caution_text(self) -> str:
        """What one must know about the shape that is shown; "" if nothing."""
        return self._caution.text()

    def show_component(self, region: Region | None, component: Component | None) -> None:
        """Show the shape of a component; without one, that of all components of the region."""
        components = () if region is None else region.components
        self.setEnabled(bool(components))
        shapes = {c.shape for c in components} if component is None else {component.shape}
        shape = SHAPES[next(iter(shapes))] if len(shapes) == 1 else None
        self.kind.setCurrentIndex(-1 if shape is None else self.kind.findData(shape.kind))
        self.kind.setToolTip("" if shape is None else tooltip(_tip(shape)))
        self._caution.setText("" if shape is None or not shape.caution else f"⚠ {shape.caution}")
        self._caution.setVisible(bool(self._caution.text()))
        self._offer_scopes(region, component)

    def _offer_scopes(self, region: Region | None, component: Component | None) -> None:
        scopes: dict[str, tuple[str, ...]] = {}
        if region is not None:
            everyone = tuple(c.id for c in region.components)
            scopes["all components"] = everyone
            if component is not None and len(everyone) > 1:
                family = shape_family(region, component)
                if 1 < len(family) < len(everyone):
                    scopes["it and those tied to it"] = family
                scopes[f"{short_name(component.name)} alone"] = (component.id,)
        offered = (None if component is None else component.id, scopes)
        if offered == self._shown:
            return
        self._shown = offered
        self.scope.clear()
        for text, ids in scopes.items():
            self.scope.addItem(text, ids)
        # Where the shapes differ already, a choice is hardly meant for all.
        unlike = region is not None and len({c.shape for c in region.components}) > 1
        self.scope.setCurrentIndex(min(1, self.scope.count() - 1) if unlike else 0)

    def _choose(self, row: int) -> None:
        kind, ids = self.kind.itemData(row), self.scope.currentData()
        if ids is not None:
            self.shapeChosen.emit(kind, tuple(ids))


def shape_family(region: Region, component: Component) -> tuple[str, ...]:
    """Return the ids of the components whose shape parameters are tied to those of one."""
    roots = {
        other.id: {other.id}
        | {
            region.resolve(Ref(other.id, parameter.name))[0].component
            for parameter in SHAPES[other.shape].parameters
        }
        for other in region.components
    }
    return tuple(id_ for id_, reached in roots.items() if reached & roots[component.id])


def _tip(shape: Shape) -> str:
    parameters = [f"{parameter.title}: {parameter.meaning}" for parameter in shape.parameters]
    return "\n".join([shape.title, *parameters, *([shape.caution] if shape.caution else [])])
