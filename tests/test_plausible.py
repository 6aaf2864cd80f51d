"""Values beyond a person: one table of bounds, which every reader is held against."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadwatch.activity import Activity, Reading, Session
from loadwatch.ingest import readers
from loadwatch.ingest.readers.frames import EMPTY_RECORDS, build_records
from loadwatch.ingest.readers.plausible import leave_out_implausible
from loadwatch.settings import Settings
from loadwatch.tables import PLAUSIBLE, RECORDS, column_names
from tests import make_fit
from tests import make_vendors as make
from tests.make_vendors import FIRST, Run, Workout

HUGE = 1e9  # beyond every bound
TOTALS = [one.name for one in fields(Session) if one.name in PLAUSIBLE]
ANY = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from([0.0, -1.0])


def is_plausible(name: str, value: float) -> bool:
    return math.isnan(value) or PLAUSIBLE[name].low <= value <= PLAUSIBLE[name].high


def codes(session: Session) -> set[str]:
    return {note.code for note in session.notes}


# --- laws ----------------------------------------------------------------------------


@given(st.fixed_dictionaries(dict.fromkeys(TOTALS, ANY)))
def test_no_total_beyond_a_person_stays_and_none_goes_unsaid(values):
    session = Session(format="list", **values)
    reading = Reading((Activity(EMPTY_RECORDS, session),))
    cleaned = leave_out_implausible(reading).activities[0].session
    for name, value in values.items():
        kept = getattr(cleaned, name)
        if is_plausible(name, value):
            assert kept == value or math.isnan(value)
            continue
        assert math.isnan(kept)
        assert value == 0 or PLAUSIBLE[name].code in codes(cleaned)


@given(st.data())
def test_no_sample_beyond_a_person_stays_and_none_goes_unsaid(data):
    names = data.draw(st.sets(st.sampled_from(column_names(RECORDS)), min_size=1))
    rows = st.lists(ANY, min_size=3, max_size=3)
    columns = {name: np.array(data.draw(rows)) for name in sorted(names)}
    frame = build_records(np.arange(3) * 10**9, columns)
    reading = Reading((Activity(frame, Session(format="csv")),))
    cleaned = leave_out_implausible(reading).activities[0]
    for name, values in columns.items():
        kept = cleaned.records[name].to_numpy()
        assert all(is_plausible(name, one) for one in kept)
        outside = [one for one in values if not is_plausible(name, one) and one]
        assert not outside or PLAUSIBLE[name].code in codes(cleaned.session)


def test_what_a_person_can_do_stays_without_a_word():
    names = column_names(RECORDS)
    columns = {
        name: np.array([PLAUSIBLE[name].low, np.nan, PLAUSIBLE[name].high])
        for name in names
    }
    frame = build_records(np.arange(3) * 10**9, columns)
    session = Session(format="fit", distance_m=42_195, timer_s=9_000, rpe=10)
    reading = Reading((Activity(frame, session),))
    assert leave_out_implausible(reading) is reading


def test_a_position_goes_as_a_whole_and_no_note_shows_it():
    columns = {
        "latitude_deg": np.array([10.0, 95.5, 10.0]),
        "longitude_deg": np.array([20.0, 20.5, 20.0]),
    }
    frame = build_records(np.arange(3) * 10**9, columns)
    reading = Reading((Activity(frame, Session(format="json")),))
    cleaned = leave_out_implausible(reading).activities[0]
    assert cleaned.records.isna().to_numpy().tolist() == [[0, 0], [1, 1], [0, 0]]
    (note,) = cleaned.session.notes
    assert note.code == "gps_invalid" and "95" not in note.text


def test_several_quantities_of_one_code_share_a_note():
    session = Session(format="list", timer_s=HUGE, elapsed_s=-5.0)
    reading = Reading((Activity(EMPTY_RECORDS, session),))
    (note,) = leave_out_implausible(reading).activities[0].session.notes
    assert "1,000,000,000 s" in note.text and "-5 s" in note.text


# --- every reader --------------------------------------------------------------------


def read_one(data: bytes, name: str = "export") -> Session:
    (activity,) = readers.read(data, name, Settings()).activities
    for column in activity.records.columns:
        assert all(is_plausible(column, one) for one in activity.records[column])
    return activity.session


def make_garmin(**values: object) -> bytes:
    element = {"activityId": 1, "activityType": "running", "beginTimestamp": 1.7e12}
    export = {"summarizedActivitiesExport": [element | values]}
    return json.dumps([export]).encode()


def make_polar(**values: object) -> bytes:
    whole = {"startTime": "2026-06-01T18:00:00", "timezoneOffsetMinutes": 120}
    return json.dumps(whole | {"exercises": [{"sport": "RUNNING"} | values]}).encode()


def make_suunto(**values: object) -> bytes:
    move = {"DateTime": "2026-06-01T18:00:00", "Duration": "3000", "Activity": "Run"}
    return json.dumps([move | values]).encode()


def make_cheetah(**channels: float) -> bytes:
    samples = [{"SECS": second} | channels for second in range(60)]
    ride = {"STARTTIME": "2026/06/01 16:00:00 UTC ", "SAMPLES": samples}
    return json.dumps({"RIDE": ride}).encode()


def make_list(header: str, cell: str) -> bytes:
    rows = [f"2026-06-0{day},8.0,0:50:00,{cell}" for day in range(1, 6)]
    return "\n".join([f"date,distance_km,duration,{header}", rows[0]]).encode()


def make_points(extra: str) -> bytes:
    points = "".join(
        f'<trkpt lat="{10 + second * 27e-6}" lon="20"><time>2026-06-01T16:00:{second:02}Z</time>'
        f"{extra}</trkpt>"
        for second in range(60)
    )
    return f"<gpx><trk><trkseg>{points}</trkseg></trk></gpx>".encode()


def make_laps(extra: str) -> bytes:
    points = "".join(
        f"<Trackpoint><Time>2026-06-01T16:00:{second:02}Z</Time>"
        f"<DistanceMeters>{3 * second}</DistanceMeters>{extra}</Trackpoint>"
        for second in range(60)
    )
    return (
        '<TrainingCenterDatabase><Activity Sport="Running"><Id>2026-06-01T16:00:00Z</Id>'
        f"<Lap><TotalTimeSeconds>60</TotalTimeSeconds><Track>{points}</Track></Lap>"
        "</Activity></TrainingCenterDatabase>"
    ).encode()


LONG = Run(1, metres=HUGE)  # 1 is a number of Polar's, Strava's and others' runs
FILES = {
    "fit session": (make_fit.run(session={"avg_heart_rate": 12}), "heart_rate"),
    "fit ascent": (make_fit.run(ascent_m=60_000), "ascent"),
    "fit rpe": (make_fit.run(session={"workout_rpe": 250}), "rpe"),
    "fit record": (make_fit.run(heart_rate_bpm=253), "heart_rate"),
    "fit power": (make_fit.run(record=lambda _: {"power": 60_000}), "power"),
    "fit altitude": (make_fit.run(altitude_m=lambda _: 11_000.0), "altitude_spike"),
    "gpx": (make_points("<ele>20000</ele>"), "altitude_spike"),
    "gpx heart rate": (make_points("<hr>900</hr>"), "heart_rate"),
    "tcx": (make_laps("<HeartRateBpm><Value>999</Value></HeartRateBpm>"), "heart_rate"),
    "tcx cadence": (make_laps("<Cadence>40000</Cadence>"), "cadence"),
    "garmin heart rate": (make_garmin(distance=1e6, avgHr=9000), "heart_rate"),
    "garmin climb": (make_garmin(distance=1e6, elevationGain=1e12), "ascent"),
    "garmin below zero": (make_garmin(distance=1e6, elevationGain=-5e3), "ascent"),
    "garmin steps": (make_garmin(distance=1e6, steps=1e30), "steps"),
    "garmin rpe": (make_garmin(distance=1e6, workoutRpe=999.9), "rpe"),
    "garmin cadence": (make_garmin(distance=1e6, avgRunCadence=18_000), "cadence"),
    "garmin distance": (make_garmin(distance=1e12), "distance"),
    "garmin time": (make_garmin(distance=1e6, duration=1e13), "duration"),
    "polar": (make_polar(distanceMeters=HUGE), "distance"),
    "suunto": (make_suunto(**{"HR.Avg": "150"}), "heart_rate"),  # a frequency in Hz
    "goldencheetah km": (make_cheetah(KM=HUGE), "distance"),
    "goldencheetah heart rate": (make_cheetah(HR=900), "heart_rate"),
    "goldencheetah speed": (make_cheetah(KPH=9000), "speed"),
    "goldencheetah place": (make_cheetah(LAT=95, LON=10), "gps_invalid"),
    "fitbit": (make.make_fitbit([replace(LONG, kind="Run")]), "distance"),
    "google fit": (make.make_google_fit(replace(LONG, kind="running")), "distance"),
    "adidas": (make.make_runtastic(LONG), "distance"),
    "huawei": (make.make_huawei([replace(LONG, kind=4)]), "distance"),
    "nike": (make.make_nike(replace(LONG, kind="run")), "distance"),
    "endomondo": (make.make_endomondo(replace(LONG, kind="RUNNING")), "distance"),
    "samsung": (make.make_samsung([replace(LONG, kind=1002)]), "distance"),
    "zepp": (make.make_zepp([LONG]), "distance"),
    "google health": (
        make.make_user_exercises([replace(LONG, kind="Run")]),
        "distance",
    ),
    "apple": (make.make_apple_xml([Workout(FIRST, km=HUGE)]), "distance"),
    "apple climb": (make.make_apple_xml([Workout(FIRST, climb_cm=10**9)]), "ascent"),
    "list heart rate": (make_list("avg_hr", "900"), "heart_rate"),
    "list climb": (make_list("ascent_m", "1000000000"), "ascent"),
    "list below zero": (make_list("ascent_m", "-50"), "ascent"),
    "list rpe": (make_list("rpe", "100"), "rpe"),
    "series": (
        b"time,distance_m,heart_rate\n"
        + b"".join(
            b"2026-06-01T16:00:%02dZ,%d,900\n" % (second, 3 * second)
            for second in range(60)
        ),
        "heart_rate",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_every_reader_leaves_out_what_no_person_reaches_and_says_so(name):
    data, code = FILES[name]
    session = read_one(data)
    assert code in codes(session), session.notes
    assert all(is_plausible(name, getattr(session, name)) for name in TOTALS)


def test_counters_that_begin_anew_do_not_add_up_beyond_a_person():
    """Ten restarts at 1,500 km: each is possible, their sum is not."""
    data = make_fit.run(
        record=lambda second: {"distance": 1_500_000.0 if second % 60 > 30 else 1.0},
        position=None,
    )
    session = read_one(data)
    assert "distance" in codes(session)
