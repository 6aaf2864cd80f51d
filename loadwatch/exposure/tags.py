"""tags.csv: what the runner knows of a run and the watch does not: surface, shoe, effort, name."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from loadwatch import user_csv
from loadwatch.activity import Skipped
from loadwatch.errors import SettingsError
from loadwatch.exposure.ground_answers import parse_answer
from loadwatch.exposure.load import session_rpe
from loadwatch.tables import SURFACE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

FILE = "tags.csv"
COLUMNS = (
    *("start", "file", "surface", "shoe", "rpe", "name"),
    *("planned", "exclude", "asked"),
)
NEAR = timedelta(minutes=2)
# columns that a file may have, too, and that nothing reads
_IGNORED_COLUMNS = ("date", "note", "comment", "notes", "comments", "")
_YES = {"yes": True, "y": True, "true": True, "1": True, "x": True}
_NO = {"no": False, "n": False, "false": False, "0": False, "": False}
MAX_RPE = 10.0
_MAP = ("tagged_m", "inferred_m", "unmatched_m", "outside_m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One line: the run it means, by start or by file, and what it sets; "" and NaN set nothing."""

    line: int
    day: date | None = None
    clock: datetime | None = None
    file: str = ""
    ground: Mapping[str, float] = field(default_factory=dict)  # shares by surface
    shoe: str = ""
    rpe: float = math.nan
    name: str = ""
    planned: bool | None = None  # None: the line does not say
    exclude: bool = False
    asked: date | None = None  # when the runner did not know the ground

    @property
    def key(self) -> str:
        """The run, as the line names it."""
        if self.file:
            return self.file
        if self.clock:
            return f"{self.clock:%Y-%m-%d %H:%M}"
        return str(self.day)


@dataclass(frozen=True, slots=True)
class Tags:
    """All lines of a tags.csv, in the order of the file."""

    tags: tuple[Tag, ...] = ()


def _line_error(line: int, why: str) -> SettingsError:
    return SettingsError(f"{FILE}:{line}", why)


def _check_columns(columns: tuple[str, ...]) -> None:
    """Refuse a header without a way to find a run, or with a misspelt column."""
    for column in columns:
        if column in COLUMNS or column in _IGNORED_COLUMNS:
            continue
        if user_csv.find_nearest(column, COLUMNS):
            hint = user_csv.suggest_nearest(column, COLUMNS)
            raise _line_error(1, f'column "{column[:40]}" is not known: {hint}')
    if not {"start", "file", "date"} & set(columns):
        raise _line_error(
            1, "the first line names the columns, among them start or file"
        )


def _read_choice(row: user_csv.UserRow, column: str, choices: tuple[str, ...]) -> str:
    """Return a cell that holds one of `choices` or nothing."""
    word = row.cells.get(column, "").lower()
    if word and word not in choices:
        hint = user_csv.suggest_nearest(word, filter(None, choices))
        raise _line_error(row.line, f'{column} "{word[:40]}" is not known: {hint}')
    return word


def _read_answer(row: user_csv.UserRow, column: str) -> bool:
    """Return the yes or no of a cell; an empty one is no."""
    answers = _YES | _NO
    return answers[_read_choice(row, column, tuple(answers))]


def _read_planned(row: user_csv.UserRow) -> bool | None:
    """Return whether the run was planned; None where the line does not say."""
    if not row.cells.get("planned", ""):
        return None
    return _read_answer(row, "planned")


def parse_rpe(text: str) -> float:
    """Return the perceived exertion that a text states; ValueError where it is not 0 to 10."""
    try:
        rpe = float(text.replace(",", "."))
    except ValueError:
        rpe = math.nan
    if not 0 <= rpe <= MAX_RPE:
        raise ValueError(f'rpe "{text[:40]}" is not an effort from 0 to 10')
    return rpe


def _read_rpe(row: user_csv.UserRow) -> float:
    """Return the perceived exertion of a cell, NaN for an empty one."""
    text = row.cells.get("rpe", "")
    if not text:
        return math.nan
    try:
        return parse_rpe(text)
    except ValueError as error:
        raise _line_error(row.line, str(error)) from None


def _read_ground(row: user_csv.UserRow) -> dict[str, float]:
    """Return the shares by surface of a cell, none for an empty one."""
    try:
        return parse_answer(row.cells.get("surface", ""))
    except ValueError as error:
        raise _line_error(row.line, str(error)) from None


