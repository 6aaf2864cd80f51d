"""JSON: one schema, every column, ASCII and strict, whatever the names."""

import datetime as dt
import json
import re

import pytest

from loadwatch.assess import rules
from loadwatch.date_filter import Period, filter_dates
from loadwatch.report import as_json
from loadwatch.settings import Settings, list_effective
from loadwatch.tables import CONTEXT, EXPOSURES, MEASURED, WEEKS, column_names
from tests import report_cases as cases
from tests.known_analyses import ana, hostile, roster, strict

__all__ = ["ana", "hostile"]  # fixtures


def test_json_of_activities_has_the_schema(ana):
    document = strict(as_json.format_activities(ana))
    assert list(document) == [
        "schema",
        "activities",
        "skipped",
        "duplicates",
        "settings",
    ]
    assert document["schema"] == 1 and len(document["activities"]) == len(
        ana.activities
    )
    assert all(list(row) == column_names(EXPOSURES) for row in document["activities"])
    assert list(document["skipped"][0]) == ["source", "kind", "why"]
    assert document["duplicates"] == [
        {
            "source": "strava/17.gpx",
            "of": "3.fit",
            "why": "the same start, duration and distance",
        }
    ]
    assert document["activities"][0]["srpe"] is None  # unknown is null
    assert document["activities"][0]["distance_m"] == pytest.approx(8800.0)
    assert (
        document["settings"]["today"] == "2026-11-20"
        and "origins" not in document["settings"]
    )


def test_json_of_weeks_has_every_column(ana):
    document = strict(as_json.format_weeks(ana))
    assert list(document) == [
        "schema",
        "weeks",
        "flags",
        "unknown",
        "skipped",
        "duplicates",
        "settings",
    ]
    both = [f"{column}_{kind}" for column in MEASURED for kind in ("usual", "change")]
    assert list(document["weeks"][0]) == [
        "week",
        "state",
        *column_names(WEEKS),
        *both,
        *column_names(CONTEXT),
    ]
    last = document["weeks"][-1]
    assert (last["week"], last["runs"], last["complete"]) == ("2026-11-16", 3, False)
    assert document["weeks"][0]["load_usual"] is None


def test_json_of_flags_has_the_schema(ana):
    document = strict(as_json.format_flags(ana))
    assert list(document) == ["schema", "flags", "unknown"]
    keys = "week rule name level value limit amount usual unit activity_id source says evidence fired_26w held_against event planned"
    assert list(document["flags"][0]) == keys.split()
    assert list(document["unknown"][0]) == ["week", "rule", "why"]


def test_json_of_a_roster_and_of_rules(ana):
    document = strict(as_json.format_roster(roster(cases.two_weeks(), ana)))
    assert [row["group"] for row in document["athletes"]] == ["talk", "low"]
    assert list(document["athletes"][0]) == [
        "name",
        "group",
        "level",
        "state",
        "says",
        "last_activity",
        "flags",
        "events",
        "pain_7d",
    ]
    assert strict(as_json.format_rules(rules.RULES))["rules"][0]["id"] == "LW01"
    assert (
        strict(as_json.format_settings(list_effective(Settings())))["settings"][0][
            "setting"
        ]
        == "name"
    )
    assert strict(as_json.format_diary(ana)) == {"schema": 1, "diary": None}
    assert strict(as_json.format_budget(ana)) == {
        "schema": 1,
        "week": "2026-11-16",
        "limits": [],
    }
    assert strict(as_json.format_report(ana))["verdict"]["state"] == "high"


def test_json_is_ascii_and_strict_whatever_the_names(hostile):
    for known in hostile.values():
        for text in (
            as_json.format_activities(known),
            as_json.format_weeks(known),
            as_json.format_report(known),
        ):
            assert text.isascii()
            strict(text)


def test_period_cuts_what_is_shown_and_not_what_is_judged(ana):
    period = Period(dt.date(2026, 11, 11), dt.date(2026, 11, 15))
    shown = strict(as_json.format_weeks(ana, period))
    assert [row["week"] for row in shown["weeks"]] == ["2026-11-09"]
    assert {flag["week"] for flag in shown["flags"]} == {"2026-11-09"}
    assert shown["weeks"] == [
        row
        for row in strict(as_json.format_weeks(ana))["weeks"]
        if row["week"] == "2026-11-09"
    ]
    days = {
        row["start"][:10]
        for row in strict(as_json.format_activities(ana, period))["activities"]
    }
    assert days == {"2026-11-12", "2026-11-13", "2026-11-15"}
    assert filter_dates(ana, Period()) is ana


def without_words(text):
    """The sentences of rules are theirs to change, the layout is json's; everything else is held."""
    text = json.dumps(strict(text), indent=1) + "\n"
    return re.sub(r'"(says|why)": "(?:[^"\\]|\\.)*"', r'"\1": "..."', text)


@pytest.mark.parametrize("which", ["activities", "weeks", "flags"])
def test_json_as_it_was(golden, which):
    golden(
        f"two_weeks.{which}.json",
        without_words(getattr(as_json, f"format_{which}")(cases.two_weeks())),
    )


def test_roster_json_as_it_was(golden, ana):
    golden(
        "roster.json",
        without_words(
            as_json.format_roster(
                roster(ana, cases.two_weeks(), cases.steady(), cases.empty())
            )
        ),
    )
