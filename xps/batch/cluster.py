"""Workers on a Dask cluster: one that runs, or one started on this machine for the batch.

What goes to a cluster is pickled, and a pickle can do anything where it is opened: without
TLS only this machine is spoken to.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from xps.cancel import raising
from xps.errors import FitError, XpsError

if TYPE_CHECKING:
    import distributed

    from xps.batch.parts import FinishedPartition
    from xps.batch.worker import Task

_ASK_S = 0.2  # between questions whether the batch is wanted any more
_CONNECT_S = 10.0
_WORKERS_S = 30.0  # for the first worker to come
_AHEAD = 2  # partitions that wait at each thread of the cluster, beside the one it fits


@dataclass(frozen=True)
class LocalDask:
    """A cluster on 127.0.0.1, started for the batch: processes over TCP, without dashboard.

    Attributes
    ----------
    workers : int

    Raises
    ------
    XpsError
        If the package distributed is not installed.
    """

    workers: int

    def __post_init__(self) -> None:
        _refuse_without_dask()

    def run(
        self, tasks: Sequence[Task], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[FinishedPartition]:
        """Fit partitions and yield them as they are finished; see `RunningDask.run`."""
        if not tasks:
            return
        from distributed import Client, LocalCluster

        with _left_to_this_thread(signal.SIGINT):
            cluster = LocalCluster(
                n_workers=self.workers,
                threads_per_worker=1,
                processes=True,
                host="127.0.0.1",
                protocol="tcp://",
                dashboard_address="127.0.0.1:0",  # where its state is asked for; none is 8787
                scheduler_kwargs={"dashboard": False},
                silence_logs=logging.CRITICAL,
            )
        with cluster, Client(cluster, set_as_default=False) as client:
            yield from _fitted(client, tasks, cancelled)


@dataclass(frozen=True)
class RunningDask:
    """A cluster that runs.

    Its workers need the same versions of Doublet and its packages, and the files under the
    same paths.

    Attributes
    ----------
    address : str
        Of its scheduler: ``tls://HOST:PORT``, or ``tcp://127.0.0.1:PORT``.
    ca, certificate, key : str or None
        PEM files for TLS: the authority, and what this program shows.

    Raises
    ------
    XpsError
        If the address is none, another machine is to be spoken to without TLS, a certificate
        is missing, or the package distributed is not installed.
    """

    address: str
    ca: str | None = None
    certificate: str | None = None
    key: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        scheme = _scheme(self.address)
        files = {"--tls-ca": self.ca, "--tls-cert": self.certificate, "--tls-key": self.key}
        if scheme == "tls":
            for option, file in files.items():
                if file is None or not Path(file).is_file():
                    raise XpsError(
                        "the certificates of the cluster are not complete",
                        f"name a file with {option}",
                        path=file,
                        where=self.address,
                    )
        _refuse_without_dask()

    def run(
        self, tasks: Sequence[Task], cancelled: Callable[[], bool] | None = None
    ) -> Iterator[FinishedPartition]:
        """Fit partitions and yield them as they are finished.

        What a lost worker was at is done again by another.

        Raises
        ------
        FitError
            If the scheduler is lost or not there, or workers die again and again.
        CancelledError
        """
        if not tasks:
            return
        from distributed import Client
        from distributed.security import Security

        security = None
        if _scheme(self.address) == "tls":
            security = Security(
                tls_ca_file=self.ca,
                tls_client_cert=self.certificate,
                tls_client_key=self.key,
                require_encryption=True,
            )
        try:
            client = Client(
                self.address, security=security, timeout=_CONNECT_S, set_as_default=False
            )
        except (OSError, TimeoutError) as error:
            raise FitError(
                f"no scheduler answers: {error}",
                "start it, or check address and certificates",
                where=self.address,
            ) from error
        try:
            yield from _fitted(client, tasks, cancelled)
        finally:
            with contextlib.suppress(OSError, TimeoutError):
                client.close(timeout=_CONNECT_S)


@contextlib.contextmanager
def _left_to_this_thread(number: signal.Signals) -> Iterator[None]:
    """Let threads and processes that are started in the block not notice a signal.

    Ctrl-C goes to all processes of a terminal, but one of them is enough to answer it.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # it would let the signal through when it is started
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _scheme(address: str) -> str:
    """Return "tcp" or "tls".

    Raises
    ------
    XpsError
    """
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme not in ("tcp", "tls") or not host or port is None:
        raise XpsError(
            "this is no address of a scheduler",
            "write tls://HOST:PORT, tcp://127.0.0.1:PORT, or local",
            where=address,
        )
    if parts.scheme == "tcp" and not _is_here(host):
        raise XpsError(
            "another machine is spoken to over TLS only: messages of Dask are pickles, which "
            "could be read and forged on the way",
            "start the cluster with certificates, and give tls:// with --tls-ca, --tls-cert and "
            "--tls-key",
            where=address,
        )
    return parts.scheme


