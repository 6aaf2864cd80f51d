"""Rows above the header: those of a table that was sorted with its header among them.

Titles, names and dates of export are there in good files, too, and are no rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from loadwatch.ingest.limits import LIST_ROWS
from loadwatch.ingest.readers.csv.dates import parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from loadwatch.ingest.readers.csv.csv_rows import CsvRow, CsvRows

APART: Final = (
    "it is above the header and apart from it; "
    "move it below the header if it belongs to this table"
)
_MAX_HEADERS = 200  # rows without a number that may be a header far below
_FEWEST_NAMES = 2  # columns understood in a row that heads a table of its own


@dataclass(frozen=True, slots=True)
class RowsAbove:
    """Rows above a header that look like those below it."""

    rows: Sequence[CsvRow] = ()  # they belong to the table
    apart: tuple[int, ...] = ()  # lines of those that may belong to another one
    broken: tuple[int, ...] = ()  # lines whose quotation marks do not fit together


def find_rows_above(
    above: CsvRows,
    header: CsvRow,
    lines: Sequence[str],
    dated: Collection[int],
    measured: Collection[int],
    count_names: Callable[[Sequence[str]], int],
) -> RowsAbove:
    """Return the rows above a header that look like rows of its table.

    Parameters
    ----------
    above : all rows above the header, with titles and the like.
    header : of the table.
    lines : of the whole text.
    dated, measured : places of the columns that hold dates, and distances or times.
    count_names : returns how many cells of a row are known names of columns.

    A blank line below them, or another header above them, sets rows apart.
    """
    rows = [row for row in above.rows if _is_like(row, header, dated, measured)]
    if not rows:
        return RowsAbove()
    first = _find_first_line(lines, header.line)
    if any(_is_other_header(row.cells, header, count_names) for row in above.rows):
        first = header.line
    kept = [row for row in rows if row.line >= first]
    apart = tuple(row.line for row in rows if row.line < first)
    return RowsAbove(kept, apart, above.broken)


def _is_like(
    row: CsvRow, header: CsvRow, dated: Collection[int], measured: Collection[int]
) -> bool:
    """Return whether a row has a date and a number where the header has them; one, if its length is equal."""
    size = len(row.cells)
    has_date = any(_is_date(row.cells[at]) for at in dated if at < size)
    has_number = any(is_number(row.cells[at]) for at in measured if at < size)
    if size == len(header.cells):
        return has_date or has_number
    return has_date and has_number


def _is_date(cell: str) -> bool:
    return parse_date(cell, "dmy") is not None or parse_date(cell, "mdy") is not None


def is_number(cell: str) -> bool:
    """Return whether a cell begins as numbers, dates and durations do."""
    return cell.strip()[:1].isdigit()


def _is_other_header(
    cells: Sequence[str], header: CsvRow, count_names: Callable[[Sequence[str]], int]
) -> bool:
    """Return whether a row heads a table of its own: it is not the header again, more or less."""
    if any(map(is_number, cells)) or count_names(cells) < _FEWEST_NAMES:
        return False
    common = len(set(cells).intersection(header.cells))
    return 2 * common < len(header.cells)


def _find_first_line(lines: Sequence[str], header_line: int) -> int:
    """Return the first of the lines above a header that no blank one parts from it."""
    line = header_line
    while line > 1 and lines[line - 2].strip(" \t\r\n,;|"):
        line -= 1
    return line


def list_wordy_lines(
    lines: Sequence[str], separator: str, skip: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield place and cells of the first lines from `skip` on that hold words alone.

    Lines beyond those that a list may have are not looked at.
    """
    found = 0
    for at in range(skip, min(len(lines), skip + LIST_ROWS + 1)):
        cells = [cell.strip().strip('"') for cell in lines[at].split(separator)]
        if len(cells) < 2 or any(map(is_number, cells)):
            continue
        yield at, cells
        found += 1
        if found == _MAX_HEADERS:
            return
