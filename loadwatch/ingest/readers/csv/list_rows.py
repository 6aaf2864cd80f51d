"""The rows of a list: those that fit its header, as columns by role and as rows again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.activity import Skipped
from loadwatch.ingest.readers.csv.column_choice import is_sum
from loadwatch.ingest.readers.csv.csv_rows import BROKEN_QUOTE, CsvRow
from loadwatch.ingest.readers.csv.header_names import clean_header
from loadwatch.ingest.readers.csv.list_columns import ListColumns
from loadwatch.ingest.readers.csv.names import load_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from loadwatch.activity import Note
    from loadwatch.ingest.readers.csv.list_sports import RowSport
    from loadwatch.ingest.readers.csv.parsed_csv import ParsedCsv
    from loadwatch.ingest.readers.csv.start_times import StartTime
    from loadwatch.tables import Floats

_HEADING = 40  # characters of a heading that a message shows
_SUM = "it adds up other rows, no activity"


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list: its cells and numbers by role, its sport and its start."""

    line: int
    texts: Mapping[str, str]
    values: Mapping[str, float]
    sport: RowSport
    start: StartTime
    notes: Sequence[Note]
    is_mended: bool  # its quotation marks or characters are damaged


def fit_rows(table: ParsedCsv) -> tuple[list[CsvRow], list[Skipped]]:
    """Return the rows that fit the header, and those that do not with their reason.

    A row with other than the header's number of cells is left out: which cell is missing is
    not known. Blank cells at the end, and rows of a list kept by hand that end early, do no harm.
    """
    header = table.header.cells
    by_hand = not table.traits.vendor
    skipped = [Skipped(f"#{line}", "rejected", BROKEN_QUOTE) for line in table.broken]
    rows: list[CsvRow] = []
    for row in table.rows:
        cells = _fit_to_header(row.cells, header, may_end_early=by_hand)
        if not any(map(str.strip, cells)):
            continue
        if by_hand and is_sum(cells):
            skipped.append(Skipped(f"#{row.line}", "ignored", _SUM))
            continue
        if len(cells) == len(header):
            rows.append(CsvRow(row.line, cells))
            continue
        why = (
            f"it has {len(cells)} cells, the header {len(header)}; "
            "nobody knows which one is wrong"
        )
        skipped.append(Skipped(f"#{row.line}", "rejected", why))
    return rows, skipped


def select_columns(table: ParsedCsv, rows: Sequence[CsvRow]) -> ListColumns:
    """Return the columns of rows that fit the header, with the units that are stated."""
    columns = {
        role: [[row.cells[column.index] for row in rows] for column in held]
        for role, held in table.roles.items()
    }
    blank = [""] * len(rows)
    texts = dict.fromkeys(load_table()["lists"], blank)
    texts |= {role: held[0] for role, held in columns.items()}
    if table.roles.get("clock") == table.roles.get("date"):
        texts["clock"] = blank
    units = dict(table.traits.units)
    for role, held in table.roles.items():
        if held[0].factor is not None:
            units[role] = held[0].factor
    return ListColumns(
        lines=[row.line for row in rows],
        texts=texts,
        columns=columns,
        headings=_read_headings(table),
        units=units,
        traits=table.traits,
        has_semicolons=table.separator == ";",
    )


def _read_headings(table: ParsedCsv) -> dict[str, str]:
    """Return role -> what its first column is called, short enough for a message."""
    return {
        role: clean_header(table.header.cells[held[0].index])[:_HEADING]
        for role, held in table.roles.items()
    }


def _fit_to_header(
    cells: list[str], header: Sequence[str], *, may_end_early: bool
) -> list[str]:
    """Return the cells with blank ones at the end dropped or added, as far as that is safe."""
    spare = len(cells) - len(header)
    if spare > 0 and not any(map(str.strip, cells[-spare:])):
        return cells[: len(header)]
    if spare < 0 and (may_end_early or not any(header[spare:])):
        return cells + [""] * -spare
    return cells


def split_texts(columns: ListColumns) -> Iterator[dict[str, str]]:
    """Yield role -> cell of each row; roles without a column are copied as one, for speed."""
    blank = dict.fromkeys(columns.texts, "")
    held = {
        role: columns.texts[role] for role in columns.texts if role in columns.columns
    }
    for cells in zip(*held.values(), strict=True):
        yield blank | dict(zip(held, cells, strict=True))


def split_values(values: Mapping[str, Floats]) -> Iterator[dict[str, float]]:
    """Yield role -> number of each row."""
    columns = [column.tolist() for column in values.values()]
    for row in zip(*columns, strict=True):
        yield dict(zip(values, row, strict=True))