def _is_here(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _refuse_without_dask() -> None:
    try:
        import distributed  # noqa: F401 - whether it is there
    except ImportError as error:
        raise XpsError(
            "a Dask cluster needs the package distributed, which is not installed",
            'with the Python package: pip install "doublet[cluster]"; or use --workers alone',
        ) from error


def _fitted(
    client: distributed.Client, tasks: Sequence[Task], cancelled: Callable[[], bool] | None
) -> Iterator[FinishedPartition]:
    from distributed import CancelledError as LostError
    from distributed import KilledWorker, wait

    ask = raising(cancelled, "the batch")
    waiting = deque(tasks)
    running: dict[Any, Task] = {}
    try:
        client.wait_for_workers(1, timeout=_WORKERS_S)
        room = _room(client)
        while waiting or running:
            while waiting and len(running) < room:
                task = waiting.popleft()
                key = f"doublet-{task.partition.key}"
                running[client.submit(fit_on_cluster, task, key=key, pure=False)] = task
            with contextlib.suppress(TimeoutError), client.as_current():
                wait(list(running), timeout=_ASK_S, return_when="FIRST_COMPLETED")
            done = [future for future in running if future.done()]
            for future in done:
                finished: FinishedPartition = future.result(timeout=_CONNECT_S)
                del running[future]
                yield finished
            if client.status != "running":
                raise ConnectionError("the connection is lost")
            if done:
                room = _room(client)
            ask()
    except KilledWorker as error:
        raise FitError(
            f"workers died one after another, perhaps for lack of memory: {error}",
            "the same command goes on with the parts that are not finished",
        ) from error
    except (LostError, OSError, TimeoutError) as error:
        raise FitError(
            f"the cluster is lost: {type(error).__name__} {error}",
            "start it again; the same command goes on with the parts that are not finished",
        ) from error
    except ModuleNotFoundError as error:
        raise FitError(
            f"the workers cannot import what they need: {error}",
            "install the same version of Doublet on all machines",
        ) from error
    finally:
        for future in running:
            with contextlib.suppress(OSError, TimeoutError, LostError):
                future.cancel()


def _room(client: distributed.Client) -> int:
    """So many partitions keep all threads busy; more would only fill memory."""
    threads: dict[str, int] = client.nthreads()
    return (1 + _AHEAD) * max(sum(threads.values()), 1)


def fit_on_cluster(task: Task) -> FinishedPartition:
    """Fit a partition in a worker of a cluster.

    Raises
    ------
    FitError
        Also if its linear algebra may use several threads, whose sums end in other digits.
    """
    from xps.batch.worker import fit_partition

    if "1" not in (os.environ.get("OPENBLAS_NUM_THREADS"), os.environ.get("OMP_NUM_THREADS")):
        raise FitError(
            "this worker may use several threads for linear algebra, so that last digits differ",
            "start workers with OMP_NUM_THREADS=1, as a nanny does",
        )
    return fit_partition(task)
