"""The choice of a line shape, for one component or for all of a region."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QSizePolicy, QWidget

from app.widgets.check_box import CheckBox
from app.widgets.plain import tooltip
from xps.lineshapes import SHAPES, Shape
from xps.model import Component, Region

_WARNING_SIGN = "⚠ "
_SEVERAL = "several"  # in place of a shape that not all components share
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
        self.kind.setPlaceholderText(_SEVERAL)
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
        self.for_all = CheckBox("all")
        self.for_all.setAccessibleName("Line shape for all components")
        self.for_all.setToolTip(
            "Checked: the shape that you choose is for all components of the region. "
            "Unchecked: for the selected one."
        )
        self._caution = QLabel()
        self._caution.setTextFormat(Qt.TextFormat.PlainText)
        self._caution.setWordWrap(True)
        self._region: Region | None = None
        self._component: Component | None = None
        self.kind.activated.connect(self._choose)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(QLabel("Shape"), 0, 0)
        grid.addWidget(self.kind, 0, 1)
        grid.addWidget(self.for_all, 0, 2)
        grid.addWidget(self._caution, 1, 0, 1, 3)
        grid.setColumnStretch(1, 1)

    @property
    def caution(self) -> str:
        """What one must know about the shape that is shown; "" if nothing."""
        return self._caution.text().removeprefix(_WARNING_SIGN)

    def show_component(self, region: Region | None, component: Component | None) -> None:
        """Show the shape of a component; without one, that of all components of the region."""
        components = () if region is None else region.components
        self.setEnabled(bool(components))
        other_region = region is None or self._region is None or region.id != self._region.id
        other_component = _id(component) != _id(self._component)
        self._region, self._component = region, component
        unlike = len({c.shape for c in components}) > 1
        self.for_all.setEnabled(component is not None)
        if other_region or other_component:
            # Where the shapes differ already, a choice is hardly meant for all.
            self.for_all.setChecked(component is None or not unlike)
        shape = None
        self.kind.setPlaceholderText(_SEVERAL if components else "")
        if component is not None:
            shape = SHAPES[component.shape]
        elif components and not unlike:
            shape = SHAPES[components[0].shape]
        self.kind.setCurrentIndex(-1 if shape is None else self.kind.findData(shape.kind))
        self.kind.setToolTip("" if shape is None else tooltip(_tip(shape)))
        self._caution.setText(
            "" if shape is None or not shape.caution else _WARNING_SIGN + shape.caution
        )
        self._caution.setVisible(bool(self._caution.text()))

    def _choose(self, row: int) -> None:
        region, component, kind = self._region, self._component, self.kind.itemData(row)
        if region is None:
            return
        if component is None or self.for_all.isChecked():
            ids = tuple(c.id for c in region.components)
        else:
            ids = (component.id,)
        if any(region.component(id_).shape != kind for id_ in ids):
            self.shapeChosen.emit(kind, ids)


def _id(component: Component | None) -> str | None:
    return None if component is None else component.id


def _tip(shape: Shape) -> str:
    parameters = [f"{parameter.title}: {parameter.meaning}" for parameter in shape.parameters]
    return "\n".join([shape.title, *parameters, *([shape.caution] if shape.caution else [])])
