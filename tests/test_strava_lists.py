"""Strava's lists in languages nobody here reads, and its API lists as CSV and JSON."""

from __future__ import annotations

import json

import pytest

from loadwatch.ingest.readers import csv
from loadwatch.ingest.readers import json as json_reader
from loadwatch.settings import Settings

COLUMNS = 26
MILE = 1609.344


def bulk(dates, *, unit: float = 1000.0, comma: bool = False, old: bool = False):
    """A list of Strava whose headings say nothing; the last row was typed by hand."""
    names = [f"สด{number}" for number in range(COLUMNS)]
    rows = [",".join(names)]
    for run, date in enumerate(dates):
        metres, moving = 8000.4 + 100 * run, 2700 + 10 * run
        eye = f"{int(metres / unit * 100) / 100:.2f}"
        if comma:
            eye = f'"{eye.replace(".", ",")}"'
        file = f"activities/{900 + run}.fit.gz" if run < len(dates) - 1 else ""
        speed = "" if old else f"{metres / moving:.3f}"
        cells = [
            *(f"70000000{run}", f'"{date}"', "Run", "Run", "", moving + 60, eye),
            *("150", "12", "false", "", "Blue pair", file, "70", "", moving + 60.0),
            *(float(moving), metres, 5.1, speed, 55.0, 50.0, 1, 2, 3, 4),
        ]
        assert len(cells) == COLUMNS
        rows.append(",".join(map(str, cells)))
    return "\n".join(rows) + "\n"


SPELLINGS = [
    "2026年3月2日 18:00:00",
    "2026年3月2日 下午6:00:00",
    "2026/03/02 18:00:00",
    "2 mar 2026, 18:00:00",
    "2 мар. 2026 г., 18:00:00",
    "2026. 3. 2. 오후 6:00:00",
    "2.3.2026 klo 18.00.00",
    "2 Mar 2026 18:00:00",
    "2026. márc. 2. 18:00:00",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("unit", "comma"), [(1000.0, False), (MILE, True)])
def test_a_list_in_any_language_is_known_by_its_cells(spelling, unit, comma):
    day_two = spelling.replace("2 ", "3 ", 1).replace("日", "日")
    text = bulk([spelling, day_two], unit=unit, comma=comma)
    reading = csv.read(text.encode(), "activities.csv", Settings())
    first, last = (one.session for one in reading.activities)
    assert (first.sport, first.distance_m, first.moving_s) == ("running", 8000.4, 2700)
    assert (first.elapsed_s, first.ascent_m, first.descent_m) == (2760, 55, 50)
    assert (first.linked, last.linked) == ("activities/900.fit.gz", "")
    assert first.shoe == "Blue pair"
    assert first.start_utc is not None
    assert (first.start_utc.day, first.start_utc.hour) == (2, 18)
    assert not first.notes


def test_an_older_list_without_speeds():
    text = bulk(["2026-03-02 18:00:00", "2026-03-03 18:00:00"], old=True)
    (first, _) = csv.read(text.encode(), "activities.csv", Settings()).activities
    assert first.session.distance_m == 8000.4


def api(**more):
    return {
        "id": 70000,
        "name": "Morning",
        "type": "Run",
        "distance": 10012.5,
        "moving_time": 3010,
        "elapsed_time": 3100,
        "total_elevation_gain": 81.0,
        "start_date": "2026-03-01T20:30:00Z",
        "start_date_local": "2026-03-02T05:30:00Z",
        "timezone": "(GMT+09:00) Asia/Tokyo",
        "average_speed": 3.33,
        "average_cadence": 85.5,
        "average_heartrate": 150.2,
    } | more


def read_json(value):
    data = json.dumps(value).encode()
    reading = json_reader.read(data, "activities.json", Settings())
    return [one.session for one in reading.activities]


@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: {"activities": [one]}])
def test_the_api_list_as_json(wrap):
    (run,) = read_json(wrap(api()))
    assert (run.sport, run.distance_m, run.moving_s) == ("running", 10012.5, 3010)
    assert run.start_local is not None
    assert run.start_local.isoformat() == "2026-03-02T05:30:00"
    assert run.start_utc is not None
    assert run.start_utc.isoformat() == "2026-03-01T20:30:00+00:00"
    assert (run.zone, run.cadence_spm, run.ascent_m) == ("Asia/Tokyo", 171.0, 81.0)


def test_running_page_writes_its_times_as_text():
    (run,) = read_json(
        [
            {
                "run_id": 9,
                "name": "Run",
                "distance": 8001.0,
                "moving_time": "0:45:10",
                "type": "Run",
                "subtype": "Run",
                "start_date": "2026-03-01 20:30:00",
                "start_date_local": "2026-03-02 05:30:00",
                "summary_polyline": "xyz",
                "streak": 1,
            }
        ]
    )
    assert (run.distance_m, run.moving_s) == (8001.0, 2710)
    assert run.start_local is not None
    assert run.start_local.day == 2


def test_a_ride_and_a_kayak_are_no_runs_and_an_empty_entry_is_left_out():
    value = [
        api(type="Ride", sport_type="GravelRide"),
        api(type="Workout", sport_type="Kayaking"),
        api(type="Run", sport_type="TrailRun"),
        api(type="Run", trainer=True),
        api(distance=0, moving_time=0, elapsed_time=0),
        api(start_date=None, start_date_local="soon"),
    ]
    data = json.dumps(value).encode()
    reading = json_reader.read(data, "activities.json", Settings())
    kinds = [(one.session.sport, one.session.sub_sport) for one in reading.activities]
    assert kinds == [
        ("cycling", "gravel_cycling"),
        ("kayaking", "generic"),
        ("running", "trail"),
        ("running", "indoor_running"),
    ]
    assert [(one.source, one.kind) for one in reading.skipped] == [
        ("#5", "ignored"),
        ("#6", "rejected"),
    ]


def test_csv_and_json_of_one_list_are_the_same_runs():
    one = api()
    text = ",".join(one) + "\n" + ",".join(map(str, one.values())) + "\n"
    (by_csv,) = csv.read(text.encode(), "a.csv", Settings()).activities
    (by_json,) = read_json([one])
    for name in ("sport", "distance_m", "moving_s", "start_utc", "start_local", "zone"):
        assert getattr(by_csv.session, name) == getattr(by_json, name), name
