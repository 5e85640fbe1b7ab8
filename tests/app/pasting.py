"""Another program: prints what the clipboard of its display offers it."""

from __future__ import annotations

import json
import sys

from PySide6.QtGui import QGuiApplication

FIRST = 16  # bytes


def main() -> None:
    application = QGuiApplication(sys.argv)
    mime = application.clipboard().mimeData()
    offered: dict[str, object] = {"formats": mime.formats(), "text": mime.text()}
    for media in mime.formats():
        content = mime.data(media).data()
        offered[media] = {"size": len(content), "begins": content[:FIRST].hex()}
    sys.stdout.write(json.dumps(offered))


if __name__ == "__main__":
    main()
