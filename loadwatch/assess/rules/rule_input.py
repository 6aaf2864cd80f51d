"""What the rules look at: weeks as columns, runs as sessions, with the 30 days before each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from loadwatch.assess import weeks as weekly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.assess.rules.model import Extent
    from loadwatch.settings import Settings, Shoe
    from loadwatch.tables import Floats, Ints


LOOKBACK_DAYS = 30
ONE_RUN_MINUTES = 30  # less between the end of one and the start of the next: one run
SHORT_M, SHORT_S = 500.0, 300.0  # a recording under both is no run to compare with
GLIMPSE_S = 60.0  # a run of unknown distance shorter than this is left out
FASTEST_MPS = 7.0  # of a run of unknown distance, where no earlier run tells
MIN_PACED_S = 600.0  # a run shorter than this shows no pace
# what sessions are made of
SESSION_COLUMNS = (
    *("activity_id", "source", "start_utc", "start_local", "date_only", "planned"),
    *("duration_s", "elapsed_s", "distance_m", "ascent_m"),
)
_HIGHEST_RATE = {"distance_m": FASTEST_MPS, "ascent_m": math.inf}  # [m/s]
_MINUTE_US = 60_000_000
DAY_US = 24 * 60 * _MINUTE_US


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """Runs in the order of their start; pieces less than 30 minutes apart are one.

    Recordings under 500 m and under 5 minutes are left out, and those of unknown distance under a
    minute before they could join any.
    """

    start_us: Ints  # instant, since 1970
    distance_m: Floats  # NaN where a piece lacks it
    ascent_m: Floats
    known: Mapping[str, Floats]  # the known part of `distance_m` and `ascent_m`
    # the most they can have been; infinite where nothing tells
    bound: Mapping[str, Floats]
    week: list[int]
    day: list[date]  # local
    activity_id: list[str]
    source: list[str]
    planned: list[bool]  # whether a piece is called planned: a race with its warm-up is
    offset_us: int  # local clock minus instant, of the last run


@dataclass(frozen=True, slots=True, eq=False)
class Lookback:
    """For each asked instant what was run in the 30 x 24 hours before it."""

    most: list[float]  # NaN where nothing is known
    # the most a run that lacks the column can have held; 0 without such a run
    bound: list[float]
    runs: list[int]
    unknown: list[int]  # runs that do not know the column
    runs_before: list[int]  # runs before the instant, of all time
    days_before: list[float]  # since the first run of all


@dataclass(frozen=True, slots=True, eq=False)
class RuleInput:
    """Weeks by column, runs as sessions, and the runs themselves."""

    week_starts: list[date]
    runs: list[int]
    complete: list[bool]
    columns: Mapping[str, list[float]]
    partial: Mapping[str, list[float]]  # the known part of each week's sums
    sessions: Sessions
    table: pd.DataFrame  # runs up to today
    week_numbers: Ints  # of each row of `table`
    start_us: Ints  # the same: its instant
    today: date
    unnamed_workouts: list[int]  # by week: of no known kind, which may be strength
    shoes: Mapping[str, Shoe]  # what the settings state of pairs
    retired_shoes: frozenset[str]

    def run_weeks(self) -> Iterator[int]:
        """Yield the numbers of the weeks that hold a run."""
        return (i for i, runs in enumerate(self.runs) if runs)

    def week_amount(self, column: str, week: int) -> tuple[float, bool]:
        """Return the week's sum and True, or the part of it that is known and False."""
        if not self.runs[week]:
            return 0.0, True
        whole = self.columns[column][week]
        if math.isnan(whole):
            return self.partial[column][week], False
        return whole, True

    def week_extent(self, week: int, *, is_whole: bool) -> Extent:
        """Return how much of the week its amount covers."""
        if not self.complete[week]:
            return "so_far"
        return "" if is_whole else "at_least"

    def session_week(self, number: int) -> date:
        """Return the first day of the week of a session."""
        return self.week_starts[self.sessions.week[number]]


def build_rule_input(
    activities: pd.DataFrame, weeks: pd.DataFrame, settings: Settings, today: date
) -> RuleInput:
    """Return what the rules look at.

    `weeks` is `weeks.build_weeks` of the same activities, settings and day.
    """
    calendar = weekly.build_calendar(activities, settings, today)
    number = calendar.number_weeks(_local_starts(activities))
    at = np.flatnonzero(weekly.mark_runs(activities, settings) & (number >= 0))
    placed, number = activities.take(at), number[at]
    part = weekly.sum_known(activities, settings, today)
    return RuleInput(
        week_starts=weeks.index.to_numpy("datetime64[D]").tolist(),
        runs=weeks["runs"].tolist(),
        complete=weeks["complete"].tolist(),
        columns=dict(
            zip(weeks.columns, weeks.to_numpy(np.float64).T.tolist(), strict=True)
        ),
        partial={name: values.tolist() for name, values in part.items()},
        sessions=_merge_sessions(placed, number),
        table=placed,
        week_numbers=number,
        start_us=_start_instants(placed),
        today=today,
        unnamed_workouts=weekly.count_unnamed(activities, calendar).tolist(),
        shoes=settings.shoes,
        retired_shoes=settings.list_retired(today),
    )


