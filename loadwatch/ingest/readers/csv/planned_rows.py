"""Rows of a list that were planned: those of what is still to come, and runs that were done.

A column `planned` marks both. A marked row was done where it holds what only a recording has, or
where runs that are not marked are as late; it is the plan of another row where that one is of its
day and about as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from loadwatch.ingest.readers.csv.list_columns import TIMES
from loadwatch.ingest.readers.csv.list_sports import TRUE_WORDS
from loadwatch.ingest.readers.csv.names import load_status_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from loadwatch.ingest.readers.csv.list_rows import ListRow

PLANNED = "planned, but nothing was recorded"
NOT_DONE = "marked as not done"
_RECORDED = ("heart_rate", "cadence", "steps", "ascent", "rpe", "moving")
_ABOUT = 0.3  # share of a distance by which a run may differ from its plan


def find_unrecorded(rows: Sequence[ListRow]) -> dict[int, str]:
    """Return line -> reason of the rows that say of themselves that nothing was run."""
    found = {row.line: NOT_DONE for row in rows if _is_missed(row)}
    others = [row for row in rows if row.line not in found]
    done = [row for row in others if not is_marked(row)]
    last = max(filter(None, map(_find_day, done)), default=None)
    for row in others:
        if is_marked(row) and not _was_done(row, done, last):
            found[row.line] = PLANNED
    return found


def is_marked(row: ListRow) -> bool:
    """Return whether a row is marked as planned."""
    cell = row.texts["planned"].strip().casefold()
    status = row.texts["status"].strip().casefold()
    planned = load_status_words()[0]
    return cell in TRUE_WORDS | planned or status in planned


def _is_missed(row: ListRow) -> bool:
    return row.texts["status"].strip().casefold() in load_status_words()[1]


def _was_done(row: ListRow, done: Sequence[ListRow], last: date | None) -> bool:
    if row.texts["status"].strip().casefold() in load_status_words()[0]:
        return False
    if _is_recorded(row):
        return True
    day = _find_day(row)
    if day is None or last is None or day > last:
        return False
    return not any(_is_same_session(row, other) for other in done)


def _is_recorded(row: ListRow) -> bool:
    """Return whether a row holds what nobody plans: a heart rate, steps, or odd seconds."""
    if any(row.values[role] > 0 for role in _RECORDED):
        return True
    return any(row.values[role] % 60 > 0 for role in TIMES)


def _is_same_session(row: ListRow, other: ListRow) -> bool:
    if _find_day(row) != _find_day(other):
        return False
    planned, done = row.values["distance"], other.values["distance"]
    return not abs(planned - done) > _ABOUT * planned


def _find_day(row: ListRow) -> date | None:
    start = row.start.local or row.start.utc
    if start is None:
        return None
    return start.date()
