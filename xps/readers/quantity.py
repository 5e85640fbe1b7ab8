"""What the label of an axis or a column means, in the words that vendors use."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import numpy as np

from xps.spectrum import Axis, Floats, Unit

Energy = Literal["binding", "kinetic", "photon", "energy"]

# Abbreviations keep their capitals, lest "Be 1s" be read as a binding energy.
_ENERGIES: tuple[tuple[Energy, re.Pattern[str]], ...] = (
    (
        "binding",
        re.compile(
            r"\bB\.?\s?E\b|^b\.?e\.?(?=\W|$)|(?i:binding|bindungs|liaison)|结合能|結合|결합"
        ),
    ),
    (
        "kinetic",
        re.compile(
            r"\bK\.?\s?E\b|^k\.?e\.?(?=\W|$)|(?i:kinetic|kinetisch|cin.tique)|[动動]能|운동"
        ),
    ),
    ("photon", re.compile(r"\bP\.?\s?E\b(?!\s*[:=]?\s*\d)|(?i:photon|\bh[vν]\b)|光子|광자")),
    ("energy", re.compile(r"(?i:energ|\bev\b)|能量|에너지|エネルギー")),
)
_RATE = re.compile(
    r"(?i)\bcps\b|\bc/s\b|counts?\s*(?:/|per)\s*s|count\s?rate|\bco?u?n?t?s?\s*s(?:\^|\*\*)?-1"
    r"|s⁻¹|计数率|[计計][数數]\s*/\s*[s秒]|초당"
)
_COUNTS = re.compile(r"(?i)\bcounts?\b|\bcnts?\b|计数|計數|카운트|계수")
_CURRENT = re.compile(r"^[munpf]?[AV]$|(?i:\barb|\ba\.\s?u\.)")


@lru_cache(maxsize=1024)
def energy_of(label: str) -> Energy | None:
    """Tell which energy a label names; None if it names none."""
    words = label.replace("_", " ").strip()
    return next((energy for energy, pattern in _ENERGIES if pattern.search(words)), None)


def axis_of(label: str) -> Axis | None:
    """Tell whether a label names the binding or the kinetic energy."""
    energy = energy_of(label)
    return energy if energy in ("binding", "kinetic") else None


@lru_cache(maxsize=1024)
def unit_of(label: str) -> Unit | None:
    """Tell the unit of an intensity from its label; None if the label does not say."""
    words = label.replace("_", " ").strip()
    if _RATE.search(words):
        return "counts/s"
    if _COUNTS.search(words):
        return "counts"
    return "arbitrary" if _CURRENT.search(words) else None


def are_counts(intensity: Floats) -> bool:
    """Tell whether intensities can be counts: whole, not negative, and some of them large."""
    whole = bool(np.all(intensity == np.round(intensity)) and intensity.min() >= 0)
    return whole and float(intensity.max()) > 1
