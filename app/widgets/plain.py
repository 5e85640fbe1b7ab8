"""Text from files is hostile: it is shown as it stands, never taken for markup."""

from __future__ import annotations

import html


def tooltip(text: str) -> str:
    """Return a tooltip that shows a text as it stands; long lines are wrapped."""
    if not text:
        return ""
    return f"<span>{html.escape(text).replace(chr(10), '<br>')}</span>"


def menu_text(text: str) -> str:
    """Return a text for a menu or button, where a single & would mark a key."""
    return text.replace("&", "&&")
