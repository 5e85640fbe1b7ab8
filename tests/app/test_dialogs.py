from pathlib import Path

import pytest

from app.dialogs import SESSIONS, with_ending

FILTERS = "Report (*.html);;Figure, PDF (*.pdf);;Table, CSV (*.csv)"


@pytest.mark.parametrize(
    ("typed", "chosen", "written"),
    [
        ("fit", "Figure, PDF (*.pdf)", "fit.pdf"),
        ("fit.csv", "Figure, PDF (*.pdf)", "fit.csv"),
        ("fit.PDF", "Report (*.html)", "fit.PDF"),
        ("NCM 4.3 V", "Figure, PDF (*.pdf)", "NCM 4.3 V.pdf"),
        ("결과", "", "결과.html"),
    ],
)
def test_a_typed_name_gets_the_ending_of_the_chosen_filter(
    typed: str, chosen: str, written: str
) -> None:
    assert with_ending(Path(typed), chosen, FILTERS).name == written


def test_a_session_needs_no_chosen_filter() -> None:
    assert with_ending(Path("work"), "", SESSIONS) == Path("work.doublet")


def test_without_endings_the_name_stays() -> None:
    assert with_ending(Path("work"), "", "All files (*)") == Path("work")
