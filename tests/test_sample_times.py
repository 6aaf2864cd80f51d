"""Clocks of samples in tables and JSON that step back or far ahead: as in GPX and TCX."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from loadwatch.exposure.row import build_row
from loadwatch.ingest import readers
from loadwatch.settings import Settings

START = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
COUNT = 600


def make_table(shift_s):
    lines = ["time,distance_m"]
    for second in range(COUNT):
        at = START + timedelta(seconds=second + (shift_s if second >= 400 else 0))
        lines.append(f"{at:%Y-%m-%dT%H:%M:%SZ},{3 * second}")
    return "\n".join(lines).encode()


def make_ride(shift_s, start="2026/06/01 16:00:00 UTC "):
    samples = [
        {"SECS": second + (shift_s if second >= 400 else 0), "KM": second * 0.003}
        for second in range(COUNT)
    ]
    ride = {"STARTTIME": start, "TAGS": {"Sport": "Run"}, "SAMPLES": samples}
    return json.dumps({"RIDE": ride}).encode()


def read(data):
    (activity,) = readers.read(data, "a", Settings()).activities
    row = build_row(activity, "0" * 64, Settings())
    return row, {note.partition(":")[0] for note in row["notes"]}


@pytest.mark.parametrize("make", [make_table, make_ride])
@pytest.mark.parametrize("shift_s", [-300, -120, 2 * 86_400, 25 * 86_400])
def test_a_clock_that_steps_keeps_the_way_and_is_noted(make, shift_s):
    row, codes = read(make(shift_s))
    assert row["distance_m"] == pytest.approx(3 * (COUNT - 1))
    assert row["duration_s"] == pytest.approx(COUNT, abs=30)
    assert "clock" in codes


@pytest.mark.parametrize("years", [1, 3, 20])
def test_years_within_a_table_are_a_broken_clock(years):
    row, codes = read(make_table(years * 365 * 86_400))
    assert row["distance_m"] == pytest.approx(3 * (COUNT - 1))
    assert row["elapsed_s"] == pytest.approx(COUNT, abs=5)
    assert "clock" in codes


@pytest.mark.parametrize("year", ["0001", "9999", "1960"])
def test_a_ride_of_a_year_that_cannot_be_has_no_day(year):
    row, codes = read(make_ride(0, f"{year}/06/01 16:00:00 UTC"))
    assert row["start_utc"] is row["start_local"] is None
    assert row["distance_m"] == pytest.approx(3 * (COUNT - 1))
    assert "clock" in codes


def test_samples_minutes_apart_are_one_recording_and_no_list():
    rows = [f"2026-06-01T16:{5 * at:02}:00Z,{900 * at}" for at in range(6)]
    for count in range(2, len(rows)):
        row, _ = read("\n".join(["time,distance_m", *rows[:count]]).encode())
        assert (row["duration_s"], row["distance_m"]) == (
            300 * (count - 1),
            900 * (count - 1),
        )


def test_a_distance_that_falls_is_unknown():
    lines = ["time,distance_m", "2026-06-01T16:00:00Z,900", "2026-06-01T16:05:00Z,100"]
    row, _ = read("\n".join(lines).encode())
    assert row["distance_source"] == "none"


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("far", [1e308, -1e308])
def test_positions_off_the_globe_show_no_order_of_samples(far):
    samples = [
        {"SECS": COUNT - at, "LAT": far if at % 3 == 0 else 10 + at / 30_000, "LON": 20}
        for at in range(COUNT)
    ]
    ride = {"STARTTIME": "2026/06/01 16:00:00 UTC ", "SAMPLES": samples}
    row, _ = read(json.dumps({"RIDE": ride | {"TAGS": {"Sport": "Run"}}}).encode())
    assert row["duration_s"] == COUNT - 1
