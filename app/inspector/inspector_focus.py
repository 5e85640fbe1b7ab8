"""Bring the part of the inspector into sight that something is about."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.checks.finding_place import Place
from app.inspector.inspector import Inspector
from app.inspector.parameter_model import VALUE, ParameterModel
from app.inspector.parameter_table import ParameterTable
from xps.model import BACKGROUND_ID, Ref


def focus_on(inspector: Inspector, place: Place) -> None:
    """Put the keyboard where a finding of the checks can be mended.

    Parameters
    ----------
    inspector : Inspector
        That shows the spectrum and component of the place.
    place : Place
    """
    widget: QWidget = inspector.components
    if place.topic == "charge":
        widget = inspector.charge.method
    elif place.topic == "background":
        widget = inspector.region.kind
    elif place.topic == "window":
        widget = inspector.region.low
    elif place.ref is not None and place.ref.component == BACKGROUND_ID:
        inspector.region.numbers_button.setChecked(True)
        widget = _select(inspector.region.terms, inspector.region.term_model, place.ref)
    elif place.ref is not None:
        widget = _select(inspector.parameters, inspector.parameter_model, place.ref)
    widget.setFocus()
    inspector.ensureWidgetVisible(widget)


def _select(table: ParameterTable, model: ParameterModel, ref: Ref) -> ParameterTable:
    row = model.row_of(ref)
    if row >= 0:
        table.setCurrentIndex(model.index(row, VALUE))
    return table
