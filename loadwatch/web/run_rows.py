"""Runs as the pages list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from loadwatch import formatting
from loadwatch.assess.weeks import select_runs
from loadwatch.report.display_tables import format_ground
from loadwatch.tables import SURFACE_COLUMNS

if TYPE_CHECKING:
    from loadwatch.analysis import Analysis

RECENT_RUNS = 5


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in words."""

    activity_id: str
    date: str  # ISO, "" where the day is not known
    day: str
    clock: str  # "" where only the day is known
    distance: str
    duration: str
    climb: str
    ground: str
    name: str
    source: str
    shoe: str
    rpe: str
    planned: bool
    notes: tuple[str, ...]


def list_recent_runs(analysis: Analysis, most: int = RECENT_RUNS) -> list[RunRow]:
    """Return the last runs, the newest first; all for 0."""
    runs = select_runs(analysis.activities, analysis.settings)
    shown = runs.iloc[::-1]
    if most:
        shown = shown.iloc[:most]
    return [build_run_row(row, analysis) for row in shown.itertuples(index=False)]


def find_run(analysis: Analysis, activity_id: str) -> RunRow | None:
    """Return one activity by its id, None where it is not there."""
    rows = analysis.activities
    found = rows[rows["activity_id"] == activity_id]
    for row in found.itertuples(index=False):
        return build_run_row(row, analysis)
    return None


def build_run_row(row: Any, analysis: Analysis) -> RunRow:
    """Return an activity in words; `row` has the columns as attributes."""
    units = analysis.settings.units
    day, clock, date = formatting.NO_VALUE, "", ""
    if not pd.isna(row.start_local):
        date = f"{row.start_local:%Y-%m-%d}"
        day = formatting.format_short_day(row.start_local)
        if not row.date_only:
            clock = f"{row.start_local:%H:%M}"
    rpe = "" if pd.isna(row.rpe) else f"{row.rpe:g}"
    grounds = [getattr(row, column) for column in SURFACE_COLUMNS]
    return RunRow(
        activity_id=row.activity_id,
        date=date,
        day=day,
        clock=clock,
        distance=formatting.format_quantity(row.distance_m, "distance_m", units),
        duration=formatting.format_quantity(row.duration_s, "duration_s", units),
        climb=formatting.format_quantity(row.ascent_m, "ascent_m", units),
        ground=format_ground(grounds, row.surface_source),
        name=formatting.clean_text(row.name),
        source=formatting.clean_source(row.source),
        shoe=formatting.clean_text(row.shoe),
        rpe=rpe,
        planned=bool(row.planned),
        notes=tuple(formatting.clean_text(note) for note in row.notes),
    )
