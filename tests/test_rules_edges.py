"""The edges of the rules, and each reason why a check could not be judged, word for word.

Limits as in docs/rules.md; the numbers by hand.
"""

import datetime as dt
from itertools import permutations

import pytest

from loadwatch.assess.rules import BY_ID, Exceeded, judge, limits_in_force
from loadwatch.assess.rules.events import assign_events
from loadwatch.assess.rules.hill_week import compute_percentile, judge_steepness
from loadwatch.assess.rules.planned import drop_planned_runs, find_planned_weeks
from loadwatch.assess.weeks import build_weeks
from loadwatch.settings import Settings, Shoe
from tests.builders import activities, run, weekly_runs

KM = 1000.0
MONDAY = dt.date(2026, 1, 5)  # of the week of the first of `weekly_runs`


def judged(rows, rule, today=None, **settings):
    frame = activities(*rows)
    chosen = Settings(**settings)
    today = today or frame["start_local"].max().date() + dt.timedelta(days=7)
    flags, unknown = judge(frame, build_weeks(frame, chosen, today), chosen, today)
    return [f for f in flags if f.rule == rule], [u for u in unknown if u.rule == rule]


def reasons(rows, rule, **more):
    """The reason of each week, the weeks numbered from 0."""
    _, unknown = judged(rows, rule, **more)
    return {(one.week - MONDAY).days // 7: str(one.why) for one in unknown}


def raised(rows, rule, **more):
    """Level and value of the flags, by number of their week."""
    flags, _ = judged(rows, rule, **more)
    return {(f.week - MONDAY).days // 7: (f.level, f.value) for f in flags}


def weeks(kms, **more):
    return weekly_runs("2026-01-07", kms, **more)


# --- LW01, LW06 ----------------------------------------------------------------------


def test_sentence_of_a_run_of_nearly_double_the_longest():
    rows = [*weeks([10] * 6), run("2026-02-16", 19.5)]
    (flag,), _ = judged(rows, "LW01")
    assert flag.says == (
        "Monday 16 February 2026: 19.5 km in one run, 95 % more than the longest of the "
        "30 days before (10.0 km); the limit is 10 %, 13 % with the watch's error. Up to "
        "11.3 km this check stays quiet."
    )
    own = {"rules": {"session_spike": {"watch": 1.8, "guard": 1.9}}}
    assert "the limit is 80 %, 90 % with the watch's error" in (
        judged(rows, "LW01", **own)[0][0].says
    )


def test_sentence_of_a_first_run_after_one_of_unknown_distance():
    # 1000 s at 7 m/s are the most that the first can have been
    lost = run("2026-01-05", duration_s=1000.0)
    (flag,), _ = judged([lost, run("2026-01-07", 10)], "LW01")
    assert flag.says == (
        "Wednesday 7 January 2026: 10.0 km in one run, at least 43 % more than the "
        "longest of the 2 days that the files reach back (at most 7.0 km); it says "
        "little until 30 days and 4 runs lie behind."
    )


@pytest.mark.parametrize(
    ("first", "others", "level"),
    [
        ("2026-01-05", (6, 7, 8), "watch"),  # 30 days and four runs behind
        ("2026-01-06", (7, 8, 9), "info"),  # 29 days
        ("2026-01-05", (6, 7), "info"),  # three runs
    ],
)
def test_the_history_that_a_run_needs(first, others, level):
    rows = [run(first, 5, ascent_m=50.0)]
    rows += [run(f"2026-01-{day:02}", 5, ascent_m=50.0) for day in others]
    rows.append(run("2026-02-04", 9, ascent_m=500.0))
    for rule in ("LW01", "LW06"):
        assert [f.level for f in judged(rows, rule)[0]] == [level]


# --- LW04, LW05 ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "words"), [("LW04", "their ascent"), ("LW05", "how steep they were")]
)
def test_hills_are_unknown_until_three_weeks_know_them(rule, words):
    few = f"fewer than three of the four weeks before hold a run and know {words}"
    lacking = f"runs with more than a tenth of the week's distance lack {words}"
    rows = weeks([20] * 4, ascent_m=100.0, downhill_m=1000.0)
    found = reasons([*rows, run("2026-02-04", 20)], rule)
    assert found == {
        **dict.fromkeys(range(3), f"too_few_weeks: {few}"),
        4: f"not_known: {lacking}",
    }


def test_a_usual_at_its_floor_is_named_as_the_usual():
    # from 50 m on the climb is held against itself, and 150 m are three times as much
    rows = weeks([20] * 5, ascent_m=[50.0] * 4 + [150.0])
    (flag,), _ = judged(rows, "LW04")
    assert (flag.usual, flag.held_against, flag.value) == (50.0, 50.0, 3.0)
    assert flag.says == (
        "150 m of ascent in the week of 2 February 2026, 3.0 times the usual 50 m; "
        "the limit is 1.5 times. Up to 149 m this check stays quiet."
    )


def test_sentence_of_a_large_change_downhill():
    rows = weeks([20] * 5, downhill_m=[3000.0] * 4 + [6000.0])
    (flag,), _ = judged(rows, "LW05")
    assert (flag.level, flag.limit) == ("high", 2.0)
    assert flag.says == (
        "6.0 km downhill at 5 % or steeper in the week of 2 February 2026, 2.0 times "
        "the usual 3.0 km, a large change (from 2.0 times on). Up to 4.4 km this check "
        "stays quiet."
    )


# --- a week in progress, and events ---------------------------------------------------


def test_what_is_quiet_in_a_week_in_progress_is_not_judged_yet():
    rows = weeks([20] * 5, ascent_m=100.0, downhill_m=1000.0, trimp=100.0)
    for rule in ("LW02", "LW04", "LW05", "LW12"):
        found = reasons(rows, rule, today=dt.date(2026, 2, 5))
        assert found[4] == "not_over: the week is not over"
    # the check of runs is not about the week
    assert 4 not in reasons(rows, "LW01", today=dt.date(2026, 2, 5))


def test_the_planned_runs_of_a_week_are_those_of_its_seven_days():
    days = ("2026-01-11", "2026-01-12", "2026-01-14", "2026-01-18", "2026-01-19")
    rows = [run(f"{day}T23:59", 10, planned=day != "2026-01-14") for day in days]
    kept = drop_planned_runs(activities(*rows), dt.date(2026, 1, 12))
    assert [str(start.date()) for start in kept["start_local"]] == [
        "2026-01-11",
        "2026-01-14",
        "2026-01-19",
    ]
    found = find_planned_weeks(activities(*rows), Settings())
    assert found == {MONDAY + dt.timedelta(days=7 * i) for i in range(3)}


def flag_of(rule, run_id="", week=MONDAY):
    return BY_ID[rule].flag(week, Exceeded("watch", 1.0), activity_id=run_id)


def events_of(*flags):
    return [flag.event for flag in assign_events(flags)]


def test_what_shares_a_run_or_a_kind_is_one_event_and_so_onwards():
    # the run joins its distance to its climb, and these the week's kilometres and hills
    joined = [
        flag_of("LW01", "x"),
        flag_of("LW02"),
        flag_of("LW04"),
        flag_of("LW06", "x"),
    ]
    for flags in permutations(joined):
        assert events_of(*flags) == ["2026-01-05/x"] * 4
    # without the run's climb, distance and hills are two
    assert events_of(*joined[:3]) == [
        "2026-01-05/x",
        "2026-01-05/x",
        "2026-01-05/hills",
    ]
    assert events_of(joined[1], joined[2]) == [
        "2026-01-05/distance",
        "2026-01-05/hills",
    ]


def test_an_event_is_of_one_week_and_named_by_its_best_evidence():
    later = MONDAY + dt.timedelta(days=7)
    assert events_of(flag_of("LW02"), flag_of("LW02", week=later)) == [
        "2026-01-05/distance",
        "2026-01-12/distance",
    ]
    # LW11 is of grade E, LW01 of grade B: its run names the event
    both = flag_of("LW11", "first"), flag_of("LW01", "second")
    assert events_of(*both) == ["2026-01-05/second"] * 2
    # two runs of a week, one by its distance and one by its climb, are two events
    both = flag_of("LW01", "long"), flag_of("LW06", "steep")
    assert events_of(*both) == ["2026-01-05/long", "2026-01-05/steep"]
    # shoes, and a hilly week, are events of their own; several changes are none
    others = flag_of("LW14", "x"), flag_of("LW07"), flag_of("LW10")
    assert events_of(*others) == ["2026-01-05/x", "2026-01-05/LW07", ""]


# --- LW07 ----------------------------------------------------------------------------


def test_why_a_hilly_week_cannot_be_judged():
    ascents = [100.0] * 12
    rows = weeks([20] * 12, ascent_m=ascents)
    found = reasons([*rows, run("2026-04-01", 20)], "LW07")
    assert found[11] == (
        "too_few_weeks: 11 comparable weeks of the 26 before know their ascent, 12 are "
        "needed"
    )
    assert found[12] == "no_ascent: the week's distance or ascent is not known"
    lost = run("2026-04-01", duration_s=7200.0, ascent_m=100.0)
    assert reasons([*rows, lost], "LW07")[12] == found[12]
    early = reasons(
        [*rows, run("2026-04-01", 20, ascent_m=900.0)],
        "LW07",
        today=dt.date(2026, 4, 2),
    )
    assert early[12] == "not_over: the week is not over"


@pytest.mark.parametrize(
    ("km", "is_known"),
    [(5.0, True), (4.99, False)],
)
def test_weeks_are_compared_from_5_km_on(km, is_known):
    rows = weeks([20] * 12 + [km], ascent_m=[100.0] * 12 + [20 * km])
    assert raised(rows, "LW07") == (
        {12: ("info", pytest.approx(20.0))} if is_known else {}
    )
    # the same holds for the weeks before
    before = weeks([20] * 11 + [km, 20], ascent_m=[100.0] * 12 + [400.0])
    assert (12 in raised(before, "LW07")) == is_known


def test_a_hilly_week_climbs_10_m_a_kilometre_or_more():
    rows = weeks([20] * 13, ascent_m=[100.0] * 12 + [200.0])
    (flag,), _ = judged(rows, "LW07")
    assert (flag.level, flag.value, flag.usual, flag.limit) == ("info", 10.0, 5.0, 10.0)
    assert flag.says == (
        "10 m/km of climb in the week of 30 March 2026, where 5 m/km is the middle of "
        "the 12 weeks it is compared with; the limit is 10 m/km."
    )


def test_the_same_hills_each_week_are_no_news():
    assert raised(weeks([20] * 13, ascent_m=300.0), "LW07") == {}


def test_a_hilly_week_is_held_against_the_26_weeks_before_it():
    # eleven comparable weeks directly before it, and one 26 or 27 weeks before it
    for short, is_judged in ((14, True), (15, False)):
        kms = [20.0, *[4.0] * short, *[20.0] * 12]
        rows = weeks(kms, ascent_m=[100.0, *[10.0] * short, *[100.0] * 11, 400.0])
        last = len(kms) - 1
        assert (last in raised(rows, "LW07")) == is_judged
        assert (last in reasons(rows, "LW07")) != is_judged


def test_a_climb_beside_its_limit_has_the_decimals_that_tell_them_apart():
    rows = weeks([20] * 13, ascent_m=[100.0] * 12 + [200.8])
    (flag,), _ = judged(rows, "LW07")
    assert flag.says == (
        "10.04 m/km of climb in the week of 30 March 2026, where 5 m/km is the middle of "
        "the 12 weeks it is compared with; the limit is 10.00 m/km."
    )


@pytest.mark.parametrize(
    ("climb", "percentile", "middle", "limit"),
    [
        (12.0, 12.0, 8.0, 12.0),  # as hilly as the hilliest tenth
        (11.9, 12.0, 8.0, None),
        (10.0, 7.0, 5.0, 10.0),
        (9.9, 7.0, 5.0, None),
        (12.0, 12.0, 12.0, None),  # no more than the middle
    ],
)
def test_steepness_levels(climb, percentile, middle, limit):
    own = limits_in_force(BY_ID["LW07"], Settings())
    found = judge_steepness(climb, percentile, middle, own)
    assert found == (None if limit is None else ("info", limit))


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.5),
        ([4.0, 1.0, 3.0, 2.0], 0.9, 3.7),
        ([1.0, 2.0, 3.0, 4.0, 5.0], 0.5, 3.0),
        ([1.0, 9.0], 0.0, 1.0),
        ([1.0, 9.0], 1.0, 9.0),
    ],
)
def test_percentiles_lie_on_straight_lines(values, share, expected):
    assert compute_percentile(values, share) == pytest.approx(expected)


