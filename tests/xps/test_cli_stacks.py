"""The commands for maps, profiles and series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.xps.commands import Run
from tests.xps.made_stacks import drifting, model_of, stack_of, truth
from xps import cli_stacks
from xps.hdf5 import Group, open_file
from xps.stack_fit import fit_part
from xps.writers import write_spectra


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("map") / "map.vms"
    spectra = [
        truth(6000.0, 1000.0 + 300.0 * i).spectrum(
            (1, i), series=(("Map x / mm", float(i % 4)), ("Map y / mm", float(i // 4)))
        )
        for i in range(20)
    ]
    write_spectra(path, spectra)
    return path


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("profile") / "profile.vms"
    spectra = [
        t.spectrum((2, i), series=(("Etch time / s", 30.0 * i),))
        for i, t in enumerate(drifting(30))
    ]
    write_spectra(path, spectra)
    return path


def test_a_map_becomes_nexus(run: Run, image: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.nxs"
    ended = run("map", image, "--recipe", "argyrodite-s2p", "--out", out)
    assert ended.code == 0
    assert "5 × 4 spectra" in ended.out
    entry = open_file(out.read_bytes(), "a test").get("entry_001_s_2p")
    assert isinstance(entry, Group)
    shares = entry.numbers("share_ps4/values")
    assert shares is not None
    assert shares.shape == (5, 4)
    assert (np.diff(shares.ravel()) < 0.02).all()


def test_what_is_shared_and_smooth_is_told(run: Run, profile: Path, tmp_path: Path) -> None:
    words = ("--shared", "fwhm", "--smooth", "area", "--json")
    out = tmp_path / "out.png"
    ended = run("map", profile, "--recipe", "argyrodite-s2p", "--out", out, *words)
    assert ended.code == 0
    (stack,) = ended.document["stacks"]
    shared = {one["parameter"]: one for one in stack["shared"]}
    assert abs(shared["ps4.fwhm"]["value"] - 1.1) < 4.0 * shared["ps4.fwhm"]["stderr"]
    assert {one["parameter"] for one in stack["smooth"]} >= {"ps4.area", "sulfate.area"}
    assert stack["axes"] == [{"name": "Etch time", "unit": "s"}]
    assert out.read_bytes().startswith(b"\x89PNG")


def test_components_are_counted(run: Run, image: Path) -> None:
    ended = run("components", image, "--json")
    assert ended.code == 0
    (stack,) = ended.document["stacks"]
    assert stack["number"] == 2
    text = run("components", image, "--level", "S 2p").out
    assert "2 components stand out" in text
    assert "strengths over the limit of noise" in text


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--out", "map.txt"), "ends with"),
        (("--out", "map.nxs", "--level", "O 1s"), "no stack is of O 1s"),
        (("--out", "map.nxs", "--shared", "breadth"), "called breadth"),
        (("--out", "map.nxs", "--smooth", "area"), "no neighbors"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(run: Run, image: Path, words, reason: str) -> None:
    ended = run("map", image, "--recipe", "argyrodite-s2p", *words)
    assert ended.code in (1, 2)
    assert reason in ended.err
    assert len(ended.err.splitlines()) == 1


def test_a_figure_of_too_many_panels_is_refused_before_any_fit(
    run: Run, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits: list[object] = []
    monkeypatch.setattr("xps.stack_fit.fit_stack", lambda *given, **_: fits.append(given))
    monkeypatch.setattr("xps.maps.drawing._MOST_PANELS", 9)
    ended = run("map", image, "--recipe", "argyrodite-s2p", "--out", tmp_path / "map.png")
    assert ended.code != 0
    assert "panels cannot be drawn" in ended.err
    assert not fits


def test_the_panels_that_are_announced_are_those_that_are_drawn(
    run: Run, image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[int] = []
    monkeypatch.setattr("xps.maps.drawing.refuse_panels", announced.append)
    out = tmp_path / "map.png"
    assert run("map", image, "--recipe", "argyrodite-s2p", "--out", out).code == 0
    before, drawn = announced
    assert before == drawn


def test_a_map_of_nothing_says_that_no_share_is_known() -> None:
    stack = stack_of([truth()] * 6)
    model = model_of(stack)
    fit = fit_part(model, np.zeros((6, stack.n_points)))
    first, *rest = cli_stacks._Fitted(stack, model, fit, None, 0.0).lines()
    assert "6 no peak" in first
    assert rest == [
        "  sulfide: its share is known nowhere",
        "  sulfate: its share is known nowhere",
    ]


def test_spectra_out_of_order_are_not_smoothed(run: Run, tmp_path: Path) -> None:
    times = (0.0, 60.0, 30.0, 90.0)
    spectra = [
        truth().spectrum((3, i), series=(("Etch time / s", t),)) for i, t in enumerate(times)
    ]
    write_spectra(tmp_path / "mixed.vms", spectra)
    out = tmp_path / "out.nxs"
    words = ("--recipe", "argyrodite-s2p", "--out", out, "--smooth", "area")
    ended = run("map", tmp_path / "mixed.vms", *words)
    assert ended.code == 1
    assert "not in the order of Etch time" in ended.err
    assert not out.exists()


def test_a_file_of_single_spectra_is_no_map(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "one.vms"
    write_spectra(path, [truth().spectrum(1)])
    ended = run("map", path, "--recipe", "argyrodite-s2p", "--out", tmp_path / "o.nxs")
    assert ended.code == 2
    assert "no series or map" in ended.err
