"""Plain text for a terminal: tables of 80 columns, words and shapes first, colour beside them."""

from __future__ import annotations

import io
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from loadwatch import formatting
from loadwatch.assess import rules as book
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.report import (
    budget_table,
    display_tables,
    page_content,
    provenance,
    rulebook,
)
from loadwatch.report.provenance import format_summary
from loadwatch.report.slugs import make_slug
from loadwatch.settings import Settings
from loadwatch.tables import LEVELS, LOAD_METHODS
from loadwatch.verdict import levels
from loadwatch.verdict.headline import build_verdict as judge
from loadwatch.verdict.roster_groups import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.budget import Plan
    from loadwatch.assess.rules import Flag, Rule
    from loadwatch.date_filter import Period
    from loadwatch.report.display_tables import Cell, DisplayTable

__all__ = [
    "format_activities",
    "format_budget",
    "format_diary",
    "format_flags",
    "format_headline",
    "format_plan",
    "format_roster",
    "format_rules",
    "format_settings",
    "format_summary",
    "format_verdict",
    "format_weeks",
    "make_slug",
    "render_parts",
]
WIDTH = 80
WRAPPED = 16  # least width of a column that may break into lines
GAP = 2  # between two columns
NAME_WIDTH = 20  # a longer name is cut, so that the sentence beside it can be read
SUMMARY_WEEKS = 8


