"""Readers on files: a table of what they find, damage on purpose, and time."""
