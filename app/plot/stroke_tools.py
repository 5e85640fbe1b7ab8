"""What is done in the plot by a click or a stroke from one place to another."""

from __future__ import annotations

from abc import ABC, abstractmethod

from PySide6.QtCore import QPointF

from app.dialogs import Dialogs
from app.gestures.gestures import add_component_at, short_name, typed_number
from app.gestures.masks import toggle_mask
from app.gestures.plot_gestures import move_spectrum, set_reference, set_span
from app.plot.plot_view import PlotView
from app.session.editing import Editor
from app.session.selection import Selection
from app.widgets.numerals import MINUS, plain_number
from xps.errors import XpsError
from xps.model import Component
from xps.species import library

CLICK_PX = 4.0
_NEAR_PX = 12.0
_SAME_EV = 1e-6


class Stroke(ABC):
    """What one mode does between press and release."""

    def __init__(self, plot: PlotView, selection: Selection, editor: Editor) -> None:
        self._plot, self._selection, self._editor = plot, selection, editor

    @abstractmethod
    def show(self, start: QPointF, end: QPointF) -> None:
        """Show what would be done if the button went up here."""

    @abstractmethod
    def finish(self, start: QPointF, end: QPointF) -> bool:
        """Do it; tell whether the mode is over."""

    def drop(self) -> None:
        """Take away what `show` has drawn."""
        self._plot.handles.quieten()


class RegionStroke(Stroke):
    """Gives the selected spectrum the window that is drawn."""

    def show(self, start: QPointF, end: QPointF) -> None:
        low, high = self._span(start, end)
        self._plot.handles.show_span((low, high))
        self._plot.handles.say(f"{high:.2f} to {low:.2f} eV", self._plot.to_box(end))

    def finish(self, start: QPointF, end: QPointF) -> bool:
        entry = self._selection.entry
        if entry is None:
            return True
        if is_click(start, end):
            self._editor.refuse("A region needs two ends: drag from one to the other.")
            return False
        return self._editor.do(set_span, entry.id, *self._span(start, end))

    def _span(self, start: QPointF, end: QPointF) -> tuple[float, float]:
        ends = (self._plot.to_data(start).x(), self._plot.to_data(end).x())
        return round(min(ends), 2), round(max(ends), 2)


class AddStroke(Stroke):
    """Adds a component where a person clicks."""

    def show(self, start: QPointF, end: QPointF) -> None:
        energy = self._plot.to_data(end).x()
        self._plot.handles.say(f"new component at {energy:.2f} eV", self._plot.to_box(end))

    def finish(self, start: QPointF, end: QPointF) -> bool:
        region = self._selection.region
        if region is None:
            self._editor.refuse("There is no region yet: draw one (R) or apply a recipe.")
            return True
        energy = round(self._plot.to_data(end).x(), 2)
        if not region.window_ev[0] <= energy <= region.window_ev[1]:
            self._editor.refuse("Components belong into the window of the region.")
            return False
        if self._editor.do(add_component_at, region.id, energy):
            larger = self._selection.region
            assert larger is not None
            self._selection.select_component(larger.components[-1].id)
        return True


class ChargeStroke(Stroke):
    """Sets the energy scale: a click on a component of known energy, or a drag of the data."""

    def __init__(
        self, plot: PlotView, selection: Selection, editor: Editor, dialogs: Dialogs
    ) -> None:
        super().__init__(plot, selection, editor)
        self._dialogs = dialogs

    def show(self, start: QPointF, end: QPointF) -> None:
        by = self._moved(start, end)
        self._plot.shift_data(by)
        sign = "+" if by >= 0.0 else MINUS
        self._plot.handles.say(f"shift {sign}{abs(by):.2f} eV", self._plot.to_box(end))

    def finish(self, start: QPointF, end: QPointF) -> bool:
        entry, region = self._selection.entry, self._selection.region
        if entry is None:
            return True
        if not is_click(start, end):
            return self._editor.do(move_spectrum, entry.sample, self._moved(start, end))
        index = self._plot.component_at(start)
        if region is None or index is None:
            self._editor.refuse("Click on a component whose binding energy is known.")
            return False
        return self._refer_to(region.id, region.components[index])

    def drop(self) -> None:
        self._plot.shift_data(0.0)
        super().drop()

    def _moved(self, start: QPointF, end: QPointF) -> float:
        return round(self._plot.to_data(end).x() - self._plot.to_data(start).x(), 2)

    def _refer_to(self, region_id: str, component: Component) -> bool:
        known = library().get(component.species)
        energy = component.center.value if known is None else known.center_ev
        name = short_name(component.name)
        answer = self._dialogs.ask_text(
            "Charge reference", f"Binding energy of {name} in eV:", plain_number(energy)
        )
        if answer is None:
            return True
        try:
            typed = typed_number(answer)
        except XpsError as error:
            self._editor.refuse(str(error))
            return False
        return self._editor.do(set_reference, region_id, component.id, typed)


class MaskStroke(Stroke):
    """Leaves points out of the fit: a click the nearest one, a drag all that it passes."""

    def show(self, start: QPointF, end: QPointF) -> None:
        self._plot.handles.show_span((self._plot.to_data(start).x(), self._plot.to_data(end).x()))

    def finish(self, start: QPointF, end: QPointF) -> bool:
        entry = self._selection.entry
        if entry is None:
            return True
        if is_click(start, end):
            energy = self._plot.point_at(end, _NEAR_PX)
            if energy is None:
                self._editor.refuse("There is no point here: click on one, or drag across some.")
                return False
            ends = [energy - _SAME_EV, energy + _SAME_EV]
        else:
            ends = sorted((self._plot.to_data(start).x(), self._plot.to_data(end).x()))
        self._editor.do(toggle_mask, entry.id, *ends)
        return False


def is_click(start: QPointF, end: QPointF) -> bool:
    """Whether the pointer stayed where it was."""
    return (end - start).manhattanLength() < CLICK_PX
