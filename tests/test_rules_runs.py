"""Rules on single runs: LW01, LW06, LW11, LW14. Numbers from the vectors session_spike*, or by hand."""

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from loadwatch.assess.rules import (
    BY_ID,
    gap,
    hill_session,
    judge,
    limits_in_force,
    session_spike,
)
from loadwatch.assess.rules.model import is_raising
from loadwatch.assess.rules.remaining import find_largest_quiet
from loadwatch.assess.weeks import build_weeks
from loadwatch.settings import Settings
from tests.builders import activities, run

SPIKE = limits_in_force(BY_ID["LW01"], Settings())
KM = 1000.0


def judged(*rows, rule, today=None, **settings):
    frame = activities(*rows)
    chosen = Settings(**settings)
    today = today or frame["start_local"].max().date()
    flags, unknown = judge(frame, build_weeks(frame, chosen, today), chosen, today)
    return [f for f in flags if f.rule == rule], [u for u in unknown if u.rule == rule]


def history(km=5.0, **more):
    """Six runs over the 35 days before 1 April 2026, so that nothing is capped for want of history."""
    days = (
        "2026-02-20",
        "2026-02-25",
        "2026-03-05",
        "2026-03-12",
        "2026-03-19",
        "2026-03-26",
    )
    return [run(day, km, **more) for day in days]


@pytest.mark.parametrize(
    ("before", "distance", "level"),
    [
        (10.0, 9.0, None),
        (10.0, 10.9, None),
        (10.0, 11.0, None),  # 11.0 / 10.0 - 1 lies above 0.10 in binary fractions
        (10.0, 11.2, "info"),
        (10.0, 11.3, "info"),
        (10.0, 11.31, "watch"),
        (10.0, 13.01, "watch"),
        (10.0, 20.0, "watch"),
        (10.0, 20.01, "high"),
        (2.0, 2.9, None),  # less than 1 km more
        (2.0, 3.1, "watch"),
        (0.0, 5.0, None),
    ],
)
def test_spike_levels(before, distance, level):
    found = session_spike.judge_distance(distance * KM, before * KM, SPIKE)
    assert (found[0] if found else None) == level


def test_spike_through_the_whole_judge():
    flags, _ = judged(
        *history(8), run("2026-03-22", 10), run("2026-04-01", 13.01), rule="LW01"
    )
    flag = flags[-1]
    assert (flag.level, flag.week, flag.name) == (
        "watch",
        dt.date(2026, 3, 30),
        "session_spike",
    )
    assert flag.value == pytest.approx(1.301)
    assert (flag.amount, flag.usual, flag.limit, flag.unit) == (
        13_010.0,
        10_000.0,
        1.10,
        "m",
    )
    assert flag.activity_id == "id7"
    assert flag.source == "7.fit"
    assert flag.evidence == "B"


def test_a_run_of_31_days_ago_does_not_count():
    rows = [
        run("2026-03-01", 18),
        run("2026-03-08", 9),
        run("2026-03-20", 10),
        run("2026-03-21", 1),
    ]
    flags, _ = judged(*rows, run("2026-04-01", 12), rule="LW01")
    assert flags[-1].value == pytest.approx(1.2)
    assert flags[-1].usual == 10 * KM


def test_the_look_back_is_half_open_and_counted_in_hours():
    rows = [*history(5), run("2026-03-02T08:00", 20)]
    at_edge, _ = judged(
        *rows, run("2026-04-01T08:00", 20), rule="LW01"
    )  # 720 h later: still within
    assert not [f for f in at_edge if f.week == dt.date(2026, 3, 30)]
    after, _ = judged(*rows, run("2026-04-01T08:01", 20), rule="LW01")
    assert after[-1].usual == 5 * KM


def test_no_run_in_the_window_is_no_baseline_and_no_spike():
    flags, unknown = judged(run("2026-01-01", 12), run("2026-03-01", 10), rule="LW01")
    assert flags == []
    assert [u.week for u in unknown] == [dt.date(2025, 12, 29), dt.date(2026, 2, 23)]
    assert str(unknown[1].why).startswith("no_baseline: ")


