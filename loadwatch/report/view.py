"""What the pages' templates lay out: words and rows, no markup."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadwatch import guidance, rules, words
from loadwatch.report import budgets, grids, levels, trust
from loadwatch.report.context import CONTEXT_WHY, context
from loadwatch.rules import raised
from loadwatch.rules.model import FIRED_WEEKS
from loadwatch.weeks import LOAD_COLUMN

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis, Athlete
    from loadwatch.report.grids import Grid
    from loadwatch.report.verdict import Verdict
    from loadwatch.rules import Flag, Rule

MOSTLY = 0.5  # of the last weeks' distance on unknown ground: the remedies are named
LONGEST_LIST = 60  # lines of one list on the page; the command line has them all
OPEN = guidance.RED_FLAGS


@dataclass(frozen=True, slots=True)
class Card:
    """One raised check."""

    level: str
    title: str
    says: str
    small: str


@dataclass(frozen=True, slots=True)
class Part:
    """One folded list of what the page rests on."""

    title: str
    lines: list[str]
    more: str = ""


def page(analysis: Analysis, found: Verdict) -> dict[str, Any]:
    """Return everything of the athlete's page but its pictures and numbers."""
    share = trust.unknown_share(analysis)
    return {
        "cards": [card(flag, analysis) for flag in levels.of_each_rule(found.flags)],
        "notes": [card(flag, analysis) for flag in levels.of_each_rule(found.notes)],
        "gaps": trust.gaps(found.unjudged),
        "urgent": urgent(analysis),
        "remedies": trust.REMEDIES if share >= MOSTLY else (),
        "unknown_share": words.percent(share),
        "context": context(analysis),
        "context_why": CONTEXT_WHY,
        "context_day": words.day(analysis.today),
        "budget": budgets.limits(analysis) if analysis.limits else None,
        "budget_note": budgets.NOTE,
        "budget_why": budgets.why(analysis),
        "diary": diary(analysis),
        "shoes": shoes(analysis),
        "advice": advice(analysis),
        "credit": analysis.advice[0].credit if analysis.advice else "",
        "read_line": trust.read_line(analysis),
        "remarks": [words.clean_text(remark) for remark in analysis.remarks],
        "shares": trust.share_lines(analysis),
        "parts": parts(analysis),
        "checks": checks(analysis),
        "references": references(),
        "map_used": bool(trust.map_shares(analysis)),
    }


def card(flag: Flag, analysis: Analysis) -> Card:
    """Return a raised check: what, against what, by which limit, on what evidence, how often."""
    rule = rules.BY_ID[flag.rule]
    small = (
        f"{flag.rule}. Evidence {flag.evidence}: {rule.grade_why}. About back pain in runners: {rule.lbp}."
    )
    fired = f" Raised in {flag.fired_26w} of 26 weeks." if flag.fired_26w else ""
    says = words.clean_text(grids.sentence(flag, analysis.settings.units))
    return Card(flag.level, rule.title, says, small if rules.often(flag) else small + fired)


def urgent(analysis: Analysis) -> list[str]:
    """Return the diary's red flags: they stand above everything else."""
    signs = analysis.diary.red_flags if analysis.diary else ()
    return [f"{sign.says[:1].upper()}{sign.says[1:]}. {sign.call}" for sign in signs]


def diary(analysis: Analysis) -> dict[str, Any] | None:
    """Return the diary's answer in lines."""
    answer = analysis.diary
    if answer is None:
        return None
    links = [" ".join((link.says, *link.also)) for link in answer.links]
    return {
        "says": words.clean_text(answer.says),
        "links": [words.clean_text(line) for line in links],
        "notes": [words.clean_text(note) for note in (*answer.notes, *answer.problems)],
    }


def advice(analysis: Analysis) -> list[dict[str, Any]]:
    """Return the texts beside the flags; when to get help stands open."""
    return [
        {
            "title": item.title,
            "paragraphs": item.paragraphs,
            "source": item.source,
            "open": item.id == OPEN or bool(item.for_rules and item is analysis.advice[0]),
        }
        for item in analysis.advice
    ]


def shoes(analysis: Analysis) -> Grid | None:
    """Return distance and runs of each pair, None where no run names one."""
    table = analysis.shoes
    if table is None or table.empty:
        return None
    units = analysis.settings.units
    rows: list[tuple[grids.Cell, ...]] = [
        (
            words.clean_text(shoe, words.NAME_LENGTH),
            words.quantity(float(metres), "distance_m", units),
            str(runs),
            words.full_day(last),
        )
        for shoe, metres, runs, last in zip(
            table["shoe"], table["distance_m"], table["runs"], table["last"], strict=True
        )
    ]
    return grids.grid({"Pair": True, "Distance": False, "Runs": False, "Last run": False}, rows)


