"""What the columns of a list kept by hand mean, where their names do not decide it.

A column of sports is known by its values, whatever it is called; `Time` beside a duration is the
time of day. Lists of known vendors need none of this.
"""

from __future__ import annotations

import re
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv import numbers
from loadwatch.ingest.readers.csv.dates import parse_clock
from loadwatch.ingest.readers.csv.names import load_sum_words, load_surfaces
from loadwatch.ingest.readers.csv.parsed_csv import Column, clean_header, match_columns
from loadwatch.ingest.readers.sports import normalize_word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from loadwatch.ingest.readers.csv.parsed_csv import CsvRow, ParsedCsv, Roles

# names that mean a duration or a time of day
_CLOCK_OR_DURATION = frozenset(
    ["time", "zeit", "tid", "tijd", "hora", "tempo", "tiempo", "temps", "czas", "ora"]
)
# what coaches call both the name and the kind of a session; other names are names
_NAME_OR_SPORT = frozenset({"workout", "session", "sessions"})
_KIND_WEIGHT = 0.6  # of a kind of run, where a sport counts 1
_LEAST_KNOWN = 0.5  # share of cells that makes a column one of sports
_NO_WORD = re.compile(r"\d|://|@")
_LONGEST_WORD = 30  # characters; longer cells are somebody's remarks
_AFTERNOON = re.compile(r"[pP]\.?[mM]\.?$")
_LONG_S = 4 * 3600.0  # a list whose median "time" is longer holds times of day
_WORD = re.compile(r"[^\W\d_]+")


def is_sum(cells: Sequence[str]) -> bool:
    """Whether a row adds up other rows: a cell such as "WEEK TOTAL" or "Week 9: sum"."""
    sums, others = load_sum_words()
    text = "\n".join(cells).casefold()
    if not any(word in text for word in sums):  # most rows, at once
        return False
    for cell in cells:
        words = frozenset(_WORD.findall(cell[:60].casefold()))
        if words & sums and words <= sums | others:
            return True
    return False


def choose_roles(table: ParsedCsv, rows: Sequence[CsvRow]) -> tuple[Roles, str]:
    """Return (role -> columns, name of a column of words that may be sports or "").

    The second is "" where a column of sports is known or no words are left unread.
    """
    roles: Roles = {role: list(held) for role, held in table.roles.items()}
    if table.traits.vendor or not rows:
        return roles, ""
    columns = list(zip(*(row.cells for row in rows), strict=True))
    _separate_clock(roles, table.header.cells, columns)
    found = _find_type_column(roles, table.header.cells, columns)
    if found is not None:
        if "name" in roles and roles["name"][0].index == found:
            del roles["name"]
        roles["type"] = [Column(found, None)]
    if "type" in roles:
        return roles, ""
    return roles, _find_unread(roles, table.header.cells, columns)


# --- sports --------------------------------------------------------------------------


def _find_type_column(
    roles: Roles, header: Sequence[str], columns: Sequence[Sequence[str]]
) -> int | None:
    """Return the column most of whose cells are sports or kinds of runs, if there is one."""
    taken = {
        column.index
        for role, held in roles.items()
        if role != "type"
        for column in held
    }
    for column in roles.get("name", ()):
        if normalize_word(clean_header(header[column.index])) in _NAME_OR_SPORT:
            taken.discard(column.index)
    best, most = None, 0.0
    for index, cells in enumerate(columns):
        if index in taken:
            continue
        score = _score_sports(cells)
        if score > most:
            best, most = index, score
    return best


def _score_sports(cells: Sequence[str]) -> float:
    """Return how surely cells are sports, 0 to 1; 0 for fewer than half of them."""
    counts = Counter(map(str.strip, cells))
    words = {w: n for w, n in counts.items() if w and not is_sum([w])}
    if all(normalize_word(word) in load_surfaces() for word in words):
        return 0.0
    size = sum(words.values())
    named = sum(n for w, n in words.items() if sports.find_sport(w) is not None)
    kinds = sum(n for w, n in words.items() if _is_kind_alone(w))
    if named + kinds < _LEAST_KNOWN * size:
        return 0.0
    return (named + _KIND_WEIGHT * kinds) / size


def _is_kind_alone(word: str) -> bool:
    """Whether a word is a kind of run, as "Tempo", and no sport."""
    return sports.find_sport(word) is None and sports.find_run_kind(word) is not None


def _find_unread(
    roles: Roles, header: Sequence[str], columns: Sequence[Sequence[str]]
) -> str:
    """Return the name of a column of short words that nothing explains; "" for none."""
    taken = {column.index for held in roles.values() for column in held}
    for index, cells in enumerate(columns):
        if index not in taken and _is_short_words(cells):
            return clean_header(header[index])[:40] or f"number {index + 1}"
    return ""


def _is_short_words(cells: Sequence[str]) -> bool:
    """Whether cells are mostly short words, none of them a number, an address, yes or no."""
    words = [cell.strip() for cell in cells if cell.strip()]
    if len(words) * 2 < len(cells) or all(map(numbers.is_unknown, words)):
        return False
    if any(_NO_WORD.search(word) for word in words):
        return False
    is_flag = {word.casefold() for word in words} <= {"true", "false", "yes", "no"}
    return not is_flag and median(map(len, words)) <= _LONGEST_WORD


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
    """Whether a column's name says no more than "time" and each cell reads as a time of day."""
    if normalize_word(clean_header(name)) not in _CLOCK_OR_DURATION or not cells:
        return False
    return all(parse_clock(cell) is not None for cell in cells)


def _is_time_of_day(cells: Sequence[str]) -> bool:
    """Whether times are too late to be durations."""
    if any(_AFTERNOON.search(cell) for cell in cells):
        return True
    durations = numbers.parse_durations([c for c in cells if c.count(":") == 2])
    return len(durations) == len(cells) and median(durations.tolist()) > _LONG_S
