"""Which run to ask the ground of: what it makes known, in which order, and when no longer."""

import datetime as dt
from dataclasses import replace

import pytest

from loadwatch.assess.ground_questions import (
    choose_question,
    find_one_question,
    find_questions,
)
from loadwatch.settings import Settings
from tests.builders import activities, run
from tests.courses import course_run, inherited, line, ring, straight

TODAY = dt.date(2026, 6, 30)
STREET = straight(0, 4000)
WOODS = line((0, 5000), (1500, 5000), (1500, 6500), (0, 6500), (0, 5000))
FAR = straight(50_000, 58_000)


def day(number, clock="07:30"):
    """A day so many days before TODAY."""
    return f"{TODAY - dt.timedelta(days=number)}T{clock}"


def ask(*rows, most=5, today=TODAY, **settings):
    return find_questions(inherited(*rows), Settings(**settings), today, most)


def test_the_run_that_makes_most_known_comes_first_and_each_supposes_those_before():
    found = ask(
        *(course_run(day(7 * week), STREET) for week in range(1, 5)),
        course_run(day(2), straight(0, 2000)),
        *(course_run(day(7 * week + 3), WOODS) for week in range(2)),
        course_run(day(1), FAR),
    )
    assert found.known_share == 0
    assert [round(q.settles_m, -2) for q in found.questions] == [18_000, 12_000, 8_000]
    assert [q.runs for q in found.questions] == [5, 2, 1]
    assert [q.times for q in found.questions] == [4, 2, 1]
    assert [q.shape for q in found.questions] == ["run", "loop", "run"]
    known = [18 / 38, 30 / 38, 1.0]
    assert [q.known_after for q in found.questions] == pytest.approx(known, abs=0.01)


def test_of_runs_as_good_as_each_other_the_newest_is_named():
    found = ask(*(course_run(day(7 * week, "18:05"), STREET) for week in range(1, 5)))
    (question,) = found.questions
    assert question.start.isoformat() == f"{day(7, '18:05')}:00"
    assert (question.weekday, question.has_clock) == ("Tuesday", True)


def test_runs_of_the_last_26_weeks_count_more_than_older_ones():
    old = [course_run(day(200 + 7 * week), WOODS) for week in range(3)]
    found = ask(*old, course_run(day(3), FAR))
    # 18 km long ago count 4.5 km, less than the 8 km of last week
    assert [round(q.recent_m, -2) for q in found.questions] == [8_000, 0]


def test_a_shorter_course_is_asked_before_a_longer_one_that_makes_as_much_known():
    short = [course_run(day(7 * week), straight(0, 4000)) for week in range(2)]
    found = ask(*short, course_run(day(1), FAR))
    assert [round(q.length_m) for q in found.questions] == [4000, 8000]


def test_what_is_answered_inherited_or_labelled_is_not_asked():
    found = ask(
        course_run(day(9), STREET, "hard"),
        course_run(day(8), STREET[::-1]),
        course_run(
            day(7),
            FAR,
            surface_source="label",
            sub_sport="treadmill",
            unknown_m=0.0,
            treadmill_m=8000.0,
            fallback_m=[],
        ),
        course_run(
            day(6),
            straight(80_000, 84_000),
            surface_source="default",
            hard_m=4000.0,
            unknown_m=0.0,
            fallback_m=[4000.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        ),
    )
    assert found.questions == ()
    assert found.known_share == 1.0


def test_other_sports_and_days_to_come_are_not_asked():
    found = ask(
        course_run(day(2), STREET, sport="walking"),
        course_run(day(-3), WOODS),
        course_run(day(3), FAR),
    )
    assert [round(q.length_m) for q in found.questions] == [8000]


def test_a_run_that_was_not_known_is_not_asked_for_26_weeks():
    rows = [course_run(day(3), FAR), course_run(day(9), STREET)]
    asked = str(TODAY - dt.timedelta(days=181))
    rows[0]["asked"] = asked
    assert [round(q.length_m) for q in ask(*rows).questions] == [4000]
    rows[0]["asked"] = str(TODAY - dt.timedelta(days=182))
    assert [round(q.length_m) for q in ask(*rows).questions] == [8000, 4000]


def test_the_standing_offer_ends_where_enough_is_known_or_little_is_added():
    one = ask(course_run(day(3), STREET))
    assert choose_question(one) == one.questions[0]
    much = ask(course_run(day(3), STREET), run(day(4), 40, hard_m=40_000.0))
    assert much.known_share > 0.9
    assert choose_question(much) is None
    little = ask(course_run(day(3), straight(0, 900)), run(day(4), 60, hard_m=30_000.0))
    assert little.known_share < 0.9
    assert choose_question(little) is None
    assert choose_question(replace(little, questions=())) is None


def test_after_a_move_the_question_is_of_where_the_runner_runs_now():
    old = [course_run(day(200 + 3 * number), WOODS) for number in range(40)]
    rows = inherited(*old, course_run(day(3), STREET), course_run(day(9), FAR))
    found = find_questions(rows, Settings(), TODAY, 5)
    assert found.questions[0].recent_m == 0
    question = find_one_question(rows, Settings(), TODAY)
    assert question is not None
    assert (question.recent_m, question.known_after) == (
        pytest.approx(8000, abs=5),
        pytest.approx(2 / 3, abs=0.001),
    )


def test_without_a_run_or_without_positions_there_is_no_question():
    empty = find_questions(activities(), Settings(), TODAY)
    assert empty.questions == ()
    assert choose_question(empty) is None
    assert ask(run(day(3), 10)).questions == ()


def test_metres_that_lie_on_no_cell_count_for_the_run_alone():
    holes = course_run(day(3), FAR, distance_m=9000.0)
    holes["signature"] = course_run(day(3), straight(50_000, 54_000))["signature"]
    found = ask(holes, course_run(day(4), straight(50_000, 54_000)))
    assert round(found.questions[0].settles_m, -2) == 13_000


def test_a_track_that_is_answered_is_not_asked_again():
    laps = ring(400, 10)
    found = ask(
        course_run(day(9), laps, "track"),
        course_run(day(8), laps),
        course_run(day(7), STREET),
    )
    assert [round(q.settles_m, -2) for q in found.questions] == [4000]
    assert found.questions[0].length_m == 4000.0
