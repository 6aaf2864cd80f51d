"""When each row of a list began."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loadwatch.ingest.readers.csv import dates

if TYPE_CHECKING:
    from datetime import timezone

    from loadwatch.ingest.readers.csv.cells import Cells
    from loadwatch.ingest.readers.csv.dates import Moment, Order
    from loadwatch.settings import Settings

ASK = "say --date-order dmy or --date-order mdy"


@dataclass(frozen=True, slots=True)
class Start:
    """When a row began; `why` is the reason where it cannot be told."""

    utc: datetime | None = None
    local: datetime | None = None
    zone: str = ""
    date_only: bool = False
    why: str = ""


def starts(cells: Cells, settings: Settings, *, european: bool) -> list[Start]:
    """Return the start of each row; the order of day and month is decided from all of them."""
    instants, walls = cells.first("date_utc"), cells.first("date")
    order = dates.order_of([*instants, *walls], settings.date_order, european=european)
    clocks = (
        cells.first("clock")
        if cells.roles.get("clock", ()) != cells.roles.get("date", ())
        else [""] * len(walls)
    )
    utc = cells.facts.utc
    return [
        _start(
            "" if utc else wall,
            (instant or wall) if utc else instant,
            clock,
            zone,
            order,
        )
        for instant, wall, clock, zone in zip(
            instants, walls, clocks, cells.first("zone"), strict=True
        )
    ]


def _start(wall: str, instant: str, clock: str, zone: str, order: Order) -> Start:
    at = dates.moment(wall, order) if wall else None
    exact = dates.moment(instant, order) if instant else None
    if at is None and exact is None:
        if (counted := dates.epoch(instant or wall)) and not _spreadsheet(
            instant or wall
        ):
            return Start(utc=counted)
        return Start(why=_why(wall or instant, order))
    if at is None and exact is not None:
        return _from_utc(exact)
    assert at is not None
    local = _with_clock(at, clock)
    known = _zone(zone)
    if exact is not None and exact.has_clock:
        return Start(
            _utc(exact.wall, exact.offset),
            local.wall,
            zone if known else "",
            not local.has_clock,
        )
    if known and local.has_clock:
        return Start(
            local.wall.replace(tzinfo=known).astimezone(UTC), local.wall, zone.strip()
        )
    if local.offset is not None and local.has_clock:
        if local.offset.utcoffset(None) == timedelta():
            return Start(_utc(local.wall, local.offset))
        return Start(
            _utc(local.wall, local.offset),
            local.wall,
            str(local.offset).removeprefix("UTC"),
        )
    return Start(local=local.wall, date_only=not local.has_clock)


def _from_utc(exact: Moment) -> Start:
    if not exact.has_clock:
        return Start(local=exact.wall, date_only=True)
    return Start(_utc(exact.wall, exact.offset))


def _utc(wall: datetime, offset: timezone | None) -> datetime:
    return wall.replace(tzinfo=offset or UTC).astimezone(UTC)


def _with_clock(at: Moment, clock: str) -> Moment:
    if at.has_clock or not clock.strip():
        return at
    apart = dates.clock(clock)
    return at if apart is None else dates.Moment(at.wall + apart, at.offset)


@cache
def _zone(name: str) -> ZoneInfo | None:
    """Return the zone of an IANA name; anything else is no zone, and no path is tried."""
    name = name.strip()
    if (
        not name
        or len(name) > 40
        or not all(
            part.replace("_", "").replace("-", "").isalnum() for part in name.split("/")
        )
    ):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _spreadsheet(cell: str) -> bool:
    return len(cell.strip().partition(".")[0]) < 9


def _why(cell: str, order: Order) -> str:
    shown = " ".join(cell.split())[:40]
    if not shown:
        return "it has no date"
    if not order and dates.two_ways(cell):
        return f"its date, {shown}, may begin with the day or the month; {ASK}"
    if shown.replace(".", "").isdigit() and _spreadsheet(shown):
        return f"its date, {shown}, is a spreadsheet's day number; format the column as a date and save again"
    return f"its date, {shown}, cannot be read"
