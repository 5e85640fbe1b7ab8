"""A session as NeXus: fits for everyone, and the session whole for Doublet."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.xps.commands import Run
from tests.xps.projects import fitted
from xps.errors import SessionError
from xps.export import export
from xps.fitted import RegionFit
from xps.hdf5 import Group, open_file
from xps.model import Ref
from xps.nexus_fit import project_bytes
from xps.project import Project
from xps.readers import read
from xps.session import load, to_bytes
from xps.writers.nexus import nexus_bytes


@pytest.fixture(scope="module")
def project() -> Project:
    return fitted()


@pytest.fixture(scope="module")
def root(project: Project) -> Group:
    return open_file(project_bytes(project), "it")


def fits_of(project: Project) -> list[RegionFit]:
    """Return the fits in the order of the spectra."""
    regions = [project.region_of(entry.id) for entry in project.entries]
    fits = [project.fit_of(region.id) for region in regions if region]
    return [fit for fit in fits if fit]


def fit_groups(root: Group) -> list[Group]:
    found = [entry.get("fit") for _, entry in root.groups()]
    return [group for group in found if isinstance(group, Group)]


def test_every_fit_has_its_curves(project: Project, root: Group) -> None:
    groups = fit_groups(root)
    assert len(groups) == len(project.fits) > 0
    for fit, group in zip(fits_of(project), groups, strict=True):
        data = group.numbers("data/input_dependent")
        total = group.numbers("data/fit_sum")
        background = group.numbers("background0/data/intensity")
        peaks = [group.numbers(f"peak{i}/data/intensity")
                 for i in range(len(fit.region.components))]  # fmt: skip
        np.testing.assert_allclose(background + np.sum(peaks, axis=0), total, rtol=1e-12)
        np.testing.assert_allclose(data - total, group.numbers("data/residual"), atol=1e-9)
        assert data.size == fit.n_points
        low, high = fit.region.window_ev
        energy = group.numbers("data/input_independent")
        assert low <= energy.min() < energy.max() <= high


def test_parameters_have_errors_bounds_and_links(project: Project, root: Group) -> None:
    links = 0
    for fit, group in zip(fits_of(project), fit_groups(root), strict=True):
        for i, component in enumerate(fit.region.components):
            place = f"peak{i}/function/fit_parameters"
            for name, ours in (("area", "area"), ("position", "center"), ("width", "fwhm")):
                node: Any = group.get(f"{place}/{name}")
                param = component.params[ours]
                assert node.numbers() == param.value
                assert node.attributes.get("error") == fit.stderr(Ref(component.id, ours))
                assert node.attributes["vary"] == param.is_free
                if param.is_free and np.isfinite(param.min):
                    assert node.attributes["min"] == param.min
                if param.link is not None:
                    links += 1
                    assert node.attributes["expression"].startswith(("peak", "background0"))
    assert links > 0


def test_the_covariance_has_the_names_of_its_rows(project: Project, root: Group) -> None:
    for fit, group in zip(fits_of(project), fit_groups(root), strict=True):
        np.testing.assert_array_equal(group.numbers("doublet/covariance"), fit.covariance)
        names: Any = group.get("doublet/covariance_parameters")
        assert len(names.texts()) == len(fit.free)
        assert all("." in name for name in names.texts())


def test_the_session_inside_is_the_session(project: Project, tmp_path: Path) -> None:
    export(project, tmp_path / "x.nxs")
    assert to_bytes(load(tmp_path / "x.nxs")) == to_bytes(project)


def test_its_spectra_are_read_like_any_others(project: Project, tmp_path: Path) -> None:
    export(project, tmp_path / "x.nxs")
    again = read(tmp_path / "x.nxs")
    assert [s.digest for s in again] == [entry.spectrum.digest for entry in project.entries]


def test_commands_take_it_for_a_session(tmp_path: Path, run: Run, example_session: Path) -> None:
    assert run("export", example_session, "--to", tmp_path / "x.nxs").code == 0
    assert run("export", tmp_path / "x.nxs", "--to", tmp_path / "again.csv").code == 0
    assert run("export", example_session, "--to", tmp_path / "first.csv").code == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "first.csv").read_bytes()


def test_a_nexus_file_without_session_is_no_session(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "x.nxs"
    path.write_bytes(nexus_bytes([project.entries[0].spectrum]))
    with pytest.raises(SessionError, match="holds no session"):
        load(path)


def test_the_library_reads_it_whole(project: Project) -> None:
    h5py: Any = pytest.importorskip("h5py")
    seen = []
    with h5py.File(io.BytesIO(project_bytes(project)), "r") as h:
        h.visititems(lambda name, node: seen.append((name, dict(node.attrs))))
        vary = [a["vary"] for _, a in seen if "vary" in a]
        assert {type(value) for value in vary} == {np.bool_}
    assert len(seen) > 100
