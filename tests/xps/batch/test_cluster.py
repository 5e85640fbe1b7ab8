"""Batches on a Dask cluster: the same bytes, lost workers, a lost scheduler, no pickles abroad."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.xps.batch.made_batches import Batch, Here, batch_of, drifting, killing
from tests.xps.commands import ROOT
from xps.batch.cluster import LocalDask, RunningDask
from xps.errors import FitError, XpsError

pytest.importorskip("distributed")
if os.name == "nt":
    pytest.skip("no SIGKILL", allow_module_level=True)
pytestmark = pytest.mark.filterwarnings("default")  # those of Dask are not ours

NO_NANNY = ("--no-nanny", "--nthreads", "1", "--host", "127.0.0.1")
THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


@contextmanager
def process(module: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A part of a cluster on this machine, as people start it."""
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    with subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"],
        env=os.environ | THREAD | {"PYTHONPATH": path},
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        try:
            yield started
        finally:
            started.kill()
            assert started.stderr is not None
            started.stderr.close()


def said(started: subprocess.Popen[str], word: str) -> str:
    """The first line of a process that holds a word."""
    assert started.stderr is not None
    return next(line for line in started.stderr if word in line)


class StartedCluster:
    """A scheduler and workers without nannies: what dies stays dead."""

    def __init__(self, stack: ExitStack, workers: int, tls: tuple[str, ...] = ()) -> None:
        self.scheduler = stack.enter_context(
            process("dask_scheduler", "--host", "127.0.0.1", "--port", "0", *tls)
        )
        self.address = said(self.scheduler, "Scheduler at:").split()[-1]
        self.workers = [
            stack.enter_context(process("dask_worker", self.address, *NO_NANNY, *tls))
            for _ in range(workers)
        ]
        for worker in self.workers:
            said(worker, "Registered to")


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    """Twelve files in six partitions."""
    return batch_of(tmp_path, drifting(12))


@pytest.fixture
def expected(batch: Batch) -> bytes:
    """The table as this process writes it."""
    other = Batch(batch.plan, batch.out.with_name("expected.csv"))
    other.run(Here())
    return other.table()


def test_a_local_cluster_gives_the_same_table(batch: Batch, expected: bytes) -> None:
    batch.run(LocalDask(2))
    assert batch.table() == expected


def test_a_cluster_that_loses_a_worker_gives_the_same_table(batch: Batch, expected: bytes) -> None:
    with ExitStack() as stack:
        cluster = StartedCluster(stack, 2)
        kill = killing(lambda: [cluster.workers[0].pid], signal.SIGKILL)
        batch.run(RunningDask(cluster.address), progress=kill)
        assert cluster.workers[0].wait() == -signal.SIGKILL
    assert batch.table() == expected


def test_a_lost_scheduler_is_an_error_and_the_batch_goes_on_elsewhere(
    batch: Batch, expected: bytes
) -> None:
    with ExitStack() as stack:
        cluster = StartedCluster(stack, 1)
        kill = killing(lambda: [cluster.scheduler.pid], signal.SIGKILL)
        with pytest.raises(FitError, match=r"the cluster is lost.*the same command goes on"):
            batch.run(RunningDask(cluster.address), progress=kill)
    finished = [one.key for one in batch.plan.partitions if batch.parts.has(one)]
    assert 1 <= len(finished) < 6
    rest = Here()
    assert batch.run(rest).resumed == len(finished)
    assert sorted([*rest.given, *finished]) == sorted(one.key for one in batch.plan.partitions)
    assert batch.table() == expected


OPENSSL = shutil.which("openssl")


@pytest.mark.skipif(OPENSSL is None, reason="no openssl to make certificates")
def test_a_cluster_is_spoken_to_over_tls(batch: Batch, expected: bytes, tmp_path: Path) -> None:
    certificate, key = str(tmp_path / "certificate.pem"), str(tmp_path / "key.pem")
    words = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost".split()
    command = [str(OPENSSL), *words, "-out", certificate, "-keyout", key]
    subprocess.run(command, check=True, capture_output=True)
    files = ("--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key)
    with ExitStack() as stack:
        cluster = StartedCluster(stack, 1, files)
        assert cluster.address.startswith("tls://")
        batch.run(RunningDask(cluster.address, certificate, certificate, key))
    assert batch.table() == expected


def test_no_scheduler_is_an_error(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xps.batch.cluster._CONNECT_S", 0.5)
    with pytest.raises(FitError, match="no scheduler answers"):
        batch.run(RunningDask("tcp://127.0.0.1:1"))


@pytest.mark.parametrize(
    "address", ["tcp://10.0.0.7:8786", "10.0.0.7:8786", "tcp://cluster.example:8786"]
)
def test_another_machine_is_not_spoken_to_without_tls(address: str) -> None:
    with pytest.raises(XpsError, match=r"over TLS only.*pickles"):
        RunningDask(address)


@pytest.mark.parametrize("address", ["", "cluster", "http://127.0.0.1:80", "tcp://127.0.0.1:x"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(XpsError, match="no address of a scheduler"):
        RunningDask(address)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "localhost:8786", "tcp://[::1]:8786"])
def test_this_machine_is_spoken_to_without_tls(address: str) -> None:
    assert RunningDask(address).address == address


def test_tls_needs_all_three_files(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    with pytest.raises(XpsError, match="name a file with --tls-cert"):
        RunningDask("tls://10.0.0.7:8786", str(tmp_path / "ca.pem"))
