"""Small CSV files kept by hand (tags, diary): bytes -> rows with their line numbers."""

from __future__ import annotations

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
_DELIMITERS = ",;\t"
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class UserRow:
    """One line of a sheet: its number in the file (from 1) and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UserTable:
    """A header, in order and lower case, and the rows below it; lines of commas are left out."""

    columns: tuple[str, ...]
    rows: tuple[UserRow, ...]


def detect_encoding(data: bytes) -> str:
    """Return how `data` writes its letters: UTF-16 by its mark, UTF-8, else Windows' Latin."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if data.startswith(b"\xff") else "utf-16-be"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def decode_text(data: bytes) -> str:
    """Return the text of `data` without its mark; a letter that cannot be read becomes a sign for it."""
    return data.decode(detect_encoding(data), errors="replace").removeprefix("\ufeff")


def _clean_lines(data: bytes) -> list[str]:
    return [
        line[:_MAX_LINE]
        for line in _CONTROL.sub(" ", decode_text(data[:MAX_BYTES])).splitlines()
    ]


def detect_delimiter(data: bytes) -> str:
    """Return the sign between cells: the most frequent of comma, semicolon and tab in the header."""
    header = next(
        (
            line
            for line in _clean_lines(data)
            if line.strip() and not line.startswith("#")
        ),
        "",
    )
    return max(_DELIMITERS, key=header.count)


def _split_cells(data: bytes) -> list[tuple[int, list[str]]]:
    """Return the lines that say something, cut into cells; a quote left open ends with its line."""
    between = detect_delimiter(data)
    out = []
    for number, line in enumerate(_clean_lines(data), 1):
        if line.startswith("#"):
            continue
        reader = csv.reader(io.StringIO(line), delimiter=between, skipinitialspace=True)
        cells = [cell.strip() for cell in next(reader, [])]
        if any(cells):
            out.append((number, cells))
    return out


def parse_table(data: bytes) -> UserTable:
    """Return the sheet in `data`; any bytes give one, if only an empty one."""
    lines = _split_cells(data)
    if not lines:
        return UserTable((), ())
    columns = tuple(cell.lower().replace(" ", "_") for cell in lines[0][1])
    rows = (
        UserRow(number, dict(zip(columns, cells, strict=False)))
        for number, cells in lines[1:]
    )
    return UserTable(columns, tuple(rows))


def suggest_nearest(word: str, words: Iterable[str]) -> str:
    """Return `words` as a sentence's end, the one most like `word` first, "did you mean" where close."""
    known = list(words)
    close = difflib.get_close_matches(word.lower(), known, 1, 0.6)
    listed = ", ".join(known)
    return (
        f"did you mean {close[0]}? It can be {listed}"
        if close
        else f"it can be {listed}"
    )


def parse_date(word: str) -> tuple[date, datetime | None]:
    """Return the day that `word` names and, where it also names a time, the wall clock.

    ISO dates (2026-11-16, 2026-11-16 07:30) and dotted ones (16.11.2026) are read; 11/16/2026
    is refused, because day and month cannot be told apart. ValueError says why.
    """
    dotted = _DOTTED.fullmatch(word)
    if dotted:
        day, month, year, rest = dotted.groups()
        word = f"{year}-{month:0>2}-{day:0>2}{rest}"
    try:
        clock = datetime.fromisoformat(word)
    except ValueError:
        raise ValueError(
            f'"{word[:40]}" is not a date; write it as 2026-11-16 or 2026-11-16 07:30'
        ) from None
    if not 1970 <= clock.year <= 2200:  # no watch recorded a run outside these
        raise ValueError(f"the year {clock.year} cannot be right")
    clock = clock.replace(
        tzinfo=None
    )  # the local wall clock counts; an offset says nothing more
    return clock.date(), clock if re.search(r"\d[T ]\d", word) else None
