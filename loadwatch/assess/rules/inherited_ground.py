"""Weeks whose ground rests on answers for other runs that are not sure of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from loadwatch.assess.weeks import select_runs
from loadwatch.tables import KNOWN_SURFACES, SURFACES

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from loadwatch.settings import Settings
    from loadwatch.tables import Bools, Ints

# of the known metres of a week, inherited with low confidence
UNSURE_SHARE: Final = 0.5


def find_unsure_weeks(runs: pd.DataFrame, week: Ints, count: int) -> Bools:
    """Return which weeks have over half of their known metres from answers that are not sure.

    Parameters
    ----------
    runs : EXPOSURES of the runs, answers passed on.
    week : number of the week of each run.
    count : how many weeks there are.
    """
    names = [SURFACES[surface].column for surface in KNOWN_SURFACES]
    known = np.nan_to_num(runs[names].to_numpy(np.float64)).sum(axis=1)
    is_low = (runs["surface_confidence"] == "low").to_numpy()
    inherited = np.nan_to_num(runs["inherited_m"].to_numpy(np.float64))
    unsure = np.bincount(week, np.where(is_low, inherited, 0.0), count)
    most = UNSURE_SHARE * np.bincount(week, known, count)
    return np.asarray((unsure > most) & (unsure > 0))


def list_unsure_weeks(
    activities: pd.DataFrame, weeks: pd.DataFrame, settings: Settings
) -> set[date]:
    """Return the first days of the weeks of `find_unsure_weeks`, of all weeks there are."""
    runs = select_runs(activities, settings)
    starts = weeks.index.to_numpy("datetime64[us]")
    week = starts.searchsorted(runs["start_local"].to_numpy("datetime64[us]"), "right")
    week = week.astype(np.int64) - 1
    # a run of an unknown day, and one after the last week, is of none
    is_placed = (week >= 0) & runs["start_local"].notna().to_numpy()
    unsure = find_unsure_weeks(runs[is_placed], week[is_placed], len(starts))
    days: list[date] = starts.astype("datetime64[D]").tolist()
    return {day for day, is_unsure in zip(days, unsure, strict=True) if is_unsure}
