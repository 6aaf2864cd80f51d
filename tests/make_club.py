"""Makes a club of runners who do not exist: real-sized FIT files, thousands of them in seconds.

    python -m tests.make_club FOLDER ATHLETES YEARS [RUNS_PER_WEEK]

A dozen whole runs of 25 to 80 minutes are written at 1 Hz, about 34 bytes a record. Each file is one
of them moved to another day: its times are replaced, and its checksum. No two files are the same bytes.
"""

from __future__ import annotations

import functools
import math
import struct
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from loadwatch.ingest.readers.fit.crc import compute_crc
from tests.make_fit import fit_time, run, straight

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST = datetime(2026, 11, 15, 7, tzinfo=UTC)  # a Sunday
KINDS = 12
SHIFT_S = 0x01010101  # changes each byte of a time
RUNS_PER_WEEK = 5
PEAKS_M = (30.0, 18.0, 55.0)  # of the hills of a course


class Template:
    """One whole run, and where in its bytes the times are."""

    def __init__(self, kind: int) -> None:
        first = datetime(2020, 1, 1, tzinfo=UTC)
        self.data = np.frombuffer(_write_run(kind, first), np.uint8)
        moved = _write_run(kind, first + timedelta(seconds=SHIFT_S))
        changed = np.flatnonzero(self.data[:-2] != np.frombuffer(moved, np.uint8)[:-2])
        self.places = changed.reshape(-1, 4)  # of the four bytes of each time
        times = np.ascontiguousarray(self.data[self.places]).view("<u4")[:, 0]
        self.offsets_s = times.astype(np.int64) - fit_time(first)

    def move(self, start: datetime) -> bytes:
        """Return the run as of another start."""
        times = (fit_time(start) + self.offsets_s).astype("<u4")
        data = self.data.copy()
        data[self.places] = times.view(np.uint8).reshape(-1, 4)
        content = data[:-2].tobytes()
        return content + struct.pack("<H", compute_crc(content))


def _write_run(kind: int, start: datetime) -> bytes:
    """Return a run of `kind`: each has its length, pace, hills and place in the Atlantic."""
    minutes = 25 + kind * 55 // (KINDS - 1)
    pace = 2.6 + 0.07 * (kind * 5 % KINDS)
    peak_m = PEAKS_M[kind % len(PEAKS_M)]

    def climb(metres: float) -> float:
        return 120 + peak_m * (1 - math.cos(metres / 900)) / 2

    def add_more(second: int) -> dict[str, Any]:
        return {
            "power": 220 + second * 7 % 60,
            "temperature": 14,
            "vertical_oscillation": 80.0 + second % 9,
            "stance_time": 240.0 + second % 11,
        }

    return run(
        start,
        60 * minutes,
        speed_mps=lambda second: pace + 0.3 * math.sin(second / 40),
        altitude_m=climb,
        position=straight(8.0 + kind / 10),
        heart_rate_bpm=lambda second: 135 + second * 20 // (60 * minutes) + second % 5,
        record=add_more,
        ascent_m=round(peak_m * pace * minutes / 94),
        descent_m=round(peak_m * pace * minutes / 94),
    )


@functools.cache
def make_template(kind: int) -> Template:
    """Return the template of a kind, made once."""
    return Template(kind)


def list_starts(athlete: int, years: float, runs_per_week: int) -> Iterator[datetime]:
    """Yield the starts of an athlete's runs, the oldest first."""
    weeks = round(years * 52)
    for week in range(weeks):
        for number in range(runs_per_week):
            days = 7 * (weeks - 1 - week) + 6 - 7 * number // runs_per_week
            minute = (athlete * 37 + week * 11 + number * 17) % 240
            yield LAST - timedelta(days=days, minutes=minute, seconds=athlete % 60)


def make_club(
    folder: Path, athletes: int, years: float, runs_per_week: int = RUNS_PER_WEEK
) -> int:
    """Write a folder per athlete; return how many bytes the files have in all."""
    size = 0
    for athlete in range(athletes):
        home = folder / f"runner-{athlete:05}"
        home.mkdir(parents=True, exist_ok=True)
        for start in list_starts(athlete, years, runs_per_week):
            kind = (athlete * 7 + start.toordinal() * 5) % KINDS
            content = make_template(kind).move(start)
            (home / f"{start:%Y-%m-%d-%H%M%S}.fit").write_bytes(content)
            size += len(content)
    return size


if __name__ == "__main__":
    place, athletes, years, *rest = sys.argv[1:]
    size = make_club(Path(place), int(athletes), float(years), *map(int, rest))
    print(f"{size:,} bytes")
