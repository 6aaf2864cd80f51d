"""Nothing costs memory in proportion to a value in a file; what cannot be raises nothing."""

from __future__ import annotations

import json
import shutil
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


@pytest.mark.parametrize("name", ["fit_total_42949km.fit", "tcx_1000km_in_40s.tcx"])
def test_an_impossible_total_raises_nothing(name, call, tmp_path):
    shutil.copy(TROUBLE / name, tmp_path)
    lines = ["date,distance_km,duration"]
    lines += [f"2026-{month:02}-02,2,0:12:00" for month in range(1, 12)]
    (tmp_path / "runs.csv").write_text("\n".join(lines))
    code, out, _ = call("flags", tmp_path, "--format", "json", "--no-store")
    assert code == 0
    assert all(flag["value"] < 20 for flag in json.loads(out)["flags"])


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