def test_info_at_most_until_thirty_days_and_four_runs_lie_behind():
    early, _ = judged(
        *[run(f"2026-01-{d:02}", 5) for d in (1, 3, 5, 7)],
        run("2026-01-09", 30),
        rule="LW01",
    )
    assert [f.level for f in early] == ["info"]
    # four runs lie behind, eight days
    assert (
        "6.0 times the longest of the 8 days that the files reach back" in early[0].says
    )
    assert early[0].says.endswith("it says little until 30 days lie behind.")
    few, _ = judged(
        run("2026-01-01", 5), run("2026-01-20", 5), run("2026-02-04", 30), rule="LW01"
    )
    assert [f.level for f in few] == ["info"]
    enough, _ = judged(*history(5), run("2026-04-01", 30), rule="LW01")
    assert [f.level for f in enough] == ["high"]


def test_two_runs_less_than_thirty_minutes_apart_count_as_one():
    first = run("2026-04-01T08:00", 6, elapsed_s=3600.0)
    near, _ = judged(*history(5), first, run("2026-04-01T09:29", 6), rule="LW01")
    assert [f.amount for f in near] == [12 * KM]
    apart, _ = judged(*history(6), first, run("2026-04-01T09:30", 6), rule="LW01")
    assert apart == []


def test_runs_of_which_only_the_day_is_known_stay_apart():
    rows = [
        run("2026-04-01T00:00", 5, date_only=True),
        run("2026-04-01T00:00", 5, date_only=True),
    ]
    flags, _ = judged(*history(5), *rows, rule="LW01")
    assert flags == []


def test_a_timed_run_after_one_of_which_only_the_day_is_known_is_another():
    rows = [
        run("2026-04-01T00:00", 5, date_only=True),
        run("2026-04-01T00:10", 5),
    ]
    assert judged(*history(5), *rows, rule="LW01")[0] == []


def test_a_hill_session_that_is_not_known_names_its_week():
    _, unknown = judged(*history(5), run("2026-04-01", 5, ascent_m=300.0), rule="LW06")
    assert unknown and all(isinstance(one.week, dt.date) for one in unknown)


def test_a_run_of_unknown_distance_before_leaves_a_spike_open_and_no_spike_closed():
    # 3000 s at 5 km in 1800 s, the fastest pace before, are 8.33 km at most
    rows = [*history(5), run("2026-03-28", duration_s=3000.0)]
    flags, unknown = judged(*rows, run("2026-04-01", 9), rule="LW01")
    assert flags == []
    assert any(
        str(u.why) == "no_distance: a run of the 30 days before has no distance"
        for u in unknown
    )
    flags, unknown = judged(*rows, run("2026-04-01", 5), rule="LW01")
    assert not [u for u in unknown if u.week == dt.date(2026, 3, 30)]


def test_over_the_most_an_unknown_run_can_have_been_is_raised():
    rows = [*history(5), run("2026-03-28", duration_s=3000.0)]
    flag = judged(*rows, run("2026-04-01", 20), rule="LW01")[0][0]
    most = 3000 * 5000 / 1800
    assert (flag.level, flag.usual) == ("high", 5 * KM)
    assert flag.held_against == pytest.approx(most)
    assert flag.value == pytest.approx(20_000 / most)
    assert (
        "at least 2.4 times the longest of the 30 days before (at most 8.3 km)"
        in flag.says
    )


def test_a_glimpse_and_a_short_recording_are_no_runs():
    for piece in (
        run("2026-03-28", duration_s=59.0),
        run("2026-03-28", 0.49, duration_s=299.0),
    ):
        flags, unknown = judged(*history(5), piece, run("2026-04-01", 9), rule="LW01")
        assert [(f.level, f.held_against) for f in flags] == [("watch", 5 * KM)]
        assert not [u for u in unknown if u.week == dt.date(2026, 3, 30)]
    # such a piece ends no gap of LW11 either: 20 days after the one run before
    flags, _ = judged(
        run("2026-03-01", 10),
        run("2026-03-15", 0.49, duration_s=299.0),
        run("2026-03-21", 4),
        rule="LW11",
    )
    assert [f.level for f in flags] == ["info"]
    assert "after 20 days without one" in flags[0].says


def test_a_glimpse_beside_a_run_leaves_its_distance_known():
    glimpse = run("2026-04-01T07:55", duration_s=20.0)
    flags, _ = judged(*history(5), glimpse, run("2026-04-01", 9), rule="LW01")
    assert [(flag.amount, flag.extent) for flag in flags] == [(9 * KM, "")]


