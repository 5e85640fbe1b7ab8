"""Build the bundle for this machine, check what is inside, and pack it.

Run it with the packages of requirements/bundle.txt; ``make bundle`` does.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bundle import contents, linux
from bundle.modules import bundled_modules
from bundle.parts import Lent, Parts, PartsError, load_parts
from bundle.shared_objects import is_shared_object, oldest_glibc, read_needs
from xps.version import __version__

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "build" / "bundle"
FOLDER = BUILT / "dist" / ("Doublet.app" if sys.platform == "darwin" else "doublet")
OUT = ROOT / "dist"
AGREED = Path(__file__).with_name(f"contents-{sys.platform}.csv")

UNPACKED_MB, PACKED_MB = 340, 130
OLDEST_GLIBC = (2, 35)  # Ubuntu 22.04; Qt's own files need 2.34


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", action="store_true", help="write the list of contents anew")
    parser.add_argument("--no-pack", action="store_true", help="leave out the archives")
    options = parser.parse_args()
    parts = load_parts()
    make_guide()
    run_pyinstaller()
    if sys.platform.startswith("linux"):
        strip_python()
        linux.add_desktop_files(FOLDER)
    problems = list(check_contents(parts, accept=options.accept))
    packed: list[Path] = []
    OUT.mkdir(exist_ok=True)
    if sys.platform.startswith("linux"):
        glibc, lent = check_libraries(parts)
        print(f"runs with glibc {'.'.join(map(str, glibc))} or newer")
        if glibc > OLDEST_GLIBC:
            problems.append(f"needs glibc {glibc}, more than {OLDEST_GLIBC}")
        if not options.no_pack:
            packed.append(linux.write_tar(FOLDER, OUT))
        if shutil.which("dpkg-deb") and not options.no_pack:
            packed.append(linux.write_deb(FOLDER, OUT, lent, glibc, BUILT / "deb"))
    elif sys.platform == "win32":
        name = OUT / f"doublet-{__version__}-windows-x86_64"
        packed.append(Path(shutil.make_archive(str(name), "zip", FOLDER.parent, FOLDER.name)))
    problems += check_sizes(FOLDER, packed)
    for problem in problems:
        print(f"FAILED {problem}", file=sys.stderr)
    return 1 if problems else 0


def make_guide() -> None:
    """Make the user guide as HTML, which goes into the bundle."""
    subprocess.run(
        [sys.executable, str(ROOT / "docs" / "pages.py"), str(BUILT / "guide")], check=True
    )


def run_pyinstaller() -> None:
    """Put the program together."""
    shutil.rmtree(BUILT / "dist", ignore_errors=True)
    spec = Path(__file__).with_name("doublet.spec")
    places = ["--distpath", str(BUILT / "dist"), "--workpath", str(BUILT / "work")]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "PyInstaller",
            str(spec),
            "--noconfirm",
            "--log-level=WARN",
            *places,
        ],
        check=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "1"},
    )
    if sys.platform != "darwin":  # where the program is, they are seen
        shutil.move(FOLDER / "_internal" / "licenses", FOLDER / "licenses")


def strip_python() -> None:
    """Leave out what only debuggers read of Python itself; wheels are stripped already."""
    internal = FOLDER / "_internal"
    files = [*internal.glob("libpython3*.so*"), *internal.glob("python3*/lib-dynload/*.so")]
    subprocess.run(["strip", "--strip-debug", *map(str, files)], check=True)


def check_contents(parts: Parts, *, accept: bool) -> list[str]:
    """Hold what is inside against the list that was agreed to; return what is wrong."""
    parts.refuse_gpl()
    program = FOLDER / "Contents" / "MacOS" if sys.platform == "darwin" else FOLDER
    modules = bundled_modules(program / ("doublet.exe" if os.name == "nt" else "doublet"))
    try:
        found = contents.list_contents(FOLDER, modules, parts)
    except PartsError as error:
        return [str(error)]
    contents.write_list(BUILT / AGREED.name, found)
    if accept:
        contents.write_list(AGREED, found)
    if not AGREED.exists():
        print(f"no list was agreed to for {sys.platform}; what was found: {BUILT / AGREED.name}")
        return []
    agreed = contents.read_list(AGREED)
    for name in contents.gone(agreed, found):
        print(f"no longer inside: {name}")
    return list(contents.differences(agreed, found))


def check_libraries(parts: Parts) -> tuple[tuple[int, ...], list[Lent]]:
    """Return the oldest C library that all runs with, and what the system must lend.

    Raises
    ------
    PartsError
        If a library is neither inside nor lent.
    """
    objects = [p for p in FOLDER.rglob("*") if p.is_file() and is_shared_object(p)]
    needs = {path: read_needs(path) for path in objects if not path.is_symlink()}
    inside = {path.name for path in objects}
    lent: dict[str, Lent] = {}
    for path, each in needs.items():
        for library in sorted(each.libraries - inside):
            lender = parts.lender(library)
            if lender is None:
                raise PartsError(f"{path.name} needs {library}, which is not in the bundle")
            lent[lender.package] = lender
    return oldest_glibc(needs.values()), [one for one in parts.lent if one.package in lent]


def check_sizes(folder: Path, packed: list[Path]) -> list[str]:
    """Print the sizes, and return which are too large."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    sizes = [(folder, sum(path.stat().st_size for path in files), UNPACKED_MB)]
    sizes += [(path, path.stat().st_size, PACKED_MB) for path in packed]
    too_large = []
    for path, size, most in sizes:
        print(f"{path.relative_to(ROOT)}: {size / 1e6:.1f} MB of at most {most}")
        if size > most * 1e6:
            too_large.append(f"{path.name} is larger than {most} MB")
    return too_large


if __name__ == "__main__":
    sys.exit(main())
