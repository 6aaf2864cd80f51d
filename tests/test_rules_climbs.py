"""LW06, the climb of one run against the most of 30 days. Numbers by hand or from the vectors."""

import datetime as dt

import pytest

from loadwatch.assess.rules import BY_ID, hill_session, limits_in_force
from loadwatch.settings import Settings
from tests.builders import run
from tests.judged_runs import history, judged

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
