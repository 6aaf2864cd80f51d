"""ISO 8601 texts to instants, all texts of one length at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.ingest.readers.point_times import US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from loadwatch.tables import Bools, Ints

    Bytes = NDArray[np.uint8]
    Text = str | bytes | None
    Texts = Sequence[str | None] | Sequence[bytes | None]

NAT = np.iinfo(np.int64).min
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAX_CHARS = 40
# the layout that nearly every file has: 2026-11-16T07:30:00Z, or .123Z at its end
_SECONDS_END = 19
_MIN_UTC_CHARS, _MAX_UTC_CHARS = 20, 30
_FIELDS = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))
_DIGIT_PLACES = [place for start, stop in _FIELDS for place in range(start, stop)]
_MARK_PLACES, _MARKS = [4, 7, 10, 13, 16], np.frombuffer(b"--T::", np.uint8)
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@dataclass(frozen=True, slots=True)
class Instants:
    """Times as microseconds since 1970 UTC (NAT where unknown), and what their texts state of the zone."""

    us: Ints
    offset_s: Ints  # of the wall clock; 0 also where the text ends in Z
    naive: bool = False  # some text names no zone: read as UTC
    stated: bool = False  # an offset other than Z is named
    bad: int = 0  # texts that are no date


EMPTY = Instants(np.empty(0, np.int64), np.empty(0, np.int64))


def concatenate_instants(parts: Sequence[Instants]) -> Instants:
    """Return the times of several batches as one."""
    if not parts:
        return EMPTY
    return Instants(
        np.concatenate([part.us for part in parts]),
        np.concatenate([part.offset_s for part in parts]),
        naive=any(part.naive for part in parts),
        stated=any(part.stated for part in parts),
        bad=sum(part.bad for part in parts),
    )


def parse_instants(texts: Texts) -> Instants:
    """Return the instants that `texts` name; an empty text is unknown, not bad."""
    trimmed = _trim_texts(texts)
    us = np.full(len(trimmed), NAT, np.int64)
    offset_s = np.zeros(len(trimmed), np.int64)
    naive = stated = False
    bad = 0
    for i in _parse_blocks(trimmed, us):
        moment = parse_datetime(trimmed[i].decode("ascii", "replace"))
        if moment is None:
            bad += 1
            continue
        us[i] = (moment.replace(tzinfo=moment.tzinfo or UTC) - EPOCH) // _MICROSECOND
        offset_s[i] = _utc_offset_s(moment)
        if moment.tzinfo is None:
            naive = True
        elif trimmed[i][-1:] not in b"Zz":
            stated = True
    return Instants(us, offset_s, naive, stated, bad)


def _trim_texts(texts: Texts) -> list[bytes]:
    """Return texts as bytes without blanks around them."""
    try:
        return list(map(bytes.strip, texts))  # type: ignore[arg-type]  # TypeError where one is no bytes
    except TypeError:
        return [_encode_text(text) for text in texts]


def _encode_text(text: Text) -> bytes:
    """Return a text as bytes without blanks around it."""
    if isinstance(text, str):
        text = text.encode("utf-8", "replace")
    return (text or b"").strip()


def _utc_offset_s(moment: datetime) -> int:
    """Return the offset of a wall clock in seconds, 0 where it names none."""
    offset = moment.utcoffset() or timedelta(0)
    return int(offset.total_seconds())


def parse_datetime(text: str) -> datetime | None:
    """Return the date and time that `text` names, aware or naive as it is; None where it names none."""
    text = text.strip()
    if not text.isascii() or not 10 <= len(text) <= _MAX_CHARS:
        return None
    is_leap_second = text[17:19] == "60"
    if is_leap_second:
        text = f"{text[:17]}59{text[19:]}"
    try:
        moment = datetime.fromisoformat(text)
        if is_leap_second:
            moment += timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None
    return moment


def parse_utc(text: str) -> datetime | None:
    """Return the instant that `text` names, in UTC, also where it names no zone; None where it names none."""
    moment = parse_datetime(text)
    if moment is None:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # in the year 1 or 9999
        return None


def _parse_blocks(texts: list[bytes], us: Ints) -> list[int]:
    """Write into `us` the times of all `texts` in the common layout; return the places of the others.

    Empty texts are in neither. Texts of one length are parsed together, digit by digit.
    """
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    others: list[int] = []
    for length in np.unique(lengths[lengths > 0]).tolist():
        places = np.flatnonzero(lengths == length)
        block = texts
        if len(places) < len(texts):
            block = [texts[i] for i in places]
        values, valid = _parse_utc_block(block, length)
        us[places[valid]] = values[valid]
        others += places[~valid].tolist()
    return sorted(others)


def _parse_utc_block(texts: list[bytes], length: int) -> tuple[Ints, Bools]:
    """Return microseconds of texts of one length, and which of them are `YYYY-MM-DDThh:mm:ss[.f]Z`."""
    if not _MIN_UTC_CHARS <= length <= _MAX_UTC_CHARS:
        return np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)
    chars = np.frombuffer(b"".join(texts), np.uint8).reshape(-1, length)
    digits = chars - np.uint8(ord("0"))  # wraps around: all but digits are above 9
    year, month, day, hour, minute, second = (
        _join_digits(digits[:, start:stop]) for start, stop in _FIELDS
    )
    valid = _has_utc_layout(chars, digits) & _is_date(year, month, day)
    valid &= (hour < 24) & (minute < 60) & (second < 60)
    hours = _days_since_epoch(year, month, day) * 24 + hour
    seconds = (hours * 60 + minute) * 60 + second
    us = seconds * US + _fraction_us(digits[:, _SECONDS_END + 1 : -1])
    return np.where(valid, us, 0), valid


def _has_utc_layout(chars: Bytes, digits: Bytes) -> Bools:
    """Return which rows have digits, marks and the Z where they belong."""
    is_digit = digits <= 9
    valid = np.ones(len(chars), np.bool_)
    valid &= is_digit[:, _DIGIT_PLACES].all(axis=1)
    valid &= (chars[:, _MARK_PLACES] == _MARKS).all(axis=1)
    valid &= chars[:, -1] == ord("Z")
    if chars.shape[1] > _MIN_UTC_CHARS:
        valid &= chars[:, _SECONDS_END] == ord(".")
        valid &= is_digit[:, _SECONDS_END + 1 : -1].all(axis=1)
    return valid


def _join_digits(digits: Bytes) -> Ints:
    """Return the number that each row of digits is."""
    total = np.zeros(len(digits), np.int64)
    for place in range(digits.shape[1]):
        total = total * 10 + digits[:, place]
    return total


def _fraction_us(digits: Bytes) -> Ints:
    """Return the microseconds that each row of digits behind the point is."""
    kept = digits[:, :6]
    us: Ints = _join_digits(kept) * 10 ** (6 - kept.shape[1])
    return us


def _is_date(year: Ints, month: Ints, day: Ints) -> Bools:
    in_range = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1)
    return in_range & (day <= _days_in_month(year, month))


def _days_in_month(year: Ints, month: Ints) -> Ints:
    is_leap_year = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    days: Ints = _MONTH_DAYS[np.clip(month, 0, 12)] + (is_leap_year & (month == 2))
    return days


def _days_since_epoch(year: Ints, month: Ints, day: Ints) -> Ints:
    """Return days since 1970-01-01 in the Gregorian calendar, years counted from March."""
    years = year - (month <= 2)
    months = (month + 9) % 12
    leap_days = years // 4 - years // 100 + years // 400
    return years * 365 + leap_days + (months * 306 + 5) // 10 + day - 719_469
