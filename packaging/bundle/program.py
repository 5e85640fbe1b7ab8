"""The program of the bundle: the app and its command line, or the rehearsal of both."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

REHEARSE = "--rehearse"
_FONTCONFIG = Path("/etc/fonts/fonts.conf")
# Where PyInstaller has this program find its libraries and plugins, which by now it has found;
# browsers and others that it starts must find their own.
_FOR_THIS_PROGRAM = ("LD_LIBRARY_PATH", "QT_PLUGIN_PATH", "QML2_IMPORT_PATH")


def main() -> int:
    multiprocessing.freeze_support()  # a worker is this program, started anew
    set_environment(Path(__file__).parent)
    if sys.argv[1:2] == [REHEARSE]:
        from bundle.rehearsal import rehearse

        return rehearse(Path(sys.argv[2]), only_start="start" in sys.argv[3:])
    from app.__main__ import main as doublet

    return doublet()


def set_environment(folder: Path) -> None:
    """Set what libraries ask the environment for.

    Parameters
    ----------
    folder : Path
        Where the files of the bundle are.
    """
    for name in _FOR_THIS_PROGRAM:
        original = os.environ.pop(f"{name}_ORIG", None)
        if original is not None:
            os.environ[name] = original
        else:
            os.environ.pop(name, None)
    os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"  # and workers find theirs anew
    own_configuration = folder / _FONTCONFIG.name
    if own_configuration.exists() and not _FONTCONFIG.exists():
        os.environ.setdefault("FONTCONFIG_FILE", str(own_configuration))

    from app.places import portable_folder

    portable = portable_folder()
    if portable is not None:
        os.environ.setdefault("MPLCONFIGDIR", str(portable / "matplotlib"))


if __name__ == "__main__":
    sys.exit(main())
