"""Suggested models and the way to them. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.identity import Identity
from xps.model import Ref, Region
from xps.model_search import Verdict
from xps.project import ChargeReference
from xps.spectrum import Spectrum

TIE = 2.0  # of BIC: models closer than this are supported equally
NO_REFERENCE = "no charge reference: species are looked for at energies as measured"


@dataclass(frozen=True)
class SuggestionStep:
    """One step of the selection.

    Attributes
    ----------
    verdict : {"kept", "refused", "removed", "exchanged"}
    species : str
        Key of the candidate that was tried.
    gain : float
        Δχ² that it brings: of the deviance, in units of the noise.
    p_value : float or None
        Chance of such a gain from noise alone; None where that was plain or not asked.
    text : str
        The step in one line of plain words.
    """

    verdict: Verdict
    species: str
    gain: float
    p_value: float | None
    text: str


@dataclass(frozen=True)
class Refusal:
    """A candidate that is in no suggested model, and why, in plain words."""

    species: str
    reason: str


@dataclass(frozen=True, eq=False)
class SuggestedModel:
    """A model that the data support.

    Attributes
    ----------
    region : Region
        With its best values, ready to be taken.
    components : tuple of Identity
        What each component can be, in the order of the region.
    bic, aicc : float
        Criteria, see `xps.model_criterion`.
    above_best : float
        BIC above that of the best model; below zero only where the test does not confirm it.
    confirmed : bool
        Whether the bootstrap test confirms each component.
    reduced_chi2 : float
    errors : mapping of Ref to float or None
        Standard errors of areas and centers.
    spectrum : Spectrum
    charge : ChargeReference
        For the fit.
    """

    region: Region
    components: tuple[Identity, ...]
    bic: float
    aicc: float
    above_best: float
    confirmed: bool
    reduced_chi2: float
    errors: Mapping[Ref, float | None] = field(repr=False)
    spectrum: Spectrum = field(repr=False)
    charge: ChargeReference = field(repr=False)

    @cached_property
    def fit(self) -> RegionFit:
        """The fit with its covariance, limits and warnings; made when it is asked for.

        Raises
        ------
        FitError
        """
        return fit_region(self.region, self.spectrum, self.charge)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the species that the components are named after."""
        return tuple(component.id for component in self.region.components)


@dataclass(frozen=True, eq=False)
class Suggestion:
    """What the data support.

    Attributes
    ----------
    core_level : str
    models : tuple of SuggestedModel
        The best one first; none where no candidate stands out of the noise.
    steps : tuple of SuggestionStep
    refused : tuple of Refusal
    merged : tuple of str
        Species that the data cannot tell apart, in plain words.
    level : float
        Of the bootstrap test: chance with which noise alone adds a species.
    resolution_elements : float
        N of BIC.
    unit : float
        What a deviance of one is worth, see `xps.model_criterion.ModelCriterion`.
    notes : tuple of str
    """

    core_level: str
    models: tuple[SuggestedModel, ...]
    steps: tuple[SuggestionStep, ...]
    refused: tuple[Refusal, ...]
    merged: tuple[str, ...]
    level: float
    resolution_elements: float
    unit: float
    notes: tuple[str, ...] = field(default=())

    @property
    def best(self) -> SuggestedModel | None:
        """The best model that the test confirms."""
        return self.models[0] if self.models else None

    @property
    def ties(self) -> tuple[SuggestedModel, ...]:
        """The models that are supported as well as the best one, itself included."""
        return tuple(model for model in self.models if model.above_best <= TIE)

    @property
    def species(self) -> frozenset[str]:
        """Keys of all species that may be there, merged ones and those of ties included."""
        return frozenset(
            key
            for model in self.ties
            for identity in model.components
            for key in (*identity.species, *identity.hidden)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data: one of the suggestions of ``suggest.schema.json``."""
        return {
            "core_level": self.core_level,
            "models": [_model_dict(model) for model in self.models],
            "steps": [
                {
                    "verdict": step.verdict,
                    "species": step.species,
                    "delta_chi2": step.gain,
                    "p_value": step.p_value,
                    "text": step.text,
                }
                for step in self.steps
            ],
            "refused": [{"species": one.species, "reason": one.reason} for one in self.refused],
            "merged": list(self.merged),
            "level": self.level,
            "resolution_elements": self.resolution_elements,
            "noise_unit": self.unit,
            "notes": list(self.notes),
        }


def _model_dict(model: SuggestedModel) -> dict[str, Any]:
    return {
        "species": list(model.keys),
        "bic": model.bic,
        "aicc": model.aicc,
        "above_best": model.above_best,
        "confirmed": model.confirmed,
        "reduced_chi2": model.reduced_chi2,
        "components": [
            {
                "id": component.id,
                "name": component.name,
                "center_ev": component.center.value,
                "center_stderr_ev": model.errors[Ref(component.id, "center")],
                "fwhm_ev": component.fwhm.value,
                "area": component.area.value,
                "area_stderr": model.errors[Ref(component.id, "area")],
                "can_be": list(identity.species),
                "can_hide": list(identity.hidden),
            }
            for component, identity in zip(model.region.components, model.components, strict=True)
        ],
    }
