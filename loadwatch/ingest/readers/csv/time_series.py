"""A table with a row for each moment of one activity: to an activity with records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.activity import Activity, Note, Reading, Session
from loadwatch.errors import NotActivity, Unreadable
from loadwatch.ingest.readers.csv import time_column
from loadwatch.ingest.readers.csv.channels import channels
from loadwatch.ingest.readers.frames import build_records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from loadwatch.ingest.readers.csv.names import Column
    from loadwatch.ingest.readers.csv.parsed_csv import Grid

_LONGEST_S = 31 * 86400.0
_KEPT = 50  # rows looked at to tell moments of one activity from a list of activities


def flows(grid: Grid) -> bool:
    """Whether a table that could be a list of activities has moments of one activity in its rows."""
    steps = [
        b - a for a, b in pairwise(time_column.first_seconds(cells_of(grid, _KEPT)))
    ]
    return (
        len(steps) > 1 and all(step >= 0 for step in steps) and 0 < median(steps) <= 60
    )


def cells_of(grid: Grid, most: int | None = None) -> dict[str, list[str]]:
    """Return the columns of a table of moments by role; short rows are filled with blanks."""
    size = len(grid.header.cells)
    rows = [(row.cells + [""] * size)[:size] for row in grid.body[:most]]
    return {
        role: [row[held[0].index] for row in rows] for role, held in grid.series.items()
    }


def read(grid: Grid, name: str) -> Reading:
    """Return the activity whose moments a table lists."""
    if len(grid.body) < 2:
        raise NotActivity(
            "a table of one activity's moments with fewer than two of them"
        )
    cells = cells_of(grid)
    times = time_column.times(cells, grid.series, name, european=grid.separator == ";")
    reading = made(cells, grid.series, times, Session(format="csv"))
    if not {"distance_m", "speed_mps", "latitude_deg"}.intersection(
        reading.activities[0].records.columns
    ):
        raise NotActivity(
            "a table of moments without a distance, a speed or a position that can be read"
        )
    return reading


def made(
    cells: Mapping[str, Sequence[str]],
    series: Mapping[str, Sequence[Column]],
    times: time_column.Times,
    session: Session,
) -> Reading:
    """Return the activity of columns of moments; `session` is what else is known of it."""
    good = np.isfinite(times.seconds)
    at = times.seconds[good]
    if len(at) < 2 or at.max() - at.min() > _LONGEST_S:
        raise Unreadable(
            "the time column of this table cannot be read as the moments of one activity"
        )
    found, notes = channels(
        {
            role: [c for c, g in zip(column, good, strict=True) if g]
            for role, column in cells.items()
        },
        series,
        at,
    )
    frame = build_records(np.round(at * 1e9).astype(np.int64), found)
    start = datetime.fromtimestamp(float(at.min()), UTC)
    return Reading((Activity(frame, _dated(session, start, times, notes)),))


def _dated(
    session: Session, start: datetime, times: time_column.Times, notes: Sequence[Note]
) -> Session:
    return replace(
        session,
        start_utc=start if times.utc else None,
        start_local=session.start_local
        or (None if times.utc else start.replace(tzinfo=None)),
        date_only=times.date_only,
        notes=(*session.notes, *notes),
    )
