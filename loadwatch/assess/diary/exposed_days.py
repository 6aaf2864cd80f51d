"""The days on which training changed, taken from flags: what a diary is compared with."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.rules import RULES, is_raised
from loadwatch.assess.weeks import select_runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.assess.rules import Flag
    from loadwatch.assess.rules.model import DiaryExposure
    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Floats

# Declared before any diary was read: what is compared, by the rule that raises it.
EXPOSURES: Mapping[str, DiaryExposure] = {
    rule.id: rule.exposure for rule in RULES if rule.exposure is not None
}


def select_dated_runs(activities: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return the runs whose day is known."""
    runs = select_runs(activities, settings)
    return runs[runs["start_local"].notna()]


def _convert_date(day: np.datetime64) -> date:
    return date.fromisoformat(str(day))


def _find_jump_day(flag: Flag, days: NDArray[np.datetime64], amount: Floats) -> date:
    """Return the day on which the sum of the flag's week went over the limit.

    A week is a jump only from the run on that made it one: pain before that run cannot follow
    from it.

    Parameters
    ----------
    flag : of a week, not of one run.
    days : (runs,), day of each run, rising.
    amount : (runs,), what each run adds, in the unit of the flag's usual.
    """
    first = np.datetime64(flag.week, "D")
    begin, end = np.searchsorted(days, [first, first + np.timedelta64(7, "D")])
    if begin == end:
        return flag.week
    limit = flag.quiet_up_to
    if math.isnan(limit):
        limit = flag.usual
    over = np.flatnonzero(np.cumsum(amount[begin:end]) > limit)
    if len(over):
        return _convert_date(days[begin + over[0]])
    return _convert_date(days[begin + np.argmax(amount[begin:end])])


def find_exposed_days(
    flags: Sequence[Flag], activities: pd.DataFrame, settings: Settings
) -> dict[str, frozenset[date]]:
    """Return the days of each exposure, by rule; info is no exposure, because it is not raised."""
    runs = select_dated_runs(activities, settings)
    runs = runs.sort_values("start_local", kind="stable")
    days = runs["start_local"].to_numpy("datetime64[D]")
    run_days = dict(zip(runs["activity_id"], days, strict=True))
    amounts = {
        column: runs[column].fillna(0.0).to_numpy("float64")
        for column in {exposure.column for exposure in EXPOSURES.values()}
    }
    found: dict[str, set[date]] = {rule: set() for rule in EXPOSURES}
    for flag in flags:
        if flag.rule not in EXPOSURES or not is_raised(flag):
            continue
        if not flag.activity_id:
            amount = amounts[EXPOSURES[flag.rule].column]
            found[flag.rule].add(_find_jump_day(flag, days, amount))
        elif flag.activity_id in run_days:
            found[flag.rule].add(_convert_date(run_days[flag.activity_id]))
        else:
            found[flag.rule].add(flag.week)
    return {rule: frozenset(exposed) for rule, exposed in found.items()}


def mark_days(days: frozenset[date], first: date, length: int) -> Bools:
    """Return which of `length` days from `first` on are among `days`."""
    marks = np.zeros(length, dtype=bool)
    places = [(day - first).days for day in days]
    marks[[place for place in places if 0 <= place < length]] = True
    return marks


def sum_daily_distance(runs: pd.DataFrame, first: date, length: int) -> Floats:
    """Return the distance run on each of `length` days from `first` on [m]; 0 without a run."""
    distance_m = np.zeros(length)
    days, metres = runs["start_local"].dt.date, runs["distance_m"].fillna(0.0)
    for day, run_m in zip(days, metres, strict=True):
        place = (day - first).days
        if 0 <= place < length:
            distance_m[place] += run_m
    return distance_m
