"""Cells to moments: formats of all vendors and languages, day or month first decided from the whole file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING, Literal

from loadwatch.ingest.readers.csv.names import months, table
from loadwatch.ingest.readers.sports import normalize_word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Order = Literal["", "dmy", "mdy"]

_LONGEST = 64  # characters of a date that are looked at
_CLOCK = (
    r"(?:(?:T|,? ?(?:at|um|à|-)? ?)"
    r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)? ?([AaPp]\.?[Mm]\.?)?)?"
)
_ZONE = r" ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_DAY = r"(?:[^\W\d]{2,12}\.?,? ){0,1}"  # a weekday, in any language
_YMD = re.compile(rf"{_DAY}(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})\.?{_CLOCK}{_ZONE}")
_KANJI = re.compile(rf"(\d{{4}})年 ?(\d{{1,2}})月 ?(\d{{1,2}})日{_CLOCK}{_ZONE}")
_HUNGARIAN = re.compile(rf"(\d{{4}})\. (\d{{1,2}})\. (\d{{1,2}})\.{_CLOCK}{_ZONE}")
_ANY = re.compile(
    rf"{_DAY}(\d{{1,2}})([-/.]) ?(\d{{1,2}})[-/.] ?(\d{{4}}|\d{{2}})\.?{_CLOCK}{_ZONE}"
)
_DAY_FIRST = re.compile(
    rf"{_DAY}(\d{{1,2}})(?:\.|º|er|st|nd|rd|th)?[ -](?:de )?"
    rf"([^\W\d]{{3,12}})\.?,?[ -](?:de )?(\d{{4}}){_CLOCK}{_ZONE}"
)
_MONTH_FIRST = re.compile(
    rf"{_DAY}([^\W\d]{{3,12}})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}}){_CLOCK}{_ZONE}"
)
_UNIX = re.compile(
    r"[^\W\d]{3} ([^\W\d]{3}) +(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([A-Z]{1,5}) (\d{4})"
)
_NUMBER = re.compile(r"\d{4,16}(?:\.\d{1,9})?")
_TIME = re.compile(r"(\d{1,2})[:.h](\d{2})(?:[:.](\d{2}))? ?([AaPp]\.?[Mm]\.?)?")
_RANGE = re.compile(
    r"(.{10,40}?) (?:-|\u2013|to|bis) (\d{4}-.{6,40})"
)  # Apple: start - end in one cell
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- naive on purpose: wall clocks are counted from it too


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment as a cell states it."""

    wall: datetime  # naive
    offset: timezone | None = None
    has_clock: bool = True
    fraction: float = 0.0  # s, beyond the whole second of `wall`


def order_of(cells: Sequence[str], stated: str, *, european: bool) -> Order:
    """Return whether numeric dates such as 03/04/2024 begin with the day or the month; "" if nothing tells.

    Told by the setting, by points between the numbers, by a number over 12, by a decimal comma
    (`european`: no country that writes it begins with the month), or by the rows being in order of
    time in one reading alone.
    """
    if stated in {"dmy", "mdy"}:
        return "dmy" if stated == "dmy" else "mdy"
    found = [m for cell in cells if (m := _ANY.fullmatch(cell.strip()[:_LONGEST]))]
    if not found:
        return "dmy"
    if european or any(m[2] == "." for m in found):
        return "dmy"
    day_first = any(int(m[1]) > 12 for m in found)
    month_first = any(int(m[3]) > 12 for m in found)
    if day_first != month_first:
        return "dmy" if day_first else "mdy"
    if day_first:
        return ""
    in_order = [o for o in ("dmy", "mdy") if _monotone([_numeric(m, o) for m in found])]
    return "" if len(in_order) != 1 else ("dmy" if in_order[0] == "dmy" else "mdy")


def _monotone(walls: list[datetime | None]) -> bool:
    """Whether at least four different moments are in order of time, oldest or newest first."""
    known = [wall for wall in walls if wall is not None]
    if len(set(known)) < 4:
        return False
    return known == sorted(known) or known == sorted(known, reverse=True)


def two_ways(cell: str) -> bool:
    """Whether a numeric date can be read day first and month first, with different results."""
    found = _ANY.fullmatch(cell.strip()[:_LONGEST])
    if found is None or found[2] == ".":
        return False
    return found[1] != found[3] and max(int(found[1]), int(found[3])) <= 12


