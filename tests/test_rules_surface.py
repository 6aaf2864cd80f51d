"""Rules on ground and on several changes at once: LW08, LW09, LW10; `surface_shift` is a vector."""

import datetime as dt

import pandas as pd
import pytest

from loadwatch.assess.rules import (
    BY_ID,
    inherited_ground,
    judge,
    limits_in_force,
    surfaces,
)
from loadwatch.assess.weeks import build_weeks
from loadwatch.settings import Settings
from loadwatch.tables import KNOWN_SURFACES
from tests.builders import activities, run, weekly_runs

SHIFT = limits_in_force(BY_ID["LW08"], Settings())


def judged(rows, *rules, today=None, **settings):
    frame = activities(*rows)
    chosen = Settings(**settings)
    today = today or frame["start_local"].max().date() + dt.timedelta(days=7)
    flags, unknown = judge(frame, build_weeks(frame, chosen, today), chosen, today)
    return [f for f in flags if f.rule in rules], [
        u for u in unknown if u.rule in rules
    ]


def test_the_shift_rule_has_an_opinion_on_every_surface():
    """A new surface: say in rules/surfaces.py, IS_HARD, whether it counts as hard ground."""
    assert set(surfaces.IS_HARD) == set(KNOWN_SURFACES)


def mixed(hard, soft, **more):
    kms = [h + s for h, s in zip(hard, soft, strict=True)]
    return weekly_runs(
        "2026-01-07",
        kms,
        hard_m=[h * 1000.0 for h in hard],
        soft_m=[s * 1000.0 for s in soft],
        **more,
    )


def test_surface_shift_vector():
    flags, _ = judged(mixed([5, 5, 5, 5, 18], [15, 15, 15, 15, 6]), "LW08")
    flag = flags[0]
    assert (flag.level, flag.limit, flag.amount, flag.usual) == (
        "high",
        50.0,
        18_000.0,
        5_000.0,
    )
    assert flag.value == pytest.approx(50.0)
    assert flag.says == (
        "In the week of 2 February 2026 hard ground made up 75 % of the known distance, "
        "at most 25 % in the four weeks before. That is 18.0 km, "
        "usually 5.0 km: a large change (from 50 points on). "
        "With the other ground as it was, up to 9.9 km this check stays quiet."
    )


@pytest.mark.parametrize(
    ("hard", "other", "before", "usual", "level"),
    [
        (10.0, 10.0, 0.25, 5.0, "watch"),
        (9.9, 9.9, 0.25, 5.0, None),  # less than 5 km more
        (14.0, 15.0, 0.25, 5.0, None),  # 23 points
        (19.96, 20.04, 0.25, 5.0, None),  # 24.9 points
        (15.0, 5.0, 0.25, 5.0, "high"),
        (14.9, 4.9, 0.25, 5.0, "watch"),  # less than 10 km more
        (0.0, 0.0, 0.0, 0.0, None),
    ],
)
def test_shift_levels(hard, other, before, usual, level):
    found = surfaces.judge_shift(hard * 1000, other * 1000, before, usual * 1000, SHIFT)
    assert (found[0] if found else None) == level


def test_shift_is_suppressed_where_the_ground_is_not_known():
    rows = mixed([5, 5, 5, 5], [15, 15, 15, 15])
    week = run("2026-02-04", 24, hard_m=16_000.0)
    flags, unknown = judged([*rows, week], "LW08")
    assert flags == []
    assert (
        str(unknown[-1].why)
        == "no_surface: the ground is known for 67 % of the distance of this week, 70 % are needed"
    )
    blind = weekly_runs("2026-01-07", [20] * 4)
    _, unknown = judged([*blind, run("2026-02-04", 24, hard_m=24_000.0)], "LW08")
    assert str(unknown[-1].why) == (
        "no_surface: in none of the four weeks before the ground of 70 % of the distance is known"
    )
    assert (
        str(unknown[0].why)
        == "too_few_weeks: fewer than three of the four weeks before hold a run"
    )
    _, unknown = judged([*rows, week, run("2026-02-05", duration_s=9000.0)], "LW08")
    assert str(unknown[-1].why) == "no_distance: runs of this week have no distance"


