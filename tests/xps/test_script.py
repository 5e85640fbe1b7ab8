"""Exported scripts: they repeat the fits with numpy and lmfit, and without Doublet."""

from __future__ import annotations

import json
import math
import os
import re
import runpy
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.truth import argyrodite
from tests.xps.commands import Run
from tests.xps.example import hostile
from tests.xps.projects import fitted, one_fit, with_center
from xps.component import default_shape_params
from xps.errors import XpsError
from xps.export import export
from xps.fitting import fit_region
from xps.lineshapes import SHAPES
from xps.losses import LOSSES, loss_matrix
from xps.model import Background, Component, Param, Ref, Region, Singlet
from xps.problem import with_guess
from xps.project import ChargeReference, Project
from xps.resources import resource
from xps.script import script_text
from xps.script_parts import functions_source
from xps.session import load
from xps.spectrum import Spectrum

SAVED = Path(__file__).parents[1] / "data" / "sessions"
FUNCTIONS = runpy.run_path(str(resource("script", "functions.py")))
AREAS, ERRORS = 1e-6, 1e-4

ALONE = """
import json, runpy, sys

class NoDoublet:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("xps", "app", "PySide6", "matplotlib"):
            raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, NoDoublet())
space = runpy.run_path(sys.argv[1])
found = []
for fit in space["FITS"]:
    value, error = space["solve"](fit)
    starts = {name: number[0] for name, number in fit["free"].items()}
    found.append([value, error, starts])
space["report"](fit, value, error)
print(json.dumps(found))
"""


def repeated(text: str, folder: Path) -> tuple[list[Any], str]:
    """Run a script where Doublet cannot be imported; return what it found and printed."""
    path = folder / "fit.py"
    path.write_text(text, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    ended = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, str(path)],
        capture_output=True,
        check=False,
        cwd=folder,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    printed, found = ended.stdout.decode().rstrip().rsplit("\n", 1)
    return json.loads(found), printed


def assert_repeats(project: Project, folder: Path, prefixes: Sequence[str] = ("",)) -> str:
    """Assert that a script finds the areas and errors of a project; return what it prints."""
    text, notes = script_text(project)
    assert notes == ()
    results, printed = repeated(text, folder)
    fits = list(project.fits)
    together = len(prefixes) > 1
    assert len(results) == (1 if together else len(fits))
    for place, fit in enumerate(fits):
        value, error, _ = results[0 if together else place]
        prefix = prefixes[place] if together else ""
        for ref, param in fit.region.params():
            name = f"{prefix}{ref.component}_{ref.parameter}"
            expected = fit.stderr(ref)
            scale = max(abs(param.value), expected or 0.0)
            assert value[name] == pytest.approx(param.value, abs=AREAS * scale), name
            if expected is not None:
                assert error[name] == pytest.approx(expected, rel=ERRORS), name
        for component in fit.region.components:
            name = f"{prefix}{component.id}_area"
            assert value[name] == pytest.approx(component.area.value, rel=AREAS), name
    return printed


# --- whole sessions ---------------------------------------------------------------------------


def test_the_example_is_repeated_without_doublet(tmp_path: Path) -> None:
    project = fitted()
    ordered = [project.fit_of(region.id) for region in project.regions]
    project = replace(project, fits=tuple(fit for fit in ordered if fit is not None))
    printed = assert_repeats(project, tmp_path)
    assert "PS₄³⁻" in printed or "lattice" in printed
    assert "largest relative difference from Doublet" in printed


@pytest.mark.skipif("DOUBLET_FRESH" not in os.environ, reason="make script installs packages")
@pytest.mark.parametrize("name", ["example", "ties", "errors"])
def test_a_fresh_environment_of_numpy_and_lmfit_is_enough(name: str, tmp_path: Path) -> None:
    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / ("Scripts" if os.name == "nt" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "numpy", "lmfit"], check=True)
    path = tmp_path / "fit.py"
    path.write_text(script_text(load(SAVED / f"format-2-{name}.doublet"))[0], encoding="utf-8")
    encoded = os.environ | {"PYTHONIOENCODING": "utf-8"}
    ended = subprocess.run([python, "-I", path], capture_output=True, check=True, env=encoded)
    found = re.findall(rb"(\S+) of the values, (\S+) of the errors", ended.stdout)
    assert len(found) == ended.stdout.count(b"largest relative difference") > 0
    assert max(float(values) for values, _ in found) < AREAS
    assert max(float(errors) for _, errors in found) < ERRORS


