"""Rules on weeks: LW02, LW04, LW05, LW07, LW12, LW15. `ascent_week` is the vector of that name."""

import datetime as dt

import pytest

from loadwatch.assess.rules import (
    BY_ID,
    hill_week,
    hills,
    judge,
    limits_in_force,
    week_jump,
)
from loadwatch.assess.weeks import build_weeks
from loadwatch.settings import Settings
from tests.builders import activities, run, weekly_runs

KM = 1000.0


def judged(rows, rule, today=None, **settings):
    frame = activities(*rows)
    chosen = Settings(**settings)
    today = today or frame["start_local"].max().date() + dt.timedelta(
        days=7
    )  # the last week is complete
    flags, unknown = judge(frame, build_weeks(frame, chosen, today), chosen, today)
    return [f for f in flags if f.rule == rule], [u for u in unknown if u.rule == rule]


@pytest.mark.parametrize(
    ("distance", "before", "usual", "level"),
    [
        (39.0, 30.0, 30.0, None),  # 30 % is not above 30 %
        (39.1, 30.0, 30.0, "watch"),
        (14.9, 10.0, 10.0, None),  # less than 5 km more
        (15.0, 10.0, 10.0, "watch"),
        (
            44.0,
            30.0,
            40.0,
            None,
        ),  # no more than 1.10 of the usual week: back from an easy one
        (44.1, 30.0, 40.0, "watch"),
        (99.0, 10.0, 10.0, "watch"),  # never high
        (7.1, 2.0, 1.0, "watch"),
        (7.1, 2.0, 6.6, None),
        (6.0, 1.0, 2.0, "watch"),  # a usual week below 5 km counts as 5 km
        (6.1, 0.0, 2.0, None),
    ],
)
def test_week_jump_levels(distance, before, usual, level):
    found = week_jump.judge_week(
        distance * KM,
        before * KM,
        usual * KM,
        limits_in_force(BY_ID["LW02"], Settings()),
    )
    assert (found[0] if found else None) == level


def test_week_jump_by_presets():
    bounds = {
        p: limits_in_force(BY_ID["LW02"], Settings(preset=p))
        for p in ("default", "return", "novice")
    }
    found = {
        p: week_jump.judge_week(13 * KM, 10 * KM, 10 * KM, own)
        for p, own in bounds.items()
    }
    assert found["default"] is None
    assert found["return"] == ("watch", 1.20)
    assert found["novice"] is None
    assert week_jump.judge_week(13.1 * KM, 10 * KM, 10 * KM, bounds["novice"]) == (
        "watch",
        1.30,
    )


def test_week_jump_through_the_judge():
    flags, _ = judged(weekly_runs("2026-01-07", [30, 32, 31, 30, 45]), "LW02")
    assert [(f.week, f.level, f.amount, f.usual) for f in flags] == [
        (dt.date(2026, 2, 2), "watch", 45 * KM, 30 * KM)
    ]
    assert flags[0].says == (
        "45.0 km in the week of 2 February 2026, 50 % more than the week before (30.0 km) and more than "
        "the usual "
        "30.5 km; the limit is 30 % more. Up to 39.0 km this check stays quiet."
    )


def test_week_jump_is_unknown_after_a_week_without_a_run_and_with_too_few_weeks():
    _, unknown = judged(weekly_runs("2026-01-07", [30, 32, 31, 30, None, 60]), "LW02")
    assert [(u.week.isoformat(), u.why.code) for u in unknown] == [
        ("2026-01-05", "no_week_before"),
        ("2026-01-12", "too_few_weeks"),
        ("2026-01-19", "too_few_weeks"),
        ("2026-02-09", "no_week_before"),
    ]


def test_vectors_week_to_week():
    # 30, 33, 40, 0, 25: changes of 10 and 21.2 %, then nothing to compare with
    for before, now, percent in ((30, 33, 10.0), (33, 40, 21.212121)):
        assert 100 * (now / before - 1) == pytest.approx(percent, abs=1e-6)
        assert (
            week_jump.judge_week(
                now * KM,
                before * KM,
                30 * KM,
                limits_in_force(BY_ID["LW02"], Settings()),
            )
            is None
        )


