"""The shipped example: exactly what its documented commands make, and fitted within its errors."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from tests.xps.commands import ROOT, Run
from tests.xps.projects import fitted
from xps.model import Ref
from xps.resources import resource
from xps.truth import ComponentTruth, read_truth

COMMANDS = [
    shlex.split(line)[2:]
    for line in (ROOT / "docs" / "guide" / "tutorial.md").read_text("utf-8").splitlines()
    if line.startswith("$ doublet simulate")
]


def test_the_documentation_says_how_each_file_was_made() -> None:
    made = sorted(Path(command[command.index("--out") + 1]).name for command in COMMANDS)
    assert made == sorted(path.name for path in resource("samples").glob("*.vms"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[-1])
def test_the_documented_command_makes_the_shipped_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(ROOT)
    place = command.index("--out") + 1
    name = command[place]
    out = tmp_path / Path(name).name
    assert run(*command[:place], out, *command[place + 1 :]).code == 0
    assert out.read_bytes() == resource("samples", Path(name).name).read_bytes()


def test_every_sample_of_the_example_is_called_simulated() -> None:
    project = fitted()
    assert len(project.samples) == 2
    assert all("simulated" in sample.name for sample in project.samples)
    assert all("not a measurement" in entry.spectrum.notes for entry in project.entries)


def truths() -> dict[tuple[str, str], dict[str, ComponentTruth]]:
    """The components of each sample and core level, by species."""
    return {
        (sample.name, spectrum.core_level): {c.species: c for c in spectrum.components}
        for sample in read_truth(resource("samples", "cathode.truth.json")).samples
        for spectrum in sample.spectra
    }


@pytest.mark.parametrize("parameter", ["area", "center", "fwhm"])
def test_the_fit_of_the_example_finds_the_truth(parameter: str) -> None:
    project, known = fitted(), truths()
    pulls = []
    for fit in project.fits:
        sample = project.entry(fit.region.spectrum).sample
        for component in fit.region.components:
            truth = known[sample, fit.region.core_level][component.species or component.id]
            true = {"area": truth.area, "center": truth.center_ev, "fwhm": truth.fwhm_ev}[parameter]
            error = fit.stderr(Ref(component.id, parameter))
            if error is not None:
                pulls.append((component.params[parameter].value - true) / error)
    assert len(pulls) >= 14
    assert max(map(abs, pulls)) < 4.0
    assert np.sqrt(np.mean(np.square(pulls))) < 1.8


def test_the_fit_of_the_example_finds_the_charge_shifts() -> None:
    project = fitted()
    for sample in read_truth(resource("samples", "cathode.truth.json")).samples:
        charge = project.sample(sample.name).charge
        assert charge.stderr_ev is not None
        assert abs(charge.shift_ev - sample.charge_shift_ev) < 4.0 * charge.stderr_ev


def test_the_fits_of_the_example_describe_its_data() -> None:
    for fit in fitted().fits:
        assert fit.success
        assert fit.reduced_chi2 == pytest.approx(1.0, abs=5.0 * np.sqrt(2.0 / fit.n_points))
        assert fit.durbin_watson > 1.5


def test_the_truth_file_is_named_where_the_example_is_described() -> None:
    pages = "".join(path.read_text("utf-8") for path in sorted((ROOT / "docs").rglob("*.md")))
    assert re.search(r"resources/samples/cathode\.truth\.json", pages)
