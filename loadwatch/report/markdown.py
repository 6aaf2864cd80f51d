"""Markdown: the same tables and sentences, every stranger's character escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadwatch import formatting
from loadwatch.assess.rules import is_raised
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.report import budget_table, display_tables, provenance, rulebook
from loadwatch.settings import Settings
from loadwatch.tables import LEVELS
from loadwatch.verdict import levels
from loadwatch.verdict.headline import build_verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.budget import Plan
    from loadwatch.assess.rules import Rule
    from loadwatch.date_filter import Period
    from loadwatch.report.display_tables import DisplayTable

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#!|~&$@])")
_LEADING = re.compile(
    r"^(\d{0,9})([-+=.)])(?=[-+=]|\s|$)"
)  # would begin a list or underline a heading


def escape_line(text: str) -> str:
    """Return text that Markdown shows as it stands: no link, no tag, no list, no cell of its own."""
    return _LEADING.sub(r"\1\\\2", escape_inline(text))


def escape_inline(text: str) -> str:
    """Return text that Markdown shows as it stands inside a line, as a cell of a table is."""
    return _SPECIAL.sub(r"\\\1", formatting.clean_text(text))


def format_table(grid: DisplayTable) -> str:
    """Return a grid as a pipe table."""
    lines = [
        grid.headers,
        tuple(":--" if left else "--:" for left in grid.left),
        *(tuple(escape_inline(str(cell)) for cell in row) for row in grid.rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _format_list(lines: list[str]) -> str:
    return "".join(f"- {escape_line(line)}\n" for line in lines)


def format_weeks(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return the weekly table, newest first."""
    return format_table(display_tables.build_weeks(filter_dates(analysis, period)))


def format_flags(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return all flags, newest first."""
    shown = filter_dates(analysis, period)
    return (
        format_table(display_tables.build_flags(shown))
        if shown.flags
        else f"{provenance.describe_no_flags(shown)}\n"
    )


def format_activities(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return what was read, then what was left out and why."""
    left = provenance.list_left_out(analysis)
    shown = format_table(
        display_tables.build_activities(filter_dates(analysis, period))
    )
    return f"{shown}\n{_format_list(left)}" if left else shown


def format_roster(roster: Roster) -> str:
    """Return one line an athlete, in the order of the page."""
    return format_table(display_tables.build_roster(roster))


def format_report(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return the page as Markdown: verdict, why, numbers, budget, advice, what it rests on."""
    found, shown = (
        build_verdict(analysis),
        filter_dates(analysis, period),
    )
    head = f"# {escape_line(analysis.name[: formatting.NAME_LENGTH])}\n"
    level = LEVELS[found.state]
    state = f"**{level.shape} {level.word}:** {escape_line(found.sentence)}\n"
    why = [
        f"{LEVELS[flag.level].shape} {display_tables.format_sentence(flag, analysis.settings.units)}"
        for flag in levels.largest_per_rule((*found.flags, *found.notes))
    ]
    parts = [
        head,
        state,
        f"{escape_line(found.counts)}\n",
        _format_list(why),
        f"## Weeks\n\n{format_table(display_tables.build_weeks(shown))}",
    ]
    if len(shown.weeks):
        parts.append(
            f"## Where you ran\n\n{format_table(display_tables.build_surfaces(shown))}"
        )
    if budget_table.has_limits(analysis):
        parts.append(f"## Room before a check is raised\n\n{format_budget(analysis)}")
    if analysis.advice:
        parts.append(
            "## What to do\n\n"
            + _format_list(
                [
                    f"{item.title}: {text}"
                    for item in analysis.advice
                    for text in item.paragraphs
                ]
            )
        )
    rests = [
        provenance.describe_reading(analysis),
        *(f"Not judged: {line}" for line in provenance.list_gaps(found.unjudged)),
        *provenance.list_left_out(analysis),
    ]
    parts.append(
        f"## What this page rests on\n\n{_format_list([*rests, *analysis.remarks])}"
    )
    return "\n".join(part for part in parts if part)


def format_budget(analysis: Analysis) -> str:
    """Return the most of this week and the next that raises nothing."""
    if not budget_table.has_limits(analysis):
        return (
            f"{budget_table.NOTHING}\n\n{_format_list(budget_table.list_reasons(analysis))}".rstrip()
            + "\n"
        )
    return f"{format_table(budget_table.build_table(analysis))}\n{budget_table.describe_table(analysis)}\n"


def format_plan(tried: Plan, units: formatting.Units = "metric") -> str:
    """Return what a planned week would raise, and what could not be judged in it."""
    lines = [
        f"{LEVELS[flag.level].shape} {display_tables.format_sentence(flag, units)}"
        for flag in levels.sort_by_size(tried.flags)
    ]
    if not any(is_raised(flag) for flag in tried.flags):
        lines.append(budget_table.PLAN_RAISES_NOTHING)
    lines += [f"Not judged: {line}" for line in provenance.list_gaps(tried.unknown)]
    return _format_list(lines)


def format_rules(rules: Sequence[Rule]) -> str:
    """Return several rules as a table, a single one with all there is of it."""
    return rulebook.format_markdown(rules, Settings(), full=len(rules) == 1)
