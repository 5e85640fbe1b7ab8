"""Names of Doublet's extension of NXxps, which docs/reference/formats.md describes."""

from __future__ import annotations

from typing import Final

OWN_GROUP: Final = "doublet"
OWN_MARK: Final = "doublet.nexus/1"
SESSION_GROUP: Final = "doublet_session"
SESSION_MARK: Final = "doublet.session-in-nexus/1"
