"""Rides and swims are counted, not summed; a workout without a kind may be strength."""

import datetime as dt
from dataclasses import replace

from loadwatch.assess import shoes
from loadwatch.assess.other_sports import describe_unsummed
from loadwatch.settings import Settings
from loadwatch.verdict import headline
from tests import report_cases as cases
from tests.builders import activities, run, weekly_runs

TODAY = dt.date(2026, 5, 10)


def test_rides_and_swims_are_counted_once():
    rides = [run(f"2026-05-0{day}T08:00", 48.0, sport="cycling") for day in range(1, 6)]
    table = activities(
        run("2026-05-06T08:00", 8.0),
        *rides,
        run("2026-05-07T08:00", sport="swimming"),
    )
    told = describe_unsummed(table, Settings())
    expected = "Read, but not counted: cycling 5 times (240 km) and swimming once."
    assert told == expected
    assert describe_unsummed(table[:1], Settings()) == ""
    both = Settings(sports=("running", "cycling", "swimming"))
    assert describe_unsummed(table, both) == ""


def test_a_workout_without_a_kind_is_mentioned_beside_the_missing_session():
    rows = weekly_runs("2026-04-08", [8, 8, 8, 8, 8])
    unnamed = [run(f"2026-04-{day}T18:00", sport="training") for day in (22, 24)]

    def list_sentences(*more):
        known = cases.analysis([*rows, *more], today=TODAY)
        return [flag.says for flag in known.flags if flag.rule == "LW15"]

    assert list_sentences(*unnamed)[0].endswith(
        "2 workouts of these weeks name no kind; if it was strength, Pilates or yoga, "
        "it is not counted as such."
    )
    assert "workout" not in list_sentences()[0]
    ridden = run("2026-04-22T18:00", 20, sport="training")
    assert "workout" not in list_sentences(ridden)[0]
    named = run("2026-04-22T18:00", sport="training", sub_sport="strength_training")
    assert list_sentences(named, *unnamed) == []


def test_a_walker_reads_which_option_sums_walks():
    walks = [run(f"2026-05-0{day}T08:00", 5.0, sport="walking") for day in range(1, 6)]
    found = headline.build_verdict(cases.analysis(walks, today=TODAY))
    assert "--sports walking" in found.sentence


def test_a_pair_past_its_limit_is_named_as_long_as_it_is_worn():
    rows = [
        run(f"2026-0{month}-{day:02}T08:00", 42.0, shoe="Blue")
        for month in range(1, 6)
        for day in range(1, 9)
    ]
    known = cases.analysis(rows, today=TODAY)
    pairs = shoes.build_pairs(known.activities)
    worn = shoes.find_worn_flags(known.flags, pairs, TODAY)
    assert {(flag.rule, flag.week) for flag in worn} == {("LW14", TODAY)}
    later = replace(known, today=dt.date(2026, 8, 1)).today
    assert shoes.find_worn_flags(known.flags, pairs, later) == []
