"""`SPORT_*.csv` of Zepp, Amazfit and Mi Fit; in old files two columns carry each other's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadwatch.activity import Note, Reading, Session
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv.vendor_rows import (
    VendorRow,
    build_reading,
    parse_instant,
    read_vendor_rows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.settings import Settings

_HEADER = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*\"?type\"?,\"?startTime\"?,\"?sportTime\(s\)", re.IGNORECASE
)
_AGREE = 0.03  # distance times pace is the time, within this share
_DISTANCE, _MIN_PACE, _PACE = "distance(m)", "minpace(/meter)", "avgpace(/meter)"
_UNSURE = Note("distance", "the distance does not fit the pace of the same row")
_SWAPPED = Note(
    "distance", "read from the column minPace, where old files of Zepp have it"
)


def sniff(head: bytes) -> bool:
    """Return whether `head` begins such a table."""
    return _HEADER.match(head) is not None


def read(data: bytes, name: str, settings: Settings) -> Reading:  # noqa: ARG001  one signature for all readers
    """Return the activities of a table."""
    table = read_vendor_rows(data)
    column = _find_distance_column(table.rows)
    return build_reading(table, lambda row: _build_session(row, column))


def _find_distance_column(rows: Sequence[VendorRow]) -> str:
    """Return the column that holds the distances: the one that fits time and pace more often."""
    named = sum(_fits(row, _DISTANCE) for row in rows)
    swapped = sum(_fits(row, _MIN_PACE) for row in rows)
    if swapped > named:
        return _MIN_PACE
    return _DISTANCE


def _fits(row: VendorRow, column: str) -> bool:
    """Return whether a row's distance times its pace [s/m] is its time; False where unknown."""
    expected_s = row.get_positive(column) * row.get_positive(_PACE)
    return abs(expected_s - _read_time(row)) <= _AGREE * _read_time(row)


def _read_time(row: VendorRow) -> float:
    return row.get_positive("sporttime(s)")


def _build_session(row: VendorRow, column: str) -> Session | None:
    start = parse_instant(row.get_text("starttime"))
    if start is None:
        return None
    stated = sports.read_sport(row.get_text("type").removesuffix(".0"), "zepp_numbers")
    notes = list(stated.notes)
    distance_m = row.get_positive(column)
    if column == _MIN_PACE and distance_m > 0:
        notes.append(_SWAPPED)
    elif row.get_positive(_PACE) > 0 and distance_m > 0 and not _fits(row, column):
        notes.append(_UNSURE)
    return Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start,
        timer_s=_read_time(row),
        distance_m=distance_m,
        device="zepp",
        line=row.line,
        notes=tuple(notes),
    )
