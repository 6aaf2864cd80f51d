"""The days of `--from` and `--to`: they limit what is shown, never what is judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from loadwatch.analysis import Analysis


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to `end`, both included; None leaves that side open."""

    start: date | None = None
    end: date | None = None

    @property
    def is_limited(self) -> bool:
        """Whether any day is outside the period."""
        return self.start is not None or self.end is not None


ALL_DAYS = Period()


def filter_dates(analysis: Analysis, period: Period) -> Analysis:
    """Return `analysis` with only the activities, weeks, flags and gaps of `period`.

    A week belongs to it if one of its seven days does. Activities without a date are
    kept only where the period has no limit.
    """
    if not period.is_limited:
        return analysis
    days = analysis.activities["start_local"].to_numpy("M8[D]")
    first_days = pd.DatetimeIndex(analysis.weeks.index)
    last_days = first_days + pd.Timedelta(days=6)
    reaches_period = _select_days(last_days.to_numpy("M8[D]"), Period(period.start))
    reaches_period &= _select_days(first_days.to_numpy("M8[D]"), Period(end=period.end))
    weeks = analysis.weeks[reaches_period]
    starts = {first_day.date() for first_day in first_days[reaches_period]}
    return replace(
        analysis,
        activities=analysis.activities[_select_days(days, period)],
        weeks=weeks,
        flags=tuple(flag for flag in analysis.flags if flag.week in starts),
        unknown=tuple(gap for gap in analysis.unknown if gap.week in starts),
    )


def _select_days(days: NDArray[np.datetime64], period: Period) -> NDArray[np.bool_]:
    """Return for each day whether it is within `period`; an unknown day never is."""
    within = ~np.isnat(days)
    if period.start is not None:
        within &= days >= np.datetime64(period.start, "D")
    if period.end is not None:
        within &= days <= np.datetime64(period.end, "D")
    return within
