"""LW11, the first run after a break, and LW14, kilometres on one pair of shoes."""

import datetime as dt
import math

import pytest

from loadwatch.assess.rules import gap
from loadwatch.assess.rules.remaining import find_largest_quiet
from tests.builders import run
from tests.judged_runs import KM, judged


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
