"""Text to the rows of a table: quotation marks that do not fit cost one row, never the rest."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.errors import OverLimit, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_FIELD = 1 << 20  # characters in one cell
MAX_COLUMNS = 512
MAX_ROWS = 600_000  # seven days at one a second; more takes over 512 MB
DAMAGED = "\ufffd"  # in the place of a character that could not be read
BROKEN_QUOTE = "its quotation marks do not fit together; one is opened and never closed"
_RETRIES = 8  # how many times over a file may be read again because of broken quotes


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: the physical line it starts at (from 1) and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class CsvRows:
    """The rows of a text, and what its quotation marks did to them."""

    rows: list[CsvRow]
    broken: tuple[int, ...] = ()  # lines left out
    mended: frozenset[int] = frozenset()  # lines read in spite of them


def split_lines(text: str) -> list[str]:
    """Return the physical lines of a text with their ends; NUL becomes a visible mark."""
    return list(io.StringIO(text.replace("\0", DAMAGED), newline=""))


def split_rows(
    lines: Sequence[str], separator: str, skip: int = 0, stop: int | None = None
) -> CsvRows:
    """Return the rows of `lines` from line `skip` on; blank lines are left out.

    The strict reader of the csv module names the first row whose quotation marks do not fit.
    That row is then read alone, by itself, or left out, so that an open quotation mark never
    swallows the rows below it.
    """
    end = len(lines)
    if stop is not None:
        end = min(stop, end)
    found: list[CsvRow] = []
    broken: list[int] = []
    mended: list[int] = []
    at, budget = skip, _RETRIES * len(lines) + 1000
    with _limit_fields():
        while at < end:
            failure = _read_strictly(lines, separator, at, end, found)
            if failure is None:
                break
            row_at, noticed_at = failure
            budget -= noticed_at - at
            if budget < 0:
                why = "its quotation marks do not fit together; save the table again as CSV"
                raise Unreadable(why)
            at = row_at
            alone = _read_alone(lines[at], separator)
            if found and len(alone) == len(found[0].cells):
                found.append(CsvRow(at + 1, alone))
                mended.append(at + 1)
            elif any(alone):
                broken.append(at + 1)
            at += 1
    return CsvRows(found, tuple(broken), frozenset(mended))


def _read_strictly(
    lines: Sequence[str], separator: str, start: int, end: int, found: list[CsvRow]
) -> tuple[int, int] | None:
    """Append rows to `found` as far as their quotation marks fit.

    Return None, or (line of the row whose marks do not fit, line where that was noticed).
    """
    wanted = map(lines.__getitem__, range(start, end))
    reader = csv.reader(wanted, delimiter=separator, strict=True)
    line = start
    try:
        for cells in reader:
            if cells:
                _check_limits(line, cells, len(found))
                found.append(CsvRow(line + 1, cells))
            line = start + reader.line_num
    except csv.Error as error:
        if "field limit" in str(error):
            why = f"a cell in line {line + 1} is longer than {MAX_FIELD:,} characters"
            raise OverLimit(why) from None
        return line, start + reader.line_num
    return None


def _check_limits(line: int, cells: Sequence[str], rows_so_far: int) -> None:
    if len(cells) > MAX_COLUMNS:
        where = f"line {line + 1} has {len(cells):,} columns"
        raise OverLimit(f"{where}, the limit is {MAX_COLUMNS}")
    if rows_so_far >= MAX_ROWS:
        raise OverLimit(f"it has more than {MAX_ROWS:,} rows")


def _read_alone(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


@contextmanager
def _limit_fields() -> Iterator[None]:
    """Set the csv module's limit, which holds for the whole process, and put it back."""
    before = csv.field_size_limit(MAX_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)
