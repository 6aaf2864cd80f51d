"""The budget law: what is named as room raises nothing of its rule, more than its limit does."""

import datetime as dt
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from loadwatch.assess import budget as b
from loadwatch.assess.rules import judge
from loadwatch.assess.rules.remaining import RAISED
from loadwatch.assess.weeks import build_weeks
from loadwatch.errors import SettingsError
from loadwatch.settings import Settings, Shoe
from tests.builders import activities, run, weekly_runs

COLUMN = {"longest_m": "distance_m", "longest_ascent_m": "ascent_m"}


def limits(frame, today, **settings):
    chosen = Settings(**settings)
    return b.compute_budget(frame, build_weeks(frame, chosen, today), chosen, today)


def with_run(frame, week, limit, metres):
    """The frame with one more run in the last minute of the week, of `metres` in the limit's measure."""
    start = pd.Timestamp(week) + pd.Timedelta(days=7) - pd.Timedelta(minutes=1)
    column = COLUMN.get(limit.measure, limit.measure)
    km = metres / 1000 if column == "distance_m" else 1.0  # long enough for a run
    more = {"ascent_m": 0.0, "downhill_m": 0.0}
    if column in more:
        more[column] = metres
    row = run(start.isoformat(), km, **more, activity_id="new")
    known = frame.dropna(subset=["start_utc"])
    if len(known):  # by the clock of the last run
        last = known.iloc[-1]
        clock = last["start_local"] - last["start_utc"].tz_localize(None)
        row["start_utc"] = (start - clock).tz_localize("UTC")
    return pd.concat([frame, activities(row)], ignore_index=True)


def raised(frame, limit):
    """Whether the week raises the rule; of a single run: whether the added run does."""
    today = limit.week + dt.timedelta(days=6)
    flags, _ = judge(frame, build_weeks(frame, Settings(), today), Settings(), today)
    found = (
        f
        for f in flags
        if f.rule == limit.rule and f.week == limit.week and f.level != "info"
    )
    return any(
        f.activity_id == "new" or not limit.measure.startswith("longest") for f in found
    )


def law(frame, today):
    """The number of figures that hold: what is offered is quiet, two metres over the limit are not."""
    checked = 0
    for limit in limits(frame, today):
        if math.isnan(limit.limit):
            assert math.isnan(limit.left)
            assert limit.why
            continue
        is_run = limit.measure.startswith("longest")
        used = 0.0 if is_run else limit.used
        over = max(limit.limit + 2.0 - used, 0.0)
        assert raised(with_run(frame, limit.week, limit, over), limit), limit
        if math.isnan(limit.left):
            assert limit.why
            continue
        if limit.why == RAISED:
            assert limit.left == 0.0
            assert raised(with_run(frame, limit.week, limit, 0.0), limit)
            continue
        assert limit.left == int(limit.left) >= 0
        assert used + limit.left < limit.limit + 1  # a limit is a whole metre
        assert not raised(with_run(frame, limit.week, limit, limit.left), limit), limit
        less = max(limit.left - 1.0, 0.0)
        assert not raised(with_run(frame, limit.week, limit, less), limit), limit
        checked += 1
    return checked


def ordinary():
    days = ("2026-01-05", "2026-01-07", "2026-01-10")
    rows = [
        r
        for day, km in zip(days, (8, 10, 16), strict=True)
        for r in weekly_runs(
            day, [km] * 6, ascent_m=[60.0, 70, 80, 90, 100, 110], downhill_m=900.0
        )
    ]
    return activities(*rows, run("2026-02-16", 6.5, ascent_m=40.0, downhill_m=300.0))


def test_room_of_an_ordinary_week_by_hand():
    found = {
        (limit.rule, limit.week): limit
        for limit in limits(ordinary(), dt.date(2026, 2, 17))
    }
    now, later = dt.date(2026, 2, 16), dt.date(2026, 2, 23)
    assert len(found) == 10
    spike = found["LW01", now]
    assert (spike.measure, spike.unit, spike.name) == (
        "longest_m",
        "m",
        "session_spike",
    )
    # 1.13 of 16 km is within the watch's error; what is named is 1.10 of it
    assert (spike.limit, spike.left) == (18_080.0, 17_600.0)
    jump = found["LW02", now]
    assert (jump.used, jump.limit, jump.left) == (
        6_500.0,
        44_200.0,
        37_700.0,
    )  # 1.3 x 34 km
    climb = found["LW04", now]
    assert (climb.used, climb.limit, climb.left) == (
        40.0,
        427.0,
        387.0,
    )  # 1.5 x median(240, 270, 300, 330) = 427.5
    assert found["LW06", now].limit == 209.0  # 110 m + 100 m
    assert found["LW05", now].limit == 4_199.0  # 2.7 km + 1.5 km
    # median(270, 300, 330, 40) = 285, 1.5 times
    assert found["LW04", later].limit == 427.0
    # the most of the four weeks before stays 34 km
    assert (found["LW02", later].left, found["LW02", later].limit) == (44_200, 44_200)


