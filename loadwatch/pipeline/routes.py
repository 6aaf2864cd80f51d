"""Routes before they are run: what they measure, and what they would raise on a day."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from loadwatch.activity import Note
from loadwatch.assess import budget
from loadwatch.assess.rules import RULES, is_enabled, is_raised
from loadwatch.assess.weeks import build_weeks
from loadwatch.errors import (
    NotActivity,
    NothingToRead,
    SettingsError,
)
from loadwatch.exposure.course import inherit_answers, select_answered
from loadwatch.pipeline.drawn_routes import (
    HOW,
    build_route_row,
    draw_route,
    read_route_file,
)
from loadwatch.pipeline.route_altitude import (
    MIN_SHARE,
    MISSING,
    OWN,
    RouteAltitude,
    add_past_altitude,
    drop_altitude,
    measure_own_altitude,
)
from loadwatch.pipeline.runner_habits import RunnerHabits
from loadwatch.row_frame import build_frame
from loadwatch.settings.keys import LAST_DAY
from loadwatch.tables import EXPOSURES, GRADE_COLUMNS, HIDDEN, SURFACE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from loadwatch.analysis import Analysis
    from loadwatch.assess.budget import Plan, PlannedRun

# what a route settles of the run on it: columns of EXPOSURES
ROUTE_COLUMNS: Final = (
    *("distance_m", "ascent_m", "descent_m", "uphill_m", "downhill_m"),
    *(*GRADE_COLUMNS, "altitude_confidence", *SURFACE_COLUMNS, "surface_source"),
    *("inherited_m", "surface_confidence"),
    *("tagged_m", "inferred_m", "unmatched_m", "outside_m"),
)
_HILL_COLUMNS: Final = (
    *("ascent_m", "descent_m", "uphill_m", "downhill_m"),
    *GRADE_COLUMNS,
)
# of notes that hold for a way, whoever runs it
WAY_CODES: Final = (
    *("truncated", "gps_gap", "gps_jump", "gps_invalid"),
    *("altitude_noisy", "altitude_thin"),
)
# of rules that the route of a run to come can raise
_JUDGED_KINDS: Final = ("run", "week")
_JUDGED_TOPICS: Final = ("load", "up", "down", "surface")
_LEVELS: Final = ("high", "watch", "info")  # the most serious first
# measures of a single run -> its column
_SINGLE_RUN: Final = {"longest_m": "distance_m", "longest_ascent_m": "ascent_m"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerFiles:
    """Where the runner's data are, for routes without altitude, and what is read of a map."""

    places: tuple[Path, ...] = ()  # of the runner's data
    cache: Path | None = None  # folder where parts of the map are kept


NO_FILES: Final = RunnerFiles()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietCheck:
    """A check that was judged and would not be raised: what the run would make of it, in SI.

    `value` and `limit` are NaN where the check has no single measure.
    """

    rule: str
    name: str
    measure: str  # column of WEEKS, "" where the check has no single one
    unit: str
    value: float  # of the week, or of the run, with the route
    limit: float  # the most that does not raise the check


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedRoute:
    """A route as it was measured, and what it would raise if it were run on a day."""

    path: Path
    day: date
    measured: Mapping[str, Any]  # ROUTE_COLUMNS; climb and grade of what has altitude
    altitude: RouteAltitude
    # of the distance: how far the runner's device may count otherwise; NaN where not known [1]
    distance_spread: float
    notes: tuple[Note, ...]  # what is wrong with the route
    plan: Plan
    below: tuple[QuietCheck, ...]

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredRoute:
    """A route as it was measured, before it is tried on a day."""

    columns: Mapping[str, Any]  # ROUTE_COLUMNS
    altitude: RouteAltitude
    distance_spread: float = math.nan  # as of TriedRoute
    notes: tuple[Note, ...] = ()

    @property
    def judged(self) -> Mapping[str, Any]:
        """The columns as the checks take them: hills are unknown where altitude is lacking."""
        if self.altitude.is_judged:
            return self.columns
        return {**self.columns, **dict.fromkeys(_HILL_COLUMNS, math.nan)}


