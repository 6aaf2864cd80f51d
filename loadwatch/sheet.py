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

BYTES = 4_000_000  # a lifetime of daily lines is below 2 MB
_DELIMITERS = ",;\t"
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet: its number in the file (from 1) and its cells by column."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header, in order and lower case, and the rows below it; lines of commas are left out."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def text(data: bytes) -> str:
    """Return the text of `data`: UTF-8 or UTF-16 by its mark, UTF-8 without, else Windows' Latin."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _split(data: bytes) -> list[tuple[int, list[str]]]:
    """Return the lines that say something, cut into cells; a quote left open ends with its line."""
    lines = _CONTROL.sub(" ", text(data[:BYTES])).splitlines()
    header = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    delimiter = max(_DELIMITERS, key=header.count)
    out = []
    for number, line in enumerate(lines, 1):
        if line.startswith("#"):
            continue
        reader = csv.reader(io.StringIO(line[:10_000]), delimiter=delimiter, skipinitialspace=True)
        cells = [cell.strip() for cell in next(reader, [])]
        if any(cells):
            out.append((number, cells))
    return out


def read(data: bytes) -> Sheet:
    """Return the sheet in `data`; any bytes give one, if only an empty one."""
    lines = _split(data)
    if not lines:
        return Sheet((), ())
    columns = tuple(cell.lower().replace(" ", "_") for cell in lines[0][1])
    rows = (Row(number, dict(zip(columns, cells, strict=False))) for number, cells in lines[1:])
    return Sheet(columns, tuple(rows))


def nearest(word: str, words: Iterable[str]) -> str:
    """Return `words` as a sentence's end, the one most like `word` first, "did you mean" where close."""
    known = list(words)
    close = difflib.get_close_matches(word.lower(), known, 1, 0.6)
    listed = ", ".join(known)
    return f"did you mean {close[0]}? It can be {listed}" if close else f"it can be {listed}"


def moment(word: str) -> tuple[date, datetime | None]:
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
        raise ValueError(f'"{word[:40]}" is not a date; write it as 2026-11-16 or 2026-11-16 07:30') from None
    if not 1970 <= clock.year <= 2200:  # no watch recorded a run outside these
        raise ValueError(f"the year {clock.year} cannot be right")
    clock = clock.replace(tzinfo=None)  # the local wall clock counts; an offset says nothing more
    return clock.date(), clock if re.search(r"\d[T ]\d", word) else None
