"""The search for garbage rests while a file is read, and goes on afterwards, whatever happened."""

from __future__ import annotations

import gc

import pytest

from tests.xps.test_vamas_reader import block, vamas
from xps.errors import ReadError
from xps.readers import vamas as reader
from xps.readers.content import Content
from xps.readers.uncollected import uncollected


def test_garbage_is_looked_for_again_after_an_error() -> None:
    def fail() -> None:
        with uncollected():
            assert not gc.isenabled()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert gc.isenabled()


def test_who_has_stopped_the_search_keeps_it_stopped() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("cut", [0, 400])
def test_a_read_leaves_the_search_as_it_was(cut: int) -> None:
    data = vamas(block(), block())
    try:
        reader.read(Content("file.vms", data[: len(data) - cut]))
    except ReadError:
        assert cut
    assert gc.isenabled()
