"""About Doublet: versions, and the libraries with the full words of their licenses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QUrl, qVersion
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.help.licenses import Library, libraries
from app.help.versions import versions_text
from app.widgets.fonts import bold
from app.widgets.icons import app_icon
from xps import __version__

_SIZE = (860, 560)
_SPLIT = (210, 630)
_PICTURE = 64
_WHAT = (
    "Fits X-ray photoelectron spectra, and quantifies chemical species with honest error bars. "
    "Free software under the BSD 3-clause license."
)
_QT = (
    "Qt and PySide6 are used under the GNU Lesser General Public License, version 3, as shared "
    "libraries that you may replace by your own. Their sources:"
)


def qt_sources() -> tuple[str, str]:
    """Return where the sources of this version of Qt, and of PySide6, are."""
    version = qVersion()
    minor = ".".join(version.split(".")[:2])
    return (
        f"https://download.qt.io/official_releases/qt/{minor}/{version}/single/",
        "https://code.qt.io/cgit/pyside/pyside-setup.git/",
    )


class AboutWindow(QDialog):
    """What the program is made of.

    Parameters
    ----------
    open_url : callable
        Opens an address outside of the program.
    parent : QWidget
    """

    def __init__(self, open_url: Callable[[QUrl], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open_url = open_url
        self._libraries: tuple[Library, ...] = libraries()
        self.setWindowTitle("About Doublet")
        self.versions = QPlainTextEdit(versions_text())
        self.copy_button = QPushButton("Copy versions")
        self.source_buttons = [QPushButton(address) for address in qt_sources()]
        self.list = QListWidget()
        self.words = QPlainTextEdit()
        self.tabs = QTabWidget()
        self.close_button = QPushButton("Close")
        self._build()
        self.list.setCurrentRow(0)
        self.resize(*_SIZE)

    @property
    def libraries(self) -> tuple[Library, ...]:
        """The libraries that are listed."""
        return self._libraries

    def _build(self) -> None:
        for text, name in ((self.versions, "Versions"), (self.words, "Words of the license")):
            text.setReadOnly(True)
            text.setTabChangesFocus(True)
            text.setAccessibleName(name)
        self.list.setAccessibleName("Libraries")
        for one in self._libraries:
            self.list.addItem(f"{one.name} {one.version}".strip())
        self.list.currentRowChanged.connect(self._show_words)
        self.copy_button.clicked.connect(lambda: QApplication.clipboard().setText(versions_text()))
        self.tabs.tabBar().setAccessibleName("About")
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.addTab(self._program_page(), "Doublet")
        self.tabs.addTab(self._license_page(), "Libraries and licenses")
        self.close_button.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addWidget(self.copy_button)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(self.tabs, 1)
        column.addLayout(foot)

    def _program_page(self) -> QWidget:
        page = QWidget()
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(_PICTURE, _PICTURE))
        title = QLabel(f"Doublet {__version__}")
        title.setFont(bold(title.font(), 1.6))
        texts = QVBoxLayout()
        texts.addWidget(title)
        texts.addWidget(_wrapped(_WHAT))
        head = QHBoxLayout()
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(texts, 1)
        column = QVBoxLayout(page)
        column.addLayout(head)
        column.addWidget(self.versions, 1)
        return page

    def _license_page(self) -> QWidget:
        page = QWidget()
        split = QSplitter()
        split.addWidget(self.list)
        split.addWidget(self.words)
        split.setSizes(list(_SPLIT))
        column = QVBoxLayout(page)
        column.addWidget(_wrapped(_QT))
        for button in self.source_buttons:
            button.setAutoDefault(False)
            button.setAccessibleName(f"Open {button.text()}")
            button.clicked.connect(partial(self._open_address, button.text()))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(split, 1)
        return page

    def _open_address(self, address: str) -> None:
        self._open_url(QUrl(address))

    def _show_words(self, row: int) -> None:
        if 0 <= row < len(self._libraries):
            one = self._libraries[row]
            self.words.setPlainText(f"{one.name} {one.version}: {one.license}\n\n{one.words}")


def _wrapped(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    return label
