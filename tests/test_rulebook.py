"""The rules as text: limits in words, what a preset changes, Markdown, the signs of a diary."""

import re

import pytest

from loadwatch.assess import rules
from loadwatch.assess.diary import RED_FLAGS
from loadwatch.assess.rules import BY_ID, RULES, find_rules
from loadwatch.assess.rules.model import Bound
from loadwatch.report import rulebook
from loadwatch.report.terminal import Terminal
from loadwatch.settings import Settings


@pytest.mark.parametrize(
    ("unit", "value", "metric", "imperial"),
    [
        ("ratio", 1.3, "1.3 times", None),
        ("ratio", 2.0, "2 times", None),
        ("share", 0.7, "70 %", None),
        ("percentile", 0.9, "percentile 90", None),
        ("points", 25.0, "25 percentage points", None),
        ("m", 500.0, "0.5 km", "0.31 mi"),
        ("m", 1500.0, "1.5 km", "0.93 mi"),
        ("m", 800_000.0, "800 km", "497.1 mi"),
        ("m_up", 100.0, "100 m", "328 ft"),
        ("m/km", 10.0, "10 m/km", "53 ft/mi"),
        ("sessions", 1.0, "1 session", None),
        ("weeks", 4.0, "4 weeks", None),
    ],
)
def test_a_limit_is_told_in_words_and_units(unit, value, metric, imperial):
    bound = Bound(key="k", value=value, unit=unit, text="noticed from {value} on")
    assert rulebook.format_limit(bound, value) == f"noticed from {metric} on"
    expected = f"noticed from {imperial or metric} on"
    assert rulebook.format_limit(bound, value, "imperial") == expected


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.id)
def test_each_limit_has_one_place_for_its_value(rule):
    for bound in rule.limits:
        assert bound.text.count("{value}") == 1, bound
        assert bound.text[:1].islower() or bound.text.startswith("{value}"), bound


def test_one_rule_whole_names_what_presets_change():
    text = " ".join(Terminal().format_rules([rules.BY_ID["LW02"]]).split())
    assert (
        "watch = 1.3: noticed above 1.3 times the most of the four weeks before" in text
    )
    assert (
        "with --preset return: watch = 1.2 (noticed above 1.2 times the most of the four weeks before)"
        in text
    )
    assert (
        "with --preset novice or return: more_m = 3000 (at least 3 km more; less where "
        "the usual week is short)" in text
    )


def test_the_signs_of_a_diary_stand_where_they_are_asked_for():
    for text in (
        rulebook.describe_rule(rules.BY_ID["LW18"], Settings()),
        rulebook.format_markdown([rules.BY_ID["LW18"]], Settings(), full=True),
    ):
        assert all(
            re.search(rf"\b{sign.column}\b.*{re.escape(sign.says)}", text)
            for sign in RED_FLAGS
        )
    assert "saddle_numbness" not in rulebook.describe_rule(
        rules.BY_ID["LW17"], Settings()
    )


def test_markdown_is_markdown():
    listed = rulebook.format_markdown(rules.RULES, Settings(), full=False).splitlines()
    assert listed[1] == "|---|---|---|---|---|"
    assert len(listed) == len(rules.RULES) + 2
    for rule in rules.RULES:
        whole = rulebook.format_markdown([rule], Settings(), full=True)
        assert whole.startswith(f"### {rule.id} `{rule.name}`: {rule.title}\n\n")
        assert whole.count("\n- `") >= len(rule.limits)
        assert all(f"](https://doi.org/{doi})" in whole for doi in rule.doi)


def test_no_rule_points_to_a_document_that_is_not_there():
    assert not any(
        "documentation" in rulebook.describe_rule(rule, Settings())
        for rule in rules.RULES
    )


@pytest.mark.parametrize("wanted", ["LW02", " lw02 ", "week_jump", "WEEK_JUMP"])
def test_a_rule_is_found_by_its_id_or_its_name(wanted):
    assert [rule.id for rule in find_rules(wanted)] == ["LW02"]


def test_rules_are_found_by_words_of_their_name_title_and_question():
    assert BY_ID["LW02"] in find_rules("Week Jump")
    rule = BY_ID["LW06"]
    assert rule in find_rules(rule.title.upper()) and rule in find_rules(
        rule.asks[5:20]
    )
    assert find_rules("") == RULES and find_rules("no such rule") == ()
