"""Systematic errors: how far other choices move the areas, each of them named."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.truth import Truth, argyrodite
from tests.xps.commands import Run, check_schema
from tests.xps.projects import BARE, one_fit
from tests.xps.test_profile import fitted
from xps.error_budget import SystematicErrors
from xps.error_methods import with_errors
from xps.errors import FitError
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.model import Background, Param
from xps.problem import with_guess
from xps.recipe import load_recipe
from xps.report import report_html
from xps.session import load, save
from xps.spectrum import Spectrum
from xps.systematic import systematic
from xps.verify import verify

WIDE = replace(argyrodite(10_000.0, step=0.1), low=155.0, high=175.0)


@cache
def case() -> tuple[RegionFit, Spectrum, SystematicErrors]:
    spectrum = WIDE.spectrum(0)
    fit = fitted(spectrum)
    return fit, spectrum, systematic(fit, spectrum)


def test_each_choice_is_named_once() -> None:
    names = [(member.group, member.name) for member in case()[2].members]
    assert len(set(names)) == len(names)
    groups = [group for group, _ in names]
    assert {group: groups.count(group) for group in groups} == {
        "window": 4,
        "background": 4,
        "shape": 3,
        "ratio": 1,
    }


def test_error_is_the_root_of_the_mean_squares_of_the_groups() -> None:
    fit, _, found = case()
    for i, (id_, error) in enumerate(found.areas.items()):
        total = 0.0
        for group in ("window", "background", "shape", "ratio"):
            off = [
                member.areas[id_] - fit.areas[i]
                for member in found.members
                if member.group == group and not member.why_left_out
            ]
            total += np.mean(np.square(off)) if off else 0.0
        assert error == pytest.approx(np.sqrt(total))


def test_ratio_moves_the_bridging_sulfur_beside_the_minor_line_of_ps4() -> None:
    fit, _, found = case()
    (member,) = [member for member in found.members if member.group == "ratio"]
    index = list(found.areas).index("p_s_p")
    assert member.areas["p_s_p"] < 0.99 * fit.areas[index]


def test_choice_that_the_data_rule_out_is_named_and_does_not_count() -> None:
    steep = replace(WIDE, slope=12.0 * WIDE.slope)
    spectrum = steep.spectrum(0)
    found = systematic(fitted(spectrum), spectrum)
    (member,) = [member for member in found.members if member.name == "the same without slope"]
    assert "the data rule it out" in member.why_left_out


def test_window_beyond_the_data_is_named_and_does_not_count() -> None:
    spectrum = argyrodite(10_000.0, step=0.1).spectrum(0)
    members = systematic(fitted(spectrum), spectrum).members
    left_out = {member.name: member.why_left_out for member in members if member.why_left_out}
    assert left_out["low end −0.5 eV"] == "the data end there"
    assert left_out["high end +0.5 eV"] == "the data end there"
    assert "low end +0.5 eV" not in left_out


def test_cancelled_ensemble_raises() -> None:
    fit, spectrum, _ = case()
    with pytest.raises(FitError, match="cancelled"):
        systematic(fit, spectrum, cancelled=lambda: True)


def test_command_session_report_and_verify_hold_them(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.doublet"
    ended = run(
        *("fit", BARE, "--recipe", "argyrodite-s2p", "--errors", "systematic", "--json"),
        *("--session", path),
    )
    assert ended.code == 0
    check_schema(ended.document)
    (region,) = ended.document["regions"]
    (stored,) = load(path).fits
    assert stored.errors.systematic is not None
    for component in region["components"]:
        assert component["area_systematic"] == stored.errors.systematic.areas[component["id"]]
        assert component["share_systematic"] > 0.0
        assert component["area_interval_95"] is None
    assert "(syst.)" in report_html(load(path))
    assert verify(load(path)).passed
    assert (
        "(systematic)"
        in run("fit", path, "--recipe", "argyrodite-s2p", "--errors", "systematic").out
    )


def test_verify_names_a_systematic_error_that_does_not_come_back() -> None:
    (fit,) = one_fit().fits
    (entry,) = one_fit().entries
    charge = one_fit().sample(entry.sample).charge
    full = with_errors(fit, entry.spectrum, ["systematic"], charge=charge)
    found = full.errors.systematic
    assert found is not None
    wrong = replace(found, areas={**found.areas, "ps4": 2.0 * found.areas["ps4"]})
    spoiled = replace(full, errors=replace(full.errors, systematic=wrong))
    outcome = verify(one_fit().with_fit(spoiled))
    assert [d.what for d in outcome.differences] == ["error of the area of ps4, systematic"]


def test_session_keeps_every_member(tmp_path: Path) -> None:
    (fit,) = one_fit().fits
    full = with_errors(fit, one_fit().entries[0].spectrum, ("systematic",))
    save(tmp_path / "b.doublet", one_fit().with_fit(full))
    assert load(tmp_path / "b.doublet").fits[0].errors == full.errors
    assert full.errors.systematic is not None


# Losses in the truth ------------------------------------------------------------------------------

LOSS = {
    "u2": lambda t: 2866.0 * t / (1643.0 + t * t) ** 2,
    "u3-sio2": lambda t: 325.0 * t / ((542.0 - t * t) ** 2 + 275.0 * t * t),
    "u3-polymer": lambda t: 434.0 * t / ((551.0 - t * t) ** 2 + 436.0 * t * t),
}
"""Tougaard's published curves, folded with the peaks on a fine grid below."""


