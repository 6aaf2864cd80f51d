"""The rules as text, from the values that judge: what `loadwatch rules` prints and the manual holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.assess.rules.catalogue import ENABLED, RULES, limits_in_force
from loadwatch.assess.rules.device_change import OTHER_SOURCE, OTHER_WATCH
from loadwatch.assess.rules.model import FIRED_WEEKS, OFTEN
from loadwatch.formatting import format_number
from loadwatch.tables import FLAG_LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from loadwatch.assess.rules.model import Bound, Rule
    from loadwatch.settings import Settings

LONG_M = 1000.0  # from here on a way is also told in km
CONTEXT_ONLY = "context only, raises nothing"
GRADES = {
    "A": "consistent trials or several good cohorts of runners; no check here has it",
    "B": "one large cohort of runners with measured distance",
    "C": "small, conflicting or indirect studies",
    "D": "laboratory or mechanism only",
    "E": "the article's view or our own convention",
    "X": "popular, yet in runners the best evidence is null or points the other way",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that the rules can print about risk, and the rows of SCIENCE.md it rests on."""

    rule: str
    part: str
    text: str
    basis: str


def bound(told: Bound, value: float) -> str:
    """Return one limit as `key = value unit: meaning`, the value as a settings file takes it."""
    return f"{told.key} = {_value(told, value)}: {told.meaning}"


def _value(told: Bound, value: float) -> str:
    """Return a limit with its unit in words, and where that helps in other words behind it."""
    plain = f"{value:.10g}"
    if told.unit == "ratio":
        more = (
            f" ({format_number(100.0 * (value - 1.0))} % more)" if value > 1.0 else ""
        )
        return f"{plain} times{more}"
    if told.unit == "share":
        return f"{plain} ({format_number(100.0 * value)} %)"
    if told.unit == "m" and value >= LONG_M:
        return f"{plain} m ({format_number(value / 1000.0, 1).removesuffix('.0')} km)"
    unit = "percentage points" if told.unit == "points" else told.unit
    return f"{plain} {unit.removesuffix('s') if value == 1.0 else unit}"


def overview(settings: Settings) -> tuple[tuple[str, str, str, str, str], ...]:
    """Return id, name, question, limits and grade of every rule, a row each."""
    return tuple(
        (rule.id, rule.name, rule.asks, _brief(rule, settings), rule.grade)
        for rule in RULES
    )


def _brief(rule: Rule, settings: Settings) -> str:
    if rule.check is None:
        return CONTEXT_ONLY if rule.kind == "context" else "judged in the diary"
    own = limits_in_force(rule, settings)
    levels = (
        told for told in rule.limits if told.key.removesuffix("_m") in FLAG_LEVELS
    )
    return ", ".join(
        f"{told.key.removesuffix('_m')} {_short(told, own[told.key])}"
        for told in levels
    )


def _short(told: Bound, value: float) -> str:
    """Return a limit for a list of rules: in its largest unit, and in that alone."""
    if told.unit == "m" and value >= LONG_M:
        return f"{format_number(value / 1000.0)} km"
    return _value(told, value).partition(" (")[0]


def describe(rule: Rule, settings: Settings) -> str:
    """Return all that stands of one rule, as lines of plain text."""
    own = limits_in_force(rule, settings)
    references = [f"https://doi.org/{doi}" for doi in rule.doi]
    lines = [
        f"{rule.id} {rule.name}: {rule.title}",
        "",
        rule.asks,
        f"Measure: {rule.measure}.",
        *(
            ["Limits, in [rules." + rule.name + "] of loadwatch.toml:"]
            if rule.limits
            else []
        ),
        *(f"  {bound(told, own[told.key])}" for told in rule.limits),
        *(f"  {line}" for line in _presets(rule)),
        f"Evidence: {rule.grade}"
        + (f" ({GRADES[rule.grade]})" if rule.grade in GRADES else "")
        + ".",
        f"  {rule.grade_why}.",
        f"Evidence on back pain in runners: {rule.lbp}.",
        f"The article: {rule.article}",
        f"Mind: {rule.caveat}",
        f"Source: {rule.citation}.",
        *(f"  {reference}" for reference in references),
    ]
    return "\n".join(lines) + "\n"


def _presets(rule: Rule) -> list[str]:
    """Return what a preset changes, presets that say the same together."""
    out = []
    for told in rule.limits:
        alike: dict[float, list[str]] = {}
        for preset, value in sorted(told.presets.items()):
            alike.setdefault(value, []).append(preset)
        out += [
            f"with --preset {' or '.join(presets)}: {told.key} = {_value(told, value)}"
            for value, presets in alike.items()
        ]
    return out


def manual(settings: Settings, chosen: Iterable[Rule] = RULES) -> str:
    """Return the section of the manual on each of the rules, as Markdown."""
    return "\n".join(_section(rule, settings) for rule in chosen)


def _section(rule: Rule, settings: Settings) -> str:
    own = limits_in_force(rule, settings)
    told = [bound(one, own[one.key]) for one in rule.limits] + _presets(rule)
    silent = f"`{ENABLED} = false` below `[rules.{rule.name}]` silences it."
    silent = f"It is {CONTEXT_ONLY}." if rule.kind == "context" else silent
    grade = f" ({GRADES[rule.grade]})" if rule.grade in GRADES else ""
    links = "".join(f", [{doi}](https://doi.org/{doi})" for doi in rule.doi)
    return "\n".join(
        (
            f"### {rule.id} `{rule.name}`: {rule.title}",
            "",
            f"{rule.asks} *Measure:* {rule.measure}. {silent}",
            "",
            *(
                f"- `{line.partition(':')[0]}`:{line.partition(':')[2]}"
                for line in told[: len(rule.limits)]
            ),
            *(f"- {line}" for line in told[len(rule.limits) :]),
            *([""] if told else []),
            f"*Evidence:* {rule.grade}{grade}: {rule.grade_why}. *On back pain in runners:* {rule.lbp}.",
            f"*The article:* {rule.article} *Mind:* {rule.caveat} *Source:* {rule.citation}{links}.",
            "",
        )
    )


def _plain(template: str) -> str:
    """Return a template with its places shown as dots."""
    return re.sub(r"\{[a-z_]+\}", "…", template)


_PARTS = ("title", "asks", "measure", "grade_why", "lbp", "article", "caveat")
_GENERAL = (
    Sentence(
        "",
        "often",
        f"This check fired in more than {OFTEN:.0%} of the weeks with runs of the last {FIRED_WEEKS} weeks.",
        "11; 12 note c",
    ),
    Sentence("", "recorders", OTHER_WATCH, "6.2; 12 note a"),
    Sentence("", "recorders", _plain(OTHER_SOURCE), "6.2; 12 note a"),
    Sentence(
        "",
        "budget",
        "Up to so much more raises no check of this kind.",
        "11; 12 notes a, b",
    ),
    Sentence("", "budget", "Already raised this week.", "12"),
    Sentence(
        "",
        "budget",
        "Until more days and runs lie behind, this check makes a note at most.",
        "1",
    ),
)


def sentences() -> tuple[Sentence, ...]:
    """Return every sentence that rules and budget can print, each with the rows of SCIENCE.md behind it."""
    standing = (
        Sentence(rule.id, part, getattr(rule, part), rule.basis)
        for rule in RULES
        for part in _PARTS
    )
    raised = (
        Sentence(rule.id, f"says {state}", _plain(template), rule.basis)
        for rule in RULES
        for state, template in rule.templates.items()
    )
    return (*standing, *raised, *_GENERAL)
