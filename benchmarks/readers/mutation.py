"""Damage files in every way, and read them: nothing but a spectrum or a clear error may come.

Usage: python -m benchmarks.readers.mutation FOLDER [COUNT [FIRST]]

Mutants are numbered, and each follows from its number alone. They are read in child processes
with bounded memory, so that a crash or a hang is found, named and passed by.
"""

from __future__ import annotations

import multiprocessing
import random
import re
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from xps.errors import ReadError
from xps.readers import registry
from xps.readers.content import Content
from xps.spectrum import Spectrum

MOST_SECONDS = 2.0
MOST_BYTES = 500 << 20
BATCH = 400
# How long a child may be silent before it counts as hanging; the machine may be busy.
PATIENCE_S = 60.0
LARGE_BYTES = 200_000
LARGE_SHARE = 10
# Formats that announce no number of points.
UNCOUNTED = frozenset({"text", "excel", "igor-text", "kratos"})
_NUMBER = re.compile(rb"\d+(?:\.\d+)?")
_HUGE = (b"2147483647", b"4294967295", b"999999999999", b"-1", b"1e308", b"nan", b"0")
_HUGE_BINARY = (b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff", b"\0\0\0\x40", bytes(4))

Mutation = Callable[[bytes, random.Random], bytes]


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.randrange(1, 9)):
        damaged[_place(data, chance)] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def cut_short(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def lose_line(data: bytes, chance: random.Random) -> bytes:
    start, end = _line(data, chance)
    return data[:start] + data[end:]


def repeat_line(data: bytes, chance: random.Random) -> bytes:
    start, end = _line(data, chance)
    return data[:end] + data[start:end] + data[end:]


def change_number(data: bytes, chance: random.Random) -> bytes:
    return _with_number(data, chance, str(chance.randrange(100_000)).encode())


def announce_much(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return _with_number(data, chance, chance.choice(_HUGE))
    at = _place(data, chance)
    return data[:at] + chance.choice(_HUGE_BINARY) + data[at + 4 :]


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits,
    cut_short,
    lose_line,
    repeat_line,
    change_number,
    announce_much,
)
STRUCTURAL = frozenset({cut_short, lose_line, repeat_line})


def _place(data: bytes, chance: random.Random) -> int:
    """Return a place; half of them lie at the start, where formats keep their counts."""
    return chance.randrange(min(len(data), 4096) if chance.random() < 0.5 else len(data))


def _line(data: bytes, chance: random.Random) -> tuple[int, int]:
    at = _place(data, chance)
    start = data.rfind(b"\n", 0, at) + 1
    end = data.find(b"\n", at) + 1
    return start, end or len(data)


def _with_number(data: bytes, chance: random.Random, number: bytes) -> bytes:
    match = _NUMBER.search(data, _place(data, chance))
    return data if match is None else data[: match.start()] + number + data[match.end() :]


@dataclass(frozen=True)
class Original:
    """A file that reads, and what it gives."""

    name: str
    data: bytes
    sizes: tuple[int, ...]
    warnings: frozenset[str]


def originals(folder: Path) -> list[Original]:
    """Return the files of a folder that are read."""
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        try:
            _, spectra, said = _read(path.name, data)
        except ReadError:
            continue
        found.append(Original(path.name, data, _sizes(spectra), frozenset(said)))
    return found


def mutant(files: list[Original], number: int) -> tuple[Original, Mutation, bytes]:
    """Return a mutant, and what it was made of."""
    chance = random.Random(number)  # noqa: S311 - damage is no secret
    original = chance.choice(files)
    while len(original.data) > LARGE_BYTES and chance.randrange(LARGE_SHARE):
        original = chance.choice(files)
    mutation = MUTATIONS[number % len(MUTATIONS)]
    return original, mutation, mutation(original.data, chance)


def complaint(original: Original, mutation: Mutation, data: bytes) -> tuple[str, str]:
    """Return how a mutant ended, and what is wrong with that; "" if nothing."""
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            reader, spectra, said = _read(original.name, data)
    except ReadError as error:
        outcome, wrong = "refused", "" if error.remedy and error.reason else "no reason or remedy"
    except MemoryError:
        outcome, wrong = "failed", f"more than {MOST_BYTES >> 20} MB"
    except Exception as error:  # noqa: BLE001 - whatever comes is what is looked for
        outcome, wrong = "failed", f"{type(error).__name__}: {error}"
    else:
        outcome, wrong = "read", ""
        counted = mutation in STRUCTURAL and reader not in UNCOUNTED
        if counted and _sizes(spectra) != original.sizes and original.warnings.issuperset(said):
            wrong = f"{sum(_sizes(spectra))} of {sum(original.sizes)} points without a warning"
    seconds = time.process_time() - start
    if not wrong and seconds > MOST_SECONDS:
        wrong = f"{seconds:.1f} s"
    return outcome, wrong


def _read(name: str, data: bytes) -> tuple[str, list[Spectrum], list[str]]:
    if not data.strip(b"\0 \t\r\n"):
        raise ReadError("the file is empty", "export it again")
    reader, (spectra, said) = registry.read_content(Content(name, data))
    return reader, spectra, [*said, *(w for s in spectra for w in s.warnings)]


def _sizes(spectra: list[Spectrum]) -> tuple[int, ...]:
    return tuple(spectrum.n_points for spectrum in spectra)


def _work(folder: Path, numbers: range, results: Connection) -> None:
    files = originals(folder)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES, used + MOST_BYTES))
    for number in numbers:
        original, mutation, data = mutant(files, number)
        results.send((number, original.name, mutation.__name__, None))
        outcome, wrong = complaint(original, mutation, data)
        results.send((number, original.name, outcome, wrong))
    results.close()


def _results(folder: Path, first: int, count: int) -> Iterator[tuple[int, str, str, str]]:
    """Yield number, file, outcome and complaint of each mutant, whatever becomes of a child."""
    context = multiprocessing.get_context("fork")
    end = first + count
    while first < end:
        receiver, sender = context.Pipe(duplex=False)
        numbers = range(first, min(first + BATCH, end))
        child = context.Process(target=_work, args=(folder, numbers, sender))
        child.start()
        sender.close()
        last = (first, "", "", None)
        try:
            while receiver.poll(PATIENCE_S):
                last = receiver.recv()
                if last[3] is not None:
                    yield last[0], last[1], last[2], last[3]
                    first = last[0] + 1
        except EOFError:
            pass
        child.kill()
        child.join()
        if first < numbers.stop:
            hung = "silent for too long" if child.exitcode == -9 else f"exit {child.exitcode}"
            yield last[0], last[1], "ended", f"{last[2]}: {hung}"
            first = last[0] + 1


def main(folder: Path, count: int, first: int) -> int:
    outcomes: Counter[str] = Counter()
    wrong = 0
    for number, name, outcome, complaint_ in _results(folder, first, count):
        outcomes[outcome] += 1
        if complaint_:
            wrong += 1
            print(f"{number}: {name}: {outcome}: {complaint_}", flush=True)
    print(f"{count} mutants: {dict(outcomes)}; {wrong} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    arguments = sys.argv[2:]
    sys.exit(
        main(
            Path(sys.argv[1]),
            int(arguments[0]) if arguments else 100_000,
            int(arguments[1]) if len(arguments) > 1 else 0,
        )
    )
