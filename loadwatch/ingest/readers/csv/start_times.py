"""The start of each row of a list, by its columns of dates, clocks and zones."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from loadwatch.ingest.readers.csv.dates import (
    ParsedDate,
    detect_date_order,
    find_zone,
    is_ambiguous,
    parse_clock,
    parse_date,
    parse_epoch,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from loadwatch.ingest.readers.csv.dates import DateOrder

_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 -- a wall clock
_DAY_NUMBER = re.compile(r"\d{5}(?:\.\d{1,12})?")
_FIRST_DAY, _LAST_DAY = 29_221, 73_051  # 1980 and 2100
ASK_ORDER = "say --date-order dmy or --date-order mdy"


@dataclass(frozen=True, slots=True)
class StartTime:
    """When a row of a list began, in UTC or by the wall clock or both."""

    utc: datetime | None = None
    local: datetime | None = None
    zone: str = ""
    date_only: bool = False
    why_unknown: str = ""


def measure_elapsed(start: StartTime, end: StartTime) -> float:
    """Return the time between two starts [s], NaN where one has no hour or is not the later."""
    if start.date_only or end.date_only:
        return math.nan
    for first, last in ((start.utc, end.utc), (start.local, end.local)):
        if first is not None and last is not None and last > first:
            return (last - first).total_seconds()
    return math.nan


def parse_start_times(
    texts: Mapping[str, Sequence[str]],
    stated_order: str,
    *,
    is_utc: bool,
    is_european: bool,
    is_wall: bool = False,
) -> list[StartTime]:
    """Return the start of each row of a list.

    Parameters
    ----------
    texts : role -> cells; read are date_utc, date, clock and zone.
    stated_order : the user's setting for the order of day and month, or "".
    is_utc : the vendor writes UTC into the column `date`.
    is_wall : the column `date` is called local, so that a Z in it is false.
    is_european : the table is written where the comma is the decimal mark.
    """
    instants, walls = texts["date_utc"], texts["date"]
    cells = [*instants, *walls]
    order = detect_date_order(cells, stated_order, is_european=is_european)
    if is_utc:
        instants = [i or wall for i, wall in zip(instants, walls, strict=True)]
        walls = [""] * len(walls)
    if is_wall:
        walls = [wall.strip().removesuffix("Z") for wall in walls]
    rows = zip(walls, instants, texts["clock"], texts["zone"], strict=True)
    return [_read_start(*row, order) for row in rows]


def _read_start(
    wall: str, instant: str, clock: str, zone: str, order: DateOrder
) -> StartTime:
    local = parse_date(wall, order) or _read_day_number(wall)
    exact = parse_date(instant, order)
    if local is None:
        if exact is None:
            return _read_epoch_start(wall, instant, order)
        if exact.has_clock:
            return StartTime(_to_utc(exact))
        return StartTime(local=exact.wall, date_only=True)
    local = _add_clock(local, clock)
    known_zone = find_zone(zone)
    if exact is None or not exact.has_clock:
        return _start_by_wall(local, known_zone)
    zone = ""
    if known_zone is not None:
        zone = known_zone.key
    return StartTime(_to_utc(exact), local.wall, zone, not local.has_clock)


def _read_day_number(cell: str) -> ParsedDate | None:
    """Return the date of a spreadsheet's day number, 46083.75: days since the end of 1899."""
    text = cell.strip().replace(",", ".")
    if not _DAY_NUMBER.fullmatch(text):
        return None
    days = float(text)
    if not _FIRST_DAY <= days < _LAST_DAY:
        return None
    wall = _DAY_ZERO + timedelta(seconds=round(days * 86400))
    return ParsedDate(wall, has_clock=not days.is_integer())


def _read_epoch_start(wall: str, instant: str, order: DateOrder) -> StartTime:
    counted = parse_epoch(instant or wall)
    if counted is not None and not _is_day_number(instant or wall):
        return StartTime(utc=counted)
    return StartTime(why_unknown=_explain_unknown(wall or instant, order))


def _start_by_wall(local: ParsedDate, known_zone: ZoneInfo | None) -> StartTime:
    if not local.has_clock:
        return StartTime(local=local.wall, date_only=True)
    if known_zone is not None:
        utc = local.wall.replace(tzinfo=known_zone).astimezone(UTC)
        return StartTime(utc, local.wall, known_zone.key)
    if local.offset is None:
        return StartTime(local=local.wall)
    if not local.offset.utcoffset(None):
        return StartTime(_to_utc(local))
    offset = str(local.offset).removeprefix("UTC")
    return StartTime(_to_utc(local), local.wall, offset)


def _to_utc(date: ParsedDate) -> datetime:
    return date.wall.replace(tzinfo=date.offset or UTC).astimezone(UTC)


def _add_clock(date: ParsedDate, clock: str) -> ParsedDate:
    """Return a date with the time of another column, where it has none of its own."""
    if date.has_clock or not clock.strip():
        return date
    time_of_day = parse_clock(clock)
    if time_of_day is None:
        return date
    return ParsedDate(date.wall + time_of_day, date.offset)


def _is_day_number(cell: str) -> bool:
    """Return whether a number is too small for seconds since 1970: a spreadsheet counts days."""
    return len(cell.strip().partition(".")[0]) < 9


def _explain_unknown(cell: str, order: DateOrder) -> str:
    shown = " ".join(cell.split())[:40]
    if not shown:
        return "it has no date"
    if not order and is_ambiguous(cell):
        return f"its date, {shown}, may begin with the day or the month; {ASK_ORDER}"
    if shown.replace(".", "").isdigit() and _is_day_number(shown):
        return (
            f"its date, {shown}, is a spreadsheet's day number; "
            "format the column as a date and save again"
        )
    return f"its date, {shown}, cannot be read"
