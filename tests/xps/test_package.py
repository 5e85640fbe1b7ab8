"""What `import xps` offers, whatever else was imported before."""

from __future__ import annotations

import operator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import xps
from tests.xps.projects import BARE


@pytest.fixture(scope="module", autouse=True)
def _all_modules() -> None:
    """A submodule of the name of a function would take its place once it is imported."""
    for module in iter_modules(xps.__path__):
        if module.name != "_resources":
            import_module(f"xps.{module.name}")


def test_the_package_is_ours() -> None:
    assert xps.__file__ is not None
    assert Path(xps.__file__).parents[1] == Path(__file__).parents[2]


@pytest.mark.parametrize("name", sorted({*xps.__all__} - {"__version__"}))
def test_every_public_name_is_a_function_or_a_module(name: str) -> None:
    assert name in dir(xps)
    public = getattr(xps, name)
    if name in ("backgrounds", "lineshapes", "species"):
        assert public.__name__ == f"xps.{name}"
    else:
        assert callable(public)
    assert public.__doc__


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'xps' has no attribute 'frobnicate'"):
        operator.attrgetter("frobnicate")(xps)


def test_the_steps_of_an_analysis_take_what_the_one_before_gave(tmp_path: Path) -> None:
    result = xps.fit(xps.read(BARE), xps.load_recipe("cathode"))
    assert sum(a.atomic_percent for a in xps.quantify(result).amounts if a.is_element) == (
        pytest.approx(100.0)
    )
    assert xps.check(result) == xps.check(result.project)
    xps.save(tmp_path / "a.doublet", result)
    assert xps.load(tmp_path / "a.doublet").regions == result.project.regions
    assert xps.simulate("cathode", None, 1)[0].sample == "cathode (simulated)"
    assert result.to_dict()["format"] == "doublet.fit/1"
    assert result.regions[0].lmfit is not None
    assert result.covariance.shape[0] == sum(len(fit.free) for fit in result.regions)
