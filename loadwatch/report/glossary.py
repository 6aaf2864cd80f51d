"""The glossary: every column of the tables that users get, with its type, unit and meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from loadwatch.tables import CONTEXT, EXPOSURES, RECORDS, WEEKS, Column

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADERS = ("table", "column", "type", "unit", "meaning")
USUAL_MEANING = "median of those of the four weeks before that hold a run and know it"
CHANGE_MEANING = "this week over the usual one, less 1; unknown in a week in progress"
TYPE_NAMES = {
    "float": "number",
    "int": "whole number",
    "bool": "yes or no",
    "str": "text",
    "notes": "list of texts",
}
STATE = Column(
    "state", "str", "", "what was raised, else the load against the usual one"
)
DERIVED = (
    Column("<column>_usual", "float", "as column", USUAL_MEANING),
    Column("<column>_change", "float", "", CHANGE_MEANING),
)


class GlossaryRow(NamedTuple):
    """One column of one table, as it is printed."""

    table: str
    column: str
    type: str
    unit: str
    meaning: str


def list_columns(word: str = "") -> list[GlossaryRow]:
    """Return every column of activities, weeks and records; with a word, those that hold it.

    `<column>_usual` and `<column>_change` stand for the measured columns of the weeks.
    """
    found = word.lower()
    return [row for row in _build_rows() if found in " ".join(row).lower()]


def _build_rows() -> Iterator[GlossaryRow]:
    """Yield the glossary, table by table."""
    tables = {
        "activities": EXPOSURES,
        "weeks": (STATE, *WEEKS, *DERIVED, *CONTEXT),
        "records": RECORDS,
    }
    for table, columns in tables.items():
        for column in columns:
            kind = TYPE_NAMES[column.dtype]
            yield GlossaryRow(table, column.name, kind, column.unit, column.meaning)
