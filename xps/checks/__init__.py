"""Checks of fits against what physics and practice allow. Each says what to do about it.

One module holds one family of rules; `RULES` holds them all.
"""

from __future__ import annotations

from xps.checks.registry import RULES, check
from xps.checks.rule import SEVERITIES, Finding, Rule, Severity

__all__ = ["RULES", "SEVERITIES", "Finding", "Rule", "Severity", "check"]