def _read_asked(row: user_csv.UserRow) -> date | None:
    """Return the day on which the runner did not know the ground, None for an empty cell."""
    word = row.cells.get("asked", "")
    if not word:
        return None
    try:
        return user_csv.parse_date(word)[0]
    except ValueError as error:
        raise _line_error(row.line, str(error)) from None


def clean_file(text: str) -> str:
    """Return the name of a file as `RunIndex.by_path` has it, however it is written."""
    return text.strip().replace("\\", "/").removeprefix("./").strip("/")


def _parse_tag(row: user_csv.UserRow) -> Tag:
    """Return the tag of one line; SettingsError names the line and what is right."""
    file = clean_file(row.cells.get("file", ""))
    start = row.cells.get("start", "") or row.cells.get("date", "")
    if bool(file) == bool(start):
        raise _line_error(row.line, "give the run's start or its file, one of the two")
    try:
        day, clock = user_csv.parse_date(start) if start else (None, None)
    except ValueError as error:
        raise _line_error(row.line, str(error)) from None
    return Tag(
        line=row.line,
        day=day,
        clock=clock,
        file=file,
        ground=_read_ground(row),
        shoe=row.cells.get("shoe", ""),
        rpe=_read_rpe(row),
        name=row.cells.get("name", ""),
        planned=_read_planned(row),
        exclude=_read_answer(row, "exclude"),
        asked=_read_asked(row),
    )


def read_tags(data: bytes) -> Tags:
    """Return the tags in `data`; SettingsError with the line where a cell is impossible."""
    if len(data) > user_csv.MAX_BYTES:
        raise SettingsError(
            FILE, f"is larger than {user_csv.MAX_BYTES // 1_000_000} MB"
        )
    table = user_csv.parse_table(data)
    if table.is_cut:
        raise SettingsError(FILE, f"has more than {user_csv.MAX_LINES:,} lines")
    if not table.columns:
        return Tags()
    _check_columns(table.columns)
    return Tags(tuple(_parse_tag(row) for row in table.rows))


@dataclass(frozen=True, slots=True)
class RunIndex:
    """Where rows are by what a tag may name them: a table of n rows, positions 0 to n - 1."""

    by_path: Mapping[str, Sequence[int]]  # each end of a source, in whole parts
    by_day: Mapping[date, Sequence[int]]  # local day
    runs: frozenset[int]
    times: NDArray[np.int64]  # local starts whose clock is known, sorted [us]
    positions: NDArray[np.int64]  # of those times


def index_rows(rows: pd.DataFrame) -> RunIndex:
    """Return where to find each of `rows`, so that a tag costs the same however many there are."""
    by_path: dict[str, list[int]] = {}
    by_day: dict[date, list[int]] = {}
    days = rows["start_local"].dt.date
    for position, (source, day) in enumerate(zip(rows["source"], days, strict=True)):
        for path in _list_path_ends(str(source)):
            by_path.setdefault(path, []).append(position)
        by_day.setdefault(day, []).append(position)
    is_clocked = ~rows["date_only"].to_numpy(bool) & rows["start_local"].notna()
    clocked = np.flatnonzero(is_clocked)
    times = rows["start_local"].to_numpy("datetime64[us]").astype(np.int64)[clocked]
    order = np.argsort(times, kind="stable")
    runs = np.flatnonzero((rows["sport"] == "running").to_numpy(bool))
    return RunIndex(
        by_path, by_day, frozenset(runs.tolist()), times[order], clocked[order]
    )


def _list_path_ends(source: str) -> set[str]:
    """Return the ways to name a source: 1.fit.gz, 1.fit, b/1.fit ... of a/b/1.fit.gz.

    Blanks around a name do not count, as they do not in a cell.
    """
    ends = set()
    for name in (source, source.removesuffix(".gz")):
        parts = name.split("/")
        ends |= {"/".join(parts[at:]).strip() for at in range(len(parts))}
    return ends


