"""What the columns of a list kept by hand mean, where their names do not decide it.

A column of sports is known by its values, whatever it is called; `Time` beside a duration is the
time of day. Lists of known vendors need none of this.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv import numbers
from loadwatch.ingest.readers.csv.cell_roles import (
    counts_steps,
    find_distance,
    find_durations,
)
from loadwatch.ingest.readers.csv.dates import parse_clock
from loadwatch.ingest.readers.csv.header_names import clean_header
from loadwatch.ingest.readers.csv.list_columns import TIMES
from loadwatch.ingest.readers.csv.names import (
    load_sum_words,
    load_surfaces,
    load_units,
    load_weekdays,
)
from loadwatch.ingest.readers.csv.parsed_csv import Column, match_columns
from loadwatch.ingest.readers.csv.unit_decision import KM, MILE
from loadwatch.ingest.readers.sports import normalize_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.ingest.readers.csv.csv_rows import CsvRow
    from loadwatch.ingest.readers.csv.parsed_csv import ParsedCsv, Roles

# names that mean a duration or a time of day
_CLOCK_OR_DURATION = frozenset(
    ["time", "zeit", "tid", "tijd", "hora", "tempo", "tiempo", "temps", "czas", "ora"]
)
# what coaches call both the name and the kind of a session; other names are names
_NAME_OR_SPORT = frozenset({"workout", "session", "sessions"})
_KIND_WEIGHT = 0.6  # of a kind of run, where a sport counts 1
_MIN_KNOWN = 0.5  # share of cells that makes a column one of sports
_NO_WORD = re.compile(r"\d|://|@")
_MAX_NAMED = 3  # columns that a note names
_LONGEST_WORD = 30  # characters; longer cells are somebody's remarks
_AFTERNOON = re.compile(r"[pP]\.?[mM]\.?$")
_LONG_S = 4 * 3600.0  # a list whose median "time" is longer holds times of day
_WORD = re.compile(r"[^\W\d_]+")
# roles that say how far and how long, so that nothing is to be found out
_DISTANCES = ("distance", "planned_distance")
_DURATIONS = (*TIMES, "planned_time", "pace", "speed")


def is_sum(cells: Sequence[str]) -> bool:
    """Return whether a row adds up other rows: a cell such as "WEEK TOTAL" or "Week 9: sum"."""
    sums, others = load_sum_words()
    text = "\n".join(cells).casefold()
    if sums.isdisjoint(_WORD.findall(text)):  # most rows, at once
        return False
    for cell in cells:
        words = frozenset(_WORD.findall(cell[:60].casefold()))
        if words & sums and words <= sums | others:
            return True
    return False


@dataclass(frozen=True, slots=True)
class ChosenRoles:
    """What the columns of a list mean, and those that nothing explains."""

    roles: Roles
    # a column of words that may be sports; "" where a column of sports is known
    unread_words: str = ""
    # columns of numbers, of a list without distances
    unread_numbers: tuple[str, ...] = ()


def choose_roles(table: ParsedCsv, rows: Sequence[CsvRow]) -> ChosenRoles:
    """Return what the columns mean, by their names and, of a list kept by hand, by their cells."""
    roles: Roles = {role: list(held) for role, held in table.roles.items()}
    if not rows:
        return ChosenRoles(roles)
    header = table.header.cells
    columns = list(zip(*(row.cells for row in rows), strict=True))
    unread = ""
    if not table.traits.vendor:
        _add_unnamed_columns(roles, header, columns)
        _separate_clock(roles, header, columns)
        _drop_false_units(roles, columns)
        _add_unit_column(roles, columns)
        found = _find_type_column(roles, header, columns)
        if found is not None:
            roles["type"] = [Column(found, None)]
            if _is_called_sport(roles, header, found):
                del roles["name"]
        if "type" not in roles:
            unread = _find_unread_words(roles, header, columns)
    numbers_of: tuple[str, ...] = ()
    if "distance" not in roles:
        numbers_of = _find_unread_numbers(roles, header, columns)
    return ChosenRoles(roles, unread, numbers_of)


def _add_unnamed_columns(
    roles: Roles, header: Sequence[str], columns: Sequence[Sequence[str]]
) -> None:
    """Add distances that only the unit in their heading shows, and durations that only cells show."""
    if counts_steps(roles):
        return
    taken = _list_taken(roles)
    if roles.keys().isdisjoint(_DISTANCES):
        headings = ["" if at in taken else cell for at, cell in enumerate(header)]
        found = find_distance(headings, columns)
        if found is not None:
            roles["distance"] = [Column(*found)]
    if roles.keys().isdisjoint(_DURATIONS):
        cells = [() if at in taken else cells for at, cells in enumerate(columns)]
        place = find_durations(cells)
        if place is not None:
            roles["timer"] = [Column(place, None)]


def _list_taken(roles: Roles) -> set[int]:
    """Return the places of all columns that have a role."""
    return {column.index for held in roles.values() for column in held}


def _is_called_sport(roles: Roles, header: Sequence[str], place: int) -> bool:
    """Return whether the column of sports is that of names, by a heading that may mean both."""
    if "name" not in roles or roles["name"][0].index != place:
        return False
    return normalize_word(clean_header(header[place])) in _NAME_OR_SPORT


# --- sports --------------------------------------------------------------------------


def _find_type_column(
    roles: Roles, header: Sequence[str], columns: Sequence[Sequence[str]]
) -> int | None:
    """Return the column most of whose cells are sports or kinds of runs, if there is one."""
    taken = _find_taken(roles, header)
    best, most = None, 0.0
    for index, cells in enumerate(columns):
        if index in taken:
            continue
        score = _score_sports(cells)
        if score > most:
            best, most = index, score
    if best is None and "type" not in roles:
        return _find_telling_names(roles, columns)
    return best


def _find_taken(roles: Roles, header: Sequence[str]) -> set[int]:
    """Return the columns whose names decide what they hold, so that it is no sport."""
    others = [held for role, held in roles.items() if role != "type"]
    taken = {column.index for held in others for column in held}
    for column in roles.get("name", ()):
        if normalize_word(clean_header(header[column.index])) in _NAME_OR_SPORT:
            taken.discard(column.index)
    return taken


def _find_telling_names(roles: Roles, columns: Sequence[Sequence[str]]) -> int | None:
    """Return a column of names or notes each of which names a sport: Morning Run, Evening Ride."""
    for role in ("name", "notes"):
        for column in roles.get(role, ()):
            words = _count_words(columns[column.index])
            found = [sports.find_sport(w) or sports.find_run_kind(w) for w in words]
            if found and None not in found:
                return column.index
    return None


def _score_sports(cells: Sequence[str]) -> float:
    """Return how surely cells are sports, 0 to 1; 0 for fewer than half of them."""
    words = _count_words(cells)
    if all(normalize_word(word) in load_surfaces() for word in words):
        return 0.0
    named = kinds = 0
    for word, count in words.items():
        if sports.find_sport(word) is not None:
            named += count
        elif sports.find_run_kind(word, with_repeats=False) is not None:
            kinds += count
    size = sum(words.values())
    if named + kinds < _MIN_KNOWN * size:
        return 0.0
    return (named + _KIND_WEIGHT * kinds) / size


def _count_words(cells: Sequence[str]) -> dict[str, int]:
    """Return how often each cell is there, without blanks and sums."""
    counts = Counter(map(str.strip, cells))
    return {w: count for w, count in counts.items() if w and not is_sum([w])}


def _find_unread_words(
    roles: Roles, header: Sequence[str], columns: Sequence[Sequence[str]]
) -> str:
    """Return the name of a column of short words that nothing explains; "" for none."""
    for index in _list_unread(roles, columns):
        if _is_short_words(columns[index]):
            return _name_column(header, index)
    return ""


def _find_unread_numbers(
    roles: Roles, header: Sequence[str], columns: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """Return the names of the first columns of numbers that nothing explains."""
    found = [
        _name_column(header, index)
        for index in _list_unread(roles, columns)
        if _is_numbers(columns[index])
    ]
    return tuple(found[:_MAX_NAMED])


def _list_unread(roles: Roles, columns: Sequence[Sequence[str]]) -> list[int]:
    taken = _list_taken(roles)
    return [index for index in range(len(columns)) if index not in taken]


def _name_column(header: Sequence[str], index: int) -> str:
    return clean_header(header[index])[:40] or f"number {index + 1}"


def _is_numbers(cells: Sequence[str]) -> bool:
    """Return whether half of the cells or more are numbers above zero."""
    parsed = numbers.parse_column(cells, ".")
    return 2 * int((parsed > 0).sum()) >= len(cells)


def _is_short_words(cells: Sequence[str]) -> bool:
    """Return whether cells are mostly short words, none of them a number, an address, yes or no."""
    words = [cell.strip() for cell in cells if cell.strip()]
    if len(words) * 2 < len(cells) or all(map(numbers.is_unknown, words)):
        return False
    if any(_NO_WORD.search(word) for word in words):
        return False
    found = {word.casefold().rstrip(".") for word in words}
    if found <= {"true", "false", "yes", "no"} or found <= load_weekdays():
        return False
    return median(map(len, words)) <= _LONGEST_WORD


# --- units of rows -------------------------------------------------------------------


def _drop_false_units(roles: Roles, columns: Sequence[Sequence[str]]) -> None:
    """Drop a column of units that holds none: Einheit is a unit, and a session too."""
    for role in ("distance_unit", "time_unit"):
        if role in roles:
            words = _count_words(columns[roles[role][0].index])
            if not any(word.casefold() in load_units() for word in words):
                del roles[role]


def _add_unit_column(roles: Roles, columns: Sequence[Sequence[str]]) -> None:
    """Add a column each of whose words is km or miles, whatever it is called."""
    if "distance_unit" in roles or "distance" not in roles:
        return
    for index in _list_unread(roles, columns):
        words = map(str.casefold, _count_words(columns[index]))
        units = {load_units().get(word) for word in words}
        if units and units <= {KM, MILE}:
            roles["distance_unit"] = [Column(index, None)]
            return


# --- time of day ---------------------------------------------------------------------


def _separate_clock(
    roles: Roles, header: Sequence[str], columns: Sequence[Sequence[str]]
) -> None:
    """Make the column `Time` the time of day where another one holds the durations."""
    timer = roles.get("timer")
    if timer is None or "clock" in roles:
        return
    index = timer[0].index
    cells = [cell.strip() for cell in columns[index] if cell.strip()]
    if not _may_be_clock(header[index], cells):
        return
    others = match_columns(["" if at == index else c for at, c in enumerate(header)])
    if "timer" in others:
        roles["timer"] = others["timer"]
    elif _is_time_of_day(cells):
        del roles["timer"]
    else:
        return
    roles["clock"] = [Column(index, None)]


def _may_be_clock(name: str, cells: Sequence[str]) -> bool:
    """Return whether a column's name says no more than "time" and each cell reads as a time of day."""
    if normalize_word(clean_header(name)) not in _CLOCK_OR_DURATION or not cells:
        return False
    return all(parse_clock(cell) is not None for cell in cells)


def _is_time_of_day(cells: Sequence[str]) -> bool:
    """Return whether times are too late to be durations."""
    if any(_AFTERNOON.search(cell) for cell in cells):
        return True
    durations = numbers.parse_durations([c for c in cells if c.count(":") == 2])
    return len(durations) == len(cells) and median(durations.tolist()) > _LONG_S
