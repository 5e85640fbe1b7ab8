"""The background of a region: its kind and its parameters. Frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xps.backgrounds import STATIC, tougaard
from xps.errors import RecipeError
from xps.losses import LOSSES, LossFunction
from xps.parameters import Param

Floats = NDArray[np.float64]

IN_FIT_KINDS = ("peak-shirley", "peak-tougaard", "peak-shirley-tougaard")
"""Backgrounds made from the peaks of the model and fitted together with them."""

BACKGROUND_KINDS = (*IN_FIT_KINDS, *STATIC)
"""All kinds; those of `xps.backgrounds.STATIC` are computed from the data before the fit."""


@dataclass(frozen=True)
class Background:
    """The background of a region.

    The kinds in the fit are, from the low binding energy end E₀ of the window,
    ``offset + slope·(E − E₀) + curvature·(E − E₀)² + cubic·(E − E₀)³ + Σ_j k_j ∫ P_j
    + t ∫ K(E − E′) Σ_j P_j(E′) dE′`` with the peaks P_j and a loss function K
    (`xps.losses`). Static kinds are computed from the data before the fit, and their error is
    not in the reported errors.

    Attributes
    ----------
    kind : str
        One of `BACKGROUND_KINDS`: ``peak-shirley`` has the step k, ``peak-tougaard`` the
        amplitude t, ``peak-shirley-tougaard`` both; all have the polynomial.
    offset, slope : Param
        Level at the low binding energy end of the window, and its change per eV.
    k : Param
        Step per peak area in 1/eV, common to all components without one of their own.
    average_points : int
        Of the static kinds: points averaged at each end.
    curvature, cubic : Param or None
        Higher terms of the polynomial; None leaves them out.
    own_k : tuple of (str, Param)
        Steps of single components, by their id.
    t : Param
        Amplitude of the losses; 1 for a homogeneous solid.
    loss : str
        The loss function of a Tougaard term, a key of `xps.losses.LOSSES`.
    average_around : bool
        Whether the points averaged at each end of a static kind lie around the outermost point
        of the window, some of them outside it, as in CasaXPS.
    own_loss : LossFunction or None
        Of the static Tougaard kinds: a loss function instead of that of the kind. Its
        amplitude may then be below zero, as in CasaXPS.
    """

    kind: str = "peak-shirley"
    offset: Param = Param(0.0)
    slope: Param = Param(0.0)
    k: Param = Param(0.03, min=-0.05, max=0.3)
    average_points: int = 5
    curvature: Param | None = None
    cubic: Param | None = None
    own_k: tuple[tuple[str, Param], ...] = ()
    t: Param = Param(0.5, min=-0.5, max=5.0)
    loss: str = "u2"
    average_around: bool = False
    own_loss: LossFunction | None = None

    def __post_init__(self) -> None:
        for known, name in ((BACKGROUND_KINDS, self.kind), (LOSSES, self.loss)):
            if name not in known:
                raise RecipeError(f"unknown background {name!r}", f"use one of {', '.join(known)}")
        if self.average_around and self.average_points % 2 == 0:
            raise RecipeError(
                f"{self.average_points} points to average around each end",
                "give an odd number, so that the end is in the middle",
            )
        if self.own_loss is not None and not self.kind.startswith(_STATIC_TOUGAARD):
            raise RecipeError(
                f"a loss function for the background {self.kind!r}",
                "only a Tougaard background that is computed from the data takes one of its own",
            )

    @property
    def in_fit(self) -> bool:
        """Whether its parameters are fitted together with the components."""
        return self.kind in IN_FIT_KINDS

    @property
    def has_step(self) -> bool:
        """Whether it has the step of a peak Shirley."""
        return self.in_fit and "shirley" in self.kind

    @property
    def has_losses(self) -> bool:
        """Whether it has a Tougaard term in the fit."""
        return self.in_fit and "tougaard" in self.kind

    @cached_property
    def params(self) -> dict[str, Param]:
        """The fitted parameters by name; empty for the static kinds."""
        if not self.in_fit:
            return {}
        params = {"offset": self.offset, "slope": self.slope}
        params |= {
            name: param
            for name, param in (("curvature", self.curvature), ("cubic", self.cubic))
            if param is not None
        }
        if self.has_step:
            params["k"] = self.k
            params |= {f"{_OWN_K}{id_}": param for id_, param in self.own_k}
        if self.has_losses:
            params["t"] = self.t
        return params

    def with_params(self, params: Mapping[str, Param]) -> Background:
        """Return a copy with some parameters replaced."""
        own = tuple((id_, params.get(f"{_OWN_K}{id_}", param)) for id_, param in self.own_k)
        plain = {name: param for name, param in params.items() if not name.startswith(_OWN_K)}
        return replace(self, own_k=own, **plain)  # type: ignore[arg-type]  # keys are Param fields

    def with_param(self, name: str, param: Param) -> Background:
        """Return a copy with one parameter replaced."""
        return self.with_params({name: param})

    def computed(
        self, energy_ev: Floats, intensity: Floats, levels: tuple[float, float] | None = None
    ) -> Floats:
        """A static kind, computed from the data; shape (n,).

        Parameters
        ----------
        energy_ev, intensity : ndarray, shape (n,)
            The points in the window.
        levels : (float, float), optional
            At its two ends, instead of the averages of the points inside.

        Raises
        ------
        BackgroundError
            If there is none on these data.
        """
        if self.own_loss is not None:
            return tougaard(
                energy_ev,
                intensity,
                self.own_loss,
                average_points=self.average_points,
                levels=levels,
                accept_falling=True,
            ).background
        curve = STATIC[self.kind].curve
        return curve(energy_ev, intensity, average_points=self.average_points, levels=levels)

    def without_component(self, id_: str) -> Background:
        """Return a copy without the own step of a component."""
        return replace(self, own_k=tuple(own for own in self.own_k if own[0] != id_))


_OWN_K = "k_"
_STATIC_TOUGAARD = "tougaard-"