def test_shift_says_nothing_of_a_week_in_progress():
    rows = mixed([5, 5, 5, 5, 18], [15, 15, 15, 15, 6])
    flags, unknown = judged(rows, "LW08", today=dt.date(2026, 2, 5))
    assert flags == []
    assert str(unknown[-1].why) == "not_over: the week is not over"
    assert unknown[-1].week == dt.date(2026, 2, 2)


def test_shift_is_held_against_the_largest_share_of_the_four_weeks():
    # 60 % three weeks before: 75 % is 15 points more, not 50
    flags, _ = judged(mixed([5, 12, 5, 5, 18], [15, 8, 15, 15, 6]), "LW08")
    assert flags == []
    # the same share in a week of 6 km, under half of the mean of 16.5 km, is no yardstick
    flags, _ = judged(mixed([5, 3.6, 5, 5, 18], [15, 2.4, 15, 15, 6]), "LW08")
    assert [(f.level, f.value) for f in flags] == [("high", pytest.approx(50.0))]


def test_shift_leaves_out_weeks_whose_ground_is_not_known():
    known = mixed([5, 5, 5], [15, 15, 15])
    # 13 of 20 km are known, all of them hard: under 70 %
    blind = run("2026-01-28", 20, hard_m=13_000.0)
    week = run("2026-02-04", 24, hard_m=18_000.0, soft_m=6_000.0)
    flags, _ = judged([*known, blind, week], "LW08")
    assert [(f.level, f.value) for f in flags] == [("high", pytest.approx(50.0))]


def test_shift_looks_at_four_weeks_and_no_further():
    # 75 % five weeks before is out of reach: at most 25 % in the four
    older = mixed([18, 5, 5, 5, 5, 18], [6, 15, 15, 15, 15, 6])
    assert [f.value for f in judged(older, "LW08")[0]] == [pytest.approx(50.0)]
    # four weeks before it is within reach
    within = mixed([5, 18, 5, 5, 5, 18], [15, 6, 15, 15, 15, 6])
    assert [f.week.isoformat() for f in judged(within, "LW08")[0]] == []
    # a week without a run among the four takes nothing away
    rows = [row for row in older if row["start_local"].day != 21]
    assert [f.value for f in judged(rows, "LW08")[0]] == [pytest.approx(50.0)]


@pytest.mark.parametrize(("km", "is_raised"), [(9.0, False), (8.9, True)])
def test_a_week_of_half_the_mean_is_a_yardstick_and_less_is_none(km, is_raised):
    # 21, 21, 21 and 9 km are 18 km in the mean; 60 % of the 9 km are hard
    hard, soft = [5.25, 5.25, 5.25, 0.6 * km, 18], [15.75, 15.75, 15.75, 0.4 * km, 6]
    flags, _ = judged(mixed(hard, soft), "LW08")
    assert [f.level for f in flags] == ["high"] * is_raised


@pytest.mark.parametrize(("known", "is_raised"), [(14_000.0, False), (13_999.0, True)])
def test_a_week_before_counts_from_70_percent_of_known_ground_on(known, is_raised):
    rows = mixed([5, 5, 5], [15, 15, 15])
    half_hard = run("2026-01-28", 20, hard_m=known * 0.6, soft_m=known * 0.4)
    week = run("2026-02-04", 24, hard_m=18_000.0, soft_m=6_000.0)
    # 15 points over 60 %, 50 over 25 %
    flags, _ = judged([*rows, half_hard, week], "LW08")
    assert [f.level for f in flags] == ["high"] * is_raised


@pytest.mark.parametrize(("known", "is_raised"), [(14_000.0, True), (13_999.0, False)])
def test_this_week_counts_from_70_percent_of_known_ground_on(known, is_raised):
    week = run("2026-02-04", 20, hard_m=known)
    rows = mixed([2, 2, 2, 2], [18, 18, 18, 18])
    flags, unknown = judged([*rows, week], "LW08")
    assert [f.value for f in flags] == [pytest.approx(90.0)] * is_raised
    assert (unknown[-1].week == dt.date(2026, 2, 2)) != is_raised


