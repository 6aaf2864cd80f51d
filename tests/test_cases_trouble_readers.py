"""Small inputs that once cost a run, read within bounds of CPU time and memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.activity import Session
from loadwatch.exposure import elevation, pace

TROUBLE = Path(__file__).parent / "cases" / "trouble"
CPU_S, PEAK_MB = 4, 256  # imports, about a second and 130 MB, included
# runs the command in a process of its own, so that its peak is that of this input alone
MEASURED = """
import resource, sys
from loadwatch.cli import main
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv.pop(1)),) * 2)
try:
    main()
finally:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak {peak} MB", file=sys.stderr)
"""
# what has to be in the notes: any one of these codes
NOTED = {
    "fit_distance_saw_20.fit": {"gps_jump", "distance_reset"},
    "csv_series_distance.csv": {"distance"},
    "json_goldencheetah_km.json": {"distance"},
    "gpx_year_2099.gpx": {"clock"},
    "tcx_1000km_in_40s.tcx": {"gps_jump"},
    "fit_total_42949km.fit": {"distance"},
}


def read_within_bounds(*arguments: object) -> Any:
    """Return what `activities` prints as JSON; fail over the bounds."""
    options = ("--format", "json", "--no-store", "--tz", "UTC", "-j", "1")
    command = [sys.executable, "-c", MEASURED, str(CPU_S), "activities"]
    command += [*map(str, arguments), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    peak = done.stderr.rsplit("peak ", 1)[1]
    assert int(peak.split()[0]) < PEAK_MB
    return json.loads(done.stdout)


def codes(row: Any) -> set[str]:
    return {note.partition(":")[0] for note in row["notes"]}


@pytest.mark.parametrize("name", sorted(NOTED))
def test_a_small_file_costs_little_and_its_fault_is_said(name):
    (row,) = read_within_bounds(TROUBLE / name)["activities"]
    assert codes(row) & NOTED[name]


def test_each_value_beyond_a_person_is_said():
    (row,) = read_within_bounds(TROUBLE / "json_garmin_values.json")["activities"]
    assert codes(row) == {"heart_rate", "ascent", "steps"}
    assert row["ascent_m"] is row["heart_rate_bpm"] is row["steps"] is None
    assert row["distance_m"] == 10_000


@pytest.mark.parametrize("name", ["fit_total_42949km.fit", "tcx_1000km_in_40s.tcx"])
def test_an_impossible_total_raises_nothing(name, call, tmp_path):
    shutil.copy(TROUBLE / name, tmp_path)
    lines = ["date,distance_km,duration"]
    lines += [f"2026-{month:02}-02,2,0:12:00" for month in range(1, 12)]
    (tmp_path / "runs.csv").write_text("\n".join(lines))
    code, out, _ = call("flags", tmp_path, "--format", "json", "--no-store")
    assert code == 0
    assert all(flag["value"] < 20 for flag in json.loads(out)["flags"])


def test_a_year_beyond_all_clocks_moves_no_week(call, tmp_path):
    shutil.copy(TROUBLE / "gpx_year_2099.gpx", tmp_path)
    (tmp_path / "runs.csv").write_text("date,distance_km\n2026-03-02,5\n2026-03-04,5\n")
    code, out, _ = call("weeks", tmp_path, "--format", "json", "--no-store")
    assert code == 0
    assert [week["week"] for week in json.loads(out)["weeks"]] == ["2026-03-02"]


# --- nothing is allocated in proportion to a value -----------------------------------


def trace_peak_mb(work: Any) -> float:
    """Return how much memory `work` takes at most [MB]."""
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


NUMBERS = st.floats(0, 1e13, allow_subnormal=False)


@given(
    st.lists(st.tuples(NUMBERS, NUMBERS, st.floats(-500, 9000)), max_size=40),
)
@settings(max_examples=40, deadline=None)
def test_climb_and_speeds_take_memory_by_samples_never_by_their_values(rows):
    table = np.array(rows).reshape(-1, 3)
    time_s, distance_m = np.sort(table[:, 0]), np.sort(table[:, 1])
    session = Session(format="json")

    def work() -> None:
        elevation.measure_climb(time_s, table[:, 2], distance_m)
        pace.infer_sport(session, time_s, distance_m, (1.0, 1.0))

    assert trace_peak_mb(work) < 150


def test_a_way_around_the_earth_a_thousand_times_takes_no_more():
    time_s = np.arange(100.0) * 59
    climb = elevation.measure_climb(
        time_s, np.linspace(0, 900, 100), np.linspace(0, 4e10, 100)
    )
    assert sum(climb.grade_m) == pytest.approx(4e10)


@pytest.mark.parametrize(
    ("sport", "metres", "seconds", "expected"),
    [
        ("running", 19_000, np.nan, False),
        ("running", np.nan, 60, False),
        ("running", 300, 1, False),  # a jump of the receiver, no total
        ("walking", 20_000, 600, True),
        ("cycling", 20_000, 600, False),
        ("cycling", 50_000, 600, True),
        ("running", 5_000, 0, True),
        ("alpine_skiing", 50_000, 600, False),
    ],
)
def test_what_cannot_be_hangs_on_distance_and_time(sport, metres, seconds, expected):
    assert pace.is_impossible(sport, metres, seconds) is expected
