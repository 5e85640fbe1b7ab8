"""The solver is loaded once, whichever thread needs it first."""

import subprocess
import sys

_BOTH_THREADS = """
import threading
from app.fitting.solver_import import load_solver
failed = []

def load():
    try:
        load_solver()
        from scipy.linalg.lapack import dposv
    except ImportError as error:
        failed.append(error)

threads = [threading.Thread(target=load) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failed, failed
"""


def test_threads_that_need_the_solver_at_once_all_get_it() -> None:
    subprocess.run([sys.executable, "-c", _BOTH_THREADS], check=True, timeout=60)
