"""Plain text for a terminal: tables that fit its width, levels as words and shapes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from loadwatch import formatting
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.report import (
    budget_table,
    display_tables,
    export_guide,
    page_sections,
    provenance,
    roster_table,
    rulebook,
)
from loadwatch.report.column_fit import (
    NAME_WIDTH,
    WRAPPED_WIDTH,
    cut_column,
    drop_columns,
    measure_column,
)
from loadwatch.report.display_tables import DisplayTable, LevelCell
from loadwatch.report.formats import PLAIN_WIDTH
from loadwatch.settings import Settings
from loadwatch.tables import LEVELS, LOAD_METHODS
from loadwatch.verdict.headline import build_verdict
from loadwatch.verdict.phrases import upper_first
from loadwatch.verdict.roster_groups import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rich.console import RenderableType

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.budget import Plan
    from loadwatch.assess.rules import Rule, Unknown
    from loadwatch.date_filter import Period
    from loadwatch.report.display_tables import Cell
    from loadwatch.report.glossary import GlossaryRow
    from loadwatch.verdict.headline import Verdict

REASON_SHARE, REASON_WIDTH = 0.36, 44  # of the width, for why an athlete is in a group
SUMMARY_WEEKS = 8
HELD_SPACE = "\ue000"  # rich breaks lines at a no-break space: this one stays whole
_NO_HEADINGS: Mapping[int, str] = {}


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal of `width` characters per line, with colours where `color` is true."""

    width: int = PLAIN_WIDTH
    color: bool = False

    def format_verdict(self, analysis: Analysis) -> str:
        """Return the verdict, the last weeks, and why anything was raised."""
        found = build_verdict(analysis)
        parts: list[RenderableType] = [
            _style_headline(found),
            *_style_urgent(analysis),
            Text(found.counts, style="dim"),
            Text(),
        ]
        if len(analysis.weeks):
            table = display_tables.build_weeks(analysis, SUMMARY_WEEKS)
            parts += [
                self._fit_table(table),
                Text(_format_sparkline(analysis)),
                Text(),
            ]
        parts += _style_events(found, analysis)
        parts += _style_gaps(found.unjudged)
        return self._render(parts)

    def format_weeks(self, analysis: Analysis, period: Period = ALL_DAYS) -> str:
        """Return the weekly table, newest first."""
        table = display_tables.build_weeks(filter_dates(analysis, period))
        return self._render([self._fit_table(table)])

    def format_flags(self, analysis: Analysis, period: Period = ALL_DAYS) -> str:
        """Return all flags, newest first, each with its sentence."""
        shown = filter_dates(analysis, period)
        if not shown.flags:
            return self._render([Text(provenance.describe_no_flags(shown))])
        table = display_tables.build_flags(shown)
        return self._render([self._fit_table(table, "What changed")])

    def format_activities(self, analysis: Analysis, period: Period = ALL_DAYS) -> str:
        """Return what was read, then what was skipped or dropped, each with why."""
        table = display_tables.build_activities(filter_dates(analysis, period))
        parts: list[RenderableType] = []
        if table.rows:
            parts.append(self._fit_table(table, cut="From"))
        parts += map(Text, provenance.list_left_out(analysis))
        return self._render(parts)

    def format_budget(self, analysis: Analysis) -> str:
        """Return the most of this week and the next that raises nothing."""
        reasons = budget_table.list_reasons(analysis)
        urgent = _style_urgent(analysis)
        if not budget_table.has_limits(analysis):
            lines = map(Text, (budget_table.NOTHING, *reasons))
            return self._render([*urgent, *lines])
        table = self._fit_table(
            budget_table.build_table(analysis, with_rules=True), "Measure"
        )
        below = (*reasons, budget_table.NOTE)
        notes = [Text(line, style="dim") for line in below]
        return self._render([*urgent, table, *notes])

    def format_plan(self, tried: Plan, units: formatting.Units = "metric") -> str:
        """Return what a planned week would raise, and what could not be judged in it."""
        lines = []
        for level, line in budget_table.list_plan(tried, units):
            shown = LEVELS[level]
            lines.append(
                Text(f"{shown.shape} ", style=shown.style).append(line, "default")
            )
        nothing = budget_table.describe_nothing_raised(
            tried, budget_table.PLAN_RAISES_NOTHING
        )
        if nothing:
            lines.append(Text(nothing))
        gaps = [Text(line, style="dim") for line in budget_table.list_plan_gaps(tried)]
        return self._render([*lines, *gaps])

    def format_roster(self, roster: Roster) -> str:
        """Return one line per athlete, in the six groups."""
        groups = [athlete.group for athlete in roster.athletes]
        if not groups:
            return self._render([Text("No athlete to show.")])
        counts = [
            f"{title}: {groups.count(group)}"
            for group, title in GROUPS.items()
            if group in groups
        ]
        table = self._fit_table(
            roster_table.build_roster(roster),
            "Why",
            least=min(int(self.width * REASON_SHARE), REASON_WIDTH),
            headings=roster_table.list_group_starts(roster),
        )
        return self._render([table, Text(" \N{MIDDLE DOT} ".join(counts))])

    def format_rules(self, rules: Sequence[Rule]) -> str:
        """Return several rules as a list, a single one with all there is of it."""
        if len(rules) == 1:
            return self._render(_style_rule(rules[0]))
        rows: list[tuple[Cell, ...]] = [
            (rule.id, rule.title, rule.grade) for rule in rules
        ]
        headers = {"Rule": True, "What it looks for": True, "Evidence": True}
        table = display_tables.build_table(headers, rows)
        hint = f"One rule with its limits and references: loadwatch rules {rules[0].id}"
        return self._render([self._fit_table(table, "What it looks for"), Text(hint)])

    def format_columns(self, rows: Sequence[GlossaryRow]) -> str:
        """Return what each column of the tables means, one table after the other."""
        headers = {"Column": True, "Unit": True, "Meaning": True}
        parts: list[RenderableType] = []
        for name in dict.fromkeys(row.table for row in rows):
            cells: list[tuple[Cell, ...]] = [
                (row.column, row.unit, row.meaning) for row in rows if row.table == name
            ]
            table = display_tables.build_table(headers, cells)
            parts += [
                Text(f"\n{name}", style="bold"),
                self._fit_table(table, "Meaning"),
            ]
        return self._render(parts)

    def format_export_guide(self) -> str:
        """Return how to get one's files from each vendor, one paragraph per vendor."""
        guide = export_guide.build_export_table()
        parts: list[RenderableType] = [Text(export_guide.INTRODUCTION)]
        for vendor, *ways in guide.rows:
            parts.append(Text(f"\n{vendor}", style="bold"))
            for title, way in zip(guide.headers[1:], ways, strict=True):
                if way:
                    parts.append(_indent_line(f"  {title}: {way}"))
        return self._render(parts)

    def format_settings(self, rows: Iterable[tuple[str, object, str]]) -> str:
        """Return every setting, its value and where it came from."""
        clean = formatting.clean_text
        cells: list[tuple[Cell, ...]] = [
            (key, clean(_format_setting(value)), clean(origin))
            for key, value, origin in rows
        ]
        headers = {"Setting": True, "Value": True, "From": True}
        table = display_tables.build_table(headers, cells)
        return self._render([self._fit_table(table, "Value")])

    def format_diary(self, analysis: Analysis) -> str:
        """Return the answer of the runner's own diary, red flags first."""
        answer = page_sections.build_diary(analysis)
        parts: list[RenderableType] = [*_style_urgent(analysis)]
        if answer is not None:
            key = "latest" if parts else "says"  # the signs are the answer
            parts.append(Text(answer[key], style="bold"))
            parts += [_indent_line(f"  {line}") for line in answer["links"]]
            parts += [Text(line, style="dim") for line in answer["notes"]]
        return self._render(parts)

    def _render(self, parts: Iterable[RenderableType]) -> str:
        """Return what rich draws; it asks the environment for nothing."""
        out = io.StringIO()
        color_system: Literal["standard"] | None = None
        if self.color:
            color_system = "standard"
        console = Console(
            file=out,
            width=self.width,
            height=100,
            force_terminal=self.color,
            force_interactive=False,
            color_system=color_system,
            no_color=not self.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        for part in parts:
            if isinstance(part, Text):
                part.plain = _hold_units(part.plain)
            console.print(part, soft_wrap=False)
        text = out.getvalue().replace(HELD_SPACE, " ")
        return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"

    def _fit_table(
        self,
        shown: DisplayTable,
        wrapped: str = "",
        *,
        cut: str = "",
        least: int = WRAPPED_WIDTH,
        headings: Mapping[int, str] = _NO_HEADINGS,
    ) -> Table:
        """Return a rich table.

        Only the column headed `wrapped` may break into lines, of `least` characters; texts of the
        one headed `cut` lose their middle where they are too long. `headings` come above the rows
        of these numbers.
        """
        longest = max(map(len, headings.values()), default=0)
        more = max(0, longest - measure_column(shown, 0))
        kept = drop_columns(shown, wrapped or cut, self.width - more, least)
        if cut:
            kept = cut_column(kept, cut, self.width)
        table = Table(
            box=SIMPLE_HEAD,
            pad_edge=False,
            show_edge=False,
            padding=(0, 1, 0, 0),
            header_style="bold",
        )
        for header, is_left in zip(kept.headers, kept.left, strict=True):
            _add_column(table, header, is_left, is_wrapped=header == wrapped)
        for number, row in enumerate(kept.rows):
            if number in headings:
                table.add_row(Text(headings[number], style="bold"))
            table.add_row(*map(_style_cell, row))
        return table


def _add_column(table: Table, header: str, is_left: bool, *, is_wrapped: bool) -> None:
    justify: Literal["left", "right"] = "right"
    if is_left:
        justify = "left"
    if is_wrapped:
        table.add_column(
            Text(header),
            justify=justify,
            ratio=1,
            min_width=WRAPPED_WIDTH,
            overflow="fold",
        )
    else:
        table.add_column(
            Text(header), justify=justify, no_wrap=True, max_width=NAME_WIDTH
        )


def _style_cell(cell: Cell) -> Text:
    if isinstance(cell, LevelCell):
        return Text(str(cell), style=LEVELS[cell.level].style)
    return Text(_hold_units(cell))


def _hold_units(text: str) -> str:
    """Return a text in which no line ends between a number and its unit."""
    return formatting.bind_units(text).replace("\N{NO-BREAK SPACE}", HELD_SPACE)


def _indent_line(line: str) -> RenderableType:
    """Return a line whose indent holds where it is broken, too."""
    text = line.lstrip(" ")
    indent = len(line) - len(text)
    return Padding(Text(_hold_units(text)), (0, 0, 0, indent))


def _style_headline(verdict: Verdict) -> Text:
    """Return the verdict in one line: shape, word, sentence."""
    level = LEVELS[verdict.state]
    text = Text(f"{level.shape} {verdict.word}: ", style=level.style)
    return text.append(formatting.clean_text(verdict.sentence), style="bold")


def _style_urgent(analysis: Analysis) -> list[Text]:
    """Return a line per sign to act on: what to say, and whom to call."""
    return [
        Text(f"{upper_first(sign.say)}. {sign.call}", style=LEVELS["high"].style)
        for sign in page_sections.list_urgent(analysis)
    ]


def _style_events(verdict: Verdict, analysis: Analysis) -> list[Text]:
    """Return one line per event: shape, sentence and parts."""
    lines = []
    for event in verdict.events:
        level = LEVELS[event.level]
        text = Text(f"{level.shape} ", style=level.style)
        sentence = display_tables.format_event(event, analysis)
        lines.append(text.append(sentence, style="default"))
    return lines


def _style_gaps(unknown: tuple[Unknown, ...]) -> list[Text]:
    """Return what could not be judged, in lines."""
    return [Text(line, style="dim") for line in provenance.list_gap_lines(unknown)]


def _style_rule(rule: Rule) -> list[RenderableType]:
    head, *lines = rulebook.describe_rule(rule, Settings()).splitlines()
    return [Text(head, style="bold"), *map(_indent_line, lines), Text()]


def _format_sparkline(analysis: Analysis) -> str:
    loads = display_tables.list_loads(analysis)
    weeks = formatting.format_count(len(loads), "week")
    method = LOAD_METHODS[analysis.settings.load].title
    return f"Last {weeks}, {method}: {display_tables.draw_sparkline(loads)}"


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
            f"{key} = {_format_setting(inner)}" for key, inner in value.items()
        )
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
