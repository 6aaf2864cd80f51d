"""TCX: laps, totals and points, and every way in which they can be wrong."""

import math
from datetime import timedelta

import pytest

from loadwatch.errors import NotActivity, Unreadable
from tests.make_xml import START, activity_of, codes, gpx, lap, only, read, run, tcx

TPX = "<ns3:TPX><ns3:Speed>3.0</ns3:Speed><ns3:RunCadence>84</ns3:RunCadence></ns3:TPX>"
TPX = f"<Extensions>{TPX}</Extensions>"


def test_a_plain_tcx_run():
    creator = "<Creator><Name>test watch</Name><UnitId>12345</UnitId></Creator>"
    activity = only(tcx(lap(extra=TPX), rest=creator))
    session, records = activity.session, activity.records
    assert (session.format, session.sport, session.device, session.serial) == (
        "tcx",
        "running",
        "test watch",
        "12345",
    )
    assert (session.distance_m, session.timer_s, session.start_utc) == (
        1797,
        600,
        START,
    )
    assert session.notes == ()
    assert records["cadence_spm"].iloc[0] == 168
    assert records["heart_rate_bpm"].iloc[0] == 140
    assert records["speed_mps"].iloc[0] == 3


def test_leading_blanks_and_laps():
    session = only(b"   \n" + tcx(lap(300), lap(300, 300, 900))).session
    assert session.timer_s == 600
    assert session.distance_m == 2 * 299 * 3


def test_a_leg_that_begins_at_forty_kilometres():
    session = only(tcx(lap(at_m=40_000.0, total_m="40132"))).session
    assert session.distance_m == 1797
    assert session.notes[0].code == "lap_totals"
    assert only(tcx(lap(at_m=40_000.0, total_m="1797"))).session.distance_m == 1797


def test_counters_that_begin_anew_are_joined():
    activity = only(tcx(lap(300), lap(300, 300, 0.0)))
    assert codes(activity) == {"distance_reset"}
    assert activity.records["distance_m"].iloc[-1] == 2 * 299 * 3
    assert activity.records["distance_m"].is_monotonic_increasing


def test_no_distance_no_position_no_points():
    from_gps = only(tcx(lap(at_m=None, total_m="nan")))
    assert codes(from_gps) == {"no_distance", "bad_values"}
    assert from_gps.records["distance_m"].iloc[-1] == pytest.approx(1797, rel=1e-3)
    treadmill = only(tcx(lap(position=False)))
    assert treadmill.session.distance_m == 1797
    assert "latitude_deg" not in treadmill.records
    alone = only(tcx(lap(0, total_m="5000", seconds="1800")))
    assert codes(alone) == {"no_records"}
    totals = alone.session
    assert (totals.distance_m, totals.timer_s, totals.start_utc) == (5000, 1800, START)
    assert totals.heart_rate_bpm == 141
    with pytest.raises(NotActivity, match="no points and no totals"):
        read(tcx(lap(0, total_m="0", seconds="0")))


def test_totals_that_cannot_be_without_a_point_are_refused_and_no_nothing():
    with pytest.raises(Unreadable, match="totals that cannot be"):
        read(tcx(lap(0, total_m="1e15", seconds="1e15")))


@pytest.mark.parametrize("word", ["NaN", "abc", "1e400", "-5"])
def test_a_total_of_a_lap_that_cannot_be_is_noted(word):
    assert codes(only(tcx(lap(total_m=word)))) == {"bad_values"}
    assert "bad_values" in codes(only(tcx(lap(seconds=word))))


def test_zero_distance_keeps_the_time():
    session = only(tcx(lap(position=False, at_m=None, total_m="0"))).session
    assert (session.distance_m, session.timer_s) == (0, 600)


def test_laps_longer_than_their_points_are_believed():
    session = only(tcx(lap(30, total_m="3000", seconds="900"))).session
    assert (session.distance_m, session.timer_s, session.elapsed_s) == (3000, 900, 900)


def test_lap_totals_of_weeks_are_a_broken_clock():
    read_once = only(tcx(lap(seconds="1e6")))
    assert math.isnan(read_once.session.timer_s)
    assert "duration" in codes(read_once)


def test_a_text_beyond_measure_is_cut_and_noted():
    data = gpx(run(5)).replace(b"<trk>", b"<trk><desc>" + b"x" * 100_000 + b"</desc>")
    found = only(data)
    assert found.session.name == "Morning"
    assert "text" in codes(found)


def test_multisport_gives_its_legs():
    legs = [
        activity_of(lap(60, k * 100), sport=sport)
        for k, sport in enumerate(["Other", "Biking", "Running"])
    ]
    body = f"<Activities><MultiSportSession><FirstSport>{legs[0]}</FirstSport><NextSport>{legs[1]}</NextSport>"
    body += f"<NextSport>{legs[2]}</NextSport></MultiSportSession></Activities>"
    found = read(tcx(body=body)).activities
    assert [(a.session.sport, a.session.part, len(a.records)) for a in found] == [
        ("generic", 1, 60),
        ("cycling", 2, 60),
        ("running", 3, 60),
    ]


def test_an_empty_activity_beside_another_is_listed():
    body = f"<Activities>{activity_of(lap())}{activity_of()}</Activities>"
    reading = read(tcx(body=body))
    assert len(reading.activities) == 1
    assert reading.skipped[0].why == "activity 2: no points and no totals"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("<Courses><Course><Name>c</Name></Course></Courses>", "a course"),
        ("<Workouts/>", "without an activity"),
    ],
)
def test_tcx_without_an_activity(body, why):
    with pytest.raises(NotActivity, match=why):
        read(tcx(body=body))


def test_a_tcx_cut_before_its_activity():
    with pytest.raises(Unreadable, match="breaks off"):
        read(b"<TrainingCenterDatabase><Activities>")


def test_steps_of_laps():
    steps = "<Extensions><LX><Steps>800</Steps></LX></Extensions></Lap>"
    assert only(tcx(lap().replace("</Lap>", steps))).session.steps == 800
    assert math.isnan(only(tcx(lap())).session.steps)


def test_a_lap_that_starts_before_its_points_starts_the_run():
    early = lap(60, 5).replace(
        f'StartTime="{(START + timedelta(seconds=5)).isoformat().replace("+00:00", "Z")}',
        'StartTime="2026-03-01T07:00:00Z',
    )
    assert only(tcx(early)).session.start_utc == START
    far = early.replace("2026-03-01T07:00:00Z ", "2026-03-01T06:00:00Z")
    assert only(tcx(far)).session.start_utc == START + timedelta(seconds=5)
