"""Make mutants and judge them: `python -m tests.fuzz`, or `-n 20000 --seed 7000 fit`.

Without a number or a time it is the set that must hold before each change: the same mutants on
each machine and each day, in about two minutes.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import math
import os
import random
import resource
import signal
import sys
import time
import warnings
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.targets import TARGETS, get_seeds

KEPT = Path(__file__).parent / "seeds"
# mutants of each format in the set that must hold
SET = {
    "fit": 10_000,
    "gpx": 4_500,
    "tcx": 5_000,
    "apple": 300,
    "csv": 6_000,
    "json": 25_000,
    "zip": 5_000,
    "gz": 8_000,
    "pbf": 400,
    "toml": 7_000,
}
CPU_S = 5.0
MAX_BYTES = 512 << 20
MAX_SHOWN = 20  # bad ones of a kind
EVERY = 10_000  # mutants until a line of progress
MAX_FILES = 24  # of a folder that serve as good ones
M_ARENA_MAX = -8  # of glibc's malloc.h
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class OutOfTime(BaseException):
    """A mutant that took more than twice CPU_S: no handler of Exception holds it."""


def _stop(*_: object) -> None:
    raise OutOfTime


def limit_threads() -> None:
    """Let what threads reserve be the same on each machine, however many cores it has."""
    os.environ["OSMIUM_POOL_THREADS"] = "1"
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def limit_memory() -> None:
    """Let this process grow by 512 MB from now on, so that more is a MemoryError."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most = pages * resource.getpagesize() + MAX_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def judge(name: str, data: bytes, whole: bytes = b"") -> tuple[str, float]:
    """Return what is wrong with how `data` is read, "" if nothing is, and its CPU time [s].

    `whole` is the good file that it was made from, b"" where that is not known.
    """
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, 2 * CPU_S)
    try:
        # numpy's, of numbers that are none
        warnings.simplefilter("error", RuntimeWarning)
        wrong = TARGETS[name].check(data, whole)
        wrong = wrong and f"garbage: {wrong}"
    except OutOfTime:
        wrong = "over time"
    except MemoryError:
        wrong = "over 512 MB"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        wrong = f"uncaught {type(error).__name__}: {str(error)[:80]}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    took = time.process_time() - begun
    if took > CPU_S and not wrong:
        wrong = "over time"
    return wrong, took


def make_mutant(
    name: str, seed: int, files: tuple[bytes, ...] = ()
) -> tuple[bytes, bytes]:
    """Return the mutant of a format that belongs to `seed`, and the good file it was made from.

    Our own good files, unless others are given.
    """
    draw = random.Random(f"{name}{seed}")
    seeds = files or get_seeds(name)
    whole = draw.choice(seeds)
    return TARGETS[name].mutate(whole, draw.choice(seeds), draw), whole


def keep(name: str, data: bytes) -> Path:
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{hashlib.sha256(data).hexdigest()[:12]}.{name}"
    path.write_bytes(data)
    return path


@dataclass
class Figures:
    """What mutants of one format came to."""

    count: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    biggest: int = 0  # bytes more than before, at most

    def describe(self, name: str) -> str:
        """Return the figures in one line."""
        return (
            f"{name:5} {self.count:9,} mutants, {self.bad.total()} bad"
            f" {dict(self.bad) or ''}, slowest {self.slowest_s:.2f} s,"
            f" biggest {self.biggest / 2**20:.0f} MB"
        )


def fuzz(given: argparse.Namespace, name: str, seconds: float) -> Figures:
    """Judge mutants of one format; print each bad one, progress and the figures."""
    files = read_files(given.files, name)
    figures = Figures()
    end = time.process_time() + seconds
    most = given.count or SET[name]
    if not given.count and seconds < math.inf:
        most = sys.maxsize
    while figures.count < most and time.process_time() < end:
        seed = given.seed + figures.count
        data, whole = make_mutant(name, seed, files)
        memory = begin_memory()
        wrong, took = judge(name, data, whole)
        figures.biggest = max(figures.biggest, read_peak() - memory)
        figures.slowest_s = max(figures.slowest_s, took)
        figures.count += 1
        if wrong:
            kind = wrong.partition(":")[0]
            figures.bad[kind] += 1
            if figures.bad[kind] <= MAX_SHOWN:
                where = keep(name, data) if given.keep else ""
                print(f"  {name} {seed}: {wrong} {where}", flush=True)
        if figures.count % EVERY == 0:
            print(f"  next seed {seed + 1}: {figures.describe(name)}", flush=True)
    print(figures.describe(name), flush=True)
    return figures


def begin_memory() -> int:
    """Return the memory that this process has [bytes]; its peak is counted from now on."""
    with suppress(
        OSError
    ):  # not every container lets us: then it is that of all so far
        CLEAR.write_text("5", "ascii")
    return read_peak()


def read_peak() -> int:
    """Return the most memory that this process had since `begin_memory` [bytes]."""
    for line in STATUS.read_text("ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) << 10
    return 0


def read_files(folder: Path | None, name: str) -> tuple[bytes, ...]:
    """Return some of the small files of a format below a folder, the same ones each time."""
    if folder is None:
        return ()
    found = [
        path for path in sorted(folder.rglob(f"*.{name}"))
        if path.is_file() and 150 < path.stat().st_size < 30_000
    ]  # fmt: skip
    chosen = found[:: max(1, len(found) // MAX_FILES)][:MAX_FILES]
    return tuple(path.read_bytes() for path in chosen)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("formats", nargs="*", default=list(TARGETS), metavar="FORMAT")
    parser.add_argument(
        "-n", "--count", type=int, default=0, help="mutants of each format"
    )
    parser.add_argument(
        "--seconds", type=float, default=math.inf, help="CPU time in all"
    )
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first; the last line has the next"
    )
    parser.add_argument(
        "--files", type=Path, help="folder of good files, instead of our own"
    )
    parser.add_argument(
        "--keep", action="store_true", help="keep what is wrong as a seed"
    )
    given = parser.parse_args()
    seconds = given.seconds / len(given.formats)
    signal.signal(signal.SIGVTALRM, _stop)
    limit_threads()
    for name in given.formats:  # imports and tables are not the mutants' cost
        judge(name, get_seeds(name)[0])
    limit_memory()
    figures = [fuzz(given, name, seconds) for name in given.formats]
    return 1 if any(one.bad for one in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
