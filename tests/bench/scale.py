"""Many files, many weeks, many athletes: CPU seconds and peak memory of whole commands.

Each command runs as its own process, as a user starts it; the least of some rounds counts, since other
work on the machine only ever adds. The cost of `import pandas` alone stands beside, as a measure of the machine.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from tests.bench.peers import cpu_s
from tests.make_fit import run

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KNOWN, MANY, FEW = 2_000, 10_000, 1_000
ROUNDS = 5
ATHLETES, YEARS, RUNS_A_WEEK = 50, 2, 4
CLUB, DECADE_YEARS = 1_000, 10
LAST = datetime(2026, 11, 15, 7, tzinfo=UTC)  # a Sunday


@dataclass(frozen=True)
class Cost:
    """What one process took."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def cost(*command: str) -> Cost:
    """Run a command of ours, or `python -c`, and return what it took with all its children."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr
    said = process.stderr.read().decode()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    kilo = 1024 if sys.platform == "darwin" else 1  # there ru_maxrss is in bytes
    return Cost(
        used.ru_utime + used.ru_stime,
        time.perf_counter() - begun,
        used.ru_maxrss / 1024 / kilo,
    )


def ours(*arguments: str, rounds: int = ROUNDS) -> Cost:
    """The least that a command of ours took in some rounds."""
    taken = [cost("-m", "loadwatch", *arguments) for _ in range(rounds)]
    return Cost(
        *(
            min(values)
            for values in zip(
                *((t.cpu_s, t.wall_s, t.peak_mb) for t in taken), strict=True
            )
        )
    )


def season(folder: Path, count: int, days_apart: float = 0.97) -> Path:
    """`count` small FIT files, one activity each; made once."""
    if len(list(folder.glob("*.fit"))) != count:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for i in range(count):
            start = LAST - timedelta(days=(count - 1 - i) * days_apart)
            told = {"ascent_m": 20.0 + i % 50, "descent_m": 20.0 + i % 50}
            pace = 2.5 + (i % 7) / 10
            (folder / f"{i:05}.fit").write_bytes(
                run(start, 1500 + i * 37 % 900, every_s=300, speed_mps=pace, **told)
            )
    return folder


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return folder


def _line(what: str, figure: str, limit: str = "") -> str:
    return f"  {what:<58}{figure:>22}   {limit}"


def files(_corpus: Path, cache: Path) -> str:
    """First and second run, growth, memory."""
    few = season(cache / f"files-{FEW}", FEW)
    known = season(cache / f"files-{KNOWN}", KNOWN)
    many = season(cache / f"files-{MANY}", MANY, 0.4)
    pandas = min(cost("-c", "import pandas").cpu_s for _ in range(ROUNDS))
    lines = [
        "Many files, CPU seconds of whole processes",
        _line("import pandas", f"{pandas:.2f} s"),
    ]
    for folder, rounds in ((few, 1), (known, 1), (many, 1)):
        store = str(_fresh(cache / f"store-{folder.name}"))
        count = int(folder.name.rpartition("-")[2])
        flags = (
            "weeks",
            str(folder),
            "--format",
            "json",
            "-q",
            "--store",
            store,
            "-j1",
        )
        first = ours(*flags, rounds=rounds)
        second = ours(*flags)
        each = (first.cpu_s - pandas) / count * 1000
        lines.append(
            _line(
                f"{count:,} files, first run",
                f"{first.cpu_s:.2f} s",
                f"{each:.2f} ms a file beyond pandas",
            )
        )
        limit = "limit 1.0 s" if count == KNOWN else ""
        lines.append(
            _line(f"{count:,} files, second run", f"{second.cpu_s:.2f} s", limit)
        )
        peak = f"{first.peak_mb:.0f} / {second.peak_mb:.0f} MB"
        lines.append(
            _line(f"{count:,} files, peak memory first / second", peak, "limit 300 MB")
        )
    return "\n".join(lines)


def pool(_corpus: Path, cache: Path) -> str:
    """The same files by one and by two processes."""
    known = str(season(cache / f"files-{KNOWN}", KNOWN))
    lines = [
        f"{KNOWN:,} files for the first time, wall time (CPU of the first process)"
    ]
    for jobs in ("-j1", "-j2"):
        taken = ours(
            "weeks", known, "--format", "json", "-q", "--no-store", jobs, rounds=2
        )
        lines.append(_line(jobs, f"{taken.wall_s:.2f} s ({taken.cpu_s:.2f} s)"))
    return "\n".join(lines)


def _rows(count: int) -> tuple[object, ...]:
    """An activities frame of `count` runs over years, and what else weeks and rules ask for."""
    import pandas as pd

    from loadwatch.settings import Settings
    from tests.builders import activities
    from tests.builders import run as row

    start = pd.Timestamp(date(2015, 1, 5))
    rows = [
        row(
            (start + pd.Timedelta(hours=i * 23)).isoformat(),
            5 + i % 11,
            ascent_m=30.0 + i * 7 % 90,
            descent_m=30.0 + i * 7 % 90,
            uphill_m=200.0,
            downhill_m=150.0 + i % 70,
            hard_m=(5 + i % 11) * 500.0,
            soft_m=(5 + i % 11) * 500.0,
            unknown_m=0.0,
            steps=5000.0,
        )
        for i in range(count)
    ]
    return (
        activities(*rows),
        Settings(),
        (start + pd.Timedelta(hours=count * 23)).date(),
    )


def compute_judging_ms(count: int) -> float:
    """The CPU time of the weekly table and the rules over `count` activities."""
    from loadwatch.assess import rules, weeks

    frame, settings, today = _rows(count)

    def both(_: bytes) -> object:
        table = weeks.build_weeks(frame, settings, today)
        return rules.judge(frame, table, settings, today)

    return cpu_s(both, b"", ROUNDS) * 1000


def judged(_corpus: Path, _cache: Path) -> str:
    """Weekly table and rules."""
    lines = ["Weekly table and rules, CPU"]
    for count in (1_000, 4_000):
        limit = "limit 100 ms" if count == 4_000 else ""
        taken_ms = compute_judging_ms(count)
        lines.append(_line(f"{count:,} activities", f"{taken_ms:.0f} ms", limit))
    return "\n".join(lines)


def measure_club_judging_s(athletes: int, count: int) -> float:
    """Return the CPU time of weekly tables and rules of many runners, each with runs of their own."""
    from loadwatch.assess import rules, weeks

    frame, settings, today = _rows(count)
    runs_km = frame["distance_m"].to_numpy() / 1000
    taken_s = 0.0
    for athlete in range(athletes):
        longer = 1 + (athlete * 7 + np.arange(count) * 13) % 23 / 100
        own = frame.assign(
            distance_m=1000 * runs_km * longer,
            ascent_m=frame["ascent_m"] * longer,
            hard_m=500 * runs_km * longer,
            soft_m=500 * runs_km * longer,
        )
        begun = time.process_time()
        table = weeks.build_weeks(own, settings, today)
        rules.judge(own, table, settings, today)
        taken_s += time.process_time() - begun
    return taken_s


def club_judged(_corpus: Path, _cache: Path) -> str:
    """Weekly tables and rules of a thousand runners of ten years, all of them worked out."""
    count = DECADE_YEARS * 52 * 5
    taken_s = measure_club_judging_s(CLUB, count)
    what = f"{CLUB:,} runners, {count:,} runs in ten years each"
    return _line(what, f"{taken_s:.1f} s", "CPU, limit 45 s")


def pages(_corpus: Path, cache: Path) -> str:
    """A page, and a roster of pages, from a warm store."""
    weeks = YEARS * 52
    root = cache / f"roster-{ATHLETES}"
    for athlete in range(ATHLETES):
        season(root / f"runner-{athlete:02}", weeks * RUNS_A_WEEK, 7 / RUNS_A_WEEK)
    store, out = str(cache / "store-roster"), cache / "pages"
    one = str(root / "runner-00")
    report = (
        "report",
        one,
        "-o",
        str(cache / "page.html"),
        "-q",
        "--store",
        store,
        "-j1",
    )
    roster = ("roster", str(root), "-o", str(out), "-q", "--store", store, "-j1")
    _fresh(out)
    first = ours(*roster, rounds=1)
    again = ours(*roster, rounds=2)
    kept = ours(*report)
    _forget_pages(cache / "store-roster")
    drawn = ours(*report, rounds=1)
    size = (cache / "page.html").stat().st_size / 1000
    return "\n".join(
        [
            f"Pages from a warm store: {weeks * RUNS_A_WEEK} runs in {YEARS} years an athlete, CPU",
            _line(
                "report, drawn",
                f"{drawn.cpu_s:.2f} s",
                f"limit 1.5 s; {size:.0f} KB, limit 300 KB",
            ),
            _line("report, nothing changed", f"{kept.cpu_s:.2f} s", "limit 1.5 s"),
            _line(f"roster of {ATHLETES}, every page drawn", f"{first.cpu_s:.2f} s"),
            _line(
                f"roster of {ATHLETES}, nothing changed",
                f"{again.cpu_s:.2f} s",
                "limit 5 s",
            ),
            _line("roster, peak memory", f"{first.peak_mb:.0f} MB"),
        ]
    )


def _forget_pages(store: Path) -> None:
    """Leave a store the rows of its files, and no page that was drawn from them."""
    for path in store.glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("DELETE FROM page")


SECTIONS = {
    "files": files,
    "pool": pool,
    "judged": judged,
    "club-judged": club_judged,
    "pages": pages,
}


def table(corpus: Path, cache: Path, names: Sequence[str] = tuple(SECTIONS)) -> str:
    """All of it."""
    return "\n\n".join(SECTIONS[name](corpus, cache) for name in names)
