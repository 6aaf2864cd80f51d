"""Write tags.csv: a cell of a line that is there, or a line more; all else stays as it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from loadwatch import user_csv, user_files
from loadwatch.errors import SettingsError
from loadwatch.exposure.tags import FILE, Tag, find_row, index_rows, read_tags

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
    named by its start, or by its file where the start does not tell it from others.
    """
    index = index_rows(rows)
    lines = _find_lines(data, index)
    change = {lines[at]: cells for at in positions if at in lines}
    added = [
        _name_run(rows, index, at) | dict(cells) for at in positions if at not in lines
    ]
    filled = [name for line in added for name, text in line.items() if text]
    filled += [name for name, text in cells.items() if text]
    has_columns = bool(user_csv.parse_table(data).columns)
    try:
        if has_columns:
            data = user_csv.add_columns(data, list(dict.fromkeys(filled)))
        columns = user_csv.parse_table(data).columns
        known = {name: text for name, text in cells.items() if name in columns}
        data = user_csv.change_rows(data, dict.fromkeys(change, known))
        more = [name for name in dict.fromkeys(filled) if name not in HEADER]
        return user_csv.append_rows(data, added, (*HEADER, *more))
    except ValueError as error:
        raise SettingsError(FILE, str(error)) from None


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
    source = str(row["source"])
    if find_row(index, Tag(line=0, file=source))[0] == position:
        return {"file": source}
    raise SettingsError(FILE, f"{source} cannot be told from other runs")
