"""What the rules look at: runs joined, what they can have been at most, and what lies before them.

As docs/method.md has it, two runs less than 30 minutes apart count as one; a run of unknown
distance is taken at the fastest pace of earlier runs of ten minutes or more. Numbers by hand.
"""

import datetime as dt
import math

import numpy as np
import pytest

from loadwatch.assess.rules.rule_input import (
    build_rule_input,
    find_earliest_most,
    find_own_largest,
    last_minute,
    look_back,
    look_back_from_end,
)
from loadwatch.assess.weeks import build_weeks
from loadwatch.settings import Settings
from tests.builders import activities, run, weekly_runs

KM = 1000.0
DAY_US = 86_400_000_000


def look_at(*rows, today=None, **settings):
    frame, chosen = activities(*rows), Settings(**settings)
    today = today or frame["start_local"].max().date()
    return build_rule_input(frame, build_weeks(frame, chosen, today), chosen, today)


def sessions_of(*rows):
    return look_at(*rows).sessions


def instant(text):
    return int(np.datetime64(text, "us").astype(np.int64))


def test_runs_in_order_with_their_pieces_joined():
    first = run("2026-01-05T08:00", 10, ascent_m=100.0, planned=True)
    # twenty minutes after the end of the first piece: one run
    pieces = [
        run("2026-01-13T08:00", 5, ascent_m=50.0),
        run("2026-01-13T08:50", duration_s=1200.0, planned=True),
    ]
    found = sessions_of(*pieces, first)
    assert found.start_us.tolist() == [
        instant("2026-01-05T08:00"),
        instant("2026-01-13T08:00"),
    ]
    assert found.distance_m.tolist()[0] == 10 * KM
    assert np.isnan(found.distance_m[1]) and np.isnan(found.ascent_m[1])
    assert found.known["distance_m"].tolist() == [10 * KM, 5 * KM]
    assert found.known["ascent_m"].tolist() == [100.0, 50.0]
    # 10 km and 100 m in an hour: 1200 s are 3333 m and 33 m more
    assert found.bound["distance_m"].tolist() == pytest.approx(
        [10_000, 5000 + 10e3 / 3]
    )
    assert found.bound["ascent_m"].tolist() == pytest.approx([100, 50 + 100 / 3])
    assert found.week == [0, 1]
    assert found.day == [dt.date(2026, 1, 5), dt.date(2026, 1, 13)]
    assert found.activity_id == ["id0", "id1"]
    assert found.source == ["0.fit", "1.fit"]
    assert found.planned == [True, True]
    assert found.offset_us == 0


def test_whole_pieces_are_added_up():
    pieces = [
        run("2026-01-13T08:00", 5, ascent_m=50.0),
        run("2026-01-13T08:50", 3, ascent_m=20.0),
        run("2026-01-13T09:30", 1, ascent_m=10.0),
    ]
    found = sessions_of(*pieces)
    assert found.distance_m.tolist() == [9 * KM]
    assert found.ascent_m.tolist() == [80.0]
    assert found.bound["distance_m"].tolist() == [9 * KM]
    assert found.planned == [False]


def test_the_order_is_that_of_instants_and_the_clock_that_of_the_last_run():
    # in Berlin at 10:00 is before New York at 8:00 of the same day
    berlin = run("2026-01-05T10:00", 5, start_utc="2026-01-05T09:00Z")
    york = run("2026-01-05T08:00", 6, start_utc="2026-01-05T13:00Z")
    found = sessions_of(york, berlin)
    assert found.distance_m.tolist() == [5 * KM, 6 * KM]
    assert found.offset_us == -5 * 3600 * 1_000_000


def test_a_start_without_a_zone_counts_by_its_local_clock():
    found = sessions_of(run("2026-01-05T08:00", 5, start_utc="NaT"))
    assert found.start_us.tolist() == [instant("2026-01-05T08:00")]


@pytest.mark.parametrize(
    ("second", "count"),
    [
        ("2026-01-05T12:29", 1),  # less than 30 minutes after the end of the long one
        ("2026-01-05T12:30", 2),
    ],
)
def test_a_short_run_within_a_long_one_does_not_end_it(second, count):
    rows = [
        run("2026-01-05T08:00", 40),  # to 12:00
        run("2026-01-05T09:00", 1),
        run(second, 5),
    ]
    assert len(sessions_of(*rows).start_us) == count


