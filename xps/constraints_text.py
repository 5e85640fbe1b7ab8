"""Links, bounds and expectations of a region's parameters, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from xps.model import BACKGROUND_ID, Param, Ref, Region
from xps.model_text import background_term

_NAMES = {
    "fwhm": "FWHM",
    "alpha": "α",
    "beta": "β",
    "gauss": "Gaussian broadening m",
    "tail": "tail length",
}
_UNITS = {"center": " eV", "fwhm": " eV"}


def constraints(region: Region) -> tuple[str, ...]:
    """Return one phrase for each thing that holds the parameters of a region."""
    return (*_links(region), *_alone(region))


def _links(region: Region) -> Iterator[str]:
    """Exact ties; those of one kind to one target in one phrase."""
    tied: dict[tuple[str, str, str, float], list[str]] = {}
    for component in region.components:
        for name, param in component.params.items():
            if param.link is not None:
                link = param.link
                target = region.component(link.target.component).name
                key = (name, link.kind, target, link.amount)
                tied.setdefault(key, []).append(component.name)
    for (name, kind, target, amount), names in tied.items():
        what, unit = _NAMES.get(name, name), _UNITS.get(name, "")
        who = ", ".join(names)
        if kind == "same":
            yield f"{what} of {who} equal to that of {target}"
        elif kind == "offset":
            yield f"{what} of {who} {_signed(amount)}{unit} from that of {target}"
        else:
            yield f"{what} of {who} {amount:g} times that of {target}"


def _alone(region: Region) -> Iterator[str]:
    """What holds a single parameter: fixed values, expectations, bounds."""
    for ref, param in region.params():
        if param.link is not None:
            continue
        what, unit = _what(region, ref)
        if not param.vary:
            yield f"{what} fixed at {_plain(param.value)}{unit}"
            continue
        phrases = [*_prior(region, param, unit), *_bounds(param, unit)]
        if phrases:
            yield f"{what} {' and '.join(phrases)}"


def _what(region: Region, ref: Ref) -> tuple[str, str]:
    if ref.component == BACKGROUND_ID:
        term = background_term(region, ref.parameter)
        return f"background {term.title}", f" {term.unit}" if term.unit else ""
    name = region.component(ref.component).name
    return f"{_NAMES.get(ref.parameter, ref.parameter)} of {name}", _UNITS.get(ref.parameter, "")


def _prior(region: Region, param: Param, unit: str) -> Iterator[str]:
    prior = param.prior
    if prior is None:
        return
    expected = f"± {prior.sigma:g}{unit} (Gaussian expectation)"
    if prior.relative_to is None:
        yield f"expected at {_plain(prior.mean)} {expected}"
    else:
        target = region.component(prior.relative_to.component).name
        yield f"expected {_signed(prior.mean)} {expected} from that of {target}"


def _bounds(param: Param, unit: str) -> Iterator[str]:
    low, high = math.isfinite(param.min), math.isfinite(param.max)
    if low and high:
        yield f"bound to {_plain(param.min)} … {_plain(param.max)}{unit}"
    elif low:
        yield f"not below {_plain(param.min)}{unit}"
    elif high:
        yield f"not above {_plain(param.max)}{unit}"


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−")
