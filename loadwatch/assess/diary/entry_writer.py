"""Write one more line to diary.csv: the only thing loadwatch ever writes to an input."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import math
import os
import re
from typing import TYPE_CHECKING

from loadwatch import user_csv
from loadwatch.assess.diary.entries import COLUMNS, HEADER, MAX_PAIN, Entry
from loadwatch.assess.diary.red_flags import CALL_TEXTS, RED_FLAGS_BY_COLUMN
from loadwatch.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from loadwatch.assess.diary.entries import When

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows: O_APPEND alone keeps two lines apart
    fcntl = None  # type: ignore[assignment]  # mypy knows the module, Windows does not

# ends of a line and other control characters, which would split the line of an entry
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


def build_entry(
    day: date,
    pain: float = math.nan,
    *,
    when: When = "",
    site: str = "",
    note: str = "",
    red_flags: Sequence[str] = (),
) -> Entry:
    """Return a new entry.

    SettingsError lists the red flags there are where one of `red_flags` is none.
    """
    ticks = []
    for name in red_flags:
        tick = name.strip().lower().replace("-", "_").replace(" ", "_")
        if tick not in RED_FLAGS_BY_COLUMN:
            known = user_csv.suggest_nearest(tick, RED_FLAGS_BY_COLUMN)
            raise SettingsError("red flag", f'"{tick[:40]}" is not known: {known}')
        ticks.append(tick)
    return Entry(
        day=day, pain=pain, when=when, site=site, note=note, ticks=tuple(ticks)
    )


def list_urgent_calls(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return what to do about the red flags ticked in `entries`, a line each, most urgent first."""
    ticked = {
        tick: RED_FLAGS_BY_COLUMN[tick] for entry in entries for tick in entry.ticks
    }
    ordered = sorted(ticked.values(), key=lambda red_flag: red_flag.urgency != "today")
    return tuple(
        f"You ticked: {red_flag.says}. {CALL_TEXTS[red_flag.urgency]}"
        for red_flag in ordered
    )


def _format_cells(entry: Entry) -> dict[str, str]:
    """Return the cells of `entry` by column; line ends inside a note become blanks."""
    if entry.day is None:
        raise ValueError("an entry needs its day")
    pain = ""
    if not math.isnan(entry.pain):
        if not 0 <= entry.pain <= MAX_PAIN:
            raise ValueError("pain is a score from 0 to 10")
        pain = f"{entry.pain:g}"
    cells = {
        "date": entry.day.isoformat(),
        "pain": pain,
        "when": entry.when,
        "site": entry.site,
        "note": entry.note,
        **dict.fromkeys(entry.ticks, "yes"),
    }
    return {column: _CONTROL.sub(" ", text) for column, text in cells.items()}


def _fit_columns(
    path: Path, cells: dict[str, str], columns: tuple[str, ...]
) -> list[str]:
    """Return `cells` in the order of the file's own `columns`.

    A red flag without a column of its own goes to the note, as `#column`.
    """
    filled = [column for column, text in cells.items() if text]
    missing = [column for column in filled if column not in columns]
    red_flags = [column for column in missing if column not in COLUMNS]
    _refuse_lost(path, missing, red_flags, columns)
    tags = [f"#{column}" for column in red_flags]
    note = " ".join([cells["note"], *tags]).strip()
    fitted = cells | {"note": note}
    return [fitted.get(column, "") for column in columns]


def _refuse_lost(
    path: Path, missing: list[str], red_flags: list[str], columns: tuple[str, ...]
) -> None:
    """Raise SettingsError where a cell has no column, or a red flag neither column nor note."""
    lost = [column for column in missing if column in COLUMNS]
    if "note" not in columns:
        lost += red_flags
    if lost:
        raise SettingsError(
            str(path),
            f"the first line lacks the column {lost[0]}; add it and log again",
        )


def _format_line(cells: Sequence[str], delimiter: str, end: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerow(cells)
    return buffer.getvalue()


def _format_addition(path: Path, old: bytes, cells: dict[str, str]) -> bytes:
    """Return `cells` as bytes that follow `old`, in its own encoding, delimiter and line ends."""
    columns = user_csv.parse_table(old).columns
    if not columns:
        values = [cells.get(column, "") for column in HEADER]
        header = _format_line(HEADER, ",", "\n")
        return (header + _format_line(values, ",", "\n")).encode()
    text = user_csv.decode_text(old)
    end = "\r\n" if "\r\n" in text else "\n"
    fitted = _fit_columns(path, cells, columns)
    line = _format_line(fitted, user_csv.detect_delimiter(old), end)
    if not text.endswith(("\n", "\r")):
        line = end + line
    return line.encode(user_csv.detect_encoding(old), errors="replace")


@contextlib.contextmanager
def _open_locked(path: Path) -> Iterator[int]:
    """Open `path` for appending, alone; made if missing."""
    binary = getattr(os, "O_BINARY", 0)  # Windows alone has it
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | binary
    handle = os.open(path, flags, 0o644)
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _read_all(handle: int) -> bytes:
    return b"".join(iter(lambda: os.read(handle, 1 << 16), b""))


def _write_whole(handle: int, addition: bytes) -> None:
    written = os.write(handle, addition)
    if written < len(addition):
        raise OSError(
            errno.ENOSPC, f"the disk took only {written} of {len(addition)} bytes"
        )
    os.fsync(handle)


def append_entry(path: Path, new: Entry) -> None:
    """Add `new` to the diary at `path` as one whole line, or change nothing.

    The file is made with a header if it is missing or empty. Columns that are not ours stay as
    they are, empty in the new line. The line is written in one call under a lock and flushed to
    the disk; if the disk is full, what was written of it is taken back.
    """
    cells = _format_cells(new)
    with _open_locked(path) as handle:
        size = os.fstat(handle).st_size
        addition = _format_addition(path, _read_all(handle), cells)
        try:
            _write_whole(handle, addition)
        except OSError:
            os.ftruncate(handle, size)
            raise
