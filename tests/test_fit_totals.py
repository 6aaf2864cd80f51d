"""What a FIT session states, held against its records, laps and file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from loadwatch.ingest.readers import fit
from loadwatch.settings import Settings
from tests.make_fit import START, FitBuilder, run

NO_POSITION = {"position": None}


def read(data):
    return fit.read(data, "a.fit", Settings()).activities


def session(**more):
    return read(run(**more))[0].session


def codes(one):
    return [note.code for note in one.notes]


@pytest.mark.parametrize("factor", [0.0, 0.001, 1 / 1.609344, 0.1, 10.0, 1000.0])
def test_distance_of_two_witnesses_beats_the_summary(factor):
    """Records and positions say 6 km, whatever the unit of the summary and its lap."""
    one = session(seconds=2000, session={"total_distance": 6000 * factor})
    assert one.distance_m == pytest.approx(6000)
    assert codes(one) == ([] if 0.65 < factor < 1.5 else ["distance"])


def test_treadmill_that_states_zero_takes_its_records():
    one = session(
        seconds=2000,
        session={"total_distance": 0.0},
        sub_sport="treadmill",
        **NO_POSITION,
    )
    assert one.distance_m == pytest.approx(6000)
    assert codes(one) == ["distance"]


@pytest.mark.parametrize("metres", [5000.0, 6600.0, 7900.0])
def test_calibrated_distance_stays_without_a_note(metres):
    one = session(seconds=2000, session={"total_distance": metres}, **NO_POSITION)
    assert one.distance_m == metres
    assert codes(one) == []


@pytest.mark.parametrize("timer_s", [0.0, 20.0, 60_000.0, 1_800_000.0])
def test_timer_that_cannot_be_is_replaced(timer_s):
    one = session(seconds=1800, session={"total_timer_time": timer_s})
    assert one.timer_s == pytest.approx(1800, abs=5)
    assert "clock" in codes(one)


def test_timer_that_is_right_beside_a_long_pause_stays():
    one = session(seconds=1800, pauses=[(600, 7200)])
    assert (one.timer_s, one.elapsed_s) == (1800, 9000)
    assert codes(one) == []


@pytest.mark.parametrize("away", [365, -365, 7, -1, 2 / 24])
def test_start_that_nothing_else_carries_is_replaced(away):
    wrong = START + timedelta(days=away)
    one = session(seconds=1800, session={"start_time": wrong})
    assert one.start_utc == START
    assert "clock" in codes(one)
    assert one.elapsed_s == 1800


def test_start_stays_where_the_file_carries_it():
    """All records lie a year ahead, the summary and the file do not."""

    def late(second):
        return {"timestamp": START + timedelta(days=365, seconds=second)}

    one = session(seconds=1800, record=late)
    assert one.start_utc == START


@pytest.mark.parametrize("hours", [5, 24 * 6, 24 * 45])
def test_first_records_before_the_clock_was_set_do_not_move_the_run(hours):
    early = timedelta(hours=hours)

    def record(second):
        if second > 10:
            return {}
        return {"timestamp": START - early + timedelta(seconds=second)}

    stated = {
        "start_time": START - early,
        "total_elapsed_time": early.total_seconds() + 1800,
    }
    made = read(run(seconds=1800, record=record, session=stated))[0]
    assert abs((made.session.start_utc - START).total_seconds()) < 15
    assert made.session.elapsed_s == pytest.approx(1800, abs=15)
    assert "clock" in codes(made.session)
    length = made.records.index[-1] - made.records.index[0]
    assert length == pytest.approx(timedelta(seconds=1800), abs=timedelta(seconds=15))


def test_pause_of_hours_moves_nothing():
    one = session(seconds=1800, pauses=[(60, 5 * 3600)])
    assert one.start_utc == START
    assert one.elapsed_s == 1800 + 5 * 3600
    assert codes(one) == []


def add_laps(fit, count=3, seconds=600, metres=1800.0, start=START, **more):
    for number in range(count):
        first = start + timedelta(seconds=number * seconds)
        fit.add(
            "lap",
            start_time=first,
            timestamp=first + timedelta(seconds=seconds),
            total_elapsed_time=seconds,
            total_timer_time=seconds,
            total_distance=metres,
            sport="running",
            **more,
        )


def make_lap_file():
    fit = FitBuilder()
    fit.add("file_id", type="activity", time_created=START)
    return fit


def test_laps_alone_make_an_activity():
    made = make_lap_file()
    add_laps(made, total_ascent=10, avg_heart_rate=140, sub_sport="trail")
    one = read(made.bytes())[0]
    assert one.session.start_utc == START
    assert (one.session.distance_m, one.session.timer_s) == (5400, 1800)
    assert (one.session.ascent_m, one.session.heart_rate_bpm) == (30, 140)
    assert (one.session.sport, one.session.sub_sport) == ("running", "trail")
    assert codes(one.session) == ["recovered"]
    assert one.records.empty


def test_laps_without_a_timer_give_their_elapsed_time():
    made = make_lap_file()
    made.add(
        "lap",
        start_time=START,
        timestamp=START + timedelta(seconds=1800),
        total_elapsed_time=1800,
        total_distance=5400.0,
        sport="running",
    )
    one = read(made.bytes())[0].session
    assert (one.distance_m, one.timer_s, one.sport) == (5400, 1800, "running")


def test_laps_written_twice_count_once():
    made = make_lap_file()
    add_laps(made)
    add_laps(made)
    one = read(made.bytes())[0].session
    assert (one.distance_m, one.timer_s) == (5400, 1800)


def test_session_without_records_is_held_against_its_laps():
    made = make_lap_file()
    add_laps(made)
    made.add(
        "session",
        start_time=START + timedelta(days=300),
        timestamp=START + timedelta(seconds=1800),
        total_elapsed_time=1800,
        total_timer_time=0,
        total_distance=5.4,
        sport="running",
    )
    one = read(made.bytes())[0].session
    assert (one.distance_m, one.timer_s) == (5400, 1800)
    assert one.start_utc == START
    assert set(codes(one)) == {"clock", "distance", "no_records"}


def test_file_that_broke_off_keeps_what_its_records_say():
    """The last lap was never written, so the laps end before the records."""
    made = make_lap_file()
    add_laps(made, count=1)
    for second in range(0, 1801, 5):
        made.add(
            "record",
            timestamp=START + timedelta(seconds=second),
            distance=3.0 * second,
        )
    one = read(made.bytes())[0].session
    assert (one.elapsed_s, one.timer_s) == (1800, 1800)


def test_laps_that_cover_the_records_give_their_totals():
    made = make_lap_file()
    add_laps(made, total_ascent=10)
    for second in range(0, 1801, 5):
        made.add(
            "record",
            timestamp=START + timedelta(seconds=second),
            distance=2.9 * second,
        )
    one = read(made.bytes())[0].session
    assert (one.distance_m, one.ascent_m, one.timer_s) == (5400, 30, 1800)


@pytest.mark.parametrize("sport", ["generic", "training", "fitness_equipment"])
@pytest.mark.parametrize(
    "sub_sport", ["treadmill", "indoor_running", "trail", "ultra", "track", "street"]
)
def test_sub_sport_of_a_run_makes_a_broad_sport_running(sport, sub_sport):
    one = session(sport=sport, sub_sport=sub_sport)
    assert (one.sport, one.sub_sport) == ("running", sub_sport)
    assert one.steps > 0


@pytest.mark.parametrize(
    ("sport", "sub_sport"),
    [
        ("generic", "generic"),
        ("fitness_equipment", "elliptical"),
        ("training", "strength_training"),
        ("cycling", "trail"),
        ("cycling", "track"),
    ],
)
def test_no_other_sub_sport_makes_a_run(sport, sub_sport):
    assert session(sport=sport, sub_sport=sub_sport).sport == sport


def test_broad_sport_on_a_trail_at_a_walk_is_no_run():
    walk = session(sport="generic", sub_sport="trail", speed_mps=1.2)
    assert (walk.sport, walk.sub_sport) == ("generic", "trail")
    hike = session(sport="running", sub_sport="trail", speed_mps=1.2)
    assert hike.sport == "running"


def test_leg_of_another_year_is_put_where_its_records_are():
    made = FitBuilder()
    made.add("file_id", type="activity", time_created=START)
    for second in range(0, 2401, 5):
        made.add(
            "record",
            timestamp=START + timedelta(seconds=second),
            distance=3.0 * second,
        )
    for number in range(2):
        first = START + timedelta(seconds=1200 * number)
        made.add(
            "session",
            start_time=first if number == 0 else datetime(2031, 1, 1, tzinfo=UTC),
            timestamp=first + timedelta(seconds=1200),
            total_elapsed_time=1200,
            total_timer_time=1200,
            total_distance=3600.0,
            sport="running",
        )
    one, two = read(made.bytes())
    assert two.session.start_utc == START + timedelta(seconds=1200)
    assert codes(two.session) == ["clock"]
    assert codes(one.session) == []


def test_records_that_are_gone_from_a_whole_file_are_missed():
    """A damaged definition swallows them; checksum and session are as they were."""
    timer = {"total_timer_time": 600.0, "total_elapsed_time": 600.0}
    for seconds, has_note in ((0, True), (300, True), (550, True), (590, False)):
        one = session(seconds=seconds, session=timer)
        assert ("no_records" in codes(one)) is has_note


def test_pauses_and_smart_recording_miss_no_records():
    assert not codes(session(pauses=((300, 900),)))
    assert not codes(session(every_s=9))


def test_records_that_are_gone_from_the_middle_are_missed():
    hole = {second: {"timestamp": START} for second in range(200, 400)}
    one = session(record=lambda second: hole.get(second, {}))
    assert "no_records" in codes(one)
