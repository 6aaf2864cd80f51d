"""Bytes to rows of cells: encoding, separator, quotes, and limits on all of them."""

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
MAX_ROWS = 1_000_000
SEPARATORS = ",;\t|"
DAMAGED = "\ufffd"  # stands for a character that could not be read
_RETRIES = 8  # how many times over a file may be read again because of broken quotes

BROKEN_QUOTE = "its quotation marks do not fit together; one is opened and never closed"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the physical line it starts at (from 1) and its cells."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a text; `broken` are lines left out because of their quotation marks."""

    rows: list[Row]
    broken: tuple[int, ...] = ()
    mended: frozenset[int] = (
        frozenset()
    )  # lines read in spite of damaged quotation marks or characters


def stated_separator(text: str) -> tuple[str, int]:
    """Return (separator, number of lines it takes) of a first line such as `sep=;`, else ("", 0)."""
    first = (
        text[:16].splitlines()[0].strip().strip('"').casefold()
        if text[:16].strip()
        else ""
    )
    return (first[4], 1) if len(first) == 5 and first.startswith("sep=") else ("", 0)


def rows(
    lines: Sequence[str], separator: str, skip: int = 0, stop: int | None = None
) -> Rows:
    """Return the rows of `lines` from line `skip` on; blank lines are left out.

    The strict reader of the csv module names the first row whose quotation marks do not fit. That
    row is then read alone, by itself, or left out, so that an open quotation mark never swallows
    the rows below it.
    """
    end = len(lines) if stop is None else min(stop, len(lines))
    found: list[Row] = []
    broken: list[int] = []
    mended: list[int] = []
    at, budget = skip, _RETRIES * len(lines) + 1000
    with _field_limit():
        while at < end:
            start = at
            at, torn = _read(lines, separator, at, end, found)
            budget -= (at if torn is None else torn) - start
            if torn is None:
                break
            if budget < 0:
                raise Unreadable(
                    "its quotation marks do not fit together; save the table again as CSV"
                )
            alone = _alone(lines[at], separator)
            if found and len(alone) == len(found[0].cells):
                found.append(Row(at + 1, alone))
                mended.append(at + 1)
            elif any(alone):
                broken.append(at + 1)
            at += 1
    return Rows(found, tuple(broken), frozenset(mended))


def _read(
    lines: Sequence[str], separator: str, start: int, end: int, found: list[Row]
) -> tuple[int, int | None]:
    """Append rows to `found`; return (line to go on at, line where it broke or None)."""
    reader = csv.reader(
        map(lines.__getitem__, range(start, end)), delimiter=separator, strict=True
    )
    line = start
    try:
        for cells in reader:
            if cells:
                if len(cells) > MAX_COLUMNS:
                    raise OverLimit(
                        f"line {line + 1} has {len(cells):,} columns, the limit is {MAX_COLUMNS}"
                    )
                if len(found) >= MAX_ROWS:
                    raise OverLimit(f"it has more than {MAX_ROWS:,} rows")
                found.append(Row(line + 1, cells))
            line = start + reader.line_num
    except csv.Error as error:
        if "field limit" in str(error):
            raise OverLimit(
                f"a cell in line {line + 1} is longer than {MAX_FIELD:,} characters"
            ) from None
        return line, start + reader.line_num
    return end, None


def _alone(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


@contextmanager
def _field_limit() -> Iterator[None]:
    """The csv module keeps this limit for the whole process, so it is put back."""
    before = csv.field_size_limit(MAX_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def lines_of(text: str) -> list[str]:
    """Return the physical lines of `text`, line ends kept; NUL characters become visible marks."""
    return list(io.StringIO(text.replace("\0", DAMAGED), newline=""))