def with_losses(loss: str) -> tuple[Truth, Spectrum]:
    """Argyrodite whose whole background is a constant and the losses of its peaks."""
    truth = replace(argyrodite(10_000.0, step=0.1), k=0.0, slope=0.0)
    fine = np.arange(140.0, truth.high + 0.005, 0.01)
    peaks = np.sum([peak.density(fine) for peak in truth.peaks], axis=0)
    curve = LOSS[loss](0.01 * np.arange(fine.size)) * 0.01
    measured = peaks + np.convolve(peaks, curve)[: fine.size]
    counts = truth.offset + np.interp(truth.energy, fine, measured)
    return truth, truth.spectrum(None).with_(intensity=counts)


@pytest.mark.parametrize("loss", LOSS)
def test_losses_in_the_truth_are_covered(loss: str) -> None:
    """Without noise what is wrong is systematic."""
    truth, spectrum = with_losses(loss)
    region = load_recipe("argyrodite-s2p").regions[0]
    fit = fit_region(with_guess(region, spectrum, 0.0), spectrum)
    errors = systematic(fit, spectrum)
    for component, area, right in zip(fit.region.components, fit.areas, truth.areas, strict=True):
        assert abs(area - right) < errors.areas[component.id]


@pytest.mark.parametrize("loss", LOSS)
def test_member_with_the_losses_of_the_truth_finds_the_truth(loss: str) -> None:
    truth, spectrum = with_losses(loss)
    region = load_recipe("argyrodite-s2p").regions[0]
    fit = fit_region(with_guess(region, spectrum, 0.0), spectrum)
    (member,) = [m for m in systematic(fit, spectrum).members if m.name.endswith(loss.upper())]
    assert not member.why_left_out
    np.testing.assert_allclose(list(member.areas.values()), truth.areas, rtol=0.01)


def test_ensemble_of_a_background_with_losses_holds_the_slope_and_other_losses() -> None:
    _, spectrum = with_losses("u2")
    region = load_recipe("argyrodite-s2p").regions[0]
    lossy = Background(
        "peak-shirley-tougaard",
        slope=Param(0.0, vary=False),
        k=Param(0.02, min=0.0, max=0.3),
        t=Param(0.3, min=0.0, max=5.0),
    )
    fit = fit_region(with_guess(replace(region, background=lossy), spectrum, 0.0), spectrum)
    names = [m.name for m in systematic(fit, spectrum).members if m.group == "background"]
    assert names == [
        "peak Shirley with slope",
        "peak Shirley and Tougaard U3-SIO2",
        "peak Shirley and Tougaard U3-POLYMER",
    ]
