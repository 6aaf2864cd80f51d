"""Markdown: the same tables and sentences, every stranger's character escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadwatch import date_filter, formatting
from loadwatch.report import budget_table, display_tables, provenance
from loadwatch.tables import LEVELS
from loadwatch.verdict import levels
from loadwatch.verdict.headline import build_verdict

if TYPE_CHECKING:
    from datetime import date

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.report.display_tables import Grid

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#!|~&$@])")
_LEADING = re.compile(
    r"^(\d{0,9})([-+=.)])(?=[-+=]|\s|$)"
)  # would begin a list or underline a heading


def escape(text: str) -> str:
    """Return text that Markdown shows as it stands: no link, no tag, no list, no cell of its own."""
    return _LEADING.sub(r"\1\\\2", inline(text))


def inline(text: str) -> str:
    """Return text that Markdown shows as it stands inside a line, as a cell of a table is."""
    return _SPECIAL.sub(r"\\\1", formatting.clean_text(text))


def table(grid: Grid) -> str:
    """Return a grid as a pipe table."""
    lines = [
        grid.headers,
        tuple(":--" if left else "--:" for left in grid.left),
        *(tuple(inline(str(cell)) for cell in row) for row in grid.rows),
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _list(lines: list[str]) -> str:
    return "".join(f"- {escape(line)}\n" for line in lines)


def weeks(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return the weekly table, newest first."""
    return table(display_tables.weeks(date_filter.cut(analysis, start, end)))


def flags(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return all flags, newest first."""
    shown = date_filter.cut(analysis, start, end)
    return (
        table(display_tables.flags(shown))
        if shown.flags
        else f"{provenance.no_flags(shown)}\n"
    )


def activities(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return what was read, then what was left out and why."""
    left = provenance.left_out(analysis)
    shown = table(display_tables.activities(date_filter.cut(analysis, start, end)))
    return f"{shown}\n{_list(left)}" if left else shown


def roster(roster: Roster) -> str:
    """Return one line an athlete, in the order of the page."""
    return table(display_tables.roster(roster))


def report(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return the page as Markdown: verdict, why, numbers, budget, advice, what it rests on."""
    found, shown = build_verdict(analysis), date_filter.cut(analysis, start, end)
    head = f"# {escape(analysis.name[: formatting.NAME_LENGTH])}\n"
    level = LEVELS[found.state]
    state = f"**{level.shape} {level.word}:** {escape(found.sentence)}\n"
    why = [
        f"{LEVELS[flag.level].shape} {display_tables.sentence(flag, analysis.settings.units)}"
        for flag in levels.largest_per_rule((*found.flags, *found.notes))
    ]
    parts = [
        head,
        state,
        f"{escape(found.counts)}\n",
        _list(why),
        f"## Weeks\n\n{table(display_tables.weeks(shown))}",
    ]
    if len(shown.weeks):
        parts.append(f"## Where you ran\n\n{table(display_tables.surfaces(shown))}")
    if budget_table.known(analysis):
        parts.append(f"## Room before a check is raised\n\n{budget(analysis)}")
    if analysis.advice:
        parts.append(
            "## What to do\n\n"
            + _list(
                [
                    f"{item.title}: {text}"
                    for item in analysis.advice
                    for text in item.paragraphs
                ]
            )
        )
    rests = [
        provenance.read_line(analysis),
        *(f"Not judged: {line}" for line in provenance.gaps(found.unjudged)),
        *provenance.left_out(analysis),
    ]
    parts.append(f"## What this page rests on\n\n{_list([*rests, *analysis.remarks])}")
    return "\n".join(part for part in parts if part)


def budget(
    analysis: Analysis,
    start: date | None = None,  # noqa: ARG001 - all tables are called alike
    end: date | None = None,  # noqa: ARG001
) -> str:
    """Return the most of this week and the next that raises nothing."""
    if not budget_table.known(analysis):
        return (
            f"{budget_table.NOTHING}\n\n{_list(budget_table.why(analysis))}".rstrip()
            + "\n"
        )
    return f"{table(budget_table.limits(analysis))}\n{budget_table.note(analysis)}\n"
