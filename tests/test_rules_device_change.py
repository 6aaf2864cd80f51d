"""Hill flags that compare climbs of different recorders say so: LW04, LW05, LW06, LW07."""

import datetime as dt

import pytest

from loadwatch.assess.rules import device_change, judge
from loadwatch.assess.rules.rule_input import build_rule_input
from loadwatch.assess.weeks import build_weeks
from loadwatch.settings import Settings
from tests.builders import activities, run, weekly_runs

ASCENTS = [100.0] * 5 + [400.0]
OLD, NEW = {"device": "garmin fr245"}, {"device": "garmin fenix7"}


def flags(*rows):
    frame = activities(*rows)
    today = frame["start_local"].max().date() + dt.timedelta(days=7)
    found, _ = judge(frame, build_weeks(frame, Settings(), today), Settings(), today)
    return {f.rule: f for f in found if f.level != "info" or f.rule == "LW07"}


def weeks(devices, sources=None, **more):
    return weekly_runs(
        "2026-01-07",
        [10] * 6,
        ascent_m=ASCENTS,
        downhill_m=[a * 10 for a in ASCENTS],
        device=devices,
        ascent_source=sources or ["device"] * 6,
        **more,
    )


def test_one_watch_says_nothing_of_watches():
    found = flags(*weeks(["garmin fr245"] * 6))
    assert {"LW04", "LW05", "LW06"} <= set(found)
    assert not any(
        "watches" in flag.says or "sources" in flag.says for flag in found.values()
    )


def test_a_new_watch_in_the_flagged_week_is_told():
    found = flags(*weeks(["garmin fr245"] * 5 + ["garmin fenix7"]))
    for rule in ("LW04", "LW05", "LW06"):
        assert found[rule].says.endswith(f" {device_change.OTHER_WATCH}")
    assert found["LW04"].says.startswith(
        "400 m of ascent in the week of 9 February 2026"
    )


def test_a_watch_changed_long_ago_is_not():
    found = flags(*weeks(["garmin fr245"] + ["garmin fenix7"] * 5))
    # the first week lies five weeks back: outside LW04's four and LW06's 30 days
    assert device_change.OTHER_WATCH not in found["LW04"].says
    assert device_change.OTHER_WATCH not in found["LW06"].says


def test_two_watches_taken_in_turn_do_not_differ_from_week_to_week():
    other = [
        r | NEW | {"start_local": r["start_local"] + dt.timedelta(days=2)}
        for r in weeks(["x"] * 6)
    ]
    for row in other:
        row["start_utc"] = row["start_local"].tz_localize("UTC")
    found = flags(*weeks(["garmin fr245"] * 6), *other)
    # half and half, now as before
    assert device_change.OTHER_WATCH not in found["LW04"].says
    # one run of one watch, held against runs of both
    assert device_change.OTHER_WATCH in found["LW06"].says


def test_an_unnamed_device_is_no_other_device():
    assert (
        device_change.OTHER_WATCH
        not in flags(*weeks([""] * 5 + ["garmin fenix7"]))["LW04"].says
    )


def test_climbs_from_a_list_held_against_those_of_a_watch():
    found = flags(*weeks([""] * 6, ["list"] * 5 + ["device"]))
    assert found["LW04"].says.endswith(
        "These climbs come from different sources (the watch's own totals now, a list before) and may differ "
        "for that reason alone."
    )
    assert "different sources" in found["LW06"].says


def test_the_hilliest_week_looks_at_its_half_year():
    ascents = [100.0 + i for i in range(13)] + [300.0]
    devices = ["garmin fr245"] * 13 + ["garmin fenix7"]
    rows = weekly_runs("2026-01-07", [10] * 14, ascent_m=ascents, device=devices)
    assert flags(*rows)["LW07"].says.endswith(device_change.OTHER_WATCH)
    one = weekly_runs("2026-01-07", [10] * 14, ascent_m=ascents, device="garmin fr245")
    assert device_change.OTHER_WATCH not in flags(*one)["LW07"].says


@pytest.mark.parametrize(
    ("now", "before", "share"),
    [
        ({"a": 1.0}, {"a": 1.0}, 0.0),
        ({"a": 1.0}, {"b": 1.0}, 1.0),
        ({"a": 0.5, "b": 0.5}, {"a": 1.0}, 0.5),
        ({}, {"a": 1.0}, 0.0),  # nothing known, nothing said
        ({"a": 1.0}, {}, 0.0),
    ],
)
def test_moved(now, before, share):
    assert device_change.moved_share(now, before) == share


def test_a_run_in_two_pieces_counts_both():
    pieces = [
        run("2026-02-11T08:00", 5, ascent_m=200.0, **NEW),
        run("2026-02-11T08:35", 5, ascent_m=200.0, **OLD),
    ]
    before = weekly_runs("2026-01-07", [10] * 5, ascent_m=100.0, **OLD)
    assert flags(*before, *pieces)["LW06"].says.endswith(device_change.OTHER_WATCH)


def look_at(*rows):
    """What the rules look at, a week after the last of `rows`."""
    frame = activities(*rows)
    today = frame["start_local"].max().date() + dt.timedelta(days=7)
    return build_rule_input(
        frame, build_weeks(frame, Settings(), today), Settings(), today
    )


def describe_week(*rows, number=4):
    return device_change.describe_week_change(look_at(*rows), "ascent_m", number, 4)