def test_the_law_on_an_ordinary_week():
    assert law(ordinary(), dt.date(2026, 2, 17)) == 10


rows = st.lists(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.floats(1, 35),
            st.one_of(st.none(), st.floats(0, 600)),
            st.booleans(),
        ),
        min_size=1,
        max_size=3,
    ),
    min_size=6,
    max_size=9,
)


@examples(max_examples=8, deadline=None)
@given(rows, st.integers(0, 6))
def test_the_law_on_any_training(plan, weekday):
    monday = dt.date(2026, 1, 5)
    built = [
        run(
            f"{monday + dt.timedelta(days=7 * i + day)}T{6 + 4 * n:02}:00",
            km,
            planned=planned,
            **(
                {} if ascent is None else {"ascent_m": ascent, "downhill_m": ascent * 4}
            ),
        )
        for i, week in enumerate(plan)
        for n, (day, km, ascent, planned) in enumerate(week)
    ]
    today = monday + dt.timedelta(days=7 * (len(plan) - 1) + weekday)
    frame = activities(*[row for row in built if row["start_local"].date() <= today])
    law(frame, today)


def room(rule, today, *rows):
    """The figures of the week after that of `today`."""
    found = limits(activities(*rows), dt.date.fromisoformat(today))
    return [limit for limit in found if limit.rule == rule][-1]


def test_room_never_comes_from_a_raised_run():
    rows = weekly_runs("2026-01-07", [10] * 6)
    spike = room("LW01", "2026-02-15", *rows, run("2026-02-14", 20))
    assert (spike.left, spike.limit) == (11_000, 22_600)  # 1.10 x 10 km, 1.13 x 20 km
    planned = run("2026-02-14", 20, planned=True)
    assert room("LW01", "2026-02-15", *rows, planned).left == 11_000
    short = weekly_runs("2026-01-07", [5] * 6)
    # 1 km more than 5 km would be raised, a metre less is not
    assert room("LW01", "2026-02-15", *short).left == 5_999


def test_room_for_a_run_of_an_ordinary_and_of_a_short_log():
    spike = room("LW01", "2026-02-15", *weekly_runs("2026-01-07", [20] * 6))
    # 1.10 x 20 km are named, 1.13 x 20 km are within the watch's error
    assert (spike.left, spike.limit, spike.why) == (22_000, 22_600, "")
    spike = room("LW01", "2026-01-25", *weekly_runs("2026-01-07", [20] * 3))
    assert math.isnan(spike.left) and math.isnan(spike.limit)
    assert spike.why == (
        "until more days and runs lie behind, this check makes a note at most"
    )


def test_room_beside_a_run_that_was_at_most_as_long_as_the_longest():
    # 10 km in an hour before: an hour is 10 km at most, a second more is 3 m more
    rows = weekly_runs("2026-01-07", [10] * 6)
    for seconds, why in (
        (3600.0, ""),
        (3601.0, "a run of the 30 days before has no distance"),
    ):
        lost = run("2026-02-13", duration_s=seconds)
        assert room("LW01", "2026-02-15", *rows, lost).why == why


def test_room_of_this_week_counts_its_own_runs():
    # 10.9 km on the Monday are the longest that was not raised
    rows = weekly_runs("2026-01-07", [10] * 6)
    frame = activities(*rows, run("2026-02-16", 10.9))
    found = limits(frame, dt.date(2026, 2, 17))
    spike = next(limit for limit in found if limit.rule == "LW01")
    assert (spike.used, spike.left) == (10_900, 11_990)


def test_what_was_run_is_named_where_a_limit_is_not():
    rows = weekly_runs("2026-01-07", [10, 5], ascent_m=40.0)
    found = limits(activities(*rows), dt.date(2026, 1, 14))
    used = {limit.rule: limit.used for limit in found if limit.week.day == 12}
    assert (used["LW01"], used["LW02"], used["LW04"]) == (5000, 5000, 40)


