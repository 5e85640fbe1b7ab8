"""Fits in NeXus files of other programs: what is taken over, and what is told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.test_nexus_reader import group, nexus_bytes
from xps.analysis import fit
from xps.casaxps.carried import carried_fit
from xps.casaxps.stored_fit import StoredFit
from xps.hdf5 import Branch, Leaf
from xps.readers import nexus
from xps.readers.casa import stored_counts
from xps.readers.content import Content
from xps.readers.nexus_fit import HEADING, fit_line
from xps.recipe import load_recipe
from xps.session import load, save
from xps.spectrum import Spectrum

PHOTONS = 1486.6
BINDING = np.arange(158.0, 172.01, 0.1)
WIDTH = 1.3
PEAKS = {"sulfide": (161.4, 900.0), "sulfate": (168.6, 450.0)}  # centers, areas in counts/s·eV
DWELL = 0.5


def gauss(energy: np.ndarray, center: float, area: float) -> np.ndarray:
    sigma = WIDTH / np.sqrt(8.0 * np.log(2.0))
    return area / sigma / np.sqrt(2.0 * np.pi) * np.exp(-(((energy - center) / sigma) ** 2) / 2.0)


def number(value: float, units: str = "", **said: Any) -> Leaf:
    return Leaf(value, {**({"units": units} if units else {}), **said})


def peak(
    label: str, function: str = "Gaussian", description: str = "", **parameters: Any
) -> Branch:
    return group(
        "NXpeak",
        label=Leaf(label),
        function=group(
            "NXfit_function",
            function_type=Leaf(function),
            description=Leaf(description),
            fit_parameters=group("NXparameters", **parameters),
        ),
    )


def peaks(**changes: Branch) -> dict[str, Branch]:
    """Both peaks as they are in the data, on a binding energy axis."""
    return {
        f"peak{n}": peak(
            label, area=number(area), position=number(center, "eV"), width=number(WIDTH, "eV")
        )
        for n, (label, (center, area)) in enumerate(PEAKS.items())
    } | changes


def background(function: str = "Linear", description: str = "") -> Branch:
    made = group("NXfit_function", function_type=Leaf(function), description=Leaf(description))
    return group("NXpeak", label=Leaf("background"), function=made)


def spectrum(
    members: dict[str, Branch], *, kinetic: bool = False, units: str = "counts_per_second"
) -> Spectrum:
    """Data of both peaks on a flat background, with a fit of these members."""
    energy = PHOTONS - BINDING if kinetic else BINDING
    counts = DWELL * (50.0 + sum(gauss(BINDING, *values) for values in PEAKS.values()))
    axis = Leaf(energy, {"units": "eV", "type": "kinetic" if kinetic else "binding"})
    fitted = group(
        "NXfit",
        label=Leaf("S 2p"),
        data=group(
            "NXdata", input_independent=axis, input_dependent=Leaf(counts, {"units": units})
        ),
        **{"background0": background(), **members},
    )
    entry = group(
        "NXentry",
        instrument=group(
            "NXinstrument",
            beam_probe=group("NXbeam", incident_energy=number(PHOTONS, "eV")),
            electronanalyzer=group(
                "NXelectronanalyzer",
                detector=group("NXelectron_detector", count_time=number(DWELL, "s")),
            ),
        ),
        data=group(
            "NXdata",
            {"signal": "data", "axes": ("energy",)},
            energy=axis,
            data=Leaf(counts, {"units": "counts"}),
        ),
        fit=fitted,
    )
    ((found,), _) = nexus.read(Content("file.nxs", nexus_bytes(sulfur=entry)))
    return found.with_(core_level="S 2p", sweeps=1.0)


def carried(members: dict[str, Branch], **options: Any) -> StoredFit:
    return carried_fit(spectrum(members, **options))


def numbers_of(stored: StoredFit) -> list[tuple[float, float, float]]:
    assert stored.region is not None
    return [(c.center.value, c.fwhm.value, c.area.value) for c in stored.region.components]


TRUE = [(center, WIDTH, area) for center, area in PEAKS.values()]


def test_peaks_are_taken_over_and_refitted_to_what_was_stored() -> None:
    result = fit([spectrum(peaks())], load_recipe("stored"))
    (region,) = result.to_dict()["regions"]
    assert region["stored"]["at_minimum"] is True
    assert "its own minimum" in region["stored"]["verdict"]
    found = [(c["center_ev"], c["fwhm_ev"], c["area"]) for c in region["components"]]
    np.testing.assert_allclose(found, TRUE, rtol=1e-4)


def test_areas_in_counts_become_rates() -> None:
    members = {
        name: peak(label, area=number(area * DWELL), position=number(center), width=number(WIDTH))
        for name, (label, (center, area)) in zip(("peak0", "peak1"), PEAKS.items(), strict=True)
    }
    np.testing.assert_allclose(numbers_of(carried(members, units="counts")), TRUE)


def test_kinetic_positions_become_binding_energies_with_their_bounds() -> None:
    members = {
        f"peak{n}": peak(
            label,
            area=number(area),
            width=number(WIDTH),
            position=number(PHOTONS - center),
            position_min=number(PHOTONS - center - 0.5),
            position_max=number(PHOTONS - center + 0.2),
        )
        for n, (label, (center, area)) in enumerate(PEAKS.items())
    }
    stored = carried(members, kinetic=True)
    np.testing.assert_allclose(numbers_of(stored), TRUE)
    assert stored.region is not None
    param = stored.region.components[0].center
    assert (param.min, param.max) == (pytest.approx(161.2), pytest.approx(161.9))


def test_a_position_on_the_other_scale_is_moved_and_told() -> None:
    given = peak("a", area=number(1.0), width=number(1.0), position=number(PHOTONS - 161.0))
    stored = carried({"peak0": given})
    assert numbers_of(stored) == [(pytest.approx(161.0), 1.0, 1.0)]
    assert "other scale: 161 eV" in stored.notes[0]


def test_bounds_fixed_numbers_and_ties_are_kept() -> None:
    first = peak(
        "main",
        area=number(900.0, min=10.0, max=5000.0),
        position=number(161.4, vary=False),
        width=number(1.3, min=0.5, max=2.0),
    )
    second = peak(
        "partner",
        area=number(450.0, expression="peak0.area * 0.5"),
        position=number(162.6, expression="peak0.position + 1.2"),
        width=number(1.3, expression="peak0.width"),
    )
    stored = carried({"peak0": first, "peak1": second})
    assert stored.region is not None
    assert not stored.inexact
    one, other = stored.region.components
    assert (one.area.min, one.area.max, one.center.vary) == (10.0, 5000.0, False)
    links = [other.params[name].link for name in ("area", "center", "fwhm")]
    assert [(x.kind, x.target.component, x.amount) for x in links if x is not None] == [
        ("ratio", "main", 0.5), ("offset", "main", 1.2), ("same", "main", links[2].amount),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "description", "shape", "values"),
    [
        ("Lorentzian", "", "lorentzian", ()),
        ("Gaussian-Lorentzian Sum", "SGL30", "sgl", (0.3,)),
        ("Gaussian-Lorentzian Product", "GL(70)", "gl", (0.7,)),
        ("Asymmetric Lorentzian", "LA1.53,243", "la-symmetric", (1.53, 243.0)),
    ],
)
def test_line_shapes_have_their_counterparts(
    function: str, description: str, shape: str, values: tuple[float, ...]
) -> None:
    given = peak(
        "a", function, description, area=number(1.0), width=number(1.0), position=number(161.0)
    )
    stored = carried({"peak0": given})
    assert stored.region is not None
    (component,) = stored.region.components
    assert component.shape == shape
    assert tuple(param.value for param in component.shape_params) == values
    assert not any(param.vary for param in component.shape_params)


ODD: dict[str, tuple[dict[str, Branch], str]] = {
    "shape": (
        {"peak9": peak("odd", "Mahan", area=number(1.0), position=number(160.0))},
        "the peak odd is left out: the line shape 'Mahan'",
    ),
    "no width": (
        {"peak9": peak("odd", area=number(1.0), position=number(160.0))},
        "the peak odd is left out: its width is not given",
    ),
    "elsewhere": (
        {"peak9": peak("odd", area=number(1.0), width=number(1.0), position=number(400.0))},
        "its position 400 eV lies outside the data",
    ),
    "tie": (
        {"peak0": peak("odd", area=number(1.0, expression="exp(peak1.area)"), width=number(1.0),
                       position=number(160.0))},
        "odd: the tie 'exp(peak1.area)' is not applied",
    ),
    "mixing": (
        {"peak0": peak("odd", "Gaussian-Lorentzian Sum", area=number(1.0), width=number(1.0),
                       position=number(160.0))},
        "is Lorentzian is not told, and is fitted",
    ),
    "background": ({"background0": background("Step Up")}, "is taken for a straight line"),
    "Shirley": ({"background0": background("Shirley")}, "calculated anew"),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_what_has_no_counterpart_is_told_and_the_rest_taken(case: str) -> None:
    changes, said = ODD[case]
    stored = carried(peaks(**changes))
    assert any(said in note for note in stored.notes)
    assert any(said in note for note in stored.inexact)
    assert stored.region is not None
    assert len(stored.region.components) == 2


def test_the_fit_outlives_a_session(tmp_path: Path) -> None:
    result = fit([spectrum(peaks())], load_recipe("stored"))
    save(tmp_path / "a.doublet", result.project)
    (entry,) = load(tmp_path / "a.doublet").entries
    assert carried_fit(entry.spectrum) == carried_fit(result.project.entries[0].spectrum)
    assert stored_counts(entry.spectrum.notes) == (1, 2)


def test_the_measured_file_of_another_program_is_taken_over_with_its_doubts(
    shared_data: Path,
) -> None:
    content = Content("x.nxs", (shared_data / "nexus" / "vms_data_analysis.nxs").read_bytes())
    ((found,), _) = nexus.read(content)
    stored = carried_fit(found)
    assert stored.region is not None
    # Its axis is kinetic and says binding; three of four positions are on the other scale.
    assert [c.shape for c in stored.region.components] == ["lf", "sgl", "lf", "sgl"]
    assert sum("other scale" in note for note in stored.notes) == 3
    assert [c.fwhm.value for c in stored.region.components] == [3.8576238, 8, 4.8730051, 7.8295407]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


KEYS = ["name", "energies", "units", "shift", "peaks", "backgrounds", "others"]


@given(key=st.sampled_from(KEYS), value=JSON)
def test_any_line_in_the_notes_is_read_or_refused(key: str, value: object) -> None:
    plain = spectrum(peaks())
    document = json.loads(fit_line(plain.notes)) | {key: value}
    stored = carried_fit(plain.with_(notes=HEADING + json.dumps(document)))
    assert stored.region is not None or stored.notes


@pytest.mark.parametrize("line", ["", "{", "[]", "[" * 9000, "NaN", '{"peaks": 3}'])
def test_a_broken_line_is_refused_with_the_reason(line: str) -> None:
    plain = replace(spectrum(peaks()), notes=HEADING + line)
    stored = carried_fit(plain)
    assert stored.region is None
    assert bool(stored.notes) == bool(line)
