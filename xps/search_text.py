"""The search for a model in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from xps.candidate_trial import Trial
from xps.candidates import LEAST_SEPARATION, Candidates
from xps.identity import Identity
from xps.model import Region
from xps.model_search import ModelSearch, Step
from xps.species import Species


def step_text(step: Step, search: ModelSearch) -> str:
    """Return a step in one line, e.g. "sulfite at 166.8 eV: Δχ² 41 for one area: kept"."""
    title = search.fits.candidates.title
    holder = step.before if step.verdict == "removed" else step.after
    at = _at(step.key, holder, search)
    change = f"BIC {search.bic(step.after) - search.bic(step.before):+.1f}".replace("-", "−")
    chance = ""
    if step.test is not None:
        below = "at most " if step.test.p_value <= 1.0 / (1 + step.test.draws) else ""
        chance = f"; noise gains as much with a chance of {below}{step.test.p_value:.2g}"
    if step.verdict == "exchanged":
        came = sorted(step.after.keys - step.before.keys)
        gone = sorted(step.before.keys - step.after.keys)
        new = " and ".join(_at(key, step.after, search) for key in came)
        old = " and ".join(title(key) for key in gone)
        return f"{new} instead of {old}: Δχ² {step.gain:.0f}: exchanged"
    if step.verdict == "removed":
        return f"{at}: only Δχ² {step.gain:.1f} beside the others{chance}: removed"
    cost = _cost(step.after.n_free - step.before.n_free, step.before)
    gain = f"{step.gain:.0f}" if step.gain >= 10.0 else f"{step.gain:.1f}"
    verdict = step.verdict
    why = f"{at}: Δχ² {gain} for {cost} ({change}{chance})"
    return f"{why}: {verdict}"


def _at(key: str, trial: Trial, search: ModelSearch) -> str:
    center = trial.region.component(key).center.value
    return f"{search.fits.candidates.title(key)} at {center:.1f} eV"


def never_text(search: ModelSearch, best: Trial, species: Species, is_merged: bool) -> str:
    """Return why a candidate is in none of the models."""
    name = species.name
    if is_merged:
        return f"{name}: cannot be told apart from a component that is there: merged with it"
    known = [trial for trial in search.fits.known if trial.keys == best.keys | {species.key}]
    if not known and species.key in search.fits.candidates.followers:
        return f"{name}: each of its lines would lie within half a width of another component"
    if not known:
        return f"{name}: nothing is left of the data where it may lie"
    trial = known[0]
    pair = trial.too_close()
    if pair is not None:
        apart = abs(pair[0].center.value - pair[1].center.value)
        return (
            f"{name}: {pair[0].name} and {pair[1].name} would lie {apart:.2f} eV apart, closer "
            f"than {LEAST_SEPARATION:g} of their width"
        )
    negative = [c.name for c in trial.region.components if c.area.value <= 0.0]
    if negative:
        return f"{name}: the area of {negative[0]} would be below zero"
    gain = search.gain(best, trial)
    return f"{name}: Δχ² {gain:.1f} for {_cost(trial.n_free - best.n_free, best)}: too little"


def merged_text(
    region: Region, components: Sequence[Identity], candidates: Candidates
) -> tuple[str, ...]:
    """Return which species of a model cannot be told apart."""
    found = []
    for component, identity in zip(region.components, components, strict=True):
        at = f"{component.center.value:.1f} eV"
        names = [candidates.by_key[key].name for key in identity.species]
        hidden = [candidates.by_key[key].name for key in identity.hidden]
        if len(names) > 1:
            found.append(f"{' or '.join(names)} at {at}: the data cannot tell them apart: merged")
        if hidden:
            found.append(
                f"{names[0]} at {at}: {' and '.join(hidden)} within half a width of it would not "
                "show: merged"
            )
    return tuple(found)


def outside_text(species: Species, low: float, high: float) -> str:
    """Return that a candidate lies outside the data."""
    first, last = species.allowed_ev
    return (
        f"{species.name}: its range ({first:g} to {last:g} eV) lies outside the data "
        f"({low:.1f} to {high:.1f} eV)"
    )


def needs_text(species: Species, needed: Species) -> str:
    """Return that another core level does not show what a candidate needs."""
    return f"{species.name}: {needed.core_level} is there and shows no {needed.name}"


def parts_text(species: Species, lines: Sequence[Species]) -> str:
    """Return that a candidate is a part of what cannot be there without its other parts."""
    at = " and ".join(f"{line.center_ev:g}" for line in lines)
    return (
        f"{species.name}: the lines of its formula unit ({at} eV) come together, and not all of "
        "them are candidates or within the data"
    )


def follows_text(species: Species, leader: Species) -> str:
    """Return that a line is a part of a candidate that is named by another line."""
    return f"{species.name}: comes with {leader.name} or not at all"


def _cost(n_free: int, before: Trial) -> str:
    """What a candidate costs in words; the first one frees the step of the background too."""
    parts = {1: "one area", 2: "one area and center", 3: "one area, center and width"}
    return parts.get(n_free, f"{n_free} parameters") if before.keys else f"{n_free} parameters"
