"""One activity to one row; expected numbers by hand from the made-up samples."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from loadwatch.activity import Activity, Session
from loadwatch.exposure.row import build_row
from loadwatch.ingest.readers.frames import EMPTY_RECORDS, build_records
from loadwatch.settings import Settings
from loadwatch.tables import (
    EXPOSURES,
    GRADE_COLUMNS,
    HIDDEN,
    SURFACE_COLUMNS,
    column_names,
)

START = datetime(2026, 3, 1, 7, tzinfo=UTC)
FILLED_LATER = {"asked", "source", "member", "start"}


def _time(seconds: np.ndarray) -> np.ndarray:
    return (np.int64(START.timestamp()) * 10**9 + seconds * 10**9).astype(np.int64)


def _activity(seconds=601, speed=3.0, session=None, **columns) -> Activity:
    """A run of 1 Hz samples at an even speed: 600 s at 3 m/s are 1,800 m."""
    time = np.arange(float(seconds))
    columns = {"distance_m": time * speed} | columns
    session = session or {}
    session = {"format": "fit", "sport": "running", "start_utc": START} | session
    return Activity(build_records(_time(time), columns), Session(**session))


def _row(activity: Activity, **settings) -> dict:
    return build_row(activity, "d" * 64, Settings(**settings))


def test_a_row_has_every_column_that_is_not_filled_later():
    assert (
        set(_row(_activity()))
        == {*column_names(EXPOSURES), *column_names(HIDDEN)} - FILLED_LATER
    )


def test_what_the_session_lacks_comes_from_the_records():
    row = _row(
        _activity(cadence_spm=np.full(601, 170.0), heart_rate_bpm=np.full(601, 150.0))
    )
    assert (row["distance_m"], row["distance_source"]) == (1800, "records")
    assert (row["duration_s"], row["elapsed_s"], row["moving_s"]) == (600, 600, 600)
    # each of 601 samples holds a second
    assert row["steps"] == pytest.approx(170 * 601 / 60)
    assert (row["cadence_spm"], row["heart_rate_bpm"]) == (170, 150)
    assert row["activity_id"] == "d" * 16 + "-1"


def test_a_recorder_that_slept_through_most_of_a_run_tells_no_time_in_motion():
    # two holes of nine and ten minutes
    seconds = np.array([*range(61), 600.0, 1200.0, *range(1201, 1262)])
    track = build_records(_time(seconds), {"distance_m": seconds * 3.0})
    row = _row(Activity(track, Session(format="gpx", sport="running", start_utc=START)))
    assert (row["duration_s"], row["elapsed_s"]) == (1261, 1261)
    assert math.isnan(row["moving_s"])


def test_a_timer_that_outlasts_the_samples_is_time_that_passed():
    row = _row(_activity(session={"timer_s": 603.0}))
    assert (row["duration_s"], row["elapsed_s"]) == (603, 603)


def test_what_the_session_says_stands():
    stated = {"distance_m": 1810.0, "timer_s": 590.0, "ascent_m": 12.0, "steps": 1650.0}
    row = _row(_activity(session=stated))
    assert (row["distance_m"], row["distance_source"]) == (1810, "device")
    assert (row["duration_s"], row["ascent_m"], row["ascent_source"]) == (
        590,
        12,
        "device",
    )
    assert row["steps"] == 1650
    assert row["effort_km"] == pytest.approx(1.81 + 0.12)  # km plus ascent over 100


def test_nothing_known_stays_unknown():
    row = _row(Activity(EMPTY_RECORDS, Session(format="list", line=3)))
    numbers = [row[c.name] for c in EXPOSURES if c.dtype == "float"]
    assert all(math.isnan(value) for value in numbers)
    assert (row["distance_source"], row["ascent_source"], row["surface_source"]) == (
        "none",
        "none",
        "none",
    )


def test_a_pause_is_no_running_time_but_a_sparse_watch_is_no_pause():
    time = np.array([0, 1, 2, 3, 4, 5, 305, 306, 307, 308.0])
    stood = np.array([0, 3, 6, 9, 12, 15, 16, 19, 22, 25.0])
    ran = np.array([0, 3, 6, 9, 12, 15, 915, 918, 921, 924.0])
    for distance, duration in ((stood, 8), (ran, 308)):
        session = Session(format="gpx", sport="running", start_utc=START)
        row = _row(
            Activity(build_records(_time(time), {"distance_m": distance}), session)
        )
        assert (row["duration_s"], row["elapsed_s"]) == (duration, 308)


@pytest.mark.parametrize(
    ("speed", "sport"), [(1.2, "walking"), (3.0, "running"), (7.0, "cycling")]
)
def test_a_file_without_a_sport_is_told_by_its_speed_and_says_so(speed, sport):
    row = _row(_activity(speed=speed, session={"sport": "unknown", "format": "gpx"}))
    assert row["sport"] == sport
    assert row["notes"][0].startswith("sport_inferred: ")


def test_a_stated_sport_is_never_overruled():
    row = _row(_activity(speed=7.0))
    assert row["sport"] == "running"
    assert [note.partition(":")[0] for note in row["notes"]] == ["pace"]


def test_positions_give_the_distance_where_the_file_has_none():
    """0.01 degrees of latitude at the equator are 1,105.7 m on WGS 84."""
    latitude = np.linspace(0, 0.01, 601)
    activity = _activity(latitude_deg=latitude, longitude_deg=np.zeros(601))
    activity = Activity(activity.records.drop(columns="distance_m"), activity.session)
    row = _row(activity)
    assert row["distance_source"] == "gps"
    assert row["distance_m"] == pytest.approx(1105.74, abs=0.05)


def test_climbs_come_from_altitude_and_bins_add_up():
    """500 s up at 10 % of 3 m/s, the last 100 s flat: 150 m up, 1,500 m uphill."""
    altitude = np.minimum(np.arange(601.0) * 0.3, 150.0)
    row = _row(_activity(altitude_m=altitude))
    assert row["ascent_m"] == pytest.approx(150, abs=3)
    assert (row["ascent_source"], row["altitude_confidence"]) == ("barometer", "high")
    assert row["uphill_m"] == pytest.approx(1500, abs=40)
    assert row["downhill_m"] == pytest.approx(0, abs=1)
    assert sum(row[name] for name in GRADE_COLUMNS) == pytest.approx(1800, rel=0.005)


def test_a_device_total_far_from_its_altitude_is_noted():
    row = _row(
        _activity(
            altitude_m=np.minimum(np.arange(601.0) * 0.3, 150.0),
            session={"ascent_m": 400.0},
        )
    )
    assert row["ascent_m"] == 400
    assert any(
        note.startswith("ascent_differs: the device says 400 m")
        for note in row["notes"]
    )


def test_a_treadmill_has_no_hills_unless_asked():
    hilly = _activity(
        altitude_m=np.arange(601.0) * 0.3, session={"sub_sport": "treadmill"}
    )
    row = _row(hilly)
    assert (row["ascent_m"], row["uphill_m"], row["downhill_m"]) == (0, 0, 0)
    assert row["treadmill_m"] == 1800
    assert any(note.startswith("indoor: ") for note in row["notes"])
    assert _row(hilly, virtual_altitude=True)["ascent_m"] == pytest.approx(180, abs=3)


def test_surfaces_add_up_to_the_distance():
    for sub_sport in ("trail", "street", "track", "treadmill", "generic", "unknown"):
        row = _row(_activity(session={"sub_sport": sub_sport}))
        assert sum(row[name] for name in SURFACE_COLUMNS) == pytest.approx(1800)


def test_a_list_row_is_named_by_what_it_says_not_by_where_it_stands():
    stated = {
        "format": "list",
        "sport": "running",
        "distance_m": 5000.0,
        "timer_s": 1500.0,
        "start_utc": START,
    }
    one, two, other = (
        _row(Activity(EMPTY_RECORDS, Session(**stated | more)))
        for more in ({"line": 2}, {"line": 9}, {"line": 9, "distance_m": 1.0})
    )
    assert one["activity_id"] == two["activity_id"] != other["activity_id"]
    assert one["distance_source"] == "list"


def test_steps_belong_to_sports_on_foot():
    row = _row(_activity(cadence_spm=np.full(601, 90.0), session={"sport": "cycling"}))
    assert math.isnan(row["steps"])
    assert math.isnan(row["cadence_spm"])


def test_a_treadmill_that_counts_nothing_leaves_distance_and_motion_unknown():
    session = {"timer_s": 600.0, "distance_m": 0.0, "sub_sport": "treadmill"}
    row = _row(_activity(speed=0.0, session=session))
    assert row["duration_s"] == 600
    assert math.isnan(row["distance_m"]) and row["distance_source"] == "none"
    assert math.isnan(row["moving_s"])
    assert any(note.startswith("no_distance: ") for note in row["notes"])


def test_a_session_of_strength_keeps_its_zero():
    session = {"timer_s": 600.0, "distance_m": 0.0, "sport": "training"}
    assert _row(_activity(speed=0.0, session=session))["distance_m"] == 0
