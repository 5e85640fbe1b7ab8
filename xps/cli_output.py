"""What the command line prints: text, JSON, complaints; to any terminal, pipe or nowhere."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import Any

EXIT_OK, EXIT_FAILED, EXIT_INPUT = 0, 1, 2


class OutputError(Exception):
    """Standard output takes no more."""


def complain(reason: str) -> None:
    """Write one line on stderr."""
    text = f"doublet: {reason}".encode("utf-8", "backslashreplace").decode()
    print(text, file=sys.stderr)


def print_json(document: dict[str, Any]) -> None:
    """Write one JSON object on stdout.

    Raises
    ------
    OutputError
    """
    print_text(json.dumps(document, allow_nan=False, indent=1))


def print_text(text: str) -> None:
    """Write on stdout, with question marks for what its encoding has not.

    Raises
    ------
    OutputError
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding), flush=True)
    except OSError as error:
        raise OutputError(error.strerror) from error


def discard_output() -> None:
    """Let what is left in the buffer go nowhere, so that Python can end without complaint."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