def test_linked_regions_are_repeated_as_one_fit(tmp_path: Path) -> None:
    project = load(SAVED / "format-2-ties.doublet")
    assert sum(len(fit.ties) for fit in project.fits) == 1
    text, _ = script_text(project)
    (whole,), _ = repeated(text, tmp_path)
    value, error, _ = whole
    for fit in project.fits:
        prefix = f"{fit.region.core_level.replace(' ', '').lower()}_"
        for component in fit.region.components:
            ref = Ref(component.id, "area")
            name = f"{prefix}{component.id}_area"
            assert value[name] == pytest.approx(component.area.value, rel=AREAS)
            assert error[name] == pytest.approx(fit.stderr(ref), rel=ERRORS)
            center = fit.stderr(Ref(component.id, "center"))
            assert error[f"{prefix}{component.id}_center"] == pytest.approx(center, rel=ERRORS)


def test_a_script_does_not_start_from_the_answer(tmp_path: Path) -> None:
    (result,), _ = repeated(script_text(one_fit())[0], tmp_path)
    value, _, starts = result
    moved = [abs(start / value[name] - 1.0) for name, start in starts.items()]
    assert max(moved) > 0.01


def test_a_session_of_the_first_format_is_exported(tmp_path: Path) -> None:
    assert_repeats(load(SAVED / "format-1-errors.doublet"), tmp_path)


# --- every kind of background, shape, noise and bound -----------------------------------------

SPECTRUM = argyrodite(4000.0, step=0.1).spectrum(3)


def component(id_: str, center: float, kind: str = "sgl", **changes: Any) -> Component:
    shape = tuple(replace(param, vary=False) for param in default_shape_params(kind))
    width = Param(1.2, min=0.4, max=3.0)
    made = Component(id_, id_, Singlet(), kind, Param(1000.0), Param(center), width, shape)
    return replace(made, **changes)


def project_of(
    components: Sequence[Component], background: Background, spectrum: Spectrum = SPECTRUM
) -> Project:
    spectrum = spectrum.with_(sample="made", core_level="S 2p")
    region = Region("r", "s0", "S 2p", (157.0, 173.0), background, tuple(components))
    project = Project().with_spectra((spectrum,))
    region = with_guess(replace(region, spectrum=project.entries[0].id), spectrum, 0.0)
    charge = ChargeReference("manual", 0.05)
    project = project.with_sample(replace(project.samples[0], charge=charge))
    return project.with_fit(fit_region(region, spectrum, charge))


PEAKS = (component("a", 161.9), component("b", 163.2), component("c", 168.8))
FREE_T = Param(0.3, min=-0.5, max=5.0)
BACKGROUNDS = {
    "peak-shirley": Background(),
    "polynomial": Background(curvature=Param(0.0), cubic=Param(0.0, vary=False)),
    "own step": Background(own_k=(("c", Param(0.02, min=-0.05, max=0.3)),)),
    "peak-tougaard": Background("peak-tougaard", t=FREE_T),
    "both": Background(
        "peak-shirley-tougaard", k=Param(0.02, vary=False), t=FREE_T, loss="u3-sio2"
    ),
    "shirley": Background("shirley"),
    "linear": Background("linear"),
    "smart": Background("smart"),
}


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_every_background_is_repeated(name: str, tmp_path: Path) -> None:
    assert_repeats(project_of(PEAKS, BACKGROUNDS[name]), tmp_path)


@pytest.mark.parametrize("kind", SHAPES)
def test_every_shape_is_repeated(kind: str, tmp_path: Path) -> None:
    peaks = [component(id_, at, kind) for id_, at in (("a", 161.9), ("b", 163.2), ("c", 168.8))]
    if SHAPES[kind].parameters:
        parameter = SHAPES[kind].parameters[0]
        free = Param(parameter.default, min=parameter.typical[0], max=parameter.typical[1])
        peaks[0] = peaks[0].with_param(parameter.name, free)
    assert_repeats(project_of(peaks, Background()), tmp_path)


@pytest.mark.parametrize("noise", ["poisson", "counts/s", "arbitrary", "negative", "equal"])
def test_every_noise_is_repeated(noise: str, tmp_path: Path) -> None:
    spectrum = SPECTRUM
    if noise == "counts/s":
        spectrum = SPECTRUM.with_(unit="counts/s", dwell_s=None)
    elif noise == "arbitrary":
        spectrum = SPECTRUM.with_(unit="arbitrary", intensity=0.37 * SPECTRUM.intensity)
    elif noise == "negative":
        spectrum = SPECTRUM.with_(unit="arbitrary", intensity=SPECTRUM.intensity - 1e4)
    project = project_of(PEAKS, Background(), spectrum)
    if noise == "equal":
        region = replace(project.regions[0], weights="equal")
        charge = project.samples[0].charge
        project = project.with_fit(fit_region(region, project.entries[0].spectrum, charge))
    assert_repeats(project, tmp_path)


def test_a_parameter_at_its_bound_is_held_there(tmp_path: Path) -> None:
    wide = replace(PEAKS[2], fwhm=Param(1.2, min=0.4, max=1.25))
    project = project_of((*PEAKS[:2], wide), Background())
    assert Ref("c", "fwhm") in project.fits[0].at_bound
    text, _ = script_text(project)
    assert "'c_fwhm': 1.25,  # held by its bound" in text
    assert_repeats(project, tmp_path)


