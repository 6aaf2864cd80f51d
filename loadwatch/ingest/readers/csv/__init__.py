"""CSV: lists of activities of all vendors and languages, and tables with a row per sample."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from loadwatch.activity import Skipped
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers.csv import lists, polar, splits, time_series
from loadwatch.ingest.readers.csv.cell_text import fold_text
from loadwatch.ingest.readers.csv.daily import WHY, is_daily
from loadwatch.ingest.readers.csv.dates import EPOCH, parse_date
from loadwatch.ingest.readers.csv.numbers import parse_count
from loadwatch.ingest.readers.csv.parsed_csv import parse_csv
from loadwatch.ingest.readers.csv.rows_above import APART
from loadwatch.user_csv import decode_text

if TYPE_CHECKING:
    from loadwatch.activity import Reading
    from loadwatch.ingest.readers.csv.parsed_csv import ParsedCsv
    from loadwatch.settings import Settings

_BLANK = b"\xef\xbb\xbf \t\r\n\0"
_OTHER_FORMATS = (b"<", b"{", b"[{", b"%PDF", b"PK\3\4")
_CONTROL = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b\0")
_SAMPLED = 50  # rows that show whether a table holds the samples of one activity
_SLOWEST_SAMPLES_S = 60
_NEAREST_STARTS_S = 3600  # of a list's activities, by median


def sniff(head: bytes) -> bool:
    """Return whether the first bytes are text that is neither XML nor JSON; asked last of all readers."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    start = head.lstrip(_BLANK)
    if not start or start.startswith(_OTHER_FORMATS):
        return False
    return _CONTROL.isdisjoint(head) and head.count(0) <= len(head) * 6 // 10


def read(data: bytes, name: str, settings: Settings) -> Reading:
    """Return the activities of a table.

    Raises NotActivity for a table of something else, Unreadable where its dates need an answer from
    the user, OverLimit for a table larger than ours.
    """
    if not data.strip(_BLANK):
        raise Unreadable("the file is empty")
    text = fold_text(decode_text(data))
    if polar.SIGNATURE in text[: polar.HEAD].casefold():
        session = polar.split_session(text)
        if session is not None:
            return polar.read(session)
    table = parse_csv(text)
    apart = tuple(Skipped(f"#{line}", "rejected", APART) for line in table.apart)
    reading = _read_table(table, name, settings)
    return replace(reading, skipped=(*apart, *reading.skipped))


def _read_table(table: ParsedCsv, name: str, settings: Settings) -> Reading:
    """Return the activities of a table, by what its rows are."""
    if not table.rows and not table.broken:
        raise NotActivity("a list of activities without a single row")
    if is_daily(table):
        raise NotActivity(WHY)
    table = _date_by_instants(table)
    if table.is_series and _is_one_activity(table):
        return time_series.read(table, name)
    if table.is_list:
        return lists.read(table, settings)
    return splits.read(table, name, settings)


def _date_by_instants(table: ParsedCsv) -> ParsedCsv:
    """Return a table whose timestamps are the starts of activities: hours apart, with durations."""
    roles = table.roles
    is_candidate = "distance" in roles and ("timer" in roles or "type" in roles)
    if table.is_list or "instant" not in table.series or not is_candidate:
        return table
    times = _read_times(table)
    steps = [abs(later - earlier) for earlier, later in pairwise(times)]
    if not steps or not median(steps) > _NEAREST_STARTS_S:
        return table
    return replace(table, roles={**roles, "date": table.series["instant"]})


def _is_one_activity(table: ParsedCsv) -> bool:
    """Return whether a table that could be samples is no list: its rows follow within a minute."""
    if not table.is_list and "split" not in table.roles:
        return True
    if len(table.rows) < 3:
        return False
    steps = [later - earlier for earlier, later in pairwise(_read_times(table))]
    if not all(step >= 0 for step in steps):
        return False
    return 0 < median(steps) <= _SLOWEST_SAMPLES_S


def _read_times(table: ParsedCsv) -> list[float]:
    """Return the times of the first rows, good enough for their differences [s]."""
    texts = table.get_samples(_SAMPLED)
    is_day = table.time_role == "day"
    times = [_read_time(cell, is_day=is_day) for cell in texts[table.time_role]]
    if table.time_role == "day" or "day" not in texts:
        return times
    days = [_read_time(day) if day else 0.0 for day in texts["day"]]
    return [day + time for day, time in zip(days, times, strict=True)]


def _read_time(cell: str, *, is_day: bool = False) -> float:
    count = math.nan
    if not is_day:  # 46083 is a spreadsheet's day, no second
        count = parse_count(cell)
    if not math.isnan(count):
        return count
    date = parse_date(cell, "dmy")
    if date is None:
        return math.nan
    return (date.wall - EPOCH).total_seconds()