def describe_last_run(*rows):
    inputs = look_at(*rows)
    last = len(inputs.sessions.start_us) - 1
    return device_change.describe_run_change(inputs, "ascent_m", last)


def climb(start, km, **more):
    return run(start, km, ascent_m=100.0, **more)


WEEK = "2026-02-02"  # the fifth of those of `four_weeks`


def four_weeks(**more):
    return weekly_runs("2026-01-07", [10] * 4, ascent_m=100.0, **more)


def test_a_quarter_of_the_distance_by_another_watch_is_worth_a_sentence():
    # 10 of 40 km are a quarter, 9.9 of 40 are not
    for other, remark in ((10.0, device_change.OTHER_WATCH), (9.9, "")):
        now = climb(WEEK, 40 - other, **OLD), climb("2026-02-04", other, **NEW)
        assert describe_week(*four_weeks(**OLD), *now) == remark


def test_a_quarter_of_the_distance_from_another_source_is_worth_a_sentence():
    # 3 of 8 km by the watch before, 5 of 8 now: a quarter moved; and a metre less
    before = [
        climb("2026-01-07", 3, ascent_source="device"),
        climb("2026-01-09", 5, ascent_source="list"),
        *(run(f"2026-01-{day}", 10) for day in (14, 21, 28)),
    ]
    for metres, named in ((5000.0, True), (4999.0, False)):
        now = [
            climb(WEEK, metres / 1000, ascent_source="device"),
            climb("2026-02-04", 8 - metres / 1000, ascent_source="list"),
        ]
        remark = describe_week(*before, *now)
        assert remark == named * device_change.OTHER_SOURCE.format(
            now="the watch's own totals", before="a list"
        )


def test_the_same_main_source_is_no_other_source():
    # a third of the kilometres are typed in, but most come from the watch now as before
    now = [
        climb(WEEK, 20, ascent_source="device"),
        climb("2026-02-04", 10, ascent_source="list"),
    ]
    assert describe_week(*four_weeks(ascent_source="device"), *now) == ""


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("device", "the watch's own totals"),
        ("barometer", "altitude by barometer"),
        ("gps", "altitude by satellites"),
        ("list", "a list"),
    ],
)
def test_each_source_of_climb_has_its_words(source, words):
    other = "gps" if source != "gps" else "list"
    remark = describe_week(
        *four_weeks(ascent_source=other), climb(WEEK, 10, ascent_source=source)
    )
    assert f"different sources ({words} now, " in remark


def test_a_week_is_compared_with_the_four_before_it_alone():
    # three weeks of another watch before the four: 30 of 80 km, were they looked at
    old = weekly_runs("2025-12-17", [10] * 3, ascent_m=100.0, **OLD)
    now = climb(WEEK, 10, **NEW)
    assert describe_week(*old, *four_weeks(**NEW), now, number=7) == ""
    # and the week after it says nothing of it either
    after = climb("2026-02-09", 40, **OLD)
    assert describe_week(*old, *four_weeks(**NEW), now, after, number=7) == ""
    # the oldest of the four counts: 30 of 60 km
    first = climb("2026-01-08", 20, **OLD)
    assert describe_week(*four_weeks(**NEW), first, now) == device_change.OTHER_WATCH


def test_runs_that_know_no_climb_are_not_compared():
    # the other watch holds a treadmill's kilometres alone, before as now
    before = [*four_weeks(**NEW), run("2026-01-08", 40, **OLD)]
    assert describe_week(*before, climb(WEEK, 10, **NEW)) == ""
    now = climb(WEEK, 10, **OLD), run("2026-02-04", 40, **NEW)
    assert describe_week(*four_weeks(**OLD), *now) == ""
    assert describe_last_run(*before, climb(WEEK, 10, **NEW)) == ""


def test_runs_without_a_source_or_a_distance_weigh_nothing():
    # "none" is no source; a run of unknown distance is no part of the distance
    for idle in (
        climb("2026-02-03", 30, ascent_source="none"),
        run("2026-02-03", duration_s=9000.0, ascent_m=100.0, ascent_source="list"),
    ):
        now = climb(WEEK, 10, ascent_source="device"), idle
        assert describe_week(*four_weeks(ascent_source="device"), *now) == ""


def test_a_run_is_compared_with_the_30_days_before_it_and_not_with_itself():
    # 40 km by the new watch after 10 km by the old one
    old, new = climb("2026-01-10", 10, **OLD), climb(WEEK, 40, **NEW)
    assert describe_last_run(old, new) == device_change.OTHER_WATCH
    # 30 x 24 hours before is within, a minute more is not
    later = climb("2026-01-20", 10, **NEW)
    edge = climb("2026-01-03T08:00", 10, **OLD)
    assert describe_last_run(edge, later, new) == device_change.OTHER_WATCH
    past = climb("2026-01-03T07:59", 10, **OLD)
    assert describe_last_run(past, later, new) == ""


def test_a_run_is_not_compared_with_those_after_it():
    inputs = look_at(
        climb("2026-01-10", 10, **OLD),
        climb("2026-01-12", 10, **OLD),
        climb("2026-01-14", 30, **NEW),
    )
    assert device_change.describe_run_change(inputs, "ascent_m", 1) == ""
    found = device_change.describe_run_change(inputs, "ascent_m", 2)
    assert found == device_change.OTHER_WATCH