def test_without_an_earlier_run_an_unknown_one_counts_at_seven_metres_a_second():
    # 1000 s at 7 m/s
    lost = run("2026-03-01", duration_s=1000.0)
    flag = judged(lost, run("2026-03-03", 10), rule="LW01")[0][0]
    assert (flag.level, flag.held_against) == ("info", 7 * KM)
    assert math.isnan(flag.usual)
    # seven metres a second is also the most: 10 km in 1000 s are no pace
    quick = run("2026-02-01", 10, duration_s=1000.0)
    flag = judged(quick, lost, run("2026-03-04", 20), rule="LW01")[0][0]
    assert flag.held_against == 7 * KM


def test_only_earlier_runs_tell_a_pace():
    # the fast run comes after the unknown one: 3000 s stay at 5 km in 1800 s
    fast = run("2026-03-29", 5, duration_s=900.0)
    rows = [*history(5), run("2026-03-28", duration_s=3000.0), fast]
    flag = judged(*rows, run("2026-04-01", 20), rule="LW01")[0][0]
    assert flag.held_against == pytest.approx(3000 * 5000 / 1800)


def test_a_run_that_is_itself_unknown_is_judged_by_its_bounds():
    # at 5 km in 1800 s: 1800 s are 5 km at most, 4000 s are 11.1 km
    for seconds, is_open in ((1800.0, False), (4000.0, True)):
        lost = run("2026-04-01", duration_s=seconds)
        flags, unknown = judged(*history(5), lost, rule="LW01")
        assert flags == []
        found = [u for u in unknown if u.week == dt.date(2026, 3, 30)]
        assert [u.why.text for u in found] == [
            "a run of this week has no distance"
        ] * is_open
    parts = [
        run("2026-04-01T08:00", 12, elapsed_s=4320.0),
        run("2026-04-01T09:20", duration_s=600.0),
    ]
    flag = judged(*history(5), *parts, rule="LW01")[0][0]
    assert (flag.level, flag.amount) == ("high", 12 * KM)
    assert "at least 12.0 km in one run" in flag.says


def test_a_large_change_needs_four_runs_in_the_thirty_days():
    rows = [run(f"2026-01-{day:02}", 5) for day in (2, 5, 8, 11)]
    three = [run(f"2026-03-{day}", 5) for day in (20, 24, 28)]
    flags, _ = judged(*rows, *three, run("2026-04-01", 12), rule="LW01")
    assert [f.level for f in flags] == ["watch"]
    four = [*three, run("2026-03-30", 5)]
    flags, _ = judged(*rows, *four, run("2026-04-01", 12), rule="LW01")
    assert [f.level for f in flags] == ["high"]


def test_runs_before_of_no_length_are_no_baseline():
    _, unknown = judged(
        *history(0.0, duration_s=2400.0), run("2026-04-01", 9), rule="LW01"
    )
    assert (
        str(unknown[-1].why)
        == "no_baseline: the runs of the 30 days before have no length"
    )
    # recordings of nothing at all are no runs
    _, unknown = judged(*history(0.0), run("2026-04-01", 9), rule="LW01")
    assert str(unknown[-1].why) == "no_baseline: no run in the 30 days before"


def test_sentence_of_a_spike():
    flags, _ = judged(*history(10), run("2026-04-01", 14), rule="LW01")
    assert flags[0].says == (
        "Wednesday 1 April 2026: 14.0 km in one run, 40 % more than the longest of the 30 days before "
        "(10.0 km); the limit is 10 %, 13 % with the watch's error. Up to 11.3 km this check stays quiet."
    )
    guard, _ = judged(*history(10), run("2026-04-01", 11.2), rule="LW01")
    assert guard[0].says.endswith(
        "(10.0 km): at the threshold, within the watch's error."
    )
    high, _ = judged(*history(10), run("2026-04-01", 25), rule="LW01")
    assert (
        "2.5 times the longest of the 30 days before (10.0 km), a large change"
        in high[0].says
    )