def test_the_week_in_progress_is_told_only_what_is_over_already():
    rows = weekly_runs("2026-01-07", [30, 32, 31, 30, 45])
    flags, unknown = judged(rows, "LW02", today=dt.date(2026, 2, 5))
    assert flags[0].says.startswith("So far 45.0 km in the week of 2 February 2026")
    rows = weekly_runs("2026-01-07", [30, 32, 31, 30, 31])
    flags, unknown = judged(rows, "LW04", today=dt.date(2026, 2, 5))
    assert flags == []
    assert max(u.week for u in unknown) == dt.date(2026, 1, 26)


def test_a_partial_sum_over_the_limit_counts_and_one_below_is_unknown():
    base = weekly_runs("2026-01-07", [10, 10, 10, 10], ascent_m=100.0)
    half = [run("2026-02-04", 10, ascent_m=400.0), run("2026-02-05", 10)]
    flags, _ = judged([*base, *half], "LW04")
    assert flags[0].level == "high"
    assert flags[0].says.startswith(
        "At least 400 m of ascent in the week of 2 February 2026, 4.0 times the usual"
    )
    half = [run("2026-02-04", 10, ascent_m=90.0), run("2026-02-05", 10)]
    flags, unknown = judged([*base, *half], "LW04")
    assert flags == []
    assert (
        str(unknown[-1].why)
        == "not_known: runs with more than a tenth of the week's distance lack their ascent"
    )


def test_a_partial_distance_counts_too():
    base = weekly_runs("2026-01-07", [30, 30, 30, 30])
    lost = run("2026-02-05", duration_s=7200.0)
    flags, _ = judged([*base, run("2026-02-04", 45), lost], "LW02")
    assert flags[0].says.startswith("At least 45.0 km")
    flags, unknown = judged([*base, run("2026-02-04", 30), lost], "LW02")
    assert flags == []
    assert str(unknown[-1].why) == "no_distance: runs of this week have no distance"
    _, unknown = judged(
        [*base, run("2026-02-04", 30), lost, run("2026-02-11", 30)], "LW02"
    )
    assert (
        str(unknown[-1].why)
        == "no_distance: the distance of the week before is not known"
    )


def test_ascent_week_vector():
    rows = weekly_runs(
        "2026-01-07", [10] * 5, ascent_m=[120.0, 150.0, 130.0, 200.0, 330.0]
    )
    flags, _ = judged(rows, "LW04")
    assert [(f.level, f.usual) for f in flags] == [
        ("watch", 140.0)
    ]  # +190 m: short of 200 m for high
    assert flags[0].value == pytest.approx(2.357142857142857)


@pytest.mark.parametrize(
    ("rule", "usual", "amount", "level"),
    [
        ("LW04", 200.0, 299.0, None),
        ("LW04", 200.0, 300.0, "watch"),
        ("LW04", 200.0, 400.0, "high"),
        ("LW04", 100.0, 199.0, None),
        ("LW04", 0.0, 149.0, None),  # below the floor: held against 50 m
        ("LW04", 0.0, 150.0, "watch"),
        ("LW04", 0.0, 250.0, "high"),
        ("LW05", 3000.0, 4499.0, None),
        ("LW05", 3000.0, 4500.0, "watch"),
        ("LW05", 3000.0, 6000.0, "high"),
        ("LW05", 2000.0, 4999.0, "watch"),  # less than 3 km more
        ("LW05", 100.0, 2000.0, "watch"),  # held against 500 m
        ("LW05", 100.0, 1999.0, None),
    ],
)
def test_hill_levels(rule, usual, amount, level):
    found = hills.judge_hills(amount, usual, limits_in_force(BY_ID[rule], Settings()))
    assert (found[0] if found else None) == level


def test_downhill_words():
    rows = weekly_runs(
        "2026-01-07", [20] * 5, downhill_m=[2000.0, 2000.0, 2000.0, 2000.0, 4120.0]
    )
    flags, _ = judged(rows, "LW05")
    assert flags[0].says == (
        "4.1 km downhill at 5 % or steeper in the week of 2 February 2026, 2.1 times the usual 2.0 km; "
        "the limit is 1.5 times. Up to 3.4 km this check stays quiet."
    )


