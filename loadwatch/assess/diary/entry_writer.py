"""One more line in diary.csv: the only thing loadwatch ever writes to an input."""

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
from loadwatch.assess.diary.entries import HEADER, MAX_PAIN, Entry
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


def build_entry(
    day: date,
    pain: float = math.nan,
    *,
    when: When = "",
    site: str = "",
    note: str = "",
    red_flags: Sequence[str] = (),
) -> Entry:
    """Return a new line; SettingsError names the signs there are where one of `red_flags` is none."""
    ticks = tuple(
        word.strip().lower().replace("-", "_").replace(" ", "_") for word in red_flags
    )
    for tick in ticks:
        if tick not in RED_FLAGS_BY_COLUMN:
            raise SettingsError(
                "red flag",
                f'"{tick[:40]}" is not known: {user_csv.suggest_nearest(tick, RED_FLAGS_BY_COLUMN)}',
            )
    return Entry(day=day, pain=pain, when=when, site=site, note=note, ticks=ticks)


def list_urgent_calls(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return what to do about the signs ticked in `entries`, a line each, the most urgent first."""
    signs = {tick: RED_FLAGS_BY_COLUMN[tick] for one in entries for tick in one.ticks}
    ordered = sorted(signs.values(), key=lambda sign: sign.urgency != "today")
    return tuple(
        f"You ticked: {sign.says}. {CALL_TEXTS[sign.urgency]}" for sign in ordered
    )


def _format_cells(line: Entry) -> dict[str, str]:
    """Return what `line` says, by column; line ends inside a note become blanks."""
    if line.day is None:
        raise ValueError("an entry needs its day")
    if not (math.isnan(line.pain) or 0 <= line.pain <= MAX_PAIN):
        raise ValueError("pain is a score from 0 to 10")
    cells = {
        "date": line.day.isoformat(),
        "pain": "" if math.isnan(line.pain) else f"{line.pain:g}",
        "when": line.when,
        "site": line.site,
        "note": line.note,
    } | dict.fromkeys(line.ticks, "yes")
    return {
        column: re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", word)
        for column, word in cells.items()
    }


def _fit_columns(
    path: Path, cells: dict[str, str], columns: tuple[str, ...]
) -> list[str]:
    """Return `cells` in the order of the file's own `columns`; a sign without a column goes to the note."""
    homeless = [
        column for column, word in cells.items() if word and column not in columns
    ]
    signs = [
        column
        for column in homeless
        if column not in ("date", "pain", "when", "site", "note")
    ]
    lost = [column for column in homeless if column not in signs] + (
        [] if "note" in columns else signs
    )
    if lost:
        raise SettingsError(
            str(path),
            f"the first line lacks the column {lost[0]}; add it and log again",
        )
    note = " ".join([cells["note"], *(f"#{sign}" for sign in signs)]).strip()
    return [(cells | {"note": note}).get(column, "") for column in columns]


def _format_line(words: list[str] | tuple[str, ...], delimiter: str, end: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerow(words)
    return buffer.getvalue()


def _format_addition(path: Path, old: bytes, cells: dict[str, str]) -> bytes:
    """Return the bytes of `cells` that follow `old`, in its own encoding, delimiter and line ends."""
    columns = user_csv.parse_table(old).columns
    if not columns:
        lines = _format_line(HEADER, ",", "\n") + _format_line(
            [cells.get(column, "") for column in HEADER], ",", "\n"
        )
        return lines.encode()
    end = "\r\n" if "\r\n" in user_csv.decode_text(old) else "\n"
    line = _format_line(
        _fit_columns(path, cells, columns), user_csv.detect_delimiter(old), end
    )
    gap = "" if user_csv.decode_text(old).endswith(("\n", "\r")) else end
    return (gap + line).encode(user_csv.detect_encoding(old), errors="replace")


@contextlib.contextmanager
def _open_locked(path: Path) -> Iterator[int]:
    """Open `path` for appending, alone; made if missing."""
    handle = os.open(
        path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644
    )
    try:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _write_whole(handle: int, addition: bytes) -> None:
    written = os.write(handle, addition)
    if written < len(addition):
        raise OSError(
            errno.ENOSPC, f"the disk took only {written} of {len(addition)} bytes"
        )
    os.fsync(handle)


def append_entry(path: Path, new: Entry) -> None:
    """Add `new` to the diary at `path` as one whole line, or change nothing.

    The file is made with a header if it is missing or empty. Columns that are not ours stay as they
    are, empty in the new line. The line is written in one call under a lock and flushed to the disk;
    if the disk is full, what was written of it is taken back.
    """
    cells = _format_cells(new)
    with _open_locked(path) as handle:
        size = os.fstat(handle).st_size
        old = b"".join(iter(lambda: os.read(handle, 1 << 16), b"")) if size else b""
        addition = _format_addition(path, old, cells)
        try:
            _write_whole(handle, addition)
        except OSError:
            os.ftruncate(handle, size)
            raise
