"""Text files that leave questions: the dialog that asks them, and what becomes of the answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialogButtonBox, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from app.importing.import_dialog import ImportDialog
from app.widgets.message_bar import Severity
from app.window import MainWindow
from tests.app.conftest import ScriptedDialogs
from tests.app.user import LONG, choose, click, drop, open_files
from xps.spectrum import Spectrum

ROWS = [(170 - 0.5 * i, 100 + 7 * (i % 5), 50 + 3 * (i % 4)) for i in range(12)]


def written(path: Path, header: str = "Energy,left,right", first: float = 170.0) -> Path:
    rows = "\n".join(f"{first - 170 + e},{a},{b}" for e, a, b in ROWS)
    path.write_text(f"{header}\n{rows}\n", "utf-8")
    return path


@pytest.fixture
def unclear(tmp_path: Path) -> Path:
    return written(tmp_path / "NCM S2p.csv")


def spectra(window: MainWindow) -> list[Spectrum]:
    return [entry.spectrum for entry in window.document.project.entries]


def pick(combo: QComboBox, text: str) -> None:
    """Choose from a list with the arrow keys."""
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(combo.count()):
        if combo.currentText().startswith(text):
            return
        QTest.keyClick(combo, Qt.Key.Key_Down)
    raise AssertionError(f"{text!r} is not in the list")


def toggle(columns: QListWidget, row: int) -> None:
    """Click the box of a column."""
    place = columns.visualItemRect(columns.item(row))
    middle = QPoint(place.left() + 10, place.center().y())
    QTest.mouseClick(columns.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def agree(dialog: ImportDialog) -> None:
    click(dialog.ok_button)


def cancel(dialog: ImportDialog) -> None:
    click(dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel))


def test_a_file_that_tells_everything_is_opened_without_a_question(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    clear = written(tmp_path / "clear.csv", "Binding energy (eV),counts,counts")
    rates = written(tmp_path / "rates.csv", "Binding energy (eV),cps,cps")
    open_files(qtbot, window, [clear, rates])
    assert dialogs.asked == []
    assert len(spectra(window)) == 4


def test_agreeing_opens_what_was_detected(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, unclear: Path
) -> None:
    shown: list[str] = []

    def look_and_agree(dialog: ImportDialog) -> None:
        shown.extend((dialog.question.text(), dialog.note.text()))
        assert dialog.form.axis.currentText() == "Binding"
        assert dialog.rows.item(0, 0).text() == "170"
        agree(dialog)

    dialogs.imports = [look_and_agree]
    with qtbot.waitSignal(window.files.opened, timeout=LONG):
        drop(window, [unclear])
    assert "kind of energy, the unit of the intensities and the counting time" in shown[0]
    assert shown[1].startswith("2 spectra")
    assert [(s.axis, s.unit, s.core_level) for s in spectra(window)] == 2 * [
        ("binding", "counts", "S 2p")
    ]
    assert window.messages.text == ""
    choose(window, "undo")
    assert spectra(window) == []


def test_choices_are_shown_at_once_and_taken(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    file = written(tmp_path / "scan.csv", first=1320.0)

    def answer(dialog: ImportDialog) -> None:
        form = dialog.form
        toggle(form.intensities, 1)
        assert dialog.note.text().startswith("1 spectrum")
        pick(form.axis, "Kinetic")
        assert "1320.00 to" in dialog.note.text()
        type_into_and_stay(form.photon_energy, "1486,6")
        assert "166.60 to" in dialog.note.text()
        pick(form.unit, "Counts per second")
        type_into_and_stay(form.dwell, "0.2")
        type_into_and_stay(form.sweeps, "5")
        type_into_and_stay(form.core_level, "S2p")
        type_into_and_stay(form.sample, "Kathode <b>")
        agree(dialog)

    dialogs.imports = [answer]
    open_files(qtbot, window, [file])
    (spectrum,) = spectra(window)
    assert (spectrum.axis, spectrum.unit, spectrum.photon_energy_ev) == (
        "kinetic", "counts/s", 1486.6,
    )  # fmt: skip
    assert spectrum.live_time_s == 1.0
    assert (spectrum.sample, spectrum.core_level) == ("Kathode <b>", "S 2p")
    assert spectrum.intensity.tolist() == [row[2] for row in ROWS]
    assert window.messages.text == ""


def test_the_core_level_that_chosen_energies_tell_is_shown(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    rows = "\n".join(f"{1312 + 0.5 * i}\t{100 + 7 * (i % 5)}" for i in range(41))
    file = tmp_path / "pellet 1.txt"
    file.write_text(rows, "utf-8")

    def answer(dialog: ImportDialog) -> None:
        assert dialog.form.core_level.placeholderText() == "not recognized"
        pick(dialog.form.axis, "Kinetic")
        type_into_and_stay(dialog.form.photon_energy, "1486.6")
        assert dialog.form.core_level.placeholderText() == "S 2p"
        agree(dialog)

    dialogs.imports = [answer]
    open_files(qtbot, window, [file])
    assert [spectrum.core_level for spectrum in spectra(window)] == ["S 2p"]


def type_into_and_stay(field: QWidget, text: str) -> None:
    """Type into a field; Enter would agree to the whole dialog."""
    field.setFocus()
    QTest.keyClicks(field, text)


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("photon_energy", "Al", "is no number"),
        ("dwell", "-1", "above zero"),
        ("core_level", "Xx", "is no core level"),
    ],
)
def test_what_cannot_be_is_said_and_cannot_be_opened(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    unclear: Path,
    field: str,
    text: str,
    said: str,
) -> None:
    def answer(dialog: ImportDialog) -> None:
        line = getattr(dialog.form, field)
        type_into_and_stay(line, text)
        assert said in dialog.note.text()
        assert not dialog.ok_button.isEnabled()
        QTest.keyClick(line, Qt.Key.Key_Return)
        assert dialog.isVisible()
        for _ in text:
            QTest.keyClick(line, Qt.Key.Key_Backspace)
        agree(dialog)

    dialogs.imports = [answer]
    open_files(qtbot, window, [unclear])
    assert len(spectra(window)) == 2


def test_columns_can_be_exchanged(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    file = tmp_path / "numbered.csv"
    rows = "\n".join(f"{i},{e},{a}" for i, (e, a, _) in enumerate(ROWS))
    file.write_text(f"x,y,z\n{rows}\n", "utf-8")

    def answer(dialog: ImportDialog) -> None:
        pick(dialog.form.energy, "2")
        toggle(dialog.form.intensities, 1)
        header = [dialog.rows.horizontalHeaderItem(i).text() for i in range(3)]
        assert header == ["1  x\n–", "2  y\nEnergy", "3  z\nIntensity"]
        agree(dialog)

    dialogs.imports = [answer]
    open_files(qtbot, window, [file])
    (spectrum,) = spectra(window)
    assert spectrum.energy_ev.tolist() == [row[0] for row in ROWS]
    assert spectrum.intensity.tolist() == [row[1] for row in ROWS]


def test_one_answer_serves_all_files_alike(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    files = [written(tmp_path / f"NCM {number} S2p.csv") for number in range(3)]
    other = written(tmp_path / "other.csv", "Energy,left,middle")

    def answer(dialog: ImportDialog) -> None:
        assert dialog.for_all.isChecked()
        assert "all 3 files" in dialog.for_all.text()
        pick(dialog.form.unit, "Of unknown unit")
        type_into_and_stay(dialog.form.sample, "only the first")
        agree(dialog)

    dialogs.imports = [answer]
    open_files(qtbot, window, [*files, other])
    assert dialogs.asked == [
        "columns of NCM 0 S2p.csv, 3 alike",
        "columns of other.csv, 1 alike",
    ]
    units = {s.sample: s.unit for s in spectra(window)}
    assert units == {
        "only the first": "arbitrary",
        "NCM 1": "arbitrary",
        "NCM 2": "arbitrary",
        "other": "counts",
    }
    assert window.document.stack.undoText() == "Open 4 files"


def test_files_alike_can_be_asked_about_one_by_one(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    files = [written(tmp_path / f"NCM {number} S2p.csv") for number in range(2)]

    def only_this(dialog: ImportDialog) -> None:
        click(dialog.for_all)
        pick(dialog.form.unit, "Of unknown unit")
        agree(dialog)

    dialogs.imports = [only_this]
    open_files(qtbot, window, files)
    assert {s.sample: s.unit for s in spectra(window)} == {"NCM 0": "arbitrary", "NCM 1": "counts"}
    assert len(dialogs.asked) == 2


def test_cancelling_leaves_out_what_is_unclear_and_nothing_else(
    qtbot: QtBot,
    window: MainWindow,
    dialogs: ScriptedDialogs,
    sample_files: list[Path],
    tmp_path: Path,
) -> None:
    files = [written(tmp_path / "a.csv"), written(tmp_path / "b.csv", "Energy,middle")]
    dialogs.imports = [lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape)]
    open_files(qtbot, window, [*files, sample_files[0]])
    assert len(window.document.project.samples) == 1
    assert dialogs.asked == ["columns of a.csv, 1 alike"]
    (message,) = [m for m in window.messages.messages if "Not opened" in m.text]
    assert message.severity is Severity.INFO
    assert message.text == "Not opened: a.csv, b.csv"


def test_cancelling_the_only_file_changes_nothing(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, unclear: Path
) -> None:
    before = window.document.project
    dialogs.imports = [cancel]
    open_files(qtbot, window, [unclear])
    assert window.document.project is before
    assert not window.isWindowModified()


def test_a_file_that_is_open_already_is_not_asked_about(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, unclear: Path
) -> None:
    open_files(qtbot, window, [unclear])
    before = window.document.project
    open_files(qtbot, window, [unclear])
    assert len(dialogs.asked) == 1
    assert window.document.project is before
    assert "Already open: NCM S2p.csv" in window.messages.text


def test_of_several_tables_all_are_taken_or_one(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    rows = "\n".join(f"{e}\t{a}" for e, a, _ in ROWS)
    three = "\n".join(f"{e}\t{a}\t{b}" for e, a, b in ROWS)
    file = tmp_path / "two.txt"
    file.write_text(f"Region: S 2p\n{rows}\nRegion: O 1s\n{three}\n", "utf-8")

    def answer(dialog: ImportDialog) -> None:
        form = dialog.form
        assert form.table.currentText() == "All 3 found"
        assert not form.energy.isEnabled()
        assert dialog.note.text().startswith("3 spectra")
        pick(form.table, "Of table 2")
        assert form.energy.isEnabled()
        assert form.intensities.count() == dialog.rows.columnCount() == 3
        assert dialog.note.text().startswith("2 spectra")
        pick(form.table, "All")
        assert dialog.note.text().startswith("3 spectra")
        pick(form.table, "Of table 2")
        agree(dialog)

    dialogs.imports = [answer]
    open_files(qtbot, window, [file])
    assert [s.intensity[0] for s in spectra(window)] == [ROWS[0][1], ROWS[0][2]]


def test_the_keyboard_begins_at_the_question_and_everything_has_a_name(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, unclear: Path
) -> None:
    def by_keys(dialog: ImportDialog) -> None:
        dialog.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog, timeout=LONG)
        assert dialog.focusWidget() is dialog.form.axis
        controls = [dialog.rows, dialog.plot, dialog.for_all]
        form = dialog.form
        controls += [form.delimiter, form.decimal]
        controls += [form.energy, form.intensities, form.axis, form.photon_energy, form.unit]
        controls += [form.dwell, form.sweeps, form.core_level, form.sample]
        assert all(control.accessibleName() for control in controls)
        assert form.unit.accessibleDescription() == "Not told by the file"
        assert form.sample.accessibleDescription() == ""
        assert "2 spectra" in dialog.plot.accessibleDescription()
        QTest.keyClick(form.axis, Qt.Key.Key_Tab)
        assert dialog.focusWidget() is form.photon_energy
        QTest.keyClicks(form.photon_energy, "1253.6")
        QTest.keyClick(form.photon_energy, Qt.Key.Key_Return)

    dialogs.imports = [by_keys]
    open_files(qtbot, window, [unclear])
    assert {s.photon_energy_ev for s in spectra(window)} == {1253.6}


def test_long_names_and_labels_do_not_widen_the_window(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    file = written(tmp_path / f"{'N' * 200}.csv", f"Energy,{'x' * 400},y")
    widths: list[int] = []

    def look(dialog: ImportDialog) -> None:
        widths.append(dialog.width())
        assert dialog.rows.columnViewportPosition(2) < dialog.rows.viewport().width()
        assert "…" in dialog.question.text()
        agree(dialog)

    dialogs.imports = [look]
    open_files(qtbot, window, [file])
    assert widths[0] < 1366


def test_a_file_dropped_with_its_folder_is_asked_about_once(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    file = written(folder / "NCM S2p.csv")
    open_files(qtbot, window, [file, folder])
    assert dialogs.asked == ["columns of NCM S2p.csv, 2 alike"]


def test_an_untouched_number_keeps_all_its_digits(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    header = "# Dwell time (s): 0.123456789\n# Sweeps: 3\nEnergy,left,right"
    dialogs.imports = [lambda dialog: (pick(dialog.form.unit, "Counts per"), agree(dialog))]
    open_files(qtbot, window, [written(tmp_path / "scan.csv", header)])
    assert {(s.dwell_s, s.unit) for s in spectra(window)} == {(0.123456789, "counts/s")}


def german(path: Path) -> Path:
    """Numbers with three decimals behind a comma: the same signs could part thousands."""
    rows = [f"{170 - 0.5 * i:.3f};{100 + 7 * (i % 5):.3f}".replace(".", ",") for i in range(12)]
    path.write_text("Energy;left\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def test_another_decimal_sign_is_shown_at_once_and_taken(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    def answer(dialog: ImportDialog) -> None:
        form = dialog.form
        assert form.delimiter.currentText() == "Semicolons ;"
        assert form.decimal.currentText() == "Comma, as in 0,5"
        type_into_and_stay(form.photon_energy, "1253,6")
        type_into_and_stay(form.sample, "Kathode")
        pick(form.decimal, "Point")
        assert dialog.rows.item(0, 0).text() == "170000"
        assert (form.photon_energy.text(), form.sample.text()) == ("1253,6", "Kathode")
        pick(form.decimal, "Comma")
        assert dialog.rows.item(0, 0).text() == "170"
        pick(form.decimal, "Point")
        agree(dialog)

    dialogs.imports = [answer]
    open_files(qtbot, window, [german(tmp_path / "scan.csv")])
    (spectrum,) = spectra(window)
    assert (spectrum.energy_ev[0], spectrum.intensity[0]) == (170_000.0, 100_000.0)
    assert (spectrum.photon_energy_ev, spectrum.sample) == (1253.6, "Kathode")


def test_a_delimiter_that_parts_nothing_says_so_until_another_is_chosen(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    def answer(dialog: ImportDialog) -> None:
        form = dialog.form
        pick(form.delimiter, "Bars")
        assert "no columns of numbers" in dialog.note.text()
        assert dialog.rows.rowCount() == 0
        type_into_and_stay(form.sample, "Kathode")
        assert not dialog.ok_button.isEnabled()
        pick(form.delimiter, "Commas")
        assert "a comma cannot both part columns and mark decimals" in dialog.note.text()
        pick(form.delimiter, "Semicolons")
        assert dialog.rows.item(0, 0).text() == "170"
        agree(dialog)

    dialogs.imports = [answer]
    open_files(qtbot, window, [german(tmp_path / "scan.csv")])
    assert [(s.energy_ev[0], s.sample) for s in spectra(window)] == [(170.0, "Kathode")]


def test_another_decimal_sign_holds_for_all_files_alike(
    qtbot: QtBot, window: MainWindow, dialogs: ScriptedDialogs, tmp_path: Path
) -> None:
    dialogs.imports = [lambda dialog: (pick(dialog.form.decimal, "Point"), agree(dialog))]
    open_files(qtbot, window, [german(tmp_path / f"{name}.csv") for name in ("one", "two")])
    assert dialogs.asked == ["columns of one.csv, 2 alike"]
    assert [(s.sample, s.energy_ev[0]) for s in spectra(window)] == [
        ("one", 170_000.0),
        ("two", 170_000.0),
    ]
