"""Recipes: how to analyze, with no data in it. TOML files, read with all their errors named."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xps.errors import RecipeError
from xps.levels import levels, line_labels, parse_core_level
from xps.lineshapes import SHAPES
from xps.losses import LOSSES
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
    default_shape_params,
    multiplet_of,
)
from xps.project import AmountTies, ChargeReference
from xps.resources import resource
from xps.species import Species, library

FORMAT = 1
STORED = "stored"
"""Name of the recipe that refits what the files themselves carry; see `xps.casaxps`."""

AREA, WIDTH = Param(1.0), Param(1.4, min=0.3, max=4.0)
"""What area and FWHM of a component start from where a recipe does not say."""
_MAX_BYTES = 1_000_000
_LARGEST = 1e100  # beyond this the squares of numbers overflow
_CHARGE_FIELDS = frozenset(
    ("shift_ev", "core_level", "component", "energy_ev", "uncertainty_ev", "search_ev")
)
_PARAM_FIELDS = frozenset(
    ("value", "vary", "min", "max", "same", "offset", "ratio", "to", "prior", "relative_to")
)


@dataclass(frozen=True)
class Recipe:
    """A way to analyze.

    Attributes
    ----------
    name, title, description : str
    charge : ChargeReference
        How each sample's energy scale is set.
    regions : tuple of Region
        One for each core level, with start values; their spectrum is "".
    ties : AmountTies or None
        Whether the lines of a compound are tied across core levels.
    """

    name: str
    title: str
    description: str
    charge: ChargeReference
    regions: tuple[Region, ...]
    ties: AmountTies | None = None

    @property
    def is_stored(self) -> bool:
        """Whether the regions are those that the files of the spectra carry."""
        return self.name == STORED and not self.regions

    def region_for(self, core_level: str | None) -> Region | None:
        """Return the region for a core level, if the recipe has one."""
        return next((r for r in self.regions if r.core_level == core_level), None)

    @property
    def core_levels(self) -> tuple[str, ...]:
        """The core levels that the recipe analyzes."""
        return tuple(region.core_level for region in self.regions)


def shipped_recipes() -> tuple[str, ...]:
    """Return the names of the recipes that come with Doublet."""
    return tuple(sorted(path.stem for path in resource("recipes").glob("*.toml")))


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Read a shipped recipe by name, or a recipe file.

    The name "stored" stands for the fits that the files of the spectra carry.

    Raises
    ------
    RecipeError
        If there is no such recipe, or one of its fields is wrong: file and field are named.
    """
    return stored_recipe() if str(name_or_path) == STORED else _load(name_or_path, ())


def stored_recipe() -> Recipe:
    """Return the recipe that refits what the files themselves carry."""
    return Recipe(
        STORED,
        "The fit stored in the file (CasaXPS)",
        "Regions, components, backgrounds and ties as CasaXPS stored them, refitted from the "
        "stored values with all points weighing alike.",
        ChargeReference(),
        (),
    )


def _load(name_or_path: str | Path, including: tuple[Path, ...]) -> Recipe:
    path = _find(name_or_path)
    if path.resolve() in including:
        raise RecipeError("the recipe includes itself", "take one include out", path=path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise RecipeError("larger than 1 MB: not a recipe", path=path)
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(f"cannot read the recipe: {error.strerror}", path=path) from error
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"not a TOML file: {error}", path=path) from error
    return _Reader(path, (*including, path.resolve())).recipe(document)


def _find(name_or_path: str | Path) -> Path:
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return path
    with contextlib.suppress(OSError):  # e.g. a name that is too long for a file
        if path.is_file():
            return path
    if str(name_or_path) in shipped_recipes():
        return resource("recipes", f"{name_or_path}.toml")
    raise RecipeError(
        f"no recipe {str(name_or_path)!r}",
        f"shipped recipes: {', '.join((*shipped_recipes(), STORED))}; or give the path of a .toml "
        "file",
    )


def _placed(component: Component, components: Sequence[Component]) -> Component:
    """Start a center where its expectation relative to another component puts it."""
    prior = component.center.prior
    if prior is None or prior.relative_to is None:
        return component
    for target in components:
        if target.id == prior.relative_to.component:
            place = target.center.value + prior.mean
            return component.with_param("center", component.center.at(place))
    return component


