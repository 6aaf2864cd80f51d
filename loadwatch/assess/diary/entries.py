"""diary.csv: lines of pain, read tolerantly, each problem named with its line."""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from loadwatch import user_csv
from loadwatch.assess.diary.red_flags import RED_FLAGS, RED_FLAGS_BY_COLUMN

if TYPE_CHECKING:
    from datetime import date

DIARY_FILE = "diary.csv"
When = Literal["", "before", "during", "after"]
WHEN_CHOICES: tuple[When, ...] = ("", "before", "during", "after")
COLUMNS = ("date", "pain", "when", "site", "note")
HEADER = (*COLUMNS, *(sign.column for sign in RED_FLAGS))
MAX_PAIN = 10.0
_NO_ANSWERS = {
    "",
    "0",
    "no",
    "n",
    "false",
    "none",
    "-",
    "--",
    "n/a",
    "na",
    "nil",
    "nan",
    "nein",
    "non",
}
_PAIN_SCORE = re.compile(r"(\d+(?:[.,]\d+)?)(?:\s*/\s*10)?")
_NOTE_TAG = re.compile(r"#([a-z_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line: pain from 0 to 10 on a day; NaN where a line only ticks a sign or marks an onset."""

    day: date | None  # None only for a ticked line whose date cannot be read
    pain: float = math.nan
    when: When = ""  # before, during or after that day's run
    site: str = ""
    note: str = ""
    ticks: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Diary:
    """All lines that say something, oldest first, and what could not be read."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()


def _match_columns(columns: tuple[str, ...]) -> dict[str, str]:
    """Return, for each header word that is nearly one of ours, the column it is read as."""
    spare = [word for word in HEADER if word not in columns]
    out = {}
    for column in columns:
        close = (
            difflib.get_close_matches(column, spare, 1, 0.8)
            if column and column not in HEADER
            else []
        )
        if close:
            out[column] = close[0]
            spare.remove(close[0])
    return out


def _parse_pain(word: str) -> tuple[float, str]:
    """Return the score that `word` states, or NaN and what is wrong with it."""
    if not word:
        return math.nan, ""
    found = _PAIN_SCORE.fullmatch(word)
    pain = float(found[1].replace(",", ".")) if found else math.nan
    if pain <= MAX_PAIN:
        return pain, ""
    return math.nan, f'pain "{word[:40]}" is not a score from 0 to 10'


def _parse_when(word: str) -> tuple[When, str]:
    known: dict[str, When] = {w: w for w in WHEN_CHOICES}
    if word.lower() in known:
        return known[word.lower()], ""
    return (
        "",
        f'when "{word[:40]}" is not before, during or after the run, and is left open',
    )


def _parse_day(word: str) -> tuple[date | None, str]:
    try:
        return user_csv.parse_date(word)[0], ""
    except ValueError as error:
        return None, str(error)


def _find_ticks(cells: dict[str, str]) -> tuple[str, ...]:
    """Return the signs ticked in `cells`; any word but a plain "no" is a tick, and `#sign` in the note."""
    ticked = {
        sign.column
        for sign in RED_FLAGS
        if cells.get(sign.column, "").lower() not in _NO_ANSWERS
    }
    ticked |= {
        word
        for word in _NOTE_TAG.findall(cells.get("note", "").lower())
        if word in RED_FLAGS_BY_COLUMN
    }
    return tuple(sign.column for sign in RED_FLAGS if sign.column in ticked)


def _parse_entry(
    row: user_csv.UserRow, renamed: dict[str, str]
) -> tuple[Entry | None, list[str]]:
    """Return the entry of one line, None where it says nothing usable, and its problems."""
    cells = {renamed.get(column, column): word for column, word in row.cells.items()}
    day, bad_day = _parse_day(cells.get("date", ""))
    pain, bad_pain = _parse_pain(cells.get("pain", ""))
    when, bad_when = _parse_when(cells.get("when", ""))
    ticks = _find_ticks(cells)
    problems = [
        f"{DIARY_FILE} line {row.line}: {why}"
        for why in (bad_day, bad_pain, bad_when)
        if why
    ]
    empty = not any(
        cells.get(column) for column in COLUMNS[1:]
    )  # a day prepared and never filled in
    if (day is None or bad_pain or empty) and not ticks:
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


def _explain_missing_columns(told: tuple[str, ...], columns: set[str]) -> str:
    """Return that the first line does not name the columns there must be, and what it holds instead."""
    missing = [word for word in ("date", "pain") if word not in columns]
    named = f"column{'s' if len(missing) > 1 else ''} {' and '.join(missing)}"
    held = ", ".join(f'"{column[:20]}"' for column in told[:5])
    ways = "they must be called so, as in date,pain,when,site,note"
    return f"{DIARY_FILE}: its first line names no {named}, but {held}; {ways}"


def read_diary(data: bytes) -> Diary:
    """Return the diary in `data`, whatever the bytes; lines without a usable day or score become problems.

    A ticked sign is kept even where the rest of its line cannot be read: losing it would be worse
    than showing it without its day.
    """
    table = user_csv.parse_table(data)
    renamed = _match_columns(table.columns)
    problems = [
        f'{DIARY_FILE}: column "{old[:40]}" is read as {new}'
        for old, new in renamed.items()
    ]
    columns = {renamed.get(column, column) for column in table.columns}
    problems += (
        [_explain_missing_columns(table.columns, columns)]
        if table.columns and not {"date", "pain"} <= columns
        else []
    )
    if len(data) > user_csv.MAX_BYTES:
        problems.append(
            f"{DIARY_FILE}: only the first {user_csv.MAX_BYTES // 1_000_000} MB are read"
        )
    entries = []
    for row in table.rows:
        entry, why = _parse_entry(row, renamed)
        entries += [entry] if entry else []
        problems += (
            why if "date" in columns else []
        )  # else each line would lack its date, as the first says
    entries.sort(key=lambda entry: (entry.day is not None, entry.day, entry.line))
    return Diary(tuple(entries), tuple(problems))
