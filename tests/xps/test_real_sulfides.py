"""Measured S 2p of MoS2 and WS2 against the CasaXPS fits that the file carries."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import xps
from xps.analysis import apply_recipe, fit_project
from xps.fitted import RegionFit
from xps.model import Background, Param, Prior, Ref
from xps.project import ChargeReference, Project
from xps.species import Species
from xps.suggestion import suggest

RECIPE = Path(__file__).parents[1] / "data" / "mos2-ws2.toml"
FILE = "casa_vms/MoS2_WS2_assigned_A.vms"
MAIN = Ref("disulfide", "center")


@dataclass(frozen=True)
class Stored:
    """What CasaXPS found, in its calibrated frame."""

    block: int
    shift: float
    window: tuple[float, float]
    center: float
    fwhm: float
    area: float


def _stored(shared_data: Path, block: int) -> Stored:
    """Return the fit of one block; the main doublet is that of the largest component."""
    fits = json.loads((shared_data / "casa_reference.json").read_text(encoding="utf-8"))
    fit = next(f for f in fits if f["file"] == FILE and f["block"] == block)
    main = max(fit["components"], key=lambda c: c["area_cps_eV"])
    partner = next(
        c for c in fit["components"] if c["be_eV"] == pytest.approx(main["be_eV"] + 1.16, abs=1e-3)
    )
    assert partner["area_cps_eV"] == pytest.approx(0.5 * main["area_cps_eV"], rel=1e-3)
    low, high = fit["regions"][0]["be_window"]
    area = 1.5 * main["area_cps_eV"]
    return Stored(block, fit["calib_shift_eV"], (low, high), main["be_eV"], main["fwhm_eV"], area)


def _fitted(shared_data: Path, stored: Stored, off: float, window: str) -> RegionFit:
    spectrum = xps.read(shared_data / FILE)[stored.block]
    project, _ = apply_recipe(Project().with_spectra((spectrum,)), xps.load_recipe(RECIPE))
    charge = ChargeReference("manual", stored.shift)
    project = project.with_sample(replace(project.samples[0], charge=charge))
    start = stored.center + off
    region = project.regions[0].with_param(MAIN, Param(start, min=start - 1.0, max=start + 1.0))
    if window == "stored":
        region = replace(region, window_ev=stored.window)
    outcome = fit_project(project.with_region(region))
    assert not outcome.failures
    fit = outcome.project.fit_of(region.id)
    assert fit is not None
    return fit


@pytest.mark.parametrize("window", ["recipe", "stored"])
@pytest.mark.parametrize("off", [-0.4, 0.3])
@pytest.mark.parametrize("block", [7, 16, 25])
def test_center_is_that_of_casaxps(shared_data: Path, block: int, off: float, window: str) -> None:
    stored = _stored(shared_data, block)
    fit = _fitted(shared_data, stored, off, window)
    assert fit.success
    assert fit.at_bound == ()
    assert fit.region.param(MAIN).value == pytest.approx(stored.center, abs=0.015)


@pytest.mark.parametrize("block", [7, 16, 25])
def test_width_and_area_are_near_those_of_casaxps(shared_data: Path, block: int) -> None:
    """A few percent remain: CasaXPS took a Tougaard background and no weights."""
    stored = _stored(shared_data, block)
    fit = _fitted(shared_data, stored, 0.3, "stored")
    component = fit.region.component("disulfide")
    assert fit.area_unit == "counts/s·eV"
    assert component.fwhm.value == pytest.approx(stored.fwhm, rel=0.04)
    assert component.area.value == pytest.approx(stored.area, rel=0.06)


def _disulfide(key: str, center: float, allowed: tuple[float, float]) -> Species:
    return Species(key, "S 2p", key, "S", "sulfide", center, allowed, (0.5, 1.3), ())


@pytest.mark.parametrize(
    ("block", "doublets"),
    [(7, {"mos2": 161.7578, "ws2": 162.7723}), (16, {"ws2": 162.6723}), (25, {"mos2": 162.441})],
)
def test_suggestion_proposes_the_doublets_of_casaxps(
    shared_data: Path, block: int, doublets: dict[str, float]
) -> None:
    """In the stored windows, with Tougaard's losses as stored, and the recipes' shape."""
    stored = _stored(shared_data, block)
    disulfide = xps.load_recipe(RECIPE).regions[0].with_shape({"disulfide"}, "sgl")
    template = replace(
        disulfide, window_ev=stored.window, background=Background("peak-tougaard")
    ).with_param(Ref("disulfide", "mixing"), Param(0.3, min=0.0, max=0.8, prior=Prior(0.3, 0.1)))
    found = suggest(
        xps.read(shared_data / FILE)[block],
        "S 2p",
        charge=ChargeReference("manual", stored.shift),
        template=template,
        candidates=[
            _disulfide("mos2", 162.1, (161.5, 162.5)),
            _disulfide("ws2", 162.7, (162.5, 163.0)),
        ],
    )
    assert found.best is not None
    assert found.best.confirmed
    centers = {c.id: c.center.value for c in found.best.region.components}
    assert set(centers) == set(doublets)
    strongest = max(found.best.region.components, key=lambda c: c.area.value)
    assert centers[strongest.id] == pytest.approx(stored.center, abs=0.02)
    for key, center in doublets.items():
        assert centers[key] == pytest.approx(center, abs=0.25)


def test_misfit_of_real_data_is_told(shared_data: Path) -> None:
    fit = _fitted(shared_data, _stored(shared_data, 25), 0.3, "stored")
    assert fit.reduced_chi2 is not None
    assert fit.reduced_chi2 > 2.0
    assert any("misses" in warning for warning in fit.warnings)


def test_recipe_says_why_its_splitting_is_its_own() -> None:
    lines = xps.load_recipe(RECIPE).regions[0].component("disulfide").lines
    assert lines.lines[1].offset_ev == 1.16
    assert "1.16 eV" in lines.unlocked_because
