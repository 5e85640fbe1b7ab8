"""The search for the models of candidates that the data support: one step at a time.

Forward: the candidate that lowers BIC most is added if the bootstrap test confirms it, until
none is left; those of several lines after the others, since one of them can look like two of
these. Then exchanges and eliminations, until no neighbor of the model is better; then a test of
each component against the model without it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from xps.cancel import Cancelled
from xps.candidate_test import PLAIN_GAIN, CandidateTest
from xps.candidate_trial import Trial, TrialFits
from xps.error_budget import Significance
from xps.identity import same_places
from xps.model_criterion import ModelCriterion

Verdict = Literal["kept", "refused", "removed", "exchanged"]

_MOST_ROUNDS = 10
_EQUAL = 1e-6  # of a criterion: rounding
_SAME = 0.5  # of a criterion: fits at the same places that differ less are one by two names


@dataclass(frozen=True)
class Step:
    """One step of the search.

    Attributes
    ----------
    verdict : {"kept", "refused", "removed", "exchanged"}
    key : str
        The candidate that was tried, or came or went.
    before, after : Trial
        The models without and with it, the other way round where it was removed.
    gain : float
        Between them in deviance, in units of the noise.
    test : Significance or None
        Whether noise gains as much; None where that was plain or not asked.
    """

    verdict: Verdict
    key: str
    before: Trial
    after: Trial
    gain: float
    test: Significance | None = None


class ModelSearch:
    """The search, its steps and all models that it saw."""

    def __init__(
        self, fits: TrialFits, criterion: ModelCriterion, test: CandidateTest, ask: Cancelled
    ) -> None:
        self.fits, self.criterion, self.test = fits, criterion, test
        self._ask = ask
        self._tests: dict[tuple[frozenset[str], str], Significance] = {}
        self.steps: list[Step] = []

    def bic(self, trial: Trial) -> float:
        """The criterion of a model."""
        return self.criterion.bic(trial.deviance, trial.n_free)

    def best(self) -> Trial:
        """Search, and return the best model that the test confirms."""
        return self._likeliest_names(self._searched())

    def _searched(self) -> Trial:
        model = self._forward(self.fits.empty, self._simple)
        if self.fits.candidates.followers:
            self.steps = [step for step in self.steps if step.verdict != "refused"]
            model = self._forward(model)
        for _ in range(_MOST_ROUNDS):
            better = self._better_neighbor(model)
            if better is None:
                weakest = self._unconfirmed(model)
                if weakest is None:
                    return model
                better = weakest
            self.steps.append(better)
            model = better.after
            if better.verdict == "exchanged":
                model = self._forward(model)
        return model

    def is_confirmed(self, trial: Trial, best: Trial) -> bool:
        """Whether the test confirms each component; those that are not in the best model first."""
        for key in sorted(trial.keys, key=lambda key: (key in best.keys, key)):
            test = self._chance(self.fits.reduced(trial, key), trial, key)
            if test is not None and test.p_value > self.test.level:
                return False
        return True

    def neighbors(self, trial: Trial) -> list[Trial]:
        """Models with one candidate more, one less, or one for another."""
        found = self._additions(trial)
        for key in sorted(trial.keys):
            fewer = self.fits.reduced(trial, key)
            found += [(key, fewer)] + [
                (other, grown) for other, grown in self._additions(fewer) if other != key
            ]
        return [neighbor for _, neighbor in (*found, *self._swaps(trial))]

    def gain(self, without: Trial, with_it: Trial) -> float:
        """Gain in deviance, in units of the noise."""
        return (without.deviance - with_it.deviance) / self.criterion.unit

    def _forward(self, model: Trial, among: Collection[str] | None = None) -> Trial:
        """Add candidates, or some of them, until none is worth it."""
        while True:
            ranked = sorted(self._additions(model), key=lambda one: self.bic(one[1]))
            possible = [
                (key, trial)
                for key, trial in ranked
                if trial.is_possible() and (among is None or key in among)
            ]
            if not possible:
                return model
            key, grown = self._best_named(possible)
            gain = self.gain(model, grown)
            if self.bic(grown) >= self.bic(model):
                self.steps.append(Step("refused", key, model, grown, gain))
                return model
            test = self._chance(model, grown, key)
            if test is not None and test.p_value > self.test.level:
                self.steps.append(Step("refused", key, model, grown, gain, test))
                return model
            self.steps.append(Step("kept", key, model, grown, gain, test))
            model = grown

    def _best_named(self, ranked: list[tuple[str, Trial]]) -> tuple[str, Trial]:
        """Of those that are the best by different names, the one of the likeliest energy."""
        best, least = ranked[0][1], self.bic(ranked[0][1])
        same = [
            (key, trial)
            for key, trial in ranked
            if self.bic(trial) < least + _SAME and same_places(trial.region, best.region)
        ]
        return min(same, key=lambda one: self._unusual(*one))

    def _likeliest_names(self, model: Trial) -> Trial:
        """The same model, each component by the name of the likeliest energy."""
        for key in sorted(model.keys):
            fewer = self.fits.reduced(model, key)
            named = [(key, model)] + [
                (other, renamed)
                for other, renamed in self._additions(fewer)
                if self.bic(renamed) < self.bic(model) + _SAME
                and renamed.is_possible()
                and same_places(renamed.region, model.region)
            ]
            model = min(named, key=lambda one: self._unusual(*one))[1]
        return model

    def _unusual(self, key: str, trial: Trial) -> float:
        """Distance of a candidate from its typical energy, over half of its range."""
        species = self.fits.candidates.by_key[key]
        low, high = species.allowed_ev
        center = trial.region.component(key).center.value
        return abs(center - species.center_ev) / (0.5 * (high - low))

    def _additions(self, model: Trial) -> list[tuple[str, Trial]]:
        """Models with one candidate more, at the place where its score is best."""
        self._ask()
        places = self.fits.scores(model, self._absent(model)).best_places()
        return [
            (key, self.fits.grown(model, place)) for key, place in places.items() if place.gain > 0
        ]

    @property
    def _simple(self) -> list[str]:
        """The candidates of one line."""
        candidates = self.fits.candidates
        return [one.key for one in candidates.species if one.key not in candidates.followers]

    def _swaps(self, model: Trial) -> list[tuple[str, Trial]]:
        """Models with a candidate of several lines for those near them, or between; the reverse."""
        candidates = self.fits.candidates
        found: list[tuple[str, Trial]] = []
        for key in candidates.followers:
            if key in model.keys:
                changed = self.fits.reduced(model, key)
                for _ in candidates.lines(key):
                    grown = [one for one in self._additions(changed) if one[0] in self._simple]
                    possible = [one for one in grown if one[1].is_possible()]
                    if not possible:
                        break
                    other, changed = min(possible, key=lambda one: self.bic(one[1]))
                    found.append((other, changed))
                continue
            near = self._near(model, key)
            nearest = [lines[0] for lines in near if lines]
            if not nearest:
                continue
            everything = list(dict.fromkeys(one for lines in near for one in lines))
            found.append((key, self.fits.swapped(model, key, nearest)))
            found.append((key, self.fits.squeezed(model, key, nearest)))
            if len(everything) > len(nearest):  # one of them may have been another
                swapped = self.fits.swapped(model, key, everything)
                found += [(key, one) for one in (swapped, *self._grown(swapped))]
        return found

    def _grown(self, model: Trial) -> list[Trial]:
        return [grown for _, grown in self._additions(model)]

    def _near(self, model: Trial, key: str) -> list[list[str]]:
        """Candidates of one line in a model that could be each line of another, nearest first."""
        low, high = self.fits.candidates.reach(key)
        near = []
        for offset, _ in self.fits.candidates.lines(key):
            middle = 0.5 * (low + high) + offset
            distances = {
                component.id: abs(component.center.value - middle)
                for component in model.region.components
                if component.id in self._simple
                and abs(component.center.value - middle)
                <= 0.5 * (high - low + component.fwhm.value)
            }
            near.append(sorted(distances, key=lambda one: distances[one]))
        return near

    def _absent(self, model: Trial) -> list[str]:
        species = self.fits.candidates.species
        return [one.key for one in species if one.key not in model.keys]

    def _better_neighbor(self, model: Trial) -> Step | None:
        """The best model that takes one candidate out, or puts another in its place."""
        least, step = self.bic(model) - _EQUAL, None
        for key in sorted(model.keys):
            fewer = self.fits.reduced(model, key)
            if self.bic(fewer) < least and fewer.is_possible():
                least = self.bic(fewer)
                step = Step("removed", key, model, fewer, self.gain(fewer, model))
            for other, changed in self._additions(fewer):
                if other == key or not changed.is_possible():
                    continue
                renamed = same_places(changed.region, model.region)
                if self.bic(changed) < least - (_SAME if renamed else 0.0):
                    least, gain = self.bic(changed), self.gain(model, changed)
                    step = Step("exchanged", other, model, changed, gain)
        for key, changed in self._swaps(model):
            if changed.is_possible() and self.bic(changed) < least:
                least, gain = self.bic(changed), self.gain(model, changed)
                added = changed.keys > model.keys
                step = Step("kept" if added else "exchanged", key, model, changed, gain)
        return step

    def _unconfirmed(self, model: Trial) -> Step | None:
        """The removal of the component that noise alone explains best, if one is so."""
        worst: Step | None = None
        for key in sorted(model.keys):
            fewer = self.fits.reduced(model, key)
            test = self._chance(fewer, model, key)
            if test is None or test.p_value <= self.test.level:
                continue
            if worst is None or worst.test is None or test.p_value > worst.test.p_value:
                worst = Step("removed", key, model, fewer, self.gain(fewer, model), test)
        return worst

    def _chance(self, without: Trial, with_it: Trial, key: str) -> Significance | None:
        """The test of a candidate beside a model; None where the gain is plain."""
        gain = self.gain(without, with_it)
        if gain >= PLAIN_GAIN:
            return None
        known = (without.keys, key)
        if known not in self._tests:
            self._tests[known] = self.test.of(
                self.fits, without, gain, self._absent(without), self._ask
            )
        return self._tests[known]
