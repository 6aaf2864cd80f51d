"""The rules as text, plain, as Markdown and for the page: limits, evidence, references."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import filterfalse
from typing import TYPE_CHECKING, NamedTuple

from loadwatch import formatting
from loadwatch.assess.diary import DIARY_FILE, RED_FLAGS
from loadwatch.assess.references import OURS, load_references
from loadwatch.assess.rules import RULES, is_raised, limits_in_force
from loadwatch.assess.rules.catalogue import ENABLED
from loadwatch.assess.rules.flag_text import format_quantity
from loadwatch.assess.rules.model import FIRED_WEEKS
from loadwatch.verdict import levels
from loadwatch.verdict.phrases import upper_first

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date

    from loadwatch.analysis import Analysis
    from loadwatch.assess.references import Reference
    from loadwatch.assess.rules import Bound, Flag, Rule
    from loadwatch.assess.rules.model import RuleUnit
    from loadwatch.formatting import Units
    from loadwatch.settings import Settings

CONTEXT_ONLY = "context only, raises nothing"
GRADES = {
    "A": "consistent trials or several good cohorts of runners; no check here has it",
    "B": "one large cohort of runners with measured distance",
    "C": "small, conflicting or indirect studies",
    "D": "laboratory or mechanism only",
    "E": "the article's view or our own convention",
    "X": "popular, yet in runners the best evidence is null or points the other way",
}
# of low back pain; a plain "no" would read as a finding that there is none
_BACK_PAIN = {"no": "not studied", "own": "your own records"}
TICKED = "red_flags"  # the rule whose signs are columns of the diary
SIGNS_HEAD = (
    f"Signs, each a column of {DIARY_FILE} and a NAME for `diary FOLDER log "
    "--red-flag NAME`:"
)
_COUNTED = {
    "points": ("percentage point", "percentage points"),
    "days": ("day", "days"),
    "weeks": ("week", "weeks"),
    "runs": ("run", "runs"),
    "gaps": ("gap", "gaps"),
    "sessions": ("session", "sessions"),
    "kinds": ("kind", "kinds"),
}
_METRES = {"m": ("distance_m", 2), "m_up": ("ascent_m", 0)}  # column, most decimals


class Overview(NamedTuple):
    """One rule as a row of a table."""

    id: str
    name: str
    asks: str
    limits: str
    grade: str


@dataclass(frozen=True, slots=True)
class Check:
    """One rule as the page lists it."""

    title: str
    limits: str
    evidence: str


def format_limit(bound: Bound, value: float, units: Units = "metric") -> str:
    """Return what one limit does at `value`: "noticed above 1.1 times the longest before"."""
    return bound.text.format(value=format_value(bound.unit, value, units))


def format_value(unit: RuleUnit, value: float, units: Units = "metric") -> str:
    """Return the value of a limit with its unit: "1.1 times", "70 %", "5 km", "12 weeks"."""
    if unit in _METRES:
        column, decimals = _METRES[unit]
        shown = formatting.choose_unit(column, units)
        text = formatting.format_number(value / shown.size, decimals)
        return f"{_strip_zeros(text)} {shown.symbol}"
    if unit in _COUNTED:
        one, many = _COUNTED[unit]
        return f"{value:g} {one if value == 1 else many}"
    if unit == "share":
        return formatting.format_percent(value)
    if unit == "percentile":
        return f"percentile {100 * value:g}"
    if unit == "ratio":
        return f"{value:g} times"
    return format_quantity(unit, value, units)


def _strip_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def list_overview(settings: Settings) -> tuple[Overview, ...]:
    """Return every rule as a row: its question, the limits of its levels, its grade."""
    return tuple(
        Overview(
            rule.id, rule.name, rule.asks, _format_levels(rule, settings), rule.grade
        )
        for rule in RULES
    )


def _format_levels(rule: Rule, settings: Settings) -> str:
    """Return the limit of each level in short: "watch 1.1 times, high 2 times"."""
    if not rule.is_judged:
        return CONTEXT_ONLY if rule.kind == "context" else "judged in the diary"
    values = limits_in_force(rule, settings)
    short = []
    for bound in rule.limits:
        level = bound.key.removesuffix("_m")
        if level in rule.levels:
            short.append(f"{level} {format_value(bound.unit, values[bound.key])}")
    return ", ".join(short)


def describe_rule(rule: Rule, settings: Settings) -> str:
    """Return one rule in full, as lines of plain text."""
    lines = [
        f"{rule.id} {rule.name}: {rule.title}",
        "",
        rule.asks,
        f"Measure: {rule.measure}.",
    ]
    if rule.limits:
        lines.append(f"Limits, in [rules.{rule.name}] of loadwatch.toml:")
        lines += [f"  {key}: {text}" for key, text in _list_limits(rule, settings)]
        lines += [f"  {line}" for line in _list_presets(rule)]
    lines += [
        f"Evidence: {_format_grade(rule)}.",
        f"  {rule.grade_why[:1].upper()}{rule.grade_why[1:]}.",
        describe_back_pain(rule),
        f"Not known: {rule.not_known}",
        f"The article: {rule.article}",
        f"Mind: {rule.caveat}",
        *_list_sources(rule),
    ]
    if rule.name == TICKED:
        width = max(len(sign.column) for sign in RED_FLAGS)
        lines.append(SIGNS_HEAD)
        lines += [f"  {sign.column:<{width}}  {sign.says}" for sign in RED_FLAGS]
    return "\n".join(lines) + "\n"


def _list_sources(rule: Rule) -> list[str]:
    """Return what a rule rests on, a line each, with its DOI or why it has none."""
    references = _list_studies([rule])
    if not references:
        return [f"Source: {rule.citation}."]
    return ["Sources:", *(f"  {_format_reference(study)}" for study in references)]


def _list_studies(rules: Iterable[Rule]) -> list[Reference]:
    """Return the references behind `rules`, each once, without our own conventions."""
    known = load_references()
    ids = dict.fromkeys(id_ for rule in rules for id_ in rule.references)
    return [known[id_] for id_ in ids if id_ != OURS]


def _format_reference(study: Reference) -> str:
    """Return a reference with the address of its DOI, or why it has none."""
    return _format_study(study).replace(" doi:", " https://doi.org/")


def _list_limits(rule: Rule, settings: Settings) -> list[tuple[str, str]]:
    """Return each limit as it stands in a settings file, and what it does."""
    values = limits_in_force(rule, settings)
    return [
        (
            f"{bound.key} = {values[bound.key]:.10g}",
            format_limit(bound, values[bound.key]),
        )
        for bound in rule.limits
    ]


def _list_presets(rule: Rule) -> list[str]:
    """Return what presets change; those that set the same value share a line."""
    lines = []
    for bound in rule.limits:
        presets: dict[float, list[str]] = {}
        for preset, value in sorted(bound.presets.items()):
            presets.setdefault(value, []).append(preset)
        lines += [
            f"with --preset {' or '.join(names)}: {bound.key} = {value:.10g} "
            f"({format_limit(bound, value)})"
            for value, names in presets.items()
        ]
    return lines


def _format_grade(rule: Rule) -> str:
    if rule.grade in GRADES:
        return f"{rule.grade} ({GRADES[rule.grade]})"
    return rule.grade


def format_markdown(rules: Iterable[Rule], settings: Settings, *, full: bool) -> str:
    """Return the rules as a Markdown table, or with `full` a section each."""
    if not full:
        chosen = {rule.id for rule in rules}
        rows = [row for row in list_overview(settings) if row.id in chosen]
        return format_overview(rows)
    return "\n".join(_format_section(rule, settings) for rule in rules)


def format_overview(rows: Iterable[Overview]) -> str:
    """Return rows of rules as a Markdown table."""
    lines = [
        "| check | its name in settings | asks | limits | evidence |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.id} | `{row.name}` | {row.asks} | {row.limits} | {row.grade} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _format_section(rule: Rule, settings: Settings) -> str:
    """Return the section of the manual on one rule, as Markdown."""
    silent = f"`{ENABLED} = false` below `[rules.{rule.name}]` silences it."
    if rule.kind == "context":
        silent = f"It is {CONTEXT_ONLY}."
    limits = [f"- `{key}`: {text}" for key, text in _list_limits(rule, settings)]
    limits += [f"- {line}" for line in _list_presets(rule)]
    lines = [
        f"### {rule.id} `{rule.name}`: {rule.title}",
        "",
        f"{rule.asks} *Measure:* {rule.measure}. {silent}",
        "",
    ]
    if limits:
        lines += [*limits, ""]
    lines += [
        (
            f"*Evidence:* {_format_grade(rule)}: {rule.grade_why}. "
            f"{describe_back_pain(rule)} *Not known:* {rule.not_known}"
        ),
        (
            f"*The article:* {rule.article} *Mind:* {rule.caveat} "
            f"*Sources:* {_link_sources(rule)}"
        ),
        "",
    ]
    if rule.name == TICKED:
        signs = [f"- `{sign.column}`: {sign.says}" for sign in RED_FLAGS]
        lines += [SIGNS_HEAD, "", *signs, ""]
    return "\n".join(lines)


def _link_sources(rule: Rule) -> str:
    """Return what a rule rests on, as Markdown with links."""
    texts = []
    for study in _list_studies([rule]):
        text = study.citation.rstrip(".")
        if study.doi:
            texts.append(f"{text}, [{study.doi}](https://doi.org/{study.doi})")
        else:
            texts.append(f"{text} (no DOI: {study.no_doi})")
    return f"{'; '.join(texts) or rule.citation}."


def list_checks(analysis: Analysis) -> list[Check]:
    """Return every rule with its limits in force, how often it fired, and its grade."""
    checks = []
    for rule in RULES:
        grade = rule.grade if len(rule.grade) > 1 else f"Evidence {rule.grade}"
        grade = f"{grade[:1].upper()}{grade[1:]}"
        title = f"{rule.id} {rule.title}: {_count_fired(rule, analysis)}"
        evidence = f"{grade}: {rule.grade_why}. {describe_back_pain(rule)}"
        checks.append(Check(title, _join_limits(rule, analysis), evidence))
    return checks


def describe_back_pain(rule: Rule) -> str:
    """Return what is known of a rule and back pain."""
    return f"About back pain in runners: {_BACK_PAIN.get(rule.lbp, rule.lbp)}."


def is_note_only(rule: Rule) -> bool:
    """Return whether a rule only ever gives notes, which never count as raised."""
    return rule.levels == ("info",)


def _count_fired(rule: Rule, analysis: Analysis) -> str:
    if rule.kind == "context":
        return "never raised"
    recent = levels.week_starts(analysis.weeks)[-FIRED_WEEKS:]
    flags = [flag for flag in analysis.flags if flag.rule == rule.id]
    raised = _count_weeks(filter(is_raised, flags), recent)
    noted = _count_weeks(filterfalse(is_raised, flags), recent)
    weeks = f"of the last {formatting.format_count(len(recent), 'week')}"
    if is_note_only(rule):
        return f"mentioned in {noted} {weeks}"
    if noted:
        return f"raised in {raised} {weeks}, mentioned in {noted}"
    return f"raised in {raised} {weeks}"


def _count_weeks(flags: Iterable[Flag], weeks: Collection[date]) -> int:
    """Return in how many of `weeks` there is one of `flags`."""
    return len({flag.week for flag in flags}.intersection(weeks))


def _join_limits(rule: Rule, analysis: Analysis) -> str:
    values = limits_in_force(rule, analysis.settings)
    texts = [
        format_limit(bound, values[bound.key], analysis.settings.units)
        for bound in rule.limits
    ]
    return formatting.bind_units(". ".join(map(upper_first, texts)))


def list_references() -> list[str]:
    """Return the studies behind the rules, each once; without links, as a page fetches nothing."""
    return [_format_study(study) for study in _list_studies(RULES)]


def _format_study(study: Reference) -> str:
    """Return a reference with its DOI, or why it has none."""
    text = study.citation.rstrip(".")
    if study.doi:
        return f"{text}. doi:{study.doi}"
    return f"{text} (no DOI: {study.no_doi})."
