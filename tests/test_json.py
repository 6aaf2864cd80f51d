# ruff: noqa: DTZ001 -- keys and tables are long, and wall clocks tell no zone
"""JSON of Garmin, Polar, Suunto and GoldenCheetah, all of our own making."""

import contextlib
import json as stdlib
import math
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadwatch.errors import LoadwatchError, NotActivity, OverLimit, Unreadable
from loadwatch.ingest import limits
from loadwatch.ingest.readers import json
from loadwatch.ingest.readers.json import stream, values
from loadwatch.settings import Settings

START_MS = 1_714_546_800_000  # 2024-05-01 07:00:00 UTC


def read(value, *, raw: bytes | None = None):
    data = stdlib.dumps(value).encode() if raw is None else raw
    assert json.sniff(data[:4096])
    return json.read(data, "x.json", Settings())


def summary(number: int = 1, **other):
    return {
        "activityId": number,
        "name": "Woods",
        "activityType": "trail_running",
        "beginTimestamp": START_MS,
        "startTimeLocal": START_MS + 7_200_000,
        "duration": 3_600_500.0,
        "movingDuration": 3_550_000.0,
        "elapsedDuration": 3_700_000.0,
        "distance": 1_002_050.0,
        "elevationGain": 12_300.0,
        "elevationLoss": 11_900.0,
        "avgHr": 150.0,
        "avgRunCadence": 83.0,
        "steps": 9900,
        "activityTrainingLoad": 120.5,
        "workoutRpe": 40,
        "parent": False,
    } | other


def export(*activities) -> list:
    return [{"summarizedActivitiesExport": list(activities)}]


def test_garmins_personal_data_export():
    (activity,) = read(export(summary())).activities
    session = activity.session
    assert (session.sport, session.sub_sport, session.name) == (
        "running",
        "trail",
        "Woods",
    )
    assert session.start_utc == datetime(2024, 5, 1, 7, tzinfo=UTC)
    assert session.start_local == datetime(2024, 5, 1, 9)
    assert session.distance_m == pytest.approx(10_020.5)  # centimetres
    assert (session.timer_s, session.moving_s, session.elapsed_s) == (
        3600.5,
        3550,
        3700,
    )  # milliseconds
    assert (session.ascent_m, session.descent_m) == (
        pytest.approx(123),
        pytest.approx(119),
    )
    assert (session.cadence_spm, session.steps, session.rpe, session.device_load) == (
        166,
        9900,
        4,
        120.5,
    )
    assert (session.format, session.line, session.parent) == ("list", 1, False)
    assert activity.records.empty


def test_garmins_parents_alarms_and_missing_starts():
    reading = read(
        export(
            summary(1, parent=True, activityType="multi_sport"),
            summary(2, parentId=1),
            summary(3, activityType="incident_detected"),
            summary(4, beginTimestamp=None, startTimeLocal=None),
            summary(5, beginTimestamp=None),
            summary(
                6,
                activityType="quidditch",
                distance=0,
                elevationGain=0,
                elevationLoss=0,
            ),
        )
    )
    parent, leg, local, odd = (activity.session for activity in reading.activities)
    assert (parent.parent, leg.parent) == (True, False)
    assert local.start_utc is None
    assert local.start_local == datetime(2024, 5, 1, 9)
    assert odd.sport == "unknown"
    assert "quidditch" in odd.notes[0].text
    assert math.isnan(odd.distance_m)
    assert math.isnan(odd.ascent_m)
    assert [(s.source, s.kind) for s in reading.skipped] == [
        ("#3", "ignored"),
        ("#4", "rejected"),
    ]


def test_garmins_lists_in_one_file():
    reading = read(
        export(summary(1)) + export(summary(2, beginTimestamp=START_MS + 86_400_000))
    )
    assert [activity.session.line for activity in reading.activities] == [1, 2]


def test_a_list_that_breaks_off_keeps_what_it_holds():
    whole = stdlib.dumps(export(summary(1), summary(2), summary(3))).encode()
    reading = read(None, raw=whole[: whole.rfind(b'"activityId"') + 40])
    assert len(reading.activities) == 2
    assert reading.activities[0].session.notes == ()
    assert reading.activities[1].session.notes[0].code == "truncated"
    with pytest.raises(Unreadable):
        read(None, raw=whole[:80])


