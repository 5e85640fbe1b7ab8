"""What a right click on a component offers, in the plot and in the table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.dialogs import Dialogs
from app.gestures import component_gestures, gestures
from app.gestures.gestures import PARAMETER_NAMES, short_name
from app.plot.curve_items import letter_of
from app.session.document import Document
from app.session.editing import Editor
from app.session.selection import Selection
from app.widgets.plain import menu_text
from xps.model import Component, Doublet, Ref, Region
from xps.species import library


class ComponentMenu(QObject):
    """Makes the menu of the selected component, and carries it out.

    Signals
    -------
    copyWanted(str, str)
        Region and component that shall be copied to other spectra.
    """

    copyWanted = Signal(str, str)

    def __init__(
        self,
        window: QWidget,
        document: Document,
        selection: Selection,
        editor: Editor,
        dialogs: Dialogs,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._document = document
        self._selection = selection
        self._editor = editor
        self._dialogs = dialogs

    def popup(self, point: QPoint) -> None:
        """Open the menu of the selected component at a point of the screen."""
        menu = self.menu()
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(point)

    def menu(self) -> QMenu | None:
        """Return the menu of the selected component; None where none is selected."""
        region, component = self._selection.region, self._selection.component
        if region is None or component is None:
            return None
        menu = QMenu(self._window)
        number = [c.id for c in region.components].index(component.id)
        menu.addSection(menu_text(f"{letter_of(number)}  {short_name(component.name)}"))
        self._add_fix(menu.addMenu("&Fix"), region, component)
        for name in component_gestures.PARAMETERS:
            links = menu.addMenu(f"&Link {PARAMETER_NAMES[name]} to")
            self._add_links(links, region, Ref(component.id, name))
        self._add(
            menu, "D&uplicate", "duplicate", component_gestures.duplicate, region.id, component.id
        )
        self._add_species(menu.addMenu("Change &species"), region, component)
        copy = menu.addAction("&Copy to other spectra…")
        copy.setObjectName("copy")
        copy.triggered.connect(lambda _=False: self.copyWanted.emit(region.id, component.id))
        if isinstance(component.lines, Doublet):
            locked = not component.lines.unlocked_because
            lock = menu.addAction("Unlock d&oublet…" if locked else "Lock d&oublet")
            lock.setObjectName("doublet")
            lock.triggered.connect(lambda _=False: self.unlock() if locked else self.lock())
        menu.addSeparator()
        remove = menu.addAction("&Delete")
        remove.setObjectName("delete")
        remove.triggered.connect(
            lambda _=False: self._editor.remove(gestures.remove_component, region.id, component.id)
        )
        return menu

    def unlock(self) -> None:
        """Ask why the selected doublet shall be unlocked, and unlock it."""
        region, component = self._selection.region, self._selection.component
        if region is None or component is None:
            return
        reason = self._dialogs.ask_text(
            "Unlock doublet",
            f"Why may {short_name(component.name)} have another splitting or area ratio than the "
            "table of levels? The reason goes into the report.",
            "",
        )
        if reason is not None:
            self._editor.do(component_gestures.unlock_doublet, region.id, component.id, reason)

    def lock(self) -> None:
        """Lock the selected doublet."""
        region, component = self._selection.region, self._selection.component
        if region is not None and component is not None:
            self._editor.do(component_gestures.lock_doublet, region.id, component.id)

    def _add_fix(self, menu: QMenu, region: Region, component: Component) -> None:
        fixed = component_gestures.is_fixed(component)
        everything = menu.addAction("&All")
        everything.setObjectName("fix all")
        everything.setCheckable(True)
        everything.setChecked(fixed)
        everything.triggered.connect(
            lambda wanted: self._do(
                lambda project: component_gestures.fix_component(
                    project, region.id, component.id, fixed=wanted
                )
            )
        )
        menu.addSeparator()
        for name, param in component.params.items():
            title = PARAMETER_NAMES[name]
            action = menu.addAction(menu_text(f"{title[0].upper()}{title[1:]}"))
            action.setObjectName(f"fix {name}")
            action.setCheckable(True)
            action.setChecked(not param.vary)
            action.setEnabled(param.link is None)
            ref = Ref(component.id, name)
            action.triggered.connect(
                lambda wanted, ref=ref: self._editor.do(
                    gestures.set_vary, region.id, ref, not wanted
                )
            )

    def _add_links(self, menu: QMenu, region: Region, ref: Ref) -> None:
        present = region.param(ref).link
        for link in component_gestures.possible_links(region, ref):
            target = region.component(link.target.component)
            number = [c.id for c in region.components].index(target.id)
            words = component_gestures.link_words(link, short_name(target.name))
            action = self._add(
                menu, menu_text(f"{letter_of(number)}  {words}"), f"link {ref.parameter} {words}",
                component_gestures.set_link, region.id, ref, link,
            )  # fmt: skip
            action.setCheckable(True)
            action.setChecked(link == present)
        menu.addSeparator()
        nothing = self._add(
            menu, "&Nothing", f"link {ref.parameter} nothing",
            component_gestures.set_link, region.id, ref, None,
        )  # fmt: skip
        nothing.setEnabled(present is not None)

    def _add_species(self, menu: QMenu, region: Region, component: Component) -> None:
        for species in library().values():
            if species.core_level != region.core_level:
                continue
            action = self._add(
                menu, menu_text(f"{species.name}   {species.center_ev:g} eV"),
                f"species {species.key}",
                component_gestures.change_species, region.id, component.id, species.key,
            )  # fmt: skip
            action.setCheckable(True)
            action.setChecked(species.key == component.species)

    def _add(
        self,
        menu: QMenu,
        text: str,
        name: str,
        gesture: Callable[..., gestures.Change],
        *arguments: object,
    ) -> QAction:
        action = menu.addAction(text)
        action.setObjectName(name)
        action.triggered.connect(lambda _=False: self._editor.do(gesture, *arguments))
        return action

    def _do(self, gesture: Callable[..., gestures.Change]) -> None:
        self._editor.do(gesture)