def test_limits_are_settings():
    flags, _ = judged(
        *history(10),
        run("2026-04-01", 14),
        rule="LW01",
        rules={"session_spike": {"watch": 1.5}},
    )
    assert flags == []
    flags, _ = judged(
        *history(10),
        run("2026-04-01", 10.9),
        rule="LW01",
        rules={"session_spike": {"watch": 1.05, "guard": 1.05, "more_m": 100}},
    )
    assert [f.level for f in flags] == ["watch"]
    flags, unknown = judged(
        *history(10),
        run("2026-04-01", 30),
        rule="LW01",
        rules={"session_spike": {"enabled": False}},
    )
    assert (flags, unknown) == ([], [])


@examples(max_examples=30, deadline=None)
@given(st.floats(0.5, 60), st.floats(0.5, 1))
def test_cutting_a_run_in_two_within_thirty_minutes_leaves_the_spike(km, share):
    whole, _ = judged(*history(5), run("2026-04-01T08:00", km), rule="LW01")
    first = run("2026-04-01T08:00", km * share)
    seconds = int(km * share * 360) + 29 * 60
    start = pd.Timestamp("2026-04-01T08:00") + pd.Timedelta(seconds=seconds)
    parts = [first, run(start.isoformat(), km * (1 - share))]
    split, _ = judged(*history(5), *parts, rule="LW01")
    assert [f.level for f in split] == [f.level for f in whole]
    assert [f.amount for f in split] == pytest.approx([f.amount for f in whole])


@examples(max_examples=100, deadline=None)
@given(st.floats(100, 60_000))
def test_largest_is_the_last_quiet_metre(longest):
    below = find_largest_quiet(
        lambda m: session_spike.judge_distance(m, longest, SPIKE)
    )
    assert not is_raising(session_spike.judge_distance(below, longest, SPIKE))
    assert is_raising(session_spike.judge_distance(below + 1, longest, SPIKE))


HILL = limits_in_force(BY_ID["LW06"], Settings())


@pytest.mark.parametrize(
    ("most", "ascent", "level"),
    [
        (400.0, 520.0, None),  # 1.30 is not above 1.30
        (400.0, 521.0, "watch"),
        (400.0, 8000.0, "watch"),  # never high: grade E
        (150.0, 249.0, None),  # less than 100 m more
        (150.0, 250.0, "watch"),
        (0.0, 149.0, None),  # less climb before counts as 50 m
        (0.0, 150.0, "watch"),
    ],
)
def test_hill_session_levels(most, ascent, level):
    found = hill_session.judge_climb(ascent, most, HILL)
    assert (found[0] if found else None) == level


def test_hill_session_where_an_ascent_lacks():
    # the steepest climb before is 100 m in 3600 s
    rows = history(10, ascent_m=100.0)
    hilly = run("2026-04-01", 10, ascent_m=400.0)
    flags, unknown = judged(*rows, hilly, rule="LW06")
    assert [(f.level, f.value) for f in flags] == [("watch", 4.0)]
    _, unknown = judged(*rows, run("2026-04-01", 10), rule="LW06")  # 100 m at most
    assert not [u for u in unknown if u.week == dt.date(2026, 3, 30)]
    _, unknown = judged(*rows, run("2026-04-01", 40), rule="LW06")  # 400 m at most
    assert str(unknown[-1].why) == "no_ascent: a run of this week has no ascent"
    flags, _ = judged(*rows, run("2026-03-28", 3), hilly, rule="LW06")  # 30 m at most
    assert [(f.level, f.value) for f in flags] == [("watch", 4.0)]
    flags, unknown = judged(*rows, run("2026-03-28", 40), hilly, rule="LW06")
    assert flags == []
    assert (
        str(unknown[-1].why) == "no_ascent: a run of the 30 days before has no ascent"
    )
    flags, unknown = judged(*history(10), hilly, rule="LW06")  # no climb tells a rate
    assert flags == []
    assert (
        str(unknown[-1].why) == "no_ascent: a run of the 30 days before has no ascent"
    )


def test_sentence_of_a_climb():
    # 1.30 x 100 m are 130 m, but at least 100 m more are needed
    rows = history(10, ascent_m=100.0)
    flags, _ = judged(*rows, run("2026-04-01", 10, ascent_m=400.0), rule="LW06")
    assert [(f.usual, f.held_against, f.extent) for f in flags] == [(100.0, 100.0, "")]
    assert flags[0].says == (
        "Wednesday 1 April 2026: 400 m of ascent in one run, 4.0 times the most of the "
        "30 days before (100 m); the limit is 1.3 times. Up to 199 m this check stays "
        "quiet."
    )