def _local_starts(table: pd.DataFrame) -> NDArray[np.datetime64]:
    return np.asarray(table["start_local"].to_numpy("datetime64[us]"))


def _start_instants(table: pd.DataFrame) -> Ints:
    """Return the start as microseconds since 1970, by the local clock where no zone is known."""
    utc = table["start_utc"].dt.tz_convert(None).to_numpy("datetime64[us]")
    return np.where(np.isnat(utc), _local_starts(table), utc).astype(np.int64)


def _merge_sessions(table: pd.DataFrame, week: Ints) -> Sessions:
    kept_rows = np.flatnonzero(~_is_glimpse(table))
    table, week = table[list(SESSION_COLUMNS)].take(kept_rows), week[kept_rows]
    start = _start_instants(table)
    order = np.argsort(start, kind="stable")
    start, week, table = start[order], week[order], table.take(order)
    at = _find_first_pieces(table, start)
    local = _local_starts(table)
    offset_us = int(local[-1].astype(np.int64) - start[-1]) if len(start) else 0
    duration_s = _sum_pieces(table["duration_s"].to_numpy(np.float64), at)
    whole = {
        column: _sum_pieces(table[column].to_numpy(np.float64), at)
        for column in ("distance_m", "ascent_m")
    }
    known, bound = {}, {}
    for column in whole:
        known[column], bound[column] = _bound_sessions(table, column, at, duration_s)
    planned = _sum_pieces(table["planned"].to_numpy(np.float64), at) > 0
    kept = np.flatnonzero(~_is_short(whole["distance_m"], duration_s))
    at = at[kept]
    return Sessions(
        start_us=start[at],
        distance_m=whole["distance_m"][kept],
        ascent_m=whole["ascent_m"][kept],
        known={column: values[kept] for column, values in known.items()},
        bound={column: values[kept] for column, values in bound.items()},
        week=week[at].tolist(),
        day=local[at].astype("datetime64[D]").tolist(),
        activity_id=_take_first(table, "activity_id", at),
        source=_take_first(table, "source", at),
        planned=planned[kept].tolist(),
        offset_us=offset_us,
    )


def _find_first_pieces(table: pd.DataFrame, start: Ints) -> Ints:
    """Return which rows, in the order of their `start` [us], begin a run of one piece or more."""
    elapsed, duration = (
        np.nan_to_num(table[c].to_numpy(np.float64))
        for c in ("elapsed_s", "duration_s")
    )
    end = np.maximum.accumulate(
        start + (np.maximum(elapsed, duration) * 1e6).astype(np.int64)
    )
    dated = table["date_only"].to_numpy(bool)
    first = np.ones(len(start), bool)
    near = start[1:] - end[:-1] < ONE_RUN_MINUTES * _MINUTE_US
    first[1:] = ~near | dated[1:] | dated[:-1]
    return np.flatnonzero(first)


