"""What the rules look at: weeks as columns, runs as sessions, with the 30 days before each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from loadwatch.assess import weeks as weekly

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.assess.rules.model import Extent
    from loadwatch.settings import Settings
    from loadwatch.tables import Floats, Ints


LOOKBACK_DAYS = 30
ONE_RUN_MINUTES = 15  # less between the end of one and the start of the next: one run
_MINUTE_US = 60_000_000
DAY_US = 24 * 60 * _MINUTE_US


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """Runs in the order of their start; pieces less than 15 minutes apart are one."""

    start_us: Ints  # instant, since 1970
    distance_m: Floats
    ascent_m: Floats
    week: list[int]
    day: list[date]  # local
    activity_id: list[str]
    source: list[str]
    offset_us: int  # local clock minus instant, of the last run


@dataclass(frozen=True, slots=True, eq=False)
class Lookback:
    """For each asked instant what was run in the 30 x 24 hours before it."""

    most: list[float]  # NaN where nothing is known
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

    def run_weeks(self) -> Iterator[int]:
        """Yield the numbers of the weeks that hold a run."""
        return (i for i, runs in enumerate(self.runs) if runs)

    def week_amount(self, column: str, week: int) -> tuple[float, bool]:
        """Return the week's sum and True, or the part of it that is known and False."""
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
    table = weekly.select_runs(activities, settings)
    number = weekly.build_calendar(activities, settings, today).number_weeks(
        _local_starts(table)
    )
    placed, number = table.iloc[np.flatnonzero(number >= 0)], number[number >= 0]
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
    )


def _local_starts(table: pd.DataFrame) -> NDArray[np.datetime64]:
    return np.asarray(table["start_local"].to_numpy("datetime64[us]"))


def _start_instants(table: pd.DataFrame) -> Ints:
    """Return the start as microseconds since 1970, by the local clock where no zone is known."""
    utc = table["start_utc"].dt.tz_convert(None).to_numpy("datetime64[us]")
    return np.where(np.isnat(utc), _local_starts(table), utc).astype(np.int64)


def _merge_sessions(table: pd.DataFrame, week: Ints) -> Sessions:
    start = _start_instants(table)
    order = np.argsort(start, kind="stable")
    start, week, table = start[order], week[order], table.iloc[order]
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
    at = np.flatnonzero(first)
    local = _local_starts(table)
    offset_us = int(local[-1].astype(np.int64) - start[-1]) if len(start) else 0
    return Sessions(
        start_us=start[at],
        distance_m=_sum_pieces(table, "distance_m", at),
        ascent_m=_sum_pieces(table, "ascent_m", at),
        week=week[at].tolist(),
        day=local[at].astype("datetime64[D]").tolist(),
        activity_id=_take_first(table, "activity_id", at),
        source=_take_first(table, "source", at),
        offset_us=offset_us,
    )


def _sum_pieces(table: pd.DataFrame, column: str, at: Ints) -> Floats:
    """Return the sum of `column` from each of the rows `at` up to the next."""
    if not len(at):
        return np.empty(0)
    return np.asarray(np.add.reduceat(table[column].to_numpy(np.float64), at))


def _take_first(table: pd.DataFrame, column: str, at: Ints) -> list[str]:
    return [str(text) for text in table[column].to_numpy(object)[at]]


def look_back(sessions: Sessions, values: Floats, at_us: Ints) -> Lookback:
    """Return what was run in the half-open 30 x 24 hours before each instant of `at_us`."""
    low = np.searchsorted(sessions.start_us, at_us - LOOKBACK_DAYS * DAY_US)
    # a run at the very instant is not before it
    high = np.searchsorted(sessions.start_us, at_us)
    missing = np.isnan(values)
    padded = np.append(np.where(missing, -np.inf, values), -np.inf)
    most = (
        np.maximum.reduceat(padded, np.column_stack((low, high)).ravel())[::2]
        if len(at_us)
        else np.empty(0)
    )
    most = np.where((high > low) & np.isfinite(most), most, np.nan)
    lacking = np.concatenate(([0], np.cumsum(missing)))
    since = sessions.start_us[0] if len(sessions.start_us) else 0
    return Lookback(
        most=most.tolist(),
        runs=(high - low).tolist(),
        unknown=(lacking[high] - lacking[low]).tolist(),
        runs_before=high.tolist(),
        days_before=((at_us - since) / DAY_US).tolist(),
    )


def last_minute(sessions: Sessions, first_day: date) -> Ints:
    """Return the last minute of the week that begins on `first_day`, by the last run's clock."""
    end = (
        np.datetime64(first_day + timedelta(days=7), "us").astype(np.int64) - _MINUTE_US
    )
    return np.array([end - sessions.offset_us])


def look_back_from_end(inputs: RuleInput, values: Floats) -> Lookback:
    """Return what was run before the last minute of the last week, when it leaves least."""
    return look_back(
        inputs.sessions, values, last_minute(inputs.sessions, inputs.week_starts[-1])
    )


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
