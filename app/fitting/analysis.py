"""Apply recipes and fit, off the user interface's thread, each as one undo step."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.fitting.jobs import Job, Jobs
from app.fitting.solver_import import load_solver
from app.gestures.gestures import region_place
from app.gestures.propagation import given_regions
from app.session.document import Document
from app.session.selection import Selection
from app.widgets.message_bar import MessageBar
from app.widgets.wording import explain, listed
from xps.errors import XpsError
from xps.model import Region
from xps.project import Project

if TYPE_CHECKING:
    from app.fitting.fit_merge import Merged
    from xps.analysis import Outcome

_RECIPE, _FAILURES, _DROPPED = "recipe", "failed fits", "dropped fits"


class Analysis(QObject):
    """The steps from spectra to fits.

    Signals
    -------
    recipeApplied(), fitted()
        The step is in the document; also where parts of it failed.
    """

    recipeApplied = Signal()
    fitted = Signal()

    def __init__(
        self,
        document: Document,
        selection: Selection,
        jobs: Jobs,
        messages: MessageBar,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._jobs = jobs
        self._messages = messages
        self._job: Job | None = None
        self._fitting: tuple[Project, tuple[str, ...]] = (document.project, ())
        self._waiting: tuple[str, ...] = ()
        self._reported: frozenset[str] = frozenset()
        document.replaced.connect(self._on_replaced)
        document.failuresChanged.connect(self._settle_failures)
        document.projectChanged.connect(self._settle_failures)

    def apply_recipe(
        self,
        recipe: str | Path,
        sample: str | None = None,
        entry_ids: Collection[str] | None = None,
    ) -> bool:
        """Give all spectra that a recipe knows their regions with start values.

        Parameters
        ----------
        recipe : str or Path
            Name of a shipped recipe, or a recipe file.
        sample : str, optional
            The spectra of this sample only.
        entry_ids : collection of str, optional
            These spectra only.

        Returns
        -------
        bool
            Whether it applies to any of the spectra.
        """
        load_solver()
        from xps.analysis import apply_recipe
        from xps.recipe import load_recipe

        before = self._document.project
        ids = entry_ids
        if sample is not None:
            ids = [entry.id for entry in before.entries if entry.sample == sample]
        try:
            loaded = load_recipe(recipe)
            project, notes = apply_recipe(before, loaded, ids)
        except XpsError as error:
            self._messages.error(str(error), topic=_RECIPE)
            return False
        self._messages.settle(_RECIPE)
        to = "" if sample is None else f" to {sample}"
        given = given_regions(before, project)
        spectra = [region.spectrum for region in given]
        self._document.push(project, f"Apply recipe {loaded.name}{to}", spectra=spectra)
        self._show_one_of(given)
        self._messages.info(_given_text(project, given))
        if notes:
            self._messages.warn(listed(f"Recipe {loaded.name}:", notes), topic=_RECIPE)
        self.recipeApplied.emit()
        return True

    def _show_one_of(self, regions: Sequence[Region]) -> None:
        """Select a spectrum that a recipe has just given its region, unless one is."""
        entry = self._selection.entry
        if entry is None or entry.id in [region.spectrum for region in regions]:
            return
        project = self._document.project
        of_sample = [r for r in regions if project.entry(r.spectrum).sample == entry.sample]
        self._selection.select_entry((of_sample or regions)[0].spectrum)

    def fit_current(self) -> None:
        """Fit the region of the selected spectrum."""
        region = self._selection.region
        if region is not None:
            self.fit((region.id,))

    def fit_all(self) -> None:
        """Fit all regions."""
        self.fit(tuple(region.id for region in self._document.project.regions))

    def fit(self, region_ids: tuple[str, ...]) -> None:
        """Fit regions now, or as soon as the fit that runs is done."""
        before = self._document.project
        if self._job is not None:
            waiting = [id_ for id_ in region_ids if not self._is_being_fitted(id_)]
            self._waiting = tuple(dict.fromkeys((*self._waiting, *waiting)))
            return
        if not region_ids:
            self._messages.error("There is nothing to fit: apply a recipe first.")
            return
        from xps.tied_fit import fitted_with

        region_ids = fitted_with(before, region_ids)

        def work(job: Job) -> tuple[Outcome, Merged]:
            load_solver()
            from app.fitting.fit_merge import merge_fits
            from xps.analysis import fit_project

            outcome = fit_project(before, region_ids, cancelled=job.must_stop, progress=job.report)
            return outcome, merge_fits(self._document.project, before, outcome.project)

        self._fitting = (before, region_ids)
        self._job = self._jobs.run(_title(before, region_ids), work, self._take, self._on_failed)
        self._job.ended.connect(self._on_ended)

    def _is_being_fitted(self, region_id: str) -> bool:
        """Whether the fit that runs is of this region, as it is now."""
        before, region_ids = self._fitting
        present = self._document.project
        return region_id in region_ids and (
            before.fingerprint(region_id) == present.fingerprint(region_id)
        )

    def _on_failed(self, error: XpsError) -> None:
        self._messages.error(str(error))

    def _on_ended(self) -> None:
        cancelled = self._job is not None and self._job.is_cancelled()
        waiting, self._waiting, self._job = self._waiting, (), None
        there = {region.id for region in self._document.project.regions}
        next_ids = tuple(id_ for id_ in waiting if id_ in there)
        if next_ids and not cancelled:
            self.fit(next_ids)

    def _on_replaced(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _settle_failures(self) -> None:
        """Take the message on failed fits away once none of them is as it was."""
        if self._reported and not self._reported & self._document.failures.keys():
            self._messages.settle(_FAILURES)
            self._reported = frozenset()

    def _take(self, result: tuple[Outcome, Merged]) -> None:
        outcome, merged = result
        before, region_ids = self._fitting
        if merged.into is not self._document.project:  # it changed a moment ago
            from app.fitting.fit_merge import merge_fits

            merged = merge_fits(self._document.project, before, outcome.project)
        if merged.taken:
            self._document.push(merged.project, _title(merged.project, merged.taken))
        self._document.note_failures(region_ids, outcome.failures, before)
        if outcome.failures:
            reasons = [
                f"{_where(before, id_)}: {_without_place(error)}"
                for id_, error in outcome.failures.items()
            ]
            head = f"{len(reasons)} of {len(region_ids)} fits failed:" if len(reasons) > 1 else ""
            self._messages.error(listed(head, reasons), topic=_FAILURES)
            self._reported = frozenset(outcome.failures)
        if merged.dropped:
            places = ", ".join(_where(before, id_) for id_ in merged.dropped)
            self._messages.warn(
                f"The fit of {places} was dropped: settings changed while it ran. Fit again (F5).",
                topic=_DROPPED,
            )
        else:
            self._messages.settle(_DROPPED)
        self.fitted.emit()


def _title(project: Project, region_ids: Collection[str]) -> str:
    if len(region_ids) == 1:
        return f"Fit {_where(project, next(iter(region_ids)))}"
    return f"Fit {len(region_ids)} regions"


def _where(project: Project, region_id: str) -> str:
    return region_place(project, project.region(region_id))


def _given_text(project: Project, regions: Sequence[Region]) -> str:
    """Say which spectra a recipe was applied to."""
    levels = ", ".join(dict.fromkeys(region.core_level for region in regions))
    samples = list(dict.fromkeys(project.entry(r.spectrum).sample for r in regions))
    of = samples[0] if len(samples) == 1 else f"{len(samples)} samples"
    return f"Start values for {levels} of {of}. Fit all of them: Shift+F5."


def _without_place(error: XpsError) -> str:
    return explain(XpsError(error.reason, error.remedy))
