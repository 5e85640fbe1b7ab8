"""A session for each file of a batch, or for each part of one that is divided."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xps.batch.chain import FittedMeasurement
from xps.batch.plan import Piece
from xps.batch.settings import Settings
from xps.errors import WriteError
from xps.project import Project, Step
from xps.session import save


def write_session(piece: Piece, fitted: Sequence[FittedMeasurement], settings: Settings) -> None:
    """Save the measurements of a file that one partition holds.

    Raises
    ------
    WriteError, SessionError
        If the file cannot be written.
    """
    part = "" if piece.whole else f" {piece.start + 1}-{piece.stop}"
    path = Path(settings.sessions, f"{piece.file.name}{part}.doublet")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"the folder cannot be made: {error.strerror}"
        raise WriteError(reason, "choose another place", path=path.parent) from error
    projects = [one.project for one in fitted]
    project = Project(
        samples=tuple(sample for one in projects for sample in one.samples),
        entries=tuple(entry for one in projects for entry in one.entries),
        regions=tuple(region for one in projects for region in one.regions),
        fits=tuple(fit for one in projects for fit in one.fits),
        recipe=settings.recipe.name,
        ties=settings.recipe.ties,
    )
    save(path, project.with_step(Step.now(f"Batch with the recipe {settings.recipe.name}")))
