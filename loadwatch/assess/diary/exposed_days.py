"""Flags -> the days on which training changed: what a diary is held against."""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from loadwatch.assess.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from loadwatch.assess.rules import Flag
    from loadwatch.assess.rules.model import DiaryExposure
    from loadwatch.settings import Settings

# Declared before any diary was read: what is compared, by the rule that raises it.
EXPOSURES: Mapping[str, DiaryExposure] = {
    rule.id: rule.exposure for rule in RULES if rule.exposure is not None
}


def list_runs(activities: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return the runs that have a day."""
    keep = activities["sport"].isin(settings.sports) & ~activities["parent"].astype(
        bool
    )
    return activities[keep & activities["start_local"].notna()]


def _convert_date(day: np.datetime64) -> date:
    return date.fromisoformat(str(day))


def _find_exposed_day(
    flag: Flag,
    days: NDArray[np.datetime64],
    ids: dict[str, int],
    amount: NDArray[np.float64],
) -> date:
    """Return the day of the flag's run, or the one on which its week's sum went over the limit.

    A week is only a jump from the run on that made it one: pain before that run cannot follow from it.
    `days` rise; `amount` is what each run adds.
    """
    if flag.activity_id:
        known = ids.get(flag.activity_id)
        return flag.week if known is None else _convert_date(days[known])
    first = np.datetime64(flag.week, "D")
    begin, end = np.searchsorted(days, [first, first + np.timedelta64(7, "D")])
    if begin == end:
        return flag.week
    limit = flag.usual if math.isnan(flag.quiet_up_to) else flag.quiet_up_to
    over = np.flatnonzero(np.cumsum(amount[begin:end]) > limit)
    place = over[0] if len(over) else np.argmax(amount[begin:end])
    return _convert_date(days[begin + place])


def find_exposed_days(
    flags: Sequence[Flag], activities: pd.DataFrame, settings: Settings
) -> dict[str, frozenset[date]]:
    """Return the days of each exposure, by rule; info is no exposure, because it is not raised."""
    own = list_runs(activities, settings).sort_values("start_local", kind="stable")
    days = own["start_local"].to_numpy("datetime64[D]")
    ids = {name: place for place, name in enumerate(own["activity_id"])}
    amounts = {
        column: own[column].fillna(0.0).to_numpy("float64")
        for column in {exposure.column for exposure in EXPOSURES.values()}
    }
    out: dict[str, set[date]] = {rule: set() for rule in EXPOSURES}
    for flag in flags:
        if flag.rule in EXPOSURES and flag.level != "info":
            out[flag.rule].add(
                _find_exposed_day(flag, days, ids, amounts[EXPOSURES[flag.rule].column])
            )
    return {rule: frozenset(found) for rule, found in out.items()}


def mark_days(days: frozenset[date], first: date, length: int) -> NDArray[np.bool_]:
    """Return which of `length` days from `first` on are among `days`."""
    out = np.zeros(length, dtype=bool)
    places = [(day - first).days for day in days]
    out[[place for place in places if 0 <= place < length]] = True
    return out


def sum_daily_distance(
    own: pd.DataFrame, first: date, length: int
) -> NDArray[np.float64]:
    """Return the distance run on each of `length` days from `first` on [m]; 0 on a day without a run."""
    out = np.zeros(length)
    for day, metres in zip(
        own["start_local"].dt.date, own["distance_m"].fillna(0.0), strict=True
    ):
        place = (day - first).days
        if 0 <= place < length:
            out[place] += metres
    return out
