"""Whether repeated measurements agree, and whether there are any."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xps.checks.rule import Rule, Search, Sighting, Sightings, fitted_regions
from xps.errors import SpectrumError
from xps.project import Project
from xps.replicates import Dispersion, dispersion, repeated
from xps.waiver import Place

_DISPERSION = "Fisher, Thornton and Mackenzie 1922, 10.1111/j.1744-7348.1922.tb05962.x"


def _measured_again(project: Project) -> Iterator[tuple[Place, str, Dispersion]]:
    """Repeated measurements: their place, what people read of it, and how they scatter."""
    for spectra in repeated(entry.spectrum for entry in project.entries):
        try:
            found = dispersion(spectra)
        except SpectrumError:
            continue  # too few counts to tell
        sample, level = spectra[0].sample, spectra[0].core_level or ""
        where = ", ".join(part for part in (sample, level) if part)
        yield Place(sample, "", level), where, found


def _in_repeats(search: Callable[[Dispersion], tuple[str, str] | None]) -> Search:
    """Make a search of what repeated measurements say: a message, and a remedy or ""."""

    def search_all(project: Project) -> Sightings:
        for place, where, found in _measured_again(project):
            said = search(found)
            if said is not None:
                yield Sighting(place, where, *said)

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


def _change(found: Dispersion) -> tuple[str, str] | None:
    if not found.changed:
        return None
    return (
        f"the spectrum changes over {found.spectra} repeated measurements by more than noise",
        "",
    )


def _one_spot(project: Project) -> Sightings:
    counted: dict[str, dict[str, int]] = {}
    for fitted in fitted_regions(project):
        of_level = counted.setdefault(fitted.core_level, {})
        of_level[fitted.entry.sample] = of_level.get(fitted.entry.sample, 0) + 1
    compared = {name for of_level in counted.values() if len(of_level) > 1 for name in of_level}
    repeated_too = {
        name for of_level in counted.values() for name, number in of_level.items() if number > 1
    }
    once = [s.name for s in project.samples if s.name in compared - repeated_too]
    if len(once) > 1:
        shown = ", ".join(once[:5]) + (f" and {len(once) - 5} more" if len(once) > 5 else "")
        yield Sighting(
            Place(),
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
        "fit them one by one: look for damage by X-rays and for drifts of the charge",
        _in_repeats(_change),
    ),
    Rule(
        "one-spot",
        "note",
        "Samples that are compared by one spectrum each",
        "ISO 24237",
        "measure two spots or pieces of each sample, and say n = 1 beside every difference",
        _one_spot,
    ),
)
