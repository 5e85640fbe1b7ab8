"""How many distinct spectra: as many as there are, and none of noise."""

from __future__ import annotations

import numpy as np
import pytest

from tests.xps.made_stacks import stack_of, truth
from xps.errors import FitError
from xps.principal_components import principal_components
from xps.stacks import Stack


def mixed(count: int, seed: int, *, species: int = 2, shift: float = 0.0) -> Stack:
    """Spectra of one or two amounts that vary, and of a place that may."""
    random = np.random.default_rng(seed)
    amounts = random.uniform(0.5, 1.5, (count, 2))
    amounts[:, species:] = amounts[:, :1]
    places = shift * random.normal(size=count)
    return stack_of(
        [truth(6000.0 * a, 3000.0 * b, s) for (a, b), s in zip(amounts, places, strict=True)],
        seed=seed,
    )


class Counted:
    """A stack like another, of given intensities."""

    title = "S 2p"

    def __init__(self, like: Stack, intensities: np.ndarray) -> None:
        self.template, self.binding_energy_ev = like.template, like.binding_energy_ev
        self.count, self.n_points = intensities.shape
        self._intensities = intensities

    def read(self, start: int, stop: int) -> np.ndarray:
        return self._intensities[start:stop].copy()


def test_one_spectrum_measured_often_has_one_component() -> None:
    found = [principal_components(stack_of([truth()] * 60, seed=s)).number for s in range(60)]
    assert np.mean(np.array(found) == 1) >= 0.95


@pytest.mark.parametrize("seed", range(4))
def test_two_amounts_that_vary_over_a_background_are_counted(seed: int) -> None:
    # The background stays while both amounts vary: the third component.
    assert principal_components(mixed(150, seed)).number == 3


@pytest.mark.parametrize("seed", range(4))
def test_a_shift_makes_a_component(seed: int) -> None:
    still = principal_components(mixed(150, seed, species=1)).number
    assert still == 2
    assert principal_components(mixed(150, seed, species=1, shift=0.03)).number > still


@pytest.mark.parametrize(("species", "ways"), [(1, "one way to differ"), (2, "2 ways to differ")])
def test_what_was_counted_is_said_in_whole_sentences(species: int, ways: str) -> None:
    lines = principal_components(mixed(150, 0, species=species)).lines()
    assert all(line.endswith(".") for line in lines)
    assert ways in lines[1]


def test_components_and_scores_give_the_spectra_again() -> None:
    stack = mixed(120, 1)
    found = principal_components(stack)
    again = found.scores @ found.loadings
    counts = stack.read(0, 120)
    chi2 = np.mean((counts - again) ** 2 / np.maximum(again, 1.0))
    assert 0.9 < chi2 < 1.02
    assert found.strengths[0] > found.strengths[1] > found.strengths[2] > 1.0 >= found.strengths[3]
    np.testing.assert_allclose(found.explained.sum(), 1.0)


def test_spectra_that_were_not_measured_are_left_out() -> None:
    stack = mixed(50, 2)
    intensities = stack.read(0, 50)
    intensities[7, 3] = np.nan

    found = principal_components(Counted(stack, intensities))
    assert (found.spectra, found.left_out, found.number) == (49, 1, 3)
    assert np.isnan(found.scores[7]).all()
    assert any("1 spectra were left out" in line for line in found.lines())


def test_places_next_to_empty_make_no_component_of_single_counts() -> None:
    made = stack_of([truth()] * 2)
    shape = made.template.intensity / made.template.intensity.mean()
    numbers = []
    for seed in range(5):
        random = np.random.default_rng(seed)
        dark = random.random(300) < 0.5
        counts = random.poisson(np.outer(np.where(dark, 0.02, 50.0), shape)).astype(float)
        found = principal_components(Counted(made, counts))
        assert found.left_out == dark.sum()
        numbers.append(found.number)
    assert numbers == [1] * 5


def test_channels_that_are_left_out_for_few_counts_make_no_component_of_noise() -> None:
    made = stack_of([truth()] * 2)
    means = np.where(np.arange(made.n_points) < made.n_points // 2, 0.6, 6.0)
    counts = np.random.default_rng(0).poisson(means, (200, made.n_points)).astype(float)
    found = principal_components(Counted(made, counts))
    assert found.number == 1
    assert np.isnan(found.loadings[:, means < 1.0]).all()


def test_noise_of_unknown_size_is_judged_from_what_is_left() -> None:
    random = np.random.default_rng(5)
    amounts = random.uniform(0.5, 1.5, 80)
    stack = stack_of(
        [truth(6000.0 * a) for a in amounts], unit="arbitrary", dwell_s=None, sweeps=None
    )
    found = principal_components(stack)
    assert found.number == 2
    assert not found.noise_known
    assert "judged from what is left" in found.lines()[-1]


def test_words_say_what_the_number_means() -> None:
    (_, one) = principal_components(stack_of([truth()] * 60, seed=1)).lines()
    assert "differ in intensity alone" in one
    lines = principal_components(mixed(150, 1)).lines()
    assert "3 components stand out" in lines[0]
    assert any("need not be there" in line for line in lines)


def test_too_few_spectra_are_refused() -> None:
    with pytest.raises(FitError, match="too few"):
        principal_components(stack_of([truth()] * 2))