def parts(analysis: Analysis) -> list[Part]:
    """Return the folded lists: left out, twice there, data problems."""
    left = trust.left_out(analysis)
    skipped, twins = left[: len(analysis.skipped)], left[len(analysis.skipped) :]
    notes = [line for _, lines in trust.problems(analysis) for line in lines]
    titles = {"Files skipped, and why": skipped, "Runs that were there twice": twins, "Data problems": notes}
    return [_part(title, lines) for title, lines in titles.items()]


def _part(title: str, lines: list[str]) -> Part:
    if len(lines) <= LONGEST_LIST:
        return Part(title, lines)
    return Part(
        title, lines[:LONGEST_LIST], f" of {words.number(len(lines))}; all: loadwatch activities PATH"
    )


@dataclass(frozen=True, slots=True)
class Check:
    """One rule as the page tells of it."""

    title: str
    limits: str
    evidence: str


def checks(analysis: Analysis) -> list[Check]:
    """Return every check with its limits in force, how often it fired, and its grade."""
    recent = set(levels.starts(analysis.weeks)[-FIRED_WEEKS:])
    told = []
    for rule in rules.RULES:
        weeks = {flag.week for flag in analysis.flags if flag.rule == rule.id and raised(flag)} & recent
        fired = f"raised in {len(weeks)} of the last {words.count(len(recent), 'week')}"
        if rule.kind == "context":
            fired = "never raised"
        grade = rule.grade if len(rule.grade) > 1 else f"Evidence {rule.grade}"
        told.append(
            Check(
                f"{rule.id} {rule.title}: {fired}",
                _limits(rule, analysis),
                f"{grade[:1].upper()}{grade[1:]}: {rule.grade_why}. About back pain in runners: {rule.lbp}.",
            )
        )
    return told


def _limits(rule: Rule, analysis: Analysis) -> str:
    held = rules.limits(rule, analysis.settings)
    return "; ".join(f"{limit.meaning}: {held[limit.key]:g} {limit.unit}".rstrip() for limit in rule.limits)


def references() -> list[str]:
    """Return the studies behind the checks, each once."""
    told = {
        f"{rule.citation.rstrip('.')}.{''.join(f' doi:{doi}' for doi in rule.doi)}": None
        for rule in rules.RULES
        if any(char.isdigit() for char in rule.citation)  # not "none: a convention"
    }
    return list(told)


def numbers_caption(shown: Analysis, last: int) -> str:
    """Return what the table of numbers holds."""
    count = min(len(shown.weeks), last) if last else len(shown.weeks)
    which = f"The last {words.count(count, 'week')}, newest first." if last else "Newest first."
    return (
        f"{which} Change is against your usual week: the median of those of the four weeks before that hold "
        f"a run. Hard and unknown are shares of the distance. {words.NONE} is not known."
    )


def roster_row(athlete: Athlete, slug: str, today: date | None) -> dict[str, Any]:
    """Return one line of the roster's page."""
    last, known = athlete.last_activity, athlete.analysis
    age = words.NONE if last is None or today is None else words.ago((today - last).days)
    values = grids.loads(known) if known else []
    return {
        "name": words.clean_text(athlete.name, words.NAME_LENGTH),
        "link": f"athletes/{slug}.html" if known else "",
        "level": athlete.level,
        "says": words.clean_text(athlete.says),
        "load": _load(known) if known else words.NONE,
        "bars": _bars(known, values) if known and any(value > 0 for value in values) else [],
        "spark": f"load of the last {words.count(len(values), 'week')}, newest "
        f"{words.number(values[-1] / _scale(known)) if known and values else words.NONE}",
        "age": age,
    }


def _scale(analysis: Analysis) -> float:
    return words.unit(LOAD_COLUMN[analysis.settings.load], analysis.settings.units).size


def _load(analysis: Analysis) -> str:
    if not len(analysis.weeks):
        return words.NONE
    start = levels.starts(analysis.weeks)[-1]
    usual, now = (levels.cell(analysis.weeks, start, c) / _scale(analysis) for c in ("load_usual", "load"))
    arrow = "\N{RIGHTWARDS ARROW}"
    unit = words.unit(LOAD_COLUMN[analysis.settings.load], analysis.settings.units).word
    return f"{words.number(usual)} {arrow} {words.number(now)} {unit}".rstrip()


def _bars(analysis: Analysis, values: list[float]) -> list[dict[str, Any]]:
    """Return the sparkline's bars: raised weeks in their colour, unknown ones as a stub."""
    top = max(value for value in values if value > 0)
    weeks = levels.weekly(analysis, len(values))
    bars = []
    for place, (week, value) in enumerate(zip(weeks, values, strict=True), grids.SPARK_WEEKS - len(values)):
        height = round(20.0 * value / top, 1) if value > 0 else 1.0
        role = week.level if week.level in ("high", "watch") else "bar" if value > 0 else "none"
        bars.append({"x": 9 * place, "height": height, "y": round(22.0 - height, 1), "role": role})
    return bars