def moment(cell: str, order: Order) -> Moment | None:
    """Return the moment that a cell states; None if it is no date that can be read."""
    text = " ".join(cell.split())[:_LONGEST]
    if spread := _RANGE.fullmatch(text):
        text = spread[1]
    for pattern, reading in _READINGS:
        if found := pattern.fullmatch(text):
            return reading(found, order)
    return None


def epoch(cell: str) -> datetime | None:
    """Return an instant counted in s or ms since 1970, aware and in UTC."""
    text = cell.strip()
    if not _NUMBER.fullmatch(text):
        return None
    count = float(text)
    for scale in (1.0, 1e3):
        if 3e8 < count / scale < 4e9:  # 1979 to 2096
            return datetime.fromtimestamp(count / scale, UTC)
    return None


def clock(cell: str) -> timedelta | None:
    """Return a time of day."""
    found = _TIME.fullmatch(cell.strip()[:_LONGEST])
    return _time_of_day(found[1], found[2], found[3], found[4]) if found else None


def _time_of_day(
    hour: str, minute: str, second: str | None, half: str | None
) -> timedelta | None:
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half[0] in "pP" else 0)
    if hours > 23 or int(minute) > 59 or int(second or 0) > 59:
        return None
    return timedelta(hours=hours, minutes=int(minute), seconds=int(second or 0))


@cache
def _offset(word: str) -> timezone | None:
    if word[0] in "+-":
        minutes = int(word[1:3]) * 60 + int(word[-2:])
        return (
            timezone((-1 if word[0] == "-" else 1) * timedelta(minutes=minutes))
            if minutes < 1440
            else None
        )
    hours = table()["offsets"].get(word.casefold())
    return None if hours is None else timezone(timedelta(hours=hours))


def _made(year: int, month: int, day: int, rest: Sequence[str | None]) -> Moment | None:
    """Return the moment of a date and the groups of _CLOCK and _ZONE; a clock that cannot be is left out."""
    hour, minute, second, fraction, half, zone = rest
    at = _time_of_day(hour, minute or "0", second, half) if hour else None
    try:
        wall = datetime(year, month, day)  # noqa: DTZ001 -- a wall clock
    except ValueError:
        return None
    if not 1970 <= wall.year <= 2100:
        return None
    part = float(f"0.{fraction}") if fraction and at is not None else 0.0
    return Moment(
        wall + (at or timedelta()),
        _offset(zone) if zone else None,
        at is not None,
        part,
    )


def _year_first(found: re.Match[str], _: Order) -> Moment | None:
    return _made(int(found[1]), int(found[2]), int(found[3]), found.groups()[3:])


def _numbers(found: re.Match[str], order: Order) -> Moment | None:
    first, second = int(found[1]), int(found[3])
    if found[2] == "." or first > 12 >= second:
        order = "dmy"
    elif second > 12:
        order = "mdy"
    if not order:
        return None
    day, month = (first, second) if order == "dmy" else (second, first)
    year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
    return _made(year, month, day, found.groups()[4:])


def _numeric(found: re.Match[str], order: str) -> datetime | None:
    made = _numbers(found, "dmy" if order == "dmy" else "mdy")
    return made.wall if made else None


def _day_first(found: re.Match[str], _: Order) -> Moment | None:
    month = months().get(normalize_word(found[2]))
    return (
        _made(int(found[3]), month, int(found[1]), found.groups()[3:])
        if month
        else None
    )


def _month_first(found: re.Match[str], _: Order) -> Moment | None:
    month = months().get(normalize_word(found[1]))
    return (
        _made(int(found[3]), month, int(found[2]), found.groups()[3:])
        if month
        else None
    )


def _unix(found: re.Match[str], _: Order) -> Moment | None:
    month = months().get(normalize_word(found[1]))
    zone = found[6] if _offset(found[6]) else None
    rest = (found[3], found[4], found[5], None, None, zone)
    return _made(int(found[7]), month, int(found[2]), rest) if month else None


_READINGS: tuple[
    tuple[re.Pattern[str], Callable[[re.Match[str], Order], Moment | None]], ...
] = (
    (_YMD, _year_first),
    (_MONTH_FIRST, _month_first),
    (_DAY_FIRST, _day_first),
    (_ANY, _numbers),
    (_UNIX, _unix),
    (_KANJI, _year_first),
    (_HUNGARIAN, _year_first),
)
