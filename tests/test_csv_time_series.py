# ruff: noqa: DTZ001 -- rows of tables are long, and their clocks tell no zone
"""Tables with a row for each moment of one activity."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from loadwatch.activity import Activity
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers import csv
from loadwatch.settings import Settings

SECONDS = range(601)
SPEED = 3.0  # m/s in all tables below: 600 s are 1,800 m


def table(header: str, row, seconds=SECONDS) -> str:
    return (
        header
        + "\n"
        + "\n".join(",".join(map(str, row(second))) for second in seconds)
        + "\n"
    )


def one(text: str, name: str = "2024-05-31_18-30-00.csv") -> Activity:
    (activity,) = csv.read(text.encode(), name, Settings()).activities
    return activity


def covered(activity: Activity) -> float:
    column = activity.records["distance_m"]
    return float(column.iloc[-1] - column.iloc[0])


def test_goldencheetah():
    text = table(
        "secs,cad,hr,km,kph,nm,watts,alt,lon,lat,headwind",
        lambda s: (
            s,
            85,
            140,
            s * SPEED / 1000,
            SPEED * 3.6,
            0,
            0,
            100 + s / 100,
            0,
            0,
            0,
        ),
    )
    activity = one(text)
    assert len(activity.records) == 601
    assert covered(activity) == pytest.approx(1800)
    assert activity.records["speed_mps"].iloc[5] == pytest.approx(SPEED)
    assert activity.records["cadence_spm"].iloc[5] == 170  # 85 strides of one leg
    assert "latitude_deg" not in activity.records  # 0, 0 is no fix
    assert activity.session.start_local == datetime(2024, 5, 31, 18, 30)
    assert activity.session.start_utc is None
    # the wall clock, as if UTC
    assert activity.records.index[0].isoformat() == "2024-05-31T18:30:00+00:00"
    assert activity.session.format == "csv"
    assert activity.session.notes == ()


def test_goldencheetah_of_old_in_minutes():
    text = table(
        "Minutes, Torq (N-m),Km/h,Watts,Km,Cadence,Hrate,ID",
        lambda s: (s / 60, 0, 10.8, 0, s * 0.003, 0, -1, 0),
    )
    activity = one(text)
    assert covered(activity) == pytest.approx(1800)
    assert (
        activity.records.index[-1] - activity.records.index[0]
    ).total_seconds() == pytest.approx(600)
    assert "heart_rate_bpm" not in activity.records


def test_fit_records_with_java_dates_and_semicircles():
    def row(s):
        return (
            f"Sun Jun 11 07:{34 + s // 60:02}:{s % 60:02} PDT 2017",
            61,
            80,
            SPEED,
            s * SPEED,
            456099128 + s * 300,
            -1463077077,
        )

    text = table(
        "timestamp,heart_rate,cadence,speed,distance,position_lat,position_long", row
    )
    activity = one(text, "x.csv")
    assert activity.session.start_utc == datetime(2017, 6, 11, 14, 34, tzinfo=UTC)
    assert activity.records["latitude_deg"].iloc[0] == pytest.approx(
        456099128 * 180 / 2**31
    )
    assert covered(activity) == 1800


@pytest.mark.parametrize(
    ("stamp", "start"),
    [
        (lambda s: 1_700_000_000 + s, datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (
            lambda s: (1_700_000_000 + s) * 1000,
            datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        ),
        (
            lambda s: 1_700_000_000 - 631_065_600 + s,
            datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC),
        ),  # FIT's count
        (
            lambda s: f"2023-11-14T22:{13 + s // 60}:{s % 60:02}Z",
            datetime(2023, 11, 14, 22, 13, tzinfo=UTC),
        ),
    ],
)
def test_instants(stamp, start):
    activity = one(
        table("timestamp,distance", lambda s: (stamp(s), s * SPEED)), "x.csv"
    )
    assert activity.session.start_utc == start
    assert covered(activity) == 1800


def test_a_date_and_a_time_of_day_in_two_columns():
    activity = one(
        table(
            "date,time,speed (km/h)",
            lambda s: ("2024-05-31", f"18:{30 + s // 60}:{s % 60:02}", 10.8),
        ),
        "x.csv",
    )
    assert activity.session.start_local == datetime(2024, 5, 31, 18, 30)
    assert activity.records["speed_mps"].iloc[0] == pytest.approx(3)


def test_units_that_nobody_states_are_told_by_the_other_column():
    km = one(table("secs,distance,spd", lambda s: (s, s * SPEED / 1000, SPEED)))
    assert covered(km) == pytest.approx(1800)
    kmh = one(table("secs,dst,speed", lambda s: (s, s * SPEED, SPEED * 3.6)))
    assert kmh.records["speed_mps"].iloc[3] == pytest.approx(SPEED)
    alone = one(
        table(
            "secs,speed,lat,lon",
            lambda s: (s, SPEED * 3.6, 50 + s * SPEED / 111_195, 8),
        )
    )
    assert alone.records["speed_mps"].iloc[3] == pytest.approx(SPEED, rel=0.01)


def test_a_speed_whose_unit_cannot_be_told_is_left_out():
    with pytest.raises(NotActivity):
        one(table("secs,speed", lambda s: (s, 7)))
    activity = one(table("secs,speed,dst", lambda s: (s, 7, s * 0.1)))
    assert "speed_mps" not in activity.records
    assert activity.session.notes[0].code == "speed"


def test_a_table_without_a_date_says_what_to_do():
    text = table(
        "elapsed,lat,lon,dst,spd,pace,hr",
        lambda s: (s, 50, 8, s * SPEED, SPEED, 333, 140),
    )
    with pytest.raises(NotActivity, match="without a date"):
        one(text, "track-data.csv")
    named = one(text, "rides/2024-05-31.csv")
    assert named.session.date_only
    assert named.session.start_local == datetime(2024, 5, 31)
    utc = one(text, "2023-07-10_13-05-32-UTC_abc.csv")
    assert utc.session.start_utc == datetime(2023, 7, 10, 13, 5, 32, tzinfo=UTC)


def test_tables_of_moments_that_hold_nothing():
    with pytest.raises(NotActivity):
        one("secs,km,kph\n1,0.1,10\n")
    with pytest.raises(NotActivity):
        one("secs,km,kph\n,0.1,10\n,0.2,10\n")
    with pytest.raises(Unreadable):
        one("secs,km,kph\n1,0.1,10\n9999999,0.2,10\n")
    with pytest.raises(NotActivity):
        one("XDATA: WEATHER,,\nSECS,KM,WINDSPEED:kmh\n1,0.004,8\n901,6.8,8\n")
    with pytest.raises(NotActivity, match="FIT"):
        one(
            "Type,Local Number,Message,Field 1,Value 1,Units 1\nDefinition,0,file_id,type,1,\n"
        )
    with pytest.raises(NotActivity, match="Epson"):
        one("[[Training]]\n[TrainingResult]\nTrainingName,x\n")


POLAR = (
    "Name,Sport,Date,Start time,Duration,Total distance (km),Average heart rate (bpm),Average speed (km/h),"
    "Max speed (km/h),Average pace (min/km),Average cadence (rpm),Training load,Ascent (m),Descent (m),Notes,\n"
    "A Name,RUNNING,05-06-2018,11:17:03,00:10:00,1.80,141,10.8,12.0,05:33,84,55,12,11,,\n"
    "Sample rate,Time,HR (bpm),Speed (km/h),Pace (min/km),Cadence,Altitude (m),Stride length (m),Distances (m),\n"
)


def test_polar_flow():
    rows = "".join(
        f"{'1' if s == 0 else ''},00:{s // 60:02}:{s % 60:02},{130 + s % 9},10.8,05:33,84,{100 + s / 60:.1f},,{s * 3.0},\n"
        for s in SECONDS
    )
    activity = one(POLAR + rows, "x.csv")
    session = activity.session
    assert session.start_local == datetime(2018, 6, 5, 11, 17, 3)  # day first, always
    assert (session.sport, session.timer_s, session.distance_m) == (
        "running",
        600,
        pytest.approx(1800),
    )
    assert (
        session.ascent_m,
        session.descent_m,
        session.cadence_spm,
        session.device_load,
    ) == (
        12,
        11,
        168,
        55,
    )
    assert session.name == ""  # the runner's own name is nobody's business
    assert covered(activity) == 1800
    assert activity.records["cadence_spm"].iloc[9] == 168


def test_polar_flow_without_samples():
    activity = one(POLAR, "x.csv")
    assert activity.session.distance_m == pytest.approx(1800)
    assert activity.records.empty
    with pytest.raises(NotActivity):
        one(POLAR.replace("05-06-2018", "--"), "x.csv")


def test_a_list_of_activities_is_never_taken_for_moments():
    text = "Date,Time,Distance,Speed\n2024-05-01,00:25:00,5.00,12\n2024-05-02,00:26:00,5.00,11.5\n2024-05-03,00:27:00,5.00,11.1\n"
    reading = csv.read(text.encode(), "x.csv", Settings())
    assert len(reading.activities) == 3
    assert reading.activities[0].session.format == "list"


def test_the_frame_is_a_records_frame():
    activity = one(table("secs,km,hr,watts", lambda s: (s, s * 0.003, 140, 250)))
    assert str(activity.records.index.dtype).endswith("UTC]")
    assert activity.records.index.name == "time"
    assert (activity.records.dtypes == np.float64).all()
    assert math.isnan(activity.session.distance_m)  # worked out later, from the records