def test_the_hard_share_is_one_of_the_known_metres():
    # 12 of 16 known km are hard, 8 km are not known: 75 %, not 50 %
    week = run("2026-02-04", 22, hard_m=12_000.0, soft_m=4_000.0)
    (flag,), _ = judged([*mixed([5] * 4, [15] * 4), week], "LW08")
    assert (flag.level, flag.amount) == ("watch", 12_000.0)  # under 10 km more
    assert flag.value == pytest.approx(50.0)
    assert flag.says == (
        "In the week of 2 February 2026 hard ground made up 75 % of the known distance, "
        "at most 25 % in the four weeks before. That is 12.0 km, usually 5.0 km; "
        "the limit is 25 points. With the other ground as it was, up to 9.9 km this "
        "check stays quiet."
    )


def test_the_sentence_names_the_largest_share_before():
    rows = mixed([12, 5, 5, 5, 27], [8, 15, 15, 15, 3])
    (flag,), _ = judged(rows, "LW08")
    assert flag.says.startswith(
        "In the week of 2 February 2026 hard ground made up 90 % of the known distance, "
        "at most 60 % in the four weeks before. That is 27.0 km, usually 5.0 km; "
    )


def test_a_week_of_no_distance_knows_no_ground():
    week = run("2026-02-04", 0.0, duration_s=2400.0)
    rows = mixed([5] * 4, [15] * 4)
    flags, unknown = judged([*rows, week], "LW08", "LW09")
    assert flags == []
    reasons = {str(u.why) for u in unknown if u.week == dt.date(2026, 2, 2)}
    assert reasons == {
        (
            "no_surface: the ground is known for 0 % of the distance of this week, "
            "70 % are needed"
        )
    }


def test_firm_soft_track_and_treadmill_are_not_hard():
    for column in ("firm_m", "soft_m", "track_m", "treadmill_m"):
        week = run("2026-02-04", 24, **{column: 24_000.0})
        rows = mixed([5] * 4, [15] * 4)
        flags, unknown = judged([*rows, week], "LW08")
        assert flags == []
        assert dt.date(2026, 2, 2) not in {one.week for one in unknown}


@pytest.mark.parametrize(
    ("hard", "level", "limit"),
    [(10.0, "watch", 25.0), (15.0, "watch", 25.0), (9.9, None, None)],
)
def test_unsure_ground_is_judged_by_the_limit_for_a_watch(hard, level, limit):
    other = 20.0 - hard
    found = surfaces.judge_unsure_shift(hard * 1000, other * 1000, 0.25, 5000.0, SHIFT)
    assert found == (None if level is None else (level, limit))


def test_a_move_to_road_that_stays_is_raised_once():
    flags, _ = judged(
        mixed([5, 5, 5, 5, 18, 18, 18], [15, 15, 15, 15, 6, 6, 6]), "LW08"
    )
    assert [f.week.isoformat() for f in flags] == ["2026-02-02"]


def test_new_ground_is_info():
    flags, _ = judged(mixed([0, 0, 0, 0, 6], [20, 20, 20, 20, 6]), "LW09")
    assert [(f.level, f.amount, f.value, f.limit) for f in flags] == [
        ("info", 6_000.0, 0.0, 5.0)
    ]
    assert flags[0].says.startswith(
        "6.0 km on hard ground (asphalt, concrete, paving) in the week of 2 February 2026"
    )
    flags, _ = judged(mixed([0, 0, 0, 0, 4.9], [20, 20, 20, 20, 6]), "LW09")
    assert flags == []
    flags, _ = judged(mixed([1.1, 1, 1, 1, 6], [20, 18, 18, 18, 6]), "LW09")
    assert flags == []  # 5 % before is not new


def test_sentence_of_new_ground():
    (flag,), unknown = judged(mixed([0, 0, 2, 1, 5], [20, 20, 20, 20, 6]), "LW09")
    # 3 of 83 km are 3.6 %; usual is the middle of 0, 0, 1 and 2 km
    assert flag.value == pytest.approx(100 * 3 / 83)
    assert (flag.amount, flag.usual, flag.limit) == (5_000.0, 500.0, 5.0)
    assert flag.says == (
        "5.0 km on hard ground (asphalt, concrete, paving) in the week of 2 February "
        "2026, which made up 4 % of the known distance in the 8 weeks before."
    )
    assert {one.week for one in unknown} == {
        dt.date(2026, 1, day) for day in (5, 12, 19)
    }


