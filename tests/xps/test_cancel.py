"""Long work stops at the very question that is answered with yes, whichever it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import xps
from tests.truth import argyrodite
from xps.alternatives import alternatives
from xps.bootstrap import bootstrap, significance
from xps.charge import fit_reference
from xps.checks import check
from xps.errors import CancelledError
from xps.fitting import fit_region
from xps.matched_filter import greatest_gain
from xps.model import Ref
from xps.peak_count import count_peaks
from xps.problem import compile_problem, with_guess
from xps.profile import profile_all
from xps.quantification import quantify
from xps.recipe import load_recipe
from xps.start import template_misfit
from xps.systematic import systematic

RECIPE = load_recipe("argyrodite-s2p")
REGION = RECIPE.regions[0]
SPECTRUM = argyrodite(200.0, step=0.4).spectrum(3)
GUESS = with_guess(REGION, SPECTRUM, 0.0)
FIT = fit_region(GUESS, SPECTRUM)
SAMPLES = tuple(argyrodite(200.0).spectrum(n).with_(sample=f"sample {n}") for n in range(4))
FITTED = xps.fit(SAMPLES, RECIPE).project

Work = Callable[["Question"], object]


class Question:
    """Counts how often it is asked, and says yes from the n-th time on."""

    def __init__(self, yes_at: float = np.inf) -> None:
        self.yes_at, self.asked = yes_at, 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked >= self.yes_at


def search_for_peaks(question: Question) -> None:
    empty = replace(REGION, components=())
    problem = compile_problem(with_guess(empty, SPECTRUM, 0.0), SPECTRUM, 0.0)
    from xps.engine import solve

    greatest_gain(REGION, problem, solve(problem), np.zeros(1), cancelled=question)


WORK: dict[str, Work] = {
    "fit": lambda asked: fit_region(GUESS, SPECTRUM, cancelled=asked),
    "charge reference": lambda asked: fit_reference(
        REGION, SPECTRUM, RECIPE.charge, cancelled=asked
    ),
    "profile": lambda asked: profile_all(
        FIT, SPECTRUM, [Ref("ps4", "area"), Ref("sulfite", "area")], cancelled=asked
    ),
    "alternatives": lambda asked: alternatives(FIT, SPECTRUM, starts=3, cancelled=asked),
    "systematic": lambda asked: systematic(FIT, SPECTRUM, cancelled=asked),
    "bootstrap": lambda asked: bootstrap(FIT, SPECTRUM, draws=3, cancelled=asked),
    "significance": lambda asked: significance(FIT, SPECTRUM, "sulfite", draws=2, cancelled=asked),
    "search for peaks": search_for_peaks,
    "count of peaks": lambda asked: count_peaks(
        GUESS, SPECTRUM, "ps4", least_separation_ev=0.3, draws=99, cancelled=asked
    ),
    "checks": lambda asked: check(FITTED, cancelled=asked),
    "quantification": lambda asked: quantify(FITTED, cancelled=asked),
}


@pytest.mark.parametrize("name", WORK)
def test_work_ends_at_the_question_that_cancels_it(name: str) -> None:
    whole = Question()
    WORK[name](whole)
    assert whole.asked > 3
    for yes_at in np.unique(np.linspace(1, whole.asked, 15).astype(int)):
        question = Question(int(yes_at))
        with pytest.raises(CancelledError, match="was cancelled"):
            WORK[name](question)
        assert question.asked == yes_at


def test_search_over_charge_shifts_asks_before_each_of_them() -> None:
    from xps.measured import measured

    question = Question(4)
    with pytest.raises(CancelledError):
        template_misfit(REGION, measured(SPECTRUM), np.linspace(-3.0, 3.0, 31), cancelled=question)
    assert question.asked == 4


def test_solver_asks_before_each_iteration() -> None:
    """An iteration is the longest that a fit goes on unasked."""
    from xps.engine import solve

    problem = compile_problem(GUESS, SPECTRUM, 0.0)
    question = Question()
    assert solve(problem, cancelled=question).iterations == question.asked


@pytest.mark.parametrize("method", ["profile", "bootstrap", "systematic"])
def test_region_that_is_cancelled_fails_and_so_do_those_after_it(method: str) -> None:
    spectra = [SPECTRUM, SPECTRUM.with_(sample="other")]
    fitted = Question()
    xps.fit(spectra[:1], RECIPE, cancelled=fitted)
    question = Question(fitted.asked + 5)  # while errors are found
    result = xps.fit(spectra, RECIPE, errors=(method,), cancelled=question)
    assert result.regions == ()
    assert [type(error) for error in result.failures.values()] == [CancelledError, CancelledError]
    assert question.asked == fitted.asked + 6
