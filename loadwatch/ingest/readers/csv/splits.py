"""The splits (laps) of one activity, as Garmin Connect and COROS export them: no date stands inside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from loadwatch.errors import NotActivity
from loadwatch.ingest.readers.csv import lists, time_column
from loadwatch.ingest.readers.csv.dialect import Row
from loadwatch.ingest.readers.csv.names import Column

if TYPE_CHECKING:
    from loadwatch.activity import Reading
    from loadwatch.ingest.readers.csv.parsed_csv import Grid
    from loadwatch.settings import Settings

DATELESS = (
    "the splits of one activity, without its date; export the activity itself (FIT, TCX or GPX), "
    "or put the date into the file's name, like 2024-05-31_18-30.csv"
)


def read(grid: Grid, name: str, settings: Settings) -> Reading:
    """Return the activity that the last line of its splits sums up, on the day in the file's name."""
    began = time_column.named_start(name)
    last = next(
        (
            row
            for row in reversed(grid.body)
            if row.cells[0].strip().casefold() in _SUMMARY
        ),
        None,
    )
    if began is None or last is None:
        raise NotActivity(DATELESS)
    start, _, has_clock = began
    header = Row(grid.header.line, [*grid.header.cells, "Date"])
    stamp = start.isoformat(" ") if has_clock else start.date().isoformat()
    body = [
        Row(
            last.line,
            [
                *(last.cells + [""] * len(grid.header.cells))[: len(grid.header.cells)],
                stamp,
            ],
        )
    ]
    roles = {**grid.roles, "date": [Column(len(grid.header.cells), None, "Date")]}
    return lists.read(replace(grid, header=header, body=body, roles=roles), settings)


_SUMMARY = frozenset(
    {
        "summary",
        "zusammenfassung",
        "résumé",
        "resumen",
        "resumo",
        "riepilogo",
        "sommario",
        "total",
        "totals",
    }
)