def test_sentence_of_a_climb_over_the_most_an_unknown_run_can_have_held():
    # the steepest before is 100 m in 3600 s, so that 14,400 s hold 400 m at most
    rows = [*history(10, ascent_m=100.0), run("2026-03-28", 40)]
    flags, _ = judged(*rows, run("2026-04-01", 10, ascent_m=600.0), rule="LW06")
    assert [(f.usual, f.held_against) for f in flags] == [(100.0, 400.0)]
    assert flags[0].says.startswith(
        "Wednesday 1 April 2026: 600 m of ascent in one run, at least 1.5 times the "
        "most of the 30 days before (at most 400 m); the limit is 1.3 times. "
    )
    assert flags[0].quiet_up_to == 520.0  # 1.30 x 400 m


def test_a_climb_of_a_run_in_two_pieces_counts_what_is_known():
    pieces = [
        run("2026-04-01T08:00", 5, ascent_m=400.0),
        run("2026-04-01T08:35", 5),
    ]
    (flag,), _ = judged(*history(10, ascent_m=100.0), *pieces, rule="LW06")
    assert (flag.amount, flag.extent) == (400.0, "at_least")
    assert "at least 400 m of ascent in one run" in flag.says


def test_a_climb_from_50_m_on_is_held_against_itself():
    # 50 m are the floor and no less: not "almost none"
    rows = history(10, ascent_m=50.0)
    (flag,), _ = judged(*rows, run("2026-04-01", 10, ascent_m=150.0), rule="LW06")
    assert (flag.value, flag.usual, flag.held_against) == (3.0, 50.0, 50.0)
    assert "3.0 times the most of the 30 days before (50 m)" in flag.says


def test_a_climb_without_a_run_before_it_has_no_baseline():
    flags, unknown = judged(
        run("2026-01-05", 10, ascent_m=100.0),
        run("2026-03-05", 10, ascent_m=900.0),
        rule="LW06",
    )
    assert flags == []
    assert [str(one.why) for one in unknown] == [
        "no_baseline: no run in the 30 days before"
    ] * 2


def test_the_first_climbs_of_a_log_are_no_more_than_mentioned():
    # two of three climbs flagged in a real log of three months were its second and third run
    rows = [
        run("2026-01-05", 10, ascent_m=100.0),
        run("2026-01-08", 10, ascent_m=400.0),
    ]
    flags, _ = judged(*rows, rule="LW06")
    assert [(f.level, f.value) for f in flags] == [("info", 4.0)]
    assert flags[0].says == (
        "Thursday 8 January 2026: 400 m of ascent in one run, after 100 m at most in the 3 days that the "
        "files reach back; it says little until 30 days and 4 runs lie behind."
    )


def test_up_from_almost_none():
    flags, _ = judged(
        *history(10, ascent_m=10.0), run("2026-04-01", 10, ascent_m=150.0), rule="LW06"
    )
    assert (flags[0].usual, flags[0].held_against) == (10.0, 50.0)
    assert (
        "up from almost none (at most 10 m in the 30 days before, which counts as 50 m)"
        in flags[0].says
    )


def regular(*kms):
    """A run every four days from 1 January 2026 on, the last on 9 February at 8:00 in the morning."""
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=4 * i) for i in range(10)]
    rows = [run(day.isoformat(), km) for day, km in zip(days, kms, strict=True)]
    return [*rows, run("2026-02-09T08:00", 8)]


def test_return_after_a_gap():
    # 18 km on 1 January lie before the 30 days up to 9 February; 3 x 4 days are under 14
    before = regular(18, 5, 5, 5, 5, 10, 5, 5, 5, 5)
    _, none = judged(*before, run("2026-02-23T07:59", 12), rule="LW11")
    assert none == []
    flags, _ = judged(*before, run("2026-02-23T08:00", 5), rule="LW11")
    assert [(f.level, f.value, f.usual) for f in flags] == [("info", 0.5, 10 * KM)]
    flags, _ = judged(*before, run("2026-02-23T08:00", 5.1), rule="LW11")
    assert [f.level for f in flags] == ["watch"]
    assert (
        "14 days without one: 51 % of the longest before the break (10.0 km)"
        in flags[-1].says
    )
    flags, _ = judged(*before, run("2026-02-23T08:00", 5.04), rule="LW11")
    assert (
        "50.4 % of the longest before the break (10.0 km); the limit is 50 %"
        in flags[-1].says
    )
    flags, _ = judged(
        *before, run("2026-02-23T08:00", 5.0), rule="LW11", preset="return"
    )
    assert flags[-1].level == "watch"


