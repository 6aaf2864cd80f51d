"""Cells to dates, and the start time of each row of a list.

Formats of all vendors and languages are read; whether a numeric date begins with the day or the
month is decided once, from all cells of the table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loadwatch.ingest.readers.csv.date_text import LONGEST, clean_date
from loadwatch.ingest.readers.csv.names import load_months, load_offsets
from loadwatch.ingest.readers.sports import normalize_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DateOrder = Literal["", "dmy", "mdy"]  # "": not known

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- naive: wall clocks are counted from it too
_STATED_ORDERS: Mapping[str, DateOrder] = {"dmy": "dmy", "mdy": "mdy"}
# (some first number is over 12, some second one is) -> order
_ORDERS: Mapping[tuple[bool, bool], DateOrder] = {
    (True, False): "dmy",
    (False, True): "mdy",
    (True, True): "",
}
_LONGEST_ZONE = 40

# what goes before the hour in the east of Asia
_HALVES = {
    "上午": "am",
    "午前": "am",
    "오전": "am",
    "下午": "pm",
    "午後": "pm",
    "오후": "pm",
}
_HALF = r" ?(?P<half>[AaPp]\.?[Mm]\.?)?"
_CLOCK = (
    # with "of the year" and "at" in Russian
    r"(?:(?:T|(?: ?\u0433\.)?,? ?(?:at|um|à|klo|kl\.?|\u0432|\u043e|-)? ?)"
    r"(?:(?P<noon>上午|下午|午前|午後|오전|오후) ?)?"
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})"
    rf"(?:[:.](?P<second>\d{{2}})(?:[.,](?P<fraction>\d{{1,9}}))?)?{_HALF})?"
)
_ZONE = (
    r"(?: ?Uhr| ?h)?"
    r"(?: ?(?P<zone>Z|[+-]\d{2}:?\d{2}| [A-Z]{3,4}|UTC|GMT| [A-Z][a-z]+/[A-Za-z_/+-]+))?"
)
_TAIL = _CLOCK + _ZONE
_WEEKDAY = r"(?:[^\W\d]{2,12}\.?,? ){0,1}"  # in any language
_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_NUMERIC = re.compile(
    rf"{_WEEKDAY}(?P<first>\d{{1,2}})(?P<mark>[-/.]) ?(?P<second_number>\d{{1,2}})[-/.] ?"
    rf"(?P<year>\d{{4}}|\d{{2}})\.?{_TAIL}"
)
_PATTERNS = (
    # 2024-05-31 18:30
    re.compile(rf"{_WEEKDAY}{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}\.?{_TAIL}"),
    # May 31, 2024, 6:30 PM
    re.compile(
        rf"{_WEEKDAY}(?P<month_name>[^\W\d]{{3,12}})\.? {_DAY}(?:st|nd|rd|th)?,? {_YEAR}{_TAIL}"
    ),
    # 31 de mayo de 2024 18:30
    re.compile(
        rf"{_WEEKDAY}{_DAY}(?:\.|º|er|st|nd|rd|th)?[ -](?:de |of |d['\u2019])?"
        rf"(?P<month_name>[^\W\d]{{3,12}})\.?,?[ -](?:de )?{_YEAR}(?:\.| \u0433\.)?{_TAIL}"
    ),
    _NUMERIC,
    # 2024-May-31, 2024 May 31
    re.compile(rf"{_YEAR}[-/ ](?P<month_name>[^\W\d]{{3,12}})\.?[-/ ]{_DAY}{_TAIL}"),
    # 31MAY2024
    re.compile(rf"{_DAY}(?P<month_name>[^\W\d]{{3,9}}){_YEAR}{_TAIL}"),
    # Fri May 31 18:30:00 CEST 2024, as Unix writes it
    re.compile(
        rf"[^\W\d]{{3}} (?P<month_name>[^\W\d]{{3}}) +{_DAY} "
        r"(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2}) "
        rf"(?P<zone>[A-Z]{{1,5}}) {_YEAR}"
    ),
    # 2024年5月31日
    re.compile(rf"{_YEAR}年 ?{_MONTH}月 ?{_DAY}日{_TAIL}"),
    # 2024. 05. 31. and 2024. máj. 31., as Hungarians write it
    re.compile(rf"{_YEAR}\. {_MONTH}\. {_DAY}\.{_TAIL}"),
    re.compile(rf"{_YEAR}\. ?(?P<month_name>[^\W\d]{{3,12}})\.? {_DAY}\.?{_TAIL}"),
    # May-31-2024 and 31-May-24
    re.compile(rf"(?P<month_name>[^\W\d]{{3,12}})-{_DAY}-{_YEAR}{_TAIL}"),
    re.compile(
        rf"{_WEEKDAY}{_DAY}[ -](?P<month_name>[^\W\d]{{3,12}})\.?[ -]"
        rf"(?P<year>\d{{2}}){_TAIL}"
    ),
    # 20240531 and 20240531T183000Z
    re.compile(
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?:T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?"
        r"(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
    ),
)
_COUNT = re.compile(r"\d{4,16}(?:\.\d{1,9})?")
_TIME = re.compile(
    rf"(?P<hour>\d{{1,2}})[:.h](?P<minute>\d{{2}})(?:[:.](?P<second>\d{{2}}))?{_HALF}"
)
# Apple: start - end in one cell
_RANGE = re.compile(r"(.{10,40}?) (?:-|\u2013|to|bis) (\d{4}-.{6,40})")


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """A date, and a time where it has one, as a cell states it."""

    wall: datetime  # naive
    offset: timezone | None = None
    has_clock: bool = True
    fraction: float = 0.0  # s, beyond the whole second of `wall`


# --- one cell ------------------------------------------------------------------------


def parse_date(cell: str, order: DateOrder) -> ParsedDate | None:
    """Return the date that a cell states; None if it holds none that can be read."""
    if not cell:
        return None
    text = clean_date(cell)
    if spread := _RANGE.fullmatch(text):
        text = spread[1]
    for pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            return _build_date(found, order)
    return None


def _build_date(found: re.Match[str], order: DateOrder) -> ParsedDate | None:
    parts = found.groupdict()
    day_and_month = _read_day_and_month(parts, order)
    if day_and_month is None:
        return None
    day, month = day_and_month
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000
    try:
        midnight = datetime(year, month, day)  # noqa: DTZ001 -- a wall clock
    except ValueError:
        return None
    if not 1970 <= year <= 2100:
        return None
    clock, fraction = None, 0.0
    if parts.get("hour"):
        clock = _read_clock(parts)
    if clock is not None and parts.get("fraction"):
        fraction = float(f"0.{parts['fraction']}")
    wall = midnight + (clock or timedelta())
    offset = _read_offset((parts.get("zone") or "").strip(), wall)
    return ParsedDate(wall, offset, clock is not None, fraction)


def _read_day_and_month(
    parts: Mapping[str, str], order: DateOrder
) -> tuple[int, int] | None:
    """Return (day, month) of a match; None for an unknown name or an unknown order."""
    if "first" in parts:
        return _sort_day_and_month(
            int(parts["first"]), int(parts["second_number"]), parts["mark"], order
        )
    if "month_name" not in parts:
        return int(parts["day"]), int(parts["month"])
    month = load_months().get(normalize_word(parts["month_name"]))
    if month is None:
        return None
    return int(parts["day"]), month


def _sort_day_and_month(
    first: int, second: int, mark: str, order: DateOrder
) -> tuple[int, int] | None:
    """Return (day, month): a point goes with the day first, and no month is over 12."""
    if mark == "." or first > 12 >= second:
        order = "dmy"
    elif second > 12:
        order = "mdy"
    if order == "dmy":
        return first, second
    if order == "mdy":
        return second, first
    return None


def parse_clock(cell: str) -> timedelta | None:
    """Return a time of day; None if the cell holds none."""
    found = _TIME.fullmatch(cell.strip()[:LONGEST])
    if found is None:
        return None
    return _read_clock(found.groupdict())


def _read_clock(parts: Mapping[str, str | None]) -> timedelta | None:
    hour = int(parts["hour"] or 0)
    minute = int(parts["minute"] or 0)
    second = int(parts["second"] or 0)
    half = parts.get("half") or _HALVES.get(parts.get("noon") or "")
    if half:
        hour = _convert_half(hour, half)
    if hour > 23 or minute > 59 or second > 59:
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _convert_half(hour: int, half: str) -> int:
    """Return the hour of 24 by the half of the day, am or pm; 24 for an hour that is none."""
    if not 1 <= hour <= 12:
        return 24
    if half[0] in "pP":
        return hour % 12 + 12
    return hour % 12


@cache
def _find_offset(zone: str) -> timezone | None:
    """Return the offset of "+02:00" or of an abbreviation; None where there is none."""
    if not zone:
        return None
    if zone[0] in "+-":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        if offset >= timedelta(days=1):
            return None
        return timezone(offset * int(f"{zone[0]}1"))
    hours = load_offsets().get(zone.casefold())
    if hours is None:
        return None
    return timezone(timedelta(hours=hours))


@cache
def find_zone(text: str) -> ZoneInfo | None:
    """Return the zone of an IANA name; anything else is no zone, and no path is tried.

    Strava writes "(GMT+09:00) Asia/Tokyo".
    """
    name = text.strip()
    if name.startswith("("):
        name = name.rpartition(" ")[2]
    parts = name.replace("_", "").replace("-", "").split("/")
    if len(name) > _LONGEST_ZONE or not all(map(str.isalnum, parts)):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _read_offset(text: str, wall: datetime) -> timezone | None:
    """Return the offset that is behind a wall clock: "+02:00", "CET", "Europe/Zurich", or None."""
    if "/" not in text:
        return _find_offset(text)
    zone = find_zone(text)
    if zone is None:
        return None
    return timezone(zone.utcoffset(wall) or timedelta())


def parse_epoch(cell: str) -> datetime | None:
    """Return an instant counted in s or ms since 1970, aware and in UTC."""
    text = cell.strip()
    if not _COUNT.fullmatch(text):
        return None
    count = float(text)
    for scale in (1.0, 1e3):
        if 3e8 < count / scale < 4e9:  # 1979 to 2096
            return datetime.fromtimestamp(count / scale, UTC)
    return None


# --- the order of day and month ------------------------------------------------------


def detect_date_order(
    cells: Sequence[str], stated: str, *, is_european: bool
) -> DateOrder:
    """Return whether numeric dates such as 03/04/2024 begin with the day or the month.

    "" if nothing decides. What decides is the setting (`stated`), points between the numbers, a
    number over 12, a decimal comma (`is_european`: no country that writes it begins with the
    month), or that the rows are in order of time in one reading alone.
    """
    if stated in _STATED_ORDERS:
        return _STATED_ORDERS[stated]
    dates = list(filter(None, map(_match_numeric, cells)))
    if not dates or is_european or any(date["mark"] == "." for date in dates):
        return "dmy"
    is_over_12 = (
        max(int(date["first"]) for date in dates) > 12,
        max(int(date["second_number"]) for date in dates) > 12,
    )
    if is_over_12 == (False, False):
        return _detect_order_by_sequence(dates)
    return _ORDERS[is_over_12]


def _match_numeric(cell: str) -> re.Match[str] | None:
    return _NUMERIC.fullmatch(clean_date(cell))


def _detect_order_by_sequence(dates: Sequence[re.Match[str]]) -> DateOrder:
    orders: tuple[DateOrder, ...] = ("dmy", "mdy")
    in_order = [
        order
        for order in orders
        if _is_chronological([_build_date(date, order) for date in dates])
    ]
    if len(in_order) == 1:
        return in_order[0]
    return ""


def _is_chronological(dates: Sequence[ParsedDate | None]) -> bool:
    """Return whether at least four different times follow each other, oldest or newest first."""
    walls = [date.wall for date in dates if date is not None]
    if len(set(walls)) < 4:
        return False
    return walls in (sorted(walls), sorted(walls, reverse=True))


def is_ambiguous(cell: str) -> bool:
    """Return whether a numeric date has two meanings, day first and month first."""
    found = _match_numeric(cell)
    if found is None or found["mark"] == ".":
        return False
    first, second = int(found["first"]), int(found["second_number"])
    return found["first"] != found["second_number"] and max(first, second) <= 12
