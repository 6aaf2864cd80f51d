# ruff: noqa: DTZ001 -- wall clocks of lists tell no zone
"""What the dates and numbers of a list say about each other."""

import math
from datetime import UTC, datetime

import pytest

from loadwatch.errors import Unreadable
from loadwatch.settings import Settings
from tests.read_lists import one, read, sessions

# --- dates that need an answer --------------------------------------------------------------------


AMBIGUOUS = "date,distance_km\n03/04/2024,10\n"


def test_a_date_that_may_begin_with_day_or_month_asks():
    with pytest.raises(Unreadable, match="--date-order"):
        read(AMBIGUOUS)
    assert one(AMBIGUOUS, Settings(date_order="dmy")).start_local == datetime(
        2024, 4, 3
    )
    assert one(AMBIGUOUS, Settings(date_order="mdy")).start_local == datetime(
        2024, 3, 4
    )


def test_one_number_over_twelve_tells_the_order_of_all():
    first, _ = sessions(AMBIGUOUS + "25/04/2024,10\n")
    assert first.start_local == datetime(2024, 4, 3)


def test_both_orders_in_one_column_leave_the_doubtful_out():
    reading = read("date,distance_km\n25/04/2024,10\n04/26/2024,9\n03/04/2024,8\n")
    assert [a.session.start_local for a in reading.activities] == [
        datetime(2024, 4, 25),
        datetime(2024, 4, 26),
    ]
    assert [(s.source, s.kind) for s in reading.skipped] == [("#4", "rejected")]
    assert "--date-order" in reading.skipped[0].why


def test_the_order_of_rows_tells_the_order_of_a_date():
    # day first these go forward in time; month first they would jump to and fro
    rows = "".join(
        f"{day:02}/{month:02}/2024,5\n"
        for month, day in ((1, 9), (2, 3), (3, 11), (4, 2), (5, 12))
    )
    assert sessions("date,distance_km\n" + rows)[0].start_local == datetime(2024, 1, 9)


# --- what the numbers of a row say about each other -------------------------------------------------


PACED = (
    "Activity Type,Date,Favorite,Title,Distance,Time,Avg Pace,Avg Stride Length,Steps\n"
)
PLAIN = "Running,2023-03-01 08:00:00,false,Run,5.30,00:30:31,5:45,1.09,4862\n"


def test_a_distance_that_does_not_fit_time_and_pace_is_said():
    _, odd = sessions(
        PACED
        + PLAIN
        + "Running,2023-03-02 08:00:00,false,Run,9.00,00:30:31,5:45,1.09,4862\n"
    )
    assert odd.distance_m == 9000
    assert "does not fit" in odd.notes[0].text


def test_yards_of_a_track_run_in_a_list_of_miles():
    # 2,000 yards in 8:00 are 1.136 miles at 7:02
    rows = "Running,2023-03-01 08:00:00,false,Run,3.00,00:24:00,8:00,1.09,4429\n"
    _, track = sessions(
        PACED
        + rows
        + 'Track Running,2023-03-02 08:00:00,false,Run,"2,000",00:08:00,7:02,1.20,1524\n'
    )
    assert track.distance_m == pytest.approx(2000 * 0.9144)
    assert "yards" in track.notes[0].text


def test_metres_without_a_pace_are_told_by_speed():
    rows = "date,distance,duration,avg stride length,steps\n2024-05-01,5.00,0:25:00,1.20,4167\n"
    _, metres = sessions(rows + "2024-05-02,3000,0:15:00,,\n")
    assert metres.distance_m == 3000
    assert "metres" in metres.notes[0].text


def test_faster_than_anybody_runs():
    session = one("date,distance_km,duration\n2024-05-01,42.2,0:00:47\n")
    assert "faster than anybody" in session.notes[0].text


def test_a_spreadsheets_hours_that_are_minutes():
    # 6.88 km at 6:51/km are 47:08
    text = "Type;date;Temps;Distance;Vitesse_moy\nCourse à pied;30/06/2014 05:28;47:08:00;6,88;06:51\n"
    session = one(text)
    assert session.timer_s == 2828
    assert session.notes[0].code == "duration"


def test_plain_numbers_are_told_by_speed():
    for cell, length in (("25", 1500), ("1500", 1500), ("25.5", 1530)):
        assert (
            one(f"date,distance_km,duration\n2024-05-01,5,{cell}\n").timer_s == length
        )
    doubtful = read("date,duration\n2024-05-01,0:47\n")
    assert [s.kind for s in doubtful.skipped] == ["rejected"]


def test_a_duration_of_two_meanings_beside_a_distance_is_said():
    session = one("date,distance_km,duration\n2024-05-01,100,1:10\n")
    assert math.isnan(session.timer_s)
    assert "h:mm:ss" in session.notes[0].text


def test_a_list_whose_speeds_are_nobodys_runs():
    text = "date,distance_km,duration\n2024-05-01,40,1:20:00\n2024-05-02,60,2:00:00\n"
    first, _ = sessions(text)
    assert first.sport == "unknown"
    assert any(note.code == "type" for note in first.notes)


def test_a_planned_row_and_an_empty_one():
    reading = read(
        "date,distance_km,duration\n2024-05-01,5,0:25:00\n2024-05-02,,\n2024-05-03,soon,later\n"
    )
    assert [(s.source, s.kind) for s in reading.skipped] == [
        ("#3", "ignored"),
        ("#4", "rejected"),
    ]


def test_starts_that_carry_an_offset_or_a_zone():
    text = "date,distance_km,timezone\n2024-05-01T07:00:00+02:00,5,\n2024-05-02T07:00:00Z,5,\n2024-05-03 07:00,5,Europe/Paris\n2024-05-04 07:00,5,../../etc\n"
    offset, utc, zone, none = sessions(text)
    assert (offset.start_utc, offset.zone) == (
        datetime(2024, 5, 1, 5, tzinfo=UTC),
        "+02:00",
    )
    assert (utc.start_utc, utc.start_local) == (
        datetime(2024, 5, 2, 7, tzinfo=UTC),
        None,
    )
    assert (zone.start_utc, zone.zone) == (
        datetime(2024, 5, 3, 5, tzinfo=UTC),
        "Europe/Paris",
    )
    assert (none.start_utc, none.zone) == (None, "")


def test_instants_counted_since_1970_and_rows_without_a_date():
    reading = read("date,distance_km\n1714546800,5\n,6\n")
    assert reading.activities[0].session.start_utc == datetime(
        2024, 5, 1, 7, tzinfo=UTC
    )
    assert reading.skipped[0].why == "it has no date"


def test_a_date_without_a_clock_in_a_list_of_utc_is_a_day():
    session = one(
        'Activity Date,Activity Type,Elapsed Time,Distance\n"Oct 30, 2023",Run,1500,5.0\n'
    )
    assert session.date_only
    assert session.start_utc is None


def test_a_zero_written_by_hand_is_meant_and_a_climb_may_carry_its_unit():
    flat, hilly = sessions(
        "date,distance_km,ascent,descent\n2024-05-01,5,0,0\n2024-05-02,5,230 ft,70 m\n"
    )
    assert (flat.ascent_m, flat.descent_m) == (0, 0)
    assert (hilly.ascent_m, hilly.descent_m) == (pytest.approx(70.104), 70)


@pytest.mark.parametrize("name", ["heart_rate", "Heart Rate", "Herzfrequenz", "pulse"])
def test_a_column_of_heart_rates_is_read_without_the_word_average(name):
    text = f"date,distance_km,duration,{name}\n2026-03-02,5,0:30:00,151\n"
    assert one(text).heart_rate_bpm == 151
