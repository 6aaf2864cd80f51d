"""`--from` and `--to`: what is shown, never what is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from loadwatch.analysis import Analysis


def filter_dates(analysis: Analysis, start: date | None, end: date | None) -> Analysis:
    """Return `analysis` with the activities, weeks, flags and gaps from `start` to `end`, both included.

    A week belongs if one of its seven days does. Activities without a day stay only where nothing is cut.
    """
    if start is None and end is None:
        return analysis
    day = analysis.activities["start_local"].to_numpy("M8[D]")
    first = analysis.weeks.index.to_numpy("M8[D]")
    last = (pd.DatetimeIndex(analysis.weeks.index) + pd.Timedelta(days=6)).to_numpy(
        "M8[D]"
    )
    weeks = analysis.weeks[
        _select_days(last, start, None) & _select_days(first, None, end)
    ]
    days = {stamp.date() for stamp in pd.DatetimeIndex(weeks.index)}
    return replace(
        analysis,
        activities=analysis.activities[_select_days(day, start, end)],
        weeks=weeks,
        flags=tuple(flag for flag in analysis.flags if flag.week in days),
        unknown=tuple(gap for gap in analysis.unknown if gap.week in days),
    )


def _select_days(
    days: NDArray[np.datetime64], start: date | None, end: date | None
) -> NDArray[np.bool_]:
    """Return which days lie from `start` to `end`; no day that is unknown does."""
    inside = ~np.isnat(days)
    if start is not None:
        inside &= days >= np.datetime64(start, "D")
    if end is not None:
        inside &= days <= np.datetime64(end, "D")
    return inside