def try_routes(
    analysis: Analysis,
    paths: Sequence[Path],
    day: date | None = None,
    files: RunnerFiles = NO_FILES,
) -> tuple[TriedRoute, ...]:
    """Return what each route measures and would raise on `day`, the mildest first.

    Mildest is what would raise fewest checks of the highest level, then what leaves fewest
    unjudged, then the shortest with its climb.

    Parameters
    ----------
    analysis : of the runner, with the map of its settings, if any.
    paths : of GPX, TCX or FIT files.
    day : by default the one after the analysis' today.
    files : of the runner; without them a route that has no altitude gets none.

    Raises
    ------
    NothingToRead : there is no route at a path.
    SettingsError : `day` is before the analysis' today or after LAST_DAY, or the map cannot be
        read.
    """
    day = day or analysis.today + timedelta(days=1)
    if day < analysis.today:
        why = f"{day} is before {analysis.today}; name a day to come, or set --today"
        raise SettingsError("--date", why)
    if day > LAST_DAY:
        raise SettingsError("--date", f"{day} is after {LAST_DAY}")
    habits = RunnerHabits(analysis, files.places)
    routes = (
        _try_route(analysis, measure_route(analysis, path, files, habits), path, day)
        for path in paths
    )
    return tuple(sorted(routes, key=_rank_route))


def judge_plan(analysis: Analysis, path: Path, files: RunnerFiles = NO_FILES) -> Plan:
    """Return what the rules would raise if the runs of `path` (a plan.csv) were run as written.

    The routes that its column `course` names are files beside it.
    """
    if not path.is_file():
        hint = "A plan is a CSV with date and distance_km."
        raise NothingToRead(f"no plan at {path}", hint)
    planned = budget.read_plan(path.read_bytes(), path.name)
    return judge_planned(analysis, planned, lambda name: path.parent / name, files)


def judge_planned(
    analysis: Analysis,
    planned: Sequence[PlannedRun],
    find_route: Callable[[str], Path],
    files: RunnerFiles = NO_FILES,
) -> Plan:
    """Return what the rules would raise if `planned` were run as written.

    `find_route` gives the file that the name of a course means.
    """
    habits = RunnerHabits(analysis, files.places)
    routes = {
        name: measure_route(analysis, find_route(name), files, habits).judged
        for name in dict.fromkeys(run.course for run in planned if run.course)
    }
    measured = tuple(
        replace(run, measured=routes.get(run.course, {})) for run in planned
    )
    return budget.try_plan(
        measured, analysis.activities, analysis.settings, analysis.today
    )


def measure_route(
    analysis: Analysis,
    path: Path,
    files: RunnerFiles = NO_FILES,
    habits: RunnerHabits | None = None,
) -> MeasuredRoute:
    """Return the route at `path`, measured by the map and the runner's own answers and runs.

    `habits` are the runner's, where they were looked for already.
    """
    settings = analysis.settings
    habits = habits or RunnerHabits(analysis, files.places)
    try:
        activity, row, spread = draw_route(
            read_route_file(path, settings), settings, files.cache, habits.find
        )
    except NotActivity as error:
        raise NothingToRead(f"{path.name}: {error.why}", HOW) from None
    altitude = OWN
    if row["ascent_source"] != "device":  # a watch's total is of all of the way
        altitude = measure_own_altitude(activity)
    if altitude.share < MIN_SHARE and not math.isnan(row["ascent_m"]):
        activity = drop_altitude(activity)
        row = build_route_row(activity, settings, files.cache)
    if math.isnan(row["ascent_m"]):
        activity, altitude = add_past_altitude(
            activity, row["signature"], analysis, files.places
        )
    if altitude.runs:
        row = build_route_row(activity, settings, files.cache)
        if math.isnan(row["ascent_m"]):
            altitude = MISSING
    return MeasuredRoute(
        columns=_inherit_ground(analysis.activities, row),
        altitude=altitude,
        distance_spread=spread,
        notes=_select_notes(row["notes"]),
    )