def _find_by_start(index: RunIndex, tag: Tag) -> Sequence[int]:
    """Return the positions of the rows that start at the tag's time, or on its day.

    Of a day with runs and other activities the runs are meant.
    """
    if tag.clock is None:
        on_day = index.by_day.get(tag.day, ()) if tag.day else ()
        return [position for position in on_day if position in index.runs] or on_day
    time = np.datetime64(tag.clock, "us").astype(np.int64)
    near = NEAR // timedelta(microseconds=1)
    first, end = np.searchsorted(index.times, (time - near, time + near + 1))
    apart = np.abs(index.times[first:end] - time)
    if not len(apart):
        return ()
    # two runs within minutes: the nearer one is meant
    nearest = index.positions[first:end][apart == apart.min()]
    return sorted(nearest.tolist())


def find_positions(index: RunIndex, tag: Tag) -> Sequence[int]:
    """Return the positions of all rows that `tag` may mean."""
    if tag.file:
        return index.by_path.get(tag.file, ())
    return _find_by_start(index, tag)


def find_row(index: RunIndex, tag: Tag) -> tuple[int | None, str]:
    """Return the position of the one row that `tag` means, or None and a remark with the reason."""
    found = find_positions(index, tag)
    if len(found) == 1:
        return found[0], ""
    where = f"{FILE} line {tag.line} ({tag.key})"
    if not found:
        return None, f"{where} matches no activity, so it changes nothing"
    advice = "give the time of its start, or its file"
    if tag.file:
        advice = "give more of its path"
    count = len(found)
    return None, f"{where} matches {count} activities, so it changes none; {advice}"


def _changed_cells(distance: float, duration: float, tag: Tag) -> dict[str, object]:
    """Return the cells that `tag` replaces of a run of `distance` [m] and `duration` [s]."""
    out: dict[str, object] = {}
    if tag.ground:
        nothing = 0.0
        if math.isnan(distance):
            nothing = math.nan
        out |= dict.fromkeys(SURFACE_COLUMNS, nothing)
        out |= dict.fromkeys(_MAP, math.nan)  # a tag replaces the answers of a map
        out |= {f"{name}_m": share * distance for name, share in tag.ground.items()}
        out |= {"surface_source": "tag", "fallback_m": []}
    if tag.shoe:
        out["shoe"] = tag.shoe
    if tag.name:
        out["name"] = tag.name
    if tag.planned is not None:
        out["planned"] = tag.planned
    if tag.asked is not None:
        out["asked"] = tag.asked.isoformat()
    if not math.isnan(tag.rpe):
        out |= {"rpe": tag.rpe, "srpe": session_rpe(tag.rpe, duration)}
    return out


def _change_rows(
    rows: pd.DataFrame, changes: Mapping[int, Mapping[str, object]]
) -> pd.DataFrame:
    """Return a copy of `rows` with the cells of `changes`: position -> column -> value."""
    columns: dict[str, list[object]] = {}
    for position, cells in changes.items():
        for column, value in cells.items():
            if column not in columns:
                columns[column] = rows[column].tolist()
            columns[column][position] = value
    changed = {
        column: pd.Series(values, rows.index, dtype=rows[column].dtype)
        for column, values in columns.items()
    }
    return rows.assign(**changed)


def apply_tags(
    rows: pd.DataFrame, tags: Tags
) -> tuple[pd.DataFrame, tuple[Skipped, ...], tuple[str, ...]]:
    """Return the tagged rows, the rows left out, and a remark for each line without effect.

    Parameters
    ----------
    rows : EXPOSURES and HIDDEN, one row per activity, zones decided; it is not changed.
    tags : what `read_tags` returned. Of two lines for one run the later one counts.
    """
    index = index_rows(rows)
    distances, durations = rows["distance_m"].tolist(), rows["duration_s"].tolist()
    changes: dict[int, dict[str, object]] = {}
    remarks: list[str] = []
    left_out: dict[int, int] = {}
    for tag in tags.tags:
        position, remark = find_row(index, tag)
        if position is None:
            remarks.append(remark)
            continue
        cells = _changed_cells(distances[position], durations[position], tag)
        changes[position] = changes.get(position, {}) | cells
        if tag.exclude:
            left_out[position] = tag.line
    out = _change_rows(rows, changes)
    keep = [position not in left_out for position in range(len(out))]
    skipped = tuple(
        Skipped(
            str(rows["source"].iloc[position]),
            "ignored",
            f"left out by {FILE} line {line}",
        )
        for position, line in left_out.items()
    )
    return out.loc[keep], skipped, tuple(user_csv.shorten_list(remarks))
