"""The thickness of one kind of film on the samples of a project, with what lies under its lines.

Al 2p lies on Ni 3p, and F KLL of PTFE under Ni 2p. No formula describes these shapes, but another
sample of the project shows each alone: bare powder the one, binder the other. They are taken from
its fit as one rigid shape (`xps.borrowed_shape`), and the region is fitted again with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xps.borrowed_shape import with_borrowed_shape
from xps.error_methods import with_errors
from xps.errors import FitError, XpsError
from xps.film import Layer, film_thickness
from xps.fitted import RegionFit
from xps.fitting import fit_region
from xps.intensity import transmission_is_known
from xps.overlayer import Thickness
from xps.project import HoldsProject, Project, project_in

PARTICLES = {"flat": 1.0, "round": 0.67, "fibers": 0.79}
"""Shape factors of coarse particles (`xps.overlayer.ROUND_PARTICLE_FACTOR`), by their form."""


@dataclass(frozen=True)
class ShapeUnder:
    """The lines of another sample that lie under a core level.

    Attributes
    ----------
    core_level, sample : str
        The fit that shows them alone.
    components : tuple of str
        Ids of its components that make up the shape; empty for all.
    """

    core_level: str
    sample: str
    components: tuple[str, ...] = ()


@dataclass(frozen=True)
class FilmMethod:
    """How a thickness is measured.

    Attributes
    ----------
    film, substrate : Layer
    under : tuple of ShapeUnder
    emission_angle_deg, shape_factor : float
        As `xps.film.film_thickness`.
    """

    film: Layer
    substrate: Layer
    under: tuple[ShapeUnder, ...] = ()
    emission_angle_deg: float = 0.0
    shape_factor: float = 1.0

    @property
    def layers(self) -> tuple[Layer, Layer]:
        """Film and substrate."""
        return self.film, self.substrate

    def basis(self, emission: str) -> str:
        """Return all this in words; `emission` says what an atom emits into the analyzer."""
        lines = [f"{_named(layer)} of {layer.material.formula}" for layer in self.layers]
        words = [f"{lines[0]} against {lines[1]}", f"emission at {self.emission_angle_deg:g}°"]
        if self.shape_factor != 1.0:
            words.append(f"particle-shape factor {self.shape_factor:g}")
        words += [
            f"the shape of {shape.sample} ({shape.core_level}) fitted under {shape.core_level}"
            for shape in self.under
        ]
        words += [emission, "mean free paths by TPP-2M"]
        return ", ".join(words)


@dataclass(frozen=True)
class FilmOnSample:
    """What was found on one sample.

    Attributes
    ----------
    sample : str
    thickness : Thickness or None
    failure : XpsError or None
        Why there is no thickness.
    """

    sample: str
    thickness: Thickness | None = None
    failure: XpsError | None = None


@dataclass(frozen=True)
class FilmSeries:
    """The thickness of a film on several samples.

    Attributes
    ----------
    method : FilmMethod
    basis : str
        How areas were turned into thicknesses, for every output.
    samples : tuple of FilmOnSample
    """

    method: FilmMethod
    basis: str
    samples: tuple[FilmOnSample, ...]


def film_series(
    result: Project | HoldsProject, method: FilmMethod, samples: Sequence[str] | None = None
) -> FilmSeries:
    """Return the thickness of a film on samples of a project.

    Parameters
    ----------
    result : Project or FitResult
    method : FilmMethod
    samples : sequence of str, optional
        By default all with fits of both core levels, those left out that lend a shape.

    Raises
    ------
    FitError
        If there is no such sample.
    """
    project = project_in(result)
    lenders = {shape.sample for shape in method.under}
    names = list(samples or ()) or [
        sample.name
        for sample in project.samples
        if sample.name not in lenders
        and all(_fit(project, sample.name, layer.core_level) for layer in method.layers)
    ]
    if not names:
        levels = " and ".join(layer.core_level for layer in method.layers)
        raise FitError(f"no sample has fits of {levels}", "fit both, or name other core levels")
    known = all(
        transmission_is_known(project.entry(fit.region.spectrum), fit)
        for name in names
        for layer in method.layers
        if (fit := _fit(project, name, layer.core_level)) is not None
    )
    return FilmSeries(
        method,
        method.basis(project.quantification.emission_basis(from_file=known)),
        tuple(_on_sample(project, method, name) for name in names),
    )


def with_shape_under(project: Project, sample: str, shape: ShapeUnder) -> Project:
    """Return the project with a region fitted anew, another sample's lines under its own.

    Components of the region that have the ids of those lines make room for them.

    Raises
    ------
    FitError
        If one of both fits is missing, nothing is left of the region, or the fit fails.
    """
    level = shape.core_level
    fit, source = _fit(project, sample, level), _fit(project, shape.sample, level)
    for name, found in ((sample, fit), (shape.sample, source)):
        if found is None:
            raise FitError(
                "there is no fit", "fit this core level of the sample", where=f"{name}, {level}"
            )
    assert fit is not None
    assert source is not None
    ids = shape.components or tuple(c.id for c in source.region.components)
    region = fit.region
    for id_ in (c.id for c in fit.region.components if c.id in ids):
        region = region.without_component(id_)
    if not region.components:
        raise FitError(
            f"all of its components are taken from {shape.sample}",
            f"name those that make up the shape: {level}={shape.sample}:ID,ID",
            where=f"{sample}, {level}",
        )
    region = with_borrowed_shape(region, source.region, ids)
    spectrum, charge = project.entry(region.spectrum).spectrum, project.sample(sample).charge
    refitted = fit_region(region, spectrum, charge)
    if fit.errors.systematic is not None:
        refitted = with_errors(refitted, spectrum, ["systematic"], charge=charge)
    return project.with_fit(refitted)


def _on_sample(project: Project, method: FilmMethod, sample: str) -> FilmOnSample:
    try:
        layers = [_own(project, sample, layer) for layer in method.layers]
        for shape in method.under:
            project = with_shape_under(project, sample, shape)
            layers = [_beside(project, layer, shape) for layer in layers]
        found = film_thickness(
            project,
            sample,
            *layers,
            emission_angle_deg=method.emission_angle_deg,
            shape_factor=method.shape_factor,
            fitted_under=[shape.core_level for shape in method.under],
        )
    except XpsError as error:
        return FilmOnSample(sample, failure=error)
    return FilmOnSample(sample, found)


def _own(project: Project, sample: str, layer: Layer) -> Layer:
    """The layer with all components of its region, where none are named."""
    fit = _fit(project, sample, layer.core_level)
    if layer.components or fit is None:
        return layer
    return replace(layer, components=tuple(c.id for c in fit.region.components))


def _beside(project: Project, layer: Layer, shape: ShapeUnder) -> Layer:
    """The layer without the components of a shape under its line."""
    if layer.core_level != shape.core_level:
        return layer
    source = _fit(project, shape.sample, shape.core_level)
    assert source is not None  # with_shape_under asked before
    taken = shape.components or tuple(c.id for c in source.region.components)
    own = tuple(id_ for id_ in layer.components if id_ not in taken)
    if not own:
        raise FitError(
            f"the line is the shape of {shape.sample}",
            "name its own components",
            where=layer.core_level,
        )
    return replace(layer, components=own)


def _fit(project: Project, sample: str, core_level: str) -> RegionFit | None:
    for region in project.regions:
        if region.core_level == core_level and project.entry(region.spectrum).sample == sample:
            return project.fit_of(region.id)
    return None


def _named(layer: Layer) -> str:
    return (
        f"{layer.core_level} ({', '.join(layer.components)})"
        if layer.components
        else (layer.core_level)
    )
