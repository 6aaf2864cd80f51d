"""Write tags.csv: a cell of a line that is there, or a line more; all else stays as it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from loadwatch import user_csv, user_files
from loadwatch.errors import SettingsError
from loadwatch.exposure.tags import (
    FILE,
    Tag,
    clean_file,
    find_row,
    index_rows,
    read_tags,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import pandas as pd

    from loadwatch.exposure.tags import RunIndex

# columns of a new file
HEADER: Final = (
    *("start", "file", "surface", "shoe", "rpe", "name"),
    *("planned", "exclude"),
)
_CLOCKS: Final = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")


def write_tags(
    path: Path, rows: pd.DataFrame, positions: Sequence[int], cells: Mapping[str, str]
) -> None:
    """Set `cells` of some runs in the tags.csv at `path`, whole or not at all.

    Parameters
    ----------
    path : the file; made where it is missing.
    rows : EXPOSURES and HIDDEN of all activities, by which a line's run is found.
    positions : of the runs in `rows`.
    cells : text by column of tags.csv; "" empties a cell.

    Raises SettingsError where a line of the file cannot be read, LoadwatchError where the file
    cannot be written.
    """
    edit = partial(change_tags, rows=rows, positions=positions, cells=cells)
    user_files.edit_file(path, edit)


def change_tags(
    data: bytes,
    *,
    rows: pd.DataFrame,
    positions: Sequence[int],
    cells: Mapping[str, str],
) -> bytes:
    """Return `data`, the bytes of a tags.csv, with `cells` set for the runs at `positions`.

    The last line that means a run is changed; a run that no line means gets one at the end,
    named by its start, or by its file where others start then, too.
    """
    index = index_rows(rows)
    lines = _find_lines(data, index)
    old = [lines[at] for at in positions if at in lines]
    new = [
        _name_run(rows, index, at) | dict(cells) for at in positions if at not in lines
    ]
    wanted = _list_filled([*new, cells])
    more = [name for name in wanted if name not in HEADER]
    try:
        data = _change_lines(data, old, cells, wanted)
        return user_csv.append_rows(data, new, (*HEADER, *more))
    except ValueError as error:
        raise SettingsError(FILE, str(error)) from None


def count_again(path: Path, key: str) -> None:
    """Let the run count again that lines of the tags.csv at `path` leave out.

    `key` is the run as the lines name it, `Tag.key`. Raises SettingsError where no line leaves
    it out, LoadwatchError where the file cannot be written.
    """
    user_files.edit_file(path, partial(clear_exclusion, key=key))


def clear_exclusion(data: bytes, *, key: str) -> bytes:
    """Return `data`, the bytes of a tags.csv, whose lines on the run `key` leave nothing out."""
    numbers = [
        tag.line for tag in read_tags(data).tags if tag.exclude and tag.key == key
    ]
    if not numbers:
        raise SettingsError(FILE, "no line of it leaves this run out any more")
    try:
        return user_csv.change_rows(data, {at: {"exclude": ""} for at in numbers})
    except ValueError as error:
        raise SettingsError(FILE, str(error)) from None


def _list_filled(lines: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the columns that some of the lines fill, each once."""
    filled = [name for line in lines for name, text in line.items() if text]
    return list(dict.fromkeys(filled))


def _change_lines(
    data: bytes, numbers: Sequence[int], cells: Mapping[str, str], wanted: Sequence[str]
) -> bytes:
    """Return `data` with the columns `wanted`, and with `cells` set in some of its lines.

    A file without a first line is left as it is. A cell is emptied only where there is a column.
    """
    if not user_csv.parse_table(data).columns:
        return data
    data = user_csv.add_columns(data, wanted)
    columns = user_csv.parse_table(data).columns
    known = {name: text for name, text in cells.items() if name in columns}
    return user_csv.change_rows(data, dict.fromkeys(numbers, known))


def _find_lines(data: bytes, index: RunIndex) -> dict[int, int]:
    """Return position of a run -> number of the last line that means it."""
    lines = {}
    for tag in read_tags(data).tags:
        position, _ = find_row(index, tag)
        if position is not None:
            lines[position] = tag.line
    return lines


def _name_run(rows: pd.DataFrame, index: RunIndex, position: int) -> dict[str, str]:
    """Return the cell that names a run so that `find_row` finds it and no other."""
    row = rows.iloc[position]
    start: datetime = row["start_local"]
    if not row["date_only"] and start == start:  # noqa: PLR0124 - NaT is not itself
        for pattern in _CLOCKS:
            text = f"{start:{pattern}}"
            day, clock = user_csv.parse_date(text)
            if find_row(index, Tag(line=0, day=day, clock=clock))[0] == position:
                return {"start": text}
    source = clean_file(str(row["source"]))
    if find_row(index, Tag(line=0, file=source))[0] == position:
        return {"file": source}
    raise SettingsError(FILE, f"{source} cannot be named apart from other runs")
