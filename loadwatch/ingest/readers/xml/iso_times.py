"""ISO 8601 texts to instants, thousands at once where they are laid out alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from loadwatch.tables import Ints

    Text = str | bytes | None
    Texts = Sequence[str | None] | Sequence[bytes | None]

NAT = np.iinfo(np.int64).min
US = 1_000_000
_SECONDS = 19  # characters of 2026-11-16T07:30:00
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_CHARS = 40


@dataclass(frozen=True, slots=True)
class Instants:
    """Times as microseconds since 1970 UTC (NAT where unknown), with what their texts say of the zone."""

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
    trimmed = [text.strip() if text else b"" for text in map(_encode_text, texts)]
    us = np.full(len(trimmed), NAT, np.int64)
    offset = np.zeros(len(trimmed), np.int64)
    lengths = np.fromiter(map(len, trimmed), np.int64, len(trimmed))
    rest: list[int] = []
    for length in np.unique(lengths).tolist():
        at = np.flatnonzero(lengths == length)
        if 0 < length <= _MAX_CHARS:
            fast, fine = _parse_utc_block(
                trimmed if len(at) == len(trimmed) else [trimmed[i] for i in at], length
            )
            us[at[fine]] = fast[fine]
            rest += at[~fine].tolist()
        elif length:
            rest += at.tolist()
    slow = {
        i: parse_datetime(trimmed[i].decode("ascii", "replace")) for i in sorted(rest)
    }
    moments = {i: moment for i, moment in slow.items() if moment}
    for i, moment in moments.items():
        offset[i] = _utc_offset_s(moment)
        us[i] = (moment.replace(tzinfo=moment.tzinfo or UTC) - _EPOCH) // timedelta(
            microseconds=1
        )
    naive = any(moment.tzinfo is None for moment in moments.values())
    stated = any(
        moment.tzinfo and trimmed[i][-1:] not in b"Zz" for i, moment in moments.items()
    )
    return Instants(us, offset, naive, stated, len(slow) - len(moments))


def _encode_text(text: Text) -> bytes:
    return text.encode("utf-8", "replace") if isinstance(text, str) else text or b""


def _utc_offset_s(moment: datetime) -> int:
    shift = moment.utcoffset()
    return int(shift.total_seconds()) if shift else 0


def parse_datetime(text: str) -> datetime | None:
    """Return the date and time that `text` names, aware or naive as it is; None where it names none."""
    text = text.strip()
    if not text.isascii() or len(text) > _MAX_CHARS or len(text) < 10:
        return None
    leap = text[17:19] == "60"
    try:
        parsed = datetime.fromisoformat(text[:17] + "59" + text[19:] if leap else text)
        return parsed + timedelta(seconds=1) if leap else parsed
    except (ValueError, OverflowError):
        return None


def _parse_utc_block(texts: list[bytes], length: int) -> tuple[Ints, NDArray[np.bool_]]:
    """Return microseconds of texts of one length, and which of them are `YYYY-MM-DDThh:mm:ss[.f]Z`."""
    nothing = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.bool_)
    if length <= _SECONDS or length > _SECONDS + 11:
        return nothing
    grid = np.frombuffer(b"".join(texts), np.uint8).reshape(-1, length)
    digits = grid.astype(np.int64) - ord("0")
    places = [
        0,
        1,
        2,
        3,
        5,
        6,
        8,
        9,
        11,
        12,
        14,
        15,
        17,
        18,
        *range(_SECONDS + 1, length - 1),
    ]
    fine = ((digits[:, places] >= 0) & (digits[:, places] <= 9)).all(axis=1)
    marks = [
        4,
        7,
        10,
        13,
        16,
        length - 1,
        *([_SECONDS] if length > _SECONDS + 1 else []),
    ]
    want = np.frombuffer(
        ("--T::Z." if length > _SECONDS + 1 else "--T::Z").encode(), np.uint8
    )
    fine &= (grid[:, marks] == want).all(axis=1)

    def value(*columns: int) -> Ints:
        total = np.zeros(len(texts), np.int64)
        for column in columns:
            total = total * 10 + digits[:, column]
        return total

    year, month, day = value(0, 1, 2, 3), value(5, 6), value(8, 9)
    hour, minute, second = value(11, 12), value(14, 15), value(17, 18)
    fine &= (
        (year > 0)
        & (month >= 1)
        & (month <= 12)
        & (day >= 1)
        & (hour < 24)
        & (minute < 60)
        & (second < 60)
    )
    fine &= day <= _days_in_month(year, month)
    fraction = (
        value(*range(_SECONDS + 1, length - 1)[:6])
        if length > _SECONDS + 1
        else value()
    )
    scale = 10 ** (6 - min(6, max(0, length - _SECONDS - 2)))
    seconds = (
        (_days_since_epoch(year, month, day) * 24 + hour) * 60 + minute
    ) * 60 + second
    return np.where(fine, seconds * US + fraction * scale, 0), fine


def _days_in_month(year: Ints, month: Ints) -> Ints:
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    days = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[
        np.clip(month, 0, 12)
    ]
    total: Ints = days + (leap & (month == 2))
    return total


def _days_since_epoch(year: Ints, month: Ints, day: Ints) -> Ints:
    """Return days since 1970-01-01 in the Gregorian calendar, years counted from March."""
    since = year - (month <= 2)
    months = (month + 9) % 12
    return (
        since * 365
        + since // 4
        - since // 100
        + since // 400
        + (months * 306 + 5) // 10
        + day
        - 719_469
    )
