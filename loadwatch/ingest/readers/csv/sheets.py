"""Spreadsheets (.xlsx, .ods): each sheet is read as the CSV that it would be saved as."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from loadwatch.activity import Activity, Reading, Skipped
from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest.limits import MEMBER_BYTES, MIB
from loadwatch.ingest.readers import csv as tables
from loadwatch.ingest.sources.origin import (
    NO_SHEETS,
    InMemory,
    InZip,
    read_bytes,
)
from loadwatch.ingest.sources.zip_directory import read_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from loadwatch.settings import Settings

MAX_SHEETS = 100
_ZIP = b"PK\x03\x04"
_WORKBOOKS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})


def sniff(head: bytes) -> bool:
    """Return whether `head` begins a zip; of those, only spreadsheets come to a reader."""
    return head.startswith(_ZIP)


def read(data: bytes, name: str, settings: Settings) -> Reading:
    """Return the activities of all sheets; rows are counted on from sheet to sheet.

    Raises Unreadable for another zip, NotActivity where no sheet is a list of activities.
    """
    _check_parts(data)
    activities: list[Activity] = []
    skipped: list[Skipped] = []
    reasons: list[str] = []
    first_line = 0
    for title, rows in _read_sheets(data).items():
        lines = [list(map(_format_cell, row)) for row in rows]
        try:
            reading = tables.read(_write_csv(lines), name, settings)
        except (NotActivity, Unreadable) as error:
            reasons.append(f"sheet {title[:40]}: {error.why}")
        else:
            activities += [
                _move_activity(one, first_line) for one in reading.activities
            ]
            skipped += [_move_skipped(one, first_line) for one in reading.skipped]
        first_line += len(lines)
    if not activities and not skipped:
        raise NotActivity(
            "; ".join(reasons[:3]) or "a spreadsheet without a filled sheet"
        )
    return Reading(tuple(activities), tuple(skipped))


def _check_parts(data: bytes) -> None:
    """Unpack every part within the limits, before a library does so without any."""
    entries = [entry for entry in read_entries(io.BytesIO(data)) if not entry.is_folder]
    if _WORKBOOKS.isdisjoint(entry.name for entry in entries):
        raise Unreadable("a zip archive, not a single activity")
    if sum(entry.size for entry in entries) > MEMBER_BYTES:
        raise OverLimit(f"larger than {MEMBER_BYTES // MIB} MiB once unpacked")
    for entry in entries:
        read_bytes(InZip(InMemory(data), entry))


def _read_sheets(data: bytes) -> Mapping[str, Iterable[tuple[Any, ...]]]:
    """Return title -> rows of each sheet, cells as plain values."""
    import pandas as pd  # noqa: PLC0415  only here, with the extra

    try:
        frames = pd.read_excel(
            io.BytesIO(data), sheet_name=None, header=None, engine="calamine"
        )
    except ImportError:
        raise Unreadable(NO_SHEETS) from None
    except Exception as error:  # noqa: BLE001  the library's own errors are of many kinds
        raise Unreadable(
            f"a spreadsheet that is broken ({type(error).__name__})"
        ) from None
    if len(frames) > MAX_SHEETS:
        raise OverLimit(f"a spreadsheet of more than {MAX_SHEETS} sheets")
    return {
        str(title): frame.astype(object).itertuples(index=False, name=None)
        for title, frame in frames.items()
    }


def _format_cell(value: Any) -> str:
    """Return a cell as a CSV has it: ISO dates, h:mm:ss, "" for blank."""
    if value is None or value != value:  # noqa: PLR0124  NaN and NaT are not equal to themselves
        return ""
    if isinstance(value, datetime | date | time):
        return _format_moment(value)
    if isinstance(value, timedelta):
        return _format_duration(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return " ".join(str(value).split())


def _format_moment(value: datetime | date | time) -> str:
    """Return a date, a clock time, or both; midnight is how a workbook stores a bare date."""
    if isinstance(value, datetime):
        if value.time() == time():
            return value.date().isoformat()
        return value.isoformat(" ", "seconds")
    if isinstance(value, time):
        return value.isoformat("seconds")
    return value.isoformat()


def _format_duration(duration: timedelta) -> str:
    seconds = round(duration.total_seconds())
    if seconds < 0:
        return ""
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{second:02}"


def _write_csv(lines: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue().encode()


def _move_activity(one: Activity, first_line: int) -> Activity:
    """Return an activity with its line counted through all sheets."""
    if not one.session.line:
        return one
    session = replace(one.session, line=one.session.line + first_line)
    return Activity(one.records, session)


def _move_skipped(one: Skipped, first_line: int) -> Skipped:
    line = one.source.removeprefix("#")
    if not line.isdecimal():
        return one
    return replace(one, source=f"#{int(line) + first_line}")