# --- LW10 ----------------------------------------------------------------------------


def test_three_kinds_of_change_are_named_together():
    rows = weekly_runs(
        "2026-01-07",
        [20] * 4 + [40],
        hard_m=[5000.0] * 4 + [30_000.0],
        soft_m=[15_000.0] * 4 + [10_000.0],
        ascent_m=[100.0] * 4 + [400.0],
    )
    (flag,), _ = judged(rows, "LW10")
    assert (flag.level, flag.value, flag.limit) == ("info", 3.0, 2.0)
    assert flag.says == (
        "More than one thing changed in the week of 2 February 2026: distance and "
        "hills and hard ground."
    )


def test_two_kinds_that_could_not_be_judged_might_make_two():
    found = reasons(weeks([20] * 5), "LW10")
    words = "not_judged: {} could not be judged in this week"
    assert found[4] == words.format("hills and hard ground")
    assert found[0] == words.format("distance and hills and hard ground")


# --- LW11 ----------------------------------------------------------------------------


def every_four_days(*kms):
    day = dt.date(2026, 1, 1)
    return [
        run((day + dt.timedelta(days=4 * i)).isoformat(), km)
        for i, km in enumerate(kms)
    ]


def test_a_first_run_of_double_the_longest_is_told_in_times():
    rows = every_four_days(10, 10, 10, 10, 10, 10)
    (flag,), _ = judged([*rows, run("2026-03-01", 20)], "LW11")
    assert (flag.level, flag.value, flag.quiet_up_to) == ("watch", 2.0, 5000.0)
    assert flag.says == (
        "Sunday 1 March 2026: 20.0 km, the first run after 39 days without one: 2.0 "
        "times the longest before the break (10.0 km); the limit is 50 % of it. Up to "
        "5.0 km this check stays quiet."
    )


