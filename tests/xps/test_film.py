"""Thickness of a film on a fitted sample, and what must be fitted with it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.truth import Peak, Truth
from tests.xps.made_fits import Level, line, made
from xps.analysis import fit_project
from xps.borrowed_shape import with_borrowed_shape
from xps.errors import FitError
from xps.escape_depth import MATERIALS
from xps.film import Layer, film_thickness
from xps.model import Background, Param, Region
from xps.overlayer import Thickness
from xps.project import Project
from xps.quantification_settings import QuantificationSettings
from xps.transmission import TransmissionTable

FILM = Layer(MATERIALS["al2o3"], "Al 2p", ("al2o3",))
NICKEL = Layer(MATERIALS["ncm811"], "Ni 2p")
OXYGEN = Layer(MATERIALS["ncm811"], "O 1s", ("lattice_o",))
HV = 1486.6


def areas(nm: float, level: str, center: float, atoms: float, factor: float) -> tuple[float, float]:
    """What a film of this thickness gives, in Al 2p at 74.5 eV and in a line of the substrate."""
    depth = {
        "al": MATERIALS["al2o3"].mean_free_path_nm,
        "ncm": MATERIALS["ncm811"].mean_free_path_nm,
    }
    own, through, below = (
        depth["al"](HV - 74.5),
        depth["al"](HV - center),
        depth["ncm"](HV - center),
    )
    film = 0.5371 * 3.662e22 * own * (1.0 - math.exp(-nm / own))
    return 1e-18 * film, 1e-18 * factor * atoms * below * math.exp(-nm / through)


def on_nickel(nm: float = 1.0, **other: Level) -> Project:
    al, ni = areas(nm, "Ni 2p", 855.0, 2.352e22, 22.18)
    return made(
        Level(
            "Al 2p",
            (66.0, 80.0),
            (
                line("al2o3", 74.5, level="Al 2p", area=al),
                line("ni3p", 68.0, level="Al 2p", area=3e4, single=True, name="Ni 3p"),
            ),
        ),
        Level("Ni 2p", (848.0, 885.0), (line("ni", 855.0, level="Ni 2p", area=ni),)),
        *other.values(),
    )


def test_thickness_from_nickel() -> None:
    found = film_thickness(on_nickel(1.3), "sample", FILM, NICKEL)
    assert found.nm == pytest.approx(1.3, rel=2e-3)
    assert found.stderr is not None
    assert found.systematic is not None
    assert found.systematic > found.stderr


def test_thickness_from_lattice_oxygen() -> None:
    al, oxygen = areas(1.3, "O 1s", 529.3, 5.881e22, 2.93)
    project = made(
        Level("Al 2p", (70.0, 80.0), (line("al2o3", 74.5, level="Al 2p", area=al),)),
        Level(
            "O 1s",
            (526.0, 536.0),
            (line("lattice_o", 529.3, area=oxygen), line("o_al2o3", 531.2, area=2e4)),
        ),
    )
    found = film_thickness(project, "sample", FILM, OXYGEN)
    assert found.nm == pytest.approx(1.3, rel=2e-3)
    (warning,) = found.warnings
    assert "Ni 3p" in warning


def test_transmission_of_the_settings_counts() -> None:
    steep = TransmissionTable("t", (500.0, 1500.0), (3.0, 1.0))
    project = on_nickel(1.0)
    raw = film_thickness(project, "sample", FILM, NICKEL)
    corrected = film_thickness(
        replace(project, quantification=QuantificationSettings(transmission=steep)),
        *("sample", FILM, NICKEL),
    )
    assert raw.nm is not None
    assert corrected.nm is not None
    assert corrected.nm > 1.4 * raw.nm


def test_film_without_aluminum_has_an_upper_limit() -> None:
    project = on_nickel(1.0)
    bare = made(
        Level(
            "Al 2p",
            (70.0, 80.0),
            (line("al2o3", 74.5, level="Al 2p", area=1.0),),
            insignificant=("al2o3",),
        ),
        Level("Ni 2p", (848.0, 885.0), project.regions[1].components),
    )
    found = film_thickness(bare, "sample", FILM, NICKEL)
    assert found.nm is None
    assert found.upper_limit_nm is not None
    assert 0.0 < found.upper_limit_nm < 0.01


# What is doubtful, and what cannot be told --------------------------------------------------------


def _fluorine(found: Thickness) -> list[str]:
    return [warning for warning in found.warnings if "F KLL" in warning]


def carbon(*centers: float) -> Level:
    components = tuple(line(f"c{i}", center, level="C 1s") for i, center in enumerate(centers))
    return Level("C 1s", (280.0, 296.0), components)


def test_ptfe_under_nickel_is_told() -> None:
    assert "may be" in _fluorine(film_thickness(on_nickel(), "sample", FILM, NICKEL))[0]
    with_ptfe = on_nickel(c=carbon(284.8, 292.0))
    assert "is in" in _fluorine(film_thickness(with_ptfe, "sample", FILM, NICKEL))[0]
    without = on_nickel(c=carbon(284.8))
    assert _fluorine(film_thickness(without, "sample", FILM, NICKEL)) == []
    fluoride = Level("F 1s", (680.0, 692.0), (line("f", 685.0, level="F 1s"),))
    assert "is in" in _fluorine(film_thickness(on_nickel(f=fluoride), "sample", FILM, NICKEL))[0]


@pytest.mark.parametrize(
    ("film", "substrate", "what"),
    [
        (FILM, Layer(MATERIALS["ncm811"], "Mn 2p"), "no fit"),
        (FILM, Layer(MATERIALS["ncm811"], "Ni 2p", ("cobalt",)), "no component cobalt"),
        (FILM, Layer(MATERIALS["li3po4"], "Ni 2p"), "has no Ni"),
    ],
)
def test_what_is_not_there_is_named(film: Layer, substrate: Layer, what: str) -> None:
    with pytest.raises(FitError, match=what):
        film_thickness(on_nickel(), "sample", film, substrate)


def test_stale_fit_and_unknown_live_time_are_refused() -> None:
    project = on_nickel()
    stale = project.with_region(replace(project.regions[0], window_ev=(67.0, 80.0)))
    with pytest.raises(FitError, match="stale"):
        film_thickness(stale, "sample", FILM, NICKEL)
    (fit, other) = project.fits
    untimed = replace(project, fits=(replace(fit, area_unit="counts·eV"), other))
    with pytest.raises(FitError, match="counts·eV"):
        film_thickness(untimed, "sample", FILM, NICKEL)


# Ni 3p under Al 2p --------------------------------------------------------------------------------

NI_3P = (
    Peak("ni3p", 20_000.0, 67.5, 2.5, splitting=0.0),
    Peak("ni3p_b", 9_000.0, 69.8, 3.0, splitting=0.0),
    Peak("ni3p_sat", 6_000.0, 73.5, 4.0, splitting=0.0),
)
ALUMINA = Peak("al2o3", 1_200.0, 74.4, 1.6, splitting=0.41)


def _truth(*peaks: Peak) -> Truth:
    return Truth(peaks, 60.0, 84.0, 0.1, 800.0, 0.0, 0.0, "Al 2p")


def _region(spectrum: str, peaks: tuple[Peak, ...]) -> Region:
    components = tuple(
        replace(
            line(p.name, p.center, level="Al 2p", area=p.area, single=p.splitting == 0.0),
            center=Param(p.center, min=p.center - 1.0, max=p.center + 1.0),
            fwhm=Param(p.fwhm, min=1.0, max=6.0),
            shape_params=(Param(0.3, vary=False),),
        )
        for p in peaks
    )
    return Region(spectrum, spectrum, "Al 2p", (60.2, 83.8), Background(), components)


def _bare(seed: int) -> Region:
    project = Project().with_spectra((_truth(*NI_3P).spectrum(seed),))
    outcome = fit_project(project.with_region(_region(project.entries[0].id, NI_3P)))
    assert not outcome.failures
    return outcome.project.regions[0]


def _coated(seed: int, aluminum: float, region: Region) -> tuple[float, float]:
    film = tuple(replace(p, area=0.6 * p.area) for p in NI_3P)
    spectrum = _truth(replace(ALUMINA, area=aluminum), *film).spectrum(seed)
    project = Project().with_spectra((spectrum,))
    region = replace(region, id="r", spectrum=project.entries[0].id)
    outcome = fit_project(project.with_region(region))
    (fit,) = outcome.project.fits
    index = [c.id for c in fit.region.components].index("al2o3")
    return float(fit.areas[index]), float(np.sqrt(fit.area_covariance[index, index]))


def test_borrowed_shape_finds_the_aluminum_that_a_fit_without_it_overrates() -> None:
    alone = _region("", (ALUMINA,))
    whole = with_borrowed_shape(alone, _bare(1), [p.name for p in NI_3P])
    found = [_coated(seed, ALUMINA.area, whole) for seed in range(20, 32)]
    values, errors = np.array(found).T
    assert abs(values.mean() - ALUMINA.area) < 4.0 * errors.mean() / math.sqrt(12.0) + 60.0
    window = replace(alone, window_ev=(71.5, 79.0))
    overrated, error = _coated(20, ALUMINA.area, window)
    assert overrated > ALUMINA.area + 4.0 * error


def test_borrowed_shape_is_rigid() -> None:
    bare = _bare(1)
    region = with_borrowed_shape(_region("", (ALUMINA,)), bare, ["ni3p", "ni3p_b", "ni3p_sat"])
    free = [(c.id, name) for c in region.components for name, p in c.params.items() if p.is_free]
    assert [pair for pair in free if pair[0] != "al2o3"] == [("ni3p", "area"), ("ni3p", "center")]
    before = {c.id: c for c in bare.components}
    leader = region.component("ni3p")
    changed = region.with_component(leader.with_param("area", Param(2.0 * leader.area.value)))
    for component in changed.settled().components[1:]:
        assert component.area.value == pytest.approx(2.0 * before[component.id].area.value)
        assert component.fwhm.value == before[component.id].fwhm.value


def test_shape_that_cannot_be_borrowed_is_refused() -> None:
    source, region = _region("", NI_3P), _region("", (ALUMINA,))
    with pytest.raises(FitError, match="no component nothing"):
        with_borrowed_shape(region, source, ["nothing"])
    with pytest.raises(FitError, match="no component named"):
        with_borrowed_shape(region, source, [])
    with pytest.raises(FitError, match="already"):
        with_borrowed_shape(source, source, ["ni3p"])
    with pytest.raises(FitError, match="comes from O 1s"):
        with_borrowed_shape(region, replace(source, core_level="O 1s"), ["ni3p"])
    negative = source.with_component(source.component("ni3p").with_param("area", Param(-1.0)))
    with pytest.raises(FitError, match="area is -1"):
        with_borrowed_shape(region, negative, ["ni3p", "ni3p_b"])
