"""The program of the bundle: the app and its command line, or the rehearsal of both."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path

REHEARSE = "--rehearse"
_FONTCONFIG = Path("/etc/fonts/fonts.conf")


def main() -> int:
    multiprocessing.freeze_support()  # a worker is this program, started anew
    own_configuration = Path(__file__).with_name(_FONTCONFIG.name)
    if own_configuration.exists() and not _FONTCONFIG.exists():
        os.environ.setdefault("FONTCONFIG_FILE", str(own_configuration))
    from app.places import portable_folder

    portable = portable_folder()
    if portable is not None:
        os.environ.setdefault("MPLCONFIGDIR", str(portable / "matplotlib"))
    if sys.argv[1:2] == [REHEARSE]:
        from bundle.rehearsal import rehearse

        return rehearse(Path(sys.argv[2]), only_start="start" in sys.argv[3:])
    from app.__main__ import main as doublet

    return doublet()


if __name__ == "__main__":
    sys.exit(main())
