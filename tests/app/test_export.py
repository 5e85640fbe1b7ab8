import html
import zipfile
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.widgets.message_bar import Severity
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.user import LONG, choose, fit_all, open_files, told
from xps.casaxps.grammar import parse_comment
from xps.readers import read

SIGNATURES = {
    ".xlsx": b"pk",
    ".pdf": b"%pdf",
    ".png": b"\x89png",
    ".svg": b"<?xml",
    ".html": b"<!doctype html>",
}


@pytest.mark.parametrize("ending", [".pdf", ".png", ".svg", ".html", ".csv", ".json", ".xlsx"])
def test_results_are_exported_by_the_ending(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
    ending: str,
) -> None:
    open_files(qtbot, window, sample_files[:1])
    choose(window, "recipe cathode")
    fit_all(qtbot, window)
    path = tmp_path / f"결과{ending}"
    dialogs.to_save = [path]
    with qtbot.waitSignal(window.files.exported, timeout=LONG):
        choose(window, "export")
    content = path.read_bytes()
    assert len(content) > 500
    assert content.lower().startswith(SIGNATURES.get(ending, b""))
    assert path.name in window.messages.text


def test_export_for_casaxps_says_what_it_cannot_hold(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
) -> None:
    open_files(qtbot, window, sample_files[:1])
    choose(window, "recipe cathode")
    path = tmp_path / "fits.vms"
    dialogs.to_save = [path]
    with qtbot.waitSignal(window.files.exported, timeout=LONG):
        choose(window, "export_casaxps")
    assert dialogs.asked[-1].startswith("Export for CasaXPS: ")
    assert dialogs.asked[-1].endswith(".vms")
    warned = told(window, Severity.WARNING)
    assert any("without what it cannot hold" in text for text in warned)
    stored = [parse_comment(spectrum.notes) for spectrum in read(path)]
    components = [len(comment.components) for comment in stored if comment is not None]
    assert sorted(components)[-2:] == [3, 10]


def test_an_export_that_fails_says_why_and_leaves_nothing(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
) -> None:
    open_files(qtbot, window, sample_files[:1])
    choose(window, "recipe cathode")
    fit_all(qtbot, window)
    path = tmp_path / "no such folder" / "fit.pdf"
    dialogs.to_save = [path]
    with qtbot.waitSignal(window.jobs.idle, timeout=LONG):
        choose(window, "export")
    errors = told(window, Severity.ERROR)
    assert len(errors) == 1
    assert "fit.pdf" in errors[0]
    assert not path.exists()


def test_a_cancelled_export_does_nothing(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, sample_files: list[Path]
) -> None:
    open_files(qtbot, window, sample_files[:1])
    choose(window, "recipe cathode")
    dialogs.to_save = [None]
    choose(window, "export")
    assert not window.jobs.running
    assert "Exported" not in window.messages.text


def test_a_script_of_the_fits_is_written(
    qtbot: QtBot, fitted: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = tmp_path / "fit.py"
    dialogs.to_save = [path]
    with qtbot.waitSignal(fitted.files.exported, timeout=LONG):
        choose(fitted, "export_script")
    assert dialogs.asked[-1].endswith(".py")
    fits = len(fitted.document.project.fits)
    assert path.read_text("utf-8").count("FITS.append(") == fits > 0


def test_tables_are_exported_as_a_workbook_with_the_numbers_of_the_fit(
    qtbot: QtBot, plotted: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    path = tmp_path / "표 결과.xlsx"
    dialogs.to_save = [path]
    with qtbot.waitSignal(plotted.files.exported, timeout=LONG):
        choose(plotted, "export")
    with zipfile.ZipFile(path) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        cells = b"".join(book.read(name) for name in book.namelist()).decode("utf-8")
    assert len(sheets) >= 2
    project = plotted.document.project
    for fit in project.fits:
        for component in fit.region.components:
            assert html.escape(component.name, quote=False) in cells
            assert repr(component.area.value) in cells
    assert "표 결과.xlsx" in plotted.messages.text
