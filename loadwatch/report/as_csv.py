"""CSV of the tables: numbers stay numbers, text cannot become a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch import date_filter
from loadwatch.assess import rules
from loadwatch.report import as_json
from loadwatch.tables import EXPOSURES, column_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from loadwatch.analysis import Analysis, Roster

# a spreadsheet takes a cell that begins so for a formula; the last four are their full-width twins
TRIGGERS = (
    *"=+-@\t\r\n",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)


def cell(value: Any) -> str | float | int:
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


def text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Return rows as CSV with a header, lines ended by a newline alone."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def activities(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return every activity with all EXPOSURES."""
    columns = column_names(EXPOSURES)
    return text(
        columns,
        as_json.table(date_filter.cut(analysis, start, end).activities, columns),
    )


def weeks(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return the weekly table with usual, change and context."""
    shown = date_filter.cut(analysis, start, end).weeks
    days = [stamp.date().isoformat() for stamp in pd.DatetimeIndex(shown.index)]
    rows = as_json.table(shown, as_json.WEEK_COLUMNS)
    dated = ({"week": day, **row} for day, row in zip(days, rows, strict=True))
    return text(("week", *as_json.WEEK_COLUMNS), dated)


def flags(
    analysis: Analysis, start: date | None = None, end: date | None = None
) -> str:
    """Return all flags."""
    shown = date_filter.cut(analysis, start, end).flags
    return text(
        rules.FLAG_FIELDS, (as_json.record(rules.flag_row(flag)) for flag in shown)
    )


def budget(analysis: Analysis) -> str:
    """Return what each limit leaves."""
    return text(
        as_json.LIMIT_KEYS,
        (as_json.record(as_json.limit_row(limit)) for limit in analysis.limits),
    )


def roster(roster: Roster) -> str:
    """Return one line an athlete."""
    return text(as_json.ATHLETE_KEYS, as_json.athletes(roster))
