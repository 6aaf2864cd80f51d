"""What nobody can have run: noted, so that a list in another unit is never summed in silence."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Note

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from loadwatch.ingest.readers.csv.list_columns import ListColumns, Notes
    from loadwatch.ingest.readers.csv.start_times import StartTime
    from loadwatch.tables import Bools, Floats

FASTEST_MPS = 8.0  # no run of a list is faster on average
STROLL_MPS = 0.8  # a list of runs that is slower by median is in another unit
_FEWEST = 3  # runs that show how fast a list is
_DAY_S = 86_400.0
_WEEK_M = 400_000.0
_SHORTEST_M = 400.0  # of a shorter one the speed says little


@dataclass(frozen=True, slots=True)
class ListRuns:
    """The rows of a list with what its alarms look at; one element per row."""

    columns: ListColumns
    is_run: Bools
    distance_m: Floats
    duration_s: Floats
    starts: Sequence[StartTime]

    def get_heading(self, *roles: str) -> str:
        """Return what the first of these roles with a column is called."""
        headings = self.columns.headings
        return next((headings[role] for role in roles if role in headings), "")


def note_impossible_runs(runs: ListRuns, notes: Notes) -> None:
    """Add a note to each run that is too fast, too long, or in a week or list that cannot be."""
    _note_speeds(runs, notes)
    heading = runs.get_heading("timer", "moving", "elapsed")
    is_long = runs.is_run & (runs.duration_s > _DAY_S)
    text = f"column {heading}: over 24 hours in one run; write h:mm:ss if it is less"
    _add_note(text, is_long, notes)
    _note_weeks(runs, notes)


def _note_speeds(runs: ListRuns, notes: Notes) -> None:
    is_known = runs.is_run & (runs.distance_m > _SHORTEST_M) & (runs.duration_s > 0)
    rows = np.flatnonzero(is_known)
    speed = runs.distance_m[rows] / runs.duration_s[rows]
    for at in rows[speed > FASTEST_MPS].tolist():
        km, minutes = runs.distance_m[at] / 1000, runs.duration_s[at] / 60
        text = f"{km:.2f} km in {minutes:.0f} min is faster than anybody runs"
        notes[at].append(Note("implausible", text))
    if rows.size >= _FEWEST and np.median(speed) < STROLL_MPS:
        text = (
            f"column {runs.get_heading('distance')}: slower than a stroll by median "
            f"({np.median(speed):.1f} m/s); --distance-unit if its unit is another"
        )
        _add_note(text, is_known, notes)


def _note_weeks(runs: ListRuns, notes: Notes) -> None:
    rows_of: dict[date, list[int]] = defaultdict(list)
    for at in np.flatnonzero(runs.is_run & (runs.distance_m > 0)).tolist():
        start = runs.starts[at].local or runs.starts[at].utc
        if start is not None:
            rows_of[start.date() - timedelta(days=start.weekday())].append(at)
    is_much = np.zeros(len(runs.is_run), bool)
    for rows in rows_of.values():
        if runs.distance_m[rows].sum() > _WEEK_M:
            is_much[rows] = True
    text = (
        f"column {runs.get_heading('distance')}: over 400 km of running in a week; "
        "--distance-unit if its unit is another"
    )
    _add_note(text, is_much, notes)


def _add_note(text: str, is_concerned: Bools, notes: Notes) -> None:
    for at in np.flatnonzero(is_concerned).tolist():
        notes[at].append(Note("implausible", text))
