"""Weekly table; expected numbers by hand, `usual` from the vectors of the same name."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from loadwatch.assess.weeks import (
    build_calendar,
    build_weeks,
    compute_usual,
    count_unnamed,
    mark_support,
    mark_unnamed,
    select_runs,
    sum_known,
)
from loadwatch.settings import Settings
from loadwatch.tables import CONTEXT, MEASURED, WEEKS, column_names
from tests.builders import activities, run, weekly_runs

KM = 1000.0


def week(table, day):
    return table.loc[pd.Timestamp(day)]


def table(*rows, today=None, **settings):
    frame = activities(*rows)
    last = frame["start_local"].max()
    return build_weeks(frame, Settings(**settings), today or last.date())


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [
        ([40, 42, 27, 44], 41.0),
        ([40, 42, 27, None], 40.0),  # a week without a run is not counted
        ([40, 42, None, None], np.nan),
    ],
)
def test_usual_week(weeks, expected):
    built = table(*weekly_runs("2026-01-07", [*weeks, 50]))
    assert week(built, "2026-02-02")["distance_m_usual"] == pytest.approx(
        expected * KM, nan_ok=True
    )
    assert week(built, "2026-02-02")["distance_m_change"] == pytest.approx(
        50 / expected - 1, nan_ok=True
    )


def test_usual_of_columns_at_once():
    values = np.array([[40.0, 1], [42, np.nan], [27, 3], [44, 4], [0, 0]])
    found = compute_usual(values, np.ones((5, 1), bool))
    assert np.isnan(found[:3]).all()
    assert found[3].tolist()[0] == 40.0
    assert found[4].tolist() == [41.0, 3.0]  # the second column is known in three weeks


def test_every_week_is_there_and_empty_ones_are_told_apart():
    built = table(
        run("2026-01-05", 10), run("2026-01-26", 10), run("2026-01-14", sport="cycling")
    )
    assert [day.date().isoformat() for day in built.index] == [
        "2026-01-05",
        "2026-01-12",
        "2026-01-19",
        "2026-01-26",
    ]
    assert built.index.name == "week"
    assert built["runs"].tolist() == [1, 0, 0, 1]
    assert built["recorded"].tolist() == [
        True,
        True,
        False,
        True,
    ]  # a ride is a file; a bare week holds none
    # a week of rest is 0 km, of one without a file nothing is known
    for column in ("distance_m", "load", "longest_m"):
        assert built[column].isna().tolist() == [False, False, True, False]
    assert built["ascent_m"].isna().tolist() == [True, False, True, True]
    assert built["distance_m"].fillna(-1).tolist() == [10 * KM, 0, -1, 10 * KM]
    assert built["complete"].tolist() == [True, True, True, False]
    assert set(column_names((*WEEKS, *CONTEXT))) <= set(built.columns)
    assert all(
        f"{column}_{kind}" in built
        for column in MEASURED
        for kind in ("usual", "change")
    )


def test_sums_longest_and_support():
    built = table(
        run("2026-01-05", 10, ascent_m=100.0, rpe=5.0, srpe=300.0),
        run("2026-01-07", 15, ascent_m=40.0, srpe=500.0),
        run("2026-01-08", sport="training", sub_sport="strength_training"),
        run("2026-01-09", sport="yoga"),
        run("2026-01-10", 40, sport="walking"),
        run("2026-01-11", 99, parent=True),
    )
    first = built.iloc[0]
    assert (first["runs"], first["distance_m"], first["longest_m"]) == (
        2,
        25 * KM,
        15 * KM,
    )
    assert (first["ascent_m"], first["longest_ascent_m"], first["srpe"]) == (
        140.0,
        100.0,
        800.0,
    )
    assert first["support_sessions"] == 2
    assert first["load"] == 25 * KM


@pytest.mark.parametrize(
    ("method", "expected"),
    [("duration", 3600.0), ("effort", 10.0), ("steps", 9000.0), ("trimp", 80.0)],
)
def test_load_by_method(method, expected):
    built = table(run("2026-01-05", 10, steps=9000.0, trimp=80.0), load=method)
    assert built["load"].iloc[0] == expected


def test_nine_tenths_of_the_distance_make_a_sum_known():
    known = table(run("2026-01-05", 9, ascent_m=90.0), run("2026-01-06", 1))
    assert known["ascent_m"].iloc[0] == 90.0
    lacking = table(run("2026-01-05", 8.9, ascent_m=90.0), run("2026-01-06", 1.1))
    assert np.isnan(lacking["ascent_m"].iloc[0])
    frame = activities(run("2026-01-05", 8.9, ascent_m=90.0), run("2026-01-06", 1.1))
    assert sum_known(frame, Settings(), dt.date(2026, 1, 6))["ascent_m"].tolist() == [
        90.0
    ]


def test_a_run_of_unknown_distance_is_weighed_by_its_time():
    rows = [
        run("2026-01-05", 10),
        run("2026-01-06", 10),
        run("2026-01-07", duration_s=3600.0),
    ]
    # a third of the running is missing
    assert np.isnan(table(*rows)["distance_m"].iloc[0])
    rows[2] = run("2026-01-07", duration_s=600.0)  # a twelfth is not
    assert table(*rows)["distance_m"].iloc[0] == 20 * KM
    only = table(run("2026-01-05", duration_s=600.0), run("2026-01-06"))
    assert np.isnan(only["distance_m"].iloc[0])


@pytest.mark.parametrize(
    ("km", "lost", "is_known"),
    [
        # an hour at 10 km/h is a tenth of 100 km
        (90.0, {"duration_s": 3600.0}, True),
        (89.9, {"duration_s": 3600.0}, False),
        # without a time it is 5 km, a tenth of 50
        (45.0, {}, True),
        (44.9, {}, False),
    ],
)
def test_what_a_run_of_unknown_distance_weighs(km, lost, is_known):
    built = table(run("2026-01-05", km), run("2026-01-06", **lost))
    assert built["distance_m"].notna().tolist() == [is_known]
    assert built["longest_m"].notna().tolist() == [is_known]
    if is_known:
        assert built["distance_m"].iloc[0] == built["longest_m"].iloc[0] == km * KM


def test_a_week_that_is_known_in_part_has_its_own_part_and_no_other():
    frame = activities(
        run("2026-01-05", 10, ascent_m=90.0, trimp=50.0),
        run("2026-01-06", 10),
        run("2026-01-12", 8, ascent_m=20.0, trimp=30.0),
        run("2026-01-26", 6, ascent_m=10.0, trimp=20.0),  # tomorrow
    )
    found = sum_known(frame, Settings(load="trimp"), dt.date(2026, 1, 25))
    assert found["distance_m"].tolist() == [20 * KM, 8 * KM, 0.0]
    assert found["ascent_m"].tolist() == [90.0, 20.0, 0.0]
    assert found["longest_ascent_m"].tolist() == [90.0, 20.0, 0.0]
    assert found["load"].tolist() == [50.0, 30.0, 0.0]


def test_what_lies_after_today_is_in_no_week():
    # Wednesday; the week of 12 January holds only what is to come
    frame = activities(
        run("2026-01-05", 10),
        run("2026-01-07", sport="yoga"),
        run("2026-01-08", sport="training"),
        run("2026-01-15", 10),
        run("2026-01-15", sport="yoga"),
        run("2026-01-16", sport="training"),
    )
    today = dt.date(2026, 1, 14)
    built = build_weeks(frame, Settings(), today)
    assert built["runs"].tolist() == [1, 0]
    assert built["support_sessions"].tolist() == [1, 0]
    assert built["recorded"].tolist() == [True, False]
    assert built["complete"].tolist() == [True, False]
    calendar = build_calendar(frame, Settings(), today)
    assert count_unnamed(frame, calendar).tolist() == [1, 0]


def test_a_week_is_complete_on_its_own_last_day():
    rows = [run("2026-01-05", 10)]
    for day, is_complete in ((10, False), (11, True), (12, True)):
        built = table(*rows, today=dt.date(2026, 1, day))
        assert bool(built["complete"].iloc[0]) == is_complete
    assert len(table(*rows, today=dt.date(2026, 1, 11))) == 1
    assert len(table(*rows, today=dt.date(2026, 1, 12))) == 2


def test_a_usual_of_nothing_has_no_change():
    built = table(*weekly_runs("2026-01-07", [10] * 5, ascent_m=[0.0] * 4 + [100.0]))
    last = built.iloc[-1]
    assert (last["ascent_m"], last["ascent_m_usual"]) == (100.0, 0.0)
    assert np.isnan(last["ascent_m_change"])


def test_a_usual_takes_the_four_weeks_before_and_no_older_one():
    built = table(*weekly_runs("2026-01-07", [90, 10, 20, 40, 30, 50]))
    last = built.iloc[-1]
    assert last["distance_m_usual"] == 25 * KM  # the middle of 10, 20, 30 and 40
    assert last["distance_m_change"] == 1.0
    built = table(*weekly_runs("2026-01-07", [90, None, 20, 40, 30, 50]))
    assert built.iloc[-1]["distance_m_usual"] == 30 * KM  # of 20, 30 and 40


def test_each_kind_of_support_counts_once_and_no_parent():
    rows = [
        run("2026-03-02", sport="strength_training"),
        run("2026-03-03", sport="pilates"),
        run("2026-03-04", sport="yoga", sub_sport="yoga"),
        run("2026-03-05", sport="training", sub_sport="pilates"),
        run("2026-03-06", sport="training", sub_sport="cardio_training"),
        run("2026-03-07", sport="yoga", parent=True),
        run("2026-03-08", 5),
    ]
    found = mark_support(activities(*rows))
    assert found.tolist() == [True, True, True, True, False, False, False]


def test_a_workout_of_no_metres_is_one_without_a_kind():
    rows = [
        run("2026-03-02", 0.0, sport="training"),
        run("2026-03-03", 0.001, sport="training"),
        run("2026-03-04", sport="training", sub_sport="cardio_training"),
    ]
    assert mark_unnamed(activities(*rows)).tolist() == [True, False, False]


def test_a_day_with_a_run_of_unknown_distance_leaves_its_context_unknown():
    rows = [
        run((dt.date(2026, 1, 5) + dt.timedelta(days=i)).isoformat(), 5 + i % 2)
        for i in range(28)
    ]
    rows.append(run("2026-01-14T18:00", duration_s=1800.0))  # in the second week
    built = table(*rows)
    assert built["monotony"].notna().tolist() == [True, False, True, True]
    # 5 and 6 km in turn: 38 and 39 km in seven days
    assert built["strain"].iloc[0] == pytest.approx(
        38 * np.mean([5, 6] * 3 + [5]) / np.std([5, 6] * 3 + [5], ddof=1)
    )


def test_context_of_a_week_in_progress_is_as_of_today():
    rows = weekly_runs("2026-01-05", [10] * 5)  # Mondays, the last on 2 February
    built = table(*rows, today=dt.date(2026, 2, 4))
    # ten kilometres on the Monday, seven days up to Wednesday
    daily = np.array([10.0] + [0.0] * 6)
    assert built["monotony"].iloc[-1] == pytest.approx(daily.mean() / daily.std(ddof=1))
    assert built["load_7d"].iloc[-1] < built["load_7d"].iloc[-2] + 10 / 7


def test_a_run_of_zero_metres_without_altitude_knows_no_ascent():
    assert np.isnan(table(run("2026-01-05", 0.0))["ascent_m"].iloc[0])


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("mon", "2026-01-05"),
        ("tue", "2026-01-06"),
        ("sun", "2026-01-11"),
        ("sat", "2026-01-10"),
        ("thu", "2026-01-08"),
        ("wed", "2026-01-07"),
        ("fri", "2026-01-09"),
    ],
)
def test_week_start(start, first):
    built = table(run("2026-01-11", 5), week_start=start)  # a Sunday
    assert built.index[0] == pd.Timestamp(first)


def test_days_are_local_and_a_week_of_clock_change_is_seven_dates_long():
    # Sunday night in Berlin, clocks changed
    late = run("2026-03-29T23:50", 5, start_utc="2026-03-29T21:50Z")
    next_day = run("2026-03-30T00:10", 7, start_utc="2026-03-29T22:10Z")
    built = table(
        run("2026-03-23T00:10", 3, start_utc="2026-03-22T23:10Z"), late, next_day
    )
    assert built["distance_m"].tolist() == [8 * KM, 7 * KM]


def test_today_cuts_and_reaches_on():
    rows = weekly_runs("2026-01-07", [10, 11, 12])
    assert len(table(*rows, today=dt.date(2026, 1, 15))) == 2
    on = table(*rows, today=dt.date(2026, 2, 10))
    assert len(on) == 6
    assert on["runs"].tolist() == [1, 1, 1, 0, 0, 0]
    assert table(*rows, today=dt.date(2025, 1, 1)).empty


def test_nothing_and_no_date_give_an_empty_table():
    empty = activities()
    assert list(
        build_weeks(empty, Settings(), dt.date(2026, 1, 1)).columns[: len(WEEKS)]
    ) == column_names(WEEKS)
    undated = activities(
        run("2026-01-05", 5) | {"start_local": pd.NaT, "start_utc": pd.NaT}
    )
    assert build_weeks(undated, Settings(), dt.date(2026, 1, 1)).empty
    mixed = activities(
        run("2026-01-05", 5),
        run("2026-01-05", 5) | {"start_local": pd.NaT, "start_utc": pd.NaT},
    )
    assert build_weeks(mixed, Settings(), dt.date(2026, 1, 6))["runs"].tolist() == [1]


def test_sports_are_a_setting():
    frame = activities(run("2026-01-05", 5), run("2026-01-06", 9, sport="walking"))
    assert len(select_runs(frame, Settings())) == 1
    assert len(select_runs(frame, Settings(sports=("running", "walking")))) == 2


def test_context_stands_as_of_the_last_day_and_of_today():
    rows = [
        run((dt.date(2026, 1, 5) + dt.timedelta(days=i)).isoformat(), 5 + i % 2)
        for i in range(31)
    ]
    built = table(*rows)
    assert np.isnan(built["acwr_coupled"].iloc[2])  # 21 days
    assert built["acwr_coupled"].iloc[3] == pytest.approx(1.0, abs=0.02)
    assert built["monotony"].iloc[4] == pytest.approx(
        np.mean([6, 5, 6, 5, 6, 5, 5 + 0.0]) / np.std([6, 5, 6, 5, 6, 5, 5], ddof=1),
        rel=0.05,
    )
    assert not np.isnan(built["load_7d"].iloc[4])


def test_input_is_left_alone():
    frame = activities(*weekly_runs("2026-01-07", [10, 11, 12]))
    before = frame.copy(deep=True)
    build_weeks(frame, Settings(), dt.date(2026, 2, 1))
    pd.testing.assert_frame_equal(frame, before)


@examples(max_examples=15, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.floats(1, 80)), min_size=1, max_size=12),
    st.integers(1, 60),
)
def test_shifting_all_dates_by_whole_weeks_shifts_the_table(kms, by):
    if kms[0] is None:
        kms = [5.0, *kms]
    today = dt.date(2026, 1, 7) + dt.timedelta(weeks=len(kms) - 1)
    moved = dt.date(2026, 1, 7) + dt.timedelta(weeks=by)
    here = build_weeks(activities(*weekly_runs("2026-01-07", kms)), Settings(), today)
    there = build_weeks(
        activities(*weekly_runs(moved.isoformat(), kms)),
        Settings(),
        today + dt.timedelta(weeks=by),
    )
    pd.testing.assert_frame_equal(
        here.reset_index(drop=True),
        there.reset_index(drop=True),
        check_exact=False,
        rtol=1e-9,
    )


@examples(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(1, 80)), min_size=2, max_size=12))
def test_later_weeks_change_nothing_before_them(kms):
    kms = [5.0, *kms, 9.0]
    frame = activities(*weekly_runs("2026-01-07", kms))
    day = [dt.date(2026, 1, 7) + dt.timedelta(weeks=i) for i in range(len(kms))]
    whole, cut = (build_weeks(frame, Settings(), today) for today in (day[-1], day[-2]))
    same = whole.iloc[: len(cut) - 1]
    pd.testing.assert_frame_equal(cut.iloc[:-1], same)


def test_a_usual_that_is_the_remainder_of_a_sum_has_no_change():
    # found by the law of the budget: 2.2e-309 m of climb, by which a hundred overflow
    rows = [
        run(f"2026-01-{5 + 7 * i:02}", 5, ascent_m=ascent)
        for i, ascent in enumerate((5e-309, 5e-309, 5e-309))
    ]
    built = table(*rows, run("2026-01-26", 5, ascent_m=100.0))
    assert week(built, "2026-01-26")["runs"] == 1
    assert np.isnan(week(built, "2026-01-26")["ascent_m_change"])


def test_a_workout_of_no_known_kind_may_be_strength():
    rows = [
        run("2026-03-02", sport="training"),
        run("2026-03-03", sport="unknown"),
        run("2026-03-04", sport="fitness_equipment"),
        run("2026-03-05", sport="training", sub_sport="strength_training"),
        run("2026-03-06", 5, sport="training"),  # it went somewhere
        run("2026-03-07"),
        run("2026-03-08", sport="training", parent=True),
    ]
    found = mark_unnamed(activities(*rows))
    assert found.dtype == bool
    assert found.tolist() == [True, True, True, False, False, False, False]


def test_context_is_as_of_the_last_day_of_the_week_and_in_kilometres():
    rows = weekly_runs("2026-01-07", [10] * 8)  # Wednesdays
    today = dt.date(2026, 3, 8)
    before = build_weeks(activities(*rows), Settings(), today)
    # the Monday after the seventh week
    later = build_weeks(activities(*rows, run("2026-02-23", 30)), Settings(), today)
    names = [one for one in column_names(CONTEXT) if one in before]
    assert names and before[names].iloc[6].notna().any()
    assert before[names].iloc[6].equals(later[names].iloc[6])
    # one day of 10 km in a week: ten times the mean over the deviation
    daily = np.array([10.0] + [0.0] * 6)
    strain = 10 * daily.mean() / daily.std(ddof=1)
    assert before["strain"].iloc[6] == pytest.approx(strain)
