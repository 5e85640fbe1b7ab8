"""Projects for the tests of sessions: the fitted example, and any project there can be."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import strategies as st

from xps.analysis import fit
from xps.error_budget import (
    Alternative,
    BootstrapErrors,
    ErrorBudget,
    Interval,
    Intervals,
    SystematicErrors,
    SystematicMember,
)
from xps.escape_depth import MATERIALS
from xps.fitted import RegionFit
from xps.lineshapes import SHAPES
from xps.losses import LOSSES, LossFunction
from xps.model import (
    BACKGROUND_KINDS,
    Background,
    Component,
    Doublet,
    Link,
    Param,
    Prior,
    Ref,
    Region,
    Singlet,
)
from xps.parameter_table import ParameterTable
from xps.project import ChargeReference, Entry, Project, Sample, Step
from xps.quantification_settings import QuantificationSettings
from xps.readers import read
from xps.resources import resource
from xps.sensitivity import SensitivitySet
from xps.spectrum import AXES, UNITS, Source, Spectrum
from xps.transmission import TransmissionTable
from xps.waiver import Scope, Waiver

BARE = resource("samples", "bare-ncm-simulated.vms")
COATED = resource("samples", "ald5-ncm-simulated.vms")


@cache
def fitted() -> Project:
    """The example with all of its regions fitted."""
    result = fit([*read(BARE), *read(COATED)], "cathode")
    assert result.success
    return result.project


@cache
def one_fit() -> Project:
    """One S 2p spectrum of the example with its fit."""
    return fit([s for s in read(BARE) if s.core_level == "S 2p"], "argyrodite-s2p").project


# Whatever a file can hold: all scripts, controls, and the halves of surrogate pairs that stand
# for bytes of a file name that are no UTF-8.
texts = st.text(st.characters(), max_size=12) | st.sampled_from(
    ["시료 1", "용매 처리 후", "\udcfc"]
)
numbers = st.floats(-1e6, 1e6) | st.floats(allow_nan=False, allow_infinity=False, width=32)
energies = st.floats(-2000.0, 2000.0)
positive = st.floats(1e-3, 1e4)


@st.composite
def spectra(draw: st.DrawFn, sample: str) -> Spectrum:
    n = draw(st.integers(2, 6))
    start, step = draw(energies), draw(st.sampled_from([0.05, -0.1, 0.25]))
    values = st.lists(numbers, min_size=n, max_size=n)
    return Spectrum(
        start + step * np.arange(n),
        np.array(draw(values)),
        axis=draw(st.sampled_from(AXES)),
        unit=draw(st.sampled_from(UNITS)),
        name=draw(texts),
        sample=sample,
        core_level=draw(st.none() | st.sampled_from(["S 2p", "O 1s"]) | texts),
        photon_energy_ev=draw(st.none() | positive),
        pass_energy_ev=draw(st.none() | positive),
        dwell_s=draw(st.none() | positive),
        sweeps=draw(st.none() | positive),
        transmission=draw(st.none() | values.map(np.array)),
        monochromatic=draw(st.none() | st.booleans()),
        source_label=draw(texts),
        instrument=draw(texts),
        acquired=draw(texts),
        notes=draw(texts),
        series=tuple(draw(st.lists(st.tuples(texts, numbers), max_size=2))),
        warnings=tuple(draw(st.lists(texts, max_size=2))),
        origin=draw(st.none() | st.builds(Source, texts, texts, texts, st.integers(0, 10_000))),
    )


@st.composite
def params(
    draw: st.DrawFn, name: str, low: float, high: float, targets: tuple[str, ...] = ()
) -> Param:
    """A parameter within its range, with ties only to components that come before it."""
    value = draw(st.floats(low, high))
    ranged = name not in ("area", "center", "offset", "slope")
    if not ranged and draw(st.booleans()):
        low, high = draw(st.sampled_from([(-np.inf, np.inf), (low - 1.0, np.inf)]))
    link, prior = None, None
    if targets:
        target = Ref(draw(st.sampled_from(targets)), name)
        same = st.just(Link("same", target))
        offsets = st.floats(-5.0, 5.0).map(lambda amount: Link("offset", target, amount))
        ratios = st.floats(0.1, 5.0).map(lambda amount: Link("ratio", target, amount))
        link = draw(st.none() | (same if ranged else st.one_of(same, offsets, ratios)))
    if draw(st.booleans()):
        relative = Ref(draw(st.sampled_from(targets)), name) if targets else None
        prior = Prior(draw(st.floats(-9.0, 9.0)), draw(st.floats(0.01, 5.0)), relative)
    return Param(value, draw(st.booleans()), low, high, link, prior)


@st.composite
def components(draw: st.DrawFn, others: tuple[Component, ...]) -> Component:
    before = tuple(component.id for component in others)
    shape = draw(st.sampled_from(sorted(SHAPES)))
    lines = draw(
        st.builds(Singlet, texts)
        | st.builds(Doublet, st.tuples(texts, texts), positive, positive, texts)
    )
    return Component(
        id=f"c{len(others)}",
        name=draw(texts),
        lines=lines,
        shape=shape,
        area=draw(params("area", -1e6, 1e6, before)),
        center=draw(params("center", 0.0, 1400.0, before)),
        fwhm=draw(params("fwhm", 0.1, 10.0)),
        shape_params=tuple(
            draw(
                params(
                    parameter.name,
                    parameter.low,
                    min(parameter.high, 1e3),
                    tuple(
                        c.id
                        for c in others
                        if c.shape == shape and c.params[parameter.name].link is None
                    ),
                )
            )
            for parameter in SHAPES[shape].parameters
        ),
        species=draw(texts),
        group=draw(texts),
    )


own_losses = st.none() | st.builds(
    LossFunction,
    texts,
    texts,
    positive,
    st.floats(10.0, 1e4),
    st.none() | st.floats(1.0, 39.0),
    texts,
    st.floats(0.0, 9.0),
)


@st.composite
def regions(draw: st.DrawFn, id_: str, spectrum: str) -> Region:
    low = draw(energies)
    kind = draw(st.sampled_from(BACKGROUND_KINDS))
    around = draw(st.booleans())
    points = draw(
        st.integers(0, 24).map(lambda half: 2 * half + 1) if around else st.integers(1, 50)
    )
    background = Background(
        kind,
        offset=draw(params("offset", -1e6, 1e6)),
        slope=draw(params("slope", -1e3, 1e3)),
        k=draw(params("k", -0.05, 0.3)),
        average_points=points,
        average_around=around,
        own_loss=draw(own_losses) if kind.startswith("tougaard-") else None,
        curvature=draw(st.none() | params("curvature", -1e2, 1e2)),
        cubic=draw(st.none() | params("cubic", -1e2, 1e2)),
        t=draw(params("t", -0.5, 5.0)),
        loss=draw(st.sampled_from(sorted(LOSSES))),
    )
    made: tuple[Component, ...] = ()
    for _ in range(draw(st.integers(0, 3))):
        made = (*made, draw(components(made)))
    own = draw(st.lists(st.sampled_from(made), unique_by=lambda c: c.id)) if made else []
    background = replace(
        background, own_k=tuple((c.id, draw(params("k", -0.05, 0.3))) for c in own)
    )
    return Region(
        id_,
        spectrum,
        draw(texts),
        (low, low + draw(positive)),
        background,
        made,
        draw(st.sampled_from(["noise", "equal"])),
        draw(st.booleans()),
    )


intervals = st.builds(Interval, st.none() | numbers, st.none() | numbers, texts)

both_intervals = st.builds(Intervals, intervals, intervals)


def error_budgets(free: tuple[Ref, ...]) -> st.SearchStrategy[ErrorBudget]:
    profiles = st.dictionaries(st.sampled_from(free), both_intervals, max_size=2)
    by_component = st.dictionaries(st.sampled_from(["c0", "c1"]), both_intervals)
    counts = st.integers(0, 1000)
    repeated = st.builds(BootstrapErrors, counts, counts, counts, by_component, by_component)
    other = st.builds(Alternative, numbers, st.dictionaries(st.sampled_from(["c0", "c1"]), numbers))
    others = st.lists(other, max_size=2).map(tuple)
    spreads = st.dictionaries(st.sampled_from(["c0", "c1"]), numbers)
    members = st.lists(st.builds(SystematicMember, texts, texts, spreads, texts), max_size=2)
    moved = st.builds(SystematicErrors, spreads, spreads, members.map(tuple))
    return st.builds(
        ErrorBudget,
        profiles if free else st.just({}),
        st.none() | repeated,
        others,
        st.none() | moved,
    )


@st.composite
def region_fits(draw: st.DrawFn, region: Region) -> RegionFit:
    free = ParameterTable.of(region).free
    row = st.lists(numbers | st.just(np.nan), min_size=len(free), max_size=len(free))
    matrix = [draw(row) for _ in free]
    return RegionFit(
        region=region,
        fingerprint=draw(texts),
        success=draw(st.booleans()),
        message=draw(texts),
        n_points=draw(st.integers(0, 10_000)),
        n_free=draw(st.integers(0, 100)),
        chi2=draw(numbers),
        durbin_watson=draw(numbers),
        noise_model=draw(texts),
        area_unit=draw(texts),
        free=free,
        covariance=np.array(matrix).reshape(len(free), len(free)),
        at_bound=free[:1],
        insignificant=draw(st.dictionaries(st.sampled_from(["c0", "c1"]), numbers)),
        background_physical=draw(st.booleans()),
        charge_shift_ev=draw(numbers),
        charge_shift_stderr=draw(st.none() | positive),
        warnings=tuple(draw(st.lists(texts, max_size=2))),
        errors=draw(error_budgets(free)),
    )


charge_references = st.builds(
    ChargeReference,
    st.sampled_from(["none", "manual", "component"]),
    shift_ev=numbers,
    stderr_ev=st.none() | positive,
    core_level=texts,
    component=texts,
    energy_ev=st.none() | energies,
    uncertainty_ev=st.none() | positive,
    search_ev=st.floats(0.1, 50.0),
)


waivers = st.builds(
    Waiver,
    texts.filter(bool),
    st.builds(Scope, texts, texts, texts),
    texts.filter(lambda text: bool(text.strip())),
    texts,
    texts,
)

own_sets = st.builds(
    SensitivitySet,
    texts.filter(bool),
    st.dictionaries(st.sampled_from(["S 2p", "O 1s", "Al 2p"]), positive, min_size=1).map(
        lambda factors: tuple(factors.items())
    ),
)

quantifications = st.builds(
    QuantificationSettings,
    st.none() | own_sets,
    st.sampled_from(["file", "none"])
    | st.floats(-3.0, 3.0)
    | st.builds(TransmissionTable, texts, st.just((500.0, 1500.0)), st.tuples(positive, positive)),
    st.floats(0.0, 1.0) | st.sampled_from(list(MATERIALS.values())),
    st.none() | st.floats(0.0, 180.0),
)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    names = draw(st.lists(texts, max_size=3, unique=True))
    places = st.lists(st.tuples(texts, numbers), max_size=2).map(tuple)
    samples = tuple(
        Sample(name, draw(charge_references), draw(texts), draw(places)) for name in names
    )
    entries: list[Entry] = []
    drawn: list[Region] = []
    fits: list[RegionFit] = []
    if samples:
        for i in range(draw(st.integers(0, 3))):
            id_ = draw(st.sampled_from([f"s{i}", f"../{i}", f"시료{i}"]))
            entries.append(Entry(id_, draw(spectra(draw(st.sampled_from(names))))))
            if draw(st.booleans()):
                drawn.append(draw(regions(f"r{i}", id_)))
                if draw(st.booleans()):
                    fits.append(draw(region_fits(drawn[-1])))
    steps = st.builds(Step, texts, texts, texts)
    return Project(
        samples,
        tuple(entries),
        tuple(drawn),
        tuple(fits),
        draw(texts),
        tuple(draw(st.lists(steps, max_size=2))),
        tuple(draw(st.lists(waivers, max_size=2))),
        draw(st.just(QuantificationSettings()) | quantifications),
    )


def with_center(project: Project, by_ev: float) -> Project:
    """The project with the center of one component moved."""
    region = project.regions[0]
    component = region.components[0]
    center = component.center
    moved = component.with_param("center", replace(center, value=center.value + by_ev))
    return project.with_region(region.with_component(moved))
