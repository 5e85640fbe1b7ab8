"""The license texts of all parts, collected from where the parts came from."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path, PurePath

from bundle.parts import Part, Parts, PartsError

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "packaging" / "licenses"
_IS_TEXT = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)
_GPL = re.compile(r"\bA?GPL")
# Their metadata name the GPL beside the license or the exception that parts.toml names.
_KNOWN_TO_NAME_GPL = {"PySide6_Essentials", "pyinstaller"}


@dataclass(frozen=True)
class Collected:
    """A part as it is in this bundle.

    Attributes
    ----------
    part : Part
    version, source : str
    folder : str
        Where its texts are, within the folder of licenses.
    """

    part: Part
    version: str
    source: str
    folder: str


def collect(sources: Mapping[str, Path], modules: Iterable[str], parts: Parts, to: Path) -> None:
    """Write the texts of all parts that are in a bundle, and a page that leads to them.

    Parameters
    ----------
    sources : mapping of str to Path
        Where each shared object of the bundle came from.
    modules : iterable of str
        Packages of Python.
    parts : Parts
    to : Path
        The folder; made anew.

    Raises
    ------
    PartsError
        If a part is unknown, has no license text, or is under the GPL.
    """
    parts.refuse_gpl()
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    files: dict[str, list[Path]] = {}
    for name, source in sources.items():
        files.setdefault(parts.of_file(name).name, []).append(source)
    present = {parts.of_module(name).name for name in modules} | set(files)
    found = [
        _collect_part(part, files.get(part.name, []), to)
        for part in parts.parts
        if part.name in present
    ]
    (to / "README.md").write_text(overview(found), encoding="utf-8")


def overview(found: Iterable[Collected]) -> str:
    """Return the page with all parts, their versions, licenses and sources."""
    lines = [
        f"| {each.part.name} | {each.version} | {each.part.license} "
        f"| [{each.folder}]({each.folder}) | {each.source} |"
        for each in found
    ]
    template = (TEXTS / "README.md").read_text(encoding="utf-8")
    return template.replace("{parts}", "\n".join(lines))


def _collect_part(part: Part, files: list[Path], to: Path) -> Collected:
    folder = re.sub(r"\W+", "-", part.name.split(",")[0]).strip("-").lower()
    place = to / folder
    place.mkdir()
    for name in part.text:
        shutil.copy(TEXTS / name, place)
    version, source = "", part.source
    if part.name == "Doublet":
        shutil.copy(ROOT / "LICENSE", place)
    elif part.name == "Python":
        version, source = sys.version.split()[0], "https://www.python.org/downloads/source/"
        shutil.copy(python_license(), place)
    elif part.carrier:
        found = distribution(part.carrier)
        version = f"in {found.metadata['Name']} {found.version}"
        source = source or f"https://pypi.org/project/{part.carrier}/{found.version}/"
        shutil.copy(_texts(found)[0], place)
    elif part.distribution:
        found = distribution(part.distribution)
        version = found.version
        source = source.format(version=version, minor=version.rpartition(".")[0])
        source = source or f"https://pypi.org/project/{part.distribution}/{version}/"
        for number, text in enumerate(_texts(found)):
            shutil.copy(text, place / (f"{number}-{text.name}" if number else text.name))
        _refuse_gpl(found)
    elif files and all(map(package_of, files)):
        version, source = _copy_of_system(files, place)
    elif not part.text and not sys.platform.startswith("linux"):
        # It came with Python, whose license file has its text there.
        version = f"in Python {sys.version.split()[0]}"
        shutil.copy(python_license(), place)
    if not any(place.iterdir()):
        raise PartsError(f"no license text was found for {part.name}")
    return Collected(part, version, source, folder)


def _texts(found: Distribution) -> list[Path]:
    """Return the license files of a package, its own before those of what it contains."""
    named = [file for file in found.files or () if _IS_TEXT.search(file.name)]
    inside = [file for file in named if file.parts[0].endswith(".dist-info")]
    return [Path(str(found.locate_file(file))) for file in sorted(inside, key=_depth)]


def _depth(file: PurePath) -> int:
    return len(file.parts)


def _refuse_gpl(found: Distribution) -> None:
    metadata = found.metadata
    said = [metadata.get("License-Expression", "")]
    said += [line for line in metadata.get_all("Classifier", ()) if line.startswith("License")]
    said += metadata.get("License", "").splitlines()[:1]
    if found.metadata["Name"] not in _KNOWN_TO_NAME_GPL and any(map(_GPL.search, said)):
        raise PartsError(f"{metadata['Name']} {found.version} names the GPL: {'; '.join(said)}")


def python_license() -> Path:
    """Return the license of the Python that runs."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    for path in (
        stdlib / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        *(Path(sys.base_prefix) / "share" / "doc").glob("python3*/copyright"),
    ):
        if path.is_file():
            return path
    raise PartsError(f"no license of Python is in {sys.base_prefix}")


def _copy_of_system(files: list[Path], to: Path) -> tuple[str, str]:
    versions, sources = [], []
    for package in sorted({package for file in files if (package := package_of(file))}):
        shutil.copy(f"/usr/share/doc/{package.split(':')[0]}/copyright", to / package.split(":")[0])
        form = "${Version} ${source:Package} ${source:Version}"
        version, name, source_version = _ask("dpkg-query", "-W", f"-f={form}", package).split()
        versions.append(version)
        sources.append(f"https://snapshot.debian.org/package/{name}/{source_version}/")
    return ", ".join(dict.fromkeys(versions)), " ".join(dict.fromkeys(sources))


def package_of(file: Path) -> str:
    """Return the package of Debian or its kin that a file came with; "" for none."""
    if shutil.which("dpkg-query") is None:
        return ""
    real = file.resolve()
    # Since /lib became a link to /usr/lib, some packages are still listed under the former.
    for path in (real, Path(str(real).replace("/usr/lib/", "/lib/", 1))):
        answer = _ask("dpkg-query", "-S", str(path))
        if answer:
            return answer.rpartition(": ")[0]
    return ""


def _ask(*command: str) -> str:
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    return done.stdout.strip()
