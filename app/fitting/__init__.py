"""Fits and other long work, off the user interface's thread."""
