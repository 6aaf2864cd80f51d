"""The time column of a time series: when each sample was, in seconds since 1970."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.errors import NotActivity
from loadwatch.ingest.readers.csv.dates import EPOCH, detect_date_order, parse_date
from loadwatch.ingest.readers.csv.numbers import parse_count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.ingest.readers.csv.dates import ParsedDate
    from loadwatch.ingest.readers.csv.parsed_csv import ParsedCsv
    from loadwatch.tables import Floats


FIT_EPOCH = 631_065_600  # s from 1970 to 1989-12-31, where FIT begins to count
# below _FIT_FIRST: the device's own clock; then FIT's seconds; from _UNIX_FIRST on: Unix
_FIT_FIRST, _UNIX_FIRST, _UNIX_LAST = 0x10000000, 1.2e9, 4e9
# s; a count that begins later than this is a time of day, not the time run
_DAY_CLOCK = 3600.0
_LABEL = 200  # characters of a file's name that are looked at
_LABEL_DATE = re.compile(
    r"(?<!\d)(20\d\d|19\d\d)([-_.]?)(\d\d)\2(\d\d)(?!\d)"
    r"(?:[T_ -]{1,3}(\d\d)[-_.:h]?(\d\d)(?:[-_.:m]?(\d\d))?(?!\d)(Z|[- _]?UTC)?)?"
)
DATELESS = (
    "the moments of one activity without a date; "
    "put date and time into its name, like 2024-05-31_18-30.csv"
)


@dataclass(frozen=True, slots=True)
class SampleTimes:
    """When each sample was: seconds since 1970, wall clocks counted as if they were UTC."""

    seconds: Floats
    utc: bool
    date_only: bool = False


@dataclass(frozen=True, slots=True)
class NamedStart:
    """The date in a file's name, with its time where there is one."""

    wall: datetime
    utc: bool
    has_clock: bool


def parse_sample_times(
    table: ParsedCsv, cells: Mapping[str, Sequence[str]], name: str
) -> SampleTimes:
    """Return when each sample was: by its cells, else by the date in the file's name.

    `cells` are the table's columns by role.

    Raises NotActivity where neither holds a date: without one the run belongs to no week.
    """
    stated = _read_dates(table, cells)
    if stated is not None:
        return stated
    role = table.time_role
    unit = table.series[role][0].factor or 1.0
    counts = np.array([parse_count(cell) for cell in cells[role]]) * unit
    known = counts[np.isfinite(counts)]
    if not known.size:
        why = "a table of moments whose time column is empty or cannot be read"
        raise NotActivity(why)
    if role == "instant":
        seconds = _convert_epoch(counts, float(known.max()))
        if seconds is not None:
            return SampleTimes(seconds, utc=True)
    is_time_of_day = any(":" in cell for cell in cells[role])
    return _count_from_name(name, counts, is_time_of_day=is_time_of_day)


def _read_dates(
    table: ParsedCsv, cells: Mapping[str, Sequence[str]]
) -> SampleTimes | None:
    """Return the times of a table whose cells hold dates, in one column or in two."""
    role = table.time_role
    if role == "second":
        return None
    is_european = table.separator == ";"
    stated = _read_stated(cells[role], is_european=is_european)
    if stated is not None or role != "instant" or "day" not in cells:
        return stated
    pairs = zip(cells["day"], cells[role], strict=True)
    joined = [f"{day} {clock}" for day, clock in pairs]
    return _read_stated(joined, is_european=is_european)


def _read_stated(texts: Sequence[str], *, is_european: bool) -> SampleTimes | None:
    """Return the times of cells that hold date and clock; None if most of them do not."""
    order = detect_date_order(texts, "", is_european=is_european)
    dates = [parse_date(cell, order) for cell in texts]
    known = [date for date in dates if date is not None and date.has_clock]
    if len(known) * 2 <= len(dates):
        return None
    seconds = np.array([_count_since_1970(date) for date in dates])
    return SampleTimes(seconds, utc=any(date.offset is not None for date in known))


def _count_since_1970(date: ParsedDate | None) -> float:
    if date is None or not date.has_clock:
        return math.nan
    wall = date.wall
    if date.offset is not None:
        wall -= date.offset.utcoffset(None)
    return (wall - EPOCH).total_seconds() + date.fraction


def _convert_epoch(counts: Floats, largest: float) -> Floats | None:
    """Return counted instants as seconds since 1970; None for a clock of the device's own."""
    if _UNIX_FIRST * 1000 < largest < _UNIX_LAST * 1000:
        return counts / 1000
    if _FIT_FIRST <= largest < _UNIX_FIRST:
        return counts + FIT_EPOCH
    if _UNIX_FIRST <= largest < _UNIX_LAST:
        return counts
    return None


def parse_named_start(name: str) -> NamedStart | None:
    """Return the date that a file's name holds; the last one is nearest to the file."""
    found = list(_LABEL_DATE.finditer(name[-_LABEL:]))
    if not found:
        return None
    year, _, month, day, hour, minute, second, utc = found[-1].groups()
    clock = int(hour or 0), int(minute or 0), int(second or 0)
    try:
        wall = datetime(int(year), int(month), int(day), *clock)  # noqa: DTZ001 -- a wall clock
    except ValueError:
        return None
    return NamedStart(wall, bool(utc), hour is not None)


def _count_from_name(name: str, counts: Floats, *, is_time_of_day: bool) -> SampleTimes:
    """Return the times of a table that counts from its start, or from the named day's midnight."""
    start = parse_named_start(name)
    if start is None:
        raise NotActivity(DATELESS)
    first = float(np.nanmin(counts))
    is_late = first > _DAY_CLOCK
    if is_late and (start.has_clock or not is_time_of_day):
        counts = counts - first
    seconds = (start.wall - EPOCH).total_seconds() + counts
    date_only = not start.has_clock and not (is_late and is_time_of_day)
    return SampleTimes(seconds, utc=start.utc, date_only=date_only)
