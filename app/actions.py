"""The one table of actions; menus, toolbar, shortcuts and the help page are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

Key = QKeySequence.StandardKey
Needs = Literal[
    "",
    "undo",
    "redo",
    "spectra",
    "entry",
    "region",
    "regions",
    "removable",
    "jobs",
    "masked",
    "given",
    "sweeps",
]


@dataclass(frozen=True)
class ActionSpec:
    """One thing that can be done.

    Attributes
    ----------
    name : str
        Unique; tests and the help page use it.
    menu : str
        The menu that it stands in.
    text : str
    slot : str
        Method of the window, or of one of its parts.
    keys : StandardKey, str or None
    tip : str
    icon : str
        File in resources/icons without its ending; "" for none.
    in_toolbar : bool
    needs : str
        What must be there for the action to be enabled.
    starts_group : bool
        Whether a line parts it from the one above.
    checkable : bool
    """

    name: str
    menu: str
    text: str
    slot: str
    keys: QKeySequence.StandardKey | str | None = None
    tip: str = ""
    icon: str = ""
    in_toolbar: bool = False
    needs: Needs = ""
    starts_group: bool = False
    checkable: bool = False


ACTIONS = (
    ActionSpec("new", "File", "&New", "files.new", Key.New, "Close everything and begin anew"),
    ActionSpec("open", "File", "&Open…", "files.choose_and_open", Key.Open,
               "Open spectra or a session", "open", True),
    ActionSpec("save", "File", "&Save", "files.save", Key.Save,
               "Save the session", "save", True, "spectra", True),
    ActionSpec("save_as", "File", "Save &as…", "files.save_as", Key.SaveAs,
               "Save the session in another file", needs="spectra"),
    ActionSpec("export", "File", "&Export…", "files.export", "Ctrl+E",
               "Write tables, figure or report: CSV, Excel, LaTeX, JSON, PDF, SVG, PNG, HTML",
               "export", True, "regions"),
    ActionSpec("export_figure", "File", "Export comparison &figure…", "export_figure",
               "Ctrl+Shift+E", "Draw the samples of the Compare tab as a figure for print: PDF, "
               "SVG, PNG", needs="regions"),
    ActionSpec("export_casaxps", "File", "Export for &CasaXPS…", "files.export_casaxps", None,
               "Write the spectra with regions and components as VAMAS", needs="regions"),
    ActionSpec("export_script", "File", "Export sc&ript…", "files.export_script", None,
               "Write a Python script that repeats the fits with numpy and lmfit alone",
               needs="regions"),
    ActionSpec("quit", "File", "&Quit", "close", "Ctrl+Q", starts_group=True),
    ActionSpec("undo", "Edit", "&Undo", "document.stack.undo", Key.Undo,
               "Undo the last edit", "undo", True, "undo"),
    ActionSpec("redo", "Edit", "&Redo", "document.stack.redo", Key.Redo,
               "Do again what was undone", "redo", True, "redo"),
    ActionSpec("rename_sample", "Edit", "Re&name sample…", "samples.rename", None,
               "Give the selected sample another name", needs="entry", starts_group=True),
    ActionSpec("remove", "Edit", "&Remove", "samples.remove", Key.Delete,
               "Remove the selected component, spectrum or sample", needs="removable"),
    ActionSpec("remove_region", "Edit", "Remove re&gion", "samples.remove_region", None,
               "Remove region and fit; the spectrum stays", needs="region"),
    ActionSpec("take_back", "Edit", "&Take back here", "propagating.take_back", None,
               "Undo the last propagation or recipe for the selected spectrum alone: it gets back "
               "the region and the fit that it had", needs="given"),
    ActionSpec("sum_sweeps", "Edit", "&Sum sweeps", "sweeps.sum", None,
               "Add the counts of this spectrum and of the others of its core level and sample on "
               "the same energies; they stay", needs="sweeps", starts_group=True),
    ActionSpec("align_sweeps", "Edit", "&Align and sum sweeps", "sweeps.align_and_sum", None,
               "Find by how many eV each sweep drifted, move it back by whole channels, and add "
               "the counts; the sweeps stay", needs="sweeps"),
    ActionSpec("copy_spectrum", "Edit", "&Copy spectrum as figure", "figures.copy_spectrum",
               "Ctrl+Shift+C", "Put the selected spectrum with its fit onto the clipboard, drawn "
               "as for print: PNG, SVG, PDF", needs="region", starts_group=True),
    ActionSpec("copy_figure", "Edit", "Copy c&omparison as figure", "copy_figure", None,
               "Put the samples of the Compare tab onto the clipboard, drawn as for print: PNG, "
               "SVG, PDF", needs="regions"),
    ActionSpec("preferences", "Edit", "Pre&ferences…", "preferences.show", "Ctrl+,",
               "Colors, axes, recipe for opened spectra, figures", starts_group=True),
    ActionSpec("fit", "Analysis", "&Fit", "analysis.fit_current", "F5",
               "Fit the region of the selected spectrum", "fit", True, "region", True),
    ActionSpec("fit_all", "Analysis", "Fit &all", "analysis.fit_all", "Shift+F5",
               "Fit the regions of all samples", "fit-all", True, "regions"),
    ActionSpec("save_recipe", "Analysis", "Sa&ve as recipe…", "recipes.save", None,
               "Keep regions, components and charge reference of the selected sample as a recipe",
               needs="region"),
    ActionSpec("recipes", "Analysis", "Reci&pes…", "recipes.show", None,
               "Read, edit, apply, import and export recipes"),
    ActionSpec("suggest", "Analysis", "&Suggest model", "suggesting.suggest", "F6",
               "Search the models that the data of the selected spectrum support, as a preview",
               needs="entry"),
    ActionSpec("propagate", "Analysis", "&Propagate region…", "propagating.region",
               "Ctrl+Shift+P", "Give the region of this spectrum to others of its core level",
               needs="region"),
    ActionSpec("batch", "Analysis", "&Batch of files…", "batches.show", "Ctrl+B",
               "Fit files and folders by a recipe into one table, without opening them"),
    ActionSpec("map", "Analysis", "&Map or profile…", "maps.show", "Ctrl+M",
               "Fit every spectrum of a map, a depth profile or a long series, and look at the "
               "results as an image or a line"),
    ActionSpec("cancel", "Analysis", "&Cancel", "jobs.cancel", "Ctrl+.",
               "Stop what is running", needs="jobs"),
    ActionSpec("mode_select", "Plot", "&Select", "plot_tools.select_mode", "Esc",
               "Select, drag and zoom; leaves every other mode", needs="spectra",
               checkable=True),
    ActionSpec("mode_region", "Plot", "&Region", "plot_tools.region_mode", "R",
               "Draw the window of the region", needs="entry", checkable=True),
    ActionSpec("mode_add", "Plot", "&Add component", "plot_tools.add_mode", "A",
               "Click where a component shall be", needs="region", checkable=True),
    ActionSpec("mode_charge", "Plot", "&Charge reference", "plot_tools.charge_mode", "C",
               "Click a component of known energy, or drag the spectrum along", needs="entry",
               checkable=True),
    ActionSpec("mode_mask", "Plot", "&Mask points", "plot_tools.mask_mode", "M",
               "Click a spike or drag across points to leave them out of the fit; again to take "
               "them back", needs="entry", checkable=True),
    ActionSpec("unmask", "Plot", "&Unmask all", "plot_tools.unmask", None,
               "Take all masked points of this spectrum back", needs="masked"),
    ActionSpec("live_refit", "Plot", "Re&fit while dragging", "plot_tools.toggle_refit", "Ctrl+L",
               "What is not dragged follows the data while something is", needs="spectra",
               starts_group=True, checkable=True),
    ActionSpec("fit_view", "View", "&Whole region", "panel.plot.fit_view", "Ctrl+0",
               "Show the whole region (or double-click the plot)", needs="entry"),
    ActionSpec("show_quantities", "View", "&Quantification", "results_dock.show_quantities",
               "Ctrl+1", "Species and atomic percent of all samples", needs="spectra",
               starts_group=True),
    ActionSpec("show_comparison", "View", "&Compare", "results_dock.show_comparison",
               "Ctrl+2", "Samples below each other, and how they differ", needs="spectra"),
    ActionSpec("show_checks", "View", "C&hecks", "results_dock.show_checks",
               "Ctrl+3", "What physics and practice say against the fits", needs="spectra"),
    ActionSpec("show_history", "View", "Histor&y", "results_dock.show_history",
               "Ctrl+4", "Every step, to go back to"),
    ActionSpec("kinetic", "View", "&Kinetic energy", "plot_tools.toggle_kinetic", "K",
               "Number the axis by the kinetic energy as measured, where the photon energy is "
               "known", needs="entry", starts_group=True, checkable=True),
    ActionSpec("counts", "View", "&Counts", "plot_tools.toggle_counts", "I",
               "Number the axis by counts of the whole live time instead of counts per second",
               needs="entry", checkable=True),
    ActionSpec("example", "Help", "&Example: bare and Al₂O₃-coated cathode", "open_example", None,
               "Open the simulated example, fitted"),
    ActionSpec("guide", "Help", "&Guide", "help.guide", None,
               "Open the user guide in the browser; it needs no network", starts_group=True),
    ActionSpec("guide_here", "Help", "Guide to the present &view", "help.context",
               Key.HelpContents, "Open the page of the guide for what has the keyboard"),
    ActionSpec("shortcuts", "Help", "&Keyboard shortcuts", "help.shortcuts", "Ctrl+/",
               "All that keys and gestures do, to be searched and printed"),
    ActionSpec("selfcheck", "Help", "&Check this installation…", "help.check", None,
               "Fit spectra of known truth on this computer, and hold the results against it",
               starts_group=True),
    ActionSpec("diagnostics", "Help", "Copy &diagnostics…", "help.diagnostics", None,
               "Versions, system and log, to report a problem"),
    ActionSpec("log_folder", "Help", "Show &log folder", "help.log_folder", None,
               "Open the folder of the log file"),
    ActionSpec("about", "Help", "&About Doublet", "help.about", None,
               "Versions, and the licenses of all libraries", starts_group=True),
)  # fmt: skip


def make_actions(
    window: QWidget, slot: Callable[[str], Callable[[], object]], icon: Callable[[str], QIcon]
) -> dict[str, QAction]:
    """Return the actions by name.

    Parameters
    ----------
    window : QWidget
        Their parent; their shortcuts work anywhere in it.
    slot : callable
        Returns what an action does, from the name in its row.
    icon : callable
        Returns an icon by name.
    """
    actions = {}
    for spec in ACTIONS:
        action = QAction(spec.text, window)
        action.setObjectName(spec.name)
        action.setCheckable(spec.checkable)
        if spec.keys is not None:
            action.setShortcut(QKeySequence(spec.keys))
        if spec.icon:
            action.setIcon(icon(spec.icon))
        plain = spec.text.replace("&", "").rstrip("…")
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{spec.tip or plain}{f' ({keys})' if keys else ''}")
        action.setStatusTip(spec.tip)
        run = slot(spec.slot)
        if spec.name == "guide_here":  # about what has the keyboard, in other windows too
            action.triggered.connect(lambda _=False, run=run: run())
            action.setShortcutContext(Qt.ShortcutContext.ApplicationShortcut)
        else:
            action.triggered.connect(lambda _=False, run=run: _run_after_typing(run))
        if spec.name == "quit":
            action.setMenuRole(QAction.MenuRole.QuitRole)
        elif spec.name == "preferences":
            action.setMenuRole(QAction.MenuRole.PreferencesRole)
        elif spec.name == "about":
            action.setMenuRole(QAction.MenuRole.AboutRole)
        actions[spec.name] = action
    return actions


def _run_after_typing(run: Callable[[], object]) -> None:
    """Take a number that was typed but not confirmed, then do what was asked."""
    focused = QApplication.focusWidget()
    if isinstance(focused, QLineEdit):
        focused.clearFocus()
    run()
