"""diary.csv: lines of pain, read tolerantly, each problem named with its line."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loadwatch import user_csv
from loadwatch.assess.diary.red_flags import RED_FLAGS, RED_FLAGS_BY_COLUMN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

DIARY_FILE = "diary.csv"
When = Literal["", "before", "during", "after"]
WHEN_CHOICES: tuple[When, ...] = ("", "before", "during", "after")
COLUMNS = ("date", "pain", "when", "site", "note")
HEADER = (*COLUMNS, *(red_flag.column for red_flag in RED_FLAGS))
MAX_PAIN = 10.0
# what people call a column in a note or a spreadsheet of their own
_OTHER_NAMES: Mapping[str, str] = {
    "day": "date",
    "datum": "date",
    "fecha": "date",
    "data": "date",
    "jour": "date",
    "score": "pain",
    "pain_score": "pain",
    "back_pain": "pain",
    "nrs": "pain",
    "schmerz": "pain",
    "dolor": "pain",
    "dolore": "pain",
    "douleur": "pain",
    "where": "site",
    "location": "site",
    "ort": "site",
    "notes": "note",
    "comment": "note",
    "comments": "note",
    "notiz": "note",
}
_IN_BRACKETS = re.compile(r"_*[(\[].*?[)\]]_*")  # "pain (0-10)"
_NEAR = 0.8  # similarity from which on a header is read as one of our columns
# in the column of a red flag; anything else is a tick
_NO_ANSWERS = frozenset(
    ("", "0", "no", "n", "false", "none", "-", "--", "n/a", "na", "nil", "nan", "nein", "non")
)  # fmt: skip
_PAIN_SCORE = re.compile(r"(\d+(?:[.,]\d+)?)(?:\s*/\s*10)?")
_NOTE_TAG = re.compile(r"#([a-z_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: pain from 0 to 10 on a day; NaN where it only ticks a red flag or an onset."""

    day: date | None  # None only for a ticked line whose date cannot be read
    pain: float = math.nan
    when: When = ""  # before, during or after that day's run
    site: str = ""
    note: str = ""
    ticks: tuple[str, ...] = ()  # columns of red flags
    line: int = 0  # number in the file, from 1


