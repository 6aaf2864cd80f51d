"""Whole clubs of real-sized files: by one process, by two, by a cluster of two, and again.

    python -m tests.bench.club [ATHLETES YEARS [FOLDER]]       (default: 8 athletes, 1 year)

30 athletes and 5 years are 39,000 files of 110 KB, 4.3 GB in FOLDER (default: the bench's cache). They are
made once, by `tests.make_club`. Each command runs as its own process, as a user starts it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.peers import cpu_s
from tests.bench.scale import Cost, compute_judging_ms, cost
from tests.dask_cluster import start_cluster
from tests.make_club import KINDS, LAST, make_club, make_template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.dask_cluster import DaskCluster

FEDERATION = 100_000 * 10 * 52 * 5  # files: athletes, years, weeks, runs a week
WEEKLY = 100_000 * 5
SAMPLE_CLUBS = (1, 8)  # athletes, for the growth of memory


@dataclass(frozen=True)
class Club:
    """A club on disk."""

    folder: Path
    athletes: int
    files: int
    megabytes: float


def find_club(cache: Path, athletes: int, years: float) -> Club:
    """Return the club of so many athletes and years, made where it is not there."""
    folder = cache / f"club-{athletes}x{years:g}"
    marker = folder.with_suffix(".whole")
    if not marker.exists():
        shutil.rmtree(folder, ignore_errors=True)
        begun = time.perf_counter()
        size = make_club(folder, athletes, years)
        marker.write_text(str(size))
        print(f"  made in {time.perf_counter() - begun:.0f} s", flush=True)
    files = sum(len(names) for _, _, names in os.walk(folder))
    return Club(folder, athletes, files, int(marker.read_text()) / 1e6)


def take_part(club: Club, athletes: int) -> Club:
    """Return the first athletes of a club, by links to the same bytes."""
    part = club.folder.with_name(f"{club.folder.name}-first-{athletes}")
    shutil.rmtree(part, ignore_errors=True)
    for home in sorted(club.folder.iterdir())[:athletes]:
        shutil.copytree(home, part / home.name, copy_function=os.link)
    files = sum(len(names) for _, _, names in os.walk(part))
    return Club(part, athletes, files, club.megabytes * files / club.files)


def read_roster(club: Club, store: Path, *options: str) -> Cost:
    """Return what `roster` takes, its result thrown away."""
    common = ("--format", "json", "-q", "--store", str(store))
    return cost("-m", "loadwatch", "roster", str(club.folder), *common, *options)


def _line(what: str, taken: Cost, club: Club, more: str = "") -> str:
    speed = f"{club.files / taken.wall_s:,.0f} files/s"
    volume = f"{club.megabytes / taken.wall_s:,.0f} MB/s"
    figures = f"{taken.wall_s:8.1f} s {speed:>15} {volume:>10}"
    return f"  {what:<44}{figures} {taken.peak_mb:6.0f} MB   {more}"


def measure_club(cache: Path, athletes: int, years: float) -> Iterable[str]:
    """Yield the lines of the table, each as soon as it is known."""
    club = find_club(cache, athletes, years)
    yield (
        f"{club.files:,} files of {athletes} athletes in {years:g} years, "
        f"{club.megabytes:,.0f} MB: wall time, largest process"
    )
    store = cache / "store-club"
    one = _read_anew(club, store, "-j1")
    each_ms = one.cpu_s / club.files * 1000
    yield _line("first time, 1 process", one, club, f"{each_ms:.2f} ms CPU a file")
    two = _read_anew(club, store, "-j2")
    yield _line(
        "first time, 2 processes", two, club, f"{one.wall_s / two.wall_s:.2f} ×"
    )
    yield _line("again, nothing new", read_roster(club, store, "-j2"), club)
    added = _add_file(club)
    yield _line("again, one new file", read_roster(club, store, "-j2"), club)
    added.unlink()
    if importlib.util.find_spec("distributed"):
        yield from _measure_cluster(club, cache, one)
    for count in SAMPLE_CLUBS:
        if count < athletes:
            part = take_part(club, count)
            taken = _read_anew(part, store, "-j1")
            yield _line(f"first time, {part.files:,} of the files", taken, part)
            shutil.rmtree(part.folder)
    yield from _extrapolate(each_ms, club)


def _read_anew(club: Club, store: Path, *options: str) -> Cost:
    shutil.rmtree(store, ignore_errors=True)
    return read_roster(club, store, *options)


def _add_file(club: Club) -> Path:
    """Write one more run of the first athlete, and return its path."""
    path = min(club.folder.iterdir()) / "new.fit"
    path.write_bytes(make_template(3).move(LAST + timedelta(days=1)))
    return path


def _measure_cluster(club: Club, cache: Path, one: Cost) -> Iterable[str]:
    """Yield the time of two dask workers, that see the folder and that do not."""
    blind = cache / "blind.py"
    blind.write_text(
        "from loadwatch.pipeline import cluster\n"
        "cluster._describe_path = lambda path: None\n"
    )
    for what, options in (
        ("whole athletes", ()),
        ("files sent", ("--preload", str(blind))),
    ):
        home = Path(tempfile.mkdtemp(dir=cache))
        try:
            with start_cluster(home, options=options) as cluster:
                _wait_for_workers(cluster)
                there = ("--cluster", cluster.address)
                taken = _read_anew(club, cache / "store-club", *there)
                peak = max(map(_read_peak_mb, _list_processes(cluster)))
        finally:
            shutil.rmtree(home, ignore_errors=True)
        more = f"{one.wall_s / taken.wall_s:.2f} ×; largest worker {peak:.0f} MB"
        yield _line(f"first time, dask, 2 workers, {what}", taken, club, more)


def _wait_for_workers(cluster: DaskCluster) -> None:
    """Return once all workers are at work."""
    from distributed import Client

    with Client(cluster.address, set_as_default=False) as client:
        client.wait_for_workers(len(cluster.workers), timeout=60)


def _list_processes(cluster: DaskCluster) -> list[int]:
    """Return the process numbers of the workers and their children."""
    groups = {str(worker.pid) for worker in cluster.workers}
    found = subprocess.run(
        ["ps", "-eo", "pid=,pgid="], capture_output=True, text=True, check=True
    )
    pairs = [line.split() for line in found.stdout.splitlines()]
    return [int(pid) for pid, group in pairs if group in groups]


def _read_peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def _extrapolate(each_ms: float, club: Club) -> Iterable[str]:
    """Yield core-hours of a federation, beside fitparse's for decoding alone."""
    peer_ms = _measure_fitparse_ms()
    yield f"  fitparse, every record of such a file: {peer_ms:.0f} ms CPU"
    judging_ms = compute_judging_ms(10 * 52 * 5)
    yield (
        f"  weeks and rules of an athlete of 10 years: {judging_ms:.0f} ms CPU, "
        f"of 1,000: {judging_ms:.0f} s"
    )
    for what, files in (
        ("100,000 athletes × 10 years", FEDERATION),
        ("a week", WEEKLY),
    ):
        ours, theirs = (ms * files / 3_600_000 for ms in (each_ms, peer_ms))
        terabytes = club.megabytes / club.files * files / 1e6
        yield (
            f"  {what}: {files:,} files, {terabytes:,.1f} TB, "
            f"{ours:,.1f} core-hours; fitparse {theirs:,.1f}"
        )


def _measure_fitparse_ms() -> float:
    """Return the CPU time that fitparse takes over a file, the mean over all kinds."""
    from fitparse import FitFile

    def decode(content: bytes) -> object:
        messages = FitFile(content).get_messages("record")
        return [message.get_values() for message in messages]

    taken = [cpu_s(decode, make_template(kind).move(LAST), 1) for kind in range(KINDS)]
    return sum(taken) / len(taken) * 1000


def table(_corpus: Path, cache: Path) -> str:
    """A small club."""
    return "\n".join(measure_club(cache, 8, 1))


def main(arguments: list[str]) -> int:
    athletes, years = arguments[:2] or ("8", "1")
    cache = Path(tempfile.gettempdir()) / "loadwatch-bench"
    if len(arguments) > 2:
        cache = Path(arguments[2])
    cache.mkdir(parents=True, exist_ok=True)
    for line in measure_club(cache, int(athletes), float(years)):
        print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
