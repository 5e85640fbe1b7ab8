"""The page of the guide that explains what has the keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from PySide6.QtWidgets import QWidget

FIRST = "index"


@cache
def pages() -> Mapping[type[QWidget], str]:
    """Return the page of each view, by its class."""
    # Not at the start: most of them are not needed there.
    from app.batch.batch_window import BatchWindow
    from app.checks.checks_view import ChecksView
    from app.compare.compare_view import CompareView
    from app.help.check_window import CheckWindow
    from app.help.diagnostics_window import DiagnosticsWindow
    from app.inspector.charge_section import ChargeSection
    from app.inspector.inspector import Inspector
    from app.maps.map_window import MapWindow
    from app.models.suggestion_view import SuggestionView
    from app.plot.plot_view import PlotView
    from app.preferences.preferences_window import PreferencesWindow
    from app.recipes.recipes_window import RecipesWindow
    from app.results.quantify_view import QuantifyView
    from app.samples.propagate_dialog import PropagateDialog
    from app.samples.sample_tree import SampleTree
    from app.session.history_view import HistoryView
    from app.welcome import WelcomePage

    return {
        WelcomePage: "start",
        SampleTree: "how-to/open-files",
        PropagateDialog: "how-to/recipes",
        PreferencesWindow: "reference/window",
        PlotView: "reference/window",
        ChargeSection: "how-to/charge-reference",
        Inspector: "how-to/model",
        SuggestionView: "how-to/species",
        QuantifyView: "how-to/amounts",
        CompareView: "how-to/compare",
        ChecksView: "how-to/doubts",
        HistoryView: "reference/window",
        RecipesWindow: "how-to/recipes",
        MapWindow: "how-to/series",
        BatchWindow: "how-to/many-files",
        CheckWindow: "reference/methods",
        DiagnosticsWindow: "how-to/files",
    }


def page_for(widget: QWidget | None) -> str:
    """Return the name of the page for a widget, by the nearest view that holds it."""
    while widget is not None:
        page = pages().get(type(widget))
        if page is not None:
            return page
        widget = widget.parentWidget()
    return FIRST
