"""Verify a session: refit everything from the raw data and compare every stored number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from xps.analysis import reference_region
from xps.environment import present_environment
from xps.error_methods import methods_of, with_errors
from xps.errors import XpsError
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.model import Ref, Region
from xps.project import Project
from xps.tied_fit import fit_tied
from xps.verified_numbers import differing_intervals, differing_results

_OF_ERROR = 1e-3  # values may move by this share of their errors, and errors of themselves
_RELATIVE = 1e-6  # every other number by this share of itself


@dataclass(frozen=True)
class Difference:
    """A stored number that does not come back.

    Attributes
    ----------
    where : str
        Sample and core level.
    what : str
        The number's name.
    stored, refitted : float or None
        None where the number is missing on that side.
    why : str
        What may explain it: other versions, another method, or nothing but a change of the
        file.
    """

    where: str
    what: str
    stored: float | None
    refitted: float | None
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} is {self.stored} but the refit gives {self.refitted}"


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    Attributes
    ----------
    regions : int
        How many fits were repeated.
    differences : tuple of Difference
    failures : tuple of str
        Fits that could not be repeated, and why; stale fits among them. Also what a fit says
        in words, such as its noise model, where the refit says otherwise.
    """

    regions: int
    differences: tuple[Difference, ...]
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether every stored number came back."""
        return not self.differences and not self.failures

    @property
    def reasons(self) -> tuple[str, ...]:
        """What may explain the differences, each with where it holds."""
        return tuple(dict.fromkeys(f"{d.where}: {d.why}" for d in self.differences))

    def to_dict(self) -> dict[str, Any]:
        """Return the ``doublet.verify/1`` object of the command line."""
        return {
            "format": "doublet.verify/1",
            "passed": self.passed,
            "regions": self.regions,
            "differences": [
                {name: getattr(difference, name) for name in difference.__dataclass_fields__}
                for difference in self.differences
            ],
            "failures": list(self.failures),
        }

    def to_text(self) -> str:
        """Return what the command line prints."""
        verdict = "NOT verified"
        if self.passed:
            verdict = "every number came back" if self.regions else "nothing to verify"
        return "\n".join(
            [
                *map(str, self.differences),
                *self.failures,
                *self.reasons,
                f"{self.regions} fits repeated: {verdict}",
            ]
        )


def verify(project: Project) -> Verification:
    """Refit every fit of a project and compare."""
    differences: list[Difference] = []
    failures: list[str] = []
    regions = 0
    together = _refitted_together(project, failures)
    for region in project.regions:
        stored = project.fit_of(region.id)
        if stored is None:
            continue
        entry = project.entry(region.spectrum)
        where = f"{entry.sample}, {entry.label}"
        if not project.is_fresh(region.id):
            failures.append(f"{where}: data or settings were changed after the fit")
            continue
        regions += 1
        try:
            refitted = together.get(region.id) or fit_region(
                region, entry.spectrum, project.charge_of(entry.id)
            )
            refitted = with_errors(
                refitted,
                entry.spectrum,
                methods_of(stored.errors),
                charge=project.charge_of(entry.id),
            )
            why = _why(stored, refitted, together=region.id in together)
            found = [
                Difference(where, *rest, why)
                for rest in compare_fits(project, stored, refitted, together=region.id in together)
            ]
            found += [
                Difference(where, *rest, why)
                for rest in _differing_blocks(project, together, stored, refitted)
            ]
            other = [f"{where}: {text}" for text in _contradictions(region, stored, refitted)]
        except XpsError as error:
            failures.append(f"{where}: {error}")
            continue
        except KeyError as error:
            failures.append(f"{where}: the fit has no {error}, which its region has")
            continue
        differences += found
        # Settings follow from the numbers: where a number differs they say nothing new.
        failures += [] if found else other
    return Verification(regions, tuple(differences), tuple(failures))


def _refitted_together(project: Project, failures: list[str]) -> dict[str, RegionFit]:
    """Fits of the samples whose amounts are tied, by region."""
    fits: dict[str, RegionFit] = {}
    for sample in project.samples:
        try:
            joint = fit_tied(project, sample.name)
        except XpsError as error:
            failures.append(f"{sample.name}: {error}")
            continue
        if joint is not None:
            fits |= {fit.region.id: fit for fit in joint.fits}
    return fits


def _why(stored: RegionFit, refitted: RegionFit, *, together: bool) -> str:
    """What may explain that numbers differ."""
    reasons = []
    if set(stored.free) != set(refitted.free):
        other = sorted(map(str, set(stored.free) ^ set(refitted.free)))
        reasons.append(f"another method: {', '.join(other)} free in one of the fits only")
    if stored.noise_model != refitted.noise_model:
        reasons.append(f"another noise model: {stored.noise_model}, now {refitted.noise_model}")
    if stored.covariance_with and not together:
        reasons.append("it was fitted together with regions that are not fitted as they are now")
    if stored.made_with is None:
        reasons.append("versions that the session does not tell made the fit")
    elif changes := stored.made_with.differences(present_environment()):
        reasons.append(f"other versions: {', '.join(changes)}")
    if not reasons:
        return "the same versions and method made it: the stored number was changed"
    return "; ".join(reasons)


def compare_fits(
    project: Project, stored: RegionFit, refitted: RegionFit, *, together: bool
) -> Iterator[tuple[str, float | None, float | None]]:
    """Yield each number of a stored fit that a refit does not give, by name.

    Parameters
    ----------
    project : Project
        Of the stored fit.
    stored, refitted : RegionFit
    together : bool
        Whether it was refitted together with others.
    """
    yield from _differing_parameters(stored, refitted)
    charge = project.charge_of(refitted.region.spectrum)
    for what, a, b, relative in (
        ("χ²", stored.chi2, refitted.chi2, _RELATIVE),
        ("Durbin-Watson", stored.durbin_watson, refitted.durbin_watson, _RELATIVE),
        ("number of points", stored.n_points, refitted.n_points, _RELATIVE),
        ("number of free parameters", stored.n_free, refitted.n_free, _RELATIVE),
        ("success", float(stored.success), float(refitted.success), _RELATIVE),
        ("charge shift", stored.charge_shift_ev, charge.shift_ev, _RELATIVE),
        ("error of the charge shift", stored.charge_shift_stderr, charge.stderr_ev, _RELATIVE),
    ):
        if not _agree(a, b, relative):
            yield what, a, b
    yield from differing_intervals(stored, refitted)
    yield from differing_results(stored, refitted)
    reference = reference_region(project, project.entry(refitted.region.spectrum).sample)
    if reference is not None and reference.id == refitted.region.id:
        again = refitted.stderr(Ref(charge.component, "center"))
        if together:  # the center has the uncertainty of its energy then
            again = refitted.charge_shift_stderr
        if not _agree(charge.stderr_ev, again, _OF_ERROR):
            yield "error of the charge shift", charge.stderr_ev, again
    for id_ in sorted({*stored.insignificant, *refitted.insignificant}):
        a_limit, b_limit = stored.insignificant.get(id_), refitted.insignificant.get(id_)
        if not _agree(a_limit, b_limit, _OF_ERROR):
            yield f"upper limit of {id_}", a_limit, b_limit


def _differing_blocks(
    project: Project, together: dict[str, RegionFit], stored: RegionFit, refitted: RegionFit
) -> Iterator[tuple[str, float | None, float | None]]:
    """Covariances of areas with those of regions that were fitted together."""
    fits = {fit.region.id: fit for fit in project.fits}
    for id_ in sorted({*fits} & {*together}):
        block = refitted.covariance_with.get(together[id_].fingerprint)
        if block is None:
            continue
        before = stored.covariance_with.get(fits[id_].fingerprint)
        what = f"covariance of areas with those of {fits[id_].region.core_level}"
        if before is None or before.shape != block.shape:
            yield what, None, float(np.abs(block).max())
            continue
        variances = np.diag(refitted.area_covariance), np.diag(together[id_].area_covariance)
        off = np.abs(before - block) > _OF_ERROR * np.sqrt(np.abs(np.outer(*variances))) + 1e-300
        if off.any():
            i, j = np.argwhere(off)[0]
            yield what, float(before[i, j]), float(block[i, j])


def _differing_parameters(
    stored: RegionFit, refitted: RegionFit
) -> Iterator[tuple[str, float | None, float | None]]:
    for ref, param in refitted.region.params():
        value, error = stored.region.param(ref).value, stored.stderr(ref)
        again = refitted.stderr(ref)
        allowed = _OF_ERROR * again if again is not None else _RELATIVE * abs(param.value)
        if abs(value - param.value) > max(allowed, 1e-12):
            yield str(ref), value, param.value
        if not _agree(error, again, _OF_ERROR):
            yield f"error of {ref}", error, again
    if stored.covariance.shape == refitted.covariance.shape:
        scale = np.sqrt(np.abs(np.outer(*2 * (np.diag(refitted.covariance),))))
        off = np.abs(stored.covariance - refitted.covariance) > _OF_ERROR * scale + 1e-300
        if off.any():
            i, j = np.argwhere(off)[0]
            names = f"covariance of {stored.free[i]} and {stored.free[j]}"
            yield names, float(stored.covariance[i, j]), float(refitted.covariance[i, j])


def _contradictions(region: Region, stored: RegionFit, refitted: RegionFit) -> Iterator[str]:
    """Name what is not a number and differs."""
    if stored.region != region:
        yield "the fit was made with other settings than the region has"
    for name in ("noise_model", "area_unit", "background_physical"):
        a, b = getattr(stored, name), getattr(refitted, name)
        if a != b:
            yield f"{name.replace('_', ' ')} is {a} but the refit gives {b}"
    for name in ("at_bound", "held"):
        a, b = (sorted(map(str, getattr(fit, name))) for fit in (stored, refitted))
        if a != b:
            yield (
                f"parameters {name.replace('_', ' ')} are {', '.join(a) or 'none'} but the refit "
                f"gives {', '.join(b) or 'none'}"
            )


def _agree(first: float | None, second: float | None, relative: float) -> bool:
    if first is None or second is None:
        return first is second
    return abs(first - second) <= relative * max(abs(first), abs(second), 1e-300)