def _select_notes(lines: Sequence[str]) -> tuple[Note, ...]:
    """Return those notes of a row that hold for its way, too."""
    notes = [Note.from_string(line) for line in lines]
    return tuple(note for note in notes if note.code in WAY_CODES)


def _inherit_ground(activities: pd.DataFrame, row: dict[str, Any]) -> dict[str, Any]:
    """Return ROUTE_COLUMNS of a route's row, with what the runner's tags say of its ground."""
    answered, _ = select_answered(activities)
    route = build_frame([row], EXPOSURES, HIDDEN)
    if len(answered):
        route = pd.concat([answered, route], ignore_index=True)
    found = inherit_answers(route)
    return {name: found[name].tolist()[-1] for name in ROUTE_COLUMNS}


def _try_route(
    analysis: Analysis, route: MeasuredRoute, path: Path, day: date
) -> TriedRoute:
    run = budget.PlannedRun(day=day, measured=route.judged)
    plan = budget.try_plan(
        (run,), analysis.activities, analysis.settings, analysis.today
    )
    return TriedRoute(
        path=path,
        day=day,
        measured=route.columns,
        altitude=route.altitude,
        distance_spread=route.distance_spread,
        notes=route.notes,
        plan=plan,
        below=_list_quiet(analysis, run, plan),
    )


def _rank_route(route: TriedRoute) -> tuple[float, ...]:
    """Return how much a route asks for: what is smaller comes first."""
    raised = [flag.level for flag in route.plan.flags if is_raised(flag)]
    counts = [float(raised.count(level)) for level in _LEVELS]
    ascent = route.measured["ascent_m"]
    if math.isnan(ascent):
        ascent = 0.0
    gaps = float(len(route.plan.unknown))
    return (*counts, gaps, route.measured["distance_m"] + 10.0 * ascent)


def _list_quiet(
    analysis: Analysis, run: PlannedRun, plan: Plan
) -> tuple[QuietCheck, ...]:
    """Return the checks that were judged with a planned run, and would not be raised."""
    left = {flag.rule for flag in plan.flags} | {gap.rule for gap in plan.unknown}
    limits = _find_limits(analysis, run.day)
    quiet = []
    for rule in RULES:
        is_judged = rule.kind in _JUDGED_KINDS and rule.topic in _JUDGED_TOPICS
        if rule.id in left or not (is_judged and is_enabled(rule, analysis.settings)):
            continue
        limit = limits.get(rule.id)
        measure = ""
        value = most = math.nan
        if limit is not None:
            measure, value, most = limit.measure, _add_run(limit, run), limit.limit
        if not value <= most:
            value = most = math.nan
        quiet.append(
            QuietCheck(
                rule=rule.id,
                name=rule.name,
                measure=measure,
                unit=rule.si_unit,
                value=value,
                limit=most,
            )
        )
    return tuple(quiet)


def _find_limits(analysis: Analysis, day: date) -> dict[str, budget.Headroom]:
    """Return by rule what the week of `day` can hold, with what is run of it already."""
    until = np.datetime64(analysis.today + timedelta(days=1), "us")
    starts = analysis.activities["start_local"]
    known = analysis.activities[(starts < until).to_numpy()]
    weeks = build_weeks(known, analysis.settings, day)
    limits = budget.compute_budget(known, weeks, analysis.settings, day)
    first = min((limit.week for limit in limits), default=day)
    return {limit.rule: limit for limit in limits if limit.week == first}


def _add_run(limit: budget.Headroom, run: PlannedRun) -> float:
    """Return the measure of a limit once a planned run is in the week, or of the run itself."""
    if limit.measure in _SINGLE_RUN:
        return float(run.measured[_SINGLE_RUN[limit.measure]])
    return limit.used + float(run.measured.get(limit.measure, math.nan))