def render_parts(parts: Iterable[RenderableType], width: int, color: bool) -> str:
    """Return what rich would draw, without asking the environment for anything."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        height=100,
        force_terminal=color,
        force_interactive=False,
        color_system="standard" if color else None,
        no_color=not color,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in parts:
        console.print(part, soft_wrap=False)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _style_cell(cell: Cell) -> Text:
    return Text(
        str(cell),
        style=LEVELS[cell.level].style
        if isinstance(cell, display_tables.LevelCell)
        else "",
    )


def _drop_columns(grid: DisplayTable, wrap: str, width: int) -> DisplayTable:
    """Return `grid` without its last columns where they do not fit: no digit or word of the others is cut."""
    shown = [grid.headers, *grid.rows]
    widths = [
        WRAPPED
        if head == wrap
        else min(max(len(str(row[at])) for row in shown), NAME_WIDTH)
        for at, head in enumerate(grid.headers)
    ]
    kept = list(range(len(widths)))
    for at in reversed(range(1 if wrap else 2, len(widths))):
        if (
            sum(widths[i] + GAP for i in kept) - GAP > width
            and grid.headers[at] != wrap
        ):
            kept.remove(at)
    pick = itemgetter(*kept)
    return display_tables.DisplayTable(
        pick(grid.headers), pick(grid.left), tuple(pick(row) for row in grid.rows)
    )


def _build_table(grid: DisplayTable, wrap: str = "", *, width: int = WIDTH) -> Table:
    """Return `grid` as a rich table; only the column headed `wrap` may break into lines."""
    grid = _drop_columns(grid, wrap, width)
    table = Table(
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
        header_style="bold",
    )
    for header, left in zip(grid.headers, grid.left, strict=True):
        justify: Literal["left", "right"] = "left" if left else "right"
        if header == wrap:
            table.add_column(
                Text(header),
                justify=justify,
                ratio=1,
                min_width=WRAPPED,
                overflow="fold",
            )
        else:
            table.add_column(
                Text(header), justify=justify, no_wrap=True, max_width=NAME_WIDTH
            )
    for row in grid.rows:
        table.add_row(*map(_style_cell, row))
    return table


def format_headline(analysis: Analysis) -> Text:
    """Return the verdict: shape, word, sentence."""
    found = judge(analysis)
    level = LEVELS[found.state]
    text = Text(f"{level.shape} {level.word}: ", style=level.style)
    return text.append(formatting.clean_text(found.sentence), style="bold")


def _format_flag_lines(flags: Iterable[Flag], units: formatting.Units) -> list[Text]:
    lines = []
    for flag in flags:
        text = Text(f"{LEVELS[flag.level].shape} ", style=LEVELS[flag.level].style)
        lines.append(
            text.append(
                formatting.clean_text(display_tables.format_sentence(flag, units)),
                style="default",
            )
        )
    return lines


def format_verdict(
    analysis: Analysis, *, width: int = WIDTH, color: bool = False
) -> str:
    """Return the verdict, the last weeks, and why anything was raised."""
    found = judge(analysis)
    parts: list[RenderableType] = [
        format_headline(analysis),
        Text(found.counts, style="dim"),
        Text(),
    ]
    if len(analysis.weeks):
        parts += [
            _build_table(
                display_tables.build_weeks(analysis, SUMMARY_WEEKS), width=width
            ),
            Text(_format_sparkline(analysis)),
            Text(),
        ]
    parts += _format_flag_lines(
        levels.largest_per_rule((*found.flags, *found.notes)), analysis.settings.units
    )
    parts += [
        Text(f"Not judged: {line}", style="dim")
        for line in provenance.list_gaps(found.unjudged)
    ]
    return render_parts(parts, width, color)


def _format_sparkline(analysis: Analysis) -> str:
    values = display_tables.list_loads(analysis)
    name = LOAD_METHODS[analysis.settings.load].title
    return f"Last {formatting.format_count(len(values), 'week')}, {name}: {display_tables.draw_sparkline(values)}"


def format_weeks(
    analysis: Analysis,
    period: Period = ALL_DAYS,
    *,
    width: int = WIDTH,
    color: bool = False,
) -> str:
    """Return the weekly table, newest first."""
    return render_parts(
        [
            _build_table(
                display_tables.build_weeks(filter_dates(analysis, period)),
                width=width,
            )
        ],
        width,
        color,
    )


def format_flags(
    analysis: Analysis,
    period: Period = ALL_DAYS,
    *,
    width: int = WIDTH,
    color: bool = False,
) -> str:
    """Return all flags, newest first, each with its sentence."""
    shown = filter_dates(analysis, period)
    if not shown.flags:
        return render_parts([Text(provenance.describe_no_flags(shown))], width, color)
    return render_parts(
        [_build_table(display_tables.build_flags(shown), "What changed", width=width)],
        width,
        color,
    )


def format_activities(
    analysis: Analysis,
    period: Period = ALL_DAYS,
    *,
    width: int = WIDTH,
    color: bool = False,
) -> str:
    """Return what was read, then what was skipped or dropped, each with why."""
    shown = filter_dates(analysis, period)
    parts: list[RenderableType] = [
        _build_table(display_tables.build_activities(shown), "From", width=width)
    ]
    parts += [Text(line) for line in provenance.list_left_out(analysis)]
    return render_parts(parts, width, color)


def format_budget(
    analysis: Analysis,
    period: Period = ALL_DAYS,  # noqa: ARG001 - a budget is of one week
    *,
    width: int = WIDTH,
    color: bool = False,
) -> str:
    """Return the most of this week and the next that raises nothing."""
    if not budget_table.has_limits(analysis):
        return render_parts(
            [
                Text(line)
                for line in (budget_table.NOTHING, *budget_table.list_reasons(analysis))
            ],
            width,
            color,
        )
    lines = [
        Text(line, style="dim")
        for line in (
            *budget_table.list_reasons(analysis),
            budget_table.describe_table(analysis),
        )
    ]
    return render_parts(
        [
            _build_table(budget_table.build_table(analysis), "Measure", width=width),
            *lines,
        ],
        width,
        color,
    )


def format_roster(roster: Roster, *, width: int = WIDTH, color: bool = False) -> str:
    """Return one line an athlete, in the four groups."""
    groups = [athlete.group for athlete in roster.athletes]
    counts = " \N{MIDDLE DOT} ".join(
        f"{GROUPS[group]}: {groups.count(group)}" for group in GROUPS
    )
    return render_parts(
        [
            _build_table(display_tables.build_roster(roster), "Why", width=width),
            Text(counts),
        ],
        width,
        color,
    )


def format_rules(
    table: Iterable[Rule],
    *,
    full: bool = False,
    width: int = WIDTH,
    color: bool = False,
) -> str:
    """Return the rules as a list, or with `full` each one whole."""
    if full:
        return render_parts(
            [part for rule in table for part in _format_rule(rule)], width, color
        )
    rows: list[tuple[Cell, ...]] = [(rule.id, rule.title, rule.grade) for rule in table]
    grid = display_tables.build_table(
        {"Rule": True, "What it looks for": True, "Evidence": True}, rows
    )
    hint = Text(
        f"One rule with its limits and references: loadwatch rules {book.RULES[0].id}"
    )
    return render_parts(
        [_build_table(grid, "What it looks for", width=width), hint], width, color
    )


def _format_rule(rule: Rule) -> list[RenderableType]:
    head, *lines = rulebook.describe_rule(rule, Settings()).splitlines()
    return [Text(head, style="bold"), *map(Text, lines), Text()]


def format_settings(
    rows: Iterable[tuple[str, object, str]], *, width: int = WIDTH, color: bool = False
) -> str:
    """Return every setting, its value and where it came from."""
    cells: list[tuple[Cell, ...]] = [
        (
            key,
            formatting.clean_text(_format_setting(value)),
            formatting.clean_text(origin),
        )
        for key, value, origin in rows
    ]
    grid = display_tables.build_table(
        {"Setting": True, "Value": True, "From": True}, cells
    )
    return render_parts([_build_table(grid, "Value", width=width)], width, color)


def _format_setting(value: object) -> str:
    """Return a value as a settings file writes it, or that none is set."""
    if isinstance(value, bool):
        return str(value).lower()
    if not value or value != value:  # noqa: PLR0124 - NaN
        return "not set"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(
            f"{key} = {_format_setting(held)}" for key, held in value.items()
        )
    return f"{value:g}" if isinstance(value, float) else str(value)


def format_diary(analysis: Analysis, *, width: int = WIDTH, color: bool = False) -> str:
    """Return what the runner's own diary says, red flags first."""
    answer = page_content.build_diary(analysis)
    parts: list[RenderableType] = [
        Text(line, style=LEVELS["high"].style)
        for line in page_content.list_urgent(analysis)
    ]
    if answer is not None:
        parts.append(Text(answer["says"], style="bold"))
        parts += [Text(f"  {line}") for line in answer["links"]]
        parts += [Text(line, style="dim") for line in answer["notes"]]
    return render_parts(parts, width, color)


def format_plan(
    tried: Plan,
    units: formatting.Units = "metric",
    *,
    width: int = WIDTH,
    color: bool = False,
) -> str:
    """Return what a planned week would raise, and what could not be judged in it."""
    lines = _format_flag_lines(levels.sort_by_size(tried.flags), units)
    if not any(book.is_raised(flag) for flag in tried.flags):
        lines.append(
            Text("The plan raises no check that could be judged. That is no promise.")
        )
    gaps = [
        Text(f"Not judged: {line}", style="dim")
        for line in provenance.list_gaps(tried.unknown)
    ]
    return render_parts([*lines, *gaps], width, color)
