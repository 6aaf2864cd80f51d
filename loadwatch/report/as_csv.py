"""CSV of the tables: numbers stay numbers, text cannot become a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from loadwatch.assess import rules
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.report import as_json
from loadwatch.report.glossary import HEADERS
from loadwatch.tables import EXPOSURES, column_names
from loadwatch.verdict import roster_groups

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from loadwatch.analysis import Analysis, Athlete, Roster
    from loadwatch.assess.budget import Plan
    from loadwatch.assess.rules import Flag
    from loadwatch.date_filter import Period
    from loadwatch.formatting import Units
    from loadwatch.report.glossary import GlossaryRow

# a spreadsheet takes a cell that begins so for a formula; the last four are their full-width twins
TRIGGERS = (
    *"=+-@\t\r\n",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)


def format_cell(value: Any) -> str | float | int:
    """Return a value for one cell: an apostrophe before a formula, unknown is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, str) and value.lstrip(" ").startswith(TRIGGERS):
        return f"'{value}"
    return str(value)


def format_rows(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV with a header, lines ended by a newline alone."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([format_cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def format_activities(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return every activity with all EXPOSURES."""
    shown = filter_dates(analysis, period).activities
    columns = column_names(EXPOSURES)
    return format_rows(columns, as_json.to_records(shown, columns))


def format_weeks(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return the weekly table with state, usual, change and context."""
    rows = as_json.build_week_rows(filter_dates(analysis, period))
    return format_rows(("week", "state", *as_json.WEEK_COLUMNS), rows)


def format_flags(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return all flags."""
    return _format_flag_rows(filter_dates(analysis, period).flags)


def format_plan(
    tried: Plan,
    units: Units = "metric",  # noqa: ARG001 - CSV is in SI units
) -> str:
    """Return the flags that the planned weeks would raise."""
    return _format_flag_rows(tried.flags)


def _format_flag_rows(flags: Iterable[Flag]) -> str:
    rows = (as_json.to_record(rules.flag_row(flag)) for flag in flags)
    return format_rows(rules.FLAG_FIELDS, rows)


def format_budget(analysis: Analysis) -> str:
    """Return what each limit leaves."""
    rows = map(as_json.build_limit_row, analysis.limits)
    return format_rows(as_json.LIMIT_KEYS, rows)


# of the week that the line is about, in SI units
WIDE_KEYS = (
    "load",
    "load_usual",
    "hard_share",
    "ascent_m",
    "longest_m",
    "support_4w",
    "note",
    "note_date",
)


def format_roster(roster: Roster) -> str:
    """Return one line per athlete."""
    rows = as_json.build_athlete_rows(roster)
    athletes = roster_groups.sort_athletes(roster.athletes)
    for row, athlete in zip(rows, athletes, strict=True):
        row.update(_build_wide_row(athlete))
    return format_rows((*as_json.ATHLETE_KEYS, *WIDE_KEYS), rows)


def _build_wide_row(athlete: Athlete) -> dict[str, Any]:
    """Return what a line of the roster's page holds beyond JSON; unknown cells are empty."""
    row: dict[str, Any] = dict.fromkeys(WIDE_KEYS)
    row["note"], row["note_date"] = athlete.note or None, athlete.note_day
    trend = athlete.trend
    if trend is not None:
        values = trend.week, trend.usual, trend.hard_share, trend.ascent_m
        row.update(zip(WIDE_KEYS, (*values, trend.longest_m), strict=False))
        row["support_4w"] = trend.support_4w
    return as_json.to_record(row)


def format_columns(rows: Sequence[GlossaryRow]) -> str:
    """Return every column of the tables with its type, unit and meaning."""
    return format_rows(HEADERS, [row._asdict() for row in rows])