@pytest.mark.parametrize(
    ("gaps", "level"),
    [
        ((20,), "info"),  # none before it: the 14 days alone
        ((13,), None),
        ((4, 4, 4, 14), "info"),  # three gaps show no rhythm yet
        ((4, 4, 4, 4, 14), "watch"),
        ((4, 4, 4, 8, 14), None),  # upper quartile 4 + 0.25 x 4 = 5 days: from 15 on
        ((4, 4, 4, 8, 15), "watch"),
        ((13,) * 5 + (3,) * 9 + (14,), "watch"),  # ten before it: 3 x 3 = 9 days
        ((13,) * 5 + (3,) * 7 + (14,), None),  # 3 x 10.5 days
    ],
)
def test_a_gap_is_held_against_the_own_gaps_before_it(gaps, level):
    days = [dt.date(2026, 1, 1)]
    for gap_days in gaps:
        days.append(days[-1] + dt.timedelta(days=gap_days))
    flags, _ = judged(*[run(day.isoformat(), 8) for day in days], rule="LW11")
    assert [f.level for f in flags] == [level] * (level is not None)


def test_return_with_unknown_distance():
    # 10 km in 3600 s before: 3600 s are 10 km at most, 1800 s are 5 km, which is not over half
    before = run("2026-01-01", 10)
    lost = run("2026-02-01", duration_s=3600.0)
    _, unknown = judged(before, lost, rule="LW11")
    assert str(unknown[0].why).startswith("no_distance")
    lost = run("2026-02-01", duration_s=1800.0)
    assert judged(before, lost, rule="LW11") == ([], [])
    assert math.isinf(
        find_largest_quiet(lambda _m: gap.judge_return(1.0, 10.0, {"watch": 0.5}))
    )


def test_an_unknown_run_before_a_gap_counts_as_the_most_it_can_have_been():
    # 10,800 s at 5 km in 1800 s are 30 km: 12 km are over half of 10 km, not of 30
    before = regular(5, 5, 5, 5, 5, 10, 5, 5, 5, 5)
    before[7] = run("2026-01-29", duration_s=10_800.0)
    flags, unknown = judged(*before, run("2026-03-01", 12), rule="LW11")
    assert flags == []
    assert [u.why.code for u in unknown] == ["no_distance"]
    flag = judged(*before, run("2026-03-01", 16), rule="LW11")[0][0]
    assert (flag.level, flag.usual) == ("watch", 10 * KM)
    assert flag.held_against == pytest.approx(30 * KM)
    assert (
        "at least 53 % of the longest before the break (at most 30.0 km)" in flag.says
    )
    flags, _ = judged(*before, run("2026-03-01", 5), rule="LW11")
    assert [(f.level, f.held_against) for f in flags] == [("info", 10 * KM)]


def test_shoes_flag_once_at_each_limit():
    rows = [
        run(
            (dt.date(2026, 1, 1) + dt.timedelta(days=i)).isoformat(),
            30,
            shoe="Grey <b>",
        )
        for i in range(40)
    ]
    flags, _ = judged(*rows, run("2026-02-20", 5), rule="LW14")
    assert [(f.level, f.value, f.limit) for f in flags] == [
        ("info", 510.0, 500.0),
        ("watch", 810.0, 800.0),
    ]
    assert flags[0].activity_id == "id16"  # 17 runs of 30 km
    assert "the pair Grey <b> has run 510.0 km" in flags[0].says


def test_weeks_without_a_named_pair_are_unknown():
    _, unknown = judged(
        run("2026-01-01", 5, shoe="A"),
        run("2026-01-08", 5),
        run("2026-01-15", 5),
        rule="LW14",
    )
    assert [u.week for u in unknown] == [
        dt.date(2026, 1, 5),
        dt.date(2026, 1, 12),
    ]  # the week in progress, too