def test_an_empty_list():
    with pytest.raises(NotActivity):
        read(export())


def test_a_long_list_needs_little_memory(monkeypatch):
    """The list is read one activity after another, so what it takes does not grow with it."""
    monkeypatch.setattr(stream, "_WINDOW", 1 << 14)
    one = stdlib.dumps(
        summary(splits=[{"a": n, "b": [n] * 20} for n in range(30)])
    ).encode()
    data = b'[{"summarizedActivitiesExport":[' + b",".join([one] * 400) + b"]}]"
    tracemalloc.start()
    count = sum(1 for _ in stream.iterate_elements(data, data.index(b"[", 2)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 400
    assert peak < len(data) / 4


def test_the_web_services_answer_is_in_metres_and_seconds():
    found = {
        "activityId": 1,
        "activityName": "Loop",
        "activityType": {"typeKey": "treadmill_running"},
        "startTimeLocal": "2024-05-01 09:00:00",
        "startTimeGMT": "2024-05-01 07:00:00",
        "distance": 5000.0,
        "duration": 1500.0,
        "elevationGain": 10.0,
        "elevationLoss": 0.0,
        "averageHR": 140,
        "averageRunningCadenceInStepsPerMinute": 166.5,
    }
    (activity,) = read([found]).activities
    session = activity.session
    assert (session.sport, session.sub_sport) == ("running", "treadmill")
    assert (session.distance_m, session.timer_s, session.cadence_spm) == (
        5000,
        1500,
        166.5,
    )
    assert (session.ascent_m, session.descent_m) == (10, 0)
    assert session.start_utc == datetime(2024, 5, 1, 7, tzinfo=UTC)


def test_polars_service():
    found = {
        "polar_user": "x",
        "device": "Polar Pacer",
        "device_id": "AB12",
        "start_time": "2026-02-01T06:35:07",
        "start_time_utc_offset": 120,
        "duration": "PT10M0.5S",
        "distance": 1800.0,
        "heart_rate": {"average": 138, "maximum": 158},
        "sport": "RUNNING",
        "detailed_sport_info": "TRAIL_RUNNING",
        "samples": [
            {
                "recording_rate": 1,
                "sample_type": 0,
                "data": ",".join(["0", *["138"] * 600]),
            },
            {"recording_rate": 1, "sample_type": 1, "data": ",".join(["10.8"] * 601)},
            {"recording_rate": 1, "sample_type": 2, "data": ",".join(["83"] * 601)},
            {
                "recording_rate": 1,
                "sample_type": 10,
                "data": ",".join(str(n * 3.0) for n in range(601)),
            },
            {"recording_rate": 5, "sample_type": 4, "data": "1,2,3"},
        ],
        "training_load_pro": {"cardio-load": 44.5},
    }
    (activity,) = read([found]).activities
    session, frame = activity.session, activity.records
    assert (session.sport, session.sub_sport, session.device, session.serial) == (
        "running",
        "trail",
        "polar pacer",
        "AB12",
    )
    assert session.start_utc == datetime(2026, 2, 1, 4, 35, 7, tzinfo=UTC)
    assert session.start_local == datetime(2026, 2, 1, 6, 35, 7)
    assert (session.zone, session.timer_s, session.device_load) == (
        "+02:00",
        600.5,
        44.5,
    )
    assert len(frame) == 601
    assert frame.index[0] == session.start_utc
    assert frame["speed_mps"].iloc[0] == pytest.approx(3)
    assert frame["cadence_spm"].iloc[0] == 166
    assert math.isnan(frame["heart_rate_bpm"].iloc[0])
    assert frame["distance_m"].iloc[-1] == 1800
    assert len(read(found).activities) == 1


def test_polars_new_export_with_tokens_that_are_no_json():
    raw = b"""{"startTime": "2023-11-15T12:23:32.000", "timezoneOffsetMinutes": 60, "durationMillis": 4000,
      "name": "Lunch", "distanceMeters": 12.0, "exercises": [{"startTime": "2023-11-15T12:23:32.000",
      "timezoneOffsetMinutes": 60, "durationMillis": 4000, "distanceMeters": 12.0, "ascentMeters": 2.5,
      "sport": {"id": "17"}, "samples": {"samples": [
        {"type": "SPEED", "intervalMillis": 1000, "values": [NaN, 10.8, 10.8, 10.8]},
        {"type": "ALTITUDE", "intervalMillis": 1000, "values": [0.0, 0.0, 101.5, 102.0]},
        {"type": "DISTANCE", "intervalMillis": 1000, "values": [0.0, 3.0, 6.0, 9.0]}]}}]}"""
    (activity,) = read(None, raw=raw).activities
    session = activity.session
    assert (session.sport, session.sub_sport, session.name) == (
        "running",
        "treadmill",
        "Lunch",
    )
    assert (session.timer_s, session.distance_m, session.ascent_m) == (4, 12, 2.5)
    assert session.start_utc == datetime(2023, 11, 15, 11, 23, 32, tzinfo=UTC)
    assert math.isnan(activity.records["speed_mps"].iloc[0])
    assert activity.records["altitude_m"].isna().tolist() == [True, True, False, False]


def test_polars_old_export_with_times_in_each_sample():
    exercise = {
        "startTime": "2014-01-27T18:00:00.000",
        "duration": "PT3S",
        "distance": 9.0,
        "sport": "RUNNING",
        "heartRate": {"avg": 140},
        "samples": {
            "heartRate": [
                {"dateTime": f"2014-01-27T18:00:0{n}.000", "value": 140 + n}
                for n in (0, 1, 3)
            ],
            "distance": [
                {"dateTime": f"2014-01-27T18:00:0{n}.000", "value": 3.0 * n}
                for n in range(4)
            ],
        },
    }
    (activity,) = read(
        {
            "exportVersion": "1.0",
            "startTime": exercise["startTime"],
            "exercises": [exercise],
        }
    ).activities
    assert activity.session.start_local == datetime(2014, 1, 27, 18)
    assert activity.session.start_utc is None
    assert (activity.session.timer_s, activity.session.heart_rate_bpm) == (3, 140)
    assert activity.records["distance_m"].tolist() == [0, 3, 6, 9]
    assert activity.records["heart_rate_bpm"].isna().tolist() == [
        False,
        False,
        True,
        False,
    ]


def test_several_exercises_are_several_activities():
    part = {
        "startTime": "2023-11-15T12:00:00",
        "durationMillis": 600_000,
        "sport": {"id": "1"},
    }
    later = part | {"startTime": "2023-11-15T13:00:00", "sport": {"id": "999"}}
    reading = read(
        {
            "startTime": part["startTime"],
            "exercises": [part, later, {"sport": "RUNNING"}],
        }
    )
    assert [(a.session.part, a.session.sport) for a in reading.activities] == [
        (1, "running"),
        (2, "unknown"),
    ]
    assert [s.kind for s in reading.skipped] == ["rejected"]


def test_suuntos_moves():
    move = {
        "Activity": "Laufen",
        "DateTime": "2021-02-22T17:18:18",
        "Duration": "2805.5",
        "Distance": "6016",
        "Ascent": "14",
        "Descent": "0",
        "HR.Avg": "2.5",
        "Cadence.Avg": "1.25",
    }
    reading = read({"run_data": [move, move | {"DateTime": "soon"}]})
    (activity,) = reading.activities
    session = activity.session
    assert (session.sport, session.timer_s, session.distance_m) == (
        "running",
        2805.5,
        6016,
    )
    assert (session.ascent_m, session.descent_m) == (14, 0)
    assert (session.heart_rate_bpm, session.cadence_spm) == (
        150,
        150,
    )  # hertz; strides of one leg
    assert session.start_local == datetime(2021, 2, 22, 17, 18, 18)
    assert [s.source for s in reading.skipped] == ["#2"]
    assert len(read([move]).activities) == len(read(move).activities) == 1


def test_goldencheetahs_own_file():
    ride = {
        "STARTTIME": "2017/04/24 16:18:45 UTC ",
        "TAGS": {"Sport": "Run "},
        "SAMPLES": [
            {"SECS": n, "KM": n * 0.003, "KPH": 10.8, "HR": 140} for n in range(601)
        ],
    }
    (activity,) = read(
        {"RIDE": ride}, raw=b"\xef\xbb\xbf" + stdlib.dumps({"RIDE": ride}).encode()
    ).activities
    assert activity.session.start_utc == datetime(2017, 4, 24, 16, 18, 45, tzinfo=UTC)
    assert activity.session.sport == "running"
    assert activity.records["distance_m"].iloc[-1] == pytest.approx(1800)
    for broken in (ride | {"STARTTIME": "soon"}, ride | {"SAMPLES": []}):
        with pytest.raises(NotActivity):
            read({"RIDE": broken})


def test_json_of_other_kinds():
    with pytest.raises(NotActivity, match="GeoJSON"):
        read({"type": "FeatureCollection", "features": []})
    for other in (
        {},
        [],
        [1, 2],
        {"sleep": [{"a": 1}]},
        [{"a": 1}],
        {"exercises": [], "startTime": "soon"},
    ):
        with pytest.raises(NotActivity):
            read(other)


def test_broken_json_says_where():
    with pytest.raises(Unreadable, match="line 2"):
        read(None, raw=b'{"a": 1,\n"b" 2}')
    for raw in (
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\xff"}',
    ):
        with pytest.raises(Unreadable):
            read(None, raw=raw)


def test_a_large_file_of_another_kind(monkeypatch):
    monkeypatch.setattr(stream, "JSON_BYTES", 100)
    with pytest.raises(OverLimit):
        read({"a": "x" * 200})


@pytest.mark.parametrize("part", ["1.5", "{}", "[]", '{"a": [1, 2]}'])
def test_values_that_would_take_a_multiple_of_their_bytes(part, monkeypatch):
    monkeypatch.setattr(stream, "JSON_CONTAINERS", 50)
    monkeypatch.setattr(stream, "JSON_VALUES", 200)
    raw = f"[{','.join([part] * 300)}]"
    with pytest.raises(OverLimit):
        read(None, raw=raw.encode())


@pytest.mark.parametrize(
    "one",
    [
        {"activityId": 1},
        {"logId": 1, "activityName": "Run", "startTime": "x"},
        {"DateTime": "x", "Duration": 1, "Activity": 1},
        {"start_date": "x", "distance": 1, "moving_time": 1},
        {"start_time": "x", "polar_user": "x"},
    ],
)
def test_the_lists_of_every_vendor_have_one_limit(one, monkeypatch):
    monkeypatch.setattr(limits, "LIST_ROWS", 5)
    for whole in ([one] * 6, [{"summarizedActivitiesExport": [one] * 6}]):
        with pytest.raises(OverLimit, match="more than 5 activities"):
            read(whole)


def test_what_is_no_json_is_left_to_others():
    for data in (
        b"",
        b"date,km\n",
        b"[[Training]]\n",
        b"<gpx>",
        b"[TrainingResult]\nx",
    ):
        assert not json.sniff(data)


def test_values():
    assert values.parse_duration("PT1H2M3.5S") == 3723.5
    assert math.isnan(values.parse_duration("soon"))
    for odd in (None, True, [], {}, "x", "1" * 50):
        assert math.isnan(values.parse_number(odd))
    for huge in (1e300, float("inf"), 10**400, "1e999"):  # noted by `plausible`
        assert values.parse_number(huge) >= 1e300
    assert values.parse_epoch_ms(0) is None
    assert values.parse_datetime("0001-01-01T00:00:00") is None


KEYS = st.sampled_from(
    [
        "summarizedActivitiesExport",
        "activityId",
        "startTime",
        "exercises",
        "sport",
        "samples",
        "start_time",
        "type",
        "polar_user",
        "DateTime",
        "Duration",
        "Activity",
        "RIDE",
        "SAMPLES",
        "STARTTIME",
        "values",
        "intervalMillis",
        "data",
        "recording_rate",
        "sample_type",
        "distance",
        "duration",
        "beginTimestamp",
        "heartRate",
        "dateTime",
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers(-(10**20), 10**20)
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6)
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(value=JSON)
def test_any_json_gives_a_reading_or_our_errors(value):
    data = stdlib.dumps(value).encode()
    with contextlib.suppress(LoadwatchError):
        json.read(data, "x", Settings())


@settings(max_examples=100, deadline=None)
@given(cut=st.integers(0, 600), junk=st.binary(max_size=20))
def test_any_damage_gives_a_reading_or_our_errors(cut, junk):
    data = stdlib.dumps(export(summary(), summary(2))).encode()
    with contextlib.suppress(LoadwatchError):
        json.read(data[:cut] + junk + data[cut + 3 :], "x", Settings())
