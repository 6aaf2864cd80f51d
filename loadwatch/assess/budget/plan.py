"""plan.csv: runs that are only planned, judged by the same rules as those that were run."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from loadwatch import user_csv
from loadwatch.assess.rules import judge
from loadwatch.assess.weeks import build_weeks, find_first_day
from loadwatch.errors import SettingsError
from loadwatch.row_frame import build_frame
from loadwatch.tables import (
    EXPOSURES,
    HIDDEN,
    SURFACE_COLUMNS,
    SURFACE_NAMES,
    SURFACES,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from loadwatch.assess.rules import Flag, Unknown
    from loadwatch.settings import Settings

FILE = "plan.csv"
# columns that hold a number, and the SI units in one of theirs
NUMBERS = {
    "distance_km": 1000.0,
    "ascent_m": 1.0,
    "downhill_km": 1000.0,
    "uphill_km": 1000.0,
    "rpe": 1.0,
}
COLUMNS = ("date", *NUMBERS, "duration", "surface", "shoe", "name", "course")
_IGNORED = ("notes", "note", "comment", "type", "descent_m")  # allowed, not read
NOON = timedelta(hours=12)
PLANNED_ID = "plan-"
UNKNOWN_SURFACE = "unknown"
_UNKNOWN_COLUMN = SURFACES[UNKNOWN_SURFACE].column


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRun:
    """One row of a plan.csv, in SI; NaN and "" are unknown.

    `course` names the file of a route, and `measured` holds the columns of EXPOSURES and HIDDEN
    that were measured on it: what is known there comes before what the row states.
    """

    day: date
    distance_m: float = math.nan
    duration_s: float = math.nan
    ascent_m: float = math.nan
    downhill_m: float = math.nan
    uphill_m: float = math.nan
    rpe: float = math.nan
    surface: str = UNKNOWN_SURFACE
    shoe: str = ""
    name: str = ""
    course: str = ""
    measured: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan would raise in the weeks it plans, and what could not be judged there."""

    first: date  # first day of the first planned week
    flags: tuple[Flag, ...]
    unknown: tuple[Unknown, ...]


def read_plan(data: bytes, name: str = FILE) -> tuple[PlannedRun, ...]:
    """Return the planned runs of a plan.csv; SettingsError names the line that cannot be read.

    `name` is the file's own, for the messages.

    `date` and `distance_km`, or `course`, are required; `ascent_m`, `downhill_km`, `uphill_km`, `surface`,
    `duration` (h:mm:ss), `rpe`, `shoe` and `name` are not. An empty cell is unknown, not 0.
    """
    table = user_csv.parse_table(data)
    for column in table.columns:
        if column and column not in (*COLUMNS, *_IGNORED):
            hint = user_csv.suggest_nearest(column, COLUMNS)
            raise SettingsError(f"{name}:1", f'unknown column "{column[:40]}", {hint}')
    needed = {"date": ("date",), "distance_km": ("distance_km", "course")}
    for column, choices in needed.items():
        if not set(choices) & set(table.columns):
            why = f"no column {column}; a plan needs date and distance_km"
            raise SettingsError(f"{name}:1", why)
    return tuple(_parse_run(row, f"{name}:{row.line}") for row in table.rows)


def _parse_run(row: user_csv.UserRow, where: str) -> PlannedRun:
    try:
        day, _ = user_csv.parse_date(row.cells.get("date", ""))
        numbers = {
            column: _parse_number(row.cells.get(column, ""), column)
            for column in NUMBERS
        }
        duration_s = _parse_duration(row.cells.get("duration", ""))
    except ValueError as error:
        raise SettingsError(where, str(error)) from None
    course = row.cells.get("course", "").strip()
    if math.isnan(numbers["distance_km"]) and not course:
        raise SettingsError(where, "a planned run needs its distance_km")
    return PlannedRun(
        day=day,
        distance_m=numbers["distance_km"],
        duration_s=duration_s,
        ascent_m=numbers["ascent_m"],
        downhill_m=numbers["downhill_km"],
        uphill_m=numbers["uphill_km"],
        rpe=numbers["rpe"],
        surface=_parse_surface(row.cells.get("surface", ""), where),
        shoe=row.cells.get("shoe", "").strip(),
        name=row.cells.get("name", "").strip(),
        course=course,
    )


def _parse_surface(cell: str, where: str) -> str:
    surface = cell.strip().lower() or UNKNOWN_SURFACE
    if surface not in SURFACES:
        hint = user_csv.suggest_nearest(surface, SURFACE_NAMES)
        raise SettingsError(where, f'unknown surface "{surface[:40]}", {hint}')
    return surface


def _parse_number(cell: str, column: str) -> float:
    cell = cell.strip()
    if not cell:
        return math.nan
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        raise ValueError(f'"{cell[:40]}" is no number for {column}') from None
    if not 0 <= value < 1e5:
        raise ValueError(f"{column} cannot be {cell[:40]}")
    return value * NUMBERS[column]


