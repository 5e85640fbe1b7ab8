"""Line shapes of unit area with their analytic derivatives.

Every shape is normalized over the infinite energy axis, so that the area of a component does
not depend on the window, and its width parameter is the true full width at half maximum
(FWHM) of the curve. `SHAPES` holds them by kind.
"""

from __future__ import annotations

from xps.lineshapes.asymmetric_lorentzian import LA, LA_SYMMETRIC, LF
from xps.lineshapes.doniach_sunjic import DONIACH_SUNJIC
from xps.lineshapes.exponential_tail import EXPONENTIAL_TAIL
from xps.lineshapes.product import GL
from xps.lineshapes.shape import Profile, Shape, ShapeParameter
from xps.lineshapes.sums import GAUSSIAN, LORENTZIAN, PSEUDO_VOIGT, SGL
from xps.lineshapes.voigt import VOIGT

__all__ = ["SHAPES", "Profile", "Shape", "ShapeParameter"]

SHAPES: dict[str, Shape] = {
    shape.kind: shape
    for shape in (
        SGL,
        GL,
        VOIGT,
        PSEUDO_VOIGT,
        GAUSSIAN,
        LORENTZIAN,
        LA,
        LA_SYMMETRIC,
        LF,
        DONIACH_SUNJIC,
        EXPONENTIAL_TAIL,
    )
}
"""The shapes by kind."""
