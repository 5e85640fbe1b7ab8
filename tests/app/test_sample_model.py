"""The rows of the tree: those of the project, whatever project follows another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from app.samples.badges import Badges
from app.samples.sample_model import NAME, POINTS, STATE, SampleModel
from tests.app.projects import fitted
from xps.project import Project
from xps.spectrum import Spectrum

Roles = Qt.ItemDataRole


@pytest.fixture
def model(qtbot: QtBot) -> SampleModel:
    widget = QWidget()
    qtbot.addWidget(widget)
    return SampleModel(Badges(widget), widget)


def rows(model: SampleModel) -> dict[str, list[tuple[str, str]]]:
    """What a view shows: names and points of the spectra of each sample."""
    return {
        model.index(sample, NAME).data(): [
            (
                model.index(row, NAME, model.index(sample, NAME)).data(),
                model.index(row, POINTS, model.index(sample, NAME)).data(),
            )
            for row in range(model.rowCount(model.index(sample, NAME)))
        ]
        for sample in range(model.rowCount())
    }


def project(samples: list[tuple[str, int]]) -> Project:
    """Spectra of so many points on some samples."""
    return Project().with_spectra(
        tuple(
            Spectrum(
                energy_ev=np.linspace(160.0, 165.0, points),
                intensity=np.ones(points),
                axis="binding",
                unit="counts",
                sample=name,
                core_level="S 2p",
            )
            for name, points in samples
        )
    )


PROJECTS = st.lists(
    st.tuples(st.sampled_from(["bare", "coated", "pristine"]), st.integers(5, 9)), max_size=6
).map(project)


def test_it_keeps_what_views_rely_on(model: SampleModel, qtmodeltester: ModelTester) -> None:
    model.show_project(fitted(), {})
    qtmodeltester.check(model)
    model.show_project(Project(), {})
    qtmodeltester.check(model)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(following=st.lists(PROJECTS, min_size=1, max_size=4))
def test_its_rows_are_those_of_the_last_project(
    model: SampleModel, following: list[Project]
) -> None:
    for one in following:
        model.show_project(one, {})
        expected: dict[str, list[str]] = {sample.name: [] for sample in one.samples}
        for entry in one.entries:
            expected[entry.sample].append(str(entry.spectrum.n_points))
        assert {name: [points for _, points in own] for name, own in rows(model).items()} == (
            expected
        )


def test_a_spectrum_is_found_by_its_id(model: SampleModel) -> None:
    shown = fitted()
    model.show_project(shown, {})
    for entry in shown.entries:
        index = model.entry_index(entry.id)
        assert index.parent().data() == entry.sample
        region = shown.region_of(entry.id)
        assert index.siblingAtColumn(STATE).data() == ("no fit" if region is None else "fitted")
    assert model.entry_index("nowhere") == QModelIndex()


def test_rows_that_stay_keep_their_place_in_a_view(model: SampleModel) -> None:
    shown = fitted()
    model.show_project(shown, {})
    resets: list[None] = []
    model.modelReset.connect(lambda: resets.append(None))
    model.show_project(replace(shown, fits=()), {})
    assert not resets
    model.show_project(shown.without_entry(shown.entries[0].id), {})
    assert resets


def test_only_samples_are_renamed_and_only_spectra_are_checked(
    qapp: QApplication, model: SampleModel
) -> None:
    model.show_project(fitted(), {})
    sample = model.index(0, NAME)
    spectrum = model.index(0, NAME, sample)
    renamed: list[tuple[str, str]] = []
    model.sampleRenamed.connect(lambda old, new: renamed.append((old, new)))
    editable, checkable = Qt.ItemFlag.ItemIsEditable, Qt.ItemFlag.ItemIsUserCheckable
    assert sample.flags() & editable
    assert not sample.flags() & checkable
    assert spectrum.flags() & checkable
    assert not spectrum.flags() & editable
    assert not model.setData(sample.siblingAtColumn(POINTS), "another name")
    assert model.setData(sample, sample.data())
    assert not renamed
    assert model.setData(sample, "another name")
    assert [new for _, new in renamed] == ["another name"]
