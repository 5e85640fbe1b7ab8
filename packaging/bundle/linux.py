"""What Linux gets: the bundle as tar.gz and as .deb, with menu entry, MIME type and icons."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bundle.icons import SVG, write_icon
from bundle.parts import Lent
from xps.version import __version__

ROOT = Path(__file__).parents[2]
FILES = ROOT / "packaging" / "linux"
METAINFO = "io.github.doublet.Doublet.metainfo.xml"
_ICON_SIZES = (32, 48, 64, 128, 256)
_CONTROL = """\
Package: doublet
Version: {version}
Architecture: {architecture}
Maintainer: Doublet contributors <doublet@localhost>
Installed-Size: {size}
Depends: {depends}
Recommends: {recommends}
Section: science
Priority: optional
Description: fits X-ray photoelectron spectra (XPS)
 Doublet turns X-ray photoelectron spectra, S 2p and O 1s first, into amounts
 of chemical species with error bars. It is a desktop app and a command line,
 and brings all that it needs but what its Depends name.
"""


def add_desktop_files(folder: Path) -> None:
    """Put menu entry, MIME type, AppStream data and icons into the folder ``share``."""
    share = folder / "share"
    shutil.rmtree(share, ignore_errors=True)
    icons = share / "icons" / "hicolor"
    for source, target in (
        (FILES / "doublet.desktop", share / "applications" / "doublet.desktop"),
        (FILES / "doublet.xml", share / "mime" / "packages" / "doublet.xml"),
        (SVG, icons / "scalable" / "apps" / "doublet.svg"),
        (FILES / "register.sh", folder / "register.sh"),
    ):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    for size in _ICON_SIZES:
        write_icon(icons / f"{size}x{size}" / "apps" / "doublet.png", size)
    metainfo = share / "metainfo" / METAINFO
    metainfo.parent.mkdir(parents=True)
    metainfo.write_text(metainfo_text(), encoding="utf-8")


def metainfo_text() -> str:
    """Return the AppStream data of this version."""
    # Builds of one source are alike where SOURCE_DATE_EPOCH is set, as Debian wants it.
    now = os.environ.get("SOURCE_DATE_EPOCH")
    date = datetime.fromtimestamp(int(now), UTC) if now else datetime.now(UTC)
    text = (FILES / METAINFO).read_text(encoding="utf-8")
    return text.replace("@VERSION@", __version__).replace("@DATE@", f"{date:%Y-%m-%d}")


def write_tar(folder: Path, to: Path) -> Path:
    """Pack a bundle as tar.gz, owned by nobody in particular."""
    name = f"doublet-{__version__}-linux-{os.uname().machine}"
    path = to / f"{name}.tar.gz"

    def owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        return member

    with tarfile.open(path, "w:gz", compresslevel=9) as archive:
        archive.add(folder, arcname=name, filter=owned_by_root)
    return path


def write_deb(
    folder: Path, to: Path, lent: Iterable[Lent], glibc: tuple[int, ...], work: Path
) -> Path:
    """Pack a bundle as a package of Debian, in /opt/doublet.

    Parameters
    ----------
    folder : Path
        The bundle.
    to : Path
        Where the package goes.
    lent : iterable of Lent
        What the system lends.
    glibc : tuple of int
        The oldest C library that it runs with.
    work : Path
        A folder to put the package together in.
    """
    shutil.rmtree(work, ignore_errors=True)
    program = work / "opt" / "doublet"
    shutil.copytree(folder, program, symlinks=True)
    (program / "register.sh").unlink()  # the package does it for all users
    shutil.move(program / "share", work / "usr" / "share")
    command = work / "usr" / "bin" / "doublet"
    command.parent.mkdir()
    command.symlink_to("/opt/doublet/doublet")
    documents = work / "usr" / "share" / "doc" / "doublet"
    documents.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", documents / "copyright")
    architecture = _ask("dpkg", "--print-architecture")
    control = work / "DEBIAN" / "control"
    control.parent.mkdir()
    size = sum(p.stat().st_size for p in work.rglob("*") if p.is_file() and not p.is_symlink())
    control.write_text(control_text(architecture, size // 1024, lent, glibc), encoding="utf-8")
    path = to / f"doublet_{__version__}_{architecture}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", work, path], check=True)
    return path


def control_text(
    architecture: str, size_kib: int, lent: Iterable[Lent], glibc: tuple[int, ...]
) -> str:
    """Return what Debian is told of the package."""
    lent = tuple(lent)
    oldest = f"libc6 (>= {'.'.join(map(str, glibc))})"
    needed = [each.package for each in lent if not each.optional]
    return _CONTROL.format(
        version=__version__,
        architecture=architecture,
        size=size_kib,
        depends=", ".join(oldest if name == "libc6" else name for name in needed),
        recommends=", ".join(each.package for each in lent if each.optional),
    )


def _ask(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    return done.stdout.strip()
