"""Tables whose vendor fixed every column and unit: their rows by column name, their values.

Such a table needs none of what a list kept by hand needs: no unit, date order or language is
inferred. Each vendor's module names its columns.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Activity, Reading, Session, Skipped
from loadwatch.errors import NotActivity
from loadwatch.ingest.readers.csv.csv_rows import (
    BROKEN_QUOTE,
    split_lines,
    split_rows,
)
from loadwatch.ingest.readers.csv.header_names import clean_header
from loadwatch.ingest.readers.csv.numbers import parse_number
from loadwatch.ingest.readers.frames import EMPTY_RECORDS
from loadwatch.user_csv import decode_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

UNKNOWN_NUMBERS = (0, -1)  # how exports write "unknown"
MAX_OFFSET = timedelta(hours=18)
NO_START = "it has no start that can be read"
NO_MEASURE = "it has neither distance nor duration"
_MIN_EPOCH_S, _MAX_EPOCH_S = 2.8e8, 4e9  # 1979 to 2096
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class VendorRow:
    """One row: its line in the file, from 1, and its cells by column name in lower case."""

    line: int
    cells: Mapping[str, str]

    def get_text(self, *names: str) -> str:
        """Return the first cell of these names that is not blank, else ""."""
        cells = (self.cells.get(name, "").strip() for name in names)
        return next(filter(None, cells), "")

    def get_positive(self, *names: str, factor: float = 1.0) -> float:
        """Return the first known number of these names times `factor`, else NaN."""
        for name in names:
            number = parse_number(self.cells.get(name, "").strip())
            if not math.isnan(number) and number not in UNKNOWN_NUMBERS:
                return number * factor
        return NAN


@dataclass(frozen=True, slots=True)
class VendorTable:
    """The rows of a table, and the lines left out because of their quotation marks."""

    rows: Sequence[VendorRow]
    broken: tuple[int, ...]


def read_vendor_rows(
    data: bytes, header_line: int = 0, prefix: str = ""
) -> VendorTable:
    """Return the rows below the header in line `header_line`, counted from 0.

    `prefix` is dropped from the names of columns; cells beyond the header are dropped, too.
    """
    lines = split_lines(decode_text(data))
    found = split_rows(lines, ",", header_line)
    if len(found.rows) < 2:
        raise NotActivity("a list of activities without a single row")
    names = [
        clean_header(cell).casefold().removeprefix(prefix)
        for cell in found.rows[0].cells
    ]
    rows = [
        VendorRow(row.line, dict(zip(names, row.cells, strict=False)))
        for row in found.rows[1:]
        if any(map(str.strip, row.cells))
    ]
    return VendorTable(rows, found.broken)


def build_reading(
    table: VendorTable, build: Callable[[VendorRow], Session | None]
) -> Reading:
    """Return the activities of a table by `build`, which gives None for a row without a start."""
    activities: list[Activity] = []
    skipped = [Skipped(f"#{line}", "rejected", BROKEN_QUOTE) for line in table.broken]
    for row in table.rows:
        session = build(row)
        if session is None:
            skipped.append(Skipped(f"#{row.line}", "rejected", NO_START))
        elif not _has_measure(session):
            skipped.append(Skipped(f"#{row.line}", "ignored", NO_MEASURE))
        else:
            activities.append(Activity(EMPTY_RECORDS, session))
    return Reading(tuple(activities), tuple(skipped))


def _has_measure(session: Session) -> bool:
    measures = (session.timer_s, session.elapsed_s, session.distance_m)
    return any(measure > 0 for measure in measures)


def parse_instant(text: str) -> datetime | None:
    """Return an ISO time with its offset, or seconds or ms since 1970, in UTC; else None."""
    text = text.strip()
    if not 9 <= len(text) <= 40:
        return None
    if text.replace(".", "", 1).isdecimal():
        seconds = float(text)
        if seconds > _MAX_EPOCH_S:
            seconds /= 1000
        if not _MIN_EPOCH_S < seconds < _MAX_EPOCH_S:
            return None
        return _EPOCH + timedelta(seconds=seconds)
    try:
        parsed = datetime.fromisoformat(text)
        if parsed.tzinfo is None or not 1970 <= parsed.year <= 2100:
            return None
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def parse_wall_clock(text: str) -> datetime | None:
    """Return an ISO date and time without an offset; None for anything else."""
    try:
        parsed = datetime.fromisoformat(text.strip()[:40])
    except ValueError:
        return None
    if parsed.tzinfo is not None or not 1970 <= parsed.year <= 2100:
        return None
    return parsed


def parse_offset(text: str) -> timezone | None:
    """Return an offset such as "+02:00", "UTC+0900" or, in milliseconds, "32400000"."""
    text = text.strip()
    found = _OFFSET.fullmatch(text[:12])
    if found:
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        if found[1] == "-":
            offset = -offset
    elif len(text) <= 10 and text.removeprefix("-").isdecimal():
        offset = timedelta(milliseconds=int(text))
    else:
        return None
    if abs(offset) > MAX_OFFSET:
        return None
    return timezone(offset)


def format_zone(offset: timezone | None) -> str:
    """Return an offset as a session's zone, "" for UTC or none."""
    if offset is None:
        return ""
    return str(offset).removeprefix("UTC")
