"""What a further parameter must gain: criteria for models that do not reward fine steps.

BIC approximates twice the negative logarithm of a model's marginal likelihood, in which each
parameter costs the logarithm of the number of observations that bear on it (Schwarz, Ann. Stat. 6
(1978) 461). Channels are no such observations: halving the step at the same dose doubles their
number and tells nothing new, since Fisher's information depends on the counts alone. What a
spectrum can tell apart are its resolution elements, as many as line widths fit into the window.
They are the observations here (for samples whose size is not their count see Berger, Bayarri and
Pericchi, Econom. Rev. 33 (2014) 197).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_MISFIT_SIGMA = 4.0  # scatter of χ²ᵣ that counting noise may cause
_FEWEST = 2.0  # resolution elements


@dataclass(frozen=True)
class ModelCriterion:
    """Criteria of models of one spectrum, the lower the better.

    Attributes
    ----------
    resolution_elements : float
        Window over typical FWHM.
    unit : float
        What a deviance of one is worth: one where the largest model describes the data, more
        where it misses structure or the size of the noise is unknown (quasi-likelihood; Burnham
        and Anderson, Model Selection and Multimodel Inference, 2002, section 2.5).
    freedom : float
        Observations from which the size of the noise was estimated; infinite where it is known.
    """

    resolution_elements: float
    unit: float = 1.0
    freedom: float = math.inf

    @classmethod
    def of(
        cls, span_ev: float, fwhm_ev: float, chi2: float, points: int, n_free: int, known: bool
    ) -> ModelCriterion:
        """Judge the noise by the largest model.

        What that model misses, χ² − ν, grows with the dose and not with the number of channels.
        It is therefore spread over the resolution elements.

        Parameters
        ----------
        span_ev, fwhm_ev : float
            Width of the window and typical FWHM.
        chi2 : float
            Pearson's, of the largest model.
        points, n_free : int
            Channels, and free parameters of the largest model.
        known : bool
            Whether the size of the noise is known.
        """
        elements = max(span_ev / fwhm_ev, _FEWEST)
        freedom = max(points - n_free, 1)
        if not known:
            return cls(elements, max(chi2 / freedom, 1e-300), float(points))
        if chi2 <= freedom * (1.0 + _MISFIT_SIGMA * math.sqrt(2.0 / freedom)):
            return cls(elements)
        return cls(elements, 1.0 + (chi2 - freedom) / elements)

    def bic(self, deviance: float, n_free: int) -> float:
        """Deviance in units of the noise, plus the cost of the parameters: p·ln N."""
        return deviance / self.unit + n_free * math.log(self.resolution_elements)

    def aicc(self, deviance: float, n_free: int) -> float:
        """Akaike's criterion: 2 p, and a correction where the noise is estimated.

        The correction 2 p (p + 1)/(n − p − 1) belongs to the estimate of the variance (Hurvich
        and Tsai, Biometrika 76 (1989) 297); counts of known size need none.
        """
        aic = deviance / self.unit + 2.0 * n_free
        if math.isinf(self.freedom):
            return aic
        return aic + 2.0 * n_free * (n_free + 1.0) / max(self.freedom - n_free - 1.0, 1.0)
