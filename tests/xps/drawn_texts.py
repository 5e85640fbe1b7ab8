"""Where the texts of a figure stand, for tests of what lies on what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def drawn_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text that can be read, with its box in pixels."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += axes.texts
        if axes.axison:
            texts += [*_of_axis(axes.xaxis), *_of_axis(axes.yaxis)]
    return [
        (text.get_text(), text.get_window_extent(renderer))
        for text in texts
        if text.get_visible() and text.get_text().strip()
    ]


def _of_axis(axis: Axis) -> Iterator[Text]:
    yield axis.label
    low, high = sorted(axis.get_view_interval())
    for tick in axis.get_major_ticks():
        if low <= tick.get_loc() <= high:
            yield tick.label1


def overlaps(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts that lie on one another."""
    return [
        (first, second)
        for (first, a), (second, b) in combinations(drawn_texts(figure), 2)
        if a.x0 < b.x1 and b.x0 < a.x1 and a.y0 < b.y1 and b.y0 < a.y1
    ]


def off_page(figure: Figure) -> list[str]:
    """Texts that leave the figure."""
    page = figure.bbox
    return [
        text
        for text, box in drawn_texts(figure)
        if not (page.x0 <= box.x0 < box.x1 <= page.x1 and page.y0 <= box.y0 < box.y1 <= page.y1)
    ]
