"""Rules on ground and on several changes at once: LW08, LW09, LW10; `surface_shift` is a vector."""

import datetime as dt

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
    assert (
        "2026-02-09" not in weeks
    )  # nothing raised, and one open group alone makes no two


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
