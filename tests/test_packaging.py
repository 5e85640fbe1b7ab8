"""What a user gets who installs Doublet: the right modules, the data, a lock that holds."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import xps

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCKS = {
    name: (ROOT / "requirements" / f"{name}.txt").read_text("utf-8") for name in ("dev", "bundle")
}


def locked(name: str) -> Iterator[Requirement]:
    """Yield the requirements of a lock, one for each package and condition."""
    for entry in re.split(r"\n(?=[a-z0-9])", LOCKS[name]):
        if not entry.startswith("#"):
            yield Requirement(entry.split(" \\\n")[0])


def shipped_data() -> set[str]:
    """Return the files of resources/ as they are named in the wheel."""
    files = (path for path in (ROOT / "resources").rglob("*") if path.is_file())
    return {
        f"xps/_resources/{path.relative_to(ROOT / 'resources').as_posix()}"
        for path in files
        if not path.name.startswith(".")
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, with the installed hatchling and no network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the wheel into an empty folder, as pip would."""
    folder = tmp_path_factory.mktemp("site packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run_installed(installed: Path, cwd: Path, *arguments: str) -> str:
    """Run Python on the unpacked wheel and return what it prints.

    ``-S`` leaves out the site module and so the editable install's .pth line: the checkout
    cannot be imported, and the packages that Doublet depends on are named by PYTHONPATH.
    """
    dependencies = sysconfig.get_path("purelib")
    done = subprocess.run(
        [sys.executable, "-S", "-P", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), dependencies])},
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_xps_is_ours_and_not_the_one_on_pypi():
    assert xps.__file__ is not None
    assert Path(xps.__file__).parent == ROOT / "xps"


def test_the_installed_version_is_that_of_the_project():
    assert version("doublet") == xps.__version__


def test_importing_xps_loads_nothing_that_is_slow_to_load():
    slow = ["lmfit", "matplotlib", "scipy.optimize", "PySide6", "pyqtgraph"]
    code = f"import sys, xps; print(*(name for name in {slow} if name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, encoding="utf-8"
    )
    assert done.stdout.split() == []


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_a_lock_names_no_host(lock: str):
    assert not re.search(r"https?:|file:|--(?!hash=sha256:)", lock)


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_every_locked_package_has_an_exact_version_and_hashes(lock: str):
    entries = [entry for entry in re.split(r"\n(?=[a-z0-9])", lock) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==[^ ]+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        (name, bound)
        for name in LOCKS
        for bound in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"][name]]
    ],
)
def test_a_lock_keeps_the_bounds_of_the_project(name: str, bound: str):
    wanted = Requirement(bound)
    versions = [
        Version(next(iter(entry.specifier)).version)
        for entry in locked(name)
        if entry.name == wanted.name.lower()
    ]
    assert versions
    assert all(found in wanted.specifier for found in versions)


def test_what_is_bundled_has_the_versions_that_were_tested():
    tested = {(entry.name, str(entry.specifier)) for entry in locked("dev")}
    names = {name for name, _ in tested}
    bundled = {(entry.name, str(entry.specifier)) for entry in locked("bundle")}
    assert {entry for entry in bundled if entry[0] in names} <= tested


@pytest.mark.packaging
def test_the_wheel_holds_the_program_and_its_data_and_nothing_else(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    data = {name for name in names if name.startswith("xps/_resources/")}
    guide = {name for name in data if name.startswith("xps/_resources/guide/")}
    assert data - guide == shipped_data()
    assert {name.split("/")[0] for name in names} == {
        "app",
        "xps",
        f"doublet-{xps.__version__}.dist-info",
    }


@pytest.mark.packaging
def test_the_wheel_brings_the_license_and_both_commands(installed: Path):
    info = installed / f"doublet-{xps.__version__}.dist-info"
    commands = ConfigParser()
    commands.read(info / "entry_points.txt", encoding="utf-8")
    assert commands["console_scripts"]["doublet"] == "app.__main__:main"
    assert commands["gui_scripts"]["doublet-gui"] == "app.__main__:main"
    assert (info / "licenses" / "LICENSE").read_text("utf-8").startswith("BSD 3-Clause License")


@pytest.mark.packaging
def test_outside_the_checkout_the_installed_xps_is_imported(installed: Path, tmp_path: Path):
    found = run_installed(installed, tmp_path, "-c", "import xps; print(xps.__file__)")
    assert Path(found.strip()).parent == installed / "xps"


@pytest.mark.packaging
def test_outside_the_checkout_the_data_is_found(installed: Path, tmp_path: Path):
    code = (
        "import json; from xps.resources import ROOT;"
        "print(json.dumps(['xps/_resources/' + p.relative_to(ROOT).as_posix()"
        " for p in ROOT.rglob('*') if p.is_file()]))"
    )
    found = set(json.loads(run_installed(installed, tmp_path, "-c", code)))
    assert {name for name in found if "/guide/" not in name} == shipped_data()


@pytest.mark.packaging
def test_outside_the_checkout_the_guide_is_found(installed: Path, tmp_path: Path):
    code = (
        "from xps.resources import guide_page;print(guide_page(), guide_page('start'), sep=chr(10))"
    )
    found = run_installed(installed, tmp_path, "-c", code).splitlines()
    folder = installed / "xps" / "_resources" / "guide"
    assert "Doublet user guide</h1>" in (folder / "index.html").read_text("utf-8")
    assert list((folder / "pictures").glob("*.png"))
    assert found == [str(folder / "index.html"), str(folder / "start.html")]


@pytest.mark.packaging
def test_outside_the_checkout_every_recipe_and_the_sensitivities_load(
    installed: Path, tmp_path: Path
):
    recipes = sorted(path.stem for path in (ROOT / "resources" / "recipes").glob("*.toml"))
    code = (
        "import sys, xps; from xps.sensitivity import sensitivity;"
        "print(*(xps.load_recipe(name).name for name in sys.argv[1:]));"
        "print(sensitivity('C 1s', 1486.6))"
    )
    names, factor = run_installed(installed, tmp_path, "-c", code, *recipes).splitlines()
    assert {"argyrodite-s2p", "cathode", "ncm-o1s"} <= set(recipes)
    assert names.split() == recipes
    assert float(factor) == 1.0
