"""plan.csv: runs that are only planned, held against the same rules as those that were run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from loadwatch import user_csv
from loadwatch.assess import weeks as weekly
from loadwatch.assess.rules import judge
from loadwatch.errors import SettingsError
from loadwatch.tables import (
    EXPOSURES,
    HIDDEN,
    SURFACE_COLUMNS,
    SURFACE_NAMES,
    build_frame,
)

if TYPE_CHECKING:
    from loadwatch.assess.rules import Flag, Unknown
    from loadwatch.settings import Settings

FILE = "plan.csv"
NUMBERS = {
    "distance_km": 1000.0,
    "ascent_m": 1.0,
    "downhill_km": 1000.0,
    "uphill_km": 1000.0,
    "rpe": 1.0,
}
COLUMNS = ("date", *NUMBERS, "duration", "surface", "shoe", "name")
_ALSO = ("notes", "note", "comment", "type", "descent_m")  # may stand there, unread
NOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan would raise in the weeks it plans, and what could not be judged there."""

    first: date  # first day of the first planned week
    flags: tuple[Flag, ...]
    unknown: tuple[Unknown, ...]


def read_plan(data: bytes) -> tuple[dict[str, Any], ...]:
    """Return the planned runs of a plan.csv; SettingsError names the line that cannot be read.

    `date` and `distance_km` must be there; `ascent_m`, `downhill_km`, `uphill_km`, `surface`, `duration`
    (h:mm:ss), `rpe`, `shoe` and `name` may. A cell left empty is unknown, not 0.
    """
    table = user_csv.parse_table(data)
    for column in table.columns:
        if column and column not in (*COLUMNS, *_ALSO):
            raise SettingsError(
                f"{FILE}:1",
                f'unknown column "{column[:40]}", {user_csv.suggest_nearest(column, COLUMNS)}',
            )
    for needed in ("date", "distance_km"):
        if needed not in table.columns:
            raise SettingsError(
                f"{FILE}:1", f"no column {needed}; a plan needs date and distance_km"
            )
    return tuple(_parse_run(row) for row in table.rows)


def _parse_run(row: user_csv.UserRow) -> dict[str, Any]:
    where = f"{FILE}:{row.line}"
    try:
        day, _ = user_csv.parse_date(row.cells.get("date", ""))
        numbers = {
            column: _parse_number(row.cells.get(column, ""), column)
            for column in NUMBERS
        }
        seconds = _parse_duration(row.cells.get("duration", ""))
    except ValueError as error:
        raise SettingsError(where, str(error)) from None
    if math.isnan(numbers["distance_km"]):
        raise SettingsError(where, "a planned run needs its distance_km")
    surface = row.cells.get("surface", "").strip().lower() or "unknown"
    if surface not in SURFACE_NAMES:
        raise SettingsError(
            where,
            f'unknown surface "{surface[:40]}", {user_csv.suggest_nearest(surface, SURFACE_NAMES)}',
        )
    told = {column: row.cells.get(column, "").strip() for column in ("shoe", "name")}
    return {"date": day, "surface": surface, "duration_s": seconds, **numbers, **told}


def _parse_number(word: str, column: str) -> float:
    word = word.strip()
    if not word:
        return math.nan
    try:
        value = float(word.replace(",", "."))
    except ValueError:
        raise ValueError(f'"{word[:40]}" is no number for {column}') from None
    if not 0 <= value < 1e5:
        raise ValueError(f"{column} cannot be {word[:40]}")
    return value * NUMBERS[column]


def _parse_duration(word: str) -> float:
    if not word.strip():
        return math.nan
    parts = word.strip().split(":")
    if len(parts) not in {2, 3} or not all(part.isdecimal() for part in parts):
        raise ValueError(f'"{word[:40]}" is no duration; write it as h:mm:ss')
    hours, minutes, seconds = (int(part) for part in [*parts, "0"][:3])
    return hours * 3600.0 + minutes * 60.0 + seconds


def _build_rows(
    plan: tuple[dict[str, Any], ...], settings: Settings, offset: timedelta
) -> pd.DataFrame:
    """Return planned runs as rows of EXPOSURES and HIDDEN, at noon of their day."""
    rows = []
    for number, run in enumerate(plan, start=1):
        noon = pd.Timestamp(run["date"]) + NOON
        metres = dict.fromkeys(SURFACE_COLUMNS, 0.0) | {
            f"{run['surface']}_m": run["distance_km"]
        }
        rows.append(
            metres
            | {
                "activity_id": f"plan-{number}",
                "source": f"{FILE}#{number}",
                "start_local": noon,
                "start_utc": (noon - offset).tz_localize("UTC"),
                "date_only": True,
                "sport": settings.sports[0] if settings.sports else "running",
                "distance_m": run["distance_km"],
                "duration_s": run["duration_s"],
                "elapsed_s": run["duration_s"],
                "ascent_m": run["ascent_m"],
                "downhill_m": run["downhill_km"],
                "uphill_m": run["uphill_km"],
                "rpe": run["rpe"],
                "srpe": run["rpe"] * run["duration_s"] / 60.0,
                "effort_km": run["distance_km"] / 1000.0 + run["ascent_m"] / 100.0,
                "shoe": run["shoe"],
                "name": run["name"],
            }
        )
    return build_frame(rows, EXPOSURES, HIDDEN)


def try_plan(
    plan: tuple[dict[str, Any], ...],
    activities: pd.DataFrame,
    settings: Settings,
    today: date,
) -> Plan:
    """Return what the rules would raise if `plan` were run as written.

    Planned weeks are judged as complete ones, so that shares and steepness are told too. A planned day
    before `today` is an error: it has happened.
    """
    for run in plan:
        if run["date"] < today:
            raise SettingsError(
                FILE,
                f"{run['date']} is before {today}; plan days to come, or set --today",
            )
    until = np.datetime64(today + timedelta(days=1), "us")
    known = activities[(activities["start_local"] < until).to_numpy()]
    days = [run["date"] for run in plan]
    if not days:
        return Plan(today, (), ())
    both = pd.concat(
        [known, _build_rows(plan, settings, _last_offset(known))], ignore_index=True
    )
    first, last = (_week_start(day, settings) for day in (min(days), max(days)))
    after = last + timedelta(days=7)
    flags, unknown = judge(
        both, weekly.build_weeks(both, settings, after), settings, after
    )
    return Plan(
        first,
        tuple(
            flag for flag in flags if first <= flag.week < after and _is_planned(flag)
        ),
        tuple(gap for gap in unknown if first <= gap.week < after),
    )


def _week_start(day: date, settings: Settings) -> date:
    start: date = pd.Timestamp(
        weekly.find_first_day(np.datetime64(day, "D"), settings.week_start)
    ).date()
    return start


def _is_planned(flag: Flag) -> bool:
    return not flag.activity_id or flag.activity_id.startswith("plan-")


def _last_offset(known: pd.DataFrame) -> timedelta:
    """Return local clock minus instant of the last run that knows both."""
    both = known[known["start_utc"].notna() & known["start_local"].notna()]
    if both.empty:
        return timedelta(0)
    last = both.iloc[-1]
    offset: timedelta = (
        last["start_local"] - last["start_utc"].tz_convert(None)
    ).to_pytimedelta()
    return offset
