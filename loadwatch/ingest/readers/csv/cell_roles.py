"""What columns hold by their cells, where a header is in words that names.toml does not know.

A table is a list where one column holds dates that are hours apart and the heading of another one
names kilometres or miles. What sums up weeks or months, or grows from row to row, is none.
"""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from loadwatch.ingest.readers.csv import numbers
from loadwatch.ingest.readers.csv.dates import is_ambiguous, parse_date
from loadwatch.ingest.readers.csv.header_names import clean_header
from loadwatch.ingest.readers.csv.names import load_other_totals, load_units
from loadwatch.ingest.readers.csv.unit_decision import KM, MILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

_MOST = 0.8  # share of filled cells that must fit
_FEWEST = 3  # rows that show whether dates are those of whole weeks, or sums grow
_NEAREST_S = 3600.0  # of the starts, by median; samples of one activity are closer
_WEEK_DAYS = 7
_TIMES = frozenset({"timer", "moving", "elapsed"})
_DATES = frozenset({"date", "date_utc"})
_LONGEST_S = 6 * 3600.0  # of the durations, by median; times of day are later
_WORDS = re.compile(r"[^\W\d_]+(?:/[^\W\d_]+)*|/[^\W\d_]+")
_THREE_PARTS = re.compile(r"\d{1,2}:\d{2}:\d{2}(?!:)")

FoundColumn = tuple[int, float | None]  # place, and metres of one of its distances


def find_list_columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], known: Collection[str]
) -> dict[str, FoundColumn]:
    """Return role -> column of the date, distance and duration that a table shows by its cells.

    Empty where it is no list of activities. `known` : roles whose columns are known by name.
    """
    if counts_steps(known):
        return {}
    places = range(len(header))
    columns = [[row[at].strip() for row in rows if at < len(row)] for at in places]
    wanted: dict[str, FoundColumn | None] = {}
    if _DATES.isdisjoint(known):
        wanted["date"] = _find_dates(header, columns)
    if "distance" not in known:
        wanted["distance"] = find_distance(header, columns)
    found = {role: place for role, place in wanted.items() if place is not None}
    if len(found) < len(wanted):
        return {}
    return found | _find_times(columns, known)


def _find_times(
    columns: Sequence[Sequence[str]], known: Collection[str]
) -> dict[str, FoundColumn]:
    timed = find_durations(columns)
    if timed is None or not _TIMES.isdisjoint(known):
        return {}
    return {"timer": (timed, None)}


def counts_steps(known: Collection[str]) -> bool:
    """Whether a table holds steps without times: sums of days, as a step counter has them."""
    return "steps" in known and _TIMES.isdisjoint(known)


def find_durations(columns: Sequence[Sequence[str]]) -> int | None:
    """Return the only column whose cells are durations h:mm:ss."""
    found = [at for at, cells in enumerate(columns) if _are_durations(cells)]
    return found[0] if len(found) == 1 else None


def find_distance(
    header: Sequence[str], columns: Sequence[Sequence[str]]
) -> FoundColumn | None:
    """Return the only column of numbers whose heading names km or miles of one run."""
    found = [
        (at, unit)
        for at, unit in enumerate(map(_read_unit, header))
        if unit is not None and _are_distances(columns[at])
    ]
    return found[0] if len(found) == 1 else None


def _read_unit(heading: str) -> float | None:
    """Return the unit of distance that a heading names among other words: "km gelaufen"."""
    words = [word.casefold() for word in _WORDS.findall(clean_header(heading))]
    units = {load_units().get(word) for word in words}
    found = units & {KM, MILE}
    if len(found) != 1 or load_other_totals().intersection(words):
        return None
    return found.pop()


def _are_distances(cells: Sequence[str]) -> bool:
    """Whether most cells are numbers above zero that do not grow from row to row."""
    filled = [cell for cell in cells if not numbers.is_unknown(cell)]
    values = numbers.parse_column(filled, ".")
    known = values[values > 0].tolist()
    if not known or len(known) < _MOST * len(filled):
        return False
    steps = [later - earlier for earlier, later in pairwise(known)]
    grows = all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
    return len(known) <= _FEWEST or not grows


def _find_dates(
    header: Sequence[str], columns: Sequence[Sequence[str]]
) -> FoundColumn | None:
    """Return the only column of dates; None where none is, or two are."""
    dated = list(_list_dated(header, columns))
    return (dated[0], None) if len(dated) == 1 else None


def _list_dated(
    header: Sequence[str], columns: Sequence[Sequence[str]]
) -> Iterator[int]:
    """Yield the columns of dates on which activities may have begun."""
    for at, cells in enumerate(columns):
        words = _WORDS.findall(clean_header(header[at]).casefold())
        filled = [cell for cell in cells if cell]
        if load_other_totals().intersection(words):
            continue
        if not any(map(_read_wall, filled[:_FEWEST])):  # most columns, at once
            continue
        walls = [wall for wall in map(_read_wall, filled) if wall is not None]
        if len(walls) >= _MOST * len(filled) and not _are_sums_or_samples(walls):
            yield at


def _read_wall(cell: str) -> datetime | None:
    date = parse_date(cell, "dmy" if is_ambiguous(cell) else "")
    return None if date is None else date.wall


def _are_sums_or_samples(walls: Sequence[datetime]) -> bool:
    """Whether dates are a week apart, the firsts of months, or the seconds of one activity."""
    steps = [abs(later - earlier) for earlier, later in pairwise(walls)]
    if len(walls) < _FEWEST:
        return False
    if median(step.total_seconds() for step in steps) < _NEAREST_S:
        return len({wall.date() for wall in walls}) * _FEWEST < len(walls)
    is_weekly = all(step.days % _WEEK_DAYS == 0 and step.seconds == 0 for step in steps)
    return is_weekly or all(wall.day == 1 for wall in walls)


def _are_durations(cells: Sequence[str]) -> bool:
    """Whether most cells are times of three parts, too short to be times of day."""
    filled = [cell for cell in cells if not numbers.is_unknown(cell)]
    fitting = [cell for cell in filled if _THREE_PARTS.match(cell)]
    if not fitting or len(fitting) < _MOST * len(filled):
        return False
    return bool(median(numbers.parse_durations(fitting).tolist()) < _LONGEST_S)
