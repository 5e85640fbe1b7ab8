"""Which process did something, and whether it is gone."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Process:
    """A process of some computer.

    Attributes
    ----------
    pid : int
    host : str
    born : str
        When it began, as its system counts; "" where that is not known. A number that a system
        gave to another process since is told apart by it.
    """

    pid: int
    host: str
    born: str = ""

    @classmethod
    def own(cls) -> Process:
        """Return this process."""
        return cls(os.getpid(), socket.gethostname(), _born(os.getpid()))

    @property
    def is_gone(self) -> bool:
        """Whether it is known to have ended; never known of another computer."""
        if self.host != socket.gethostname():
            return False
        return not _is_running(self.pid) or self.born not in ("", _born(self.pid))


def _born(pid: int) -> str:
    """When a process began, in ticks since the system did; "" where that is not told."""
    with contextlib.suppress(OSError, IndexError):
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        return stat.rpartition(b")")[2].split()[19].decode("ascii")
    return ""


if sys.platform == "win32":

    def _is_running(pid: int) -> bool:
        import ctypes

        kernel = ctypes.windll.kernel32
        process = kernel.OpenProcess(0x1000, False, pid)  # only to ask about it
        if not process:
            return False
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(process, ctypes.byref(code))
        kernel.CloseHandle(process)
        return code.value == 259  # still active

else:

    def _is_running(pid: int) -> bool:
        if not 0 < pid < 1 << 31:
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except OSError:  # somebody else's
            return True
        return True
