"""Whether intensities and sensitivity factors belong to each other."""

from __future__ import annotations

import re

from xps.checks.rule import (
    FittedRegion,
    FittedSample,
    Rule,
    Sightings,
    in_each_fit,
    in_each_sample,
)

_CORRECTED = re.compile(
    r"\b(transmission|RSF|sensitivity|T\(E\))[\s-]*(function|factors?)?[\s-]*"
    r"(corrected|normali[sz]ed|correction applied)\b"
    r"|\b(corrected|normali[sz]ed) (for|by|with) (the )?(analy[sz]er )?"
    r"(transmission|RSFs?|sensitivity)\b",
    re.IGNORECASE,
)
_ISO_18118 = "ISO 18118"


def _corrected(fitted: FittedRegion) -> Sightings:
    spectrum = fitted.entry.spectrum
    for text in (spectrum.name, spectrum.notes, *spectrum.warnings):
        said = _CORRECTED.search(text)
        if said:
            yield fitted.sighting(
                f"the file says “{said.group()}”: sensitivity factors of raw intensities would "
                "correct it twice, and the points no longer scatter as counts"
            )
            return


def _mixed(sample: FittedSample) -> Sightings:
    if sample.project.quantification.transmission != "file":
        return
    known = [r for r in sample.regions if r.entry.spectrum.transmission is not None]
    if known and len(known) < len(sample.regions):
        with_it = ", ".join(region.entry.label for region in known)
        yield sample.sighting(
            f"the files give the transmission of the analyzer for {with_it} but not for all "
            "regions: it is taken as constant in atomic percents"
        )


RULES = (
    Rule(
        "intensity-corrected",
        "warning",
        "Intensities that were corrected before, with sensitivity factors of raw ones",
        _ISO_18118,
        "load the raw counts, or factors made for corrected intensities",
        in_each_fit(_corrected),
    ),
    Rule(
        "transmission-mixed",
        "warning",
        "A transmission that only some regions of a sample have",
        _ISO_18118,
        "export all regions with their transmission, or none",
        in_each_sample(_mixed),
    ),
)