@pytest.mark.parametrize(
    ("lasts", "count"),
    [
        ({"duration_s": 1800.0, "elapsed_s": 3600.0}, 1),  # to 9:00
        ({"duration_s": 3600.0, "elapsed_s": np.nan}, 1),
        ({"duration_s": 1800.0, "elapsed_s": 1800.0}, 2),  # to 8:30
    ],
)
def test_a_run_ends_by_its_elapsed_time_where_that_is_longer(lasts, count):
    rows = [run("2026-01-05T08:00", 5, **lasts), run("2026-01-05T09:15", 5)]
    assert len(sessions_of(*rows).start_us) == count


@pytest.mark.parametrize(
    ("km", "seconds", "is_run"),
    [
        (0.499, 299.0, False),
        (0.5, 100.0, True),
        (0.1, 300.0, True),
        (math.nan, 59.9, False),
        (math.nan, 60.0, True),
        (0.1, math.nan, True),  # what is unknown is not short
    ],
)
def test_what_is_too_short_to_be_a_run(km, seconds, is_run):
    rows = [run("2026-01-05", 5), run("2026-01-07", km, duration_s=seconds)]
    assert len(sessions_of(*rows).start_us) == 1 + is_run


@pytest.mark.parametrize(
    ("seconds", "most"),
    [
        (600.0, 5000.0),  # ten minutes show a pace: 3 km in 600 s are 5 m/s
        (599.0, 7000.0),  # less do not: 7 m/s
        (400.0, 7000.0),
    ],
)
def test_ten_minutes_show_a_pace(seconds, most):
    quick = run("2026-01-05", 3, duration_s=seconds)
    found = sessions_of(quick, run("2026-01-07", duration_s=1000.0))
    assert found.bound["distance_m"].tolist() == [3000.0, most]


def test_a_pace_is_the_fastest_of_all_earlier_runs_and_none_of_no_metres():
    rows = [
        run("2026-01-05", 5, duration_s=1000.0),  # 5 m/s
        run("2026-01-06", 4, duration_s=1000.0),
        run("2026-01-07", 0.0, duration_s=1000.0),
        run("2026-01-08", duration_s=1000.0),
    ]
    assert sessions_of(*rows).bound["distance_m"].tolist()[3] == 5000.0
    assert sessions_of(*rows[2:]).bound["distance_m"].tolist() == [0.0, 7000.0]


def test_a_flat_run_shows_that_nothing_was_climbed():
    rows = [run("2026-01-05", 5, ascent_m=0.0), run("2026-01-07", 5)]
    found = sessions_of(*rows)
    assert found.bound["ascent_m"].tolist() == [0.0, 0.0]
    # without an earlier one nothing is known of a climb
    assert sessions_of(rows[1]).bound["ascent_m"].tolist() == [math.inf]


def test_a_run_without_distance_and_time_can_have_been_anything():
    found = sessions_of(run("2026-01-05", 5), run("2026-01-07"))
    assert found.known["distance_m"].tolist() == [5 * KM, 0.0]
    assert found.bound["distance_m"].tolist() == [5 * KM, math.inf]


def test_no_run_at_all():
    inputs = look_at(run("2026-01-05", 30, sport="cycling"))
    assert len(inputs.sessions.start_us) == 0
    assert inputs.sessions.offset_us == 0
    assert list(inputs.run_weeks()) == []
    past = look_back_from_end(inputs, "distance_m")
    assert (past.runs, past.unknown, past.runs_before) == ([0], [0], [0])
    assert math.isnan(past.most[0]) and past.bound == [0.0]


# --- the 30 days before --------------------------------------------------------------


def test_what_lies_in_the_30_days_before_each_run():
    found = sessions_of(
        run("2026-01-05T08:00", 10),  # in 60 minutes
        run("2026-01-15T08:00", duration_s=1800.0),  # 5 km at most
        run("2026-02-04T08:00", 7),  # 720 hours after the first
        run("2026-02-14T08:01", 6),
    )
    past = look_back(found, "distance_m", found.start_us)
    assert past.runs == [0, 1, 2, 1]
    assert past.unknown == [0, 0, 1, 0]
    assert past.runs_before == [0, 1, 2, 3]
    assert past.days_before == pytest.approx([0, 10, 30, 40 + 1 / 1440])
    assert math.isnan(past.most[0])
    assert past.most[1:] == [10 * KM, 10 * KM, 7 * KM]
    assert past.bound == [0.0, 0.0, 5 * KM, 0.0]


