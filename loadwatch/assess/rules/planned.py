"""Planned runs: a race or a planned build is shown, and counts for nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.weeks import find_first_day, select_runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import pandas as pd

    from loadwatch.assess.rules.model import Flag
    from loadwatch.assess.rules.rule_input import Sessions
    from loadwatch.settings import Settings


def find_planned_weeks(activities: pd.DataFrame, settings: Settings) -> set[date]:
    """Return the first days of the weeks that hold a run called planned."""
    planned = activities[activities["planned"].to_numpy(bool)]
    starts = select_runs(planned, settings)["start_local"].dropna()
    days: list[date] = [
        find_first_day(day, settings.week_start).astype(object)
        for day in starts.to_numpy("datetime64[D]")
    ]
    return set(days)


def drop_planned_runs(activities: pd.DataFrame, week: date) -> pd.DataFrame:
    """Return `activities` without the planned ones of the week that begins on `week`."""
    day = activities["start_local"].to_numpy("datetime64[D]")
    first = np.datetime64(week, "D")
    is_planned = activities["planned"].to_numpy(bool)
    kept: pd.DataFrame = activities[
        ~(is_planned & (day >= first) & (day < first + np.timedelta64(7, "D")))
    ]
    return kept


def mark_planned(
    flags: Sequence[Flag],
    activities: pd.DataFrame,
    sessions: Sessions,
    raised: Mapping[date, set[str]],
) -> list[Flag]:
    """Return `flags`, those marked that would not be raised without planned runs.

    `raised` are the rules that each week raises without its planned runs. A flag of a run is
    planned where the run is, or a piece of what counts as one run; a week's flag where its rule is
    not raised any more.
    """
    is_planned = activities["planned"].to_numpy(bool)
    runs = set(activities["activity_id"].to_numpy(object)[is_planned])
    runs.update(
        activity_id
        for activity_id, planned in zip(
            sessions.activity_id, sessions.planned, strict=True
        )
        if planned
    )
    return [replace(flag, planned=_is_planned(flag, runs, raised)) for flag in flags]


def _is_planned(flag: Flag, runs: set[str], raised: Mapping[date, set[str]]) -> bool:
    if flag.activity_id:
        return flag.activity_id in runs
    return flag.week in raised and flag.rule not in raised[flag.week]
