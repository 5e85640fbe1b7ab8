"""The numbers of a model: values with bounds, exact ties and soft expectations. All frozen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from xps.errors import RecipeError

BACKGROUND_ID = "background"
"""What stands for a component in the `Ref` of a parameter of the background."""

LinkKind = Literal["same", "offset", "ratio"]


class Ref(NamedTuple):
    """A parameter of a component in the same region, e.g. ``Ref("ps4", "fwhm")``."""

    component: str
    parameter: str

    def __str__(self) -> str:
        return f"{self.component}.{self.parameter}"


@dataclass(frozen=True)
class Link:
    """An exact tie to another parameter.

    ``same``: equal; ``offset``: target + `amount` (eV); ``ratio``: target × `amount`.
    """

    kind: LinkKind
    target: Ref
    amount: float = 0.0

    def __post_init__(self) -> None:
        if self.kind == "ratio" and not 0.0 < self.amount < math.inf:
            reason = f"a ratio to {self.target} of {self.amount}"
            raise RecipeError(reason, "give a finite ratio above zero")
        if not math.isfinite(self.amount):
            reason = f"a distance of {self.amount} from {self.target}"
            raise RecipeError(reason, "give a finite number")

    @property
    def factor(self) -> float:
        """Slope of the tie: linked = factor · target + shift."""
        return self.amount if self.kind == "ratio" else 1.0

    @property
    def shift(self) -> float:
        """Intercept of the tie."""
        return self.amount if self.kind == "offset" else 0.0


@dataclass(frozen=True)
class Prior:
    """A Gaussian expectation of a parameter, or of its distance from another one.

    It enters the fit as one more observation, ``((p − p_ref) − mean) / sigma``.
    """

    mean: float
    sigma: float
    relative_to: Ref | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and self.sigma > 0.0 and math.isfinite(self.sigma)):
            reason = f"a prior of {self.mean} ± {self.sigma}"
            raise RecipeError(reason, "its width must be above zero")


@dataclass(frozen=True)
class Param:
    """A number of the model.

    Attributes
    ----------
    value : float
        Start value before the fit, best value after it.
    vary : bool
        Whether the fit may change it.
    min, max : float
        Hard bounds; ignored while a link is set.
    link : Link or None
        Exact tie; the value then follows its target.
    prior : Prior or None
        Soft expectation.
    """

    value: float
    vary: bool = True
    min: float = -math.inf
    max: float = math.inf
    link: Link | None = None
    prior: Prior | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise RecipeError(f"a parameter of {self.value}", "give a finite number")
        if not self.min < self.max:
            reason = f"bounds of {self.min} to {self.max}"
            raise RecipeError(reason, "the lower bound must be below the upper")

    @property
    def is_free(self) -> bool:
        """Whether the fit decides its value by itself."""
        return self.vary and self.link is None

    def at(self, value: float) -> Param:
        """Return the same parameter with another value."""
        return replace(self, value=value)
