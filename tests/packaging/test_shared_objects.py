import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from bundle.shared_objects import Needs, is_shared_object, oldest_glibc, parse_needs, read_needs

PRINTED = """
libfoo.so:     file format elf64-x86-64

Dynamic Section:
  NEEDED               libm.so.6
  NEEDED               libc.so.6
  SONAME               libfoo.so.1

Version definitions:
1 0x01 0x0a libfoo.so.1
2 0x00 0x0b GLIBC_9.9

Version References:
  required from libm.so.6:
    0x09691a75 0x00 04 GLIBC_2.2.5
  required from libstdc++.so.6:
    0x0bafd179 0x00 05 GLIBCXX_3.4.29
  required from libc.so.6:
    0x06969194 0x00 03 GLIBC_2.34
    0x09691974 0x00 02 GLIBC_2.4
"""


def test_the_newest_symbol_that_is_asked_for_counts_and_not_what_is_offered() -> None:
    needs = parse_needs(PRINTED)
    assert needs.libraries == {"libm.so.6", "libc.so.6"}
    assert needs.glibc == (2, 34)
    assert needs.glibcxx == (3, 4, 29)


def test_the_library_that_asks_for_most_decides() -> None:
    all_needs = [Needs(frozenset(), version, ()) for version in ((2, 4), (2, 35), ())]
    assert oldest_glibc(all_needs) == (2, 35)


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("objdump") is None,
    reason="needs binutils on Linux",
)
def test_a_real_extension_module_needs_the_c_library() -> None:
    extension = next(Path(np.__file__).parent.glob("_core/_multiarray_umath*.so"))
    assert is_shared_object(extension)
    assert not is_shared_object(Path(__file__))
    needs = read_needs(extension)
    assert "libc.so.6" in needs.libraries
    assert (2, 4) <= needs.glibc < (3,)
