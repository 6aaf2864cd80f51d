"""`UserExercises_*.csv` of Fitbit's data in Google Takeout: millimetres, and a zone in each row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from loadwatch.activity import NAN, Reading, Session
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv.vendor_rows import (
    VendorRow,
    build_reading,
    format_zone,
    parse_instant,
    parse_offset,
    read_vendor_rows,
)

if TYPE_CHECKING:
    from datetime import datetime

    from loadwatch.settings import Settings

_HEADER = re.compile(rb"(?=[^\r\n]*\bexercise_start\b)(?=[^\r\n]*\bactivity_name\b)")
_MM = 0.001


def sniff(head: bytes) -> bool:
    """Return whether `head` begins such a table: by two names in its first line."""
    return _HEADER.match(head.lstrip(b"\xef\xbb\xbf")) is not None


def read(data: bytes, name: str, settings: Settings) -> Reading:  # noqa: ARG001  one signature for all readers
    """Return the exercises of a table; what somebody typed in counts where nothing tracked it."""
    return build_reading(read_vendor_rows(data), _build_session)


def _build_session(row: VendorRow) -> Session | None:
    start = parse_instant(row.get_text("exercise_start"))
    if start is None:
        return None
    local, zone = _read_local(row, start)
    stated = sports.read_sport(row.get_text("activity_name"))
    end = parse_instant(row.get_text("exercise_end"))
    elapsed_s = NAN
    if end and end > start:
        elapsed_s = (end - start).total_seconds()
    return Session(
        format="list",
        sport=stated.sport,
        sub_sport=stated.sub_sport,
        unknown_sport=stated.unknown_word,
        start_utc=start,
        start_local=local,
        zone=zone,
        elapsed_s=elapsed_s,
        distance_m=row.get_positive(
            "tracker_total_distance_mm",
            "manually_logged_total_distance_mm",
            "manually_logged_distance_mm",
            factor=_MM,
        ),
        ascent_m=row.get_positive("tracker_total_altitude_mm", factor=_MM),
        steps=row.get_positive("tracker_total_steps", "manually_logged_total_steps"),
        heart_rate_bpm=row.get_positive("tracker_avg_heart_rate"),
        device="fitbit",
        line=row.line,
        notes=stated.notes,
    )


def _read_local(row: VendorRow, start: datetime) -> tuple[datetime | None, str]:
    """Return the wall clock and the zone of a row, (None, "") where it states none."""
    offset = parse_offset(row.get_text("utc_offset"))
    if offset is None:
        return None, ""
    return start.astimezone(offset).replace(tzinfo=None), format_zone(offset)
