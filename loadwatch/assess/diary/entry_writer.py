"""Write a line of diary.csv: one more, or a change of one that is there."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

from loadwatch import user_csv, user_files
from loadwatch.assess.diary.entries import (
    COLUMNS,
    HEADER,
    MAX_PAIN,
    Entry,
    name_columns,
    read_diary,
)
from loadwatch.assess.diary.red_flags import RED_FLAGS_BY_COLUMN
from loadwatch.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from loadwatch.assess.diary.entries import When


def build_entry(
    day: date,
    pain: float = math.nan,
    *,
    when: When = "",
    site: str = "",
    note: str = "",
    red_flags: Sequence[str] = (),
) -> Entry:
    """Return a new entry.

    SettingsError lists the red flags there are where one of `red_flags` is none, and refuses a day
    that would not be read again.
    """
    try:
        user_csv.check_year(day.year)
    except ValueError as error:
        raise SettingsError("date", str(error)) from None
    ticks = []
    for name in red_flags:
        tick = name.strip().lower().replace("-", "_").replace(" ", "_")
        if tick not in RED_FLAGS_BY_COLUMN:
            known = user_csv.suggest_nearest(tick, RED_FLAGS_BY_COLUMN)
            raise SettingsError("red flag", f'"{tick[:40]}" is not known: {known}')
        ticks.append(tick)
    return Entry(
        day=day, pain=pain + 0.0, when=when, site=site, note=note, ticks=tuple(ticks)
    )


def list_urgent_calls(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return what to do about the red flags ticked in `entries`, a line each, most urgent first."""
    ticked = {
        tick: RED_FLAGS_BY_COLUMN[tick] for entry in entries for tick in entry.ticks
    }
    ordered = sorted(ticked.values(), key=lambda red_flag: red_flag.urgency != "today")
    return tuple(
        f"You ticked: {red_flag.says}. {red_flag.call}" for red_flag in ordered
    )


def _format_cells(entry: Entry) -> dict[str, str]:
    """Return the cells of `entry` by column."""
    if entry.day is None:
        raise ValueError("an entry needs its day")
    pain = ""
    if not math.isnan(entry.pain):
        if not 0 <= entry.pain <= MAX_PAIN:
            raise ValueError("pain is a score from 0 to 10")
        pain = f"{entry.pain:g}"
    return {
        "date": entry.day.isoformat(),
        "pain": pain,
        "when": entry.when,
        "site": entry.site,
        "note": entry.note,
        **dict.fromkeys(entry.ticks, "yes"),
    }


def _fit_columns(
    path: Path, cells: dict[str, str], columns: tuple[str, ...]
) -> dict[str, str]:
    """Return those of `cells` that the file's own `columns` can hold.

    A red flag without a column of its own goes to the note, as `#column`.
    """
    filled = [column for column, text in cells.items() if text]
    missing = [column for column in filled if column not in columns]
    red_flags = [column for column in missing if column not in COLUMNS]
    _refuse_lost(path, missing, red_flags, columns)
    tags = [f"#{column}" for column in red_flags]
    note = " ".join([cells["note"], *tags]).strip()
    fitted = cells | {"note": note}
    return {column: fitted.get(column, "") for column in columns}


def _refuse_lost(
    path: Path, missing: list[str], red_flags: list[str], columns: tuple[str, ...]
) -> None:
    """Raise SettingsError where a cell has no column, or a red flag neither column nor note."""
    lost = [column for column in missing if column in COLUMNS]
    if "note" not in columns:
        lost += red_flags
    if lost:
        raise SettingsError(
            path.name,
            f"the first line lacks the column {lost[0]}; add it and log again",
        )


def _add_entry(path: Path, cells: dict[str, str], old: bytes) -> bytes:
    """Return the diary `old` with one more line, or with its first two."""
    columns = user_csv.parse_table(old).columns
    if columns:
        cells = _fit_columns(path, cells, columns)
    try:
        return user_csv.append_row(old, cells, HEADER)
    except ValueError as error:
        raise SettingsError(path.name, str(error)) from None


def append_entry(path: Path, new: Entry) -> None:
    """Add `new` to the diary at `path` as one whole line, or change nothing.

    The file is made with a header if it is missing or empty. Columns that are not ours stay as
    they are, empty in the new line. LoadwatchError says why the file cannot be written.
    """
    cells = _format_cells(new)
    user_files.edit_file(path, partial(_add_entry, path, cells))


def change_entry(path: Path, was: Entry, new: Entry) -> None:
    """Put `new` in the place of the line `was` of the diary at `path`, or change nothing.

    Columns that are not ours keep their cells. SettingsError where the line is not what it was,
    or where the file has no column for what is new; LoadwatchError as for `append_entry`.
    """
    cells = dict.fromkeys(was.ticks, "") | _format_cells(new)
    for tick in was.ticks:  # a red flag that is kept is written anew
        cells["note"] = cells["note"].replace(f"#{tick}", "").strip()
    user_files.edit_file(path, partial(_replace_entry, path, was, cells))


def _replace_entry(path: Path, was: Entry, cells: dict[str, str], old: bytes) -> bytes:
    """Return the diary `old` with the cells of one line changed."""
    found = [entry for entry in read_diary(old).entries if entry.line == was.line]
    if [repr(entry) for entry in found] != [repr(was)]:
        raise SettingsError(path.name, "that line has changed meanwhile; look again")
    columns = user_csv.parse_table(old).columns
    own_names = name_columns(columns)
    if "date" not in own_names:
        raise SettingsError(
            path.name, "its first line names no columns; edit it by hand"
        )
    fitted = _fit_columns(path, cells, tuple(own_names))
    changes = {own_names[name]: text for name, text in fitted.items() if name in HEADER}
    try:
        return user_csv.change_rows(old, {was.line: changes})
    except ValueError as error:
        raise SettingsError(path.name, str(error)) from None