def test_a_run_that_is_only_mentioned_is_no_raised_run():
    # 11.2 km after 10 km are at the threshold, and a pair of shoes has passed 500 km
    rows = weekly_runs("2026-01-07", [10] * 6)
    last = run("2026-02-14", 11.2, shoe="Blue")
    chosen = {"shoes": {"Blue": Shoe(start_km=795.0)}}
    found = limits(activities(*rows, last), dt.date(2026, 2, 15), **chosen)
    spike = [limit for limit in found if limit.rule == "LW01"][-1]
    assert (spike.left, spike.why) == (12_320, "")  # 1.10 x 11.2 km


def test_only_raised_runs_leave_no_figure():
    rows = weekly_runs("2026-01-07", [10] * 6)  # the last on 11 February
    both = [run("2026-03-05", 15), run("2026-03-12", 40)]
    spike = room("LW01", "2026-03-15", *rows, *both)
    assert math.isnan(spike.left)
    assert spike.limit == 45_200  # 1.13 x 40 km
    assert spike.why == "every run of the 30 days before was itself raised"


def test_room_never_comes_from_a_first_run_that_was_too_long():
    rows = weekly_runs("2026-01-07", [10] * 6)  # the last on 11 February
    first = run("2026-03-10", 8)  # 80 % of the longest before the break
    spike = room("LW01", "2026-03-11", *rows, first)
    assert math.isnan(spike.left) and spike.limit == 9_040
    assert spike.why == "every run of the 30 days before was itself raised"
    spike = room("LW01", "2026-03-13", *rows, first, run("2026-03-13", 5))
    assert (spike.left, spike.limit) == (5_999, 9_040)
    assert "the check itself allows more" in spike.why


def test_room_never_comes_from_a_raised_week():
    rows = weekly_runs("2026-01-07", [30] * 6 + [60])
    jump = room("LW02", "2026-02-22", *rows)
    # 1.30 x 30 km; the rule itself is quiet below 0.8 x 60 km
    assert (jump.left, jump.limit) == (39_000, 47_999)
    rows = weekly_runs("2026-01-07", [30] * 6 + [60, 60])
    jump = room("LW02", "2026-03-01", *rows)
    # 1.30 x usual, the median of 30, 30, 60, 60; the rule takes the older 60 km
    assert (jump.left, jump.limit) == (58_500, 78_000)
    rows = weekly_runs("2026-01-07", [30] * 8, ascent_m=[100.0] * 6 + [400.0, 400.0])
    climb = room("LW04", "2026-03-01", *rows)
    # usual 250 m, 1.5 times is raised; the rule is quiet up to 1.10 x 400 m
    assert (climb.left, climb.limit) == (374, 440)


def test_room_to_climb_in_the_week_after_a_raised_one():
    # the raised 400 m are no yardstick, usual stays 100 m: at least 100 m more
    rows = weekly_runs("2026-01-07", [30] * 7, ascent_m=[100.0] * 6 + [400.0])
    climb = room("LW04", "2026-02-22", *rows)
    assert (climb.left, climb.limit, climb.why) == (199, 199, "")


def test_room_to_climb_says_what_is_missing():
    rows = weekly_runs("2026-01-07", [30] * 6, ascent_m=100.0)
    found = limits(activities(*rows, run("2026-02-16", 5)), dt.date(2026, 2, 17))
    climb = next(limit for limit in found if limit.rule == "LW04")
    assert math.isnan(climb.used) and math.isnan(climb.left)
    assert climb.why == "a run of this week has no altitude"
    bare = room("LW05", "2026-02-15", *rows)
    assert bare.why == (
        "fewer than three of the four weeks before hold a run and know how steep they "
        "were"
    )


def test_room_to_climb_never_comes_from_a_raised_run():
    rows = weekly_runs("2026-01-07", [30] * 7, ascent_m=[100.0] * 6 + [400.0])
    climb = room("LW06", "2026-02-22", *rows)
    assert (climb.left, climb.limit) == (199, 520)  # 100 m + 100 m; 1.30 x 400 m
    assert climb.why == (
        "counted from runs that were not raised; the check itself allows more"
    )


