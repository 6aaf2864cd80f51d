"""The time column of a table of moments: to seconds since 1970."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.errors import NotActivity
from loadwatch.ingest.readers.csv import dates, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.ingest.readers.csv.names import Column
    from loadwatch.tables import Floats


FIT_EPOCH = 631_065_600  # s from 1970 to 1989-12-31, where FIT begins to count
_FIT_FIRST, _UNIX_FIRST = (
    0x10000000,
    1.2e9,
)  # below: the device's own clock; FIT seconds; from here: Unix
_DAY_CLOCK = (
    3600.0  # s; a count that begins later than this is a time of day, not the time run
)
_NAME = 200  # characters of a label that are looked at
_NAME_DATE = re.compile(
    r"(?<!\d)(20\d\d|19\d\d)([-_.]?)(\d\d)\2(\d\d)"
    r"(?:[T_ -]{1,3}(\d\d)[-_.:h]?(\d\d)(?:[-_.:m]?(\d\d))?(?!\d)(Z|[- _]?UTC)?)?"
)
DATELESS = "the moments of one activity without a date; put date and time into its name, like 2024-05-31_18-30.csv"


@dataclass(frozen=True, slots=True)
class Times:
    """When each row was: seconds since 1970, wall clocks counted as if they were UTC."""

    seconds: Floats
    utc: bool
    date_only: bool = False


def first_seconds(cells: Mapping[str, Sequence[str]]) -> list[float]:
    """Return the rows' times as plain seconds, enough to see whether they flow [s]."""
    column = _column(cells)
    days = (
        cells["day"]
        if column != "day" and "day" in cells
        else [""] * len(cells[column])
    )
    return [
        _loose(day) + _loose(cell) if day else _loose(cell)
        for day, cell in zip(days, cells[column], strict=True)
    ]


def _column(cells: Mapping[str, Sequence[str]]) -> str:
    return next(role for role in ("instant", "second", "day") if role in cells)


def _loose(cell: str) -> float:
    value = _plain(cell)
    if not math.isnan(value):
        return value
    at = dates.moment(cell, "dmy")
    return (at.wall - dates.EPOCH).total_seconds() if at else math.nan


def times(
    cells: Mapping[str, Sequence[str]],
    series: Mapping[str, Sequence[Column]],
    name: str,
    *,
    european: bool,
) -> Times:
    """Return when each row was: by its cells, else by the date in the file's name.

    Raises NotActivity where neither knows a date: without one the run belongs to no week.
    """
    role = _column(cells)
    texts = cells[role]
    if role == "instant" and "day" in cells and not _stated(texts, european=european):
        texts = [
            f"{day} {clock}" for day, clock in zip(cells["day"], texts, strict=True)
        ]
    if role != "second" and (stated := _stated(texts, european=european)):
        return stated
    counts = np.array([_plain(cell) for cell in cells[role]]) * (
        series[role][0].factor or 1.0
    )
    known = counts[np.isfinite(counts)]
    if not known.size:
        raise NotActivity(
            "a table of moments whose time column is empty or cannot be read"
        )
    if (
        role == "instant"
        and (instants := _epoch(counts, float(known.max()))) is not None
    ):
        return Times(instants, utc=True)
    return _named(
        name,
        counts,
        float(known.min()),
        of_day=any(":" in cell for cell in cells[role]),
    )


def _stated(texts: Sequence[str], *, european: bool) -> Times | None:
    """Return the times of cells that hold a date and a clock; None if most of them do not."""
    order = dates.order_of(texts, "", european=european)
    moments = [dates.moment(cell, order) for cell in texts]
    known = [m for m in moments if m is not None and m.has_clock]
    if len(known) * 2 <= len(moments):
        return None
    seconds = [
        _since_1970(m) if m is not None and m.has_clock else math.nan for m in moments
    ]
    return Times(np.array(seconds), utc=any(m.offset is not None for m in known))


def _since_1970(at: dates.Moment) -> float:
    shift = (at.offset.utcoffset(None) if at.offset else None) or timedelta()
    return (at.wall - shift - dates.EPOCH).total_seconds() + at.fraction


def _plain(cell: str) -> float:
    text = cell.strip()
    if ":" in text:
        return numbers.seconds(text)
    return numbers.number(text, numbers.style([text]) or ".")


def _epoch(counts: Floats, largest: float) -> Floats | None:
    """Return counted instants as seconds since 1970: Unix s or ms, or FIT's; None for a clock of its own."""
    if 1.2e12 < largest < 4e12:
        return counts / 1000
    if _FIT_FIRST <= largest < _UNIX_FIRST:
        return counts + FIT_EPOCH
    return counts if _UNIX_FIRST <= largest < 4e9 else None


def named_start(name: str) -> tuple[datetime, bool, bool] | None:
    """Return (the date and time a file's name tells, whether it says UTC, whether it tells a time)."""
    found = list(_NAME_DATE.finditer(name[-_NAME:]))
    if not found:
        return None
    year, _, month, day, hour, minute, second, utc = found[
        -1
    ].groups()  # the last is nearest to the file
    try:
        day_of = datetime(int(year), int(month), int(day))  # noqa: DTZ001 -- a wall clock
        made = day_of.replace(
            hour=int(hour or 0), minute=int(minute or 0), second=int(second or 0)
        )
    except ValueError:
        return None
    return made, bool(utc), hour is not None


def _named(name: str, counts: Floats, first: float, *, of_day: bool) -> Times:
    """Return the times of a table that counts from its start, or tells the time of day, on a named day."""
    began = named_start(name)
    if began is None:
        raise NotActivity(DATELESS)
    start, utc, has_clock = began
    late = first > _DAY_CLOCK
    since = counts - first if late and (has_clock or not of_day) else counts
    seconds = (start - dates.EPOCH).total_seconds() + since
    return Times(seconds, utc=utc, date_only=not has_clock and not (late and of_day))
