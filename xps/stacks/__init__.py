"""Stacks: spectra of one axis at many places, read from disk as they are needed."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xps.stacks.registry import open_stacks
    from xps.stacks.stack import Coordinate, Layout, Stack

__all__ = ["Coordinate", "Layout", "Stack", "open_stacks"]


def __getattr__(name: str) -> Any:
    """Load the readers when the first stack is opened."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from xps.stacks import registry, stack

    return registry.open_stacks if name == "open_stacks" else getattr(stack, name)