def test_one_rest_week_raises_nothing_in_the_weeks_after_it():
    kms = [40, 42, 41, 40, 42, None, 41, 42, 40, 41, 42, 40]
    more = {
        "ascent_m": [m and m * 4.0 for m in kms],
        "downhill_m": [m and m * 30.0 for m in kms],
    }
    third = [m and m / 3 for m in kms]
    rows = [
        r
        for day in ("2026-01-05", "2026-01-07", "2026-01-11")
        for r in weekly_runs(day, third, **more)
    ]
    frame = activities(*rows)
    today = dt.date(2026, 4, 5)
    flags, _ = judge(frame, build_weeks(frame, Settings(), today), Settings(), today)
    assert [f.rule for f in flags if f.level != "info"] == []


def test_hilly_week_against_the_own_half_year():
    kms = [20] * 14
    ascents = [20.0 * m for m in (5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)] + [
        20 * 14.9,
        20 * 11.0,
    ]
    flags, unknown = judged(weekly_runs("2026-01-07", kms, ascent_m=ascents), "LW07")
    assert [f.value for f in flags] == [pytest.approx(14.9)]
    assert flags[0].limit == pytest.approx(
        14.9
    )  # P90 of 5 ... 16: between the 10th and 11th of 12
    assert len(unknown) == 12
    assert (
        str(unknown[-1].why)
        == "too_few_weeks: 11 comparable weeks of the 26 before know their ascent, 12 are needed"
    )


def test_flat_weeks_and_short_weeks_are_not_hilly():
    flat = weekly_runs(
        "2026-01-07",
        [20] * 13,
        ascent_m=[20.0 * m for m in (1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 9.9)],
    )
    assert judged(flat, "LW07")[0] == []
    short = weekly_runs("2026-01-07", [20] * 12 + [4], ascent_m=[100.0] * 12 + [400.0])
    assert judged(short, "LW07") == ([], judged(short, "LW07")[1])
    assert hill_week.compute_percentile([7.0], 0.9) == 7.0


def test_effort_is_info_only():
    rows = weekly_runs(
        "2026-01-07", [10] * 5, trimp=[100.0, 100.0, 100.0, 100.0, 150.0]
    )
    flags, unknown = judged(rows, "LW12")
    assert [(f.level, f.value) for f in flags] == [("info", 1.5)]
    assert (
        flags[0].says
        == "150 of effort by heart rate (TRIMP) in the week of 2 February 2026, 1.5 times the usual 100."
    )
    rows = weekly_runs(
        "2026-01-07", [10] * 5, srpe=[100.0, 100.0, 100.0, 100.0, 300.0], trimp=100.0
    )
    assert "effort by feeling" in judged(rows, "LW12")[0][0].says
    _, unknown = judged(weekly_runs("2026-01-07", [10] * 5), "LW12")
    assert str(unknown[-1].why).startswith("not_known: neither exertion nor heart rate")


def test_support_sessions_are_missed_once_in_four_weeks():
    rows = weekly_runs("2026-01-07", [10] * 13)
    flags, unknown = judged(rows, "LW15")
    # four weeks lie behind on 26 January; the next four without a session end on 23 February
    assert [f.week.isoformat() for f in flags] == [
        "2026-01-26",
        "2026-02-23",
        "2026-03-23",
    ]
    assert all(f.level == "info" and f.fired_26w == 0 for f in flags)
    assert len(unknown) == 3
    assert flags[0].says == (
        "No strength, Pilates or yoga session is logged in the 4 weeks up to the week of 26 January 2026; "
        "what is done without a watch is not seen."
    )


def test_support_sessions_that_are_logged_keep_it_quiet():
    rows = weekly_runs("2026-01-07", [10] * 8)
    done = run("2026-01-15", sport="training", sub_sport="pilates")
    # counted up to the week of 2 February, the first week without it in its four is that of 9 February
    assert [f.week.isoformat() for f in judged([*rows, done], "LW15")[0]] == [
        "2026-02-09"
    ]
    asked = {"rules": {"support_sessions": {"info": 3}}}
    two = run("2026-01-16", sport="training", sub_sport="strength_training")
    text = judged([*rows, done, two], "LW15", **asked)[0][0].says
    assert text.startswith(
        "2 strength, Pilates or yoga sessions are logged in the 4 weeks"
    )


def test_a_week_without_a_run_passes_the_missing_session_on():
    rows = weekly_runs("2026-01-07", [10, 10, 10, None, 10, 10, 10, None, 10])
    # no run in the fourth week: told in the fifth, and again four or more weeks after that
    assert [f.week.isoformat() for f in judged(rows, "LW15")[0]] == [
        "2026-02-02",
        "2026-03-02",
    ]
