"""Flags -> the days on which training changed: what a diary is held against."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from loadwatch.rules import Flag
    from loadwatch.settings import Settings

# Declared before any diary was read: the rules, the column whose sum raises each, and its words.
EXPOSURES: dict[str, tuple[str, str]] = {
    "LW01": ("distance_m", "a run much longer than those of the month before"),
    "LW02": ("distance_m", "a week with a jump in distance"),
    "LW04": ("ascent_m", "a week with a jump in climb"),
    "LW05": ("downhill_m", "a week with a jump in downhill running"),
    "LW08": ("hard_m", "a week with a shift to harder ground"),
}


def runs(activities: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return the runs that have a day."""
    keep = activities["sport"].isin(settings.sports) & ~activities["parent"].astype(bool)
    return activities[keep & activities["start_local"].notna()]


def _day(flag: Flag, own: pd.DataFrame, column: str) -> date:
    """Return the day of the flag's run, or the one on which its week's sum went over the limit.

    A week is only a jump from the run on that made it one: pain before that run cannot follow from it.
    """
    days: pd.Series[date] = own["start_local"].dt.date
    if flag.activity_id:
        named = days[own["activity_id"] == flag.activity_id]
        return pd.Timestamp(named.iloc[0]).date() if len(named) else flag.week
    week = (days >= flag.week) & (days < flag.week + timedelta(days=7))
    ordered = own.loc[week].sort_values("start_local")
    if ordered.empty:
        return flag.week
    amount = ordered[column].fillna(0.0)
    over = np.flatnonzero(amount.cumsum() > float(flag.facts.get("below", flag.usual)))
    place = int(over[0]) if len(over) else int(amount.argmax())
    return pd.Timestamp(ordered["start_local"].iloc[place]).date()


def exposed_days(
    flags: Sequence[Flag], activities: pd.DataFrame, settings: Settings
) -> dict[str, frozenset[date]]:
    """Return the days of each exposure, by rule; info is no exposure, because it is not raised."""
    own = runs(activities, settings)
    out: dict[str, set[date]] = {rule: set() for rule in EXPOSURES}
    for flag in flags:
        if flag.rule in EXPOSURES and flag.level != "info":
            out[flag.rule].add(_day(flag, own, EXPOSURES[flag.rule][0]))
    return {rule: frozenset(days) for rule, days in out.items()}


def marked(days: frozenset[date], first: date, length: int) -> NDArray[np.bool_]:
    """Return which of `length` days from `first` on are among `days`."""
    out = np.zeros(length, dtype=bool)
    places = [(day - first).days for day in days]
    out[[place for place in places if 0 <= place < length]] = True
    return out


def daily_distance(own: pd.DataFrame, first: date, length: int) -> NDArray[np.float64]:
    """Return the distance run on each of `length` days from `first` on [m]; 0 on a day without a run."""
    out = np.zeros(length)
    for day, metres in zip(own["start_local"].dt.date, own["distance_m"].fillna(0.0), strict=True):
        place = (day - first).days
        if 0 <= place < length:
            out[place] += metres
    return out
