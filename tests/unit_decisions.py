"""Print which unit each column of each list is read in, on what evidence, and how sure that is.

python -m tests.unit_decisions FOLDER [FOLDER ...]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from loadwatch.errors import NotActivity, OverLimit, Unreadable
from loadwatch.ingest import readers
from loadwatch.ingest.sources import Member, find_members
from loadwatch.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadwatch.activity import ColumnUnit

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".ods")
HEADINGS = ("list", "rows", "column", "unit", "how sure", "evidence")


def list_decisions(folder: Path) -> Iterator[tuple[str, int, ColumnUnit]]:
    """Yield the list, its number of activities, and the decision on each column."""
    for member in find_members([folder]):
        if isinstance(member, Member) and member.label.casefold().endswith(ENDINGS):
            try:
                data = member.open().data
                reading = readers.read(data, member.label, Settings())
            except (NotActivity, Unreadable, OverLimit):
                continue
            for unit in reading.units:
                yield member.label, len(reading.activities), unit


def main(folders: list[str]) -> None:
    """Print the table, tab by tab."""
    print(*HEADINGS, sep="\t")
    for folder in folders:
        for label, rows, one in list_decisions(Path(folder)):
            where = f"{Path(folder).name}/{label}"
            cells = (one.column, one.unit, one.certainty, one.evidence)
            print(where, rows, *cells, sep="\t")


if __name__ == "__main__":
    main(sys.argv[1:])