def test_only_unknown_runs_before_leave_a_bound_and_no_most():
    found = sessions_of(run("2026-01-05", duration_s=1000.0), run("2026-01-07", 5))
    past = look_back(found, "distance_m", found.start_us[1:])
    assert math.isnan(past.most[0])
    assert (past.bound, past.unknown) == ([7 * KM], [1])


def test_the_end_of_a_week_is_its_last_minute_by_the_clock_of_the_last_run():
    found = sessions_of(run("2026-01-05T10:00", 5, start_utc="2026-01-05T09:00Z"))
    end = last_minute(found, dt.date(2026, 1, 5))
    assert end.tolist() == [instant("2026-01-11T22:59")]


def test_the_most_for_a_run_of_today_is_that_of_the_30_days_before_this_morning():
    rows = [
        run("2026-01-05T00:00", 20),  # 30 days before the morning of 4 February
        run("2026-01-07", 10),
        run("2026-02-02", 8),
    ]
    for day, most in ((4, 20 * KM), (5, 10 * KM)):
        inputs = look_at(*rows, today=dt.date(2026, 2, day))
        assert find_earliest_most(inputs, "distance_m", 8 * KM) == most
    assert find_earliest_most(inputs, "distance_m", 12 * KM) == 12 * KM
    # an unknown run counts as the most it can have been, where that is known
    lost = run("2026-02-01", duration_s=7200.0), run("2026-02-01T18:00")
    inputs = look_at(*rows[1:], *lost)
    assert find_earliest_most(inputs, "distance_m", 0.0) == 20 * KM


# --- weeks ---------------------------------------------------------------------------


def test_what_a_week_holds_and_how_much_of_it():
    rows = weekly_runs("2026-01-07", [10, None, 12, 9], ascent_m=100.0)
    inputs = look_at(*rows, run("2026-01-22", 12), run("2026-01-29", 3))
    assert list(inputs.run_weeks()) == [0, 2, 3]
    assert [inputs.week_amount("distance_m", i) for i in range(4)] == [
        (10 * KM, True),
        (0.0, True),
        (24 * KM, True),
        (12 * KM, True),
    ]
    assert inputs.week_amount("ascent_m", 2) == (100.0, False)
    extents = [inputs.week_extent(2, is_whole=whole) for whole in (True, False)]
    assert extents == ["", "at_least"]
    # Thursday: the last week is not over
    assert {inputs.week_extent(3, is_whole=whole) for whole in (True, False)} == {
        "so_far"
    }


def test_the_own_largest_of_the_weeks_before():
    inputs = look_at(*weekly_runs("2026-01-07", [50, 20, None, 40, 30, 10]))
    for reach, largest in ((5, 50.0), (4, 40.0), (2, 40.0), (1, 30.0)):
        found = find_own_largest(inputs, "distance_m", 5, reach, skip=set())
        assert found == largest * KM
    assert find_own_largest(inputs, "distance_m", 5, 4, skip={3}) == 30 * KM
    assert find_own_largest(inputs, "distance_m", 1, 8, skip=set()) == 50 * KM
    assert math.isnan(find_own_largest(inputs, "distance_m", 0, 4, skip=set()))
    assert math.isnan(find_own_largest(inputs, "distance_m", 3, 1, skip=set()))
    assert math.isnan(find_own_largest(inputs, "ascent_m", 5, 4, skip=set()))


def test_what_is_after_today_and_what_is_no_run_is_left_out():
    inputs = look_at(
        run("2026-01-05", 5),
        run("2026-01-06", 30, sport="cycling"),
        run("2026-01-07", 6, parent=True),
        run("2026-01-09", 7),
        today=dt.date(2026, 1, 8),
    )
    assert inputs.table["distance_m"].tolist() == [5 * KM]
    assert inputs.week_numbers.tolist() == [0]
    assert inputs.start_us.tolist() == [instant("2026-01-05T08:00")]
    assert inputs.runs == [1]
    assert inputs.week_starts == [dt.date(2026, 1, 5)]
    assert inputs.complete == [False]
    assert inputs.today == dt.date(2026, 1, 8)
    assert inputs.partial["distance_m"] == [5 * KM]