def test_ground_is_new_below_five_percent_of_the_eight_weeks_before():
    # 4 of 80 km are 5 %
    assert judged(mixed([4, 0, 0, 0, 6], [16, 20, 20, 20, 6]), "LW09")[0] == []
    rows = mixed([3.9, 0, 0, 0, 6], [16.1, 20, 20, 20, 6])
    assert len(judged(rows, "LW09")[0]) == 1
    # eight weeks before still count, nine do not
    for rest, is_new in ((7, False), (8, True)):
        rows = mixed([20, *[0] * rest, 6], [0, *[20] * rest, 0])
        assert len(judged(rows, "LW09")[0]) == is_new


def test_two_new_kinds_of_ground_are_two_notes():
    week = run("2026-02-04", 16, track_m=5_000.0, firm_m=6_000.0, soft_m=5_000.0)
    flags, _ = judged([*mixed([0] * 4, [20] * 4), week], "LW09")
    assert sorted(f.amount for f in flags) == [5_000.0, 6_000.0]
    assert all(f.value == 0.0 for f in flags)


def test_new_ground_is_found_where_most_of_the_week_is_not_known():
    # 6 of 24 km are known and new; what else there was changes nothing
    week = run("2026-02-04", 24, hard_m=6_000.0)
    flags, unknown = judged([*mixed([0] * 4, [20] * 4), week], "LW09")
    assert [f.amount for f in flags] == [6_000.0]
    assert dt.date(2026, 2, 2) not in {one.week for one in unknown}


@pytest.mark.parametrize(("known", "is_new"), [(14_000.0, True), (13_990.0, False)])
def test_new_ground_needs_70_percent_of_known_ground_before(known, is_new):
    before = weekly_runs("2026-01-07", [20] * 4, soft_m=known)
    week = run("2026-02-04", 6, hard_m=6_000.0)
    flags, unknown = judged([*before, week], "LW09")
    assert len(flags) == is_new
    assert (dt.date(2026, 2, 2) in {one.week for one in unknown}) != is_new


def test_new_ground_needs_three_weeks_with_a_run_before():
    reason = "too_few_weeks: fewer than three weeks with a run lie before"
    two = mixed([0, 0, 6], [20, 20, 6])
    assert {str(one.why) for one in judged(two, "LW09")[1]} == {reason}
    three = mixed([0, 0, 0, 6], [20, 20, 20, 6])
    assert len(judged(three, "LW09")[0]) == 1
    # weeks without a run are none of them
    late = [row for row in three if row["start_local"].day != 14]
    assert judged(late, "LW09")[0] == []


def test_new_ground_counts_in_the_week_in_progress_and_needs_a_past():
    rows = mixed([0, 0, 0, 0, 6], [20, 20, 20, 20, 6])
    assert len(judged(rows, "LW09", today=dt.date(2026, 2, 5))[0]) == 1
    _, unknown = judged(rows, "LW09")
    assert [u.why.code for u in unknown] == ["too_few_weeks"] * 3
    blind = [
        *weekly_runs("2026-01-07", [20] * 4),
        run("2026-02-04", 24, hard_m=24_000.0),
    ]
    assert str(judged(blind, "LW09")[1][-1].why).startswith(
        "no_surface: the ground is known for 0 %"
    )
    week = [
        *mixed([0, 0, 0, 0], [20, 20, 20, 20]),
        run("2026-02-04", 24, soft_m=4_000.0),
    ]
    assert str(judged(week, "LW09")[1][-1].why).startswith(
        "no_surface: the ground is known for 17 % of the distance of this"
    )


def test_two_kinds_of_change_in_one_week():
    rows = mixed([5, 5, 5, 5, 18], [15, 15, 15, 15, 6], ascent_m=100.0)
    flags, _ = judged(rows, "LW10")
    assert [
        (f.level, f.value) for f in flags
    ] == []  # hard ground alone: 24 km are no spike over 20
    rows = mixed([5, 5, 5, 5, 18], [15, 15, 15, 15, 6], ascent_m=[100.0] * 4 + [300.0])
    flags, _ = judged(rows, "LW10")
    assert [(f.level, f.value) for f in flags] == [("info", 2.0)]
    assert (
        flags[0].says
        == "More than one thing changed in the week of 2 February 2026: hills and hard ground."
    )


