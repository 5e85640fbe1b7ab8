"""Maps of results: every value at its place, none where none is known; in files and figures."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.xps.made_stacks import drifting, model_of, stack_of, truth
from xps.errors import XpsError
from xps.hdf5 import Dataset, Group, open_file
from xps.maps import ResultMap, maps_of
from xps.maps.drawing import map_figure, save_maps
from xps.maps.nexus_map import map_bytes
from xps.stack_fit import fit_part
from xps.stack_result import Flag, StackFit
from xps.stacks import Coordinate, Stack


@pytest.fixture(scope="module")
def fitted() -> tuple[Stack, StackFit, tuple[ResultMap, ...]]:
    truths = [truth(6000.0, 1000.0 + 500.0 * i, 0.02 * (i % 4)) for i in range(24)]
    stack = stack_of(truths, (6, 4))
    intensities = stack.read(0, 24)
    intensities[9] = np.nan
    fit = fit_part(model_of(stack), intensities)
    return stack, fit, maps_of(stack, fit)


def named(maps: tuple[ResultMap, ...], name: str) -> ResultMap:
    (found,) = (m for m in maps if m.name == name)
    return found


def test_each_component_has_its_maps_and_all_have_two(fitted) -> None:
    names = {m.name for m in fitted[2]}
    kinds = ("share", "area", "shift", "width")
    assert names == {f"{k}_{c}" for k in kinds for c in ("sulfide", "sulfate")} | {
        "reduced_chi2",
        "flags",
    }


def test_values_stand_at_their_places(fitted) -> None:
    _, fit, maps = fitted
    shares = named(maps, "share_sulfate")
    assert shares.values.shape == (6, 4)
    assert shares.values[3, 2] == fit.shares[14, 1]
    assert shares.errors is not None
    assert shares.errors[3, 2] == fit.share_stderr[14, 1]
    shifts = named(maps, "shift_sulfide")
    assert np.nanmedian(shifts.values) == 0.0
    np.testing.assert_allclose(
        np.nanmean(shifts.values[:, 3] - shifts.values[:, 0]), 0.06, atol=0.01
    )


def test_a_pixel_that_was_not_measured_is_no_number_but_a_flag(fitted) -> None:
    _, _, maps = fitted
    assert np.isnan(named(maps, "share_sulfide").values[2, 1])
    assert named(maps, "flags").values[2, 1] == Flag.NOT_MEASURED


def test_fits_of_some_spectra_are_no_map(fitted) -> None:
    stack = fitted[0]
    few = fit_part(model_of(stack), stack.read(0, 5))
    with pytest.raises(ValueError, match="5 spectra for a stack of 24"):
        maps_of(stack, few)


def test_a_nexus_file_holds_values_errors_axes_and_where_they_are_from(fitted) -> None:
    stack, fit, maps = fitted
    root = open_file(map_bytes([(stack, fit, maps)], "a recipe"), "a test")
    (name,) = root.names()
    entry = root.get(name)
    assert isinstance(entry, Group)
    assert entry.text("recipe") == "a recipe"
    assert entry.text("measured_identity") == stack.identity
    data = entry.get(str(entry.attributes["default"]))
    assert isinstance(data, Group)
    assert data.attributes["axes"] == ("map_y", "map_x")
    np.testing.assert_array_equal(data.numbers("values"), named(maps, "share_sulfide").values)
    np.testing.assert_array_equal(data.numbers("map_x"), [1, 2, 3, 4])
    area = entry.get("area_sulfate/values")
    assert isinstance(area, Dataset)
    assert area.attributes["units"] == "counts/s·eV"
    meaning = entry.get("flag_meaning")
    assert isinstance(meaning, Dataset)
    assert "8: misfit" in meaning.texts()


@pytest.mark.parametrize("names", [("Depth", "depth"), ("Values", "title"), ("深さ", "")])
def test_axes_of_any_name_have_names_of_their_own(fitted, names: tuple[str, str]) -> None:
    stack, fit, _ = fitted
    axes = tuple(replace(a, name=n) for a, n in zip(stack.layout.axes, names, strict=True))
    stack = replace(stack, layout=replace(stack.layout, axes=axes))
    data = open_file(map_bytes([(stack, fit, maps_of(stack, fit))], "r"), "a test")
    share = data.get("entry_001_s_2p/share_sulfide")
    assert isinstance(share, Group)
    values, written = share.numbers("values"), [share.numbers(n) for n in share.attributes["axes"]]
    assert values is not None
    assert values.shape == (6, 4)
    np.testing.assert_array_equal(written[0], np.arange(1.0, 7.0))
    np.testing.assert_array_equal(written[1], np.arange(1.0, 5.0))


def drawn(*maps: ResultMap) -> list[str]:
    """All texts of a figure."""
    figure = map_figure(maps)
    figure.canvas.draw()
    return [t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text"))]


def test_an_image_has_a_scale_with_its_unit_and_says_what_is_missing(fitted) -> None:
    texts = drawn(named(fitted[2], "share_sulfide"))
    assert "Share of the area / %" in texts
    assert "Map x / mm" in texts
    assert any("no value (1 of 24)" in text for text in texts)


def test_missing_pixels_are_drawn_as_nothing_at_all(fitted) -> None:
    (axes, *_) = map_figure([named(fitted[2], "share_sulfide")]).axes
    (image,) = axes.collections
    assert np.ma.getmaskarray(image.get_array()).sum() == 1
    assert axes.patch.get_hatch()
    assert image.get_cmap().get_bad()[3] == 0.0


def test_a_profile_is_drawn_with_its_errors() -> None:
    stack = stack_of(drifting(8))
    maps = maps_of(stack, fit_part(model_of(stack), stack.read(0, 8)))
    (axes,) = map_figure([named(maps, "share_sulfide")]).axes
    (bars,) = axes.containers
    assert bars.has_yerr


def test_depths_of_an_image_are_drawn_one_by_one() -> None:
    axes = tuple(
        Coordinate(n, "", np.arange(float(s))) for n, s in zip("zyx", (3, 2, 2), strict=True)
    )
    cube = ResultMap(
        "share", "a", "a, share", "", np.random.default_rng(0).random((3, 2, 2)), None, axes
    )
    assert sum("a, share, z" in text for text in drawn(cube)) == 3
    with pytest.raises(XpsError, match="panels cannot"):
        map_figure([cube] * 30)


@pytest.mark.parametrize("values", [np.full((3, 3), np.nan), np.zeros((3, 3))])
def test_maps_without_contrast_can_be_drawn(values: np.ndarray) -> None:
    axes = tuple(Coordinate(n, "", np.arange(3.0)) for n in "yx")
    assert drawn(ResultMap("reduced_chi2", "", "χ²ᵣ", "", values, None, axes))


def test_figures_are_written_in_whole(fitted, tmp_path: Path) -> None:
    for ending, start in ((".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")):
        path = tmp_path / f"map{ending}"
        save_maps(path, [named(fitted[2], "share_sulfide")], width_mm=60.0)
        assert io.BytesIO(path.read_bytes()).read(len(start)) == start
