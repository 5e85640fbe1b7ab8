"""The document a person works on: its edits, its file, and what protects it."""
