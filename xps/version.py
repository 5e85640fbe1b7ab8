"""The version of Doublet, in a module of its own that every other one may import."""

__version__ = "0.1.0"
