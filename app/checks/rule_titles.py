"""Titles of the rules of the checks, which are loaded when the first is asked for."""

from __future__ import annotations

from functools import cache


def rule_title(rule_id: str) -> str:
    """Return the title of a rule; its id where this version does not know it."""
    return _titles().get(rule_id, rule_id)


@cache
def _titles() -> dict[str, str]:
    from xps.checks import RULES

    return {rule.id: rule.title for rule in RULES}
