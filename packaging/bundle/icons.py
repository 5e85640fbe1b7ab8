"""The icon of the app in the formats of the platforms, drawn from its SVG."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
SVG = ROOT / "resources" / "icons" / "doublet.svg"
_ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
_LARGEST = {".ico": 256, ".icns": 1024}


def platform_icon(platform: str, folder: Path) -> str | None:
    """Draw the icon that the program itself carries; None where it carries none."""
    ending = {"win32": "ico", "darwin": "icns"}.get(platform)
    if ending is None:
        return None
    path = folder / f"doublet.{ending}"
    write_icon(path)
    return str(path)


def write_icon(path: Path, size: int = 0) -> None:
    """Draw the icon as .png of one size, or as .ico or .icns of all sizes."""
    size = size or _LARGEST[path.suffix]
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    drawing = path.with_suffix(".drawing.png")
    _draw(drawing, size)
    if path.suffix == ".png":
        drawing.replace(path)
        return
    with Image.open(drawing) as picture:
        sizes = [(side, side) for side in _ICO_SIZES]
        options = {"sizes": sizes} if path.suffix == ".ico" else {}
        picture.save(path, **options)
    drawing.unlink()


def _draw(path: Path, size: int) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import QRectF, Qt
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(SVG)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    if not image.save(str(path)):
        raise OSError(f"cannot write {path}")
