"""The program: a window, or with a command's name the command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from app.example import RECIPE, example_files

_WITHOUT_WINDOW = ("-h", "--help", "--version")
EXIT_OK, EXIT_INPUT = 0, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window, or run a command without one.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; those of the process by default.

    Returns
    -------
    int
        Exit code.
    """
    if getattr(sys, "frozen", False):  # a bundle starts itself again for each worker of a batch
        from multiprocessing import freeze_support

        freeze_support()
    _keep_sums_to_one_thread()
    from xps import cli

    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments and (arguments[0] in cli.COMMANDS or arguments[0] in _WITHOUT_WINDOW):
        return cli.main(arguments)
    parser = _Parser(prog="doublet", add_help=False)
    parser.add_argument("--example", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args(arguments)
    if not has_display(sys.platform, os.environ):
        if options.example:
            return _example_without_window(options.out)
        sys.stderr.write(
            "doublet: no display to open a window on; see doublet --help for the commands "
            "that need none\n"
        )
        return EXIT_INPUT
    from app.application import run

    return run(options.files, example=options.example)


def _keep_sums_to_one_thread() -> None:
    """Let linear algebra use one thread, where nobody chose otherwise.

    Fits make many small products: threads that wait for one another take a hundred times as long
    while the machine has other work, and sums in several parts end in other digits.
    """
    if "numpy" not in sys.modules:
        for library in ("OPENBLAS", "OMP", "MKL"):
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_INPUT, f"doublet: {message} (see doublet --help)\n")


def has_display(platform: str, environment: Mapping[str, str]) -> bool:
    """Tell whether a window can be opened."""
    if not platform.startswith(("linux", "freebsd")):
        return True
    names = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(environment.get(name) for name in names)


def _example_without_window(folder: Path) -> int:
    """Do with the command line what the window would do, and write the results."""
    from xps import cli

    files = example_files()
    names = " and ".join(path.name for path in files)
    _say(f"No display: the analysis of the simulated example ({names}) runs without a window.")
    folder.mkdir(parents=True, exist_ok=True)
    session, report, figure = (
        folder / f"example.{ending}" for ending in ("doublet", "html", "pdf")
    )
    code = cli.main(
        [
            *("fit", *map(str, files), "--recipe", RECIPE, "--session", str(session)),
            *("--report", str(report), "--figure", str(figure)),
        ]
    )
    if code == EXIT_OK:
        _say(f"Written: {session} (session), {report} (report), {figure} (figure).")
    return code


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
