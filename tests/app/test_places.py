import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.log import NAME, start_log
from app.places import own_folder, portable_folder
from app.recipes.own_recipes import recipe_folder
from app.session.saving import recovery_folder
from app.settings import Settings
from app.widgets.fonts import FAMILY, shipped_fonts

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bundled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a bundled program."""
    program = tmp_path / "Doublet" / "doublet"
    program.parent.mkdir()
    program.touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    return program.parent


@pytest.fixture
def log_handlers() -> Iterator[list[logging.Handler]]:
    """The handlers of the root logger; those added are removed again."""
    handlers = logging.getLogger().handlers
    before = list(handlers)
    yield handlers
    for handler in [added for added in handlers if added not in before]:
        logging.getLogger().removeHandler(handler)
        handler.close()


def test_a_folder_data_beside_the_bundled_program_makes_it_portable(bundled: Path) -> None:
    (bundled / "data").mkdir()
    assert portable_folder() == bundled / "data"
    assert recovery_folder() == bundled / "data" / "recovery"
    assert recipe_folder() == bundled / "data" / "recipes"
    Settings().remember_files([bundled / "cathode.doublet"])
    settings = Settings()
    settings.save()
    assert settings.recent_files == [bundled / "cathode.doublet"]
    assert (bundled / "data" / "settings.ini").is_file()


def test_without_that_folder_everything_is_in_the_profile(bundled: Path) -> None:
    assert portable_folder() is None
    assert bundled not in own_folder("recovery").parents


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_does_not_count(bundled: Path) -> None:
    (bundled / "data").mkdir(mode=0o500)
    assert portable_folder() is None


def test_on_macos_the_folder_is_beside_the_app(
    bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bundled / "Doublet.app" / "Contents" / "MacOS" / "doublet"
    monkeypatch.setattr(sys, "executable", str(program))
    (bundled / "data").mkdir()
    assert portable_folder() == bundled / "data"


def test_a_checkout_is_never_portable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    (tmp_path / "data").mkdir()
    assert portable_folder() is None


def test_the_log_holds_what_went_wrong(tmp_path: Path, log_handlers: list[logging.Handler]) -> None:
    start_log(tmp_path / "logs")
    logging.getLogger("app.crash").error("a mistake, 실수")
    assert "ERROR app.crash: a mistake, 실수" in (tmp_path / "logs" / NAME).read_text("utf-8")


def test_a_log_that_cannot_be_kept_is_done_without(
    tmp_path: Path, log_handlers: list[logging.Handler]
) -> None:
    before = list(log_handlers)
    (tmp_path / "logs").write_text("a file where the folder should be")
    start_log(tmp_path / "logs")
    assert log_handlers == before


def test_the_shipped_font_is_there() -> None:
    assert all(path.is_file() for path in shipped_fonts())


def run(code: str, **environment: str) -> str:
    """Run code in a process with an application of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)} | environment,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    return done.stdout.strip()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux may lack all fonts")
def test_without_any_font_the_shipped_one_is_used(tmp_path: Path) -> None:
    configuration = tmp_path / "fonts.conf"
    configuration.write_text("<fontconfig></fontconfig>", encoding="utf-8")
    family = run(
        "from app.application import make_application; from PySide6.QtGui import QFontInfo;"
        "print(QFontInfo(make_application().font()).family())",
        FONTCONFIG_FILE=str(configuration),
    )
    assert family == FAMILY


def test_a_file_that_the_system_hands_over_later_is_announced(tmp_path: Path) -> None:
    announced = run(
        "import sys; from app.application import make_application;"
        "from PySide6.QtGui import QFileOpenEvent;"
        "application = make_application(); application.fileOpened.connect(print);"
        f"application.sendEvent(application, QFileOpenEvent({str(tmp_path / 'a.doublet')!r}))"
    )
    assert announced == str(tmp_path / "a.doublet")
