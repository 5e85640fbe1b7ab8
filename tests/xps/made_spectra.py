"""Spectra for tests of writers: a simple one, and any kind within what every format can hold."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from xps.spectrum import Spectrum, Unit

RESERVED = {"-", "not specified", "unknown", "n/a", "none"}
labels = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12).filter(
    lambda text: text.lower() not in RESERVED and "mono" not in text.lower()
)
names = st.lists(labels, min_size=1, max_size=3).map(" ".join)
notes = st.lists(st.one_of(st.just(""), names), max_size=4).map("\n".join)
positive = st.floats(1e-3, 1e4)


def simple(**changes: object) -> Spectrum:
    """S 2p of six points, with other facts where they are given."""
    return Spectrum(
        energy_ev=np.array([160.0, 161, 162, 163, 164, 165]),
        intensity=np.array([10.0, 12, 30, 80, 31, 13]),
        name="S 2p",
        core_level="S 2p",
        photon_energy_ev=1486.6,
        dwell_s=0.1,
        sweeps=5,
    ).with_(**changes)


@st.composite
def energies(draw: st.DrawFn) -> np.ndarray:
    n = draw(st.integers(2, 30))
    start = draw(st.integers(60_000, 1_400_000)) / 1000
    if draw(st.booleans()):
        step = draw(st.integers(1, 2000)) / 1000 * draw(st.sampled_from([-1, 1]))
        return start + step * np.arange(n)
    steps = draw(st.lists(st.floats(0.01, 3), min_size=n - 1, max_size=n - 1))
    return start + np.concatenate(([0.0], np.cumsum(steps))) * draw(st.sampled_from([-1, 1]))


@st.composite
def spectra(draw: st.DrawFn, unit: Unit | None = None) -> Spectrum:
    energy = draw(energies())
    units: tuple[Unit, ...] = ("counts", "arbitrary")
    chosen = unit or draw(st.sampled_from(units))
    values = st.integers(0, 10**9) if chosen == "counts" else st.floats(-1e9, 1e9)
    many = st.lists(values, min_size=energy.size, max_size=energy.size).map(np.array)
    transmissions = st.lists(positive, min_size=energy.size, max_size=energy.size).map(np.array)
    return Spectrum(
        energy_ev=energy,
        intensity=draw(many).astype(float),
        axis=draw(st.sampled_from(["binding", "kinetic"])),
        unit=chosen,
        name=draw(names),
        sample=draw(st.one_of(st.just(""), names)),
        core_level=draw(st.sampled_from([None, "S 2p", "O 1s", "Ni 2p"])),
        photon_energy_ev=draw(st.one_of(st.none(), st.floats(50, 10_000))),
        pass_energy_ev=draw(st.one_of(st.none(), positive)),
        dwell_s=draw(st.one_of(st.none(), positive)),
        sweeps=draw(st.one_of(st.none(), st.integers(1, 1000).map(float))),
        transmission=draw(st.one_of(st.none(), transmissions)),
        monochromatic=draw(st.sampled_from([None, True, False])),
        source_label=draw(st.one_of(st.just(""), names)),
        instrument="Kratos Axis",
        acquired=draw(
            st.sampled_from(["", "2024-01-22", "2024-01-22T13:05:09", "2024-01-22T13:05:09+09:00"])
        ),
        notes=draw(notes),
        series=draw(st.sampled_from([(), (("Etch Time / s", 30.0),), (("Cycle", 2.0),)])),
    )


KEPT = """axis unit name sample core_level photon_energy_ev pass_energy_ev dwell_s sweeps
monochromatic source_label instrument acquired notes series""".split()
