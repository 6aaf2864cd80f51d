"""The sport of each row of a list, and which rows of a list without sports are runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note
from loadwatch.ingest.readers import sports
from loadwatch.ingest.readers.csv.duration_inference import FASTEST
from loadwatch.ingest.readers.csv.list_alarms import STROLL_MPS
from loadwatch.ingest.readers.csv.list_times import pick_positive
from loadwatch.tables import PLAIN_SUB_SPORT, UNKNOWN_SPORT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.ingest.readers.csv.list_columns import ListColumns
    from loadwatch.tables import Floats

TRUE_WORDS = frozenset({"true", "1", "1.0", "yes", "y", "x"})
_NOT_RUNS = Note(
    "type", "the list names no kind of activity, and its speeds are not a runner's"
)


@dataclass(frozen=True, slots=True)
class RowSport:
    """The sport of a row in FIT's words, and a note where it is not known."""

    sport: str = UNKNOWN_SPORT
    sub_sport: str = PLAIN_SUB_SPORT
    note: Note | None = None


def read_sports(columns: ListColumns) -> list[RowSport]:
    """Return each row's sport; a list kept by hand may leave the type of a run blank."""
    is_indoor = [
        flag.strip().casefold() in TRUE_WORDS for flag in columns.texts["indoor"]
    ]
    pairs = list(zip(columns.texts["type"], is_indoor, strict=True))
    by_hand = not columns.traits.vendor
    known = {pair: _find_sport(*pair, by_hand=by_hand) for pair in set(pairs)}
    return [known[pair] for pair in pairs]


def _find_sport(word: str, is_indoor: bool, *, by_hand: bool) -> RowSport:
    if not word.strip() and not by_hand:
        return RowSport()
    found = sports.find_sport(word)
    if not word.strip():
        found = "running", PLAIN_SUB_SPORT
    if found is None and by_hand:
        found = sports.find_run_kind(word)
    if found is None:
        return RowSport(note=sports.format_unknown(word))
    sport, sub_sport = found
    if is_indoor and found == ("running", PLAIN_SUB_SPORT):
        sub_sport = "indoor_running"
    return RowSport(sport, sub_sport)


def check_untyped(
    row_sports: list[RowSport],
    columns: ListColumns,
    values: Mapping[str, Floats],
    unread_words: str,
) -> list[RowSport]:
    """Return the sports of a list: its rows are runs only if all that could tell was read.

    `values` are its numbers by role; `unread_words` names a column of words that nobody knows.
    """
    if "type" in columns.columns or columns.traits.vendor:
        return row_sports
    if unread_words:
        return [RowSport(note=_format_unread(unread_words))] * len(row_sports)
    time_s = pick_positive(*(values[role] for role in ("elapsed", "timer", "moving")))
    known = (values["distance"] > 0) & (time_s > 0)
    if not known.any():
        return row_sports
    speed = np.median(values["distance"][known] / time_s[known])
    if STROLL_MPS <= speed <= FASTEST:
        return row_sports
    return [RowSport(note=_NOT_RUNS)] * len(row_sports)


def _format_unread(name: str) -> Note:
    text = (
        f"which rows are runs is unknown while nobody knows the column {name}; "
        "call it Type if it holds the sports, else Notes"
    )
    return Note("unread_column", text)