class _Reader:
    """Turns the tables of a recipe file into the model, naming what is wrong."""

    def __init__(self, path: Path, including: tuple[Path, ...]) -> None:
        self._path = path
        self._including = including

    def recipe(self, document: Mapping[str, Any]) -> Recipe:
        version = document.get("format")
        if version != FORMAT:
            raise self._error(f"format = {version!r}", f"this version reads format {FORMAT}")
        known = {"format", "name", "title", "description", "charge", "region", "include", "ties"}
        self._refuse_unknown(document, known, "recipe")
        name = str(document.get("name", self._path.stem))
        names = document.get("include", [])
        if not isinstance(names, list):
            raise self._error(f"include = {names!r}", 'write a list: include = ["name"]')
        included = [_load(self._beside(str(other)), self._including) for other in names]
        regions = [region for recipe in included for region in recipe.regions]
        regions += [self._region(t) for t in self._tables(document, "region", "recipe")]
        if not regions:
            raise self._error("the recipe has no region", "add a [[region]]")
        levels = [region.core_level for region in regions]
        if len(set(levels)) < len(levels):
            raise self._error("two regions of the same core level", "keep one of them")
        return Recipe(
            name,
            str(document.get("title", name)),
            str(document.get("description", "")),
            self._charge(document.get("charge", {}), regions),
            tuple(regions),
            self._ties(document),
        )

    def _ties(self, document: Mapping[str, Any]) -> AmountTies | None:
        if "ties" not in document:
            return None
        table = document["ties"]
        self._check_table(table, "ties")
        self._refuse_unknown(table, {"sigma"}, "ties")
        try:
            return AmountTies(self._number(table, "sigma", "ties") if "sigma" in table else None)
        except RecipeError as error:
            raise self._placed_error(error, "ties") from error

    def _beside(self, name: str) -> str | Path:
        """A recipe file is looked for in the folder of the one that includes it."""
        return self._path.parent / name if name.endswith(".toml") else name

    def _charge(self, table: Any, regions: Sequence[Region]) -> ChargeReference:
        self._check_table(table, "charge")
        self._refuse_unknown(table, {"method", *_CHARGE_FIELDS}, "charge")
        method = table.get("method", "none")
        if method == "none":
            return ChargeReference()
        if method == "manual":
            return ChargeReference("manual", self._number(table, "shift_ev", "charge"))
        if method != "component":
            raise self._error(f"method = {method!r}", "use none, manual or component", "charge")
        level, component = str(table.get("core_level")), str(table.get("component"))
        region = next((r for r in regions if r.core_level == level), None)
        if region is None or component not in [c.id for c in region.components]:
            raise self._error(
                f"the reference {component!r} in {level!r} is not in the recipe",
                "name a component of one of its regions",
                "charge",
            )
        try:
            return ChargeReference(
                "component",
                core_level=level,
                component=component,
                energy_ev=self._number(table, "energy_ev", "charge"),
                uncertainty_ev=self._number(table, "uncertainty_ev", "charge"),
                search_ev=self._number(table, "search_ev", "charge", 3.0),
            )
        except RecipeError as error:
            raise self._error(error.reason, error.remedy, "charge") from error

    def _region(self, table: Mapping[str, Any]) -> Region:
        level = str(table.get("core_level", ""))
        where = f"region {level}"
        if parse_core_level(level) != level:
            raise self._error(f"core_level = {level!r}", 'write it as "S 2p"', where)
        self._refuse_unknown(table, {"core_level", "window_ev", "background", "component"}, where)
        low, high = self._pair(table, "window_ev", where)
        components = [
            self._component(entry, level, number, where)
            for number, entry in enumerate(self._tables(table, "component", where), start=1)
        ]
        if not components:
            raise self._error("no component", "add a [[region.component]]", where)
        try:
            return Region(
                id=level.replace(" ", "").lower(),
                spectrum="",
                core_level=level,
                window_ev=(low, high),
                background=self._background(table.get("background", {}), where),
                components=tuple(_placed(component, components) for component in components),
            ).settled()
        except RecipeError as error:
            raise self._placed_error(error, where) from error

    def _background(self, table: Any, where: str) -> Background:
        where = f"{where}, background"
        self._check_table(table, where)
        names = ("offset", "slope", "curvature", "cubic", "k", "t")
        self._refuse_unknown(table, {"kind", "average_points", "loss", "own_k", *names}, where)
        kind, loss = table.get("kind", "peak-shirley"), table.get("loss", Background.loss)
        for name, chosen, known in (
            ("kind", kind, BACKGROUND_KINDS),
            ("loss", loss, tuple(LOSSES)),
        ):
            if chosen not in known:
                raise self._error(f"{name} = {chosen!r}", f"use one of {', '.join(known)}", where)
        own = table.get("own_k", {})
        self._check_table(own, f"{where}, own_k")
        background = Background(
            str(kind),
            average_points=self._whole(table, "average_points", where, 5),
            own_k=tuple(
                (id_, self._param(entry, Background.k, f"{where}, own_k {id_}", "k"))
                for id_, entry in own.items()
            ),
            loss=str(loss),
        )
        for name in names:
            if name in table:
                default = getattr(background, name) or Param(0.0)
                param = self._param(table[name], default, f"{where}, {name}", name)
                background = background.with_param(name, param)
        return background

    def _component(
        self, table: Mapping[str, Any], level: str, number: int, where: str
    ) -> Component:
        species = self._species(table, level, where)
        id_ = str(table.get("id") or (species.key if species else ""))
        where = f"{where}, component {id_ or number}"
        shape = table.get("shape", "sgl")
        if shape not in SHAPES:
            raise self._error(f"unknown shape {shape!r}", f"use one of {', '.join(SHAPES)}", where)
        default = {
            "area": AREA,
            "center": Param(species.center_ev if species else 0.0),
            "fwhm": WIDTH,
        }
        of_shape = [parameter.name for parameter in SHAPES[shape].parameters]
        default |= dict(zip(of_shape, default_shape_params(shape), strict=True))
        known = {
            *("id", "species", "name", "group", "shape", "splitting_ev", "ratio", "unlocked"),
            *default,
        }
        self._refuse_unknown(table, known, where)
        params = {
            name: self._param(table.get(name, {}), default[name], f"{where}, {name}", name)
            for name in default
        }
        if species is None and "center" not in table:
            raise self._error("no center", "give center = { value = ... }", where)
        try:
            return Component(
                id=id_,
                name=str(table.get("name") or (species.name if species else id_)),
                lines=self._lines(table, level, where),
                shape=str(shape),
                shape_params=tuple(params.pop(name) for name in of_shape),
                species=species.key if species else "",
                group=str(table.get("group") or (species.group if species else "")),
                **params,
            )
        except RecipeError as error:
            raise self._placed_error(error, where) from error

    def _species(self, table: Mapping[str, Any], level: str, where: str) -> Species | None:
        key = table.get("species")
        if key is None:
            return None
        species = library().get(str(key))
        if species is None or species.core_level != level:
            raise self._error(
                f"the species {key!r} is not in the library for {level}",
                "choose one from the species library, or leave species out",
                where,
            )
        return species

    def _lines(self, table: Mapping[str, Any], level: str, where: str) -> Singlet | Doublet:
        if "splitting_ev" not in table and "ratio" not in table:
            return multiplet_of(level)
        reason = str(table.get("unlocked", ""))
        if not reason:
            raise self._error(
                "splitting or ratio differ from the table of levels without a reason",
                'say why: unlocked = "..."',
                where,
            )
        labels = line_labels(level)
        if len(labels) != 2:
            raise self._error(f"{level} is not a doublet", "leave splitting out", where)
        known = levels().get(level)
        return Doublet(
            (labels[0], labels[1]),
            self._number(table, "splitting_ev", where, known.splitting_ev if known else None),
            self._number(table, "ratio", where, known.ratio if known else None),
            reason,
        )

    def _param(self, table: Any, default: Param, where: str, name: str) -> Param:
        if isinstance(table, (int, float)) and not isinstance(table, bool):
            table = {"value": table}
        self._check_table(table, where)
        self._refuse_unknown(table, _PARAM_FIELDS, where)
        try:
            return Param(
                value=self._number(table, "value", where, default.value),
                vary=self._flag(table, "vary", where, default.vary),
                min=self._number(table, "min", where, default.min),
                max=self._number(table, "max", where, default.max),
                link=self._link(table, where, name),
                prior=self._prior(table, where, name),
            )
        except RecipeError as error:
            raise self._placed_error(error, where) from error

    def _link(self, table: Mapping[str, Any], where: str, name: str) -> Link | None:
        ties = [field for field in ("same", "offset", "ratio") if field in table]
        if len(ties) > 1:
            raise self._error(f"{' and '.join(ties)} at once", "keep one of them", where)
        if "to" in table and not {"offset", "ratio"} & set(ties):
            raise self._error("to without offset or ratio", 'write same = "component id"', where)
        if "same" in table:
            return Link("same", Ref(str(table["same"]), name))
        if "offset" in table:
            amount = self._number(table, "offset", where)
            return Link("offset", self._to(table, where, name), amount)
        if "ratio" in table:
            amount = self._number(table, "ratio", where)
            return Link("ratio", self._to(table, where, name), amount)
        return None

    def _to(self, table: Mapping[str, Any], where: str, name: str) -> Ref:
        if "to" not in table:
            raise self._error("a link without its target", 'add to = "component id"', where)
        return Ref(str(table["to"]), name)

    def _prior(self, table: Mapping[str, Any], where: str, name: str) -> Prior | None:
        if "prior" not in table:
            if "relative_to" in table:
                raise self._error("relative_to without a prior", "add prior = [mean, sigma]", where)
            return None
        mean, sigma = self._pair(table, "prior", where)
        target = table.get("relative_to")
        return Prior(mean, sigma, Ref(str(target), name) if target else None)

    def _tables(self, table: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
        entries = table.get(key, [])
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise self._error(f"{key} is not a list of tables", f"write [[{key}]]", where)
        return entries

    def _pair(self, table: Mapping[str, Any], key: str, where: str) -> tuple[float, float]:
        values = table.get(key)
        if not isinstance(values, list) or len(values) != 2:
            raise self._error(f"{key} = {values!r}", "give two numbers: [a, b]", where)
        first, second = f"{key}[0]", f"{key}[1]"
        numbers = {first: values[0], second: values[1]}
        return self._number(numbers, first, where), self._number(numbers, second, where)

    def _number(
        self, table: Mapping[str, Any], key: str, where: str, default: float | None = None
    ) -> float:
        value = table.get(key, default)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or value != value:  # NaN is not itself
            raise self._error(f"{key} = {value!r}", "give a number", where)
        if not -_LARGEST <= value <= _LARGEST and not (
            isinstance(value, float) and key in ("min", "max")
        ):
            raise self._error(f"{key} = {value!r}", "give a finite number", where)
        return float(value)

    def _whole(self, table: Mapping[str, Any], key: str, where: str, default: int) -> int:
        number = self._number(table, key, where, default)
        if number != round(number):
            raise self._error(f"{key} = {number!r}", "give a whole number", where)
        return round(number)

    def _flag(self, table: Mapping[str, Any], key: str, where: str, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            raise self._error(f"{key} = {value!r}", "write true or false", where)
        return value

    def _check_table(self, table: Any, where: str) -> None:
        if not isinstance(table, dict):
            raise self._error(f"{table!r} is not a table", "write { value = ... }", where)

    def _refuse_unknown(self, table: Mapping[str, Any], known: Collection[str], where: str) -> None:
        unknown = sorted(set(table).difference(known))
        if unknown:
            raise self._error(
                f"unknown field {unknown[0]!r}", f"known fields: {', '.join(sorted(known))}", where
            )

    def _placed_error(self, error: RecipeError, where: str) -> RecipeError:
        """The error with file and place, if it does not name them already."""
        return error if error.path is not None else self._error(error.reason, error.remedy, where)

    def _error(self, reason: str, remedy: str = "", where: str = "") -> RecipeError:
        return RecipeError(reason, remedy, path=self._path, where=where)