def test_room_to_climb_of_an_ordinary_log_needs_no_reason():
    rows = weekly_runs("2026-01-07", [30] * 7, ascent_m=100.0)
    climb = room("LW06", "2026-02-22", *rows)
    # 1.30 x 100 m are 130 m, but at least 100 m more are needed
    assert (climb.left, climb.limit, climb.why) == (199, 199, "")


def test_room_to_climb_of_a_short_log_says_that_it_is_early():
    # three runs and 25 days lie behind: LW06 is a note at most
    rows = weekly_runs("2026-01-28", [10, 10, 10], ascent_m=100.0)
    climb = room("LW06", "2026-02-15", *rows)
    assert math.isnan(climb.left) and math.isnan(climb.limit)
    assert climb.why == (
        "until more days and runs lie behind, this check makes a note at most"
    )


def test_room_to_climb_is_unknown_beside_a_run_that_may_have_climbed_more():
    # 100 m in 3600 s is the steepest: 7200 s are 200 m at most, 1800 s are 50 m
    rows = weekly_runs("2026-01-07", [10] * 7, ascent_m=100.0)
    for km, why in ((20, "a run of the 30 days before has no ascent"), (5, "")):
        climb = room("LW06", "2026-02-22", *rows, run("2026-02-20", km))
        assert climb.why == why


def test_room_of_a_short_week_is_its_base_and_the_least_more():
    # usual 8 km: half of it, 4 km, are needed; 1.30 x 8 km are 10.4 km
    jump = room("LW02", "2026-02-15", *weekly_runs("2026-01-07", [8] * 6))
    assert (jump.used, jump.left, jump.limit, jump.why) == (0, 11_999, 11_999, "")
    # usual 3 km: 2 km at the least
    jump = room("LW02", "2026-02-15", *weekly_runs("2026-01-07", [3] * 6))
    assert (jump.left, jump.limit) == (4_999, 4_999)
    # usual 12 km: half are 6 km, but 5 km are enough
    jump = room("LW02", "2026-02-15", *weekly_runs("2026-01-07", [12] * 6))
    assert (jump.left, jump.limit) == (16_999, 16_999)


def test_room_of_a_week_takes_the_most_of_four_and_no_older_one():
    # 39 km five weeks before are out of reach, 38 km four weeks before are not
    rows = weekly_runs("2026-01-07", [30, 30, 30, 39, 38, 30, 30, 30])
    jump = room("LW02", "2026-03-01", *rows)
    assert (jump.left, jump.limit) == (49_400, 49_400)  # 1.30 x 38 km


def test_room_of_a_week_in_progress_with_a_run_of_unknown_distance():
    rows = weekly_runs("2026-01-07", [30] * 6)
    lost = run("2026-02-17", duration_s=3600.0)
    found = limits(activities(*rows, run("2026-02-16", 5), lost), dt.date(2026, 2, 17))
    jump = next(limit for limit in found if limit.rule == "LW02")
    assert math.isnan(jump.used) and math.isnan(jump.left)
    assert jump.why == "a run of this week has no distance"


def test_unknown_room_says_why():
    frame = activities(*weekly_runs("2026-01-07", [10, 10]))
    found = {
        limit.rule: limit
        for limit in limits(frame, dt.date(2026, 1, 15))
        if limit.week == dt.date(2026, 1, 12)
    }
    assert all(math.isnan(limit.left) for limit in found.values())
    assert (
        found["LW01"].why
        == "until more days and runs lie behind, this check makes a note at most"
    )
    assert found["LW02"].why.startswith("fewer than three")
    assert found["LW06"].why == "a run of the 30 days before has no ascent"
    gone = {limit.rule: limit for limit in limits(frame, dt.date(2026, 5, 1))}
    assert gone["LW01"].why == "no run in the 30 days before"
    assert (
        b.compute_budget(
            activities(),
            build_weeks(activities(), Settings(), dt.date(2026, 1, 1)),
            Settings(),
            dt.date(2026, 1, 1),
        )
        == ()
    )


def test_runs_of_unknown_distance_leave_no_room_to_tell():
    frame = activities(
        *weekly_runs("2026-01-07", [10] * 5), run("2026-02-05", duration_s=4000.0)
    )
    found = {
        limit.rule: limit
        for limit in limits(frame, dt.date(2026, 2, 5))
        if limit.week == dt.date(2026, 2, 2)
    }
    assert found["LW02"].why == "a run of this week has no distance"
    assert found["LW01"].why == "a run of the 30 days before has no distance"
    assert math.isnan(found["LW02"].used)