# --- what it says, and does not ---------------------------------------------------------------


def test_a_stale_fit_is_left_out_and_said() -> None:
    project = with_center(fitted(), 0.01)
    _, notes = script_text(project)
    assert len(notes) == 1
    assert "S 2p: left out, not fitted as it is now" in notes[0]


def test_nothing_to_export_is_refused() -> None:
    with pytest.raises(XpsError, match="no fit to export"):
        script_text(with_center(one_fit(), 0.01))


def test_hostile_names_are_literals_and_nothing_more(tmp_path: Path) -> None:
    text, _ = script_text(hostile().project, 'evil\'"""\nimport os.py')
    assert "\u202e" not in text
    assert "\x00" not in text
    assert "python fit.py" in text
    (result,), printed = repeated(text, tmp_path)
    assert "<script>" in printed
    assert result[0]["ps4_area"] > 0.0


quotes = st.text(alphabet=st.sampled_from("'\"\\\n{}#\u202e\x00시a()$%"), max_size=20)


@given(sample=quotes, name=quotes)
@settings(max_examples=40)
def test_no_name_ends_its_literal(sample: str, name: str) -> None:
    import ast

    project = one_fit()
    (entry,), (fit,) = project.entries, project.fits
    spectrum = entry.spectrum.with_(sample=f"s{sample}")
    renamed = replace(fit.region.components[0], name=name)
    region = fit.region.with_component(renamed)
    made = Project().with_spectra((spectrum,))
    region = replace(region, spectrum=made.entries[0].id)
    charge = project.samples[0].charge
    made = made.with_sample(replace(made.samples[0], charge=charge))
    made = made.with_fit(replace(fit, region=region))
    fresh = replace(made.fits[0], fingerprint=made.fingerprint(region.id))
    tree = ast.parse(script_text(made.with_fit(fresh))[0])
    kinds = {type(node) for node in tree.body}
    assert kinds <= {
        ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.FunctionDef, ast.If,
    }  # fmt: skip
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert name in texts


def test_only_what_is_needed_is_in_a_script() -> None:
    text, _ = script_text(one_fit())
    assert "def sgl(" in text
    for other in ("def voigt(", "def broadened(", "scipy", "import xps", "def losses("):
        assert other not in text


def test_the_command_and_the_export_write_a_script(
    run: Run, tmp_path: Path, example_session: Path
) -> None:
    assert run("script", example_session, "-o", tmp_path / "my_fit.py").code == 0
    text = (tmp_path / "my_fit.py").read_text("utf-8")
    assert "python my_fit.py" in text
    assert export(load(example_session), tmp_path / "fit.py") == ()
    assert (tmp_path / "fit.py").read_text("utf-8") == text.replace("my_fit.py", "fit.py")


# --- its functions against those of the library -----------------------------------------------


def drawn_parameters(kind: str, random: np.random.Generator) -> list[float]:
    return [float(random.uniform(*p.typical)) for p in SHAPES[kind].parameters]


@pytest.mark.parametrize("kind", SHAPES)
def test_shapes_and_their_derivatives_are_those_of_the_library(kind: str) -> None:
    random = np.random.default_rng(5)
    u = np.linspace(-12.0, 12.0, 301)
    for _ in range(4):
        parameters = drawn_parameters(kind, random)
        curve, slope, rows = FUNCTIONS[kind.replace("-", "_")](u, *parameters)
        known = SHAPES[kind].profile(u, [0.0], [1.0], tuple([p] for p in parameters))
        top = float(known.density.max())
        np.testing.assert_allclose(curve, known.density[0], atol=2e-9 * top)
        np.testing.assert_allclose(-slope, known.d_center[0], atol=1e-6 * top)
        for row, expected in zip(rows, known.d_parameters, strict=True):
            np.testing.assert_allclose(row, expected[0], atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_those_of_the_library(name: str) -> None:
    energy, loss = np.linspace(150.0, 190.0, 161), LOSSES[name]
    for gap in (0.0, 4.0):
        matrix = FUNCTIONS["losses"](energy, loss.b, loss.c, loss.d, gap)
        expected = loss_matrix(energy, replace(loss, gap_ev=gap))
        np.testing.assert_allclose(matrix, expected, atol=1e-14)


def test_imports_are_only_those_used() -> None:
    source = functions_source(["gaussian"])
    assert source.startswith("import math\nimport numpy as np")
    space: dict[str, Any] = {}
    exec(compile(source, "functions", "exec"), space)  # noqa: S102  our own source
    curve, _, _ = space["gaussian"](np.array([0.0, 0.5]))
    assert curve[1] == pytest.approx(0.5 * curve[0])
    assert math.isfinite(curve[0])
