"""Make mutants and judge them: `python -m tests.fuzz --seconds 120`, or `-n 20000 fit`."""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.targets import TARGETS, get_seeds

KEPT = Path(__file__).parent / "seeds"
CPU_S = 5.0
MOST_BYTES = 512 << 20


class OutOfTime(BaseException):
    """A mutant that took more than twice CPU_S: no handler of Exception holds it."""


def _stop(*_: object) -> None:
    raise OutOfTime


def limit_memory() -> None:
    """Let this process grow by 512 MB from now on, so that more is a MemoryError."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    most = pages * resource.getpagesize() + MOST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def judge(name: str, data: bytes) -> tuple[str, float]:
    """Return what is wrong with how `data` is read, "" if nothing is, and its CPU time [s]."""
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, 2 * CPU_S)
    try:
        wrong = TARGETS[name].check(data)
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


def make_mutant(name: str, seed: int) -> bytes:
    """Return the mutant of a format that belongs to `seed`."""
    draw = random.Random(f"{name}{seed}")
    seeds = get_seeds(name)
    return TARGETS[name].mutate(draw.choice(seeds), draw.choice(seeds), draw)


def keep(name: str, data: bytes) -> Path:
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{hashlib.sha256(data).hexdigest()[:12]}.{name}"
    path.write_bytes(data)
    return path


def fuzz(
    name: str, count: int, seconds: float, seed: int, *, keeping: bool
) -> Counter[str]:
    """Judge mutants of one format; print the figures, return how many were wrong and how."""
    verdicts: Counter[str] = Counter()
    slowest = 0.0
    end = time.process_time() + seconds
    number = 0
    while number < count and time.process_time() < end:
        data = make_mutant(name, seed + number)
        wrong, took = judge(name, data)
        slowest = max(slowest, took)
        kind = wrong.partition(":")[0]
        verdicts[kind] += 1
        if wrong and verdicts[kind] <= 5:
            where = keep(name, data) if keeping else ""
            print(f"  {name} {seed + number}: {wrong} {where}")
        number += 1
    good = verdicts.pop("", 0)
    bad = dict(verdicts) or "none bad"
    print(
        f"{name:5} {number:7,} mutants, {number - good} bad {bad}, slowest {slowest:.2f} s",
        flush=True,
    )
    return verdicts


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("formats", nargs="*", default=list(TARGETS), metavar="FORMAT")
    parser.add_argument(
        "-n", "--count", type=int, default=0, help="mutants of each format"
    )
    parser.add_argument("--seconds", type=float, default=120.0, help="CPU time in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--keep", action="store_true", help="keep what is wrong as a seed"
    )
    given = parser.parse_args()
    seconds = given.seconds / len(given.formats)
    if given.count:
        seconds = float("inf")
    signal.signal(signal.SIGVTALRM, _stop)
    for (
        name
    ) in given.formats:  # imports and tables first: they are not the mutants' cost
        judge(name, get_seeds(name)[0])
    limit_memory()
    bad: Counter[str] = Counter()
    for name in given.formats:
        bad += fuzz(
            name, given.count or 1 << 40, seconds, given.seed, keeping=given.keep
        )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
