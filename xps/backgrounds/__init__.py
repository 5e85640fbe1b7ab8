"""Backgrounds that are computed from the data before a fit.

The background of choice is fitted together with the peaks (see `xps.model.Background`). The
classic ones are here because users know them and must be able to repeat old work; the errors
of a fit after their subtraction do not know their noise and are too small.
"""

from xps.backgrounds.ends import casaxps_levels, end_levels
from xps.backgrounds.loss_tail import Tougaard, tougaard
from xps.backgrounds.shirley_step import Shirley, shirley
from xps.backgrounds.smart_step import smart
from xps.backgrounds.static import STATIC, StaticBackground
from xps.backgrounds.straight import linear

__all__ = [
    "STATIC",
    "Shirley",
    "StaticBackground",
    "Tougaard",
    "casaxps_levels",
    "end_levels",
    "linear",
    "shirley",
    "smart",
    "tougaard",
]