@dataclass(frozen=True, slots=True)
class Diary:
    """All lines with content, oldest first, and what could not be read."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()


def _match_columns(columns: tuple[str, ...]) -> dict[str, str]:
    """Return the column that each misspelt header is read as."""
    free = [name for name in HEADER if name not in columns]
    renamed = {}
    for column in columns:
        if not column or column in HEADER:
            continue
        plain = _name_plainly(column)
        name = _OTHER_NAMES.get(plain, plain)
        if name not in free:
            name = user_csv.find_nearest(plain, free, _NEAR)
        if name:
            renamed[column] = name
            free.remove(name)
    return renamed


def name_columns(columns: tuple[str, ...]) -> dict[str, str]:
    """Return our name of each column of a header -> what the file calls it."""
    renamed = _match_columns(columns)
    return {renamed.get(column, column): column for column in columns if column}


def _name_plainly(column: str) -> str:
    """Return the name of a column without what is in brackets: "pain (0-10)" is "pain"."""
    return _IN_BRACKETS.sub("", column)


def _add_header(table: user_csv.UserTable) -> user_csv.UserTable:
    """Return a table without a header with one, by what the cells of its first line are.

    A shared note often begins with a day and a score at once. Any other table stays as it is.
    """
    cells = [column.replace("_", " ") for column in table.columns]
    guessed = [_guess_column(cell) for cell in cells]
    if guessed.count("date") != 1 or guessed.count("pain") != 1:
        return table
    words = iter(("note", "site"))
    names = tuple(name or next(words, "") for name in guessed)
    first_line = min((row.line for row in table.rows), default=2) - 1
    first = user_csv.UserRow(first_line, dict(zip(names, cells, strict=True)))
    pairs = list(zip(table.columns, names, strict=True))
    rows = [
        user_csv.UserRow(row.line, {new: row.cells.get(old, "") for old, new in pairs})
        for row in table.rows
    ]
    return user_csv.UserTable(names, (first, *rows))


def _guess_column(cell: str) -> str:
    """Return which column a cell without a header belongs to; "" where it may be any words."""
    if _parse_day(cell)[0] is not None:
        return "date"
    if _PAIN_SCORE.fullmatch(cell) and not _parse_pain(cell)[1]:
        return "pain"
    if cell in WHEN_CHOICES[1:]:
        return "when"
    return ""


def _parse_pain(cell: str) -> tuple[float, str]:
    """Return the score in a cell, or NaN and the problem with it."""
    if not cell:
        return math.nan, ""
    match = _PAIN_SCORE.fullmatch(cell)
    if match:
        pain = float(match[1].replace(",", "."))
        if pain <= MAX_PAIN:
            return pain, ""
    return math.nan, f'pain "{cell[:40]}" is not a score from 0 to 10'


def _parse_when(cell: str) -> tuple[When, str]:
    """Return before, during or after, or "" and the problem with the cell."""
    for when in WHEN_CHOICES:
        if cell.lower() == when:
            return when, ""
    return (
        "",
        f'when "{cell[:40]}" is not before, during or after the run, and is left open',
    )


def _parse_day(cell: str) -> tuple[date | None, str]:
    """Return the day in a cell, or None and the problem with it."""
    try:
        day, _ = user_csv.parse_date(cell)
    except ValueError as error:
        return None, str(error)
    return day, ""


def _find_ticks(cells: dict[str, str]) -> tuple[str, ...]:
    """Return the columns of the red flags ticked in `cells`.

    Any answer but a plain "no" is a tick, and so is `#column` in the note.
    """
    tags = set(_NOTE_TAG.findall(cells.get("note", "").lower()))
    ticked = []
    for column in RED_FLAGS_BY_COLUMN:
        answer = cells.get(column, "").lower()
        if column in tags or answer not in _NO_ANSWERS:
            ticked.append(column)
    return tuple(ticked)


def _parse_entry(
    row: user_csv.UserRow, renamed: dict[str, str]
) -> tuple[Entry | None, list[str]]:
    """Return the entry of one line, None where nothing of it is usable, and its problems."""
    cells = {renamed.get(column, column): cell for column, cell in row.cells.items()}
    day, bad_day = _parse_day(cells.get("date", ""))
    pain, bad_pain = _parse_pain(cells.get("pain", ""))
    when, bad_when = _parse_when(cells.get("when", ""))
    ticks = _find_ticks(cells)
    problems = [
        f"{DIARY_FILE} line {row.line}: {problem}"
        for problem in (bad_day, bad_pain, bad_when)
        if problem
    ]
    # a day may be prepared and never filled in
    filled = any(cells.get(column) for column in COLUMNS[1:])
    usable = filled and day is not None and not bad_pain
    if not usable and not ticks:
        return None, problems
    entry = Entry(
        day=day,
        pain=pain,
        when=when,
        site=cells.get("site", ""),
        note=cells.get("note", ""),
        ticks=ticks,
        line=row.line,
    )
    return entry, problems


def _explain_missing_columns(header: tuple[str, ...], columns: set[str]) -> str:
    """Return which needed columns the header does not name, and what it holds instead."""
    missing = [name for name in ("date", "pain") if name not in columns]
    noun = "columns" if len(missing) > 1 else "column"
    found = ", ".join(f'"{column[:20]}"' for column in header[:5])
    return (
        f"{DIARY_FILE}: its first line names no {noun} {' and '.join(missing)}, but {found}; "
        "they must be called so, as in date,pain,when,site,note"
    )


def read_diary(data: bytes) -> Diary:
    """Return the diary in `data`, whatever the bytes.

    Lines without a usable day or score become problems. A ticked red flag is kept even where the
    rest of its line cannot be read: losing it would be worse than showing it without its day.
    """
    table = _add_header(user_csv.parse_table(data))
    renamed = _match_columns(table.columns)
    columns = {renamed.get(column, column) for column in table.columns}
    problems = [
        f'{DIARY_FILE}: column "{old[:40]}" is read as {new}'
        for old, new in renamed.items()
        if _name_plainly(old) not in (new, *_OTHER_NAMES)
    ]
    if table.columns and not {"date", "pain"} <= columns:
        problems.append(_explain_missing_columns(table.columns, columns))
    if table.is_cut:
        megabytes = user_csv.MAX_BYTES // 1_000_000
        limit = f"{megabytes} MB and {user_csv.MAX_LINES:,} lines"
        problems.append(f"{DIARY_FILE}: only the first {limit} are read")
    entries = []
    row_problems: list[str] = []
    for row in table.rows:
        entry, found = _parse_entry(row, renamed)
        if entry:
            entries.append(entry)
        row_problems += found
    # without a column of dates every line would lack its own
    if "date" in columns:
        problems += user_csv.shorten_list(row_problems)
    entries.sort(key=lambda entry: (entry.day is not None, entry.day, entry.line))
    return Diary(tuple(entries), tuple(problems))
