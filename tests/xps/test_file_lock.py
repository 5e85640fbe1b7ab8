"""Locks: who holds a file, and whether that process is still there."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from xps.file_lock import FileLock, Holder, file_digest, holder_in, lock_path


def holder(pid: int | None = None, host: str | None = None) -> Holder:
    """This process on this computer, where nothing else is said."""
    own = os.getpid() if pid is None else pid
    return Holder(own, host or socket.gethostname(), "", "", "token")


def test_a_running_process_is_not_gone() -> None:
    assert not holder().is_gone


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells when it began")
def test_a_number_given_to_another_process_since_is_told_apart(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.doublet")
    assert lock.take() is None
    mine = holder_in(lock.path)
    assert mine is not None
    assert not mine.is_gone
    assert replace(mine, born="1").is_gone


@pytest.mark.parametrize("pid", [0, 2**31, 2**60])
def test_a_number_that_no_process_has_is_gone(pid: int) -> None:
    assert holder(pid=pid).is_gone


def test_of_another_computer_nothing_is_known() -> None:
    assert not holder(host="another computer", pid=2**31).is_gone


@pytest.mark.parametrize(
    "text", [b"", b"{", b"[]", b"[" * 9000, b'{"pid": "1"}', b"\xff" * 100, b'{"pid": 1e400}']
)
def test_a_lock_that_cannot_be_read_is_replaced(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "a.doublet"
    lock_path(path).write_bytes(text)
    assert FileLock(path).take() is None
    found = holder_in(lock_path(path))
    assert found is not None
    assert found.pid == os.getpid()


def test_the_holder_is_told_to_the_second_one(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "a.doublet", "note"), FileLock(tmp_path / "a.doublet")
    assert first.take() is None
    assert first.take() is None
    other = second.take()
    assert other is not None
    assert (other.pid, other.note) == (os.getpid(), "note")
    assert json.loads(first.path.read_text())["host"] == socket.gethostname()


def test_where_no_lock_can_be_written_nobody_is_told(tmp_path: Path) -> None:
    assert FileLock(tmp_path / "no such folder" / "a.doublet").take() is None


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert file_digest(path) is None
    path.write_bytes(b"one")
    first = file_digest(path)
    path.write_bytes(b"two")
    assert first != file_digest(path)