def test_sentence_of_a_short_first_run():
    rows = every_four_days(10, 10, 10, 10, 10, 10)
    (flag,), _ = judged([*rows, run("2026-03-01", 4)], "LW11")
    assert (flag.level, flag.value) == ("info", 0.4)
    assert flag.says == (
        "Sunday 1 March 2026: 4.0 km, the first run after 39 days without one; what "
        "was usual before it (10.0 km at most in one run) no longer is."
    )


def test_a_first_run_known_in_part_is_at_least_that():
    pieces = [run("2026-03-01T08:00", 8), run("2026-03-01T09:00", duration_s=600.0)]
    rows = every_four_days(10, 10, 10, 10, 10, 10)
    (flag,), _ = judged([*rows, *pieces], "LW11")
    assert (flag.level, flag.amount, flag.extent) == ("watch", 8 * KM, "at_least")
    assert flag.says.startswith("Sunday 1 March 2026: at least 8.0 km, the first run")


def test_of_two_unknown_runs_before_a_break_the_longer_is_the_yardstick():
    # at 10 km an hour: 3 hours are 30 km at most, one hour is 10 km; 12 km are over
    # half of 10 km, and under half of 30 km
    for seconds in ((10_800.0, 3600.0), (3600.0, 10_800.0)):
        rows = every_four_days(5, 5, 5, 10, 5)
        rows += [
            run(day, duration_s=lasts)
            for day, lasts in zip(("2026-01-21", "2026-01-25"), seconds, strict=True)
        ]
        flags, unknown = judged([*rows, run("2026-03-01", 12)], "LW11")
        assert flags == []
        assert [str(one.why) for one in unknown] == [
            (
                "no_distance: the first run after a break, or those before it, lack a "
                "distance"
            )
        ]


