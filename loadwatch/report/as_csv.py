"""CSV of the tables: numbers stay numbers, text cannot become a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch.assess import rules
from loadwatch.date_filter import ALL_DAYS, filter_dates
from loadwatch.report import as_json
from loadwatch.tables import EXPOSURES, column_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from loadwatch.analysis import Analysis, Roster
    from loadwatch.assess.budget import Plan
    from loadwatch.date_filter import Period
    from loadwatch.formatting import Units

# a spreadsheet takes a cell that begins so for a formula; the last four are their full-width twins
TRIGGERS = (
    *"=+-@\t\r\n",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)


def format_cell(value: Any) -> str | float | int:
    """Return a value for one cell: text that would be a formula gets an apostrophe, unknown is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, str) and value.lstrip(" ").startswith(TRIGGERS):
        return f"'{value}"
    return value if isinstance(value, (int, float)) else str(value)


def format_rows(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV with a header, lines ended by a newline alone."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([format_cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def format_activities(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return every activity with all EXPOSURES."""
    columns = column_names(EXPOSURES)
    return format_rows(
        columns,
        as_json.to_records(filter_dates(analysis, period).activities, columns),
    )


def format_weeks(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return the weekly table with usual, change and context."""
    shown = filter_dates(analysis, period).weeks
    days = [stamp.date().isoformat() for stamp in pd.DatetimeIndex(shown.index)]
    rows = as_json.to_records(shown, as_json.WEEK_COLUMNS)
    dated = ({"week": day, **row} for day, row in zip(days, rows, strict=True))
    return format_rows(("week", *as_json.WEEK_COLUMNS), dated)


def format_flags(analysis: Analysis, period: Period = ALL_DAYS) -> str:
    """Return all flags."""
    shown = filter_dates(analysis, period).flags
    return format_rows(
        rules.FLAG_FIELDS, (as_json.to_record(rules.flag_row(flag)) for flag in shown)
    )


def format_budget(analysis: Analysis) -> str:
    """Return what each limit leaves."""
    return format_rows(
        as_json.LIMIT_KEYS,
        (
            as_json.to_record(as_json.build_limit_row(limit))
            for limit in analysis.limits
        ),
    )


def format_plan(
    tried: Plan,
    units: Units = "metric",  # noqa: ARG001 - CSV is in SI units
) -> str:
    """Return the flags that the planned weeks would raise."""
    rows = (as_json.to_record(rules.flag_row(flag)) for flag in tried.flags)
    return format_rows(rules.FLAG_FIELDS, rows)


def format_roster(roster: Roster) -> str:
    """Return one line an athlete."""
    return format_rows(as_json.ATHLETE_KEYS, as_json.build_athlete_rows(roster))
