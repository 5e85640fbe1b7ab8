"""Model suggestion: the species of the library that the data of a core level support."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from xps.cancel import Cancelled, raising
from xps.candidate_test import CandidateTest
from xps.candidate_trial import Trial, TrialFits
from xps.candidates import Candidates, default_template
from xps.errors import FitError
from xps.identity import identities, same_places
from xps.model import Ref, Region
from xps.model_criterion import ModelCriterion
from xps.model_search import ModelSearch
from xps.problem import points_of
from xps.project import ChargeReference
from xps.recipe import load_recipe, shipped_recipes
from xps.search_text import (
    follows_text,
    merged_text,
    needs_text,
    never_text,
    outside_text,
    parts_text,
    step_text,
)
from xps.species import Species, library
from xps.spectrum import Spectrum
from xps.suggested import NO_REFERENCE, Refusal, SuggestedModel, Suggestion, SuggestionStep

_RANKED = 6.0  # of BIC above the best model: worse ones are not listed
_MOST_MODELS = 4
_SCALE_SIGMA = 2.0  # how far the error of the charge shift widens the allowed ranges


def suggest(
    spectrum: Spectrum,
    core_level: str,
    *,
    charge: ChargeReference | None = None,
    template: Region | None = None,
    candidates: Iterable[Species] | None = None,
    found: Mapping[str, Collection[str]] | None = None,
    test: CandidateTest | None = None,
    cancelled: Cancelled | None = None,
) -> Suggestion:
    """Suggest the models of a core level that the data support.

    Parameters
    ----------
    spectrum : Spectrum
    core_level : str
    charge : ChargeReference, optional
        Its shift is applied; twice its standard error widens the allowed ranges.
    template : Region, optional
        Whose window and background are taken, and of whose first component lines and shape. By
        default that of a shipped recipe, or a window that holds all candidates.
    candidates : iterable of Species, optional
        By default those of the library.
    found : mapping of str to collection of str, optional
        Keys of the species found in other core levels of the sample, by level: a candidate that
        needs one of theirs is refused where that level was searched and does not show it.
    test : CandidateTest, optional
        Level, draws and seed of the bootstrap test.
    cancelled : callable, optional
        Asked often; when it says True a `CancelledError` is raised.

    Returns
    -------
    Suggestion

    Raises
    ------
    FitError
        If the window holds too few points, or none of the candidates.
    RecipeError
        If there are no candidates for the core level.
    BackgroundError
        If a static background cannot be computed.
    """
    charge, test = charge or ChargeReference(), test or CandidateTest()
    ask = raising(cancelled, "the search for a model", core_level)
    offered = [
        species
        for species in (library().values() if candidates is None else candidates)
        if candidates is not None or species.core_level == core_level
    ]
    template = template or _template(core_level, offered)
    points = points_of(template, spectrum, charge.shift_ev)
    low, high = float(points.energy_ev[0]), float(points.energy_ev[-1])
    refused, kept = [], []
    for species in offered:
        reason = _forbidden(species, offered, low, high, found or {})
        if reason:
            refused.append(Refusal(species.key, reason))
        else:
            kept.append(species)
    if offered and not kept:
        raise FitError(
            f"no candidate can be there: {'; '.join(one.reason for one in refused)}",
            "check the charge reference and the window, or give other candidates",
            where=core_level,
        )
    slack = _SCALE_SIGMA * (charge.stderr_ev or 0.0)
    fits = TrialFits(Candidates.of(kept, template, slack), points, ask)
    largest = fits.largest()
    criterion = ModelCriterion.of(
        high - low,
        fits.candidates.typical_fwhm_ev,
        largest.chi2,
        points.observed.size,
        largest.n_free,
        points.noise.known,
    )
    search = ModelSearch(fits, criterion, test, ask)
    best = search.best()
    models = _models(search, best, spectrum, charge, ask)
    followed = {
        line.key: fits.candidates.by_key[leader]
        for leader, lines in fits.candidates.followers.items()
        for line in lines
    }
    in_models = {key for model in models for key in model.keys}
    merged = {
        key for model in models for one in model.components for key in (*one.species, *one.hidden)
    }
    refused += [
        Refusal(
            species.key,
            follows_text(species, followed[species.key])
            if species.key in followed
            else never_text(search, best, species, species.key in merged),
        )
        for species in kept
        if species.key not in in_models
    ]
    return Suggestion(
        core_level,
        models,
        tuple(
            SuggestionStep(
                step.verdict,
                step.key,
                step.gain,
                step.test.p_value if step.test else None,
                step_text(step, search),
            )
            for step in search.steps
        ),
        tuple(refused),
        merged_text(models[0].region, models[0].components, fits.candidates) if models else (),
        test.level,
        criterion.resolution_elements,
        criterion.unit,
        _notes(criterion, points.noise.known, models, charge),
    )


def _template(core_level: str, candidates: Sequence[Species]) -> Region:
    """The region of a shipped recipe, or one that holds all candidates."""
    for name in shipped_recipes():
        region = load_recipe(name).region_for(core_level)
        if region is not None:
            return region
    return default_template(core_level, candidates)


def _forbidden(
    species: Species,
    offered: Sequence[Species],
    low: float,
    high: float,
    found: Mapping[str, Collection[str]],
) -> str:
    """Why a candidate cannot be there, whatever the data say; "" where it can."""
    own = _forbidden_alone(species, low, high, found)
    lines = [
        other
        for other in library().values()
        if species.compound
        and (other.core_level, other.compound) == (species.core_level, species.compound)
    ]
    whole = all(line in offered and not _forbidden_alone(line, low, high, found) for line in lines)
    return own if own or whole else parts_text(species, lines)


def _forbidden_alone(
    species: Species, low: float, high: float, found: Mapping[str, Collection[str]]
) -> str:
    """Why a line cannot be there, whatever becomes of others of its compound."""
    if species.allowed_ev[1] < low or species.allowed_ev[0] > high:
        return outside_text(species, low, high)
    for key in species.needs:
        needed = library().get(key)
        if needed is not None and key not in found.get(needed.core_level, (key,)):
            return needs_text(species, needed)
    return ""


def _models(
    search: ModelSearch, best: Trial, spectrum: Spectrum, charge: ChargeReference, ask: Cancelled
) -> tuple[SuggestedModel, ...]:
    """The best model and those beside it, without those that are the same by another name."""
    if not best.keys:
        return ()
    least = search.bic(best)
    others = [
        trial
        for trial in search.neighbors(best)
        if trial.keys and trial.is_possible() and search.bic(trial) - least <= _RANKED
    ]
    chosen = [best]
    for trial in sorted(others, key=search.bic):
        if not any(same_places(trial.region, known.region) for known in chosen):
            chosen.append(trial)
    models = []
    for trial in chosen[:_MOST_MODELS]:
        ask()
        freedom = max(trial.problem.observed.size - trial.n_free, 1)
        models.append(
            SuggestedModel(
                trial.region,
                identities(trial, search.fits.candidates),
                search.bic(trial),
                search.criterion.aicc(trial.deviance, trial.n_free),
                search.bic(trial) - least,
                search.is_confirmed(trial, best),
                trial.chi2 / freedom,
                _errors(trial),
                spectrum,
                charge,
            )
        )
    return tuple(models)


def _errors(trial: Trial) -> dict[Ref, float | None]:
    """Errors of areas and centers; those of lines that follow another from that one's."""
    found: dict[Ref, float | None] = {}
    for component in trial.region.components:
        for name in ("area", "center"):
            ref = Ref(component.id, name)
            root, factor, _ = trial.region.resolve(ref)
            error = trial.stderr(root)
            found[ref] = None if error is None else factor * error
    return found


def _notes(
    criterion: ModelCriterion,
    known: bool,
    models: Sequence[SuggestedModel],
    charge: ChargeReference,
) -> tuple[str, ...]:
    notes = []
    if not models:
        notes.append("no candidate stands out of the noise")
    if known and criterion.unit > 1.0:
        notes.append(
            "even all candidates together miss structure in the data: gains are counted in units "
            f"of {criterion.unit:.3g}"
        )
    if not known:
        notes.append("the size of the noise is estimated from the residuals")
    if not charge.is_set:
        notes.append(NO_REFERENCE)
    for component in models[0].region.components if models else ():
        width = component.fwhm
        if width.is_free and width.value in (width.min, width.max):
            notes.append(
                f"the width of {component.name} ends at {width.value:g} eV, the limit of what "
                "the library allows: something else may lie beside it"
            )
        center = component.center
        if center.value in (center.min, center.max):
            notes.append(
                f"{component.name} lies at the end of its allowed range, {center.value:g} eV: "
                "check the charge reference"
            )
    return tuple(notes)
