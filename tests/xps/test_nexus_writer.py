"""NeXus files of Doublet read back as they were, by Doublet and by the HDF5 library."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xps.made_spectra import KEPT, spectra
from tests.xps.test_text_writer import ANY_TEXT, simple
from xps.errors import WriteError
from xps.readers import nexus, read_file
from xps.readers.content import Content
from xps.spectrum import Spectrum
from xps.writers import write_nexus
from xps.writers.nexus import nexus_bytes


def reread(*written: Spectrum) -> list[Spectrum]:
    return nexus.read(Content("x.nxs", nexus_bytes(written)))[0]


@given(st.lists(st.one_of(spectra(), spectra(unit="counts/s")), min_size=1, max_size=3))
def test_spectra_read_back_as_they_were_written(written: list[Spectrum]) -> None:
    again = reread(*written)
    assert len(again) == len(written)
    for old, new in zip(written, again, strict=True):
        assert {key: getattr(new, key) for key in KEPT} == {key: getattr(old, key) for key in KEPT}
        np.testing.assert_array_equal(new.energy_ev, old.energy_ev)
        np.testing.assert_array_equal(new.intensity, old.intensity)
        assert new.instrument == old.instrument


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_text_is_kept(name: str, sample: str, notes: str) -> None:
    (again,) = reread(simple(name=name, sample=sample, notes=notes))
    without_nul = [text.replace("\0", "") for text in (name, sample, notes)]
    assert [again.name, again.sample, again.notes] == without_nul


def test_1000_spectra_read_back(tmp_path: Path) -> None:
    written = [simple(name=f"pixel {i}", intensity=np.arange(6.0) + i) for i in range(1000)]
    write_nexus(tmp_path / "map.nxs", written)
    file = read_file(tmp_path / "map.nxs")
    assert [s.name for s in file.spectra] == [s.name for s in written]
    np.testing.assert_array_equal(
        [s.intensity for s in file.spectra], [s.intensity for s in written]
    )


def test_no_spectra_are_no_file(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="no spectra"):
        write_nexus(tmp_path / "none.nxs", [])
    assert not (tmp_path / "none.nxs").exists()


def test_the_library_finds_what_nxxps_asks_for() -> None:
    h5py: Any = pytest.importorskip("h5py")
    written = simple(sample="코팅 5회", acquired="2024-01-22T13:05:09+09:00", pass_energy_ev=20.0)
    with h5py.File(io.BytesIO(nexus_bytes([written])), "r") as h:
        entry = h[h.attrs["default"]]
        assert entry.attrs["NX_class"] == "NXentry"
        assert entry["definition"].asstr()[()] == "NXxps"
        assert entry["start_time"].asstr()[()] == "2024-01-22T13:05:09+09:00"
        assert entry["sample/name"].asstr()[()] == "코팅 5회"
        assert entry["instrument/beam_probe/incident_energy"][()] == 1486.6
        data = entry["data"]
        assert (data.attrs["signal"], list(data.attrs["axes"])) == ("data", ["energy"])
        np.testing.assert_array_equal(data["data"][()], written.intensity)
        assert dict(data["energy"].attrs) == {"units": "eV", "type": "binding"}
