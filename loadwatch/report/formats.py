"""The formats that each output is offered in, and what writes them.

A format is a module with one function per output; the one for the terminal is a value,
since it knows its width. The protocols below list these functions, so that mypy refuses
a format on offer that lacks one. A new format is a module, a function that
imports it, and a line in TABLES. Writers are imported when one is asked for: `--help`
needs their names alone, and none of pandas or rich.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.budget import Plan
    from loadwatch.assess.rules import Rule
    from loadwatch.date_filter import Period
    from loadwatch.formatting import Units
    from loadwatch.report.glossary import GlossaryRow

PLAIN_WIDTH = 80  # characters per line where no other width is known


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a table is shown: its width in characters, and whether it shows colour."""

    width: int = PLAIN_WIDTH
    color: bool = False


class TableWriter(Protocol):
    """Writes every table."""

    def format_weeks(self, analysis: Analysis, period: Period) -> str:
        """Return the weekly table."""

    def format_flags(self, analysis: Analysis, period: Period) -> str:
        """Return the flags."""

    def format_activities(self, analysis: Analysis, period: Period) -> str:
        """Return what was read, and what was left out."""

    def format_budget(self, analysis: Analysis) -> str:
        """Return what each limit leaves this week and the next."""

    def format_plan(self, tried: Plan, units: Units) -> str:
        """Return what a planned week would raise."""

    def format_roster(self, roster: Roster) -> str:
        """Return one line per athlete."""

    def format_columns(self, rows: Sequence[GlossaryRow]) -> str:
        """Return what each column of the tables means."""


class RuleWriter(TableWriter, Protocol):
    """Writes the rules too."""

    def format_rules(self, rules: Sequence[Rule]) -> str:
        """Return several rules as a list, a single one with all there is of it."""


class FullWriter(RuleWriter, Protocol):
    """Writes everything that a command prints."""

    def format_diary(self, analysis: Analysis) -> str:
        """Return the diary's answer."""

    def format_settings(self, rows: Iterable[tuple[str, object, str]]) -> str:
        """Return each setting: name, value, origin."""


class PageWriter(Protocol):
    """Writes the page of an athlete."""

    def format_report(self, analysis: Analysis, period: Period) -> str:
        """Return the page; `period` limits its tables, never the verdict."""


class JsonWriter(FullWriter, PageWriter, Protocol):
    """Writes everything, the page too."""


class MarkdownWriter(RuleWriter, PageWriter, Protocol):
    """Writes tables, rules and the page."""


def load_terminal(screen: Screen) -> FullWriter:
    """Return the writer of plain text for `screen`."""
    from loadwatch.report.terminal import Terminal

    return Terminal(screen.width, screen.color)


def load_json(_: Screen) -> JsonWriter:
    """Return the writer of JSON."""
    from loadwatch.report import as_json

    return as_json


def load_csv(_: Screen) -> TableWriter:
    """Return the writer of CSV."""
    from loadwatch.report import as_csv

    return as_csv


def load_markdown(_: Screen) -> MarkdownWriter:
    """Return the writer of Markdown."""
    from loadwatch.report import markdown

    return markdown


def load_html(_: Screen) -> PageWriter:
    """Return the writer of the HTML page."""
    from loadwatch.report import html

    return html


# `--format` of weeks, flags, activities, budget and roster; the first is the default
TABLES: dict[str, Callable[[Screen], TableWriter]] = {
    "table": load_terminal,
    "json": load_json,
    "csv": load_csv,
    "md": load_markdown,
}
# `--format` of rules
RULES: dict[str, Callable[[Screen], RuleWriter]] = {
    "table": load_terminal,
    "json": load_json,
    "md": load_markdown,
}
# `--format` of diary and settings
ANSWERS: dict[str, Callable[[Screen], FullWriter]] = {
    "table": load_terminal,
    "json": load_json,
}
# suffix of the file that `report` writes
PAGES: dict[str, Callable[[Screen], PageWriter]] = {
    ".html": load_html,
    ".htm": load_html,
    ".md": load_markdown,
    ".json": load_json,
}
