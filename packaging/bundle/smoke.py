"""Run a built program as a user would: its window, its command line, and a folder beside it.

Run it with any Python: ``python -m bundle.smoke PROGRAM --out FOLDER``. A prefix runs the program
elsewhere, for example in another root, whose files are then found under ``--root``.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from xps.version import __version__

FIRST_PAINT_S = 1.5
STARTS = 5
_LONGEST_S = 600
_HARMLESS = (
    "This plugin does not support propagateSizeHints()",  # Qt, of every window offscreen
    "Matplotlib is building the font cache; this may take a moment.",  # once, if it takes 5 s
)
_HEADS = {
    "pdf": b"%PDF",
    "svg": b"<?xml",
    "png": b"\x89PNG",
    "html": b"<!DOCTYPE html>",
    "xlsx": b"PK",
    "doublet": b"PK",
}


class SmokeError(Exception):
    """What the program did not do."""


@dataclass(frozen=True)
class Bundled:
    """A built program, and where it runs.

    Attributes
    ----------
    program : str
        As it is called.
    prefix : tuple of str
        The command that runs it.
    root : Path
        What it sees as the root of the file system.
    out : str
        The folder for what it writes, as the program names it.
    display : dict of str to str
        Environment for its window.
    """

    program: str
    prefix: tuple[str, ...]
    root: Path
    out: str
    display: dict[str, str]

    def seen_from_here(self, path: str) -> Path:
        """Return a path of the program as this process finds it."""
        return self.root / Path(path).relative_to(Path(path).anchor) if self._moved else Path(path)

    @property
    def _moved(self) -> bool:
        return self.root != Path(self.root.anchor)

    @property
    def folder(self) -> Path:
        """Where the program is, seen from here."""
        return self.seen_from_here(self.program).parent

    @property
    def home(self) -> Path:
        """The home of its user, seen from here."""
        return self.seen_from_here(f"{self.out}/home")

    def make_home(self) -> None:
        """Make an empty home, for whoever the program runs as."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(parents=True)
        if self._moved:
            for folder in (self.home, self.home.parent):
                folder.chmod(0o777)

    def sample(self, name: str) -> str:
        """Return a simulated spectrum in the bundle, as the program names it."""
        found = next(self.folder.parent.rglob(f"_resources/samples/{name}"))
        if not self._moved:
            return str(found)
        return str(PurePosixPath("/") / found.relative_to(self.root).as_posix())

    def run(self, *arguments: str, window: bool = False) -> str:
        """Run the program and return what it prints.

        Raises
        ------
        SmokeError
            If it fails, or complains.
        """
        hidden = ("PYTHON", "LD_", "QT_", "XDG_", "DISPLAY", "WAYLAND", "VIRTUAL_ENV", "MPL")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(hidden)}
        home = f"{self.out}/home"
        environment |= {"HOME": home, "USERPROFILE": home, "APPDATA": home, "LOCALAPPDATA": home}
        if window:
            environment |= self.display
        done = subprocess.run(
            [*self.prefix, self.program, *arguments],
            check=False,
            capture_output=True,
            encoding="utf-8",
            env=environment,
            timeout=_LONGEST_S,
        )
        complaints = [line for line in done.stderr.splitlines() if line not in _HARMLESS]
        if done.returncode or complaints:
            raise SmokeError(
                f"doublet {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}"
            )
        return done.stdout

    def rehearse(self, folder: str, *only: str) -> dict[str, object]:
        """Have the program walk through its window; return what it tells of it."""
        began = time.time()
        place = f"{self.out}/{folder}"
        self.run("--rehearse", place, *only, window=True)
        told = json.loads((self.seen_from_here(place) / "told.json").read_text("utf-8"))
        told["first_paint_s"] = told["first_paint_at"] - began
        return told


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--out", required=True, help="a folder for what the program writes")
    parser.add_argument("--prefix", default="", help="the command that runs the program")
    parser.add_argument("--root", type=Path, help="what the program sees as /")
    parser.add_argument("--display", help="an X server; without it, the window is offscreen")
    parser.add_argument("--timed", action="store_true", help="fail when the start takes too long")
    options = parser.parse_args()
    program = Path(options.program)
    bundled = Bundled(
        options.program if options.root else str(program.absolute()),
        tuple(shlex.split(options.prefix)),
        options.root or Path(program.absolute().anchor),
        options.out if options.root else str(Path(options.out).absolute()),
        {"DISPLAY": options.display} if options.display else {"QT_QPA_PLATFORM": "offscreen"},
    )
    bundled.make_home()
    try:
        for line in smoke(bundled, timed=options.timed):
            print(line, flush=True)
    except SmokeError as error:
        print(f"FAILED {error}", file=sys.stderr)
        return 1
    return 0


def smoke(bundled: Bundled, *, timed: bool) -> Iterator[str]:
    """Do everything, and yield what was seen."""
    yield command_line(bundled)
    yield batch(bundled)
    yield selfcheck(bundled)
    yield window(bundled)
    yield portable(bundled)
    yield start(bundled, timed=timed)


