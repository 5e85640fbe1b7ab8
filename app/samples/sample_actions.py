"""What the menus do to samples, spectra and regions: rename and remove."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.dialogs import Dialogs
from app.gestures import gestures
from app.samples.sample_tree import SampleTree
from app.session.editing import Editor
from app.session.selection import Selection


class SampleActions(QObject):
    """Carries out what is wanted of the selected sample, spectrum, region or component.

    Parameters
    ----------
    tree : SampleTree
    selection : Selection
    editor : Editor
    dialogs : Dialogs
    parent : QObject
    """

    def __init__(
        self,
        tree: SampleTree,
        selection: Selection,
        editor: Editor,
        dialogs: Dialogs,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._tree = tree
        self._selection = selection
        self._editor = editor
        self._dialogs = dialogs
        tree.sampleRenamed.connect(lambda old, new: editor.do(gestures.rename_sample, old, new))

    def rename(self) -> None:
        """Ask for another name of the selected sample."""
        entry = self._selection.entry
        if entry is None:
            return
        name = self._dialogs.ask_text("Rename sample", "Name of the sample:", entry.sample)
        if name is not None:
            self._editor.do(gestures.rename_sample, entry.sample, name)

    def remove(self) -> None:
        """Remove what is selected: a component, a sample, else a spectrum."""
        region, component = self._selection.region, self._selection.component
        sample = self._tree.selected_sample
        if region is not None and component is not None and not self._tree.hasFocus():
            self._editor.remove(gestures.remove_component, region.id, component.id)
        elif sample is not None:
            self._editor.remove(gestures.remove_sample, sample)
        elif self._selection.entry is not None:
            self._editor.remove(gestures.remove_entry, self._selection.entry.id)

    def remove_region(self) -> None:
        """Remove the region of the selected spectrum, with its fit."""
        region = self._selection.region
        if region is not None:
            self._editor.remove(gestures.remove_region, region.id)
