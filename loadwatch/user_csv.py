"""Small CSV files that users keep by hand (tags, diary): bytes to rows.

`decode_text` and `find_nearest` serve settings and the CSV reader of exports, too.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_BYTES = 4_000_000  # a lifetime of daily lines is below 2 MB
_MAX_LINE = 10_000  # characters
_HEAD = 4096  # bytes from which UTF-16 without a byte order mark is recognised
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DELIMITERS = ",;\t"
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)", re.DOTALL)
_HAS_TIME = re.compile(r"\d[T ]\d")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class UserRow:
    """One row: its line number in the file (from 1) and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UserTable:
    """The columns in the header's order, in lower case, and the rows that hold anything."""

    columns: tuple[str, ...]
    rows: tuple[UserRow, ...]


def detect_encoding(data: bytes) -> str:
    """Return the name of the encoding of a text, without its byte order mark.

    A byte order mark decides; else a text of which a third is NUL is UTF-16, one that is
    valid UTF-8 is that, and all else is Windows' Latin (cp1252).
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    head = data[:_HEAD]
    if len(head) > 3 and head.count(0) > len(head) // 3:
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def decode_text(data: bytes) -> str:
    """Return the text of any bytes, without the byte order mark.

    A character that cannot be read becomes U+FFFD.
    """
    text = data.decode(detect_encoding(data), errors="replace")
    return text.removeprefix("\ufeff")


def _clean_lines(data: bytes) -> list[str]:
    text = _CONTROL.sub(" ", decode_text(data[:MAX_BYTES]))
    return [line[:_MAX_LINE] for line in text.splitlines()]


def detect_delimiter(data: bytes) -> str:
    """Return the separator: the most frequent of comma, semicolon and tab in the header."""
    for line in _clean_lines(data):
        if line.strip() and not line.startswith("#"):
            return max(_DELIMITERS, key=line.count)
    return _DELIMITERS[0]


def _split_cells(data: bytes) -> list[tuple[int, list[str]]]:
    """Return (line number, cells) of the lines that are neither blank nor a comment.

    Each line is read by itself, so that a quote left open ends with its line.
    """
    delimiter = detect_delimiter(data)
    rows = []
    for number, line in enumerate(_clean_lines(data), 1):
        if line.startswith("#"):
            continue
        reader = csv.reader(
            io.StringIO(line), delimiter=delimiter, skipinitialspace=True
        )
        cells = [cell.strip() for cell in next(reader, [])]
        if any(cells):
            rows.append((number, cells))
    return rows


def parse_table(data: bytes) -> UserTable:
    """Return the table in `data`; any bytes give one, if only an empty one."""
    lines = _split_cells(data)
    if not lines:
        return UserTable((), ())
    header = lines[0][1]
    columns = tuple(name.lower().replace(" ", "_") for name in header)
    rows = [
        UserRow(number, dict(zip(columns, cells, strict=False)))
        for number, cells in lines[1:]
    ]
    return UserTable(columns, tuple(rows))


def find_nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Return the one of `known` that is most like `word`; "" where none is near.

    Case does not count. `cutoff` is the least similarity, from 0 to 1, as in difflib.
    """
    by_lower = {one.lower(): one for one in known}
    close = difflib.get_close_matches(word.lower(), by_lower, 1, cutoff)
    if not close:
        return ""
    return by_lower[close[0]]


def suggest_nearest(word: str, known: Iterable[str]) -> str:
    """Return all of `known` as the end of a sentence, with "did you mean" where one is near."""
    choices = list(known)
    listed = ", ".join(choices)
    nearest = find_nearest(word, choices)
    if nearest:
        return f"did you mean {nearest}? It can be {listed}"
    return f"it can be {listed}"


def parse_date(text: str) -> tuple[date, datetime | None]:
    """Return the day that a cell holds and, where it also has a time, the wall clock.

    ISO dates (2026-11-16, 2026-11-16 07:30) and dotted ones (16.11.2026) are read; 11/16/2026
    is refused, because its day and month may be either. ValueError gives the reason.
    """
    iso = text
    if dotted := _DOTTED.fullmatch(text):
        day, month, year, rest = dotted.groups()
        iso = f"{year}-{month:0>2}-{day:0>2}{rest}"
    try:
        clock = datetime.fromisoformat(iso)
    except ValueError:
        raise ValueError(
            f'"{iso[:40]}" is not a date; write it as 2026-11-16 or 2026-11-16 07:30'
        ) from None
    if not 1970 <= clock.year <= 2200:  # no watch recorded a run outside these
        raise ValueError(f"the year {clock.year} cannot be right")
    # the local wall clock counts; an offset adds nothing
    clock = clock.replace(tzinfo=None)
    if not _HAS_TIME.search(iso):
        return clock.date(), None
    return clock.date(), clock
