"""Holes of hours, days and years in a track: what was run, and how long it took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from loadwatch.exposure.row import build_row
from loadwatch.ingest import readers
from loadwatch.settings import Settings

START = datetime(2026, 4, 7, 16, 30, tzinfo=UTC)
SPEED = 2.8  # m/s
STEP_S, COUNT = 3, 801  # 2,400 s, 6,720 m
ALL_M, ALL_S = 6_720, 2_400


def make_track(shift_s, shift_m, at=400, kind="gpx") -> bytes:
    """A run north whose points from `at` on are later and further away by so much."""
    points = []
    for number in range(COUNT):
        second, metres = STEP_S * number, SPEED * STEP_S * number
        if number >= at:
            second, metres = second + shift_s, metres + shift_m
        time = (START + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
        points.append((47 + metres / 111_195, time))
    if kind == "gpx":
        body = "".join(
            f'<trkpt lat="{lat:.7f}" lon="8.5"><time>{time}</time></trkpt>'
            for lat, time in points
        )
        text = f"<gpx><trk><type>running</type><trkseg>{body}</trkseg></trk></gpx>"
        return text.encode()
    body = "".join(
        f"<Trackpoint><Time>{time}</Time><Position><LatitudeDegrees>{lat:.7f}</LatitudeDegrees>"
        "<LongitudeDegrees>8.5</LongitudeDegrees></Position></Trackpoint>"
        for lat, time in points
    )
    return (
        '<TrainingCenterDatabase><Activity Sport="Running"><Id>2026-04-07T16:30:00Z</Id>'
        f"<Lap><Track>{body}</Track></Lap></Activity></TrainingCenterDatabase>"
    ).encode()


def read(data):
    (activity,) = readers.read(data, "a", Settings()).activities
    row = build_row(activity, "0" * 64, Settings())
    return row, {note.partition(":")[0] for note in row["notes"]}


@pytest.mark.parametrize("kind", ["gpx", "tcx"])
@pytest.mark.parametrize(
    ("hours", "way_m"), [(1.5, 30_000), (5, 0), (5, 40_000), (20, 60_000)]
)
def test_a_hole_of_hours_is_not_run_through(kind, hours, way_m):
    row, codes = read(make_track(hours * 3600, way_m, kind=kind))
    assert row["distance_m"] == pytest.approx(ALL_M, rel=0.01)
    assert row["duration_s"] == pytest.approx(ALL_S, rel=0.01)
    assert row["elapsed_s"] == pytest.approx(ALL_S + hours * 3600, rel=0.01)
    assert ("gps_gap" in codes) == bool(way_m)


@pytest.mark.parametrize("kind", ["gpx", "tcx"])
def test_a_sleep_of_an_hour_at_the_same_pace_was_run_and_is_noted(kind):
    seconds = 1.2 * 3600
    row, codes = read(make_track(seconds, SPEED * seconds, kind=kind))
    assert row["distance_m"] == pytest.approx(ALL_M + SPEED * seconds, rel=0.01)
    assert "gps_gap" in codes


@pytest.mark.parametrize("kind", ["gpx", "tcx"])
@pytest.mark.parametrize("days", [2, 9, 29])
def test_days_within_a_track_are_noted_and_not_run(kind, days):
    row, codes = read(make_track(days * 86_400, 0, kind=kind))
    assert row["distance_m"] == pytest.approx(ALL_M, rel=0.01)
    assert row["duration_s"] == pytest.approx(ALL_S, rel=0.01)
    assert "clock" in codes


@pytest.mark.parametrize("kind", ["gpx", "tcx"])
@pytest.mark.parametrize("years", [1, 3, 9])
@pytest.mark.parametrize("at", [300, 400, 700])
def test_years_within_a_track_are_a_broken_clock(kind, years, at):
    row, codes = read(make_track(years * 365 * 86_400, 0, at=at, kind=kind))
    assert row["distance_m"] == pytest.approx(ALL_M, rel=0.01)
    assert row["elapsed_s"] == pytest.approx(ALL_S, rel=0.01)
    assert row["start_utc"].startswith("2026-04-07")
    assert "clock" in codes


def test_a_clock_that_was_set_after_the_first_points_is_right():
    data = make_track(10 * 365 * 86_400, 0, at=100)
    data = data.replace(b"2026-", b"2016-").replace(b"2036-", b"2026-")
    row, codes = read(data)
    assert row["start_utc"].startswith("2026-04-")
    assert "clock" in codes