# --- LW12 ----------------------------------------------------------------------------


def test_why_effort_cannot_be_judged():
    neither = "neither exertion nor heart rate is known for enough of the week"
    few = "fewer than three of the four weeks before know exertion or heart rate"
    found = reasons(weeks([10] * 4), "LW12")
    assert found == dict.fromkeys(range(4), f"not_known: {neither}")
    # one of both is enough to be known
    for column in ("trimp", "srpe"):
        found = reasons(weeks([10] * 4, **{column: 100.0}), "LW12")
        assert found == dict.fromkeys(range(3), f"too_few_weeks: {few}")


# --- LW14 ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start_km", "levels"),
    [
        (480.0, ["info"]),  # with 20 km they are 500 km
        (479.9, []),
        (780.0, ["info", "watch"]),
        (779.9, ["info"]),
    ],
)
def test_a_pair_is_mentioned_from_its_limit_on(start_km, levels):
    rows = [run("2026-01-07", 20, shoe=" Blue "), run("2026-01-08", 0.0, shoe="Red")]
    flags, _ = judged(rows, "LW14", shoes={"Blue": Shoe(start_km=start_km)})
    assert [f.level for f in flags] == levels
    assert all(f.shoe == "Blue" and f.amount == (start_km + 20) * KM for f in flags)


