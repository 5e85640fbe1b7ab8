"""Drags handles in the plot: the model follows in every frame, release is one undo step."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal

from app.gestures.plot_gestures import put_region
from app.plot.handles import Handle, component_handles, end_handles, handles_of
from app.plot.live_fit import LiveFit
from app.plot.plot_view import PlotView
from app.plot.pulling import Grip, Pull, pull_text
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection
from app.widgets.wording import explain
from xps.errors import XpsError

FRAME_S = 0.003
"""What a frame may spend on fitting; the rest is left to the next one."""

_LAST_S = 0.05  # what the release may spend
_START_PX = 3.0
_SNAP_PX = 20.0  # along the other direction before a peak follows in both


class DragTool(QObject):
    """Grabs handles and lets the region follow the pointer.

    Only the last position of the pointer counts: it is looked at once per frame, and fitting
    ends with its share of the frame and goes on in the next. So frames never queue.

    Signals
    -------
    qualityChanged(object)
        χ²ᵣ of the model that is drawn, or None once the drag is over.
    """

    qualityChanged = Signal(object)

    def __init__(
        self, plot: PlotView, document: Document, selection: Selection, editor: Editor
    ) -> None:
        super().__init__(plot)
        self._plot = plot
        self._document = document
        self._selection = selection
        self._editor = editor
        self.refits = True
        self._grip: Grip | None = None
        self._from = self._to = QPointF()
        self._directions: tuple[bool, bool] | None = None
        self._live: LiveFit | None = None
        self._pull = Pull()
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.setInterval(0)
        self._frame.timeout.connect(self._on_frame)
        document.projectChanged.connect(self.drop)

    @property
    def is_busy(self) -> bool:
        """Whether something is being dragged."""
        return self._grip is not None

    def handle_at(self, position: QPointF) -> Handle | None:
        """Return the handle at a position of the canvas."""
        if not self._plot.is_in_main(position):
            return None
        return self._plot.handles.handle_at(self._plot.to_box(position))

    def press(self, position: QPointF) -> bool:
        """Grab the handle at a position, if there is one."""
        handle = self.handle_at(position)
        if handle is None:
            return False
        if handle.component:
            self._selection.select_component(handle.component)
        self._grip = self._gripped(handle)
        self._from = self._to = position
        self._directions, self._live, self._pull = None, None, Pull()
        self._plot.handles.activate(handle)
        return self._grip is not None

    def move(self, position: QPointF) -> None:
        """Take the pointer's position; the next frame looks at the last of them."""
        self._to = position
        if not self._frame.isActive():
            self._frame.start()

    def release(self, position: QPointF) -> None:
        """Make what was dragged an undo step."""
        self._to = position
        grip = self._grip
        if grip is None:
            return
        self._frame.stop()
        self._show(_LAST_S)
        live, pull = self._live, self._pull
        self._end()
        if live is None:
            return
        text = pull_text(grip, pull)
        self._editor.do(put_region, live.region, text)

    def drop(self) -> None:
        """Leave everything as it was."""
        if self._grip is not None:
            self._end()
            self._plot.redraw()
            self.show_handles()

    def nudge(self, handle: Handle, along_ev: float, up: float) -> None:
        """Do by keys what dragging a handle does; repeated nudges are one undo step.

        Parameters
        ----------
        handle : Handle
        along_ev : float
        up : float
            As part of the height of the component.
        """
        grip = self._gripped(handle)
        if grip is None:
            return
        sideways, upright = along_ev != 0.0, up != 0.0
        height = up * grip.height
        pull = grip.pulled(along_ev, height, sideways=sideways, upright=upright)
        try:
            live = self._compiled(grip, pull, sideways=sideways, upright=upright)
        except XpsError as error:
            self._editor.refuse(explain(error))
            return
        live.hold(pull.values)
        live.advance(_LAST_S)
        text = pull_text(grip, pull)
        merge_key = f"{handle.kind} {grip.region.id} {handle.component} {sideways}"
        self._editor.do(put_region, live.region, text, merge_key=merge_key)
        if pull.limit is not None:
            self._editor.refuse(f"{pull.limit.subject} is at its bound: {pull.limit.text}")

    def show_handles(self) -> None:
        """Show the handles of the region that is drawn."""
        region, shown, component = (
            self._selection.region, self._plot.shown, self._selection.component,
        )  # fmt: skip
        if region is None or shown is None or shown.curves is None:
            self._plot.handles.show_handles((), None)
            return
        selected = None if component is None else component.id
        handles = handles_of(region, shown.curves.model, selected)
        self._plot.handles.show_handles(handles, selected)

    def _gripped(self, handle: Handle) -> Grip | None:
        region, shown = self._selection.region, self._plot.shown
        if region is None or shown is None or shown.curves is None:
            return None
        reach = (float(shown.energy_ev[0]), float(shown.energy_ev[-1]))
        return Grip(region, shown.curves.model, handle, reach)

    def _on_frame(self) -> None:
        self._show(FRAME_S)
        if self._live is not None and not self._live.settled:
            self._frame.start()

    def _show(self, seconds: float) -> None:
        """Bring the model to where the pointer is, and draw it."""
        grip = self._grip
        if grip is None:
            return
        moved = self._to - self._from
        if self._directions is None and max(abs(moved.x()), abs(moved.y())) < _START_PX:
            return
        directions = self._along(moved)
        start, end = self._plot.to_data(self._from), self._plot.to_data(self._to)
        sideways, upright = directions
        pull = grip.pulled(
            end.x() - start.x(), end.y() - start.y(), sideways=sideways, upright=upright
        )
        try:
            if self._live is None or directions != self._directions or pull.window_ev is not None:
                before = self._live
                self._live = self._compiled(grip, pull, sideways=sideways, upright=upright)
                if before is not None:
                    self._live.start_from(before)
        except XpsError as error:
            if self._live is None:
                self._end()
                self._editor.refuse(explain(error))
            return  # an edge stays where the region could last be fitted
        self._directions, self._pull = directions, pull
        self._live.hold(pull.values)
        self._live.advance(seconds)
        self._draw(grip, self._live, pull)

    def _along(self, moved: QPointF) -> tuple[bool, bool]:
        """Whether a peak follows sideways and upright: first along the stronger direction."""
        sideways, upright = self._directions or (False, False)
        if abs(moved.x()) >= abs(moved.y()):
            return True, upright or abs(moved.y()) >= _SNAP_PX
        return sideways or abs(moved.x()) >= _SNAP_PX, True

    def _compiled(self, grip: Grip, pull: Pull, *, sideways: bool, upright: bool) -> LiveFit:
        region = grip.region
        if pull.window_ev is not None:
            region = replace(region, window_ev=pull.window_ev)
        held = grip.held(sideways=sideways, upright=upright)
        project = self._document.project
        entry = project.entry(region.spectrum)
        shift = project.charge_of(entry.id).shift_ev
        return LiveFit(region, entry.spectrum, shift, held, refit=self.refits)

    def _draw(self, grip: Grip, live: LiveFit, pull: Pull) -> None:
        curves, layer, handle = live.curves(), self._plot.handles, grip.handle
        self._plot.show_live(curves)
        region, model = grip.region, curves.model
        if pull.window_ev is not None:
            region = replace(region, window_ev=pull.window_ev)
        handles = end_handles(region, model)
        if handle.component:
            index = [component.id for component in region.components].index(handle.component)
            component = live.component(handle.component)
            top = model.background + model.components[index]
            handles += component_handles(component, model.energy_ev, top, widths=True)
        layer.show_handles(handles, handle.component)
        layer.activate(next((h for h in handles if _is_same(h, handle)), None))
        layer.say(pull.text, self._plot.to_box(self._to), pull.limit)
        self.qualityChanged.emit(live.reduced_chi2(curves))

    def _end(self) -> None:
        self._grip = self._live = None
        self._frame.stop()
        self._plot.handles.activate(None)
        self._plot.handles.quieten()
        self.qualityChanged.emit(None)


def cursor_of(handle: Handle) -> Qt.CursorShape:
    """Return the pointer's shape over a handle."""
    return {
        "peak": Qt.CursorShape.SizeAllCursor,
        "width": Qt.CursorShape.SizeHorCursor,
        "level": Qt.CursorShape.SizeVerCursor,
        "edge": Qt.CursorShape.SplitHCursor,
    }[handle.kind]


def _is_same(one: Handle, other: Handle) -> bool:
    def place(handle: Handle) -> tuple[object, ...]:
        return handle.kind, handle.component, handle.line, handle.side

    return place(one) == place(other)
