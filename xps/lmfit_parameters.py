"""The parameters of a region as lmfit's record, and back."""

from __future__ import annotations

import math
from functools import cache, cached_property

import numpy as np
from lmfit import Parameters
from lmfit.parameter import Parameter
from numpy.typing import NDArray

from xps.model import Ref, Region
from xps.parameter_table import ParameterTable

Floats = NDArray[np.float64]


def parameter_name(ref: Ref) -> str:
    """Return the lmfit name of a parameter, e.g. "ps4_center"."""
    return f"{ref.component}_{ref.parameter}"


def to_parameters(region: Region) -> Parameters:
    """Return the parameters of a region as lmfit's record.

    Linked parameters do not vary here: their links are data, not expressions, and are kept in
    ``user_data``.
    """
    parameters = _Parameters()
    for ref, param in region.params():
        linked = param.link is not None
        record = _record(
            name=parameter_name(ref),
            _val=param.value,
            init_value=param.value,
            _vary=param.is_free,
            min=-math.inf if linked else param.min,
            max=math.inf if linked else param.max,
            user_data=param.link,
        )
        # past Parameters.__setitem__, which would register each name as a symbol of an
        # expression interpreter that is never used
        dict.__setitem__(parameters, record.name, record)
    return parameters


class _Parameters(Parameters):  # type: ignore[misc]  # lmfit has no types
    """lmfit's, but its expression interpreter is made when it is asked for: 0.3 ms."""

    def __init__(self) -> None:
        dict.__init__(self)

    @cached_property
    def _asteval(self) -> object:
        return Parameters()._asteval


@cache
def _blank() -> dict[str, object]:
    return dict(vars(Parameter("blank", value=0.0)))


def _record(**attributes: object) -> Parameter:
    """A Parameter without its constructor, which compares all bounds with np.isclose."""
    record = Parameter.__new__(Parameter)
    vars(record).update(_blank() | {"_expr_deps": []} | attributes)
    return record


def from_parameters(region: Region, parameters: Parameters) -> Region:
    """Return the region with the values of an lmfit record."""
    values = {
        ref: float(parameters[parameter_name(ref)].value)
        for ref, param in region.params()
        if param.link is None
    }
    return region.with_values(values)


def fill(parameters: Parameters, table: ParameterTable, free: Floats, covariance: Floats) -> None:
    """Write values, errors and correlations, those of linked parameters included."""
    values = table.values(free)
    variances = np.einsum("ij,ij->i", table.matrix @ covariance, table.matrix)
    with np.errstate(invalid="ignore"):
        errors = np.sqrt(variances)
    for ref, value, error in zip(table.refs, values.tolist(), errors.tolist(), strict=True):
        record = parameters[parameter_name(ref)]
        record._val = value
        record.stderr = error if math.isfinite(error) and error > 0.0 else None
    names = [parameter_name(ref) for ref in table.free]
    sigma = np.sqrt(np.diag(covariance))
    known = [j for j, name in enumerate(names) if parameters[name].stderr is not None]
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = (covariance / np.outer(sigma, sigma)).tolist()
    for i in known:
        parameters[names[i]].correl = {names[j]: correlation[i][j] for j in known if j != i}


def set_bounds(parameters: Parameters, names: list[str], lower: Floats, upper: Floats) -> None:
    """Write bounds of free parameters; those without room between them do not vary."""
    for name, low, high in zip(names, lower.tolist(), upper.tolist(), strict=True):
        if low < high:
            parameters[name].set(min=low, max=high)
        else:
            parameters[name].vary = False
