"""notes.csv of a roster: what a coach keeps of each athlete, the newest line of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from loadwatch import user_csv, user_files
from loadwatch.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NOTES_FILE = "notes.csv"
COLUMNS = ("date", "athlete", "note")


@dataclass(frozen=True, slots=True)
class RosterNote:
    """One line on an athlete."""

    athlete: str  # as the file has it
    day: date | None  # None where the date is missing or cannot be read
    text: str


@dataclass(frozen=True, slots=True)
class RosterNotes:
    """The newest note of each athlete by `fold_name`, and what could not be read."""

    by_name: Mapping[str, RosterNote]
    problems: tuple[str, ...] = ()


def fold_name(name: str) -> str:
    """Return a name as notes are matched by it: without case and outer space."""
    return spell_name(name).casefold()


def spell_name(name: str) -> str:
    """Return a name as a line of text can hold it: what is invisible is written out."""
    name = name.strip()
    if name.isprintable():
        return name
    return "".join(map(_spell_character, name))


def _spell_character(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def read_notes(folder: Path) -> RosterNotes:
    """Return the notes of the roster in `folder`; a file that is missing holds none."""
    data = user_files.read_file(folder, NOTES_FILE)
    if data is None:
        return RosterNotes({})
    return parse_notes(data)


def parse_notes(data: bytes) -> RosterNotes:
    """Return the newest note of each athlete; of equal days the lower line is the newer."""
    table = user_csv.parse_table(data)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        return RosterNotes({}, (f"{NOTES_FILE}: no column {', '.join(missing)}",))
    newest: dict[str, RosterNote] = {}
    problems = []
    for row in table.rows:
        day, name, text = (row.cells.get(column, "").strip() for column in COLUMNS)
        when, problem = _parse_day(day)
        if problem:
            problems.append(f"{NOTES_FILE}:{row.line}: {problem}")
        if name and text:
            note = RosterNote(name, when, text)
            known = newest.get(fold_name(name), note)
            newest[fold_name(name)] = max(note, known, key=_find_day)
    return RosterNotes(newest, tuple(user_csv.shorten_list(problems)))


def append_note(path: Path, note: RosterNote) -> None:
    """Add a note to the notes.csv at `path` as one whole line, or change nothing.

    Columns that are missing are added to the first line. LoadwatchError says why the file cannot
    be written.
    """
    day = note.day.isoformat() if note.day else ""
    values = (day, spell_name(note.athlete), note.text)
    cells = dict(zip(COLUMNS, values, strict=True))

    def edit(old: bytes) -> bytes:
        try:
            if user_csv.parse_table(old).columns:
                old = user_csv.add_columns(old, COLUMNS)
            return user_csv.append_row(old, cells, COLUMNS)
        except ValueError as error:
            raise SettingsError(NOTES_FILE, str(error)) from None

    user_files.edit_file(path, edit)


def _parse_day(cell: str) -> tuple[date | None, str]:
    """Return the day in a cell, or None and the problem with it."""
    if not cell:
        return None, ""
    try:
        return user_csv.parse_date(cell)[0], ""
    except ValueError as error:
        return None, str(error)


def _find_day(note: RosterNote) -> date:
    """Return the day of a note, before all others where it is not known."""
    return note.day or date.min
