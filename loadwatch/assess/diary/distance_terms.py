"""The kilometres behind a day's pain, as terms that are taken out before exposures are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from loadwatch.tables import Floats

LEAD_DAYS = 7  # before the first day of the diary, needed for its first terms
TRAIL_DAYS = 6  # after the last, for its calendar week
WINDOW_DAYS = 3  # the day and the two before it: what may reach into a day's pain


def sum_window(distance_m: Floats, lead: int, days: int, window: int) -> Floats:
    """Return the distance of each day and the `window` - 1 days before it [m], (days,).

    `distance_m` begins `lead` days before the first of `days` days.
    """
    total = np.concatenate([[0.0], np.cumsum(distance_m)])
    last = np.arange(lead, lead + days) + 1
    return np.asarray(total[last] - total[last - window])


def build_distance_terms(distance_m: Floats, week_day: int) -> Floats:
    """Return what is taken out of pain and exposures alike, (terms, days), each of spread 1.

    These are the distances of the day and of each of the two before it, of the last seven days, of
    the calendar week, and the square of the three days' sum: pain may follow kilometres more than
    in proportion. Where pain follows any of these, a long run is no jump's doing.

    Parameters
    ----------
    distance_m : (LEAD_DAYS + days + TRAIL_DAYS,), distance run on each day [m].
    week_day : place of the diary's first day in its calendar week, 0 to 6.
    """
    days = len(distance_m) - LEAD_DAYS - TRAIL_DAYS
    terms = [
        distance_m[LEAD_DAYS - lag : LEAD_DAYS - lag + days]
        for lag in range(WINDOW_DAYS)
    ]
    terms.append(sum_window(distance_m, LEAD_DAYS, days, 7))
    terms.append(_sum_calendar_weeks(distance_m, week_day, days))
    terms.append(sum_window(distance_m, LEAD_DAYS, days, WINDOW_DAYS) ** 2)
    table = np.array(terms)
    spread = table.std(axis=1, keepdims=True)
    centred = table - table.mean(axis=1, keepdims=True)
    return np.asarray(centred / np.where(spread > 0, spread, 1.0))


def _sum_calendar_weeks(distance_m: Floats, week_day: int, days: int) -> Floats:
    """Return the distance of the calendar week that holds each day [m], (days,)."""
    first = LEAD_DAYS - week_day  # of the calendar week that holds the first day
    weeks = -(-(week_day + days) // 7)
    sums = [
        float(distance_m[start : start + 7].sum())
        for start in range(first, first + 7 * weeks, 7)
    ]
    return np.repeat(sums, 7)[week_day : week_day + days]
