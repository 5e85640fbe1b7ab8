"""Hands what mouse and keys do in the plot to the tool of the present mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from app.dialogs import Dialogs
from app.gestures.masks import unmask_all
from app.plot.drag_tool import DragTool, cursor_of
from app.plot.handles import Handle, HandleKind, main_line
from app.plot.modes import Mode
from app.plot.plot_view import PlotView
from app.plot.spectrum_panel import SpectrumPanel
from app.plot.stroke_tools import AddStroke, ChargeStroke, MaskStroke, RegionStroke, Stroke
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection

_STEP_EV, _LARGE_STEP_EV = 0.01, 0.1
_STEP_PART, _LARGE_STEP_PART = 0.01, 0.1  # of the height


class PlotTools(QObject):
    """The modes of the plot.

    Parameters
    ----------
    plot : PlotView
    selection : Selection
    editor : Editor
    drag : DragTool
        What the select mode does.
    strokes : mapping of Mode to Stroke
        What the other modes do.

    Signals
    -------
    modeChanged(object)
    """

    modeChanged = Signal(object)

    def __init__(
        self,
        plot: PlotView,
        selection: Selection,
        editor: Editor,
        drag: DragTool,
        strokes: Mapping[Mode, Stroke],
    ) -> None:
        super().__init__(plot)
        self._plot = plot
        self._selection = selection
        self._editor = editor
        self.drag = drag
        self._strokes = strokes
        self._mode = Mode.SELECT
        self._stroke_from: QPointF | None = None
        plot.tool = self

    @property
    def mode(self) -> Mode:
        """What the mouse does."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Do something else from now on; what is under way is dropped."""
        self.drag.drop()
        self._drop_stroke()
        self._mode = mode
        self._plot.canvas.viewport().setCursor(mode.cursor)
        self.modeChanged.emit(mode)

    def select_mode(self) -> None:
        self.set_mode(Mode.SELECT)

    def region_mode(self) -> None:
        self.set_mode(Mode.REGION)

    def add_mode(self) -> None:
        self.set_mode(Mode.ADD)

    def charge_mode(self) -> None:
        self.set_mode(Mode.CHARGE)

    def mask_mode(self) -> None:
        self.set_mode(Mode.MASK)

    def toggle_refit(self) -> None:
        """Let the other parameters follow while something is dragged, or not."""
        self.drag.refits = not self.drag.refits

    def toggle_kinetic(self) -> None:
        """Number the energies by the kinetic, or again by the binding energy."""
        scales = self._plot.scales
        self._plot.use_scales(replace(scales, kinetic=not scales.kinetic))

    def toggle_counts(self) -> None:
        """Number the intensities by counts, or again by counts per second."""
        scales = self._plot.scales
        self._plot.use_scales(replace(scales, counts=not scales.counts))

    def unmask(self) -> None:
        """Take all masked points of the selected spectrum back."""
        entry = self._selection.entry
        if entry is not None:
            self._editor.do(unmask_all, entry.id)

    def press(self, position: QPointF, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        if self._mode is Mode.SELECT:
            return self.drag.press(position)
        # What the residual shows to be missing can be added there.
        adds_in_residual = self._mode is Mode.ADD and self._plot.is_in_residual(position)
        if not self._plot.is_in_main(position) and not adds_in_residual:
            return False
        self._stroke_from = position
        return True

    def move(self, position: QPointF, event: QMouseEvent) -> bool:
        if self.drag.is_busy:
            self.drag.move(position)
            return True
        if self._stroke_from is not None:
            self._strokes[self._mode].show(self._stroke_from, position)
            return True
        if self._mode is Mode.SELECT and event.buttons() == Qt.MouseButton.NoButton:
            handle = self.drag.handle_at(position)
            self._plot.handles.activate(handle)
            shape = Mode.SELECT.cursor if handle is None else cursor_of(handle)
            self._plot.canvas.viewport().setCursor(shape)
        return False

    def release(self, position: QPointF, event: QMouseEvent) -> bool:
        if event.button() != Qt.MouseButton.LeftButton:
            return False
        if self.drag.is_busy:
            self.drag.release(position)
            return True
        if self._stroke_from is None:
            return False
        start, stroke = self._stroke_from, self._strokes[self._mode]
        self._drop_stroke()
        if stroke.finish(start, position):
            self.set_mode(Mode.SELECT)
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Nudge the selected component: center and height, with Ctrl its width."""
        arrow = _ARROWS.get(event.key())
        wide = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        handle = self._nudged("width" if wide else "peak")
        if handle is None or arrow is None:
            return False
        large = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        along, up = arrow
        if wide:  # both sides move, each by half of it
            along *= -0.5
            up = 0.0
        energy = along * (_LARGE_STEP_EV if large else _STEP_EV)
        part = up * (_LARGE_STEP_PART if large else _STEP_PART)
        self.drag.nudge(handle, energy, part)
        return True

    def _nudged(self, kind: HandleKind) -> Handle | None:
        """The handle of the selected component that the arrow keys take hold of."""
        component = self._selection.component
        if component is None or self._mode is not Mode.SELECT or self.drag.is_busy:
            return None
        found = [
            handle
            for handle in self._plot.handles.handles
            if handle.kind == kind
            and handle.component == component.id
            and handle.line == main_line(component)
        ]
        return found[-1] if found else None

    def _drop_stroke(self) -> None:
        if self._stroke_from is not None:
            self._stroke_from = None
            self._strokes[self._mode].drop()
        self._plot.handles.quieten()


_ARROWS: dict[int, tuple[float, float]] = {
    Qt.Key.Key_Left: (1.0, 0.0),
    Qt.Key.Key_Right: (-1.0, 0.0),
    Qt.Key.Key_Up: (0.0, 1.0),
    Qt.Key.Key_Down: (0.0, -1.0),
}


def make_plot_tools(
    panel: SpectrumPanel,
    document: Document,
    selection: Selection,
    editor: Editor,
    dialogs: Dialogs,
) -> PlotTools:
    """Return the tools of a panel's plot."""
    plot = panel.plot
    drag = DragTool(plot, document, selection, editor)
    panel.drawn.connect(drag.show_handles)
    strokes: dict[Mode, Stroke] = {
        Mode.REGION: RegionStroke(plot, selection, editor),
        Mode.ADD: AddStroke(plot, selection, editor),
        Mode.CHARGE: ChargeStroke(plot, selection, editor, dialogs),
        Mode.MASK: MaskStroke(plot, selection, editor),
    }
    return PlotTools(plot, selection, editor, drag, strokes)