def test_a_rule_raised_already_leaves_nothing():
    frame = activities(*weekly_runs("2026-01-07", [30, 30, 30, 30, 30, 60]))
    jump = next(x for x in limits(frame, dt.date(2026, 2, 12)) if x.rule == "LW02")
    assert (jump.left, jump.why, jump.limit) == (
        0.0,
        "already raised this week",
        39_000.0,
    )


def test_silenced_rules_and_later_runs_are_left_out():
    frame = ordinary()
    assert {
        x.rule
        for x in limits(
            frame, dt.date(2026, 2, 17), rules={"uphill_jump": {"enabled": False}}
        )
    } == {
        "LW01",
        "LW02",
        "LW05",
        "LW06",
    }
    before = limits(
        frame[frame["start_local"] < pd.Timestamp("2026-02-10")], dt.date(2026, 2, 9)
    )
    assert limits(frame, dt.date(2026, 2, 9)) == before


PLAN = b"""date,distance_km,ascent_m,downhill_km,surface,duration,shoe
2026-02-24,9,80,1.0,soft,0:54:00,Grey
2026-02-26,11,,,,1:06,
2026-02-28,24,900,6.5,hard,2:20:00,
"""


def test_a_plan_is_held_against_the_same_rules():
    plan = b.try_plan(b.read_plan(PLAN), ordinary(), Settings(), dt.date(2026, 2, 22))
    assert plan.first == dt.date(2026, 2, 23)
    by_rule = {flag.rule: flag for flag in plan.flags}
    assert {"LW01", "LW04", "LW05", "LW10"} <= set(by_rule)
    assert (by_rule["LW01"].activity_id, by_rule["LW01"].source) == (
        "plan-3",
        "plan.csv#3",
    )
    assert by_rule["LW01"].value == pytest.approx(1.5)
    assert by_rule["LW04"].level == "watch"
    open_rules = {gap.rule for gap in plan.unknown}
    assert "LW08" in open_rules  # the ground before is not known
    assert "LW07" in open_rules


def test_a_plan_tells_hills_and_ground_too():
    kms = [20] * 14
    mixed = weekly_runs(
        "2026-01-07", kms, ascent_m=200.0, hard_m=4000.0, soft_m=16_000.0
    )
    text = b"date;distance_km;ascent_m;surface\n16.04.2026;22;400;hard\n"
    plan = b.try_plan(
        b.read_plan(text), activities(*mixed), Settings(), dt.date(2026, 4, 12)
    )
    assert {flag.rule for flag in plan.flags} >= {"LW07", "LW08"}


def test_an_empty_plan_and_one_before_today():
    empty = b.try_plan((), ordinary(), Settings(), dt.date(2026, 2, 22))
    assert (empty.first, empty.flags) == (dt.date(2026, 2, 16), ())
    with pytest.raises(SettingsError, match="2026-02-24 is before 2026-03-01"):
        b.try_plan(b.read_plan(PLAN), ordinary(), Settings(), dt.date(2026, 3, 1))
    alone = b.try_plan(b.read_plan(PLAN), activities(), Settings(), dt.date(2026, 2, 1))
    assert {flag.level for flag in alone.flags} == {
        "info"
    }  # planned runs are held against each other


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"date,distance_km\n2026-13-01,5\n", 'plan.csv:2: "2026-13-01" is not a date'),
        (
            b"date,distance_km\n2026-01-01,\n",
            "plan.csv:2: a planned run needs its distance_km",
        ),
        (b"date,distance_km\n2026-01-01,-3\n", "plan.csv:2: distance_km cannot be -3"),
        (
            b"date,distance_km\n2026-01-01,far\n",
            'plan.csv:2: "far" is no number for distance_km',
        ),
        (
            b"date,distance_km,duration\n2026-01-01,5,1h\n",
            'plan.csv:2: "1h" is no duration',
        ),
        (
            b"date,distance_km,surface\n2026-01-01,5,road\n",
            'plan.csv:2: unknown surface "road"',
        ),
        (b"date,km\n2026-01-01,5\n", 'plan.csv:1: unknown column "km"'),
        (b"date\n2026-01-01\n", "plan.csv:1: no column distance_km"),
    ],
)
def test_a_plan_that_cannot_be_read_says_where(text, why):
    with pytest.raises(SettingsError) as error:
        b.read_plan(text)
    assert str(error.value).startswith(why)
