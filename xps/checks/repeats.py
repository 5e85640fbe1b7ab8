"""Whether repeated measurements agree, and whether there are any."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from xps.cancel import Cancelled
from xps.checks.rule import Rule, Search, Sighting, Sightings, fitted_regions
from xps.errors import SpectrumError
from xps.project import Project
from xps.replicates import Dispersion, dispersion, repeated
from xps.spectrum import Spectrum
from xps.waiver import Scope

_DISPERSION = "Fisher, Thornton and Mackenzie 1922, 10.1111/j.1744-7348.1922.tb05962.x"


_Repeats = tuple[Scope, str, Sequence[Spectrum], Dispersion]


def _measured_again(project: Project) -> Iterator[_Repeats]:
    """Repeated measurements: their scope, what people read of it, and how they scatter."""
    for spectra in repeated(entry.spectrum for entry in project.entries):
        try:
            found = dispersion(spectra)
        except SpectrumError:
            continue  # too few counts to tell
        sample, level = spectra[0].sample, spectra[0].core_level or ""
        where = ", ".join(part for part in (sample, level) if part)
        yield Scope(sample, "", level), where, spectra, found


def _in_repeats(search: Callable[[Dispersion], tuple[str, str] | None]) -> Search:
    """Make a search of what repeated measurements say: a message, and a remedy or ""."""

    def search_all(project: Project, ask: Cancelled) -> Sightings:
        for scope, where, _, found in _measured_again(project):
            ask()
            said = search(found)
            if said is not None:
                yield Sighting(scope, where, *said)

    return search_all


def _scatter(found: Dispersion) -> str:
    low, high = found.interval_95
    return (
        f"{found.spectra} repeated measurements scatter {found.factor:.2f} ({low:.2f} to "
        f"{high:.2f}) times as much as counts do"
    )


def _over(found: Dispersion) -> tuple[str, str] | None:
    if found.verdict != "over-dispersed":
        return None
    return _scatter(found), (
        "check dwell time and sweeps, and whether the file holds counts: they were scaled, "
        f"or the detector adds noise; errors are too small by √{found.factor:.2f}"
    )


def _under(found: Dispersion) -> tuple[str, str] | None:
    return (_scatter(found), "") if found.verdict == "under-dispersed" else None


def _changes(project: Project, ask: Cancelled) -> Sightings:
    """Repeated measurements that change, with what is left to do where a sum aligned them."""
    aligned = {
        sweep.digest
        for entry in project.entries
        for sweep in entry.spectrum.summed
        if sweep.shift_ev is not None
    }
    for scope, where, spectra, found in _measured_again(project):
        ask()
        if not found.changed:
            continue
        message = (
            f"the spectrum changes over {found.spectra} repeated measurements by more than noise"
        )
        remedy = ""
        if all(spectrum.unmasked_digest in aligned for spectrum in spectra):
            message += "; their drift was taken off before they were summed"
            remedy = (
                "fit the first and the last one: where only their energies differ, waive this "
                "with the drift as reason; else look for damage by X-rays"
            )
        yield Sighting(scope, where, message, remedy)


def _one_spot(project: Project, ask: Cancelled) -> Sightings:
    """Samples that are compared though none of their core levels was measured twice."""
    counted: dict[str, dict[str, int]] = {}
    for fitted in fitted_regions(project):
        ask()
        sample = project.sample(fitted.entry.sample)
        of_level = counted.setdefault(fitted.core_level, {})
        name = sample.group or sample.name
        of_level[name] = of_level.get(name, 0) + 1
    compared = [of_level for of_level in counted.values() if len(of_level) > 1]
    again = {name for of_level in compared for name, number in of_level.items() if number > 1}
    once = [name for name in dict.fromkeys(n for of in compared for n in of) if name not in again]
    if len(once) > 1:
        shown = ", ".join(once[:5]) + (f" and {len(once) - 5} more" if len(once) > 5 else "")
        yield Sighting(
            Scope(),
            shown,
            "one spectrum of each sample: differences between them have the error of counting "
            "alone (n = 1), not that of spots and pieces",
        )


RULES = (
    Rule(
        "replicates-over-dispersed",
        "warning",
        "Repeated measurements that scatter more than counts do",
        _DISPERSION,
        "check dwell time and sweeps, and whether the file holds counts",
        _in_repeats(_over),
    ),
    Rule(
        "replicates-under-dispersed",
        "warning",
        "Repeated measurements that scatter less than counts do",
        _DISPERSION,
        "fit raw counts: these were smoothed, averaged or interpolated between detector channels, "
        "and χ²ᵣ and errors cannot be taken at their word",
        _in_repeats(_under),
    ),
    Rule(
        "replicates-change",
        "warning",
        "Repeated measurements that change: first against last sweep",
        "ISO 18554",
        "fit them one by one: look for damage by X-rays; sweeps whose charge drifted can be "
        "aligned and summed",
        _changes,
    ),
    Rule(
        "one-spot",
        "note",
        "Samples that are compared by one spectrum each",
        "ISO 24237",
        "measure two spots or pieces of each sample and group them as replicates, or say n = 1 "
        "beside every difference",
        _one_spot,
    ),
)