def _is_glimpse(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which recordings of unknown distance are too short to be a part of a run."""
    unknown = np.isnan(table["distance_m"].to_numpy(np.float64))
    return np.asarray(unknown & (table["duration_s"].to_numpy(np.float64) < GLIMPSE_S))


def _is_short(distance_m: Floats, duration_s: Floats) -> NDArray[np.bool_]:
    """Return which sessions are too short to be a run: what is unknown is not short."""
    return (distance_m < SHORT_M) & (duration_s < SHORT_S)


def _bound_sessions(
    table: pd.DataFrame, column: str, at: Ints, duration_s: Floats
) -> tuple[Floats, Floats]:
    """Return the known part of each session's sum of `column`, and the most it can have been [m].

    A piece that lacks the column counts as its time at the highest rate of the runner's earlier
    sessions of ten minutes or more. Without any, a distance counts at 7 m/s, which is also the
    most; for a climb nothing is known then.
    """
    fastest = _HIGHEST_RATE[column]
    values = table[column].to_numpy(np.float64)
    lacking = np.isnan(values)
    known = _sum_pieces(np.where(lacking, 0.0, values), at)
    duration = table["duration_s"].to_numpy(np.float64)
    unknown_s = _sum_pieces(np.where(lacking, duration, 0.0), at)
    has_gap = _sum_pieces(lacking.astype(np.float64), at) > 0
    shows_rate = ~has_gap & (duration_s >= MIN_PACED_S)
    if column == "distance_m":
        shows_rate &= known > 0
    rate = np.where(shows_rate, known / np.where(shows_rate, duration_s, 1.0), -1.0)
    before = np.concatenate(([-1.0], np.maximum.accumulate(rate)[:-1]))[: len(at)]
    earlier = np.where(before < 0, fastest, np.minimum(before, fastest))
    is_known = has_gap & np.isfinite(earlier) & ~np.isnan(unknown_s)
    most = np.where(has_gap, np.inf, 0.0)
    np.multiply(unknown_s, earlier, out=most, where=is_known)
    return known, known + most


def _sum_pieces(values: Floats, at: Ints) -> Floats:
    """Return the sum of `values` from each of the rows `at` up to the next."""
    if not len(at):
        return np.empty(0)
    return np.asarray(np.add.reduceat(values, at))


def _take_first(table: pd.DataFrame, column: str, at: Ints) -> list[str]:
    return [str(text) for text in table[column].to_numpy(object)[at]]


def look_back(sessions: Sessions, column: str, at_us: Ints) -> Lookback:
    """Return what was run in the half-open 30 x 24 hours before each instant of `at_us`.

    `column` is `distance_m` or `ascent_m`.
    """
    values = sessions.distance_m if column == "distance_m" else sessions.ascent_m
    low = np.searchsorted(sessions.start_us, at_us - LOOKBACK_DAYS * DAY_US)
    # a run at the very instant is not before it
    high = np.searchsorted(sessions.start_us, at_us)
    missing = np.isnan(values)
    most = _find_most(np.where(missing, -np.inf, values), low, high)
    bound = _find_most(np.where(missing, sessions.bound[column], -np.inf), low, high)
    lacking = np.concatenate(([0], np.cumsum(missing)))
    since = sessions.start_us[0] if len(sessions.start_us) else 0
    return Lookback(
        most=np.where(np.isfinite(most), most, np.nan).tolist(),
        bound=np.maximum(bound, 0.0).tolist(),
        runs=(high - low).tolist(),
        unknown=(lacking[high] - lacking[low]).tolist(),
        runs_before=high.tolist(),
        days_before=((at_us - since) / DAY_US).tolist(),
    )


def _find_most(values: Floats, low: Ints, high: Ints) -> Floats:
    """Return the largest of `values` from each `low` up to `high`; -inf where there is none."""
    if not len(low):
        return np.empty(0)
    padded = np.append(values, -np.inf)
    most = np.maximum.reduceat(padded, np.column_stack((low, high)).ravel())[::2]
    return np.where(high > low, most, -np.inf)


def find_own_largest(
    inputs: RuleInput, column: str, week: int, reach: int, *, skip: set[int]
) -> float:
    """Return the largest of the `reach` weeks before that hold a run and know the column.

    Weeks of `skip` are left out. NaN where none is left.
    """
    values = inputs.columns[column]
    own = [
        values[i]
        for i in range(max(week - reach, 0), week)
        if inputs.runs[i] and i not in skip and not math.isnan(values[i])
    ]
    return max(own, default=math.nan)


def find_instant(sessions: Sessions, local: datetime) -> Ints:
    """Return a local time as an instant, by the clock of the last run: one value, since 1970."""
    return np.array([np.datetime64(local, "us").astype(np.int64) - sessions.offset_us])


def last_minute(sessions: Sessions, monday: date) -> Ints:
    """Return the last minute of the week that begins on `monday`, as an instant by the last run's clock."""
    midnight = datetime.combine(monday + timedelta(days=7), time())
    return find_instant(sessions, midnight) - _MINUTE_US


def look_back_from_end(inputs: RuleInput, column: str) -> Lookback:
    """Return what was run before the last minute of the last week: no earlier instant leaves less."""
    return look_back(
        inputs.sessions, column, last_minute(inputs.sessions, inputs.week_starts[-1])
    )


def find_earliest_most(inputs: RuleInput, column: str, most: float) -> float:
    """Return the most that a run may be compared with today, `most` being that of the week's end.

    On the first day that is left of the last week the 30 days reach back furthest. A run of unknown
    distance or ascent counts as the most it can have been, where that is known.
    """
    sessions = inputs.sessions
    midnight = datetime.combine(inputs.today, time())
    since = find_instant(sessions, midnight)[0] - LOOKBACK_DAYS * DAY_US
    bound = sessions.bound[column][sessions.start_us >= since]
    return float(max(bound[np.isfinite(bound)].max(initial=0.0), most))


class SessionFields(TypedDict):
    """Which run a flag is about."""

    activity_id: str
    source: str
    day: date


def session_fields(sessions: Sessions, number: int) -> SessionFields:
    """Return which run a flag of session `number` is about."""
    return {
        "activity_id": sessions.activity_id[number],
        "source": sessions.source[number],
        "day": sessions.day[number],
    }
