"""Markdown: the same tables and sentences, every character of others escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.report import (
    budget_table,
    display_tables,
    page_sections,
    provenance,
    roster_table,
    rulebook,
)
from loadwatch.report.glossary import HEADERS
from loadwatch.settings import Settings
from loadwatch.tables import LEVELS
from loadwatch.verdict.headline import build_verdict, has_red_flag
from loadwatch.verdict.phrases import upper_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.budget import Plan
    from loadwatch.assess.rules import Rule, Unknown
    from loadwatch.date_filter import Period
    from loadwatch.report.display_tables import DisplayTable
    from loadwatch.report.glossary import GlossaryRow
    from loadwatch.verdict.headline import Verdict

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#!|~&$@])")
# would begin a list or underline a heading
_LEADING = re.compile(r"^(\d{0,9})([-+=.)])(?=[-+=]|\s|$)")


def escape_line(text: str) -> str:
    """Return text that Markdown shows unchanged: no link, tag, list or cell of its own."""
    return _LEADING.sub(r"\1\\\2", escape_inline(text))


def escape_inline(text: str) -> str:
    """Return text that Markdown shows unchanged inside a line, as in the cell of a table."""
    return _SPECIAL.sub(r"\\\1", formatting.clean_text(text))


def format_table(shown: DisplayTable) -> str:
    """Return a pipe table."""
    aligned = {True: ":--", False: "--:"}
    lines = [shown.headers, tuple(aligned[is_left] for is_left in shown.left)]
    lines += [tuple(escape_inline(str(cell)) for cell in row) for row in shown.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _format_list(lines: Iterable[str]) -> str:
    return "".join(f"- {escape_line(line)}\n" for line in lines)


def _list_gaps(unknown: tuple[Unknown, ...]) -> list[str]:
    """Return one line per check that could not be judged."""
    return provenance.list_gap_lines(unknown)


def format_weeks(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return the weekly table, newest first."""
    return format_table(display_tables.build_weeks(filter_dates(analysis, period)))


def format_flags(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return all flags, newest first."""
    shown = filter_dates(analysis, period)
    if not shown.flags:
        return f"{provenance.describe_no_flags(shown)}\n"
    return format_table(display_tables.build_flags(shown))


def format_activities(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return what was read, then what was left out and why."""
    shown = filter_dates(analysis, period)
    text = format_table(display_tables.build_activities(shown))
    if left_out := provenance.list_left_out(analysis):
        text += f"\n{_format_list(left_out)}"
    return text


def format_budget(analysis: Analysis) -> str:
    """Return the most of this week and the next that raises nothing."""
    if not budget_table.has_limits(analysis):
        reasons = _format_list(budget_table.list_reasons(analysis))
        return f"{budget_table.NOTHING}\n\n{reasons}".rstrip() + "\n"
    table = format_table(budget_table.build_table(analysis, with_rules=True))
    return f"{table}\n{budget_table.NOTE}\n"


def format_plan(tried: Plan, units: formatting.Units = "metric") -> str:
    """Return what a planned week would raise, and what could not be judged in it."""
    lines = [
        f"{LEVELS[level].shape} {line}"
        for level, line in budget_table.list_plan(tried, units)
    ]
    nothing = budget_table.describe_nothing_raised(
        tried, budget_table.PLAN_RAISES_NOTHING
    )
    lines += filter(None, [nothing])
    return _format_list([*lines, *budget_table.list_plan_gaps(tried)])


def format_roster(roster: Roster) -> str:
    """Return one line per athlete, in the order of the page."""
    return format_table(roster_table.build_roster(roster))


def format_rules(rules: Sequence[Rule]) -> str:
    """Return several rules as a table, a single one with all there is of it."""
    return rulebook.format_markdown(rules, Settings(), full=len(rules) == 1)


def format_columns(rows: Sequence[GlossaryRow]) -> str:
    """Return what each column of the tables means."""
    headers = dict.fromkeys((name.capitalize() for name in HEADERS), True)
    return format_table(display_tables.build_table(headers, rows))


def format_report(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return the page as Markdown: verdict, numbers, budget, advice, what it rests on."""
    verdict = build_verdict(analysis)
    shown = filter_dates(analysis, period)
    weeks = format_table(display_tables.build_weeks(shown))
    parts = [_format_head(analysis, verdict), f"## Weeks\n\n{weeks}"]
    if len(shown.weeks):
        surfaces = format_table(display_tables.build_surfaces(shown))
        parts.append(f"## Where you ran\n\n{surfaces}")
    if budget_table.has_figures(analysis, None):
        parts.append(f"## Room before a check is raised\n\n{format_budget(analysis)}")
    if analysis.advice and not has_red_flag(analysis):
        parts.append(f"## What to do\n\n{_format_advice(analysis)}")
    basis = [
        provenance.describe_reading(analysis),
        *_list_gaps(verdict.unjudged),
        *provenance.list_left_out(analysis),
        *analysis.remarks,
    ]
    parts.append(f"## What this page rests on\n\n{_format_list(basis)}")
    return "\n".join(parts)


def _format_head(analysis: Analysis, verdict: Verdict) -> str:
    """Return name, verdict and the sentences of what was raised."""
    level = LEVELS[verdict.state]
    lines = [
        f"{LEVELS[event.level].shape} {display_tables.format_event(event, analysis)}"
        for event in verdict.events
    ]
    urgent = [
        f"**{upper_first(escape_line(sign.say))}.** {escape_line(sign.call)}\n"
        for sign in page_sections.list_urgent(analysis)
    ]
    parts = [
        f"# {escape_line(analysis.name[: formatting.NAME_LENGTH])}\n",
        f"**{level.shape} {verdict.word}:** {escape_line(verdict.sentence)}\n",
        *urgent,
        f"{escape_line(verdict.counts)}\n",
        _format_list(lines),
    ]
    return "\n".join(part for part in parts if part)


def _format_advice(analysis: Analysis) -> str:
    return _format_list(
        f"{item.title}: {text}" for item in analysis.advice for text in item.lines
    )
