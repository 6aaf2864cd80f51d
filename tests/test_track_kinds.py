"""Recordings whose parts contradict each other, of many kinds, from bytes to the row."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from loadwatch.exposure.row import build_row
from loadwatch.ingest import readers
from loadwatch.settings import Settings
from tests.make_fit import FitBuilder, run, straight

START = datetime(2026, 4, 7, 16, 30, tzinfo=UTC)
SECONDS, SPEED = 2400, 2.8
METRES = SECONDS * SPEED
HOME = straight(47.37, 8.54)


def read(data):
    """Return the rows of a file, oldest first."""
    found = readers.read(data, "a", Settings()).activities
    return [build_row(one, "0" * 64, Settings()) for one in found]


def codes(row):
    return {note.partition(":")[0] for note in row["notes"]}


def check(row, metres=METRES, seconds=SECONDS):
    assert row["distance_m"] == pytest.approx(metres, rel=0.015)
    assert row["duration_s"] == pytest.approx(seconds, rel=0.01)
    assert row["start_utc"].startswith("2026-04-07T16:30")


def make_run(**more):
    usual = {"seconds": SECONDS, "speed_mps": SPEED, "position": HOME, "every_s": 2}
    return run(START, **(usual | more))


# --- FIT sessions against their records ----------------------------------------------


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"total_distance": METRES / 1609.344}, "distance"),
        ({"total_distance": METRES * 10}, "distance"),
        ({"total_timer_time": SECONDS * 1000.0}, "clock"),
        ({"total_timer_time": 0.0, "total_elapsed_time": 0.0}, "clock"),
        ({"start_time": datetime(2021, 1, 1, tzinfo=UTC)}, "clock"),
        ({"start_time": datetime(2010, 1, 1, tzinfo=UTC)}, "clock"),
        ({"start_time": START + timedelta(hours=1)}, "clock"),
        ({"total_elapsed_time": 60.0}, "clock"),
        ({"total_elapsed_time": 3_600_000.0}, "clock"),
        ({"total_timer_time": SECONDS * 2.0}, "clock"),
    ],
)
def test_what_two_witnesses_carry_wins_and_is_noted(stated, code):
    (row,) = read(make_run(session=stated))
    check(row)
    assert code in codes(row)


@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_records_in_another_unit_give_way(factor):
    record = {"record": lambda second: {"distance": second * SPEED * factor}}
    (row,) = read(make_run(**record))
    check(row)


@pytest.mark.parametrize(
    ("sport", "sub_sport", "expected"),
    [
        ("generic", "track", "running"),
        ("generic", "street", "running"),
        ("training", "treadmill", "running"),
        ("training", "indoor_running", "running"),
        ("fitness_equipment", "treadmill", "running"),
        ("fitness_equipment", "elliptical", "fitness_equipment"),
        ("cycling", "track", "cycling"),
    ],
)
def test_which_sub_sports_make_a_run(sport, sub_sport, expected):
    (row,) = read(make_run(sport=sport, sub_sport=sub_sport))
    assert (row["sport"], row["sub_sport"]) == (expected, sub_sport)


def test_a_walk_on_a_trail_is_no_run():
    (row,) = read(make_run(sport="generic", sub_sport="trail", speed_mps=1.2))
    assert row["sport"] != "running"


def test_legs_of_a_duathlon_are_activities_of_their_own():
    legs = (
        ("running", 600, 3.0),
        ("transition", 60, 1.0),
        ("cycling", 1200, 8.0),
        ("running", 900, 2.8),
    )
    made = FitBuilder()
    made.add("file_id", type="activity", manufacturer="garmin", time_created=START)
    at, metres = START, 0.0
    for _, seconds, speed in legs:
        for second in range(0, seconds, 2):
            time = at + timedelta(seconds=second)
            made.add("record", timestamp=time, distance=metres + second * speed)
        metres, at = metres + seconds * speed, at + timedelta(seconds=seconds)
    at = START
    for sport, seconds, speed in (*legs, ("multisport", 2760, metres / 2760)):
        begin = START if sport == "multisport" else at
        made.add(
            "session",
            start_time=begin,
            timestamp=begin + timedelta(seconds=seconds),
            total_elapsed_time=seconds,
            total_timer_time=seconds,
            total_distance=seconds * speed,
            sport=sport,
        )
        at += timedelta(seconds=seconds)
    runs = [row for row in read(made.bytes()) if row["sport"] == "running"]
    assert [row["distance_m"] for row in runs] == pytest.approx([1800, 2520])


# --- TCX laps, points and positions --------------------------------------------------


def iso(time):
    return time.isoformat().replace("+00:00", "Z")


def make_point(second, factor):
    metres = second * SPEED
    return (
        f"<Trackpoint><Time>{iso(START + timedelta(seconds=second))}</Time><Position>"
        f"<LatitudeDegrees>{47.37 + metres / 111_195:.7f}</LatitudeDegrees>"
        "<LongitudeDegrees>8.54</LongitudeDegrees></Position>"
        f"<DistanceMeters>{metres * factor}</DistanceMeters></Trackpoint>"
    )


def make_laps(state, *, factor=1.0, count=4):
    """Laps of ten minutes; `state` gives seconds and metres of a lap from its number."""
    each = SECONDS // count
    laps = []
    for number in range(count):
        first = number * each
        points = range(first, first + each + 1, 3)
        body = "".join(make_point(second, factor) for second in points)
        seconds, metres = state(number, each)
        laps.append(
            f'<Lap StartTime="{iso(START + timedelta(seconds=first))}">'
            f"<TotalTimeSeconds>{seconds}</TotalTimeSeconds>"
            f"<DistanceMeters>{metres}</DistanceMeters><Track>{body}</Track></Lap>"
        )
    return laps


def make_tcx(laps):
    return (
        '<TrainingCenterDatabase><Activities><Activity Sport="Running">'
        f"<Id>{iso(START)}</Id>{''.join(laps)}</Activity></Activities>"
        "</TrainingCenterDatabase>"
    ).encode()


@pytest.mark.parametrize(
    "state",
    [
        lambda _, each: (each, each * SPEED),
        lambda number, each: (each, (number + 1) * each * SPEED),
        lambda number, each: ((number + 1) * each, each * SPEED),
        lambda number, each: ((number + 1) * each, (number + 1) * each * SPEED),
        lambda _, each: (each * 1000, each * SPEED),
        lambda _, each: (each, each * SPEED / 1000),
        lambda _, each: (each, each * SPEED * 3.28084),
    ],
)
def test_laps_that_contradict_points_and_positions_give_way(state):
    (row,) = read(make_tcx(make_laps(state)))
    check(row)


@pytest.mark.parametrize("factor", [0.001, 3.28084, 1 / 1609.344])
def test_points_that_contradict_laps_and_positions_give_way(factor):
    laps = make_laps(lambda _, each: (each, each * SPEED), factor=factor)
    (row,) = read(make_tcx(laps))
    check(row)
    assert "lap_totals" in codes(row)


@pytest.mark.parametrize("order", [(1, 0, 3, 2), (3, 2, 1, 0), (0, 0, 1, 1, 2, 3)])
def test_laps_in_any_order_and_twice_count_once(order):
    laps = make_laps(lambda _, each: (each, each * SPEED))
    (row,) = read(make_tcx([laps[number] for number in order]))
    check(row)


# --- chained files -------------------------------------------------------------------


@pytest.mark.parametrize("copies", [2, 3])
def test_a_fit_appended_to_itself_is_one_run(copies, call, tmp_path):
    (tmp_path / "a.fit").write_bytes(make_run() * copies)
    assert count_runs(call, tmp_path) == (1, pytest.approx(METRES, rel=0.01))


def test_a_part_and_the_whole_in_one_file_are_one_run(call, tmp_path):
    (tmp_path / "a.fit").write_bytes(make_run(seconds=900) + make_run())
    assert count_runs(call, tmp_path) == (1, pytest.approx(METRES, rel=0.01))


def test_a_copy_that_is_torn_changes_nothing(call, tmp_path):
    whole = make_run()
    (tmp_path / "a.fit").write_bytes(whole + whole[: len(whole) // 2])
    assert count_runs(call, tmp_path) == (1, pytest.approx(METRES, rel=0.01))


def count_runs(call, folder):
    code, out, err = call("activities", folder, "--format", "json", "--no-store")
    assert code == 0, err
    found = json.loads(out)["activities"]
    return len(found), sum(row["distance_m"] for row in found)
