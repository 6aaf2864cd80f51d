"""LW01, one run against the longest of 30 days. Numbers from the vectors session_spike*, or by hand."""

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from loadwatch.assess.rules import BY_ID, limits_in_force, session_spike
from loadwatch.assess.rules.model import is_raising
from loadwatch.assess.rules.remaining import find_largest_quiet
from loadwatch.settings import Settings
from tests.builders import run
from tests.judged_runs import KM, history, judged

SPIKE = limits_in_force(BY_ID["LW01"], Settings())


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
    # 720 h later: still within
    at_edge, _ = judged(*rows, run("2026-04-01T08:00", 20), rule="LW01")
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
