"""What is known about samples beside their spectra: a table of replicates and series."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from xps.errors import RecipeError
from xps.number_table import NumberTable
from xps.project import Project

_SAMPLE, _GROUP = "sample", "group"


@dataclass(frozen=True)
class SampleTable:
    """Groups and places of samples.

    Attributes
    ----------
    path : Path
    groups : dict of str to str or None
        By sample; "" for one that is a replicate of nothing, None where the table has no groups.
    places : dict of str to tuple of (str, float)
        By sample; a series is left out where the sample's cell is empty.
    """

    path: Path
    groups: dict[str, str | None]
    places: dict[str, tuple[tuple[str, float], ...]]

    def applied_to(self, project: Project) -> Project:
        """Return a project whose samples are grouped and placed as the table says.

        Raises
        ------
        RecipeError
            If the table names a sample that the project does not have.
        """
        known = {sample.name: sample for sample in project.samples}
        for name, group in self.groups.items():
            if name not in known:
                raise RecipeError(
                    f"the table names the sample {name!r}, which is not there",
                    f"there are: {', '.join(known)}",
                    path=self.path,
                )
            sample, places = known[name], self.places[name]
            told = {series.casefold() for series, _ in places}
            kept = tuple(place for place in sample.series if place[0].casefold() not in told)
            project = project.with_sample(
                replace(
                    sample,
                    group=sample.group if group is None else group,
                    series=(*kept, *places),
                )
            )
        return project


def read_sample_table(path: str | Path) -> SampleTable:
    """Read a CSV file with the column ``sample``, and if you like ``group``; others are series.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    RecipeError
        If the table cannot be read, a sample is named twice, or a place is no finite number.
    """
    table = NumberTable(path)
    series = [name for name in table.columns if name.casefold() not in (_SAMPLE, _GROUP)]
    if _SAMPLE not in map(str.casefold, table.columns):
        raise RecipeError("no column sample", "name each sample in a column sample", path=path)
    if "" in series:
        raise RecipeError("a column has no heading", "name it, or take it out", path=path)
    grouped = _GROUP in (name.casefold() for name in table.columns)
    groups: dict[str, str | None] = {}
    places: dict[str, tuple[tuple[str, float], ...]] = {}
    required = (_SAMPLE, *(name.casefold() for name in series))
    for row in table.rows(required, optional=_GROUP):
        name = row.text(_SAMPLE)
        if not name or name in groups:
            row.fail(f"the sample is {name!r}", "name each sample once")
        groups[name] = row.text(_GROUP) if grouped else None
        places[name] = tuple(
            (one, row.number(one.casefold())) for one in series if row.text(one.casefold())
        )
    return SampleTable(Path(path), groups, places)
