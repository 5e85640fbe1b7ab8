"""The choice of a background: its kind, and the loss function of a Tougaard term."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QWidget

from app.widgets.fonts import bold
from xps.backgrounds import STATIC
from xps.losses import LOSSES
from xps.model import IN_FIT_KINDS, Background
from xps.model_text import IN_FIT_TITLES

_TOUGAARD = "tougaard"
_TIPS = {
    "peak-shirley": "A step k under each peak, with offset and slope, fitted together with the "
    "peaks: its error is in every number.",
    "peak-tougaard": "The inelastic losses of the peaks by a loss function, with offset and "
    "slope, fitted together with the peaks. For wide windows.",
    "peak-shirley-tougaard": "Step and inelastic losses together, fitted with the peaks. Needs a "
    "wide window: in a narrow one the data cannot tell them apart.",
}


class KindBox(QComboBox):
    """Lists the kinds of background: those in the fit, then those that are subtracted first.

    The loss functions of Tougaard's subtracted background are one item here.

    Signals
    -------
    kindChosen(str)
        "tougaard" stands for all kinds that begin with it.
    """

    kindChosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Background")
        self._add_heading("Fitted together with the peaks")
        for kind in IN_FIT_KINDS:
            self._add(_capital(IN_FIT_TITLES[kind]), kind, _TIPS[kind])
        self._add_heading("Subtracted before the fit")
        for kind, static in STATIC.items():
            if not kind.startswith(_TOUGAARD):
                self._add(_capital(static.title), kind, static.caution)
        first = next(kind for kind in STATIC if kind.startswith(_TOUGAARD))
        self._add("Tougaard", _TOUGAARD, STATIC[first].caution)
        self.activated.connect(lambda row: self.kindChosen.emit(self.itemData(row)))

    def show_kind(self, kind: str) -> None:
        """Show the kind of a background."""
        self.setCurrentIndex(self.findData(_item_of(kind)))
        self.setToolTip(self.itemData(self.currentIndex(), Qt.ItemDataRole.ToolTipRole))

    def _add(self, text: str, kind: str, tip: str) -> None:
        self.addItem(text, kind)
        self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)

    def _add_heading(self, text: str) -> None:
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        if self.count():
            self.insertSeparator(self.count())
        heading = QStandardItem(text)
        heading.setFont(bold(self.font()))
        heading.setFlags(Qt.ItemFlag.NoItemFlags)
        model.appendRow(heading)


class LossBox(QComboBox):
    """Lists the loss functions of a Tougaard term.

    Signals
    -------
    lossChosen(str)
    """

    lossChosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Loss function")
        for name, loss in LOSSES.items():
            self.addItem(_capital(loss.title), name)
            tip = f"How likely electrons lose which energy on their way out. {loss.source}."
            self.setItemData(self.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.activated.connect(lambda row: self.lossChosen.emit(self.itemData(row)))

    def show_loss(self, background: Background) -> None:
        """Show the loss function of a background."""
        self.setCurrentIndex(self.findData(loss_of(background)))
        self.setToolTip(self.itemData(self.currentIndex(), Qt.ItemDataRole.ToolTipRole))


def has_loss(background: Background) -> bool:
    """Whether a background has a loss function, in the fit or before it."""
    return background.has_losses or _item_of(background.kind) == _TOUGAARD


def loss_of(background: Background) -> str:
    """Return the loss function of a background, or the one it would have."""
    if _item_of(background.kind) == _TOUGAARD:
        return background.kind.removeprefix(f"{_TOUGAARD}-")
    return background.loss


def kind_with_loss(kind: str, loss: str) -> str:
    """Return the kind that an item of `KindBox` stands for."""
    return f"{_TOUGAARD}-{loss}" if _item_of(kind) == _TOUGAARD else kind


def _item_of(kind: str) -> str:
    return _TOUGAARD if kind.startswith(_TOUGAARD) else kind


def _capital(title: str) -> str:
    return title[0].upper() + title[1:]
