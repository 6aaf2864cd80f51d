"""Rows to columns of text by role, and the rows that do not fit the header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loadwatch.activity import Skipped
from loadwatch.ingest.readers.csv.dialect import BROKEN_QUOTE
from loadwatch.ingest.readers.csv.names import Facts, facts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.ingest.readers.csv.names import Column
    from loadwatch.ingest.readers.csv.parsed_csv import Grid

TEXT = 1000  # characters kept of a name


@dataclass(frozen=True, slots=True)
class Cells:
    """The rows of a list that fit its header, by role; a role may have two columns of one name."""

    lines: list[int]
    blank: list[str]  # the column of a role that the table does not have
    columns: Mapping[str, list[list[str]]]
    roles: Mapping[str, Sequence[Column]]
    facts: Facts
    european: bool  # written where the comma is the decimal mark
    skipped: tuple[Skipped, ...]
    mended: frozenset[int]

    def first(self, role: str) -> list[str]:
        """Return a role's cells: of its first column, blank where the table has none."""
        return self.columns[role][0] if role in self.columns else self.blank

    def factor(self, role: str, *names: str) -> float | None:
        """Return what one of a role's numbers is in SI: by the header, else the vendor; None if untold."""
        if role in self.roles and self.roles[role][0].factor is not None:
            return self.roles[role][0].factor
        return next(
            (
                self.facts.units[name]
                for name in (role, *names)
                if name in self.facts.units
            ),
            None,
        )


def cells_of(grid: Grid) -> Cells:
    """Return the cells of a list of activities.

    A row with other than the header's number of cells is left out: nobody knows which cell is
    missing. Blank cells at the end, and rows of a list kept by hand that end early, do no harm.
    """
    header = grid.header.cells
    known = facts(header, grid.roles)
    rows, skipped = (
        [],
        [Skipped(f"#{line}", "rejected", BROKEN_QUOTE) for line in grid.broken],
    )
    for row in grid.body:
        cells, spare = row.cells, len(row.cells) - len(header)
        if spare > 0 and not any(cell.strip() for cell in cells[spare * -1 :]):
            cells, spare = cells[: len(header)], 0
        if spare < 0 and (not known.vendor or not any(header[spare:])):
            cells, spare = [*cells, *[""] * -spare], 0
        if not any(map(str.strip, cells)):
            continue
        if spare:
            why = f"it has {len(row.cells)} cells, the header {len(header)}; nobody knows which one is wrong"
            skipped.append(Skipped(f"#{row.line}", "rejected", why))
            continue
        rows.append((row.line, cells))
    columns = {
        role: [[cells[column.index] for _, cells in rows] for column in held]
        for role, held in grid.roles.items()
    }
    lines = [line for line, _ in rows]
    return Cells(
        lines,
        [""] * len(lines),
        columns,
        grid.roles,
        known,
        grid.separator == ";",
        tuple(skipped),
        grid.mended,
    )