def test_sentences_of_a_pair():
    rows = [run("2026-01-07", 20, shoe="Blue")]
    flags, _ = judged(rows, "LW14", shoes={"Blue": Shoe(start_km=790.0)})
    assert [(f.day, f.activity_id, f.source) for f in flags] == [
        (dt.date(2026, 1, 7), "id0", "0.fit")
    ] * 2
    assert [f.says for f in flags] == [
        (
            "Wednesday 7 January 2026: the pair Blue has run 810.0 km. Most of what "
            "cushioning loses it loses earlier; look at its sole."
        ),
        (
            "Wednesday 7 January 2026: the pair Blue has run 810.0 km. No study sets a "
            "last kilometre; look at its sole."
        ),
    ]


def test_a_retired_pair_is_left_alone_and_a_run_of_unknown_distance_adds_nothing():
    rows = [
        run("2026-01-07", 20, shoe="Blue"),
        run("2026-01-09", duration_s=3600.0, shoe="Blue"),
        run("2026-01-10", 500, shoe="Red"),
    ]
    worn = {"Blue": Shoe(start_km=470.0), "Red": Shoe(retired=True)}
    assert judged(rows, "LW14", shoes=worn)[0] == []
    rows.append(run("2026-01-12", 10, shoe="Blue"))
    (flag,), unknown = judged(rows, "LW14", shoes=worn)
    assert (flag.amount, flag.limit, flag.activity_id) == (500 * KM, 500.0, "id3")
    assert unknown == []


def test_a_week_that_names_no_pair_says_so():
    rows = [run("2026-01-07", 20, shoe="Blue"), run("2026-01-14", 20)]
    assert reasons(rows, "LW14") == {
        1: "no_shoe: no run of this week names its pair of shoes"
    }


# --- LW15 ----------------------------------------------------------------------------


def test_why_support_sessions_cannot_be_counted():
    found = reasons(weeks([10] * 5), "LW15", today=dt.date(2026, 2, 5))
    early = "too_few_weeks: the files do not reach back 4 weeks"
    assert found == {
        **dict.fromkeys(range(3), early),
        4: "not_over: the week is not over",
    }


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (
            ["2026-01-29"],
            (
                "1 workout of these weeks names no kind; if it was strength, Pilates or "
                "yoga, it is not counted as such."
            ),
        ),
        (
            ["2026-01-06", "2026-02-01"],  # the first and the last day of the four
            (
                "2 workouts of these weeks name no kind; if it was strength, Pilates or "
                "yoga, it is not counted as such."
            ),
        ),
    ],
)
def test_workouts_of_no_kind_may_be_strength(days, words):
    others = [run(day, sport="training") for day in days]
    flag = judged([*weeks([10] * 4), *others], "LW15")[0][0]
    assert (flag.value, flag.amount, flag.limit) == (0.0, 0.0, 1.0)
    assert flag.says == (
        "No strength, Pilates or yoga session is logged in the 4 weeks up to the week "
        "of 26 January 2026; what is done without a watch is not seen. " + words
    )


def test_workouts_before_the_four_weeks_are_not_theirs():
    # mentioned in the fourth week and again in the eighth, with the workouts of its own
    old = run("2026-02-01", sport="training")
    flags, _ = judged([*weeks([10] * 8), old], "LW15")
    assert [f.remark != "" for f in flags] == [True, False]


@pytest.mark.parametrize(
    "day", ["2026-01-05", "2026-01-15", "2026-01-24", "2026-02-01"]
)
def test_a_session_counts_in_any_of_the_four_weeks(day):
    rows = weeks([10] * 4)
    assert [f.week for f in judged(rows, "LW15")[0]] == [dt.date(2026, 1, 26)]
    assert judged([*rows, run(day, sport="yoga")], "LW15")[0] == []


def test_a_session_before_the_four_weeks_is_none_of_theirs():
    # in the first of five weeks: the fifth is the first without it in its four
    rows = [*weeks([10] * 5), run("2026-01-11", sport="yoga")]
    assert [f.week for f in judged(rows, "LW15")[0]] == [dt.date(2026, 2, 2)]


def test_one_session_of_three_is_one_session():
    done = run("2026-01-15", sport="yoga")
    asked = {"rules": {"support_sessions": {"info": 3}}}
    flag = judged([*weeks([10] * 4), done], "LW15", **asked)[0][0]
    assert (flag.value, flag.limit) == (1.0, 3.0)
    assert flag.says.startswith(
        "1 strength, Pilates or yoga session is logged in the 4 weeks"
    )
    # three are enough
    more = [run(f"2026-01-{day}", sport="yoga") for day in (16, 17)]
    assert judged([*weeks([10] * 4), done, *more], "LW15", **asked)[0] == []
