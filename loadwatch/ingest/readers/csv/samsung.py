"""Samsung Health's `com.samsung.shealth.exercise.*.csv`: line 1 is the table's name and version."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING

from loadwatch.activity import Reading, Session
from loadwatch.errors import NotActivity
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv.vendor_rows import (
    VendorRow,
    build_reading,
    format_zone,
    parse_offset,
    parse_wall_clock,
    read_vendor_rows,
)

if TYPE_CHECKING:
    from datetime import datetime

    from loadwatch.settings import Settings

TABLES = frozenset({"com.samsung.shealth.exercise", "com.samsung.health.exercise"})
_PREFIX = "com.samsung.health.exercise."
_NAME = re.compile(rb"(?:\xef\xbb\xbf)?\s*(com\.samsung\.[\w.]{1,100}),\s*\d{1,12}\b")
_MS = 0.001


def sniff(head: bytes) -> bool:
    """Return whether `head` begins a table of Samsung Health, of whatever kind."""
    return _NAME.match(head) is not None


def read(data: bytes, name: str, settings: Settings) -> Reading:  # noqa: ARG001  one signature for all readers
    """Return the exercises of a table; NotActivity for the many tables of other things."""
    found = _NAME.match(data[:200])
    table = found[1].decode("ascii", "replace") if found else ""
    if table not in TABLES:
        raise NotActivity("a table of Samsung Health that holds no exercises")
    rows = read_vendor_rows(data, 1, _PREFIX)
    return build_reading(rows, _build_session)


def _build_session(row: VendorRow) -> Session | None:
    local, utc, zone = _read_start(row)
    if local is None and utc is None:
        return None
    number = row.get_text("exercise_type").removesuffix(".0")
    stated = sports.read_sport(number, "samsung_numbers")
    ends = parse_wall_clock(row.get_text("end_time"))
    begins = parse_wall_clock(row.get_text("start_time"))
    elapsed_s = float("nan")
    if begins and ends and ends > begins:
        elapsed_s = (ends - begins).total_seconds()
    return Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        name=row.get_text("title")[:1000],
        start_utc=utc,
        start_local=local,
        zone=zone,
        timer_s=row.get_positive("duration", factor=_MS),
        elapsed_s=elapsed_s,
        distance_m=row.get_positive("distance"),
        ascent_m=row.get_positive("altitude_gain"),
        descent_m=row.get_positive("altitude_loss"),
        steps=_read_steps(row, stated.sport),
        heart_rate_bpm=row.get_positive("mean_heart_rate"),
        device="samsung",
        line=row.line,
        notes=stated.notes,
    )


def _read_start(row: VendorRow) -> tuple[datetime | None, datetime | None, str]:
    """Return (wall clock, instant, zone) of a start.

    With an offset in words ("UTC+0900") the clock is UTC; old tables write the offset in
    milliseconds beside the local clock.
    """
    clock = parse_wall_clock(row.get_text("start_time"))
    stated = row.get_text("time_offset")
    offset = parse_offset(stated)
    if clock is None or offset is None:
        return clock, None, ""
    if stated.removeprefix("-").isdecimal():
        utc = clock.replace(tzinfo=offset).astimezone(UTC)
        return clock, utc, format_zone(offset)
    utc = clock.replace(tzinfo=UTC)
    return utc.astimezone(offset).replace(tzinfo=None), utc, format_zone(offset)


def _read_steps(row: VendorRow, sport: str) -> float:
    """Return the count of what was done, which is steps where the sport has any."""
    if sport not in {"running", "walking", "hiking"}:
        return float("nan")
    return row.get_positive("count")
