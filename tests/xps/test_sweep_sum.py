"""Sums of sweeps that drifted by known shifts: found, taken off, and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2

from tests.truth import Truth, argyrodite, oxide
from xps.analysis import apply_recipe, fit_project
from xps.checks import check
from xps.errors import SpectrumError
from xps.methods_text import methods
from xps.project import Project
from xps.recipe import load_recipe
from xps.replicates import repeated
from xps.report import report_html
from xps.session import load, save
from xps.spectrum import Source, Spectrum
from xps.sweep_sum import sum_of_sweeps, sweeps_beside, sweeps_in_sums
from xps.tables import region_tables

TRUTH = argyrodite(1000.0, step=0.1)
SHIFTS = (0.0, 0.13, -0.42, 0.07)


def drifted(
    truth: Truth, shifts_ev: Sequence[float], seed: int | None, **changes: object
) -> list[Spectrum]:
    """Sweeps of one sample whose charge drifts, each on the energies of the truth."""
    spectra = []
    for number, shift in enumerate(shifts_ev):
        moved = replace(truth, low=truth.low - shift, high=truth.high - shift)
        key = None if seed is None else (seed, number)
        one = moved.spectrum(key, sample="pellet", name=f"S 2p sweep {number + 1}", **changes)
        spectra.append(one.with_(energy_ev=truth.energy, intensity=one.intensity))
    return spectra


def found(spectrum: Spectrum) -> tuple[np.ndarray, np.ndarray]:
    """Shifts and their errors, of all sweeps but the first."""
    rest = spectrum.summed[1:]
    assert all(sweep.shift_ev is not None and sweep.stderr_ev is not None for sweep in rest)
    return np.array([s.shift_ev for s in rest]), np.array([s.stderr_ev for s in rest])


@pytest.mark.parametrize("truth", [TRUTH, oxide(300.0, step=0.05)], ids=["S 2p", "O 1s, weak"])
def test_shifts_are_found_within_their_errors(truth: Truth) -> None:
    pulls = []
    for seed in range(60):
        shifts, errors = found(sum_of_sweeps(drifted(truth, SHIFTS, seed), align=True))
        pulls.append((shifts - SHIFTS[1:]) / errors)
    squares = np.sum(np.square(pulls), axis=0)  # the sweeps share the error of the first
    low, high = chi2.ppf((0.001, 0.999), len(pulls))
    assert (squares > low).all()
    assert (squares < high).all()


def test_errors_follow_counting_statistics() -> None:
    weak, strong = (
        found(sum_of_sweeps(drifted(TRUTH.scaled(factor), SHIFTS, 1), align=True))[1]
        for factor in (1.0, 100.0)
    )
    np.testing.assert_allclose(weak / strong, 10.0, rtol=0.1)


def test_errors_of_unknown_counts_come_from_the_scatter() -> None:
    counts = drifted(TRUTH, SHIFTS, 1)
    rates = [s.with_(unit="arbitrary", intensity=0.01 * s.intensity) for s in counts]
    shifts, errors = found(sum_of_sweeps(rates, align=True))
    expected_shifts, expected_errors = found(sum_of_sweeps(counts, align=True))
    np.testing.assert_allclose(shifts, expected_shifts, atol=0.1 * expected_errors.min())
    np.testing.assert_allclose(errors, expected_errors, rtol=0.15)


def test_shifts_of_whole_channels_leave_nothing_of_themselves() -> None:
    shifts = (0.0, 0.3, -0.5)
    truth = replace(TRUTH, k=0.0, slope=0.0)
    summed = sum_of_sweeps(drifted(truth, shifts, None), align=True)
    assert [sweep.moved_ev for sweep in summed.summed] == pytest.approx(shifts)
    inside = (truth.energy > 157.45) & (truth.energy < 172.75)
    np.testing.assert_allclose(summed.energy_ev, truth.energy[inside])
    np.testing.assert_allclose(summed.intensity, 3.0 * truth.expected()[inside], rtol=1e-9)


def test_counts_and_live_times_add() -> None:
    sweeps = drifted(TRUTH, (0.0, 0.0, 0.0), 2)
    sweeps[1] = sweeps[1].with_(sweeps=4.0)
    summed = sum_of_sweeps(sweeps)
    np.testing.assert_array_equal(summed.intensity, sum(s.intensity for s in sweeps))
    assert (summed.dwell_s, summed.sweeps, summed.unit) == (0.1, 24.0, "counts")
    assert summed.live_time_s == pytest.approx(2.4)
    assert all(sweep.shift_ev is None for sweep in summed.summed)


def test_different_dwell_times_add_to_the_same_live_time() -> None:
    sweeps = drifted(TRUTH, (0.0, 0.0), 2)
    sweeps[1] = sweeps[1].with_(dwell_s=0.3)
    assert sum_of_sweeps(sweeps).live_time_s == pytest.approx(4.0)


def test_rates_of_known_live_time_become_counts() -> None:
    sweeps = drifted(TRUTH, (0.0, 0.0), 2)
    rates = [s.with_(unit="counts/s", intensity=s.intensity / s.live_time_s) for s in sweeps]
    summed = sum_of_sweeps(rates)
    assert summed.unit == "counts"
    np.testing.assert_allclose(summed.intensity, sum(s.intensity for s in sweeps))


def test_counts_of_aligned_sums_are_poisson() -> None:
    truth = argyrodite(100.0, step=0.1)
    sums = [
        sum_of_sweeps(drifted(truth, (0.0, 0.23, -0.31), seed), align=True) for seed in range(150)
    ]
    middle = np.array([[s.intensity[np.searchsorted(s.energy_ev, 161.05)] for s in sums]])
    flat = np.array([s.intensity[-45:-35] for s in sums]).T  # at the high end nothing depends on
    assert (middle == np.rint(middle)).all()  # the channels that were found
    low, high = chi2.ppf((0.001, 0.999), 10 * 149) / (10 * 149)
    dispersion = np.sum((flat - flat.mean(axis=1, keepdims=True)) ** 2 / flat.mean()) / (10 * 149)
    assert low < dispersion < high


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kinetic", [False, True])
def test_shifts_are_those_of_binding_energies(kinetic: bool, reverse: bool) -> None:
    sweeps = drifted(TRUTH, (0.0, 0.4), 3)
    if kinetic:
        energy = 1486.6 - TRUTH.energy
        sweeps = [s.with_(energy_ev=energy, axis="kinetic") for s in sweeps]
    if reverse:
        sweeps = [s.with_(energy_ev=s.energy_ev[::-1], intensity=s.intensity[::-1]) for s in sweeps]
    (shift,), (error,) = found(sum_of_sweeps(sweeps, align=True))
    assert shift == pytest.approx(0.4, abs=4.0 * error)


def test_a_point_that_is_masked_in_one_sweep_is_masked_in_the_sum() -> None:
    sweeps = drifted(TRUTH, (0.0, 0.3), 4)
    energy = float(TRUTH.energy[80])
    sweeps[1] = sweeps[1].with_(masked_ev=((energy, energy),))
    summed = sum_of_sweeps(sweeps, align=True)
    assert summed.summed[1].moved_ev == pytest.approx(0.3)
    assert summed.energy_ev[~summed.is_kept] == pytest.approx([energy - 0.3])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"energy_ev": TRUTH.energy + 0.05}, "energies of the sweeps differ"),
        ({"transmission": np.ones(TRUTH.energy.size)}, "different transmissions"),
        ({"unit": "arbitrary"}, "units of the sweeps differ"),
    ],
)
def test_what_cannot_be_added_is_refused(change: dict[str, object], reason: str) -> None:
    first, second = drifted(TRUTH, (0.0, 0.0), 5)
    with pytest.raises(SpectrumError, match=reason):
        sum_of_sweeps([first, second.with_(**change)])


def test_one_sweep_is_no_sum() -> None:
    with pytest.raises(SpectrumError, match="one sweep is no sum"):
        sum_of_sweeps(drifted(TRUTH, (0.0,), 5))


@pytest.mark.parametrize(
    "truth", [argyrodite(20.0), replace(TRUTH, peaks=()), replace(TRUTH, low=160.0, high=162.0)]
)
def test_sweeps_that_show_too_little_are_not_aligned(truth: Truth) -> None:
    with pytest.raises(SpectrumError, match="too little to tell how far they moved"):
        sum_of_sweeps(drifted(truth, (0.0, 0.1), 6), align=True)


def test_uneven_steps_are_not_aligned() -> None:
    energy = TRUTH.energy.copy()
    energy[50] += 0.05
    sweeps = [s.with_(energy_ev=energy) for s in drifted(TRUTH, (0.0, 0.1), 6)]
    with pytest.raises(SpectrumError, match="steps of the energies are uneven"):
        sum_of_sweeps(sweeps, align=True)


def test_sweeps_are_those_of_one_measurement() -> None:
    first, second, third = drifted(TRUTH, (0.0, 0.0, 0.0), 7)
    etched = third.with_(series=(("Etch time / s", 30.0),))
    counted = second.with_(series=(("Loop", 2.0),))
    project = Project().with_spectra((first, etched, counted, first, second.with_(sample="other")))
    assert [e.id for e in sweeps_beside(project, "s0")] == ["s0", "s2"]
    assert sweeps_beside(project, "s1") == ()
    with_sum = project.with_spectra((sum_of_sweeps([first, counted]),))
    assert sweeps_in_sums(with_sum.entries) == {"s0", "s2", "s3"}
    assert sweeps_beside(with_sum, "s5") == ()
    assert [len(group) for group in repeated(e.spectrum for e in with_sum.entries)] == [2]


def test_a_recipe_leaves_sweeps_alone_where_there_is_their_sum() -> None:
    sweeps = drifted(TRUTH, SHIFTS, 8)
    hidden = [*sweeps[:3], sweeps[3].with_(masked_ev=((160.0, 160.2),))]
    project = Project().with_spectra((*hidden, sum_of_sweeps(sweeps, align=True)))
    recipe = load_recipe("argyrodite-s2p")
    assert [r.spectrum for r in apply_recipe(project, recipe)[0].regions] == ["s4"]
    chosen = apply_recipe(project, recipe, ["s1", "s3"])[0]
    assert [r.spectrum for r in chosen.regions] == ["s1", "s3"]


def test_sums_come_back_from_a_session(tmp_path: Path) -> None:
    summed = sum_of_sweeps(drifted(TRUTH, SHIFTS, 9), align=True)
    path = tmp_path / "sums.doublet"
    save(path, Project().with_spectra((summed,)))
    assert load(path).entries[0].spectrum.summed == summed.summed


def test_the_methods_tell_of_the_sum_and_its_shifts() -> None:
    summed = sum_of_sweeps(drifted(TRUTH.scaled(100.0), (0.0, 0.13), 10), align=True)
    project = apply_recipe(Project().with_spectra((summed,)), load_recipe("argyrodite-s2p"))[0]
    text = methods(project, region_tables(project))
    sentence = next(s for s in text.sentences if s.startswith("Sum of"))
    assert sentence.startswith(
        "Sum of 2 sweeps, aligned to the first by whole channels, for shifts of 0.13"
    )
    assert not any("file of the raw data" in missing for missing in text.missing)


def test_the_report_names_the_files_of_the_sweeps() -> None:
    source = Source("drift <1>.vms", 64 * "a", "vamas", 0)
    sweeps = [s.with_(origin=source) for s in drifted(TRUTH, (0.0, 0.0), 11)]
    project = apply_recipe(
        Project().with_spectra((sum_of_sweeps(sweeps),)), load_recipe("argyrodite-s2p")
    )[0]
    text = report_html(fit_project(project).project)
    assert "sum of 2 sweeps of drift &lt;1&gt;.vms" in text


@pytest.mark.parametrize(("align", "told"), [(True, True), (False, False)])
def test_the_check_of_sweeps_knows_that_a_sum_aligned_them(align: bool, told: bool) -> None:
    sweeps = drifted(TRUTH.scaled(10.0), (0.0, 0.26), 12)
    project = Project().with_spectra((*sweeps, sum_of_sweeps(sweeps, align=align)))
    (finding,) = check(project)
    assert finding.rule == "replicates-change"
    assert ("their drift was taken off" in finding.message) is told
    assert ("waive this with the drift as reason" in finding.remedy) is told
    assert ("can be aligned and summed" in finding.remedy) is not told
