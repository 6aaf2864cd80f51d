"""Hill flags that compare climbs of different recorders say so: LW04, LW05, LW06, LW07."""

import datetime as dt

import pytest

from loadwatch.assess.rules import device_change, judge
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
    assert (
        device_change.OTHER_WATCH not in found["LW04"].says
    )  # half and half, now as before
    assert (
        device_change.OTHER_WATCH in found["LW06"].says
    )  # one run of one watch, held against runs of both


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
