"""Modules of Python that could come along, and do not."""

MODULES = (
    # GNU readline and gdbm are under the GPL, and a window has no use for terminals.
    *("readline", "_gdbm", "_dbm", "curses", "_curses"),
    # There is no network, so nothing to encrypt; hashlib has functions of its own.
    *("ssl", "_ssl", "_hashlib"),
    # Pictures are written as PNG alone.
    *("PIL._avif", "PIL._webp", "PIL._imagingcms", "PIL._imagingft", "PIL._imagingtk"),
    # What development environments have.
    *("tkinter", "_tkinter", "IPython", "pytest", "setuptools"),
)
