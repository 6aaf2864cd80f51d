"""The rules as text: limits in words, what a preset changes, Markdown, the signs of a diary."""

import re

import pytest

from loadwatch.assess import rules
from loadwatch.assess.diary import RED_FLAGS
from loadwatch.assess.rules.explain import bound
from loadwatch.assess.rules.model import Bound
from loadwatch.report import rulebook, terminal
from loadwatch.settings import Settings


@pytest.mark.parametrize(
    ("unit", "value", "says"),
    [
        ("ratio", 1.3, "1.3 times (30 % more)"),
        ("ratio", 2.0, "2 times (100 % more)"),
        ("ratio", 0.5, "0.5 times"),
        ("share", 0.7, "0.7 (70 %)"),
        ("points", 25.0, "25 percentage points"),
        ("m", 500.0, "500 m"),
        ("m", 1500.0, "1500 m (1.5 km)"),
        ("m", 800_000.0, "800000 m (800 km)"),
        ("sessions", 1.0, "1 session"),
        ("weeks", 4.0, "4 weeks"),
        ("m/km", 10.0, "10 m/km"),
    ],
)
def test_a_limit_is_told_in_words(unit, value, says):
    assert (
        bound(Bound(key="k", value=value, unit=unit, meaning="why"), value)
        == f"k = {says}: why"
    )


def test_one_rule_whole_names_what_presets_change():
    told = terminal.format_rules([rules.BY_ID["LW02"]], full=True)
    assert "watch = 1.3 times (30 % more): noticed above this ratio" in told
    assert "with --preset return: watch = 1.2 times (20 % more)" in told
    assert "with --preset novice or return: more_m = 3000 m (3 km)" in told


def test_the_signs_of_a_diary_stand_where_they_are_asked_for():
    for told in (
        rulebook.whole(rules.BY_ID["LW18"]),
        rulebook.markdown([rules.BY_ID["LW18"]], full=True),
    ):
        assert all(
            re.search(rf"\b{sign.column}\b.*{re.escape(sign.says)}", told)
            for sign in RED_FLAGS
        )
    assert "saddle_numbness" not in rulebook.whole(rules.BY_ID["LW17"])


def test_markdown_is_markdown():
    listed = rulebook.markdown(rules.RULES, full=False).splitlines()
    assert listed[1] == "|---|---|---|---|---|"
    assert len(listed) == len(rules.RULES) + 2
    for rule in rules.RULES:
        whole = rulebook.markdown([rule], full=True)
        assert whole.startswith(f"### {rule.id} `{rule.name}`: {rule.title}\n\n")
        assert whole.count("\n- `") >= len(rule.limits)
        assert all(f"](https://doi.org/{doi})" in whole for doi in rule.doi)


def test_no_rule_points_to_a_document_that_is_not_there():
    assert not any(
        "documentation" in rules.describe(rule, Settings()) for rule in rules.RULES
    )
