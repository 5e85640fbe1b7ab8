"""What is known about the errors of a fit beyond its covariance. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from xps.parameters import Ref

ErrorMethod = Literal["covariance", "profile", "bootstrap", "systematic"]
ERROR_METHODS: tuple[ErrorMethod, ...] = get_args(ErrorMethod)


@dataclass(frozen=True)
class Interval:
    """Where a quantity lies with a given confidence.

    Attributes
    ----------
    low, high : float or None
        None where the interval is open on that side.
    why_open : str
        Why it is open; "" where it is closed.
    """

    low: float | None
    high: float | None
    why_open: str = ""

    def holds(self, value: float) -> bool:
        """Whether a value lies inside."""
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def scaled(self, factor: float, shift: float = 0.0) -> Interval:
        """Return the interval of ``factor · quantity + shift``."""
        ends = [None if end is None else factor * end + shift for end in (self.low, self.high)]
        low, high = ends if factor >= 0.0 else ends[::-1]
        return Interval(low, high, self.why_open)


@dataclass(frozen=True)
class Intervals:
    """Central intervals of one quantity.

    Attributes
    ----------
    confidence_68, confidence_95 : Interval
        Of 68.3 % (one standard deviation) and of 95 %.
    """

    confidence_68: Interval
    confidence_95: Interval

    def scaled(self, factor: float, shift: float = 0.0) -> Intervals:
        """Return the intervals of ``factor · quantity + shift``."""
        return Intervals(
            self.confidence_68.scaled(factor, shift), self.confidence_95.scaled(factor, shift)
        )


@dataclass(frozen=True)
class BootstrapErrors:
    """What simulated repetitions of a measurement say.

    Attributes
    ----------
    draws, failed : int
        Repetitions, and those among them whose fit did not converge and which do not count.
    seed : int
        Of their random numbers.
    areas, shares : mapping of str to Intervals
        By component.
    """

    draws: int
    failed: int
    seed: int
    areas: Mapping[str, Intervals]
    shares: Mapping[str, Intervals]


@dataclass(frozen=True)
class Significance:
    """How often noise alone looks as good as a component.

    Attributes
    ----------
    gain : float
        By which the component lowers the deviance.
    p_value : float
        Chance of such a gain where the component is not there, ``(1 + hits) / (1 + draws)``, or
        ``hits / draws`` where enough hits stopped the test.
    p_value_error : float
        Monte-Carlo error of `p_value`, one standard deviation.
    draws : int
    """

    gain: float
    p_value: float
    p_value_error: float
    draws: int


@dataclass(frozen=True)
class Alternative:
    """Another minimum that describes the data as well.

    Attributes
    ----------
    delta_chi2 : float
        Its deviance minus that of the fit.
    shares : mapping of str to float
        Shares of the components there, by id.
    """

    delta_chi2: float
    shares: Mapping[str, float]


@dataclass(frozen=True)
class SystematicMember:
    """A fit under another choice.

    Attributes
    ----------
    group : str
        "window", "background", "shape", "ratio" or "reference".
    name : str
    areas : mapping of str to float
        By component; empty where it cannot be fitted.
    why_left_out : str
        Why it does not count; "" where it does.
    """

    group: str
    name: str
    areas: Mapping[str, float]
    why_left_out: str = ""


@dataclass(frozen=True)
class SystematicErrors:
    """How far areas and shares move under other choices.

    Attributes
    ----------
    areas, shares : mapping of str to float
        Systematic errors by component: the root of the sum over groups of the mean squared
        deviation from the fit.
    members : tuple of SystematicMember
    """

    areas: Mapping[str, float]
    shares: Mapping[str, float]
    members: tuple[SystematicMember, ...]


@dataclass(frozen=True)
class ErrorBudget:
    """What was asked for beyond the covariance; empty or None where it was not.

    Attributes
    ----------
    profiles : mapping of Ref to Intervals
        Profile likelihood intervals of the free parameters.
    bootstrap : BootstrapErrors or None
    alternatives : tuple of Alternative
        Other minima that fit as well; searched for together with the profiles.
    systematic : SystematicErrors or None
    significance : mapping of str to Significance
        Tests of the weak components with free centers, by component; made together with the
        bootstrap.
    """

    profiles: Mapping[Ref, Intervals] = field(default_factory=dict)
    bootstrap: BootstrapErrors | None = None
    alternatives: tuple[Alternative, ...] = ()
    systematic: SystematicErrors | None = None
    significance: Mapping[str, Significance] = field(default_factory=dict)