def command_line(bundled: Bundled) -> str:
    """Fit the example without a window, and verify the session."""
    version = bundled.run("--version").strip()
    if __version__ not in version:
        raise SmokeError(f"it calls itself {version}, not {__version__}")
    names = ("bare-ncm-simulated.vms", "ald5-ncm-simulated.vms")
    files = [bundled.sample(name) for name in names]
    written = {kind: f"{bundled.out}/commands.{kind}" for kind in ("doublet", "html", "pdf")}
    answer = bundled.run(
        *("fit", *files, "--recipe", "cathode", "--json", "--session", written["doublet"]),
        *("--report", written["html"], "--figure", written["pdf"]),
    )
    regions = json.loads(answer)["regions"]
    if len(regions) != 4 or not all(region["success"] for region in regions):
        raise SmokeError(f"of the 4 regions, {len(regions)} were fitted, or one did not converge")
    for kind in written:
        check_file(bundled.seen_from_here(written[kind]))
    bundled.run("verify", written["doublet"])
    return f"{version}: {len(regions)} regions fitted and verified; session, report and figure"


def batch(bundled: Bundled) -> str:
    """Fit in processes of their own, each of which is the program again."""
    out = f"{bundled.out}/batch"
    samples = bundled.sample("bare-ncm-simulated.vms"), bundled.sample("ald5-ncm-simulated.vms")
    bundled.run("batch", *samples, "--recipe", "cathode", "--out", out, "--workers", "2")
    rows = (bundled.seen_from_here(out) / "table.csv").read_text("utf-8").splitlines()
    if len(rows) < 2:
        raise SmokeError(f"batch wrote no rows: {rows}")
    return f"batch: {len(rows) - 1} rows from 2 processes"


def selfcheck(bundled: Bundled) -> str:
    """Have the program prove that its numbers are right."""
    lines = bundled.run("selfcheck").strip().splitlines()
    return f"selfcheck: {lines[-1]}"


def window(bundled: Bundled) -> str:
    """Have the program open the example in its window, fit it and export everything."""
    told = bundled.rehearse("window")
    if told["fits"] != told["converged"] or told["fits"] != told["fits_saved"] or not told["fits"]:
        raise SmokeError(f"the window did not fit, or not save, the example: {told}")
    if not told["font"]:
        raise SmokeError("there is no font to write with")
    if not told["guide"]:
        raise SmokeError("the user guide is missing")
    if told["unknown_versions"]:
        raise SmokeError(f"the program does not know the versions of {told['unknown_versions']}")
    folder = bundled.seen_from_here(f"{bundled.out}/window")
    for name in (
        *("welcome.png", "fitted.png", "compared.png", "example.doublet"),
        *("figure.pdf", "figure.svg", "figure.png", "report.html", "results.xlsx"),
    ):
        check_file(folder / name)
    return f"window on {told['platform']} in {told['font']}: {told['fits']} fits, all exported"


def portable(bundled: Bundled) -> str:
    """See that a folder ``data`` beside the program keeps everything."""
    app = next(
        (p for p in bundled.folder.parents if p.suffix == ".app"), bundled.folder / "doublet"
    )
    data = app.parent / "data"
    bundled.make_home()
    data.mkdir()
    data.chmod(0o777)  # in another root, the program runs as another user
    try:
        bundled.rehearse("portable")
        kept = sorted(path.name for path in data.iterdir())
    finally:
        shutil.rmtree(data)
    strays = [path for path in bundled.home.rglob("*") if path.is_file()]
    if "settings.ini" not in kept or "matplotlib" not in kept or strays:
        raise SmokeError(f"portable: kept {kept}, and left {strays} in the profile")
    return f"portable: kept {', '.join(kept)} beside the program, nothing in the profile"


def start(bundled: Bundled, *, timed: bool) -> str:
    """Time the start up to the first paint, and what of it the processor worked."""
    starts = [bundled.rehearse("start", "start") for _ in range(STARTS)]
    times = [float(str(told["first_paint_s"])) for told in starts]
    work = statistics.median(float(str(told["processor_s"])) for told in starts)
    median = statistics.median(times)
    text = (
        f"first paint after {median:.2f} s (median of {STARTS}, {min(times):.2f} to "
        f"{max(times):.2f}; processor time {work:.2f} s); it may be {FIRST_PAINT_S:g} s"
    )
    if timed and median > FIRST_PAINT_S:
        raise SmokeError(text)
    return text


def check_file(path: Path) -> None:
    """Raise a `SmokeError` if a file is not there or not what its ending says."""
    head = path.read_bytes()[:100] if path.is_file() else b""
    if not head.lstrip().lower().startswith(_HEADS[path.suffix[1:]].lower()):
        raise SmokeError(f"{path} was not written, or is no {path.suffix[1:]}: {head[:20]!r}")


if __name__ == "__main__":
    sys.exit(main())
