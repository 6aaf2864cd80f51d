"""The splits (laps) of one activity, as Garmin Connect and COROS export them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadwatch.errors import NotActivity
from loadwatch.ingest.readers.csv import lists
from loadwatch.ingest.readers.csv.csv_rows import CsvRow
from loadwatch.ingest.readers.csv.parsed_csv import Column, find_traits
from loadwatch.ingest.readers.csv.time_column import parse_named_start

if TYPE_CHECKING:
    from loadwatch.activity import Reading
    from loadwatch.ingest.readers.csv.parsed_csv import ParsedCsv
    from loadwatch.settings import Settings

DATELESS = (
    "the splits of one activity, without its date; "
    "export the activity itself (FIT, TCX or GPX), "
    "or put the date into the file's name, like 2024-05-31_18-30.csv"
)
# the first cell of the row that sums up the splits
_SUMMARY = frozenset(
    [
        "summary",
        "zusammenfassung",
        "résumé",
        "resumen",
        "resumo",
        "riepilogo",
        "sommario",
        "total",
        "totals",
    ]
)


def read(table: ParsedCsv, name: str, settings: Settings) -> Reading:
    """Return the activity that the last row of a table of splits sums up.

    Splits hold no date: the day is in the file's name. The summary is read as a list of one row.
    """
    start = parse_named_start(name)
    summaries = [
        row for row in table.rows if row.cells[0].strip().casefold() in _SUMMARY
    ]
    if start is None or not summaries:
        raise NotActivity(DATELESS)
    date = start.wall.date().isoformat()
    if start.has_clock:
        date = start.wall.isoformat(" ")
    header = table.header
    size = len(header.cells)
    summary = summaries[-1]
    cells = (summary.cells + [""] * size)[:size]
    names = table.names | {"date"}
    roles = {**table.roles, "date": [Column(size, None)]}
    as_list = replace(
        table,
        header=CsvRow(header.line, [*header.cells, "Date"]),
        names=names,
        rows=[CsvRow(summary.line, [*cells, date])],
        roles=roles,
        traits=find_traits(names, roles),
    )
    return lists.read(as_list, settings)
