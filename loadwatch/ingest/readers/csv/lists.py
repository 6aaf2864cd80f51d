"""A list of activities, one per row: to sessions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Activity, Note, Reading, Skipped
from loadwatch.errors import Unreadable
from loadwatch.ingest.limits import check_list_length
from loadwatch.ingest.readers.csv.column_choice import choose_roles
from loadwatch.ingest.readers.csv.list_alarms import ListRuns, note_impossible_runs
from loadwatch.ingest.readers.csv.list_columns import TIMES
from loadwatch.ingest.readers.csv.list_rows import (
    ListRow,
    fit_rows,
    select_columns,
    split_texts,
    split_values,
)
from loadwatch.ingest.readers.csv.list_sessions import build_session, find_reason
from loadwatch.ingest.readers.csv.list_sports import check_untyped, read_sports
from loadwatch.ingest.readers.csv.list_times import pick_positive
from loadwatch.ingest.readers.csv.measures import read_measures
from loadwatch.ingest.readers.csv.planned_rows import find_unrecorded, is_marked
from loadwatch.ingest.readers.csv.split_columns import join_split_columns
from loadwatch.ingest.readers.csv.start_times import (
    ASK_ORDER,
    measure_elapsed,
    parse_start_times,
)
from loadwatch.ingest.readers.frames import EMPTY_RECORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.ingest.readers.csv.list_columns import ListColumns
    from loadwatch.ingest.readers.csv.list_sports import RowSport
    from loadwatch.ingest.readers.csv.measures import Measures
    from loadwatch.ingest.readers.csv.parsed_csv import ParsedCsv
    from loadwatch.ingest.readers.csv.start_times import StartTime
    from loadwatch.settings import Settings


def read(table: ParsedCsv, settings: Settings) -> Reading:
    """Return the activities of a list, and the rows that are none with their reason."""
    rows, skipped = fit_rows(table)
    check_list_length(len(rows))
    if not table.traits.vendor:
        table, rows = join_split_columns(table, rows)
    chosen = choose_roles(table, rows)
    table = replace(table, roles=chosen.roles)
    columns = select_columns(table, rows)
    row_sports = read_sports(columns)
    measures = read_measures(columns, [row.sport for row in row_sports], settings)
    starts = parse_start_times(
        columns.texts,
        settings.date_order,
        is_utc=columns.traits.utc,
        is_european=measures.is_european,
        is_wall=_is_called_local(table),
    )
    _refuse_ambiguous_dates(starts)
    _add_elapsed(columns, measures, starts)
    _note_doubts(columns, row_sports, measures, starts, chosen.unread_numbers)
    if "date" in table.guessed:
        _note_guessed_dates(columns, measures)
    row_sports = check_untyped(
        row_sports, columns, measures.values, chosen.unread_words
    )
    list_rows = map(
        ListRow,
        columns.lines,
        split_texts(columns),
        split_values(measures.values),
        row_sports,
        starts,
        measures.notes,
        [row.line in table.mended for row in rows],
    )
    reading = _build_reading(list(list_rows), columns, skipped)
    return replace(reading, units=tuple(measures.units))


def _is_called_local(table: ParsedCsv) -> bool:
    """Return whether the heading of the dates calls them local."""
    held = table.roles.get("date", ())
    return any("local" in table.header.cells[c.index].casefold() for c in held)


def _refuse_ambiguous_dates(starts: Sequence[StartTime]) -> None:
    """Raise Unreadable where no date of a list is clear without the user's answer."""
    if not starts or not all(start.why_unknown for start in starts):
        return
    why = starts[0].why_unknown
    if ASK_ORDER in why:
        why = why.replace("its date,", "its dates, such as", 1)
        raise Unreadable(why)


def _add_elapsed(
    columns: ListColumns, measures: Measures, starts: Sequence[StartTime]
) -> None:
    """Take the time from start to end where no column of a list holds durations."""
    if "end" not in columns.columns or any(role in columns.columns for role in TIMES):
        return
    texts = {
        **columns.texts,
        "date": columns.texts["end"],
        "date_utc": [""] * len(starts),
    }
    ends = parse_start_times(texts, "", is_utc=False, is_european=measures.is_european)
    elapsed = [measure_elapsed(*pair) for pair in zip(starts, ends, strict=True)]
    measures.values["elapsed"] = np.array(elapsed, np.float64)


def _note_doubts(
    columns: ListColumns,
    row_sports: Sequence[RowSport],
    measures: Measures,
    starts: Sequence[StartTime],
    unread_numbers: Sequence[str],
) -> None:
    """Add notes on runs that nobody can run, and on numbers that nobody knows."""
    values = measures.values
    is_run = np.array([row.sport == "running" for row in row_sports], bool)
    duration_s = pick_positive(*(values[role] for role in TIMES))
    runs = ListRuns(columns, is_run, values["distance"], duration_s, starts)
    note_impossible_runs(runs, measures.notes)
    if not unread_numbers:
        return
    names = ", ".join(unread_numbers)
    text = (
        f"no column is known to hold distances, and nobody knows the numbers of {names}; "
        "call a column Distance km or Distance mi if it holds them"
    )
    for at in np.flatnonzero(is_run).tolist():
        measures.notes[at].append(Note("unread_column", text))


def _note_guessed_dates(columns: ListColumns, measures: Measures) -> None:
    """Add a note to each row of a list whose dates are known by their cells alone."""
    text = (
        f"no column is called a date; that of {columns.headings['date'] or 'no name'} "
        "is taken for the day of each row, as it holds dates"
    )
    for notes in measures.notes:
        notes.append(Note("date_column", text))


def _build_reading(
    rows: Sequence[ListRow], columns: ListColumns, skipped: Sequence[Skipped]
) -> Reading:
    """Return the activities, and the rows that are none beside those `skipped` already."""
    activities: list[Activity] = []
    skipped = list(skipped)
    lines_by_id: dict[str, int] = {}
    parents = frozenset(filter(None, columns.texts["parent"]))
    unrecorded = {}
    if "planned" in columns.columns or "status" in columns.columns:
        unrecorded = find_unrecorded(rows)
    for row in rows:
        if row.line in unrecorded:
            skipped.append(Skipped(f"#{row.line}", "ignored", unrecorded[row.line]))
            continue
        reason = find_reason(row, lines_by_id)
        if reason is not None:
            skipped.append(Skipped(f"#{row.line}", *reason))
            continue
        session = build_session(row, columns.traits, parents, is_planned=is_marked(row))
        activities.append(Activity(EMPTY_RECORDS, session))
    skipped.sort(key=lambda one: int(one.source.removeprefix("#")))
    return Reading(tuple(activities), tuple(skipped))
