"""The spectral lines of a component: one, or a spin-orbit doublet as one object. All frozen."""

from __future__ import annotations

from dataclasses import dataclass

from xps.errors import RecipeError
from xps.levels import levels, line_labels


@dataclass(frozen=True)
class Line:
    """One line of a component: label, distance from the center in eV, share of the area."""

    label: str
    offset_ev: float
    fraction: float


@dataclass(frozen=True)
class Singlet:
    """A component of one line."""

    label: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """The single line."""
        return (Line(self.label, 0.0, 1.0),)


@dataclass(frozen=True)
class Doublet:
    """A spin-orbit pair as one object: one area, one center, one FWHM.

    Attributes
    ----------
    labels : (str, str)
        Of the higher-j line (whose binding energy is the center) and of the lower-j line.
    splitting_ev : float
        Distance of the two lines in eV.
    ratio : float
        Area of the lower-j line over that of the higher-j line.
    unlocked_because : str
        Why splitting or ratio differ from the table of levels; "" where they do not.
    """

    labels: tuple[str, str]
    splitting_ev: float
    ratio: float
    unlocked_because: str = ""

    def __post_init__(self) -> None:
        if not (self.splitting_ev > 0.0 and self.ratio > 0.0):
            raise RecipeError(
                f"a doublet of splitting {self.splitting_ev} eV and ratio {self.ratio}",
                "both must be above zero",
            )

    @property
    def lines(self) -> tuple[Line, ...]:
        """The two lines; their fractions add up to one."""
        whole = 1.0 + self.ratio
        return (
            Line(self.labels[0], 0.0, 1.0 / whole),
            Line(self.labels[1], self.splitting_ev, self.ratio / whole),
        )


def multiplet_of(core_level: str) -> Singlet | Doublet:
    """Return the lines of a core level with splitting and ratio from the table of levels.

    Raises
    ------
    RecipeError
        If the level is a doublet that the table does not hold.
    """
    labels = line_labels(core_level)
    if len(labels) == 1:
        return Singlet(labels[0])
    level = levels().get(core_level)
    if level is None:
        raise RecipeError(
            f"the splitting of {core_level} is not in the table of levels",
            "give splitting_ev, ratio and the reason in the recipe",
        )
    return Doublet((labels[0], labels[1]), level.splitting_ev, level.ratio)
