"""The checks as the page tells of them: limits in force, how often each fired, grade, studies."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.assess import rules
from loadwatch.assess.rules import is_raised
from loadwatch.assess.rules.flag_text import format_quantity
from loadwatch.assess.rules.model import FIRED_WEEKS
from loadwatch.verdict import levels

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis
    from loadwatch.assess.rules import Bound, Rule
    from loadwatch.formatting import Units

_BACK_PAIN = {
    "no": "not studied",
    "own": "your own records",
}  # shorter in the table of rules


@dataclass(frozen=True, slots=True)
class Check:
    """One rule as the page tells of it."""

    title: str
    limits: str
    evidence: str


def list_checks(analysis: Analysis) -> list[Check]:
    """Return every check with its limits in force, how often it fired, and its grade."""
    told = []
    for rule in rules.RULES:
        grade = rule.grade if len(rule.grade) > 1 else f"Evidence {rule.grade}"
        evidence = f"{grade[:1].upper()}{grade[1:]}: {rule.grade_why}. {describe_back_pain(rule)}"
        title = f"{rule.id} {rule.title}: {_count_fired(rule, analysis)}"
        told.append(Check(title, _limits(rule, analysis), evidence))
    return told


def describe_back_pain(rule: Rule) -> str:
    """Return what is known of a rule and back pain; "no" would read as a finding that there is none."""
    return f"About back pain in runners: {_BACK_PAIN.get(rule.lbp, rule.lbp)}."


def is_note_only(rule: Rule) -> bool:
    """Say whether a rule only ever gives notes, which never count as raised."""
    named = {limit.key.removesuffix("_m") for limit in rule.limits}
    return "info" in named and not named & {"watch", "high"}


def _count_fired(rule: Rule, analysis: Analysis) -> str:
    if rule.kind == "context":
        return "never raised"
    recent = set(levels.week_starts(analysis.weeks)[-FIRED_WEEKS:])
    mine = [
        flag for flag in analysis.flags if flag.rule == rule.id and flag.week in recent
    ]
    high = len({flag.week for flag in mine if is_raised(flag)})
    noted = len({flag.week for flag in mine if not is_raised(flag)})
    of = f"of the last {formatting.format_count(len(recent), 'week')}"
    if is_note_only(rule):
        return f"mentioned in {noted} {of}"
    return f"raised in {high} {of}" + (f", mentioned in {noted}" if noted else "")


def _limits(rule: Rule, analysis: Analysis) -> str:
    held, units = (
        rules.limits_in_force(rule, analysis.settings),
        analysis.settings.units,
    )
    told = "; ".join(
        limit_words(limit, held[limit.key], units) for limit in rule.limits
    )
    return f"{told[:1].upper()}{told[1:]}"


# where a limit's meaning says "this" or "so many", its number is said instead; the longer first
_PLACES = (
    "this many percentage points",
    "so many kinds of change",
    "this percentile",
    "so many points",
    "so much lies",
    "so many lie",
    "this distance",
    "this ratio",
    "this climb",
    "this share",
    "this part",
    "so many",
    "so much",
    "here",
    "this",
)
_PLACE = re.compile(rf"\b(?:{'|'.join(_PLACES)})\b")
_SAID = {
    "info at most": "a note at most",
    "times to the": "times the",
    "times of the": "times the",
}
_LEADS = (
    "of the ",
    "from start ",
    "looked at, ",
)  # a meaning that goes on from its number


def limit_words(limit: Bound, value: float, units: Units) -> str:
    """Return one limit as a reader says it: "noticed above 1.1 times", "least distance more: 5 km"."""
    told = _value(limit, value, units)
    found = _PLACE.search(limit.meaning)
    if limit.meaning.startswith(_LEADS):
        return bind_units(f"{told} {limit.meaning}")
    if not found:
        return bind_units(f"{limit.meaning}: {told}")
    if found[0] == "this percentile":
        told = f"percentile {100 * value:g}"
    verb = (
        " lies"
        if found[0].endswith(" lies")
        else " lie"
        if found[0].endswith(" lie")
        else ""
    )
    verb = verb and (" lies" if value == 1 else " lie")
    kind = " of change" if found[0].endswith("of change") else ""
    whole = f"{limit.meaning[: found.start()]}{told}{kind}{verb}{limit.meaning[found.end() :]}"
    for plain, said in _SAID.items():
        whole = whole.replace(plain, said)
    return bind_units(whole)


def _value(limit: Bound, value: float, units: Units) -> str:
    if limit.unit == "ratio":
        return f"{value:g} times"
    if limit.unit == "share":
        return formatting.format_percent(value)
    if limit.unit == "m/km":
        return format_quantity("m/km", value, units)
    if limit.unit == "m":
        height = "ascent" in limit.meaning
        unit = formatting.choose_unit("ascent_m" if height else "distance_m", units)
        return f"{_plain(value / unit.size, 0 if height else 2)} {unit.symbol}"
    singular = limit.unit.removesuffix("s")
    many = f"percentage {limit.unit}" if limit.unit == "points" else limit.unit
    return f"{value:g} {singular if value == 1 else many}"


def _plain(value: float, digits: int) -> str:
    text = formatting.format_number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


_UNIT = re.compile(r"(?<=\d) (?=(?:%|(?:km|mi|m|ft|h|times)\b))")


def bind_units(text: str) -> str:
    """Return `text` with each number kept on one line with its unit."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def list_references() -> list[str]:
    """Return the studies behind the checks, each once."""
    told = {
        f"{rule.citation.rstrip('.')}.{''.join(f' doi:{doi}' for doi in rule.doi)}": None
        for rule in rules.RULES
        if any(char.isdigit() for char in rule.citation)  # not "none: a convention"
    }
    return list(told)
