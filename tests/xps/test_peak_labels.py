from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from tests.xps.drawn_texts import off_page, overlaps
from tests.xps.example import mixed, pair
from tests.xps.test_figure import panels
from xps.figure import stacked_figure
from xps.panels import letter
from xps.peak_labels import placed_labels, spread


def is_mark(text: Text) -> bool:
    return len(text.get_text()) == 1 and text.get_text().isupper()


WIDTHS = (85.0, 89.0, 120.0, 178.0, 183.0)

places = st.lists(st.floats(0.0, 70.0), min_size=1, max_size=20).map(sorted)


@given(places, st.floats(0.1, 5.0))
def test_places_are_apart_in_order_and_inside(wanted: list[float], gap: float) -> None:
    found = spread(wanted, gap, 0.0, 70.0)
    fits = min(gap, 70.0 / max(len(wanted) - 1, 1))
    assert all(b - a >= fits - 1e-9 for a, b in pairwise(found))
    assert found[0] >= -1e-9
    assert found[-1] <= 70.0 + 1e-9


def test_places_with_room_stay_where_they_are() -> None:
    assert spread([1.0, 4.0, 9.0], 2.0, 0.0, 10.0) == [1.0, 4.0, 9.0]


def test_crowded_places_move_as_little_as_can_be() -> None:
    assert spread([5.0, 5.0, 5.0], 1.0, 0.0, 10.0) == pytest.approx([4.0, 5.0, 6.0])
    assert spread([5.0, 5.2, 9.0], 1.0, 0.0, 10.0) == pytest.approx([4.6, 5.6, 9.0])


def test_mark_stands_above_all_that_its_line_crosses() -> None:
    x = np.linspace(0.0, 10.0, 101)
    top = np.exp(-((x - 5.0) ** 2))
    left, right = placed_labels(
        {"1": (5.0, 0.9), "2": (5.1, 0.2)}, x, top, width_mm=10.0, label_mm=2.0
    )
    assert right.x - left.x == pytest.approx(2.0)
    assert left.floor == pytest.approx(1.0)
    assert right.floor == pytest.approx(np.exp(-0.01))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["pair", "mixed"])
def test_no_text_of_a_figure_lies_on_another(width: float, name: str) -> None:
    case = {"pair": pair, "mixed": mixed}[name]()
    figure = stacked_figure(case.project, width_mm=width, failures=case.failures)
    assert not overlaps(figure)
    assert not off_page(figure)


def test_every_significant_component_has_its_letter_in_its_panel() -> None:
    case = mixed()
    figure = stacked_figure(case.project, core_levels=["S 2p"], failures=case.failures)
    for axes, fit in zip(panels(figure), case.result.regions[::2], strict=False):
        strong = [
            letter(place).upper()
            for place, component in enumerate(fit.region.components)
            if fit.is_significant(component)
        ]
        assert sorted(t.get_text() for t in axes.texts if is_mark(t)) == strong


def test_letter_stands_over_the_peak_that_the_legend_gives_it() -> None:
    project = pair().project
    figure = stacked_figure(project, core_levels=["S 2p"])
    region = project.fits[0].region
    axes = panels(figure)[0]
    drawn = {t.get_text(): t.get_position()[0] for t in axes.texts if is_mark(t)}
    for place, component in enumerate(region.components):
        assert drawn[letter(place).upper()] == pytest.approx(component.center.value, abs=0.4)