def _parse_duration(cell: str) -> float:
    if not cell.strip():
        return math.nan
    parts = cell.strip().split(":")
    if len(parts) not in {2, 3} or not all(part.isdecimal() for part in parts):
        raise ValueError(f'"{cell[:40]}" is no duration; write it as h:mm:ss')
    hours, minutes, seconds = (int(part) for part in [*parts, "0"][:3])
    return hours * 3600.0 + minutes * 60.0 + seconds


def _build_rows(
    plan: tuple[PlannedRun, ...], settings: Settings, offset: timedelta
) -> pd.DataFrame:
    """Return planned runs as rows of EXPOSURES and HIDDEN, at noon of their day."""
    sport = settings.sports[0] if settings.sports else "running"
    rows = [
        _build_row(run, f"{number}", offset) | {"sport": sport}
        for number, run in enumerate(plan, start=1)
    ]
    return build_frame(rows, EXPOSURES, HIDDEN)


def _build_row(run: PlannedRun, number: str, offset: timedelta) -> dict[str, Any]:
    noon = pd.Timestamp(run.day) + NOON
    row: dict[str, Any] = dict.fromkeys(SURFACE_COLUMNS, 0.0)
    row[SURFACES[run.surface].column] = run.distance_m
    row |= {
        "activity_id": f"{PLANNED_ID}{number}",
        "source": f"{FILE}#{number}",
        "start_local": noon,
        "start_utc": (noon - offset).tz_localize("UTC"),
        "date_only": True,
        "distance_m": run.distance_m,
        "duration_s": run.duration_s,
        "elapsed_s": run.duration_s,
        "ascent_m": run.ascent_m,
        "downhill_m": run.downhill_m,
        "uphill_m": run.uphill_m,
        "rpe": run.rpe,
        "srpe": run.rpe * run.duration_s / 60.0,
        "shoe": run.shoe,
        "name": run.name,
        **_list_measured(run),
    }
    row["effort_km"] = row["distance_m"] / 1000.0 + row["ascent_m"] / 100.0
    return row


def _list_measured(run: PlannedRun) -> dict[str, Any]:
    """Return what is known of a run's route; the row's surface is that of the rest."""
    known = {
        name: value
        for name, value in run.measured.items()
        if not (isinstance(value, float) and math.isnan(value))
    }
    if run.surface != UNKNOWN_SURFACE and known.get(_UNKNOWN_COLUMN, 0.0):
        column = SURFACES[run.surface].column
        known[column] = known.get(column, 0.0) + known[_UNKNOWN_COLUMN]
        known[_UNKNOWN_COLUMN] = 0.0
    return known


def try_plan(
    plan: tuple[PlannedRun, ...],
    activities: pd.DataFrame,
    settings: Settings,
    today: date,
) -> Plan:
    """Return what the rules would raise if `plan` were run as written.

    Planned weeks are judged as complete ones, so that shares and steepness are judged too. A
    planned day before `today` is an error: it has happened.
    """
    if not plan:
        return Plan(_week_start(today, settings), (), ())
    days = sorted(run.day for run in plan)
    _refuse_past(plan, today)
    until = np.datetime64(today + timedelta(days=1), "us")
    known = activities[(activities["start_local"] < until).to_numpy()]
    planned = _build_rows(plan, settings, _last_offset(known))
    both = pd.concat([known, planned], ignore_index=True)
    first = _week_start(days[0], settings)
    after = _week_start(days[-1], settings) + timedelta(days=7)
    weeks = build_weeks(both, settings, after)
    flags, unknown = judge(both, weeks, settings, after)
    return Plan(
        first,
        tuple(f for f in flags if first <= f.week < after and _is_planned(f)),
        tuple(gap for gap in unknown if first <= gap.week < after),
    )


def _refuse_past(plan: tuple[PlannedRun, ...], today: date) -> None:
    for run in plan:
        if run.day < today:
            why = f"{run.day} is before {today}; plan days to come, or set --today"
            raise SettingsError(FILE, why)


def _week_start(day: date, settings: Settings) -> date:
    first = find_first_day(np.datetime64(day, "D"), settings.week_start)
    start: date = pd.Timestamp(first).date()
    return start


def _is_planned(flag: Flag) -> bool:
    return not flag.activity_id or flag.activity_id.startswith(PLANNED_ID)


def _last_offset(known: pd.DataFrame) -> timedelta:
    """Return local clock minus instant of the last run that knows both."""
    both = known[known["start_utc"].notna() & known["start_local"].notna()]
    if both.empty:
        return timedelta(0)
    last = both.iloc[-1]
    utc = last["start_utc"].tz_convert(None)
    offset: timedelta = (last["start_local"] - utc).to_pytimedelta()
    return offset
