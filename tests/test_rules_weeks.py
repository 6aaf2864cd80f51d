"""Rules on weeks: LW02, LW04, LW05, LW07, LW12, LW15. `ascent_week` is the vector of that name."""

import datetime as dt

import pytest

from loadwatch.assess.rules import (
    BY_ID,
    RULES,
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
    # the last week is complete
    today = today or frame["start_local"].max().date() + dt.timedelta(days=7)
    flags, unknown = judge(frame, build_weeks(frame, chosen, today), chosen, today)
    return [f for f in flags if f.rule == rule], [u for u in unknown if u.rule == rule]


def week_of(distance, base, usual, raised=0.0, **settings):
    """The level of LW02 for a week of `distance` km; all in km."""
    own = limits_in_force(BY_ID["LW02"], Settings(**settings))
    baseline = week_jump.Baseline(base * KM, usual * KM, raised * KM)
    return week_jump.judge_week(distance * KM, baseline, own)


@pytest.mark.parametrize(
    ("distance", "base", "usual", "level"),
    [
        (39.0, 30.0, 30.0, None),  # 30 % is not above 30 %
        (39.1, 30.0, 30.0, "watch"),
        (52.0, 40.0, 30.0, None),  # held against the most, not the usual: 1.30 x 40
        (52.1, 40.0, 30.0, "watch"),
        # at least min(5 km, max(2 km, half of usual)) more
        (14.9, 10.0, 10.0, None),  # 5 km
        (15.0, 10.0, 10.0, "watch"),
        (13.9, 10.0, 8.0, None),  # 4 km
        (14.0, 10.0, 8.0, "watch"),
        (5.9, 4.0, 3.0, None),  # 2 km: half of usual is less
        (6.0, 4.0, 3.0, "watch"),
        (99.0, 10.0, 10.0, "watch"),  # never high
    ],
)
def test_week_jump_levels(distance, base, usual, level):
    found = week_of(distance, base, usual)
    assert (found[0] if found else None) == level


def test_coming_down_from_a_raised_week_is_no_jump():
    # both are over 1.30 x 30 km; the week before held 60 km and was raised
    assert week_of(47.9, 30.0, 30.0, raised=60.0) is None
    assert week_of(48.0, 30.0, 30.0, raised=60.0) == ("watch", 1.30)


def test_week_jump_by_presets():
    found = {
        preset: week_of(13.0, 10.0, 10.0, preset=preset)
        for preset in ("default", "return", "novice")
    }
    assert found == {"default": None, "return": ("watch", 1.20), "novice": None}
    assert week_of(13.1, 10.0, 10.0, preset="novice") == ("watch", 1.30)


def test_week_jump_through_the_judge():
    flags, _ = judged(weekly_runs("2026-01-07", [30, 32, 31, 30, 45]), "LW02")
    assert [(f.week, f.level, f.amount, f.usual, f.held_against) for f in flags] == [
        (dt.date(2026, 2, 2), "watch", 45 * KM, 30.5 * KM, 32 * KM)
    ]
    assert flags[0].value == pytest.approx(45 / 32)
    # 1.30 x 32 km are 41.6 km
    assert flags[0].says == (
        "45.0 km in the week of 2 February 2026, 41 % more than the most of the four weeks before (32.0 km); "
        "usual is 30.5 km. The limit is 30 % more. Up to 41.6 km this check stays quiet."
    )


def raised_weeks(kms, rule="LW02", **more):
    """The numbers, from 1, of the weeks in which `rule` is raised, and what each was held against."""
    flags, _ = judged(weekly_runs("2026-01-07", kms, **more), rule)
    monday = dt.date(2026, 1, 5)
    return {(f.week - monday).days // 7 + 1: f.held_against for f in flags}


def test_what_stays_is_raised_twice_and_not_a_third_time():
    # week 6: the raised week 5 is no yardstick; week 7: week 5 is, since older raised weeks count
    found = raised_weeks([30, 30, 30, 30, 60, 60, 60])
    assert found == {5: 30 * KM, 6: 30 * KM}


def test_the_second_raised_week_says_that_the_first_is_left_out():
    flags, _ = judged(weekly_runs("2026-01-07", [30, 30, 30, 30, 60, 60]), "LW02")
    first, second = (flag.says for flag in flags)
    assert "100 % more" not in first and "but for the last" not in first
    assert (
        "2.0 times 30.0 km, the most of the four weeks before but for the last"
        in second
    )


def test_the_base_is_never_under_usual():
    # week 7: week 6 (82 km, raised) is left out; of 30, 30 and 60 the most is 60, usual is 45
    assert raised_weeks([30, 30, 30, 30, 60, 82, 82]) == {
        5: 30 * KM,
        6: 30 * KM,
        7: 60 * KM,
    }
    # week 6: of 20, 20 and 30 the most is 30
    assert raised_weeks([20, 20, 20, 30, 60, 60])[6] == 30 * KM


def test_an_easy_week_is_no_yardstick_for_the_one_after_it():
    assert raised_weeks([40, 40, 40, 40, 20, 40, 40]) == {}


def test_a_rhythm_of_hills_is_raised_once():
    ascents = [100, 100, 100, 400, 100, 100, 100, 400, 100, 100, 100, 441]
    found = raised_weeks([20] * 12, rule="LW04", ascent_m=[float(a) for a in ascents])
    # 400 m again is no more than 1.10 x 400 m; 441 m is
    assert sorted(found) == [4, 12]
    nine = [100, 100, 100, 400, *[100] * 8, 400]
    found = raised_weeks([20] * 13, rule="LW04", ascent_m=[float(a) for a in nine])
    assert sorted(found) == [4, 13]  # nine weeks back is outside the eight


def test_hills_that_stay_are_raised_twice():
    ascents = [100.0] * 5 + [400.0] * 3
    assert sorted(raised_weeks([20] * 8, rule="LW04", ascent_m=ascents)) == [6, 7]


def test_week_jump_is_unknown_after_a_week_without_a_run_and_with_too_few_weeks():
    _, unknown = judged(weekly_runs("2026-01-07", [30, 32, 31, 30, None, 60]), "LW02")
    assert [(u.week.isoformat(), u.why.code) for u in unknown] == [
        ("2026-01-05", "no_week_before"),
        ("2026-01-12", "too_few_weeks"),
        ("2026-01-19", "too_few_weeks"),
        ("2026-02-09", "no_week_before"),
    ]


def test_week_jump_words_for_what_cannot_be_compared():
    _, unknown = judged(weekly_runs("2026-01-07", [30, 32, 31, 30]), "LW02")
    few = (
        "too_few_weeks: fewer than three of the four weeks before hold a run of known "
        "distance"
    )
    assert [str(u.why) for u in unknown] == [
        "no_week_before: the week before holds no run",
        few,
        few,
    ]


def test_a_week_before_of_no_kilometres_is_nothing_to_compare_with():
    rows = weekly_runs("2026-01-07", [30, 30, 30, 0, 60], duration_s=7200.0)
    flags, unknown = judged(rows, "LW02")
    assert flags == []
    assert str(unknown[-1].why) == (
        "no_distance: the distance of the week before is not known"
    )


def test_week_jump_looks_at_four_weeks_and_no_further():
    # 40 km five weeks before are out of reach, four weeks before they are not
    assert raised_weeks([40, 30, 30, 30, 30, 40]) == {6: 30 * KM}
    assert raised_weeks([30, 40, 30, 30, 30, 40]) == {}


def test_one_and_a_half_kilometres_are_no_jump():
    # 1.5 km more than 2 km are 75 % more, but 2 km at least are needed
    assert raised_weeks([2, 2, 2, 2, 3.5]) == {}
    assert raised_weeks([2, 2, 2, 2, 4]) == {5: 2 * KM}


def test_a_jump_is_left_out_of_the_week_directly_after_it_alone():
    # week 6 is raised over 30 km, not over 44; week 7, not raised before it, over 44
    assert raised_weeks([30, 30, 30, 30, 44, 40, 58]) == {
        5: 30 * KM,
        6: 30 * KM,
        7: 44 * KM,
    }


def test_vectors_week_to_week():
    # 30, 33, 40, 0, 25: changes of 10 and 21.2 %, then nothing to compare with
    for before, now, percent in ((30, 33, 10.0), (33, 40, 21.212121)):
        assert 100 * (now / before - 1) == pytest.approx(percent, abs=1e-6)
        assert week_of(now, before, 30) is None


def test_the_week_in_progress_is_told_only_what_is_over_already():
    rows = weekly_runs("2026-01-07", [30, 32, 31, 30, 45])
    flags, unknown = judged(rows, "LW02", today=dt.date(2026, 2, 5))
    assert flags[0].says.startswith("So far 45.0 km in the week of 2 February 2026")
    rows = weekly_runs("2026-01-07", [30, 32, 31, 30, 31])
    flags, unknown = judged(rows, "LW04", today=dt.date(2026, 2, 5))
    assert flags == []
    # no run knows its ascent, and the week in progress is not passed over in silence
    assert max(u.week for u in unknown) == dt.date(2026, 2, 2)


def test_a_partial_sum_over_the_limit_counts_and_one_below_is_unknown():
    base = weekly_runs("2026-01-07", [10, 10, 10, 10], ascent_m=100.0)
    half = [run("2026-02-04", 10, ascent_m=400.0), run("2026-02-05", 10)]
    flags, _ = judged([*base, *half], "LW04")
    assert flags[0].level == "watch"
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
    # median of 120, 150, 130, 200; over 1.10 x 200 m, too
    assert [(f.level, f.usual) for f in flags] == [("watch", 140.0)]
    assert flags[0].value == pytest.approx(2.357142857142857)


@pytest.mark.parametrize(
    ("rule", "usual", "largest", "amount", "level"),
    [
        ("LW04", 200.0, 200.0, 299.0, None),
        ("LW04", 200.0, 200.0, 300.0, "watch"),
        ("LW04", 200.0, 200.0, 4000.0, "watch"),  # never high: grade E
        ("LW04", 100.0, 100.0, 199.0, None),
        ("LW04", 0.0, 0.0, 149.0, None),  # below the floor: held against 50 m
        ("LW04", 0.0, 0.0, 150.0, "watch"),
        ("LW04", 200.0, 300.0, 330.0, None),  # 1.10 x the own largest
        ("LW04", 200.0, 300.0, 331.0, "watch"),
        ("LW05", 3000.0, 3000.0, 4499.0, None),
        ("LW05", 3000.0, 3000.0, 4500.0, "watch"),
        ("LW05", 3000.0, 3000.0, 6000.0, "high"),
        ("LW05", 2000.0, 2000.0, 4999.0, "watch"),  # less than 3 km more
        ("LW05", 100.0, 100.0, 2000.0, "watch"),  # held against 500 m
        ("LW05", 100.0, 100.0, 1999.0, None),
        ("LW05", 2000.0, 6000.0, 6600.0, None),
        ("LW05", 2000.0, 6000.0, 6601.0, "high"),
    ],
)
def test_hill_levels(rule, usual, largest, amount, level):
    own = limits_in_force(BY_ID[rule], Settings())
    found = hills.judge_hills(amount, usual, largest, own)
    assert (found[0] if found else None) == level


def test_hills_tell_the_real_usual_and_what_it_was_held_against():
    rows = weekly_runs("2026-01-07", [20] * 5, ascent_m=[24.0] * 4 + [900.0])
    flag = judged(rows, "LW04")[0][0]
    assert (flag.usual, flag.held_against, flag.value) == (24.0, 50.0, 18.0)
    # 50 m + 100 m are needed
    assert flag.says == (
        "900 m of ascent in the week of 2 February 2026; usual is 24 m, which counts as 50 m, and "
        "the limit is 1.5 times. Up to 149 m this check stays quiet."
    )


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
    assert [(f.level, f.value) for f in flags] == [("info", pytest.approx(14.9))]
    # P90 of 5 ... 16: between the 10th and 11th of 12
    assert flags[0].limit == pytest.approx(14.9)
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
    flags, unknown = judged(short, "LW07")
    assert flags == [] and str(unknown[-1].why) == "short_week: the week is too short"
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


def test_effort_as_usual_is_judged_and_silent():
    rows = weekly_runs("2026-01-07", [10] * 5, trimp=100.0, srpe=100.0)
    flags, unknown = judged(rows, "LW12")
    assert flags == []
    assert dt.date(2026, 2, 2) not in {one.week for one in unknown}
    assert {one.why.code for one in unknown} == {"too_few_weeks"}


def test_effort_of_a_week_that_is_known_in_part_is_at_least_that():
    rows = weekly_runs("2026-01-07", [10] * 5, trimp=[100.0] * 4 + [200.0])
    (flag,) = judged([*rows, run("2026-02-05", 8)], "LW12")[0]
    assert flag.extent == "at_least"
    assert flag.says.startswith("At least 200 of effort")


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


def test_what_is_not_judged_yet_in_a_week_in_progress_is_unknown():
    rows = weekly_runs("2026-01-07", [10] * 5)
    wednesday, sunday = dt.date(2026, 2, 4), dt.date(2026, 2, 8)
    for rule in [r.id for r in RULES if r.kind == "week"] + ["LW14"]:
        flags, unknown = judged(rows, rule, today=wednesday)
        found = {finding.week for finding in (*flags, *unknown)}
        assert dt.date(2026, 2, 2) in found, rule
    # on its own last day a week is judged as complete
    assert "not_over" in {u.why.code for u in judged(rows, "LW15", today=wednesday)[1]}
    assert "not_over" not in {u.why.code for u in judged(rows, "LW15", today=sunday)[1]}


def test_a_week_without_a_run_passes_the_missing_session_on():
    rows = weekly_runs("2026-01-07", [10, 10, 10, None, 10, 10, 10, None, 10])
    # no run in the fourth week: told in the fifth, and again four or more weeks after that
    assert [f.week.isoformat() for f in judged(rows, "LW15")[0]] == [
        "2026-02-02",
        "2026-03-02",
    ]