def test_hard_ground_with_distance_is_named_and_never_more_than_a_note():
    flags, _ = judged(
        mixed([5, 5, 5, 5, 24], [15, 15, 15, 15, 6]), "LW10", "LW01", "LW02", "LW08"
    )
    levels = {f.rule: f.level for f in flags if f.week == dt.date(2026, 2, 2)}
    assert levels == {
        "LW01": "info",
        "LW02": "watch",
        "LW08": "high",
        "LW10": "info",
    }  # LW01: 28 days behind
    flags, _ = judged(mixed([5, 5, 5, 5, 16], [15, 15, 15, 15, 16]), "LW10")
    assert [f.level for f in flags] == ["info"]


def test_compound_is_unknown_only_where_it_could_have_been_raised():
    rows = weekly_runs(
        "2026-01-07", [20, 20, 20, 20, 30, 20], ascent_m=100.0, downhill_m=500.0
    )
    _, unknown = judged(rows, "LW10")
    weeks = {u.week.isoformat(): str(u.why) for u in unknown}
    assert (
        weeks["2026-02-02"]
        == "not_judged: hard ground could not be judged in this week"
    )
    # nothing raised, and one open group alone makes no two
    assert "2026-02-09" not in weeks


def inherited(hard, soft, confidence, share=1.0):
    """Weeks whose known metres are, to `share`, from answers for other runs."""
    metres = [share * (h + s) * 1000.0 for h, s in zip(hard, soft, strict=True)]
    return mixed(
        hard,
        soft,
        inherited_m=metres,
        surface_confidence=confidence,
        surface_source="course",
    )


@pytest.mark.parametrize(
    ("confidence", "share", "level"),
    [("low", 1.0, "watch"), ("low", 0.5, "high"), ("high", 1.0, "high")],
)
def test_a_shift_by_unsure_answers_is_a_watch_at_most(confidence, share, level):
    rows = inherited([5, 5, 5, 5, 18], [15, 15, 15, 15, 6], confidence, share)
    (flag,), _ = judged(rows, "LW08")
    assert flag.level == level
    assert flag.limit == {"watch": 25.0, "high": 50.0}[level]
    assert ("a large change" in flag.says) == (level == "high")


def test_silence_by_unsure_answers_is_worded_as_theirs():
    frame = activities(*inherited([5] * 5, [15] * 5, "low"))
    chosen, today = Settings(), dt.date(2026, 2, 9)
    weeks = build_weeks(frame, chosen, today)
    assert surfaces.find_unsure_weeks is inherited_ground.find_unsure_weeks
    assert inherited_ground.list_unsure_weeks(frame, weeks, chosen) == {
        dt.date(2026, 1, 5) + dt.timedelta(weeks=i) for i in range(5)
    }
    sure = frame.assign(surface_confidence="high")
    assert inherited_ground.list_unsure_weeks(sure, weeks, chosen) == set()


def test_runs_of_no_day_and_after_today_are_in_no_unsure_week():
    rows = inherited([5], [15], "high")
    low = {"inherited_m": 90_000.0, "surface_confidence": "low", "hard_m": 90_000.0}
    undated = run("2026-01-08", 90, **low) | {
        "start_local": pd.NaT,
        "start_utc": pd.NaT,
    }
    frame = activities(*rows, undated, run("2025-12-30", 90, **low))
    weeks = build_weeks(activities(*rows), Settings(), dt.date(2026, 1, 11))
    assert inherited_ground.list_unsure_weeks(frame, weeks, Settings()) == set()
    sunday = activities(*rows, run("2026-01-11T23:00", 90, **low))
    assert inherited_ground.list_unsure_weeks(sunday, weeks, Settings()) == {
        dt.date(2026, 1, 5)
    }


def test_eight_weeks_of_unknown_distance_know_no_ground():
    lost = [
        run(
            (dt.date(2026, 1, 7) + dt.timedelta(weeks=i)).isoformat(), duration_s=3600.0
        )
        for i in range(4)
    ]
    week = run("2026-02-04", 6, hard_m=6_000.0)
    flags, unknown = judged([*lost, week], "LW09")
    assert flags == []
    assert str(unknown[-1].why) == (
        "no_surface: the ground is known for 0 % of the distance of the 8 weeks before, "
        "70 % are needed"
    )
