"""What every rule has to bring with it: these tests name what a new one lacks."""

import importlib
import pkgutil
import tomllib
from importlib.resources import files
from string import Formatter

import pytest

from loadwatch.assess import rules
from loadwatch.assess.rules.catalogue import RULES
from loadwatch.assess.rules.model import Rule
from loadwatch.tables import EXPOSURES, RAISED_LEVELS, WEEKS, column_names
from loadwatch.verdict.phrases import (
    format_brief_phrase,
    format_mention,
    list_phrases,
)
from tests import report_cases as cases

TEXTS = tomllib.loads(
    (files("loadwatch.assess") / "guidance.toml").read_text(encoding="utf-8")
)["advice"]


def list_lacks(rule: Rule) -> list[str]:
    """What `rule` lacks, in words; nothing if it is whole."""
    lacks = []
    if rule.is_judged:
        if (rule.check is None) == (rule.combine is None):
            lacks.append("one of check and combine")
        if not rule.levels:
            lacks.append("a limit named info, watch or high")
        lacks += [
            f"templates[{level!r}], the sentence of that level"
            for level in rule.levels
            if level not in rule.templates
        ]
    if can_be_raised(rule) and not rule.is_compound:
        lacks += [
            f"{part}, a few words for {where}"
            for part, where in (
                ("phrase", "the first sentence of a page"),
                ("brief", "a coach's list"),
                ("mention", "where it is named in passing"),
            )
            if not getattr(rule, part)
        ]
        if rule.event_family == "none":
            lacks.append('an event_family ("own" is one)')
    if can_be_raised(rule) and not rule.advice:
        lacks.append("advice, ids of texts in guidance.toml")
    known = {text["id"] for text in TEXTS}
    lacks += [
        f"a text {id_!r} in guidance.toml" for id_ in rule.advice if id_ not in known
    ]
    if rule.exposure and rule.exposure.column not in column_names(EXPOSURES):
        lacks.append(f"a column {rule.exposure.column!r} of EXPOSURES for its exposure")
    if rule.budget and rule.budget.measure not in column_names(WEEKS):
        lacks.append(f"a column {rule.budget.measure!r} of WEEKS for its budget")
    return lacks


def can_be_raised(rule: Rule) -> bool:
    return bool(set(rule.levels) & set(RAISED_LEVELS))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_lacks_nothing(rule):
    lacks = list_lacks(rule)
    assert not lacks, f"{rule.id} {rule.name} lacks {'; '.join(lacks)}"


def test_every_rule_of_a_module_is_in_the_table():
    for module in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, Rule):
                assert value in RULES, f"{module.name}.{name} is not in RULES"


def test_ids_and_names_are_used_once_and_the_table_is_in_their_order():
    ids = [rule.id for rule in RULES]
    assert ids == sorted(set(ids))
    assert len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.phrase], ids=lambda rule: rule.id
)
def test_short_phrases_name_only_what_can_be_filled(rule):
    ana = cases.ana()
    flag = next(iter(ana.flags))
    for text in (
        *list_phrases(replace_rule(flag, rule), "metric"),
        format_brief_phrase(replace_rule(flag, rule), "metric"),
        format_mention(replace_rule(flag, rule), "metric"),
    ):
        assert text
        assert "{" not in text


def replace_rule(flag, rule):
    return rule.flag(
        flag.week,
        rules.Exceeded("watch", 1.1),
        value=2.0,
        amount=2000.0,
        usual=1000.0,
    )


def test_every_place_of_a_template_is_a_plain_name():
    for rule in RULES:
        for template in rule.templates.values():
            for _, name, spec, conversion in Formatter().parse(template):
                assert name is None or name.isidentifier(), rule.id
                assert not spec and not conversion, rule.id


def test_every_text_is_brought_up_by_a_rule_or_stands_always():
    named = {id_ for rule in RULES for id_ in rule.advice}
    for text in TEXTS:
        assert text["id"] in named or text.get("always"), text["id"]
